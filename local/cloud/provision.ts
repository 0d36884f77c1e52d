// Makes the plan's table, bucket and queues where they are missing, as a deployment would.
import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { CloudPlan, PlannedBucket, PlannedQueue, PlannedTable } from './plan.ts';

export interface AwsClients {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
}

export interface ProvisionOptions {
  readonly timeScale: number;
  /** Where our own queue server is: it names a host in its URLs that not every machine can resolve. */
  readonly ownSqsUrl: string | undefined;
}

/** Answers the real URL of each queue by its ARN in the plan. */
export async function provision(
  plan: CloudPlan,
  clients: AwsClients,
  options: ProvisionOptions,
): Promise<ReadonlyMap<string, string>> {
  const [queueUrls] = await Promise.all([
    createQueues(plan.queues, clients.sqs, options),
    ...plan.tables.map((table) => createTable(table, clients.dynamodb)),
    ...plan.buckets.map((bucket) => createBucket(bucket, clients.s3)),
  ]);
  return queueUrls;
}

async function createTable(table: PlannedTable, client: DynamoDBClient): Promise<void> {
  const command = new CreateTableCommand({
    TableName: table.name,
    KeySchema: [...table.keys],
    AttributeDefinitions: [...table.attributes],
    BillingMode: 'PAY_PER_REQUEST',
    ...(table.indexes.length > 0 && {
      GlobalSecondaryIndexes: table.indexes.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema: [...KeySchema],
        Projection: {
          ...Projection,
          NonKeyAttributes: Projection.NonKeyAttributes && [...Projection.NonKeyAttributes],
        },
      })),
    }),
  });
  try {
    await client.send(command);
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists(
    { client, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
    { TableName: table.name },
  );
}

async function createBucket(bucket: PlannedBucket, client: S3Client): Promise<void> {
  try {
    const ObjectLockEnabledForBucket = bucket.lockable;
    await client.send(new CreateBucketCommand({ Bucket: bucket.name, ObjectLockEnabledForBucket }));
  } catch (error) {
    if (!(error instanceof Error && error.name === 'BucketAlreadyOwnedByYou')) throw error;
  }
  if (bucket.kmsKey !== undefined) await encryptBucket(bucket.name, bucket.kmsKey, client);
  if (!bucket.versioned) return;
  const versioning = { Status: 'Enabled' } as const;
  await client.send(
    new PutBucketVersioningCommand({ Bucket: bucket.name, VersioningConfiguration: versioning }),
  );
}

async function encryptBucket(Bucket: string, KMSMasterKeyID: string, client: S3Client): Promise<void> {
  const byDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID } as const;
  const rule = { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: true };
  await client.send(
    new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }),
  );
}

/** Dead-letter queues first, since a redrive policy names a queue that must be there. */
async function createQueues(queues: readonly PlannedQueue[], client: SQSClient, options: ProvisionOptions) {
  const deadLettersFirst = queues.toSorted(
    (left, right) => Number('RedrivePolicy' in left.attributes) - Number('RedrivePolicy' in right.attributes),
  );
  const urls = new Map<string, string>();
  for (const queue of deadLettersFirst) {
    const url = await createQueue(queue, client, options.timeScale);
    urls.set(
      queue.arn,
      options.ownSqsUrl === undefined ? url : `${options.ownSqsUrl}${new URL(url).pathname}`,
    );
  }
  return urls;
}

async function createQueue(queue: PlannedQueue, client: SQSClient, timeScale: number): Promise<string> {
  const found = await client
    .send(new GetQueueUrlCommand({ QueueName: queue.name }))
    .catch((error: unknown) => {
      if (error instanceof QueueDoesNotExist) return undefined;
      throw error;
    });
  if (found?.QueueUrl) return found.QueueUrl;
  const attributes = scaledAttributes(queue.attributes, timeScale);
  const created = await client.send(
    new CreateQueueCommand({ QueueName: queue.name, Attributes: attributes }),
  );
  return created.QueueUrl ?? queue.url;
}

/** A message must stay hidden longer than the shortest function timeout of the clockwork. */
const SHORTEST_VISIBILITY_SECONDS = 30;

function scaledAttributes(attributes: PlannedQueue['attributes'], timeScale: number): Record<string, string> {
  const visibility = Number(attributes.VisibilityTimeout ?? SHORTEST_VISIBILITY_SECONDS);
  const scaled = Math.min(
    visibility,
    Math.max(SHORTEST_VISIBILITY_SECONDS, Math.round(visibility / timeScale)),
  );
  return { ...attributes, VisibilityTimeout: String(scaled) };
}
