// The contract of audits on the fake and on dynalite.
import { afterAll, beforeAll, describe } from 'vitest';
import { createAudits } from '../../lambdas/adapters/audits.ts';
import { auditsContract } from '../contract/audits.ts';
import { memoryAudits } from '../fakes/audits-memory.ts';
import { createTable, type DynaliteTable, startDynaliteTable } from '../fakes/dynalite-table.ts';

describe('in memory', () => {
  auditsContract(async () => memoryAudits());
});

describe('on dynalite', () => {
  let table: DynaliteTable;
  let tables = 0;
  beforeAll(async () => {
    table = await startDynaliteTable();
  });
  afterAll(() => table.stop());

  auditsContract(async () => {
    tables += 1;
    const tableName = `ledger-${tables}`;
    await createTable(table.client, tableName);
    return createAudits({ client: table.client, tableName });
  });
});
