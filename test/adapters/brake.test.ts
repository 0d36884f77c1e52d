// The brake's contract on the fake and on dynalite, and what stands in the table.
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createBrake } from '../../lambdas/adapters/brake.ts';
import { brakeContract } from '../contract/brake.ts';
import { memoryBrake } from '../fakes/brake-memory.ts';
import { createTable, type DynaliteTable, startDynaliteTable } from '../fakes/dynalite-table.ts';

const LIMITS = { perHour: 2, perDay: 20, perUserDay: 5 };
const NOW_MS = Date.parse('2026-11-22T11:30:00.000Z');

describe('in memory', () => {
  brakeContract(async (limits) => memoryBrake(limits));
});

describe('on dynalite', () => {
  let table: DynaliteTable;
  let tableName = '';
  let tables = 0;
  beforeAll(async () => {
    table = await startDynaliteTable();
  });
  beforeEach(async () => {
    tables += 1;
    tableName = `ledger-${tables}`;
    await createTable(table.client, tableName);
  });
  afterAll(() => table.stop());

  brakeContract(async (limits) => createBrake({ client: table.client, tableName, limits }));

  test('counts a day in one item, with a counter for each hour', async () => {
    const brake = createBrake({ client: table.client, tableName, limits: LIMITS });
    await brake.countDeletion({ userId: 'user-1', nowMs: NOW_MS });
    await brake.countDeletion({ userId: 'user-2', nowMs: NOW_MS + 3_600_000 });

    const Key = { pk: { S: 'brake#day#2026-11-22' } };
    const { Item } = await table.client.send(new GetItemCommand({ TableName: tableName, Key }));

    expect(Item).toStrictEqual({ ...Key, hour11: { N: '1' }, hour12: { N: '1' }, total: { N: '2' } });
  });

  test('is shared by all functions of a stack', async () => {
    const make = () => createBrake({ client: table.client, tableName, limits: LIMITS });
    await make().countDeletion({ userId: 'user-1', nowMs: NOW_MS });
    await make().countDeletion({ userId: 'user-1', nowMs: NOW_MS });

    const answer = await make().countDeletion({ userId: 'user-1', nowMs: NOW_MS });

    expect(answer).toMatchObject({ kind: 'spent', limit: '2 deletions an hour' });
  });

  test('says that the table is missing', async () => {
    const brake = createBrake({ client: table.client, tableName: 'not-deployed', limits: LIMITS });

    const hold = brake.holdOnAll();

    await expect(hold).rejects.toMatchObject({ name: 'SetUpError', code: 'BRAKE_MISSING' });
  });
});
