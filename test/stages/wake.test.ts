// One conditional write claims a record; whoever comes second leaves it alone.
import { expect, test } from 'vitest';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { wake } from '../../lambdas/stages/wake.ts';
import { type House, house } from '../fakes/house.ts';
import { aRecord } from '../fakes/record.ts';

const stored = (home: House, given: Partial<AssetRecord> = {}) => home.ledger.save(aRecord(given));

test('a claim names life and version of what it claimed', async () => {
  const home = house();
  const record = await stored(home, { life: 3, status: 'thawing' });

  expect(await wake(record, home.waking)).toBe(true);

  expect(home.dispatch.invocations).toEqual([
    { stage: 'restore', message: { asset_id: 'asset1', life: 3, version: home.record().version } },
  ]);
});

test('of two who wake the same version one does', async () => {
  const home = house();
  const record = await stored(home);

  const both = await Promise.all([wake(record, home.waking), wake(record, home.waking)]);

  expect(both.toSorted()).toEqual([false, true]);
  expect(home.dispatch.invocations).toHaveLength(1);
});

test('a lease keeps others away until its last millisecond', async () => {
  const home = house();
  const record = await stored(home, { leased_until: '2026-11-01T00:01:30.000Z' });

  await home.clock.advance(89_999);
  expect(await wake(record, home.waking)).toBe(false);
  await home.clock.advance(1);

  expect(await wake(record, home.waking)).toBe(true);
});

test('a function that cannot be started is told to the caller, and the record keeps its wake', async () => {
  const home = house();
  const record = await stored(home, { attempts: 2 });
  home.dispatch.invoke = () => Promise.reject(new Error('Too many at once.'));

  await expect(wake(record, home.waking)).rejects.toThrow('Too many at once.');

  expect(home.record()).toMatchObject({ wake_at: '2026-11-01T00:01:30.000Z', attempts: 2 });
});

test('claims that are never answered last longer and longer, for an invocation may be delivered late', async () => {
  const home = house();
  const record = await stored(home, { attempts: 5 });

  await wake(record, home.waking);

  // Four leases of 90 s, from the sixth claim without an answer on.
  expect(home.record()).toMatchObject({ wake_at: '2026-11-01T00:06:00.000Z', attempts: 6 });
});
