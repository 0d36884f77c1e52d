// Reads what keeps data: tables, buckets, queues, secrets and event buses.
import { z } from 'zod';
import type { Named, PlannedBucket, PlannedQueue, PlannedSecret, PlannedTable } from './plan.ts';
import type { Stack } from './stack.ts';
import { harmless } from './template-compute.ts';

const KEYS = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const INDEX = z.strictObject({
  IndexName: z.string(),
  KeySchema: KEYS,
  Projection: z.strictObject({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).optional(),
  }),
});

const TABLE = z.strictObject({
  ...harmless('BillingMode', 'DeletionProtectionEnabled', 'PointInTimeRecoverySpecification', 'Replicas'),
  ...harmless('TableClass', 'TableName', 'Tags'),
  SSESpecification: z
    .strictObject({ ...harmless('SSEEnabled', 'SSEType'), KMSMasterKeyId: z.string().optional() })
    .optional(),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  GlobalSecondaryIndexes: z.array(INDEX).default([]),
  KeySchema: KEYS,
});

export function readTables(stack: Stack): PlannedTable[] {
  const types = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'];
  return types
    .flatMap((type) => stack.all(type, TABLE))
    .map(({ logicalId, name, arn, properties }) => ({
      logicalId,
      name,
      arn,
      keys: properties.KeySchema,
      attributes: properties.AttributeDefinitions,
      indexes: properties.GlobalSecondaryIndexes,
      kmsKey: properties.SSESpecification?.KMSMasterKeyId,
    }));
}

const LIFECYCLE_RULE = z.strictObject({
  ...harmless('Id', 'Prefix'),
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: z.number() }),
  Status: z.literal('Enabled'),
});

/** AES256 is S3's own key. */
const BUCKET_ENCRYPTION = z.strictObject({
  ServerSideEncryptionConfiguration: z.tuple([
    z.strictObject({
      ...harmless('BucketKeyEnabled'),
      ServerSideEncryptionByDefault: z.discriminatedUnion('SSEAlgorithm', [
        z.strictObject({ SSEAlgorithm: z.literal('AES256') }),
        z.strictObject({ SSEAlgorithm: z.literal('aws:kms'), KMSMasterKeyID: z.string() }),
      ]),
    }),
  ]),
});

const BUCKET = z.strictObject({
  ...harmless('BucketName', 'OwnershipControls', 'PublicAccessBlockConfiguration', 'Tags'),
  BucketEncryption: BUCKET_ENCRYPTION.optional(),
  LifecycleConfiguration: z.strictObject({ Rules: z.array(LIFECYCLE_RULE) }).optional(),
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: z.boolean().default(true) }),
    })
    .optional(),
  ObjectLockEnabled: z.boolean().default(false),
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
});

/** The CDK's own way to switch on bucket events: a custom resource, whose function is not run here. */
const NOTIFICATIONS = z.strictObject({
  ...harmless('Managed', 'ServiceToken', 'SkipDestinationValidation'),
  BucketName: z.string(),
  NotificationConfiguration: z.strictObject({ EventBridgeConfiguration: z.strictObject({}) }),
});

export function readBuckets(stack: Stack): PlannedBucket[] {
  const notified = stack.all('Custom::S3BucketNotifications', NOTIFICATIONS);
  return stack.all('AWS::S3::Bucket', BUCKET).map(({ logicalId, name, arn, properties }) => ({
    logicalId,
    name,
    arn,
    versioned: properties.VersioningConfiguration?.Status === 'Enabled',
    lockable: properties.ObjectLockEnabled,
    events:
      properties.NotificationConfiguration?.EventBridgeConfiguration.EventBridgeEnabled ??
      notified.some((custom) => custom.properties.BucketName === name),
    abortDays:
      properties.LifecycleConfiguration?.Rules[0]?.AbortIncompleteMultipartUpload.DaysAfterInitiation,
    kmsKey: kmsKeyOf(properties.BucketEncryption),
  }));
}

function kmsKeyOf(encryption: z.output<typeof BUCKET_ENCRYPTION> | undefined): string | undefined {
  const byDefault = encryption?.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault;
  return byDefault?.SSEAlgorithm === 'aws:kms' ? byDefault.KMSMasterKeyID : undefined;
}

const QUEUE_NUMBERS = {
  DelaySeconds: z.number(),
  MaximumMessageSize: z.number(),
  MessageRetentionPeriod: z.number(),
  ReceiveMessageWaitTimeSeconds: z.number(),
  VisibilityTimeout: z.number(),
};

const QUEUE = z.strictObject({
  ...harmless('KmsMasterKeyId', 'QueueName', 'SqsManagedSseEnabled', 'Tags'),
  ...z.object(QUEUE_NUMBERS).partial().shape,
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.number() }).optional(),
});

export function readQueues(stack: Stack): PlannedQueue[] {
  return stack.all('AWS::SQS::Queue', QUEUE).map(({ logicalId, name, arn, ref, properties }) => {
    const numbers = Object.entries(properties)
      .filter(([key, value]) => key in QUEUE_NUMBERS && value !== undefined)
      .map(([key, value]) => [key, String(value)]);
    const redrive = properties.RedrivePolicy;
    const attributes = {
      ...Object.fromEntries(numbers),
      ...(redrive && { RedrivePolicy: JSON.stringify(redrive) }),
    };
    return { logicalId, name, arn, url: ref, attributes };
  });
}

export interface QueuePolicy {
  /** Whom the statement allows something, if it is a service. */
  readonly service: string | undefined;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** ARNs on whose behalf alone it may; empty for any. */
  readonly sources: readonly string[];
}

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const QUEUE_POLICY = z.looseObject({
  PolicyDocument: z.looseObject({
    Statement: z.array(
      z.looseObject({
        Effect: z.enum(['Allow', 'Deny']),
        Action: oneOrMore,
        Resource: oneOrMore,
        Principal: z.looseObject({ Service: z.string().optional() }).optional().catch(undefined),
        Condition: z
          .looseObject({ ArnEquals: z.looseObject({ 'aws:SourceArn': oneOrMore }).optional() })
          .optional(),
      }),
    ),
  }),
});

/** What queues allow to services. What they forbid, plain http and strangers, nobody here tries. */
export function readQueuePolicies(stack: Stack): QueuePolicy[] {
  return stack
    .all('AWS::SQS::QueuePolicy', QUEUE_POLICY)
    .flatMap(({ properties }) => properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow')
    .map(({ Principal, Action, Resource, Condition }) => ({
      service: Principal?.Service,
      actions: Action,
      resources: Resource,
      sources: Condition?.ArnEquals?.['aws:SourceArn'] ?? [],
    }));
}

const SECRET = z.strictObject({
  ...harmless('Description', 'GenerateSecretString', 'Name', 'Tags'),
  KmsKeyId: z.string().optional(),
  SecretString: z.string().optional(),
});

export function readSecrets(stack: Stack): PlannedSecret[] {
  return stack.all('AWS::SecretsManager::Secret', SECRET).map(({ logicalId, name, ref, properties }) => ({
    logicalId,
    name,
    arn: ref,
    value: properties.SecretString,
    kmsKey: properties.KmsKeyId,
  }));
}

const BUS = z.strictObject(harmless('Description', 'Name', 'Tags'));

export function readBuses(stack: Stack): Named[] {
  return stack
    .all('AWS::Events::EventBus', BUS)
    .map(({ logicalId, name, arn }) => ({ logicalId, name, arn }));
}
