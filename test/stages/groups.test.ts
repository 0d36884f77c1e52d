// A group at a glance, and cancel and restore for all of it: by stretches, with nothing forgotten and nothing done twice.
import { describe, expect, test } from 'vitest';
import { TransientError } from '../../lambdas/domain/failures.ts';
import type { AssetRecord, ErasureOrder, Status } from '../../lambdas/domain/record.ts';
import { type GroupAction, type GroupWalk, walkGroup } from '../../lambdas/stages/group-walk.ts';
import { viewGroup } from '../../lambdas/stages/groups.ts';
import { ARCHIVE, BULK, CALLER, inStatus, NOW } from '../domain/decision-records.ts';
import { memoryLedger } from '../fakes/ledger-memory.ts';
import { createMemoryPlatform } from '../fakes/platform-memory.ts';
import { LIST_RATES } from '../fakes/rates.ts';
import { recordingDispatch, recordingLog } from '../fakes/recorders.ts';

const COURSE = 'course 12';
const clock = { nowMs: () => Date.parse(NOW), sleep: async () => undefined };

/** As `failed` records are. */
const FAILURE = { code: 'LOST_AT_SOURCE', message: 'm', action: 'a', retryable: true };
const LOST = { status: 'failed', archive: undefined, upload: undefined, lost_at: NOW } as const;

type Given = [string, Exclude<Status, 'failed'>, Partial<AssetRecord>?];

async function ledgerOf(...records: Given[]) {
  const ledger = memoryLedger();
  const usual = { version: 0, group_id: COURSE, restore: undefined, duration: 600 };
  for (const [asset_id, status, given] of records)
    await ledger.save(inStatus(status, { ...usual, asset_id, ...given }));
  return ledger;
}

async function view(ledger: Awaited<ReturnType<typeof ledgerOf>>, wish = {}) {
  const answer = await viewGroup({ ledger, clock, rates: LIST_RATES }, COURSE, wish);
  return answer.kind === 'view' ? answer.view : undefined;
}

describe('a group at a glance', () => {
  test('counts, and says what all of it would cost and when the last would be readable', async () => {
    const ledger = await ledgerOf(
      ['a1', 'archived'],
      ['a2', 'archived', { wake_at: '2026-12-01T00:00:00.000Z' }],
      ['d1', 'deleted', { archive: ARCHIVE }],
      ['d2', 'deleted', { archive: { ...ARCHIVE, storage_class: 'GLACIER' } }],
      ['r1', 'requested', { archive: undefined }],
      ['l1', 'archiving', { ...LOST, failure: { ...FAILURE, from: 'archiving' } }],
      ['other', 'deleted', { group_id: 'course 13' }],
    );

    const found = await view(ledger);

    expect(found).toMatchObject({
      group_id: COURSE,
      records: 6,
      by_status: { archived: 2, deleted: 2, requested: 1, failed: 1 },
      failures: { LOST_AT_SOURCE: 1 },
      duration: 3_600,
      archived_bytes: 40_000_000_000,
      next_deletion_at: '2026-12-01T00:00:00.000Z',
      restore: {
        free: 3,
        from_vault: 2,
        impossible: 1,
        superseded: 0,
        from_vault_bytes: 20_000_000_000,
        currency: 'USD',
        // Both take Standard, and the slower of the two is DEEP_ARCHIVE with its 12 hours.
        ready_by: '2026-11-23T00:00:00.000Z',
      },
      actions: [
        { action: 'cancel', path: '/v1/groups/course%2012/cancel' },
        { action: 'restore', path: '/v1/groups/course%2012/restore' },
      ],
      whole: true,
      next_cursor: null,
    });
  });

  test('costs what its videos cost one by one', async () => {
    const ledger = await ledgerOf(['d1', 'deleted', { duration: undefined }]);
    const three = await ledgerOf(
      ['d1', 'deleted', { duration: undefined }],
      ['d2', 'deleted', { duration: undefined }],
      ['d3', 'deleted', { duration: undefined }],
    );

    const [one, all] = [await view(ledger), await view(three)];

    // 10 × 10^9 bytes in DEEP_ARCHIVE by Standard: 1.07 $, as test/domain/decision-records.ts says.
    expect(one?.restore.estimated_cost_usd).toBeCloseTo(1.07, 2);
    expect(all?.restore.estimated_cost_usd).toBeCloseTo(3.22, 2);
  });

  test('counts a video once that was restored and deleted again', async () => {
    const ledger = await ledgerOf(
      ['first', 'restored', { current_asset_id: 'second' }],
      ['second', 'deleted', { restored_from: 'first' }],
      ['third', 'restored', { current_asset_id: 'fourth' }],
      ['fourth', 'deleted', { restored_from: 'third', group_id: 'elsewhere' }],
    );

    const found = await view(ledger);

    expect(found?.restore).toMatchObject({ superseded: 1, from_vault: 2, free: 0 });
    // `first` is an earlier life of `second`: neither its length nor its copy is counted once more.
    expect(found).toMatchObject({
      records: 2,
      earlier_lives: 1,
      by_status: { deleted: 1, restored: 1 },
      playing: 0,
      duration: 1_200,
      archived_bytes: 20_000_000_000,
    });
  });

  test('follows a video through a life that is no request of the group', async () => {
    const ledger = await ledgerOf(
      ['first', 'restored', { current_asset_id: 'second' }],
      ['second', 'restored', { restored_from: 'first', current_asset_id: 'third', group_id: 'elsewhere' }],
      ['third', 'deleted', { restored_from: 'second' }],
    );

    const [found, [walked]] = [await view(ledger), await walking(ledger).restore()];

    expect(found).toMatchObject({ records: 1, earlier_lives: 1, restore: { from_vault: 1, free: 0 } });
    expect(walked?.outcomes).toEqual({ superseded: 1, restoring: 1 });
  });

  test('counts a record once that moved on while its pages were read', async () => {
    const ledger = await ledgerOf(['moved', 'thawing', { restore: BULK }], ['other', 'deleted']);
    const { list } = ledger;
    // The first page ends behind `deleted`, and is read once more in its new place.
    ledger.list = async (query) => {
      const { records } = await list({ ...query, cursor: undefined });
      return query.cursor
        ? { records: records.filter(({ asset_id }) => asset_id === 'moved'), nextCursor: null }
        : { records, nextCursor: 'more' };
    };

    expect(await view(ledger)).toMatchObject({ records: 2, restore: { from_vault: 2, under_way: 1 } });
  });

  test('says what each tier comes to, and which is taken and why', async () => {
    const ledger = await ledgerOf(
      ['d1', 'deleted', { archive: ARCHIVE }],
      ['d2', 'deleted', { archive: { ...ARCHIVE, storage_class: 'GLACIER' } }],
    );

    const bulk = (await view(ledger, { tier: 'Bulk' }))?.restore;
    const soon = (await view(ledger, { needByMs: Date.parse(NOW) + 3_600_000 }))?.restore;

    // S3: Bulk of DEEP_ARCHIVE within 48 h, of GLACIER within 12 h; Standard within 12 h and 5 h.
    expect(bulk).toMatchObject({
      tiers: { Bulk: 2 },
      ready_by: '2026-11-24T12:00:00.000Z',
      meets_need_by: null,
      offers: [
        { tier: 'Bulk', videos: 2, ready_by: '2026-11-24T12:00:00.000Z' },
        { tier: 'Standard', videos: 2, ready_by: '2026-11-23T00:00:00.000Z' },
        { tier: 'Expedited', videos: 1 },
      ],
    });
    expect(bulk?.estimated_cost_usd).toBe(bulk?.offers[0]?.total_usd);
    expect(bulk?.reason).toBe('As asked for.');
    expect(soon).toMatchObject({ meets_need_by: false, tiers: { Standard: 1, Expedited: 1 } });
    expect(soon?.reason).toBe(
      'All of it cannot be ready by 2026-11-22T13:00:00.000Z; earliest 2026-11-23T00:00:00.000Z.',
    );
  });

  test('refuses a tier that its storage class does not offer', async () => {
    const ledger = await ledgerOf(['d1', 'deleted', { archive: ARCHIVE }], ['a1', 'archived']);

    const answer = await viewGroup({ ledger, clock, rates: LIST_RATES }, COURSE, { tier: 'Expedited' });

    expect(answer).toMatchObject({
      kind: 'problem',
      problem: { status: 400, code: 'TIER_NOT_OFFERED', field: 'tier' },
    });
  });

  test('knows that what is about to be erased cannot come back, and by which order', async () => {
    const order = { id: 'e'.repeat(16) } as ErasureOrder;
    const still = { from: 'archived', executes_at: NOW } as const;
    const ledger = await ledgerOf(
      ['root', 'purging', { group_id: 'elsewhere', archive: ARCHIVE, purge: { ...still, order } }],
      ['second', 'purging', { restored_from: 'root', archive: ARCHIVE, purge: { ...still, led_by: 'root' } }],
      ['third', 'purged', { archive: undefined, purge: { ...still, from: 'deleted' } }],
    );

    const found = await view(ledger);

    expect(found).toMatchObject({ restore: { impossible: 2, free: 0, from_vault: 0 }, erasures: [order.id] });
  });

  test('that is larger than one answer goes on by its cursor', async () => {
    const ledger = await ledgerOf(
      ...Array.from({ length: 1_030 }, (_, at): Given => [`asset${at}`, 'deleted']),
    );

    const first = await view(ledger);
    const rest = await view(ledger, { cursor: first?.next_cursor });

    expect(first).toMatchObject({ records: 1_000, whole: false });
    expect(rest).toMatchObject({ records: 30, whole: false, next_cursor: null });
  });

  test('that nobody has named is none', async () => {
    expect(await view(await ledgerOf())).toBeUndefined();
  });
});

function walking(ledger: Awaited<ReturnType<typeof ledgerOf>>) {
  const platform = createMemoryPlatform({ clock });
  const dispatch = recordingDispatch();
  const deps = {
    ledger,
    clock,
    log: recordingLog(),
    waking: { ledger, dispatch, clock, leaseMs: 90_000 },
    rates: LIST_RATES,
    storageClass: 'DEEP_ARCHIVE' as const,
    platform: () => platform,
    refusal: (error: unknown) => ({ status: 503, code: 'NOT_NOW', detail: String(error) }),
  };
  const restore = (reason?: string): GroupAction => ({
    kind: 'restore',
    wish: () => ({ token: 'e'.repeat(32), reason }),
  });
  async function all(action: GroupAction, caller = CALLER): Promise<readonly GroupWalk[]> {
    const walks: GroupWalk[] = [];
    let cursor: string | null = null;
    do {
      const walk: GroupWalk = await walkGroup(deps, COURSE, action, caller, cursor ?? undefined);
      walks.push(walk);
      cursor = walk.next_cursor;
    } while (cursor !== null && walks.length < 20);
    return walks;
  }
  return {
    deps,
    platform,
    restore: (reason?: string) => all(restore(reason)),
    restoreLater: () => all(restore(), { ...CALLER, nowMs: CALLER.nowMs + 1 }),
    cancel: () => all({ kind: 'cancel' }),
  };
}

const statuses = (ledger: Awaited<ReturnType<typeof ledgerOf>>) =>
  Object.fromEntries([...ledger.records.values()].map(({ asset_id, status }) => [asset_id, status]));

describe('a restore of a group', () => {
  test('brings back what is gone, takes back what is not, and leaves what is there', async () => {
    const ledger = await ledgerOf(
      ['requested1', 'requested'],
      ['archived1', 'archived'],
      ['deleted1', 'deleted'],
      ['restored1', 'restored', { current_asset_id: 'new1' }],
      ['cancelled1', 'cancelled'],
      ['lost1', 'archiving', { ...LOST, failure: { ...FAILURE, from: 'archiving' } }],
    );
    const walk = walking(ledger);

    const [done, ...more] = await walk.restore();

    expect(more).toEqual([]);
    expect(done).toMatchObject({
      done: true,
      next_cursor: null,
      records: 6,
      outcomes: { cancelled: 2, restoring: 1, already_available: 2, refused: 1 },
      problems: [{ asset_id: 'lost1', status: 409, code: 'NOTHING_TO_RESTORE' }],
    });
    expect(statuses(ledger)).toEqual({
      requested1: 'cancelled',
      archived1: 'cancelled',
      deleted1: 'thawing',
      restored1: 'restored',
      cancelled1: 'cancelled',
      lost1: 'failed',
    });
    // To ask Mux for each that is there would take hours.
    expect(walk.platform.calls).toEqual({});
  });

  test('names whoever asked for it on every record', async () => {
    const ledger = await ledgerOf(['deleted1', 'deleted'], ['archived1', 'archived']);

    await walking(ledger).restore();

    for (const { history } of ledger.records.values()) expect(history.at(-1)?.actor).toBe('user-9');
  });

  test('keeps its reason on every record', async () => {
    const ledger = await ledgerOf(['deleted1', 'deleted'], ['archived1', 'archived']);

    await walking(ledger).restore('ticket 4711');

    expect(ledger.records.get('deleted1')?.history.at(-1)?.cause).toBe('restore: ticket 4711');
    expect(ledger.records.get('archived1')?.history.at(-1)?.cause).toBe('taken back: ticket 4711');
  });

  test('asked for again changes nothing', async () => {
    const ledger = await ledgerOf(['deleted1', 'deleted'], ['archived1', 'archived']);
    const walk = walking(ledger);
    await walk.restore();
    const before = structuredClone([...ledger.records]);

    const [again] = await walk.restoreLater();

    expect(again?.outcomes).toEqual({ restoring: 1, already_available: 1 });
    expect([...ledger.records]).toEqual(before);
  });

  test('of six hundred goes by stretches, and each is counted once', async () => {
    const ledger = await ledgerOf(
      ...Array.from({ length: 600 }, (_, at): Given => [`asset${at}`, at % 2 ? 'archived' : 'deleted']),
    );

    const walks = await walking(ledger).restore();

    expect(walks.length).toBeGreaterThan(2);
    expect(walks.reduce((sum, { records }) => sum + records, 0)).toBe(600);
    expect(walks.at(-1)?.done).toBe(true);
    expect(new Set(Object.values(statuses(ledger)))).toEqual(new Set(['cancelled', 'thawing']));
  });

  test('follows a video that was deleted again by another request', async () => {
    const ledger = await ledgerOf(
      ['first', 'restored', { current_asset_id: 'second' }],
      ['second', 'deleted', { restored_from: 'first', group_id: 'elsewhere' }],
    );

    const [done] = await walking(ledger).restore();

    expect(done?.outcomes).toEqual({ restoring: 1 });
    expect(statuses(ledger).second).toBe('thawing');
  });

  test('goes on behind one that cannot be served now', async () => {
    const ledger = await ledgerOf(['deleted1', 'deleted'], ['deleted2', 'deleted']);
    const { save } = ledger;
    ledger.save = async (record) => {
      if (record.asset_id === 'deleted1') throw new TransientError('LEDGER_THROTTLED', 'slow down');
      return save(record);
    };

    const [done] = await walking(ledger).restore();

    expect(done).toMatchObject({
      outcomes: { not_now: 1, restoring: 1 },
      problems: [{ asset_id: 'deleted1', code: 'NOT_NOW' }],
    });
  });
});

describe('a cancel of a group', () => {
  test('takes back what can be, and names what is too late', async () => {
    const ledger = await ledgerOf(
      ['archived1', 'archived'],
      ['requested1', 'requested'],
      ['deleted1', 'deleted'],
      ['cancelled1', 'cancelled'],
      ['restored1', 'restored', { current_asset_id: 'new1' }],
      ['new1', 'archived', { group_id: 'elsewhere' }],
    );

    const [done] = await walking(ledger).cancel();

    expect(done).toMatchObject({
      action: 'cancel',
      outcomes: { cancelled: 2, already_cancelled: 1, already_restored: 1, refused: 1 },
      problems: [{ asset_id: 'deleted1', status: 409, code: 'TOO_LATE_TO_CANCEL' }],
    });
    // The request on what it became is another group's.
    expect(statuses(ledger)).toMatchObject({ new1: 'archived', deleted1: 'deleted', archived1: 'cancelled' });
  });

  test.each(['', 'x', Buffer.from('{"of":"cancel#other"}').toString('base64url')])(
    'refuses the cursor %j',
    async (cursor) => {
      const { deps } = walking(await ledgerOf(['archived1', 'archived']));

      await expect(walkGroup(deps, COURSE, { kind: 'cancel' }, CALLER, cursor)).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
    },
  );
});
