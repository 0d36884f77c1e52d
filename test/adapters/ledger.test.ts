// The ledger's contract on the fake and on dynalite, and what only DynamoDB can do to it.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger } from '../../lambdas/adapters/ledger.ts';
import { TABLE } from '../../lambdas/contract/names.ts';
import { ledgerContract } from '../contract/ledger.ts';
import { createTable, type DynaliteTable, startDynaliteTable } from '../fakes/dynalite-table.ts';
import { memoryLedger } from '../fakes/ledger-memory.ts';
import { aRecord } from '../fakes/record.ts';

describe('in memory', () => {
  ledgerContract(async () => memoryLedger());
});

describe('on dynalite', () => {
  let table: DynaliteTable;
  let tables = 0;
  beforeAll(async () => {
    table = await startDynaliteTable();
  });
  afterAll(() => table.stop());

  async function emptyTable(): Promise<{ client: DynamoDBClient; tableName: string }> {
    tables += 1;
    const tableName = `ledger-${tables}`;
    await createTable(table.client, tableName);
    return { client: table.client, tableName };
  }

  ledgerContract(async () => createLedger(await emptyTable()));

  test('says that the table is missing, which waiting would not mend', async () => {
    const ledger = createLedger({ client: table.client, tableName: 'not-deployed' });

    const get = ledger.get('asset1');

    await expect(get).rejects.toMatchObject({
      name: 'SetUpError',
      code: 'LEDGER_MISSING',
      retryable: true,
    });
  });

  test('says of a table from before that an index is missing, and lists by the others', async () => {
    tables += 1;
    const tableName = `ledger-${tables}`;
    const { creator: _, ...before } = TABLE.indexes;
    await createTable(table.client, tableName, Object.values(before));
    const ledger = createLedger({ client: table.client, tableName });
    await ledger.save(aRecord({ creator_id: 'teacher-7', deleted_by_user_id: 'u-17' }));
    const by = (field: 'creator_id' | 'deleted_by_user_id', id: string) =>
      ledger.list({ person: { field, id }, limit: 10 });

    expect((await by('deleted_by_user_id', 'u-17')).records).toHaveLength(1);
    await expect(by('creator_id', 'teacher-7')).rejects.toMatchObject({
      name: 'SetUpError',
      code: 'LEDGER_INDEX_MISSING',
    });
  });

  test('asks again for the records that a batch left out', async () => {
    const ledger = createLedger(await emptyTable());
    const large = 'x'.repeat(390_000);
    for (const asset_id of Array.from({ length: 45 }, (_, n) => `a${10 + n}`)) {
      await ledger.save(aRecord({ asset_id, reason: large }));
    }

    const { records } = await ledger.list({ status: 'requested', limit: 100 });

    // 45 records of 390 KB are more than the 16 MB that one BatchGetItem answers.
    expect(records.map((record) => record.asset_id)).toStrictEqual(
      Array.from({ length: 45 }, (_, n) => `a${10 + n}`),
    );
  });
});
