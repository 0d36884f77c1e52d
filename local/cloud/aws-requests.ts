// What a request to DynamoDB or SQS does, in the words of IAM: actions, resource ARNs, values of condition keys.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html and …_amazonsqs.html
import { type Access, keyAccess } from './access.ts';
import type { CloudPlan, TableKey } from './plan.ts';

export type JsonService = 'dynamodb' | 'sqs';

/** `target` is the X-Amz-Target header, `body` the request document. */
export function accessesOf(plan: CloudPlan, service: JsonService, target: string, body: unknown): Access[] {
  const operation = target.slice(target.indexOf('.') + 1);
  return service === 'sqs'
    ? [queueAccess(plan, operation, body as QueueRequest)]
    : withTableKeys(plan, tableAccesses(plan, operation, body as TableRequest));
}

/** DynamoDB decrypts the key of a table for whoever uses it (encryption.usagenotes.html, "Decrypt"). */
function withTableKeys({ tables, region }: CloudPlan, accesses: readonly Access[]): Access[] {
  const used = tables.filter(({ arn }) =>
    accesses.some(({ resource }) => resource === arn || resource.startsWith(`${arn}/index/`)),
  );
  const keys = used.flatMap(({ kmsKey }) => kmsKey ?? []);
  return [...accesses, ...keys.map((key) => keyAccess(region, 'dynamodb', 'kms:Decrypt', key))];
}

interface QueueRequest {
  readonly QueueUrl?: string;
  readonly QueueName?: string;
}

/** A batch needs the permission of a single one. */
function queueAccess(plan: CloudPlan, operation: string, { QueueUrl, QueueName }: QueueRequest): Access {
  const name = QueueName ?? QueueUrl?.split('/').at(-1);
  const resource = name === undefined ? '*' : `arn:aws:sqs:${plan.region}:${plan.accountId}:${name}`;
  return { action: `sqs:${operation.replace(/Batch$/, '')}`, resource };
}

type Attributes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Keyed {
  readonly TableName?: string;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
}

interface TableRequest extends Keyed {
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
  /** Of BatchGetItem by table, and of BatchWriteItem. */
  readonly RequestItems?: Readonly<
    Record<string, { readonly Keys?: readonly Attributes[] } | readonly Write[]>
  >;
  /** Of a transaction, by operation: `{ Put: … }`. */
  readonly TransactItems?: readonly Readonly<Record<string, Keyed>>[];
}

interface Write {
  readonly PutRequest?: Keyed;
  readonly DeleteRequest?: Keyed;
}

function tableAccesses(plan: CloudPlan, operation: string, request: TableRequest): Access[] {
  const action = `dynamodb:${operation}`;
  if (request.RequestItems) {
    return Object.entries(request.RequestItems).map(([table, asked]) => {
      const written = 'Keys' in asked ? [] : (asked as readonly Write[]);
      const keyed = written.map(
        ({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key ?? {},
      );
      const items = 'Keys' in asked ? (asked.Keys ?? []) : keyed;
      return { action, ...place(plan, table, items) };
    });
  }
  if (request.TransactItems) {
    return request.TransactItems.flatMap((item) =>
      Object.entries(item).map(([kind, { TableName, Key, Item }]) => ({
        action: `dynamodb:${kind}Item`,
        ...place(plan, TableName, [Key ?? Item ?? {}]),
      })),
    );
  }
  if (request.KeyConditionExpression !== undefined) return [{ action, ...queried(plan, request) }];
  const { TableName, IndexName, Key, Item } = request;
  const items = Key ?? Item;
  return [{ action, ...place(plan, TableName, items ? [items] : [], IndexName) }];
}

type Place = Pick<Access, 'resource' | 'context'>;

/** The partition key of every item that the request names is a leading key. */
function place(
  plan: CloudPlan,
  tableName: string | undefined,
  items: readonly Attributes[],
  indexName?: string,
): Place {
  const { resource, hashKey } = tableOf(plan, tableName, indexName);
  const leading = items.flatMap((item) => Object.values(item[hashKey] ?? {}).map(String));
  return { resource, context: { 'dynamodb:LeadingKeys': leading } };
}

/** A query says its partition key in an expression: `#partition = :partition AND …`. */
function queried(plan: CloudPlan, request: TableRequest): Place {
  const { resource, hashKey } = tableOf(plan, request.TableName, request.IndexName);
  const { KeyConditionExpression = '', ExpressionAttributeNames: names = {} } = request;
  const equalities = [...KeyConditionExpression.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)];
  const [, , value = ''] = equalities.find(([, name = '']) => (names[name] ?? name) === hashKey) ?? [];
  const leading = Object.values(request.ExpressionAttributeValues?.[value] ?? {}).map(String);
  return { resource, context: { 'dynamodb:LeadingKeys': leading } };
}

/** A table is named or given by its ARN. */
function tableOf(
  { tables, region, accountId }: CloudPlan,
  tableName: string | undefined,
  indexName?: string,
) {
  const table = tables.find(({ name, arn }) => name === tableName || arn === tableName);
  const index = table?.indexes.find(({ IndexName }) => IndexName === indexName);
  const arn = table?.arn ?? `arn:aws:dynamodb:${region}:${accountId}:table/${tableName}`;
  const resource =
    tableName === undefined ? '*' : indexName === undefined ? arn : `${arn}/index/${indexName}`;
  return { resource, hashKey: hashKeyOf(index?.KeySchema ?? table?.keys ?? []) };
}

function hashKeyOf(keys: readonly TableKey[]): string {
  return keys.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
}
