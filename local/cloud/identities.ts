// What `Ref` and `Fn::GetAtt` answer for each resource type: names, ARNs and URLs in AWS's own form.
import { createHash } from 'node:crypto';

export interface Place {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
}

export interface Identity {
  readonly name: string;
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Shape {
  /** The property that may carry the physical name. */
  readonly nameProperty?: string;
  readonly identify: (name: string, at: Place, properties: Record<string, unknown>) => Omit<Identity, 'name'>;
}

const arn = (service: string, at: Place, resource: string) =>
  `arn:aws:${service}:${at.region}:${at.accountId}:${resource}`;

const named = (service: string, resource: (name: string) => string, nameProperty: string): Shape => ({
  nameProperty,
  identify: (name, at) => ({ ref: name, attributes: { Arn: arn(service, at, resource(name)), Name: name } }),
});

const table = named('dynamodb', (name) => `table/${name}`, 'TableName');

/** CDK makes the name part of a default-bus rule's ARN differ from that of a custom bus. */
const rule: Shape = {
  nameProperty: 'Name',
  identify: (name, at, { EventBusName: bus }) => {
    const path = typeof bus === 'string' && bus !== 'default' ? `${bus.replace(/^.*event-bus\//, '')}/` : '';
    return { ref: name, attributes: { Arn: arn('events', at, `rule/${path}${name}`) } };
  },
};

const SHAPES: Readonly<Record<string, Shape>> = {
  'AWS::Lambda::Function': named('lambda', (name) => `function:${name}`, 'FunctionName'),
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::Events::EventBus': named('events', (name) => `event-bus/${name}`, 'Name'),
  'AWS::Events::Rule': rule,
  'AWS::Scheduler::Schedule': named('scheduler', (name) => `schedule/default/${name}`, 'Name'),
  'AWS::Scheduler::ScheduleGroup': named('scheduler', (name) => `schedule-group/${name}`, 'Name'),
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    identify: (name, at) => ({
      ref: name,
      attributes: { Arn: `arn:aws:iam::${at.accountId}:role/${name}`, RoleId: name },
    }),
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    identify: (name) => ({ ref: name, attributes: { Arn: `arn:aws:s3:::${name}` } }),
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    identify: (name, at) => {
      const url = `https://sqs.${at.region}.amazonaws.com/${at.accountId}/${name}`;
      return { ref: url, attributes: { Arn: arn('sqs', at, name), QueueName: name, QueueUrl: url } };
    },
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    identify: (name, at) => {
      const secretArn = arn('secretsmanager', at, `secret:${name}-embedd`);
      return { ref: secretArn, attributes: { Id: secretArn } };
    },
  },
  'AWS::KMS::Key': {
    identify: (name, at) => ({ ref: name, attributes: { Arn: arn('kms', at, `key/${name}`), KeyId: name } }),
  },
  'AWS::ApiGatewayV2::Api': {
    identify: (name, at) => ({
      ref: name,
      attributes: { ApiId: name, ApiEndpoint: `https://${name}.execute-api.${at.region}.amazonaws.com` },
    }),
  },
};

/** A type without a shape is known by its logical id, and its ARN points nowhere. */
const OTHER: Shape = {
  identify: (name, at) => ({ ref: name, attributes: { Arn: arn('other', at, name) } }),
};

/** The same stack gets the same names in every boot, since the data directory keeps tables and buckets by name. */
function generatedName(stackName: string, logicalId: string): string {
  const hash = createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex').slice(0, 8);
  const own = logicalId.replace(new RegExp(`^${stackName}`), '').replace(/[0-9A-F]{8}$/, '');
  const readable = `${stackName}-${own}`.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
  return `${readable.slice(0, 50).replace(/-+$/, '')}-${hash}`;
}

export function identify(
  type: string,
  logicalId: string,
  properties: Record<string, unknown>,
  at: Place,
): Identity {
  const shape = SHAPES[type] ?? OTHER;
  const given = shape.nameProperty === undefined ? undefined : properties[shape.nameProperty];
  const generated = SHAPES[type] === undefined ? logicalId : generatedName(at.stackName, logicalId);
  const name = typeof given === 'string' ? given : generated;
  return { name, ...shape.identify(name, at, properties) };
}
