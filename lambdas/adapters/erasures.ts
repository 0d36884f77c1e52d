// Orders of erasure on DynamoDB, in the ledger's table: `erasure#<id>`, listed by the index over statuses in a partition
// that no status has.
import { type DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { TABLE } from '../contract/names.ts';
import { PermanentError } from '../domain/failures.ts';
import type { ErasureFile, Erasures } from '../stages/ports.ts';
import { type AwsPlace, atAws } from './aws-failures.ts';

export interface ErasuresOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
}

const PARTITION = 'erasure';
const PREFIX = `${PARTITION}#`;

/** Errors: as the ledger's. */
export function createErasures({ client, tableName }: ErasuresOptions): Erasures {
  const place: AwsPlace = { code: 'LEDGER', name: `table ${tableName}` };
  const { name, partitionKey, sortKey } = TABLE.indexes.status;

  const get = async (id: string): Promise<ErasureFile | undefined> => {
    const Key = { pk: { S: PREFIX + id } };
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }),
    );
    return Item && (unmarshall(Item).file as ErasureFile);
  };

  return {
    put: (file) =>
      atAws(place, async () => {
        const keys = { pk: PREFIX + file.id, [partitionKey]: PARTITION, [sortKey]: listedAs(file) };
        const Item = marshall({ ...keys, file }, { removeUndefinedValues: true });
        await client.send(new PutItemCommand({ TableName: tableName, Item }));
      }),

    get: (id) => atAws(place, () => get(id)),

    list: ({ cursor, limit }) =>
      atAws(place, async () => {
        const after = cursor === undefined ? '!' : `${decode(cursor)}!`;
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: tableName,
            IndexName: name,
            KeyConditionExpression: '#partition = :partition AND #sort > :after',
            ExpressionAttributeNames: { '#partition': partitionKey, '#sort': sortKey },
            ExpressionAttributeValues: { ':partition': { S: PARTITION }, ':after': { S: after } },
            Limit: limit,
          }),
        );
        const files = await Promise.all(Items.map(({ pk }) => get((pk?.S ?? '').slice(PREFIX.length))));
        const last = Items.at(-1)?.[sortKey]?.S;
        const nextCursor = LastEvaluatedKey && last ? Buffer.from(last).toString('base64url') : null;
        return { files: files.filter((file) => file !== undefined), nextCursor };
      }),
  };
}

function listedAs({ ordered_at, id }: ErasureFile): string {
  return `${ordered_at}#${id}`;
}

function decode(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z#[\w-]{1,64}$/.test(text)) return text;
  throw new PermanentError('INVALID_CURSOR', 'The cursor is not one this list has given.', {
    action: 'Start the list again without a cursor.',
  });
}
