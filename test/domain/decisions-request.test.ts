// What requests, cancels and new dates leave on a record, beyond the cells of the table.
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../lambdas/domain/decisions.ts';
import {
  type DeleteRequest,
  decideRequest,
  decideReschedule,
} from '../../lambdas/domain/decisions-request.ts';
import { decideRestore } from '../../lambdas/domain/decisions-restore.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { LIST_RATES } from '../fakes/rates.ts';
import {
  ARCHIVE,
  BULK,
  CALLER,
  CALLS,
  DIFFERENT,
  EARLIER,
  FRESH_TOKEN,
  failedFrom,
  inStatus,
  MASTER,
  MOVE,
  NOW,
  SAME,
  UPLOAD,
  written,
} from './decision-records.ts';

describe('a first request', () => {
  test('becomes a requested record that is woken now and not yet told to the bus', () => {
    const decision = decideRequest(undefined, { ...SAME, restored_from: 'old1' }, CALLER);

    expect(decision).toMatchObject({ kind: 'write', status: 202 });
    expect(written(decision)).toEqual({
      asset_id: 'asset1',
      life: 1,
      status: 'requested',
      version: 0,
      schema: 1,
      created_at: NOW,
      updated_at: NOW,
      deleted_by_user_id: 'user-7',
      reason: 'outdated',
      group_id: 'course-1',
      expiration_date: '2026-12-24T00:00:00.000Z',
      asked: { expiration_date: '2026-12-24T00:00:00Z' },
      wake_at: NOW,
      wake_lane: 'admit',
      attempts: 0,
      losses: [],
      warnings: [],
      restored_from: 'old1',
      history: [
        { at: NOW, from: null, to: 'requested', cause: 'delete request', actor: 'user-9', version: 1 },
      ],
      published_version: 0,
    });
  });
});

describe('two requests are the same', () => {
  const later = { expirationMs: Date.parse('2027-01-09T00:00:00Z') };

  test.each<[string, Partial<DeleteRequest>, Partial<AssetRecord>]>([
    [
      'whatever the days of grace come to by now',
      { ...later, asked: { grace_days: 30 } },
      { asked: { grace_days: 30 } },
    ],
    ['when neither named a date', { ...later, asked: { expiration_date: undefined } }, { asked: {} }],
    ['after the date was moved by PATCH', {}, { expiration_date: '2027-06-01T00:00:00.000Z' }],
    [
      'without reason and group',
      { reason: undefined, group_id: undefined },
      { reason: undefined, group_id: undefined },
    ],
  ])('%s', (_, request, record) => {
    const decision = decideRequest(inStatus('archived', record), { ...SAME, ...request }, CALLER);

    expect(decision).toEqual({ kind: 'answer', status: 200 });
  });

  test.each<[string, Partial<DeleteRequest>]>([
    ['user', { deleted_by_user_id: 'user-8' }],
    ['reason', { reason: 'other' }],
    ['missing reason', { reason: undefined }],
    ['group', { group_id: 'course-2' }],
    ['date', { asked: { expiration_date: '2026-12-25T00:00:00Z' } }],
    ['kind of date', { asked: { grace_days: 32 } }],
    ['missing date', { asked: {} }],
  ])('but not with another %s', (_, request) => {
    const decision = decideRequest(inStatus('archived'), { ...SAME, ...request }, CALLER);

    expect(decision).toMatchObject({ kind: 'refuse', problem: { status: 409, code: 'REQUEST_DIFFERS' } });
  });
});

describe('a date that has passed', () => {
  const passed = '2026-11-01T00:00:00Z';
  const stale = { ...SAME, expirationMs: Date.parse(passed), asked: { expiration_date: passed } };
  const asked = { asked: { expiration_date: passed }, expiration_date: '2026-11-01T00:00:00.000Z' };
  const inPast = { kind: 'refuse', problem: { status: 400, code: 'DATE_IN_PAST', field: 'expiration_date' } };

  test.each<[string, AssetRecord | undefined]>([
    ['for a new asset', undefined],
    ['for another life', inStatus('cancelled', asked)],
    ['for a failed record that is given it', failedFrom('requested')],
  ])('is refused %s', (_, record) => {
    expect(decideRequest(record, stale, CALLER)).toMatchObject(inPast);
  });

  test.each(['archived', 'deleting', 'deleted', 'thawing', 'uploading'] as const)(
    'is no hindrance to the same request again: %s',
    (status) => {
      expect(decideRequest(inStatus(status, asked), stale, CALLER)).toEqual({ kind: 'answer', status: 200 });
    },
  );

  test('does not keep a failed record from going on with the same request', () => {
    const record = written(decideRequest(failedFrom('archiving', asked), stale, CALLER));

    expect(record).toMatchObject({ status: 'archiving', expiration_date: '2026-11-01T00:00:00.000Z' });
  });

  test('is none when no days of grace were asked for', () => {
    const request = { ...SAME, expirationMs: CALLER.nowMs - 5, asked: { grace_days: 0 } };

    expect(decideRequest(undefined, request, CALLER)).toMatchObject({ kind: 'write', status: 202 });
  });
});

describe('a new life', () => {
  test('keeps the archive for reuse and begins everything else anew', () => {
    const before = inStatus('cancelled', {
      losses: [{ code: 'OVERLAY', attribute: 'a', detail: 'd' }],
      losses_said_at: EARLIER,
      warnings: ['old news'],
      restore: BULK,
      progress: { bytes_done: 1, bytes_total: 2 },
    });

    const record = written(decideRequest(before, DIFFERENT, CALLER));

    expect(record).toMatchObject({
      archive: ARCHIVE,
      upload: UPLOAD,
      created_at: NOW,
      deleted_by_user_id: 'user-8',
      expiration_date: '2027-01-31T00:00:00.000Z',
      asked: { expiration_date: '2027-01-31T00:00:00Z' },
      warnings: [],
      published_version: 7,
    });
    expect(record.losses_said_at).toBeUndefined();
    expect(record.restore).toBeUndefined();
    expect(record.master).toBeUndefined();
    expect(record.progress).toBeUndefined();
    expect(record.history.at(-1)).toEqual({
      at: NOW,
      from: 'cancelled',
      to: 'requested',
      cause: 'delete request',
      actor: 'user-9',
      version: 8,
    });
  });
});

describe('a failed record that goes on', () => {
  test('has its counters at nought and its failure gone', () => {
    const before = failedFrom('thawing', { master: MASTER, upload: UPLOAD, attempts: 40 });

    const record = written(decideRequest(before, SAME, CALLER));

    expect(record.failure).toBeUndefined();
    expect(record).toMatchObject({
      attempts: 0,
      master: { requested_at: NOW, restarts: 0 },
      upload: { ...UPLOAD, restarts: 0 },
      restore: { tier: 'Bulk', token: BULK.token, create_attempts: 0 },
    });
  });

  test.each([
    ['moved later by PATCH', '2027-06-01T00:00:00.000Z', '2027-06-01T00:00:00.000Z'],
    ['moved sooner by PATCH', '2026-12-01T00:00:00.000Z', '2026-12-24T00:00:00.000Z'],
  ])('by the same request keeps the later date when it was %s', (_, expiration_date, expected) => {
    const record = written(decideRequest(failedFrom('archiving', { expiration_date }), SAME, CALLER));

    expect(record.expiration_date).toBe(expected);
  });

  test('goes on with the deletion when its date has passed', () => {
    const date = '2026-11-01T00:00:00Z';
    const asked = { expiration_date: date };
    const before = failedFrom('deleting', { asked, expiration_date: '2026-11-01T00:00:00.000Z' });

    const record = written(decideRequest(before, { ...SAME, asked, expirationMs: Date.parse(date) }, CALLER));

    expect(record.status).toBe('deleting');
  });

  test('by a different request takes its values', () => {
    const record = written(decideRequest(failedFrom('archiving'), DIFFERENT, CALLER));

    expect(record).toMatchObject({
      deleted_by_user_id: 'user-8',
      expiration_date: '2027-01-31T00:00:00.000Z',
      asked: { expiration_date: '2027-01-31T00:00:00Z' },
    });
  });
});

describe('taking a request back', () => {
  test('drops a lease, keeps archive and upload, and shows no progress', () => {
    const leased = { leased_until: '2026-11-22T12:10:00.000Z', wake_at: '2026-11-22T12:10:00.000Z' };

    const record = written(CALLS.cancel(inStatus('archiving', { ...leased, archive: ARCHIVE })));

    expect(record).toMatchObject({ status: 'cancelled', wake_at: NOW, archive: ARCHIVE, upload: UPLOAD });
    expect(record.leased_until).toBeUndefined();
    expect(record.progress).toBeUndefined();
  });

  test.each(['deleting', 'deleted', 'thawing', 'uploading'] as const)('says restore when %s', (status) => {
    expect(CALLS.cancel(inStatus(status))).toMatchObject({
      problem: { action: expect.stringContaining('/restore') },
    });
  });
});

describe('PATCH', () => {
  test('writes down who moved the date, from when to when, and why', () => {
    const record = written(CALLS.patch(inStatus('archived')));

    expect(record).toMatchObject({
      expiration_date: '2027-02-01T00:00:00.000Z',
      asked: { expiration_date: '2026-12-24T00:00:00Z' },
    });
    expect(record.history.at(-1)).toEqual({
      at: NOW,
      from: 'archived',
      to: 'archived',
      cause: 'date moved from 2026-12-24T00:00:00.000Z to 2027-02-01T00:00:00.000Z: still in use',
      actor: 'user-6',
      version: 8,
    });
  });

  test('to the same moment stores nothing', () => {
    const wish = { ...MOVE, expirationMs: Date.parse('2026-12-24T00:00:00Z') };

    expect(decideReschedule(inStatus('archived'), wish, CALLER)).toEqual({ kind: 'answer', status: 200 });
  });

  test('of a failed record keeps its failure, and wakes it so that the bus hears of the date', () => {
    const record = written(CALLS.patch(failedFrom('archiving')));

    expect(record).toMatchObject({ status: 'failed', failure: { code: 'GAVE_UP' }, wake_at: NOW });
  });

  test.each([
    ['cancelled', 'a new delete request begins anew'],
    ['restored', 'current_asset_id'],
    ['deleted', '/restore'],
  ] as const)('says what to do instead when %s', (status, action) => {
    expect(CALLS.patch(inStatus(status))).toMatchObject({
      kind: 'refuse',
      problem: { action: expect.stringContaining(action) },
    });
  });

  test('never makes the history longer than 60', () => {
    const entry = { at: EARLIER, from: null, to: 'archived' as const, cause: 'c', actor: 'a', version: 7 };

    const record = written(CALLS.patch(inStatus('archived', { history: Array(60).fill(entry) })));

    expect(record.history).toHaveLength(60);
    expect(record.history.at(-1)?.cause).toContain('date moved');
  });
});

describe('a lease', () => {
  const lease = {
    leased_until: '2026-11-22T12:00:00.001Z',
    wake_at: '2026-11-22T12:00:00.001Z',
    wake_lane: 'step',
  } as const;
  const over = { leased_until: NOW, wake_at: NOW, wake_lane: 'step' } as const;
  const faster = { token: FRESH_TOKEN, tier: 'Standard' } as const;

  test.each<[string, (record: AssetRecord) => Decision, AssetRecord]>([
    ['PATCH', CALLS.patch, inStatus('archived', lease)],
    [
      'a faster tier',
      (record) => decideRestore(record, faster, CALLER, LIST_RATES),
      inStatus('thawing', lease),
    ],
    ['a restore during the deletion', CALLS.restore, inStatus('deleting', lease)],
  ])('is left to its holder by %s', (_, call, record) => {
    expect(written(call(record))).toMatchObject(lease);
  });

  test('that has ended holds nobody off', () => {
    const record = written(CALLS.patch(inStatus('archived', over)));

    expect(record.leased_until).toBeUndefined();
    expect(record.wake_at).toBe(NOW);
  });
});

describe('a word that losses are accepted', () => {
  const accepting = (accept_loss: true | string[], request = SAME) => ({ ...request, accept_loss });

  test('stays on a first request', () => {
    const decision = decideRequest(undefined, accepting(['OVERLAY']), CALLER);

    expect(written(decision).accepted_losses).toEqual(['OVERLAY']);
  });

  test('never makes the request another one, and is stored with what was accepted before', () => {
    const record = inStatus('archived', { accepted_losses: ['OVERLAY'] });

    const decision = decideRequest(record, accepting(['SURROUND_SOUND']), CALLER);

    expect(decision).toMatchObject({ kind: 'write', status: 200 });
    expect(written(decision)).toMatchObject({
      status: 'archived',
      accepted_losses: ['OVERLAY', 'SURROUND_SOUND'],
      expiration_date: record.expiration_date,
    });
    expect(written(decision).history.at(-1)?.cause).toBe('losses accepted: OVERLAY, SURROUND_SOUND');
  });

  test.each([
    ['that was said before', inStatus('archived', { accepted_losses: ['OVERLAY'] }), ['OVERLAY']],
    ['that comes too late', inStatus('deleted'), ['OVERLAY']],
  ])('%s changes nothing', (_, record, codes) => {
    expect(decideRequest(record, accepting(codes), CALLER)).toEqual({ kind: 'answer', status: 200 });
  });

  test('goes on from where a refusal stopped it, also with another date', () => {
    const record = failedFrom('requested', { accepted_losses: ['OVERLAY'] });

    const same = written(decideRequest(record, accepting(true), CALLER));
    const other = written(decideRequest(record, accepting(true, DIFFERENT), CALLER));

    expect(same).toMatchObject({ status: 'requested', accepted_losses: ['OVERLAY', '*'] });
    expect(other).toMatchObject({ status: 'requested', accepted_losses: ['OVERLAY', '*'] });
  });

  test('holds for one life', () => {
    const record = inStatus('cancelled', { accepted_losses: ['*'] });

    expect(written(decideRequest(record, SAME, CALLER)).accepted_losses).toBeUndefined();
    expect(written(decideRequest(record, accepting(['OVERLAY']), CALLER)).accepted_losses).toEqual([
      'OVERLAY',
    ]);
  });
});
