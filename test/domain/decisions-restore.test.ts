// What a restore leaves on a record: its tier, its promise, and when it is refused.
import { describe, expect, test } from 'vitest';
import { decideRestore, decideRestoreOfPresent } from '../../lambdas/domain/decisions-restore.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { LIST_RATES } from '../fakes/rates.ts';
import {
  BULK,
  CALLER,
  CALLS,
  FRESH_TOKEN,
  failedFrom,
  inStatus,
  NOW,
  STANDARD,
  written,
} from './decision-records.ts';

describe('a restore of a restored asset', () => {
  const wish = { token: FRESH_TOKEN };

  test('changes nothing while the current asset is alive', () => {
    const decision = decideRestoreOfPresent(inStatus('restored'), true, wish, CALLER, LIST_RATES);

    expect(decision).toEqual({ kind: 'answer', status: 200, outcome: 'already_available' });
  });

  test('starts once more when the current asset is gone', () => {
    const decision = decideRestoreOfPresent(inStatus('restored'), false, wish, CALLER, LIST_RATES);

    expect(decision).toMatchObject({ kind: 'write', status: 202, outcome: 'restoring' });
    expect(written(decision).status).toBe('thawing');
    expect(written(decision).current_asset_id).toBeUndefined();
    expect(written(decision).restore).toEqual({
      tier: 'Standard',
      requested_at: NOW,
      requested_by: 'user-9',
      ready_by: '2026-11-23T00:00:00.000Z',
      estimated_cost_usd: 1.074536,
      token: FRESH_TOKEN,
      create_attempts: 0,
      new_playback_ids: [],
    });
  });

  test('refuses a tier that its class does not have', () => {
    const decision = decideRestoreOfPresent(
      inStatus('restored'),
      false,
      { ...wish, tier: 'Expedited' },
      CALLER,
      LIST_RATES,
    );

    expect(decision).toMatchObject({ kind: 'refuse', problem: { status: 400, code: 'TIER_NOT_OFFERED' } });
  });
});

describe('a restore after the request was taken back', () => {
  const wish = { token: FRESH_TOKEN };

  test('changes nothing while the asset is there', () => {
    const decision = decideRestoreOfPresent(inStatus('cancelled'), true, wish, CALLER, LIST_RATES);

    expect(decision).toEqual({ kind: 'answer', status: 200, outcome: 'already_available' });
  });

  test('starts from the archive that was kept when somebody deleted the asset elsewhere', () => {
    const decision = decideRestoreOfPresent(inStatus('cancelled'), false, wish, CALLER, LIST_RATES);

    expect(decision).toMatchObject({ kind: 'write', status: 202, outcome: 'restoring' });
    expect(written(decision)).toMatchObject({
      status: 'thawing',
      deleted_at: NOW,
      wake_at: NOW,
      restore: { tier: 'Standard', token: FRESH_TOKEN },
    });
    expect(written(decision).history.at(-1)).toMatchObject({
      from: 'cancelled',
      to: 'thawing',
      cause: 'restore of an asset deleted elsewhere',
    });
  });

  test('has nothing to start from when nothing was archived', () => {
    const decision = decideRestoreOfPresent(
      inStatus('cancelled', { archive: undefined }),
      false,
      wish,
      CALLER,
      LIST_RATES,
    );

    expect(decision).toMatchObject({ kind: 'refuse', problem: { status: 409, code: 'NOTHING_TO_RESTORE' } });
  });
});

describe('the tier of a restore', () => {
  const restore = (record: AssetRecord, wish: object) =>
    decideRestore(record, { token: FRESH_TOKEN, ...wish }, CALLER, LIST_RATES);

  test.each<[string, object, object]>([
    [
      'the one asked for',
      { tier: 'Bulk' },
      { tier: 'Bulk', ready_by: '2026-11-24T12:00:00.000Z', estimated_cost_usd: 0.911479 },
    ],
    [
      'the cheapest in time',
      { needByMs: Date.parse('2026-11-24T12:00:00Z') },
      { tier: 'Bulk', need_by: '2026-11-24T12:00:00.000Z' },
    ],
    [
      'a faster one for an earlier need',
      { needByMs: Date.parse('2026-11-24T11:59:59Z') },
      { tier: 'Standard' },
    ],
    ['Standard when it is little dearer', {}, { tier: 'Standard', ready_by: '2026-11-23T00:00:00.000Z' }],
  ])('is %s', (_, wish, expected) => {
    const record = written(restore(inStatus('deleted'), wish));

    expect(record).toMatchObject({ restore: { ...expected, token: FRESH_TOKEN }, warnings: [] });
  });

  test('is the fastest, with a warning, when none is in time', () => {
    const record = written(restore(inStatus('deleted'), { needByMs: CALLER.nowMs + 3_600_000 }));

    expect(record.restore?.tier).toBe('Standard');
    expect(record.warnings).toEqual([expect.stringContaining('No tier is ready by then')]);
  });

  test.each(['deleted', 'deleting', 'thawing'] as const)('is refused when not offered: %s', (status) => {
    expect(restore(inStatus(status), { tier: 'Expedited' })).toMatchObject({
      kind: 'refuse',
      problem: {
        status: 400,
        code: 'TIER_NOT_OFFERED',
        field: 'tier',
        detail: 'DEEP_ARCHIVE offers Bulk and Standard, not Expedited.',
      },
    });
  });

  test('becomes faster while the thaw is under way, and the stage is woken to pass it on', () => {
    const decision = restore(inStatus('thawing'), { tier: 'Standard' });

    expect(decision).toMatchObject({ kind: 'write', status: 200, outcome: 'restoring' });
    expect(written(decision)).toMatchObject({ status: 'thawing', wake_at: NOW });
    expect(written(decision).restore).toEqual({
      ...BULK,
      tier: 'Standard',
      ready_by: '2026-11-23T00:00:00.000Z',
      // Standard's 1.074536, and the request for Bulk that went out before it: 0.000025.
      estimated_cost_usd: 1.074561,
    });
  });

  test.each<[string, AssetRecord, object]>([
    ['a slower one', inStatus('thawing', { restore: STANDARD }), { tier: 'Bulk' }],
    ['any other once it is readable', inStatus('uploading'), { tier: 'Standard' }],
  ])('stays, with a warning, for %s', (_, record, wish) => {
    expect(restore(record, wish)).toEqual({
      kind: 'answer',
      status: 200,
      outcome: 'restoring',
      warning: expect.stringContaining(`goes on as ${record.restore?.tier}`),
    });
  });

  test.each<[string, object]>([
    ['no wish', {}],
    ['the same wish', { tier: 'Bulk' }],
  ])('stays, without a warning, for %s', (_, wish) => {
    expect(restore(inStatus('thawing'), wish)).toEqual({ kind: 'answer', status: 200, outcome: 'restoring' });
  });

  test('of a thaw under way is kept with a warning when the need cannot be met', () => {
    const record = inStatus('thawing', { restore: STANDARD });

    expect(restore(record, { needByMs: CALLER.nowMs + 1 })).toMatchObject({
      kind: 'answer',
      warning: expect.stringContaining('No tier is ready by then'),
    });
  });

  test('becomes faster for a need that the thaw under way is too slow for', () => {
    const bulk = { ...BULK, ready_by: '2026-11-24T10:00:00.000Z' };

    const record = written(
      restore(inStatus('thawing', { restore: bulk }), { needByMs: Date.parse('2026-11-24T09:00:00Z') }),
    );

    expect(record.restore).toMatchObject({
      tier: 'Standard',
      ready_by: '2026-11-23T00:00:00.000Z',
      need_by: '2026-11-24T09:00:00.000Z',
      asked_tier: 'Bulk',
    });
  });

  test('stays when what is under way is in time, although from now on it would not be', () => {
    const bulk = { ...BULK, ready_by: '2026-11-22T20:00:00.000Z' };

    const decision = restore(inStatus('thawing', { restore: bulk }), {
      needByMs: Date.parse('2026-11-22T20:00:00Z'),
    });

    expect(decision).toEqual({ kind: 'answer', status: 200, outcome: 'restoring' });
  });

  test('is Bulk when the stack holds Standard to be worth less', () => {
    const decision = decideRestore(inStatus('deleted'), { token: FRESH_TOKEN }, CALLER, {
      ...LIST_RATES,
      standardWorthUsd: 0.1,
    });

    expect(written(decision).restore?.tier).toBe('Bulk');
  });

  test('of a failed thaw becomes faster, too', () => {
    const record = written(restore(failedFrom('thawing'), { tier: 'Standard' }));

    expect(record).toMatchObject({ status: 'thawing', restore: { tier: 'Standard', token: BULK.token } });
  });

  test('of a failed thaw stays for a slower one, and the record says so', () => {
    const record = written(restore(failedFrom('thawing', { restore: STANDARD }), { tier: 'Bulk' }));

    expect(record).toMatchObject({ status: 'thawing', restore: { tier: 'Standard' } });
    expect(record.warnings).toEqual([expect.stringContaining('goes on as Standard')]);
  });

  test('asked for during the deletion is kept by a second call without a wish', () => {
    const first = written(restore(inStatus('deleting'), { tier: 'Bulk' }));

    const second = written(restore(first, {}));

    expect(second).toMatchObject({ status: 'deleting', restore: { tier: 'Bulk' } });
  });
});

describe('an asset that Mux no longer has', () => {
  const lost = failedFrom('requested', { lost_at: '2026-11-21T00:00:00.000Z' });

  test('cannot be restored when nothing of it was archived', () => {
    const refusal = { kind: 'refuse', problem: { status: 409, code: 'NOTHING_TO_RESTORE' } };

    expect(CALLS.restore(lost)).toMatchObject(refusal);
    expect(CALLS.restore(written(CALLS.cancel(lost)))).toMatchObject(refusal);
  });

  test('is looked for once more when the request is sent again', () => {
    const record = written(CALLS['same request'](lost));

    expect(record.status).toBe('requested');
    expect(record.lost_at).toBeUndefined();
  });
});
