// The counting behind the benchmark of the sweep, against calls counted by hand; and sizes as AWS's page counts them.
import { BatchGetItemCommand, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { atScale, itemBytes } from '../../bench/sweep/arithmetic.ts';
import { waitingRecord } from '../../bench/sweep/population.ts';
import { countCalls, itemsRead } from '../../bench/sweep/reads.ts';
import { type DynaliteTable, startDynaliteTable } from '../fakes/dynalite-table.ts';

let table: DynaliteTable;
beforeAll(async () => {
  table = await startDynaliteTable();
});
afterAll(() => table.stop());

const key = (pk: string) => ({ pk: { S: pk } });

test('counts keys asked for, entries gone through, writes and partitions', async () => {
  const { client, tableName: TableName } = table;
  const counts = countCalls(client);
  for (const name of ['a', 'b', 'c']) {
    const Item = { ...key(name), status: { S: 'archived' }, listed_as: { S: name } };
    await client.send(new PutItemCommand({ TableName, Item }));
  }

  await client.send(new GetItemCommand({ TableName, Key: key('a') }));
  await client.send(
    new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: [key('b'), key('none')] } } }),
  );
  await client.send(
    new QueryCommand({
      TableName,
      IndexName: 'by-status',
      KeyConditionExpression: '#status = :status',
      FilterExpression: 'pk = :c',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':status': { S: 'archived' }, ':c': { S: 'c' } },
    }),
  );

  expect(counts).toMatchObject({ writes: 3, gets: 3, scanned: 3 });
  expect(itemsRead(counts)).toBe(6);
  expect([...counts.partitions]).toEqual(['by-status archived']);
});

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
test.each([
  ['a text', { name: { S: 'Grüße' } }, 4 + 7],
  ['a number', { n: { N: '1234' } }, 1 + 3],
  ['a list of two texts', { l: { L: [{ S: 'ab' }, { S: 'c' }] } }, 1 + 3 + 2 + 3],
  ['a map', { m: { M: { k: { BOOL: true } } } }, 1 + 3 + 1 + 1 + 1],
])('the bytes of %s', (_, item, bytes) => {
  expect(itemBytes(item)).toBe(bytes);
});

// 3 lanes of 8 shards, each shard answering up to 100, 20 and 20 entries; 1,000 open masters in each of two statuses. An
// empty query is half a read unit (same page), and a record of less than 4 KB one, if its claim is refused.
test('a sweep with any backlog reads index entries, and the records whose claims are refused', () => {
  const scale = atScale();

  expect(scale).toMatchObject({ sweepQueries: 24, idleReadUnits: 12 });
  expect(scale.backlogItemsRead).toBe(8 * 140 + 2 * 1_000);
  expect(scale.mostItemsRead).toBe(3_120 + 140);
  expect(scale.mostReadUnits - scale.backlogReadUnits).toBe(140);
});

test('a thousand waiting records hold the mix, and none of them is due', () => {
  const nowMs = Date.UTC(2026, 10, 22);

  const records = Array.from({ length: 1_000 }, (_, at) => waitingRecord(at, nowMs));

  const inIndex = records.filter(({ wake_at }) => wake_at !== undefined);
  expect(inIndex).toHaveLength(715);
  expect(inIndex.every(({ wake_at = '' }) => Date.parse(wake_at) > nowMs)).toBe(true);
  expect(new Set(records.map(({ asset_id }) => asset_id)).size).toBe(1_000);
});
