// Laws that every decision keeps, whatever the record and whatever the call.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Decision } from '../../lambdas/domain/decisions.ts';
import { decideHold, decideRelease } from '../../lambdas/domain/decisions-hold.ts';
import { decideCancel, decideRequest, decideReschedule } from '../../lambdas/domain/decisions-request.ts';
import { decideRestore, decideRestoreOfPresent } from '../../lambdas/domain/decisions-restore.ts';
import { canMove } from '../../lambdas/domain/lifecycle.ts';
import type { Archive, AssetRecord, RestoreState, Status, Tier } from '../../lambdas/domain/record.ts';
import { LIST_RATES } from '../fakes/rates.ts';
import { aRecord } from '../fakes/record.ts';

const NOW_MS = Date.parse('2026-11-22T12:00:00.000Z');
const CALLER = { nowMs: NOW_MS, actor: 'user-9' };
const HOUR_MS = 3_600_000;

const time = fc
  .integer({ min: -1_000 * HOUR_MS, max: 1_000 * HOUR_MS })
  .map((ms) => new Date(NOW_MS + ms).toISOString());
const tier = fc.constantFrom<Tier>('Bulk', 'Standard', 'Expedited');

const archive: fc.Arbitrary<Archive> = fc.record({
  bucket: fc.constant('vault'),
  key: fc.constant('mux/env1/asset1/1/master.mp4'),
  version_id: fc.constant('v1'),
  size_bytes: fc.integer({ min: 1, max: 2e12 }),
  crc32: fc.constant('AAAAAA=='),
  storage_class: fc.constantFrom('DEEP_ARCHIVE' as const, 'GLACIER' as const, 'GLACIER_IR' as const),
  token: fc.constant('a'.repeat(32)),
  verified_at: time,
  manifest: fc.constant({ key: 'manifest.json', version_id: 'm1', size_bytes: 9, crc32: 'AAAAAQ==' }),
  captions: fc.constant([]),
});
const restore: fc.Arbitrary<RestoreState> = fc.record({
  tier,
  requested_at: time,
  ready_by: time,
  estimated_cost_usd: fc.constant(1),
  asked_tier: fc.option(tier, { nil: undefined }),
  token: fc.constant('b'.repeat(32)),
  create_attempts: fc.nat(5),
  new_playback_ids: fc.constant([]),
});
const lease = fc.option(time, { nil: undefined });

/** Where a record stands, and where it stood when it failed. */
const standing = fc.oneof(
  fc.constantFrom<Status[]>(
    ...(['requested', 'preparing', 'archiving', 'archived', 'deleting', 'deleted'] as const).map(one),
    ...(['thawing', 'uploading', 'restored', 'cancelled'] as const).map(one),
  ),
  fc
    .constantFrom<Status>(
      'requested',
      'preparing',
      'archiving',
      'archived',
      'deleting',
      'thawing',
      'uploading',
    )
    .map((from): Status[] => ['failed', from]),
);
function one(status: Status): Status[] {
  return [status];
}

/** Records as the stages leave them: an archive from `archived` on, perhaps before, and so on. */
const record: fc.Arbitrary<AssetRecord> = standing.chain(([status = 'requested', from]) => {
  const at = from ?? status;
  const mustHave = ['archived', 'deleting', 'deleted', 'thawing', 'uploading', 'restored'].includes(at);
  const mayHave = ['requested', 'cancelled'].includes(at);
  const isRestoring = ['thawing', 'uploading', 'restored'].includes(at);
  const mayRestore = ['deleting', 'deleted'].includes(at);
  const sometimes = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const never = fc.constant(undefined);
  return fc
    .record({
      archive: mustHave ? archive : mayHave ? sometimes(archive) : never,
      restore: isRestoring ? restore : mayRestore ? sometimes(restore) : never,
      lost_at: from === 'requested' ? sometimes(time) : never,
      leased_until: lease,
      life: fc.integer({ min: 1, max: 9 }),
      version: fc.integer({ min: 1, max: 999 }),
      entries: fc.integer({ min: 0, max: 60 }),
      expiration_date: time,
    })
    .map(({ entries, lost_at, ...given }) =>
      aRecord({
        ...given,
        lost_at: given.archive ? undefined : lost_at,
        status,
        wake_at: given.leased_until,
        published_version: given.version,
        failure: from && { code: 'GAVE_UP', message: 'm', action: 'a', from, retryable: true },
        current_asset_id: status === 'restored' ? 'new1' : undefined,
        history: Array.from({ length: entries }, () => ({
          at: given.expiration_date,
          from: null,
          to: status,
          cause: 'c',
          actor: 'a',
          version: given.version,
        })),
      }),
    );
});

const wish = fc.record({
  token: fc.constant('c'.repeat(32)),
  tier: fc.option(tier, { nil: undefined }),
  needByMs: fc.option(fc.integer({ min: NOW_MS + 1, max: NOW_MS + 100 * HOUR_MS }), { nil: undefined }),
});
type Call = (record: AssetRecord) => Decision;
const call: fc.Arbitrary<{ name: string; run: Call }> = fc.oneof(
  fc
    .record({ user: fc.constantFrom('user-7', 'user-8'), date: time, isDated: fc.boolean() })
    .map(({ user, date, isDated }) => ({
      name: 'request',
      run: (given: AssetRecord) =>
        decideRequest(
          given,
          {
            asset_id: given.asset_id,
            deleted_by_user_id: user,
            expirationMs: Date.parse(date),
            asked: isDated ? { expiration_date: date } : {},
          },
          CALLER,
        ),
    })),
  fc.constant({ name: 'cancel', run: (given: AssetRecord) => decideCancel(given, CALLER) }),
  fc.record({ wish, isAlive: fc.boolean() }).map(({ wish, isAlive }) => ({
    name: 'restore',
    run: (given: AssetRecord) => {
      const decision = decideRestore(given, wish, CALLER, LIST_RATES);
      return decision.kind === 'ask-platform'
        ? decideRestoreOfPresent(given, isAlive, wish, CALLER, LIST_RATES)
        : decision;
    },
  })),
  time.map((date) => ({
    name: 'patch',
    run: (given: AssetRecord) =>
      decideReschedule(given, { expirationMs: Date.parse(date), userId: 'u', reason: 'r' }, CALLER),
  })),
  fc
    .option(fc.integer({ min: NOW_MS + 1, max: NOW_MS + 100 * HOUR_MS }), { nil: undefined })
    .map((untilMs) => ({
      name: 'hold',
      run: (given: AssetRecord) => decideHold(given, { reason: 'r', userId: 'u', untilMs }, CALLER),
    })),
  fc.constant({
    name: 'release',
    run: (given: AssetRecord) => {
      const hold = { reason: 'r', user_id: 'u', since: given.created_at };
      return decideRelease({ ...given, hold }, undefined, CALLER);
    },
  }),
);

function holdsForAllWrites(law: (after: AssetRecord, before: AssetRecord, name: string) => void): void {
  fc.assert(
    fc.property(record, call, (before, { name, run }) => {
      const decision = run(before);
      if (decision.kind === 'write') law(decision.record, before, name);
    }),
    { numRuns: 1_000, seed: 20_261_122 },
  );
}

test('every call is decided: written, answered or refused with a code, and the record given stays as it was', () => {
  fc.assert(
    fc.property(record, call, (before, { run }) => {
      const copy = structuredClone(before);

      const decision = run(before);

      expect(['write', 'answer', 'refuse']).toContain(decision.kind);
      if (decision.kind === 'refuse') {
        expect(decision.problem.code).toMatch(/^[A-Z_]+$/);
        expect([400, 409]).toContain(decision.problem.status);
      }
      expect(before).toEqual(copy);
    }),
    { numRuns: 1_000, seed: 20_261_122 },
  );
});

test('the version is left to the ledger, and asset, proofs and news already told are never touched', () => {
  holdsForAllWrites((after, before) => {
    expect(after).toMatchObject({
      asset_id: before.asset_id,
      version: before.version,
      published_version: before.published_version,
      schema: 1,
    });
    expect(after.archive).toEqual(before.archive);
    expect(after.upload).toEqual(before.upload);
  });
});

test('the history grows by two steps at most, each allowed, the last one into the new status', () => {
  holdsForAllWrites((after, before) => {
    const added = after.history.filter(({ version }) => version === before.version + 1);
    expect(added.length).toBeLessThanOrEqual(2);
    expect(after.history.length).toBeLessThanOrEqual(60);
    let at = before.status;
    for (const { from, to } of added) {
      expect(from).toBe(at);
      if (from && from !== to) expect(canMove(from, to), `${from} to ${to}`).toBe(true);
      at = to;
    }
    expect(after.status).toBe(at);
  });
});

test('a life ends only when a cancelled request is made again', () => {
  holdsForAllWrites((after, before) => {
    const isNew = before.status === 'cancelled' && after.status === 'requested';
    expect(after.life).toBe(before.life + (isNew ? 1 : 0));
  });
});

test('whatever is stored is woken: now, or by the end of the lease of whoever holds it', () => {
  holdsForAllWrites((after, before) => {
    const isLeased = before.leased_until !== undefined && Date.parse(before.leased_until) > NOW_MS;
    const isSameStatus = after.status === before.status;
    if (isLeased && isSameStatus) {
      expect(after).toMatchObject({ leased_until: before.leased_until, wake_at: before.wake_at });
    } else {
      const isNewInLine = after.status === 'requested' && !isSameStatus;
      const wake_lane = isNewInLine ? 'admit' : 'step';
      expect(after).toMatchObject({ wake_at: '2026-11-22T12:00:00.000Z', wake_lane });
      expect(after.leased_until).toBeUndefined();
    }
  });
});

test('a failure stands on failed records only, and a restore never without its archive', () => {
  holdsForAllWrites((after) => {
    expect(after.failure !== undefined).toBe(after.status === 'failed');
    if (['thawing', 'uploading'].includes(after.status)) {
      expect(after.archive).toBeDefined();
      expect(after.restore).toBeDefined();
      expect(after.lost_at).toBeUndefined();
    }
  });
});

test('no call begins a deletion: one that failed goes on, and only when its date has passed', () => {
  holdsForAllWrites((after, before, name) => {
    if (after.status === 'deleting' && before.status !== 'deleting') {
      expect(before).toMatchObject({ status: 'failed', failure: { from: 'deleting' } });
      if (name === 'request') expect(Date.parse(after.expiration_date)).toBeLessThanOrEqual(NOW_MS);
    }
    if (after.status === 'cancelled' && before.status !== 'cancelled')
      expect(['cancel', 'restore']).toContain(name);
  });
});
