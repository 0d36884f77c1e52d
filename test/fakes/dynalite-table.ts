// A ledger table on an engine of its own, in memory and on a port of its own. Dynalite: https://github.com/architect/dynalite
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import {
  type AttributeDefinition,
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type GlobalSecondaryIndex,
} from '@aws-sdk/client-dynamodb';
import { TABLE } from '../../lambdas/contract/names.ts';

const dynalite: (options: object) => Server = createRequire(import.meta.url)('dynalite');

type Index = (typeof TABLE.indexes)[keyof typeof TABLE.indexes];

export interface DynaliteTable {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  stop(): Promise<void>;
}

export async function startDynaliteTable(): Promise<DynaliteTable> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await createTable(client, 'ledger');
  return {
    client,
    tableName: 'ledger',
    async stop() {
      client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Makes another table on the same engine, and waits until it can be used. */
export async function createTable(
  client: DynamoDBClient,
  tableName: string,
  indexes: readonly Index[] = Object.values(TABLE.indexes),
): Promise<void> {
  await client.send(new CreateTableCommand(tableDefinition(tableName, indexes)));
  const describe = () => client.send(new DescribeTableCommand({ TableName: tableName }));
  while ((await describe()).Table?.TableStatus !== 'ACTIVE') await setImmediate();
}

/** The table as the contract names it. */
function tableDefinition(tableName: string, indexes: readonly Index[]): CreateTableCommandInput {
  const keys = new Set([
    TABLE.partitionKey,
    ...indexes.flatMap((index) => [index.partitionKey, index.sortKey]),
  ]);
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...keys].map(
      (name): AttributeDefinition => ({ AttributeName: name, AttributeType: 'S' }),
    ),
    KeySchema: [{ AttributeName: TABLE.partitionKey, KeyType: 'HASH' }],
    GlobalSecondaryIndexes: indexes.map(
      (index): GlobalSecondaryIndex => ({
        IndexName: index.name,
        KeySchema: [
          { AttributeName: index.partitionKey, KeyType: 'HASH' },
          { AttributeName: index.sortKey, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      }),
    ),
  };
}
