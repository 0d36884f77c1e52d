// A video is found by whatever a ticket names, and shown as what it is now.
import { expect, test } from 'vitest';
import { SetUpError } from '../../lambdas/domain/failures.ts';
import { find } from '../../lambdas/stages/find.ts';
import { ARCHIVE, inStatus } from '../domain/decision-records.ts';
import { house } from '../fakes/house.ts';
import { memoryLedger } from '../fakes/ledger-memory.ts';

/** lesson1 was deleted and restored as lesson2, of which nobody has asked anything. */
async function school() {
  const ledger = memoryLedger();
  const poster = { ...ARCHIVE.manifest, name: 'poster.jpg', content_type: 'image/jpeg' };
  const lesson1 = inStatus('restored', {
    asset_id: 'lesson1',
    version: 0,
    title: 'Fractions',
    duration: 90,
    group_id: 'course-12',
    current_asset_id: 'lesson2',
    archive: { ...ARCHIVE, sidecars: [poster] },
  });
  await ledger.save(lesson1);
  await ledger.putAlias('asset', 'lesson2', 'lesson1');
  await ledger.putAlias('playback', 'PLAY1', 'lesson1');
  await ledger.putAlias('playback', 'PLAY2', 'lesson1');
  await ledger.putAlias('upload', 'UPLOAD1', 'lesson1');
  await ledger.putAlias('track', 'TRACK1', 'lesson1');
  await ledger.putAlias('external', 'row 7/b', 'lesson1');
  return ledger;
}

test.each([
  ['lesson1', 'asset_id', 'lesson1'],
  ['lesson2', 'asset_id', 'lesson2'],
  ['https://stream.mux.com/PLAY2.m3u8?token=a.b.c', 'playback_id', 'PLAY2'],
  ['school.example/course/12/PLAY1', 'playback_id', 'PLAY1'],
  ['UPLOAD1', 'upload_id', 'UPLOAD1'],
  ['https://stream.mux.com/PLAY9/text/TRACK1.vtt', 'track_id', 'TRACK1'],
  ['row 7/b', 'external_id', 'row 7/b'],
  ['course-12', 'group_id', 'course-12'],
])('%s is found by its %s', async (text, matched_by, matched) => {
  const { matches } = await find(await school(), text);

  expect(matches).toMatchObject([
    {
      matched_by,
      matched,
      asset_id: 'lesson1',
      status: 'restored',
      title: 'Fractions',
      duration: 90,
      group_id: 'course-12',
      current_asset_id: 'lesson2',
      poster: '/v1/assets/lesson1/sidecars/poster.jpg',
      summary: 'Back on Mux as asset lesson2; the copy stays in the vault.',
    },
  ]);
});

test('a group is named beside the first ten of its videos', async () => {
  const ledger = memoryLedger();
  for (let at = 0; at < 12; at += 1)
    await ledger.save(
      inStatus('archived', { asset_id: `lesson${at}`, version: 0, group_id: 'c1', archive: undefined }),
    );

  const found = await find(ledger, 'c1');

  expect(found.groups).toEqual(['c1']);
  expect(found.matches).toHaveLength(10);
  expect(found.matches[0]).toMatchObject({ matched_by: 'group_id', poster: null });
});

test('what nobody knows is found nowhere, which is no error', async () => {
  expect(await find(await school(), 'https://school.example/nobody')).toEqual({
    matches: [],
    groups: [],
    next_cursor: null,
    not_searched: [],
  });
});

test("the customer's own ids are known once the asset was read, and shown on the record", async () => {
  const home = house();
  home.platform.add({ id: 'asset1', meta: { external_id: 'row 7', creator_id: 'teacher-7', title: 'Köln' } });
  await home.requestDeletion();
  await home.round();

  const { matches } = await find(home.ledger, 'row 7');

  expect(matches).toMatchObject([
    { matched_by: 'external_id', asset_id: 'asset1', external_id: 'row 7', creator_id: 'teacher-7' },
  ]);
});

test('an id longer than any that Mux allows is nobody’s', async () => {
  const home = house();
  home.platform.add({ id: 'asset1', meta: { external_id: 'r'.repeat(3_000) } });
  await home.requestDeletion();
  await home.round();

  expect(home.ledger.records.get('asset1')).toMatchObject({ status: 'preparing' });
  expect(home.ledger.records.get('asset1')?.external_id).toBeUndefined();
});

/** teacher-7 made 30 videos and deleted the last 10 of them, and 20 of somebody else. */
async function staff() {
  const ledger = memoryLedger();
  for (let at = 10; at < 60; at += 1) {
    const record = inStatus('archived', { asset_id: `video${at}`, version: 0, archive: undefined });
    const creator_id = at < 40 ? 'teacher-7' : 'teacher-8';
    const deleted_by_user_id = at < 30 ? 'admin' : 'teacher-7';
    const created_at = `2026-11-01T00:00:${at}.000Z`;
    await ledger.save({ ...record, creator_id, deleted_by_user_id, created_at });
  }
  return ledger;
}

test('a person’s videos come by pages, the newest first: made, then deleted, and none twice', async () => {
  const ledger = await staff();

  const first = await find(ledger, 'teacher-7');
  const second = await find(ledger, 'teacher-7', first.next_cursor ?? '');
  const third = await find(ledger, 'teacher-7', second.next_cursor ?? '');

  const named = (from: number, to: number) =>
    Array.from({ length: from - to + 1 }, (_, at) => `video${from - at}`);
  expect(first.matches.map(({ asset_id }) => asset_id)).toEqual(named(39, 15));
  expect(second.matches.map(({ asset_id }) => asset_id)).toEqual([...named(14, 10), ...named(59, 40)]);
  expect(first.matches[0]).toMatchObject({ matched_by: 'creator_id', matched: 'teacher-7', poster: null });
  expect(second.matches.at(-1)).toMatchObject({ matched_by: 'deleted_by_user_id' });
  // What is left of the deleted ones has been listed as made.
  expect(third).toMatchObject({ matches: [], next_cursor: null });
});

test('whoever deleted ten thousand videos of his own is answered in bounded time, and led to the end', async () => {
  const ledger = memoryLedger();
  for (let at = 1_000; at < 1_300; at += 1) {
    const record = inStatus('archived', { asset_id: `v${at}`, version: 0, archive: undefined });
    await ledger.save({ ...record, creator_id: 'u', deleted_by_user_id: 'u' });
  }
  const seen: string[] = [];
  let calls = 0;
  let cursor: string | undefined;
  do {
    const page = await find(ledger, 'u', cursor);
    seen.push(...page.matches.map(({ asset_id }) => asset_id));
    cursor = page.next_cursor ?? undefined;
    calls += 1;
  } while (cursor !== undefined);

  expect(new Set(seen).size).toBe(300);
  expect(seen).toHaveLength(300);
  expect(calls).toBeLessThan(16);
});

test('while the table is being given an index, the rest is answered and says what is not', async () => {
  const ledger = await staff();
  const { list } = ledger;
  const building: typeof ledger = {
    ...ledger,
    list: async (query) => {
      if (query.person?.field !== 'creator_id') return list(query);
      throw new SetUpError('LEDGER_INDEX_MISSING', 'not yet', { action: 'wait' });
    },
  };

  const { matches, not_searched } = await find(building, 'admin');

  expect(not_searched).toEqual(['creator_id']);
  expect(matches).toHaveLength(20);
});

test.each([
  ['admin', 'x'],
  ['admin', 'creator_id.bm9uZQ'],
  ['https://school.example/admin', 'creator_id.'],
])('a search for %s refuses the cursor %s', async (text, cursor) => {
  await expect(find(await staff(), text, cursor)).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
});
