// Old ids answer for what the video is now, over any number of restores.
import { expect, test } from 'vitest';
import { followPlaybackId, lastOfLineage } from '../../lambdas/stages/lineage.ts';
import { memoryLedger } from '../fakes/ledger-memory.ts';
import { aRecord } from '../fakes/record.ts';

const RESTORE = {
  tier: 'Bulk',
  requested_at: '2026-11-01T00:00:00.000Z',
  ready_by: '2026-11-01T00:00:00.000Z',
  estimated_cost_usd: 0,
  token: 't',
  create_attempts: 1,
} as const;

/** first, restored as second; second, deleted or restored again as third. */
async function ledgerOf(second: Partial<Parameters<typeof aRecord>[0]>) {
  const ledger = memoryLedger();
  const new_playback_ids = [{ id: 'p2', policy: 'public', replaces: 'p1' }];
  await ledger.save(
    aRecord({
      asset_id: 'first',
      status: 'restored',
      current_asset_id: 'second',
      playback_ids: [{ id: 'p1', policy: 'public' }],
      restore: { ...RESTORE, new_asset_id: 'second', new_playback_ids },
    }),
  );
  await ledger.save(
    aRecord({ asset_id: 'second', playback_ids: [{ id: 'p2', policy: 'public' }], ...second }),
  );
  await ledger.putAlias('playback', 'p1', 'first');
  return ledger;
}

test('an old id finds the record of the asset that the video is now', async () => {
  const ledger = await ledgerOf({ status: 'deleted' });

  const record = await lastOfLineage(ledger, 'first');

  expect(record?.asset_id).toBe('second');
});

test('an old playback id plays nothing once its successor was deleted too', async () => {
  const ledger = await ledgerOf({ status: 'deleted' });

  const found = await followPlaybackId(ledger, 'p1');

  expect(found).toMatchObject({ record: { asset_id: 'second' }, currentId: undefined });
});

test('an old playback id follows a second restore', async () => {
  const new_playback_ids = [{ id: 'p3', policy: 'public', replaces: 'p2' }];
  const restore = { ...RESTORE, new_asset_id: 'third', new_playback_ids };
  const ledger = await ledgerOf({ status: 'restored', current_asset_id: 'third', restore });

  const found = await followPlaybackId(ledger, 'p1');

  expect(found?.currentId).toBe('p3');
});

test('an id that nobody asked to delete is not known', async () => {
  const ledger = await ledgerOf({});

  expect(await followPlaybackId(ledger, 'other')).toBeUndefined();
  expect(await lastOfLineage(ledger, 'other')).toBeUndefined();
});
