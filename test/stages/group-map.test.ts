// The map of ids of a group: every playback id that its videos ever had, and what plays in its place now.
import { describe, expect, test } from 'vitest';
import type { AssetRecord, PlaybackId } from '../../lambdas/domain/record.ts';
import { type GroupMap, mapGroup } from '../../lambdas/stages/group-map.ts';
import { BULK, inStatus, NOW } from '../domain/decision-records.ts';
import { memoryLedger } from '../fakes/ledger-memory.ts';

const COURSE = 'course 12';
const clock = { nowMs: () => Date.parse(NOW), sleep: async () => undefined };

const ids = (...names: string[]): PlaybackId[] => names.map((id) => ({ id, policy: 'public' }));

/** Restored as `to`, with these ids in the place of those. */
function restoredAs(to: string, replaces: Record<string, string>): Partial<AssetRecord> {
  const new_playback_ids = Object.entries(replaces).map(([old, id]) => ({
    id,
    policy: 'public',
    replaces: old,
  }));
  return { current_asset_id: to, restore: { ...BULK, new_asset_id: to, new_playback_ids } };
}

type Given = [string, Exclude<AssetRecord['status'], 'failed'>, Partial<AssetRecord>?];

async function ledgerOf(...records: Given[]) {
  const ledger = memoryLedger();
  const usual = { version: 0, group_id: COURSE, restore: undefined };
  for (const [asset_id, status, given] of records) {
    await ledger.save(inStatus(status, { ...usual, asset_id, playback_ids: ids(`p-${asset_id}`), ...given }));
    for (const { id } of given?.playback_ids ?? []) await ledger.putAlias('playback', id, asset_id);
  }
  return ledger;
}

async function mapOf(ledger: Awaited<ReturnType<typeof ledgerOf>>, limit = 100) {
  const data: GroupMap['data'][number][] = [];
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page = await mapGroup({ ledger, clock }, COURSE, { cursor, limit });
    data.push(...(page?.data ?? []));
    pages += 1;
    cursor = page?.next_cursor ?? undefined;
  } while (cursor !== undefined && pages < 50);
  return { data, pages };
}

const leads = ({ data }: Pick<GroupMap, 'data'>) =>
  Object.fromEntries(data.map((row) => [row.playback_id, row.current_playback_id]));

describe('the map of a group', () => {
  test('leads from every id that a video had to what plays now, over three lives', async () => {
    const ledger = await ledgerOf(
      [
        'first',
        'restored',
        { playback_ids: ids('p1', 's1'), title: 'Old', ...restoredAs('second', { p1: 'p2', s1: 's2' }) },
      ],
      [
        'second',
        'restored',
        {
          restored_from: 'first',
          playback_ids: ids('p2', 's2'),
          title: 'Lesson 1',
          external_id: 'cms-1',
          ...restoredAs('third', { p2: 'p3' }),
        },
      ],
    );

    const map = await mapOf(ledger);

    const video = { external_id: 'cms-1', title: 'Lesson 1', asset_id: 'first', current_asset_id: 'third' };
    expect(map.data).toEqual([
      { ...video, playback_id: 'p1', current_playback_id: 'p3', reason: 'PLAYING', playable: true },
      { ...video, playback_id: 's1', current_playback_id: null, reason: 'NO_SUCCESSOR', playable: true },
      { ...video, playback_id: 'p2', current_playback_id: 'p3', reason: 'PLAYING', playable: true },
      { ...video, playback_id: 's2', current_playback_id: null, reason: 'NO_SUCCESSOR', playable: true },
    ]);
  });

  test('maps what was kept to itself, and what is gone to nothing', async () => {
    const ledger = await ledgerOf(
      ['kept', 'cancelled'],
      ['gone', 'deleted'],
      ['coming', 'thawing', { restore: BULK }],
    );

    const map = await mapOf(ledger);

    expect(leads(map)).toEqual({ 'p-kept': 'p-kept', 'p-gone': null, 'p-coming': null });
    expect(map.data.map(({ reason, playable }) => [reason, playable]).sort()).toEqual([
      ['DELETED', false],
      ['PLAYING', true],
      ['RESTORING', false],
    ]);
  });

  test('knows the ids of a life that another group asked to delete, and no lineage of another group', async () => {
    const ledger = await ledgerOf(
      ['before', 'restored', { group_id: 'elsewhere', ...restoredAs('first', { 'p-before': 'p-first' }) }],
      ['first', 'restored', { restored_from: 'before', ...restoredAs('second', { 'p-first': 'p-second' }) }],
      ['second', 'deleted', { restored_from: 'first', group_id: 'elsewhere' }],
      ['other', 'archived', { group_id: 'elsewhere' }],
    );

    const map = await mapOf(ledger);

    expect(leads(map)).toEqual({ 'p-first': null, 'p-second': null });
    expect(map.data[0]).toMatchObject({ asset_id: 'first', current_asset_id: null, reason: 'DELETED' });
  });

  test('knows ids that were taken away, and those of restores that somebody deleted', async () => {
    const ledger = await ledgerOf(
      [
        'revoked',
        'cancelled',
        {
          playback_ids: ids('new'),
          revoked: [{ id: 'old', policy: 'public', revoked_at: NOW, replaced_by: 'new' }],
        },
      ],
      [
        'again',
        'restored',
        {
          playback_ids: ids('a1'),
          earlier_restores: [
            { new_asset_id: 'lost', new_playback_ids: [{ id: 'a2', policy: 'public', replaces: 'a1' }] },
          ],
          ...restoredAs('there', { a1: 'a3' }),
        },
      ],
    );

    expect(leads(await mapOf(ledger))).toEqual({ old: 'new', new: 'new', a1: 'a3', a2: 'a3' });
  });

  test('has each id once, by however small pages', async () => {
    const ledger = await ledgerOf(
      ...Array.from({ length: 11 }, (_, at): Given => [`a${at}`, at % 2 ? 'archived' : 'deleted']),
    );

    const map = await mapOf(ledger, 2);

    expect(map.pages).toBeGreaterThan(5);
    expect(map.data).toHaveLength(11);
    expect(new Set(map.data.map(({ playback_id }) => playback_id)).size).toBe(11);
  });

  test('is none of a group that nobody has named, and refuses the cursor of something else', async () => {
    const ledger = await ledgerOf();

    expect(await mapGroup({ ledger, clock }, COURSE, { limit: 100 })).toBeUndefined();
    await expect(mapGroup({ ledger, clock }, COURSE, { limit: 100, cursor: 'x' })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });
});
