// What requests to DynamoDB and SQS are in the words of IAM, after the service authorization reference.
import { expect, test } from 'vitest';
import { accessesOf } from '../../../local/cloud/aws-requests.ts';
import { type CloudPlan, EMPTY_PLAN } from '../../../local/cloud/plan.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/ledger';
const INDEX = {
  IndexName: 'by-wake',
  KeySchema: [{ AttributeName: 'lane', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'KEYS_ONLY' },
} as const;
const PLAN: CloudPlan = {
  ...EMPTY_PLAN,
  tables: [
    {
      logicalId: 'ledger',
      name: 'ledger',
      arn: TABLE,
      keys: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      attributes: [],
      indexes: [INDEX],
    },
  ],
};

const leading = (...keys: string[]) => ({ 'dynamodb:LeadingKeys': keys });
const pk = (value: string) => ({ pk: { S: value } });
const TableName = 'ledger';

test.each([
  {
    operation: 'DeleteItem',
    body: { TableName, Key: pk('a') },
    accesses: [{ action: 'dynamodb:DeleteItem', resource: TABLE, context: leading('a') }],
  },
  {
    operation: 'PutItem',
    body: { TableName: TABLE, Item: { ...pk('a'), other: { S: 'x' } } },
    accesses: [{ action: 'dynamodb:PutItem', resource: TABLE, context: leading('a') }],
  },
  {
    operation: 'BatchGetItem',
    body: { RequestItems: { ledger: { Keys: [pk('a'), pk('b')] } } },
    accesses: [{ action: 'dynamodb:BatchGetItem', resource: TABLE, context: leading('a', 'b') }],
  },
  {
    operation: 'BatchWriteItem',
    body: {
      RequestItems: { ledger: [{ PutRequest: { Item: pk('a') } }, { DeleteRequest: { Key: pk('b') } }] },
    },
    accesses: [{ action: 'dynamodb:BatchWriteItem', resource: TABLE, context: leading('a', 'b') }],
  },
  {
    operation: 'TransactWriteItems',
    body: { TransactItems: [{ Put: { TableName, Item: pk('a') } }, { Delete: { TableName, Key: pk('b') } }] },
    accesses: [
      { action: 'dynamodb:PutItem', resource: TABLE, context: leading('a') },
      { action: 'dynamodb:DeleteItem', resource: TABLE, context: leading('b') },
    ],
  },
  {
    operation: 'Query',
    body: {
      TableName,
      IndexName: 'by-wake',
      KeyConditionExpression: '#w < :now AND #l = :lane',
      ExpressionAttributeNames: { '#l': 'lane', '#w': 'wake' },
      ExpressionAttributeValues: { ':now': { S: '2026' }, ':lane': { S: 'step#3' } },
    },
    accesses: [{ action: 'dynamodb:Query', resource: `${TABLE}/index/by-wake`, context: leading('step#3') }],
  },
])('DynamoDB $operation', ({ operation, body, accesses }) => {
  const asked = accessesOf(PLAN, 'dynamodb', `DynamoDB_20120810.${operation}`, body);

  expect(asked).toEqual(accesses);
});

test("whoever uses a table with a customer's key decrypts its table key, through DynamoDB", () => {
  const kmsKey = 'arn:aws:kms:us-east-1:000000000000:key/ours';
  const plan = { ...PLAN, tables: PLAN.tables.map((table) => ({ ...table, kmsKey })) };

  const asked = accessesOf(plan, 'dynamodb', 'DynamoDB_20120810.GetItem', { TableName, Key: pk('a') });

  const context = { 'kms:ViaService': ['dynamodb.us-east-1.amazonaws.com'] };
  expect(asked.slice(1)).toEqual([{ action: 'kms:Decrypt', resource: kmsKey, context }]);
});

test.each([
  {
    operation: 'SendMessageBatch',
    body: { QueueUrl: 'http://127.0.0.1:1/000000000000/copy' },
    action: 'SendMessage',
  },
  { operation: 'GetQueueUrl', body: { QueueName: 'copy' }, action: 'GetQueueUrl' },
])('SQS $operation', ({ operation, body, action }) => {
  const asked = accessesOf(PLAN, 'sqs', `AmazonSQS.${operation}`, body);

  const resource = 'arn:aws:sqs:us-east-1:000000000000:copy';
  expect(asked).toEqual([{ action: `sqs:${action}`, resource }]);
});
