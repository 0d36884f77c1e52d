// The contract of erasure orders on the fake and on dynalite, and that they lie beside the records without being taken for one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createErasures } from '../../lambdas/adapters/erasures.ts';
import { createLedger } from '../../lambdas/adapters/ledger.ts';
import { STATUSES } from '../../lambdas/domain/record.ts';
import { anOrder, erasuresContract } from '../contract/erasures.ts';
import { createTable, type DynaliteTable, startDynaliteTable } from '../fakes/dynalite-table.ts';
import { memoryErasures } from '../fakes/erasures-memory.ts';
import { aRecord } from '../fakes/record.ts';

describe('in memory', () => {
  erasuresContract(async () => memoryErasures());
});

describe('on dynalite', () => {
  let table: DynaliteTable;
  let tables = 0;
  beforeAll(async () => {
    table = await startDynaliteTable();
  });
  afterAll(() => table.stop());

  async function emptyTable() {
    tables += 1;
    const tableName = `ledger-${tables}`;
    await createTable(table.client, tableName);
    return { client: table.client, tableName };
  }

  erasuresContract(async () => createErasures(await emptyTable()));

  test('orders are in no list, count or wake of records, and no record is among them', async () => {
    const place = await emptyTable();
    const [erasures, ledger] = [createErasures(place), createLedger(place)];
    const record = await ledger.save(
      aRecord({ asset_id: 'asset1', status: 'purging', wake_at: '2026-11-22T12:00:00.000Z' }),
    );
    // Named as the asset is, and ordered by whoever deleted it: what could be mixed up.
    await erasures.put(anOrder('asset1', { requested_by: record.deleted_by_user_id }));

    const lists = await Promise.all([
      ledger.list({ limit: 100 }),
      ...STATUSES.map((status) => ledger.list({ status, limit: 100 })),
      ledger.list({ person: { field: 'deleted_by_user_id', id: record.deleted_by_user_id }, limit: 100 }),
    ]);
    const counts = await Promise.all(STATUSES.map((status) => ledger.countStatus(status, 100)));

    expect(lists.flatMap(({ records }) => records)).toStrictEqual([record, record, record]);
    expect(counts.reduce((sum, each) => sum + each, 0)).toBe(1);
    expect(await ledger.get('asset1')).toStrictEqual(record);
    expect(await ledger.due('step', Date.UTC(2027, 0), 100)).toMatchObject([{ assetId: 'asset1' }]);
    expect((await erasures.list({ limit: 100 })).files.map(({ id }) => id)).toEqual(['asset1']);
  });

  test('says that the table is missing, which waiting would not mend', async () => {
    const erasures = createErasures({ client: table.client, tableName: 'not-deployed' });

    await expect(erasures.get('order1')).rejects.toMatchObject({
      name: 'SetUpError',
      code: 'LEDGER_MISSING',
    });
  });
});
