// Old ids answer for what the video is now, over any number of restores.
import { expect, test } from 'vitest';
import {
  followPlaybackId,
  followTrack,
  lastOfLineage,
  laterLives,
  lineageOf,
} from '../../lambdas/stages/lineage.ts';
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

  expect(found?.currentId).toBeUndefined();
  expect(found?.records.map(({ asset_id }) => asset_id)).toEqual(['first', 'second']);
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

test('ids lead on over more lives than anybody will count', async () => {
  const ledger = memoryLedger();
  const lives = 250;
  for (let n = 0; n < lives; n += 1) {
    const next = { id: `p${n + 1}`, policy: 'public', replaces: `p${n}` };
    const track = { id: `t${n + 1}`, type: 'text' as const, replaces: `t${n}` };
    await ledger.save(
      aRecord({
        asset_id: `a${n}`,
        status: 'restored',
        current_asset_id: `a${n + 1}`,
        restored_from: n > 0 ? `a${n - 1}` : undefined,
        playback_ids: [{ id: `p${n}`, policy: 'public' }],
        tracks: [{ id: `t${n}`, type: 'text' }],
        restore: { ...RESTORE, new_asset_id: `a${n + 1}`, new_playback_ids: [next], new_tracks: [track] },
      }),
    );
  }
  await ledger.putAlias('playback', 'p0', 'a0');
  await ledger.putAlias('track', 't0', 'a0');

  expect((await lastOfLineage(ledger, 'a0'))?.asset_id).toBe('a249');
  expect((await lineageOf(ledger, 'a249'))?.records[0]?.asset_id).toBe('a0');
  expect((await followPlaybackId(ledger, 'p0'))?.currentId).toBe('p250');
  expect((await followTrack(ledger, 't0'))?.currentId).toBe('t250');
});

test('a ledger that leads round in a circle is followed once', async () => {
  const ledger = memoryLedger();
  for (const [asset_id, other] of [
    ['first', 'second'],
    ['second', 'first'],
  ] as const)
    await ledger.save(
      aRecord({ asset_id, status: 'restored', current_asset_id: other, restored_from: other }),
    );

  expect((await lastOfLineage(ledger, 'first'))?.asset_id).toBe('second');
  expect((await lineageOf(ledger, 'second'))?.records).toHaveLength(2);
});

test('later lives are read by one read of many for each, and only of what was restored', async () => {
  const ledger = await ledgerOf({ status: 'restored', current_asset_id: 'third' });
  await ledger.save(aRecord({ asset_id: 'third', status: 'deleted' }));
  const reads: string[][] = [];
  const { getMany } = ledger;
  const counted = {
    getMany: (ids: readonly string[]) => {
      reads.push([...ids]);
      return getMany(ids);
    },
  };
  const records = ['first', 'second', 'third'].flatMap((id) => ledger.records.get(id) ?? []);

  const lives = await laterLives(counted, records);

  expect(reads).toEqual([['second', 'third'], ['third']]);
  const ids = [...lives].map(([id, later]) => [id, later.map(({ asset_id }) => asset_id)]);
  expect(ids).toEqual([
    ['first', ['second', 'third']],
    ['second', ['third']],
  ]);
});

test('later lives that lead round in a circle are followed once', async () => {
  const ledger = await ledgerOf({ status: 'restored', current_asset_id: 'first' });

  const lives = await laterLives(ledger, [...ledger.records.values()]);

  expect([...lives.values()].map((later) => later.length)).toEqual([1, 1]);
});
