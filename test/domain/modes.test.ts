// Requests of another mode: what they may become, what is refused, and what people read of them.
import { describe, expect, test } from 'vitest';
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import { judgeArchive } from '../../lambdas/domain/audit-judgements.ts';
import {
  deletedElsewhere,
  isAwaitedAtPlatform,
  judgeListed,
  mindfulOfArchive,
} from '../../lambdas/domain/audit-platform.ts';
import { decideRequest, decideReschedule } from '../../lambdas/domain/decisions-request.ts';
import { decideRestore } from '../../lambdas/domain/decisions-restore.ts';
import { refusedLosses } from '../../lambdas/domain/loss-policy.ts';
import { lossOfAll } from '../../lambdas/domain/modes.ts';
import { quoteRestore } from '../../lambdas/domain/quote.ts';
import type { AssetRecord, Mode } from '../../lambdas/domain/record.ts';
import { summarize } from '../../lambdas/domain/summary.ts';
import { isProof, proveArchive, proveWaived } from '../../lambdas/domain/verified-archive.ts';
import { whereabouts } from '../../lambdas/domain/whereabouts.ts';
import { LIST_RATES } from '../fakes/rates.ts';
import {
  ARCHIVE,
  CALLER,
  FRESH_TOKEN,
  failedFrom,
  inStatus,
  MOVE,
  NOW,
  SAME,
  written,
} from './decision-records.ts';

const GONE = inStatus('deleted', { mode: 'delete_only', archive: undefined });

describe('a request of another mode', () => {
  test.each<[Mode | undefined, 'archive_only' | 'delete_only' | undefined]>([
    [undefined, 'archive_only'],
    [undefined, 'delete_only'],
    ['archive_only', undefined],
    ['archive_only', 'delete_only'],
  ])('than %s, %s, is another request', (stored, mode) => {
    const record = inStatus('archived', { mode: stored as 'archive_only' | undefined });

    expect(decideRequest(record, { ...SAME, mode }, CALLER)).toMatchObject({
      problem: { status: 409, code: 'REQUEST_DIFFERS', detail: expect.stringContaining('mode') },
    });
  });

  test('is taken after a cancel; what the other one lost is no longer said', () => {
    const losses = [lossOfAll({}), { code: 'OVERLAY', attribute: 'inputs[]', detail: 'x' }];
    const record = inStatus('cancelled', { mode: 'delete_only', losses, accepted_losses: ['NOT_ARCHIVED'] });

    const next = written(decideRequest(record, SAME, CALLER));

    expect(next).toMatchObject({ life: 4, status: 'requested', losses: [{ code: 'OVERLAY' }] });
    expect([next.mode, next.accepted_losses]).toEqual([undefined, undefined]);
  });

  test.each([
    [failedFrom('scheduled'), undefined, 'requested'],
    [failedFrom('archived'), 'delete_only', 'requested'],
    [failedFrom('archiving'), 'archive_only', 'archiving'],
    [failedFrom('scheduled'), 'delete_only', 'scheduled'],
  ] as const)('after a failure goes on where both modes agree (%#)', (record, mode, status) => {
    const next = written(decideRequest(record, { ...SAME, mode, reason: 'other' }, CALLER));

    expect([next.status, next.mode]).toEqual([status, mode]);
  });

  test.each(['thawing', 'uploading'] as const)('is refused of a failed restore (%s)', (from) => {
    const decision = decideRequest(failedFrom(from), { ...SAME, mode: 'delete_only' }, CALLER);

    expect(decision).toMatchObject({ problem: { code: 'REQUEST_DIFFERS' } });
  });

  test('without a copy does not give up what is being saved of a lost asset', () => {
    const lost = failedFrom('archiving', { lost_at: NOW });

    const decision = decideRequest(lost, { ...SAME, mode: 'delete_only' }, CALLER);

    expect(decision).toMatchObject({ problem: { code: 'REQUEST_DIFFERS' } });
  });
});

describe('archive_only', () => {
  const kept = inStatus('archived', { mode: 'archive_only', expiration_date: '9999-12-31T23:59:59.999Z' });

  test('has no date that could be moved', () => {
    expect(decideReschedule(kept, MOVE, CALLER)).toMatchObject({
      problem: { status: 409, code: 'NEVER_DELETED', action: expect.stringContaining('cancel') },
    });
  });

  test('proves nothing, whatever the evidence', () => {
    const asset = toPlatformAsset({ id: 'asset1', status: 'ready' });
    const evidence = { record: kept, gatheredAtMs: 1, asset, manifestAsset: asset, heads: new Map() };

    expect(proveArchive(evidence)).toMatchObject({ kind: 'refused', code: 'ARCHIVE_ONLY' });
  });

  test('says that nothing will be deleted', () => {
    expect(summarize(kept)).toBe('Safe in the vault; still playing on Mux; nothing will be deleted.');
  });
});

describe('delete_only', () => {
  test('accepts its loss by what it asks for, under the policy that holds losses', () => {
    const record = written(decideRequest(undefined, { ...SAME, mode: 'delete_only' }, CALLER));

    expect(record).toMatchObject({ mode: 'delete_only', accepted_losses: ['NOT_ARCHIVED'] });
    expect(refusedLosses({ ...record, losses: [lossOfAll(record)] }, 'hold')).toEqual([]);
  });

  test.each([
    [
      'scheduled',
      {},
      'Still on Mux; will be deleted 24 Dec 2026 WITHOUT a copy, for good; free to take back until then.',
    ],
    [
      'scheduled',
      { archive: ARCHIVE },
      'Still on Mux; will be deleted 24 Dec 2026 WITHOUT a copy of its own; that of an earlier request stays; free to take back until then.',
    ],
    ['deleting', { archive: undefined }, 'Being deleted from Mux now, WITHOUT a copy, as asked.'],
    [
      'deleted',
      { archive: undefined },
      'Deleted from Mux without a copy, as asked; it cannot be brought back.',
    ],
  ] as const)('%s says so: %j', (status, more, sentence) => {
    expect(summarize(inStatus(status, { mode: 'delete_only', ...more }))).toBe(sentence);
  });

  test.each([[GONE], [inStatus('deleting', { mode: 'delete_only', archive: undefined })]])(
    'leaves nothing to restore, and says that no copy was wanted (%#)',
    (record) => {
      const problem = { code: 'NOTHING_TO_RESTORE', detail: expect.stringContaining('without one') };

      expect(decideRestore(record, { token: FRESH_TOKEN }, CALLER, LIST_RATES)).toMatchObject({ problem });
      expect(quoteRestore(record, undefined, LIST_RATES, CALLER.nowMs)).toMatchObject({ problem });
    },
  );

  test('is restored from the copy of an earlier life', () => {
    const record = { ...GONE, archive: ARCHIVE };

    const next = written(decideRestore(record, { token: FRESH_TOKEN }, CALLER, LIST_RATES));

    expect(next.status).toBe('thawing');
  });

  test('is deleted, not lost, for whoever looks for it', () => {
    expect(whereabouts([GONE], NOW)).toMatchObject({ reason: 'DELETED', location: 'none', playable: false });
  });

  test('without an archive is no finding of an audit; still at Mux is one', () => {
    const left = judgeListed(GONE, { isMasterOpen: false }, CALLER.nowMs);

    expect(judgeArchive(GONE, new Map())).toEqual([]);
    expect(left).toMatchObject({ code: 'STILL_AT_MUX' });
    expect(left && mindfulOfArchive(left, GONE, []).what_to_do).toMatch(
      /without a copy, as asked.*only copy/,
    );
  });

  test('gone before its date is a warning of an audit and no loss', () => {
    const record = inStatus('scheduled');

    expect(isAwaitedAtPlatform(record)).toBe(true);
    expect(deletedElsewhere(record)).toMatchObject({ severity: 'warning' });
  });
});

describe('the proof of a deletion without a copy', () => {
  const asset = toPlatformAsset({ id: 'asset1', status: 'errored' });
  const due = inStatus('deleting', { mode: 'delete_only', expiration_date: NOW });
  const nowMs = Date.parse(NOW);

  test('is made at its date of what was asked to go without one', () => {
    const proof = proveWaived(due, asset, nowMs);

    expect(isProof(proof)).toBe(true);
    expect([proof?.assetId, proof?.provedAtMs]).toEqual(['asset1', nowMs]);
  });

  const hold = { reason: 'r', user_id: 'u', since: NOW };
  test.each<[string, Partial<AssetRecord>]>([
    ['of the usual mode', { mode: undefined }],
    ['that is only to be archived', { mode: 'archive_only' }],
    ['that still waits', { status: 'scheduled' }],
    ['that was taken back', { status: 'cancelled' }],
    ['a moment before its date', { expiration_date: '2026-11-22T12:00:00.001Z' }],
    ['that is held', { hold }],
    ['of another asset', { asset_id: 'asset2' }],
  ])('is not made of a record %s', (_, given) => {
    expect(proveWaived({ ...due, ...given }, asset, nowMs)).toBeUndefined();
  });

  test('is made of one whose hold is over', () => {
    const over = { ...hold, until: '2026-11-22T11:00:00.000Z' };

    expect(proveWaived({ ...due, hold: over }, asset, nowMs)).toBeDefined();
  });
});
