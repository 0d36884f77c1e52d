// What every ledger promises, whatever it keeps its records in. Each test works on assets, groups and lanes of its own.
import { expect, test } from 'vitest';
import { ConflictError } from '../../lambdas/domain/failures.ts';
import { claim } from '../../lambdas/domain/lifecycle.ts';
import type { AssetRecord, Status } from '../../lambdas/domain/record.ts';
import type { Ledger, ListQuery } from '../../lambdas/stages/ports.ts';
import { aRecord } from '../fakes/record.ts';

/** `makeLedger` answers an empty ledger each time. */
export function ledgerContract(makeLedger: () => Promise<Ledger>): void {
  savingRecords(makeLedger);
  wakingRecords(makeLedger);
  sleepingRecords(makeLedger);
  listingRecords(makeLedger);
  refusingCursors(makeLedger);
  aliasesAndPin(makeLedger);
}

function savingRecords(makeLedger: () => Promise<Ledger>): void {
  test('answers undefined for an asset it does not know', async () => {
    const ledger = await makeLedger();

    const record = await ledger.get('stranger');

    expect(record).toBeUndefined();
  });

  test('gives back a record as it was saved, one version on, without the fields that are undefined', async () => {
    const ledger = await makeLedger();
    const record = aRecord({
      reason: 'spring cleaning ✓',
      title: '',
      duration: 30.5,
      group_id: undefined,
      wake_at: '2026-11-02T00:00:00.000Z',
      wake_lane: 'expire',
      playback_ids: [{ id: 'p1', policy: 'public' }],
      progress: { bytes_done: 0, bytes_total: 214_748_364_800 },
      losses: [{ code: 'PLAYBACK_ID', attribute: 'playback_ids', detail: 'p1' }],
    });

    const saved = await ledger.save(record);

    const { group_id: _, ...defined } = record;
    expect(saved).toStrictEqual({ ...defined, version: 1 });
    expect(await ledger.get('asset1')).toStrictEqual(saved);
  });

  test('reads many at once, each once, and leaves out what it does not know', async () => {
    const ledger = await makeLedger();
    // More than one read of DynamoDB takes.
    const ids = Array.from({ length: 103 }, (_, at) => `many${at}`);
    for (const asset_id of ids) await ledger.save(aRecord({ asset_id, version: 0 }));

    const records = await ledger.getMany([...ids, 'many0', 'unknown']);
    const none = await ledger.getMany([]);

    expect(records.map(({ asset_id }) => asset_id).sort()).toEqual(ids.sort());
    expect(none).toEqual([]);
  });

  test('replaces the whole record, so that a field that is gone stays gone', async () => {
    const ledger = await makeLedger();
    const first = await ledger.save(
      aRecord({ waiting_for: 'the master', wake_at: '2026-11-02T00:00:00.000Z' }),
    );

    await ledger.save({ ...first, waiting_for: undefined, wake_at: undefined });

    const stored = await ledger.get('asset1');
    expect(stored).toMatchObject({ version: 2 });
    expect(Object.keys(stored ?? {})).not.toContain('waiting_for');
    expect(Object.keys(stored ?? {})).not.toContain('wake_at');
  });

  test('refuses a second first record of the same asset', async () => {
    const ledger = await makeLedger();
    await ledger.save(aRecord({ reason: 'first' }));

    const second = ledger.save(aRecord({ reason: 'second' }));

    await expect(second).rejects.toThrow(ConflictError);
    expect(await ledger.get('asset1')).toMatchObject({ version: 1, reason: 'first' });
  });

  test('refuses a record that somebody else has moved on', async () => {
    const ledger = await makeLedger();
    const read = await ledger.save(aRecord());
    await ledger.save({ ...read, reason: 'faster' });

    const late = ledger.save({ ...read, reason: 'slower' });

    await expect(late).rejects.toThrow(ConflictError);
    expect(await ledger.get('asset1')).toMatchObject({ version: 2, reason: 'faster' });
  });

  test('refuses a version of a record it never had', async () => {
    const ledger = await makeLedger();

    const save = ledger.save(aRecord({ version: 3 }));

    await expect(save).rejects.toThrow(ConflictError);
    expect(await ledger.get('asset1')).toBeUndefined();
  });

  test('lets exactly one of twenty writers of the same version win', async () => {
    const ledger = await makeLedger();
    const read = await ledger.save(aRecord());
    const writers = Array.from({ length: 20 }, (_, writer) =>
      ledger.save({ ...read, reason: `writer ${writer}` }),
    );

    const results = await Promise.allSettled(writers);

    const winners = results.filter((result) => result.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect(await ledger.get('asset1')).toStrictEqual(winners[0]?.value);
  });
}

function wakingRecords(makeLedger: () => Promise<Ledger>): void {
  const noonMs = Date.UTC(2026, 10, 2, 12);
  const idsDue = async (ledger: Ledger, ...o: Parameters<Ledger['due']>) =>
    (await ledger.due(...o)).map(({ assetId }) => assetId);

  test('wakes what is due to the millisecond and lets the rest sleep', async () => {
    const ledger = await makeLedger();
    await ledger.save(aRecord({ asset_id: 'past', wake_at: '2026-11-02T11:59:59.999Z' }));
    await ledger.save(aRecord({ asset_id: 'now', wake_at: '2026-11-02T12:00:00.000Z' }));
    await ledger.save(aRecord({ asset_id: 'soon', wake_at: '2026-11-02T12:00:00.001Z' }));
    await ledger.save(aRecord({ asset_id: 'atRest' }));

    const due = await idsDue(ledger, 'step', noonMs, 100);

    expect(due).toStrictEqual(['past', 'now']);
  });

  test('tells since when a record is due', async () => {
    const ledger = await makeLedger();
    await ledger.save(aRecord({ wake_at: '2026-11-02T11:59:59.999Z' }));

    const due = await ledger.due('step', noonMs, 1);

    expect(due).toStrictEqual([{ assetId: 'asset1', wakeAt: '2026-11-02T11:59:59.999Z' }]);
  });

  test('keeps the lanes apart', async () => {
    const ledger = await makeLedger();
    const wake_at = '2026-11-02T00:00:00.000Z';
    await ledger.save(aRecord({ asset_id: 'waits', status: 'archived', wake_at, wake_lane: 'expire' }));
    await ledger.save(aRecord({ asset_id: 'works', status: 'archived', wake_at, wake_lane: 'step' }));

    const due = [await idsDue(ledger, 'step', noonMs, 100), await idsDue(ledger, 'expire', noonMs, 100)];

    expect(due).toStrictEqual([['works'], ['waits']]);
  });

  test('wakes the earliest first, and no more than asked for, across all shards', async () => {
    const ledger = await makeLedger();
    const names = Array.from({ length: 30 }, (_, n) => `a${String(n).padStart(2, '0')}`);
    const backwards = names.toReversed();
    for (const [n, asset_id] of backwards.entries()) {
      await ledger.save(
        aRecord({ asset_id, wake_at: `2026-11-02T01:00:${String(29 - n).padStart(2, '0')}.000Z` }),
      );
    }

    const due = await idsDue(ledger, 'step', noonMs, 7);

    expect(due).toStrictEqual(['a00', 'a01', 'a02', 'a03', 'a04', 'a05', 'a06']);
  });

  test('moves a record when its time or lane moves, and drops it when it comes to rest', async () => {
    const ledger = await makeLedger();
    const due = await ledger.save(aRecord({ wake_at: '2026-11-02T00:00:00.000Z' }));
    const leased = await ledger.save({ ...due, wake_at: '2026-11-02T13:00:00.000Z' });
    expect(await idsDue(ledger, 'step', noonMs, 10)).toStrictEqual([]);
    const expiring = await ledger.save({
      ...leased,
      wake_at: '2026-11-02T00:00:00.000Z',
      wake_lane: 'expire',
    });
    expect(await idsDue(ledger, 'expire', noonMs, 10)).toStrictEqual(['asset1']);

    await ledger.save({ ...expiring, status: 'deleted', wake_at: undefined });

    expect(await idsDue(ledger, 'expire', noonMs, 10)).toStrictEqual([]);
    expect(await idsDue(ledger, 'step', noonMs, 10)).toStrictEqual([]);
  });

  test('tells how many of a lane wake before a record, over all shards, and counts no further than asked', async () => {
    const ledger = await makeLedger();
    const at = (second: number) => `2026-11-02T00:00:0${second}.000Z`;
    for (const n of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      await ledger.save(aRecord({ asset_id: `a${n}`, wake_at: at(n), wake_lane: 'admit' }));
    await ledger.save(aRecord({ asset_id: 'sameMoment', wake_at: at(7), wake_lane: 'admit' }));
    await ledger.save(aRecord({ asset_id: 'otherLane', wake_at: at(0), wake_lane: 'step' }));
    await ledger.save(aRecord({ asset_id: 'atRest', wake_lane: 'admit' }));

    const before = (asset_id: string, second: number, most: number) =>
      ledger.countBefore('admit', { asset_id, wake_at: at(second) }, most);

    expect(await before('a0', 0, 100)).toBe(0);
    expect(await before('a7', 7, 100)).toBe(7);
    // Within a millisecond the asset ids decide.
    expect(await before('sameMoment', 7, 100)).toBe(8);
    expect(await before('a9', 9, 4)).toBe(4);
  });

  test.each<[string, Partial<AssetRecord>]>([
    ['a step', { wake_lane: 'step', group_id: 'g' }],
    ['an archive past its date', { wake_lane: 'expire', status: 'archived' }],
    ['one whose claim was not answered', { attempts: 3, leased_until: '2026-11-01T11:59:00.000Z' }],
  ])('claims %s without reading it, just as a claim that was read and saved', async (_, given) => {
    const ledger = await makeLedger();
    const nowMs = Date.parse('2026-11-01T12:00:00.000Z');
    const due = await ledger.save(aRecord({ wake_at: '2026-11-01T12:00:00.000Z', ...given }));

    const claimed = await ledger.claimDue('asset1', nowMs, 90_000);

    expect(claimed).toStrictEqual({ ...claim(due, nowMs, 90_000), version: due.version + 1 });
    expect(await ledger.get('asset1')).toStrictEqual(claimed);
    expect(await idsDue(ledger, 'step', nowMs + 89_999, 10)).toEqual([]);
    expect(await idsDue(ledger, 'step', nowMs + 90_000, 10)).toEqual(['asset1']);
    expect(await idsDue(ledger, 'expire', nowMs + 90_000, 10)).toEqual([]);
  });

  test.each<[string, Partial<AssetRecord>]>([
    ['not due', { wake_at: '2026-11-01T12:00:00.001Z' }],
    ['at rest', { wake_at: undefined }],
    ['leased', { leased_until: '2026-11-01T12:00:00.001Z' }],
    ['claimed so often that its leases grow', { attempts: 4 }],
  ])('claims none that is %s without reading it', async (_, given) => {
    const ledger = await makeLedger();
    const nowMs = Date.parse('2026-11-01T12:00:00.000Z');
    const saved = await ledger.save(aRecord({ wake_at: '2026-11-01T12:00:00.000Z', ...given }));

    expect(await ledger.claimDue('asset1', nowMs, 90_000)).toBeUndefined();
    expect(await ledger.claimDue('stranger', nowMs, 90_000)).toBeUndefined();
    expect(await ledger.get('asset1')).toStrictEqual(saved);
  });

  test('lets one of twenty claims of the same record win', async () => {
    const ledger = await makeLedger();
    const nowMs = Date.parse('2026-11-01T12:00:00.000Z');
    await ledger.save(aRecord({ wake_at: '2026-11-01T12:00:00.000Z' }));

    const claims = await Promise.all(
      Array.from({ length: 20 }, () => ledger.claimDue('asset1', nowMs, 90_000)),
    );

    expect(claims.filter((claimed) => claimed !== undefined)).toHaveLength(1);
  });

  test('wakes nothing when asked for nothing', async () => {
    const ledger = await makeLedger();
    await ledger.save(aRecord({ wake_at: '2026-11-02T00:00:00.000Z' }));

    const due = await idsDue(ledger, 'step', noonMs, 0);

    expect(due).toStrictEqual([]);
  });
}

function sleepingRecords(makeLedger: () => Promise<Ledger>): void {
  const ids = ['a1', 'a2', 'b1', 'b2', 'c1'];
  const asleep = (asset_id: string, at: number) =>
    aRecord({ asset_id, wake_lane: 'expire', wake_at: `2026-11-0${at + 1}T00:00:00.000Z` });

  test('lists by pages what sleeps in a lane, the earliest first, each once, and none that wakes later', async () => {
    const ledger = await makeLedger();
    for (const [at, id] of ids.entries()) await ledger.save(asleep(id, at));
    await ledger.save(aRecord({ asset_id: 'step1', wake_lane: 'step', wake_at: '2026-11-01T00:00:00.000Z' }));
    const untilMs = Date.UTC(2026, 10, 4);

    const first = await ledger.asleep('expire', { untilMs, limit: 3 });
    const second = await ledger.asleep('expire', { untilMs, limit: 3, after: first.after ?? '' });

    expect(first.records.map(({ asset_id }) => asset_id)).toEqual(['a1', 'a2', 'b1']);
    expect(second.records.map(({ asset_id }) => asset_id)).toEqual(['b2']);
    expect(second.after).toBeNull();
  });

  test('lists nothing behind the last that could wake in time', async () => {
    const ledger = await makeLedger();

    const page = await ledger.asleep('expire', {
      untilMs: 0,
      limit: 3,
      after: '2026-11-01T00:00:00.000Z#a1',
    });

    expect(page).toEqual({ records: [], after: null });
  });
}

function listingRecords(makeLedger: () => Promise<Ledger>): void {
  test('lists one status, oldest first', async () => {
    const ledger = await makeLedger();
    await fill(ledger, [
      ['young', 'archived', 3],
      ['old', 'archived', 1],
      ['other', 'deleted', 2],
      ['middle', 'archived', 2],
    ]);

    const { records, nextCursor } = await ledger.list({ status: 'archived', limit: 10 });

    expect(records.map((record) => record.asset_id)).toStrictEqual(['old', 'middle', 'young']);
    expect(records[0]).toStrictEqual(await ledger.get('old'));
    expect(nextCursor).toBeNull();
  });

  test('lists one group, and one status of it', async () => {
    const ledger = await makeLedger();
    await fill(ledger, [
      ['a1', 'archived', 1, 'spring'],
      ['a2', 'requested', 2, 'spring'],
      ['a3', 'archived', 3, 'spring'],
      ['a4', 'archived', 4, 'autumn'],
      ['a5', 'archived', 5],
    ]);

    const group = await ledger.list({ groupId: 'spring', limit: 10 });
    const archived = await ledger.list({ groupId: 'spring', status: 'archived', limit: 10 });

    expect(group.records.map((record) => record.asset_id)).toStrictEqual(['a1', 'a3', 'a2']);
    expect(archived.records.map((record) => record.asset_id)).toStrictEqual(['a1', 'a3']);
  });

  test('does not take a status for another that begins alike', async () => {
    const ledger = await makeLedger();
    await fill(ledger, [
      ['a1', 'archiving', 1, 'spring'],
      ['a2', 'archived', 2, 'spring'],
    ]);

    const archived = await ledger.list({ groupId: 'spring', status: 'archived', limit: 10 });

    expect(archived.records.map((record) => record.asset_id)).toStrictEqual(['a2']);
  });

  test('lists everything in the order of a life when no filter is given', async () => {
    const ledger = await makeLedger();
    await fill(ledger, [
      ['f1', 'failed', 1],
      ['d1', 'deleted', 2],
      ['r2', 'requested', 4],
      ['r1', 'requested', 3],
    ]);

    const { records, nextCursor } = await ledger.list({ limit: 10 });

    expect(records.map((record) => record.asset_id)).toStrictEqual(['r1', 'r2', 'd1', 'f1']);
    expect(nextCursor).toBeNull();
  });

  const queries: ListQuery[] = [
    { limit: 3 },
    { limit: 3, status: 'archived' },
    { limit: 3, groupId: 'spring' },
    { limit: 3, groupId: 'spring', status: 'archived' },
  ];
  test.each(queries)('pages through %o without a gap or a repetition', async (query) => {
    const ledger = await makeLedger();
    const others = (n: number): Given => [`r${n}`, 'requested', n];
    const archived = (n: number): Given => [`a${n}`, 'archived', n, 'spring'];
    await fill(
      ledger,
      [1, 2, 3, 4, 5, 6, 7].flatMap((n) => [archived(n), others(n)]),
    );

    const pages = await allPages(ledger, query);

    const archivedIds = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'a7'];
    const all = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', ...archivedIds];
    expect(pages.flat()).toStrictEqual(query.status || query.groupId ? archivedIds : all);
    expect(pages.every((page) => page.length <= 3)).toBe(true);
  });

  test.each<NonNullable<ListQuery['person']>>([
    { field: 'creator_id', id: 'teacher-7' },
    { field: 'deleted_by_user_id', id: 'teacher-7' },
  ])('pages through all with $field $id, the newest first, whatever their status', async (person) => {
    const ledger = await makeLedger();
    const days = [1, 2, 3, 4, 5, 6, 7];
    for (const n of days) {
      const theirs = {
        asset_id: `a${n}`,
        created_at: `2026-11-0${n}T00:00:00.000Z`,
        [person.field]: person.id,
      };
      await ledger.save(aRecord({ ...theirs, status: n % 2 ? 'archived' : 'deleted' }));
      await ledger.save(aRecord({ ...theirs, asset_id: `b${n}`, [person.field]: 'teacher-70' }));
    }
    // Of one millisecond the ids decide, and one begins as another does.
    for (const asset_id of ['a4x', 'a4A'])
      await ledger.save(
        aRecord({ asset_id, created_at: '2026-11-04T00:00:00.000Z', [person.field]: person.id }),
      );

    const pages = await allPages(ledger, { person, limit: 2 });

    expect(pages.flat()).toStrictEqual(['a7', 'a6', 'a5', 'a4x', 'a4A', 'a4', 'a3', 'a2', 'a1']);
    expect(pages.every((page) => page.length <= 2)).toBe(true);
  });

  test('lists a record under no person any more once its fields are gone', async () => {
    const ledger = await makeLedger();
    const saved = await ledger.save(aRecord({ creator_id: 'teacher-7', deleted_by_user_id: 'u-17' }));

    await ledger.save({ ...saved, status: 'purged', creator_id: undefined, deleted_by_user_id: 'erased' });

    const left = [
      await ledger.list({ person: { field: 'creator_id', id: 'teacher-7' }, limit: 10 }),
      await ledger.list({ person: { field: 'deleted_by_user_id', id: 'u-17' }, limit: 10 }),
    ];
    expect(left.flatMap(({ records }) => records)).toEqual([]);
  });

  test('goes on behind a record that left the list between two pages', async () => {
    const ledger = await makeLedger();
    await fill(ledger, [
      ['a1', 'archived', 1],
      ['a2', 'archived', 2],
      ['a3', 'archived', 3],
    ]);
    const first = await ledger.list({ status: 'archived', limit: 2 });
    const moved = await ledger.get('a2');
    await ledger.save({ ...aRecord(moved), status: 'cancelled' });

    const second = await ledger.list({ status: 'archived', limit: 2, cursor: first.nextCursor ?? '' });

    expect(second.records.map((record) => record.asset_id)).toStrictEqual(['a3']);
  });

  test('counts the records of a status, no further than asked', async () => {
    const ledger = await makeLedger();
    await fill(ledger, [
      ['p1', 'preparing', 1],
      ['p2', 'preparing', 2],
      ['p3', 'preparing', 3],
      ['r1', 'requested', 1],
    ]);

    const counts = [await ledger.countStatus('preparing', 100), await ledger.countStatus('preparing', 2)];

    expect(counts).toStrictEqual([3, 2]);
    expect(await ledger.countStatus('archiving', 100)).toBe(0);
  });

  test('lists no alias and no pin', async () => {
    const ledger = await makeLedger();
    await ledger.putAlias('playback', 'p1', 'a1');
    await ledger.pinEnvironment('env1');

    const { records } = await ledger.list({ limit: 100 });

    expect(records).toStrictEqual([]);
  });
}

function refusingCursors(makeLedger: () => Promise<Ledger>): void {
  const forged = (cursor: unknown) => Buffer.from(JSON.stringify(cursor)).toString('base64url');
  test.each([
    ['an empty text', ''],
    ['no JSON', 'bm90IGpzb24'],
    ['no base64', '%%%'],
    ['another shape', forged({ pk: 'asset#a1' })],
    ['a status that does not exist', forged({ of: '#', walk: 'lost' })],
    ['a key behind the end', forged({ of: 'archived#spring', after: 'requested#2026' })],
  ])('refuses a cursor that is %s', async (_, cursor) => {
    const ledger = await makeLedger();

    const list = ledger.list({ status: 'archived', groupId: 'spring', limit: 10, cursor });

    await expect(list).rejects.toMatchObject({ code: 'INVALID_CURSOR', name: 'PermanentError' });
  });

  test('refuses the cursor of another person', async () => {
    const ledger = await makeLedger();
    for (const asset_id of ['a1', 'a2']) await ledger.save(aRecord({ asset_id, creator_id: 'teacher-7' }));
    const { nextCursor } = await ledger.list({ person: { field: 'creator_id', id: 'teacher-7' }, limit: 1 });

    const list = ledger.list({
      person: { field: 'creator_id', id: 'teacher-8' },
      limit: 1,
      cursor: nextCursor ?? '',
    });

    await expect(list).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });

  test('refuses the cursor of another list', async () => {
    const ledger = await makeLedger();
    await fill(ledger, [
      ['a1', 'archived', 1],
      ['a2', 'archived', 2],
    ]);
    const { nextCursor } = await ledger.list({ status: 'archived', limit: 1 });

    const list = ledger.list({ status: 'deleted', limit: 1, cursor: nextCursor ?? '' });

    await expect(list).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });
}

function aliasesAndPin(makeLedger: () => Promise<Ledger>): void {
  test('resolves an alias to the asset last put, apart for each kind', async () => {
    const ledger = await makeLedger();
    await ledger.putAlias('playback', 'x', 'first');
    await ledger.putAlias('playback', 'x', 'second');
    await ledger.putAlias('upload', 'x', 'third');

    const resolved = [
      await ledger.resolveAlias('playback', 'x'),
      await ledger.resolveAlias('upload', 'x'),
      await ledger.resolveAlias('asset', 'x'),
    ];

    expect(resolved).toStrictEqual(['second', 'third', undefined]);
  });

  test('drops one alias and leaves its neighbours, however often it is told to', async () => {
    const ledger = await makeLedger();
    await ledger.putAlias('external', 'course-1', 'first');
    await ledger.putAlias('external', 'course-2', 'second');
    await ledger.putAlias('playback', 'course-1', 'third');

    await ledger.dropAlias('external', 'course-1');
    await ledger.dropAlias('external', 'course-1');

    const resolved = [
      await ledger.resolveAlias('external', 'course-1'),
      await ledger.resolveAlias('external', 'course-2'),
      await ledger.resolveAlias('playback', 'course-1'),
    ];
    expect(resolved).toStrictEqual([undefined, 'second', 'third']);
  });

  test('keeps the first environment it was given', async () => {
    const ledger = await makeLedger();

    const pins = [await ledger.pinEnvironment('env1'), await ledger.pinEnvironment('env2')];

    expect(pins).toStrictEqual(['env1', 'env1']);
  });
}

type Given = [assetId: string, status: Status, day: number, groupId?: string];

async function fill(ledger: Ledger, given: readonly Given[]): Promise<void> {
  for (const [asset_id, status, day, group_id] of given) {
    const record: AssetRecord = aRecord({ asset_id, status, group_id });
    await ledger.save({ ...record, created_at: `2026-11-0${day}T00:00:00.000Z` });
  }
}

async function allPages(ledger: Ledger, query: ListQuery): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.list({ ...query, cursor });
    pages.push(page.records.map((record) => record.asset_id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}
