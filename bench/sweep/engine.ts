// The ledger's table on dynalite, on disk, so that a million records need no more memory than a thousand.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { toItem } from '../../lambdas/adapters/ledger-item.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { listening } from '../../local/cloud/http.ts';
import { createTable } from '../../test/fakes/dynalite-table.ts';

export interface Engine extends AsyncDisposable {
  readonly tableName: string;
  newClient(): DynamoDBClient;
  put(records: readonly AssetRecord[]): Promise<void>;
  /** Stores records `from` up to, not including, `to`. */
  fill(from: number, to: number, recordAt: (at: number) => AssetRecord): Promise<void>;
}

const TABLE_NAME = 'ledger';

/** BatchWriteItem takes no more. */
const BATCH = 25;
const SIDE_BY_SIDE = 4;

export async function startEngine(): Promise<Engine> {
  const directory = await mkdtemp(join(tmpdir(), 'icehouse-sweep-'));
  const server = await listening(dynalite({ path: directory, createTableMs: 0 }), 0);
  const newClient = () =>
    new DynamoDBClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    });
  const client = newClient();
  await createTable(client, TABLE_NAME);
  return {
    tableName: TABLE_NAME,
    newClient,
    put: (records) => put(client, records),
    fill: (from, to, recordAt) => fill(client, from, to, recordAt),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function fill(
  client: DynamoDBClient,
  from: number,
  to: number,
  recordAt: (at: number) => AssetRecord,
): Promise<void> {
  let next = from;
  const worker = async () => {
    while (next < to) {
      const start = next;
      next = Math.min(to, start + BATCH);
      const records = Array.from({ length: next - start }, (_, at) => recordAt(start + at));
      await put(client, records);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
}

async function put(client: DynamoDBClient, records: readonly AssetRecord[]): Promise<void> {
  for (let start = 0; start < records.length; start += BATCH) {
    const batch = records.slice(start, start + BATCH);
    const puts = batch.map((record) => ({ PutRequest: { Item: toItem(record) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE_NAME]: puts } }));
  }
}
