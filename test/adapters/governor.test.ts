// The governor's contract on the fake and on dynalite, and what its slots cost there.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createGovernor, STEPS_PATIENCE_MS } from '../../lambdas/adapters/governor.ts';
import { governorContract, type MakeGovernors } from '../contract/governor.ts';
import { createTable, type DynaliteTable, startDynaliteTable } from '../fakes/dynalite-table.ts';
import { memoryGovernors } from '../fakes/governor-memory.ts';
import { manualClock } from '../fakes/manual-clock.ts';

describe('in memory', () => {
  governorContract(async () => memoryGovernors());
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

  const onDynalite: MakeGovernors = async () => (clock, rates, patienceMs) =>
    createGovernor({ client: table.client, tableName, clock, rates, patienceMs });
  governorContract(onDynalite, { backlog: 250 });

  test('spends one write and no read on a slot while calls are steady', async () => {
    const clock = manualClock();
    const governor = createGovernor({
      client: table.client,
      tableName,
      clock,
      rates: { post: 0.5, other: 2.5 },
      patienceMs: STEPS_PATIENCE_MS,
    });
    await governor.take('other', 'prepare');
    const commands: string[] = [];
    table.client.middlewareStack.add(
      (next, context) => (args) => {
        commands.push(context.commandName ?? '');
        return next(args);
      },
      { step: 'initialize', name: 'count' },
    );

    for (let call = 0; call < 10; call++) await governor.take('other', 'prepare');

    table.client.middlewareStack.remove('count');
    expect(commands).toStrictEqual(Array(10).fill('UpdateItemCommand'));
  });

  test('says that the table is missing', async () => {
    const clock = manualClock();
    const rates = { post: 0.5, other: 2.5 };
    const governor = createGovernor({
      client: table.client,
      tableName: 'not-deployed',
      clock,
      rates,
      patienceMs: STEPS_PATIENCE_MS,
    });

    const take = governor.take('other', 'delete');

    await expect(take).rejects.toMatchObject({ name: 'SetUpError', code: 'GOVERNOR_MISSING' });
  });
});
