// When an archive ends, by the record alone; and what a PATCH of that date does in each status.
import { describe, expect, test } from 'vitest';
import { endsAtMs, expectedEndMs, wakeForEndMs } from '../../lambdas/domain/archive-end.ts';
import { decideHold } from '../../lambdas/domain/decisions-hold.ts';
import { decideRequest, decideReschedule } from '../../lambdas/domain/decisions-request.ts';
import { publicRecord } from '../../lambdas/domain/public-record.ts';
import type { AssetRecord, Status } from '../../lambdas/domain/record.ts';
import { iso } from '../../lambdas/domain/time.ts';
import { aRecord } from '../fakes/record.ts';
import { CALLER, failedFrom, inStatus, NOW, written } from './decision-records.ts';

const ms = Date.parse;
const UNTIL = '2027-06-01T00:00:00.000Z';

describe('the end', () => {
  test.each([
    ['a year after it was said', '2026-10-01', '2026-10-01', '2027-06-01', '2026-06-01', '2027-06-01'],
    ['said too late: 30 days later', '2026-10-01', '2026-10-01', '2027-06-01', '2027-05-20', '2027-06-19'],
    ['of ten days, said at once', '2026-10-01', '2026-10-01', '2026-10-11', '2026-10-01', '2026-10-11'],
    ['of ten days, said two days late', '2026-10-01', '2026-10-01', '2026-10-11', '2026-10-03', '2026-10-13'],
    [
      'of ten days, deleted a month late',
      '2026-11-01',
      '2026-10-01',
      '2026-10-11',
      '2026-11-01',
      '2026-11-11',
    ],
    [
      'of an asset deleted elsewhere before',
      '2026-09-01',
      '2026-10-01',
      '2026-10-11',
      '2026-09-15',
      '2026-10-15',
    ],
    ['before any deletion: 30 days', '2026-11-01', '2026-12-01', '2026-10-11', '2026-11-01', '2026-12-01'],
  ])('%s', (_, deleted_at, expiration_date, until, said, expected) => {
    const record = aRecord({ deleted_at, expiration_date });

    expect(new Date(endsAtMs(record, ms(until), ms(said))).toISOString().slice(0, 10)).toBe(expected);
  });

  test('is none of a deletion without a copy, and wakes nobody', () => {
    const record = aRecord({ status: 'deleted', mode: 'delete_only', archive_until: UNTIL });

    expect([expectedEndMs(record, 0), wakeForEndMs(record, 0)]).toEqual([undefined, undefined]);
  });

  test('is what people see of a deleted record', () => {
    const record = inStatus('deleted', { archive_until: UNTIL, wake_at: '2027-05-02T00:00:00.000Z' });
    const hold = { reason: 'court', user_id: 'ann', since: NOW };

    expect(publicRecord(record)).toMatchObject({
      next_action_at: UNTIL,
      summary: expect.stringContaining('can be restored under new ids until its archive ends 1 Jun 2027.'),
    });
    expect(publicRecord({ ...record, hold }).summary).toContain(
      'kept by a hold of ann (court) until it is lifted',
    );
    expect(publicRecord({ ...record, waiting_for: 'rain' }).summary).toContain(
      'the end of its archive waits for rain',
    );
    expect(publicRecord(inStatus('deleted')).summary).toMatch(/under new ids\.$/);
  });
});

describe('a PATCH of the end', () => {
  const move = (record: AssetRecord, archiveUntilMs: number | null, expirationMs?: number) =>
    decideReschedule(record, { archiveUntilMs, expirationMs, userId: 'u', reason: 'r' }, CALLER);

  test.each<Exclude<Status, 'failed'>>([
    'requested',
    'preparing',
    'archiving',
    'archived',
    'deleting',
    'deleted',
    'thawing',
    'uploading',
    'restored',
  ])('moves it in %s, sooner, later, and to never', (status) => {
    const later = written(move(inStatus(status), ms(UNTIL)));
    const never = written(move({ ...later, archive_until: UNTIL }, null));

    expect(later).toMatchObject({
      status,
      archive_until: UNTIL,
      expiration_date: inStatus(status).expiration_date,
    });
    expect(never.archive_until).toBeNull();
    expect(never.history.at(-1)?.cause).toBe(`end of the archive moved from ${UNTIL} to never: r`);
    expect(move(later, ms(UNTIL))).toMatchObject({ kind: 'answer', status: 200 });
  });

  test.each([
    ['cancelled', inStatus('cancelled'), 'TOO_LATE_TO_RESCHEDULE'],
    ['purging', inStatus('purging'), 'BEING_PURGED'],
    ['purged', inStatus('purged'), 'PURGED'],
  ])('is refused in %s', (_, record, code) => {
    expect(move(record, null)).toMatchObject({ kind: 'refuse', problem: { status: 409, code } });
  });

  test('of a failed record stays for its retry', () => {
    expect(written(move(failedFrom('archiving'), ms(UNTIL)))).toMatchObject({
      status: 'failed',
      archive_until: UNTIL,
    });
  });

  test('does not move the other date once the asset is gone', () => {
    expect(move(inStatus('deleted'), ms(UNTIL), ms(UNTIL))).toMatchObject({
      problem: { code: 'TOO_LATE_TO_RESCHEDULE' },
    });
  });

  test('never leaves the end before the deletion, whichever of them moves', () => {
    const record = inStatus('archived', { archive_until: '2027-01-10T00:00:00.000Z' });
    const later = { expirationMs: ms('2027-02-01T00:00:00Z'), userId: 'u', reason: 'r' };

    expect(decideReschedule(record, later, CALLER)).toMatchObject({
      problem: { code: 'ARCHIVE_ENDS_TOO_SOON' },
    });
    expect(written(move(record, ms(UNTIL), later.expirationMs))).toMatchObject({
      archive_until: UNTIL,
      expiration_date: '2027-02-01T00:00:00.000Z',
    });
  });
});

describe('the least time that an archive is kept', () => {
  const leastKeptMs = 7 * 24 * 3_600_000;
  const tooSoon = { problem: { status: 400, code: 'ARCHIVE_ENDS_TOO_SOON', field: 'archive_until' } };
  const expiration = inStatus('archived').expiration_date;
  const past = (ms: number) => Date.parse(expiration) + ms;
  const reschedule = (record: AssetRecord, archiveUntilMs: number | null) =>
    decideReschedule(record, { archiveUntilMs, leastKeptMs, userId: 'u', reason: 'r' }, CALLER);

  // By grace_days the date of a failed request counts from when it is sent again, while the end of its archive is a date.
  test.each([
    ['takes the end along', failedFrom('archiving'), '2026-12-21', '2026-12-28'],
    ['leaves an end that is late enough', failedFrom('archiving'), '2027-01-01', '2027-01-01'],
    [
      'leaves that of what is deleted',
      failedFrom('thawing', { deleted_at: NOW }),
      '2026-12-21',
      '2026-12-21',
    ],
  ])('a failed request that is sent again %s', (_, failed, until, expected) => {
    const { deleted_by_user_id, reason, group_id } = failed;
    const asked = { grace_days: 29, archive_until: until };
    const record = { ...failed, asked, expiration_date: '2026-12-14T00:00:00.000Z', archive_until: until };
    const wish = { asset_id: 'asset1', deleted_by_user_id, reason, group_id, asked };

    const decision = decideRequest(
      record,
      { ...wish, archiveUntilMs: ms(until), expirationMs: ms('2026-12-21'), leastKeptMs },
      CALLER,
    );

    expect(written(decision).archive_until?.slice(0, 10)).toBe(expected);
    expect(written(decision).expiration_date).toBe('2026-12-21T00:00:00.000Z');
  });

  test.each([
    ['a millisecond too short', leastKeptMs - 1, 'refuse'],
    ['long enough', leastKeptMs, 'write'],
  ])('%s of a request', (_, lastsMs, kind) => {
    const expirationMs = Date.parse(expiration);
    const request = { asset_id: 'asset1', deleted_by_user_id: 'u', asked: {}, expirationMs, leastKeptMs };

    const decision = decideRequest(undefined, { ...request, archiveUntilMs: past(lastsMs) }, CALLER);

    expect(decision).toMatchObject(kind === 'refuse' ? { kind, ...tooSoon } : { kind });
  });

  test('counts from the deletion, once there was one', () => {
    const deleted = inStatus('deleted', { deleted_at: iso(past(3_600_000)), archive_until: UNTIL });

    expect(reschedule(deleted, past(leastKeptMs))).toMatchObject(tooSoon);
    expect(reschedule(deleted, past(leastKeptMs + 3_600_000))).toMatchObject({ kind: 'write' });
    expect(reschedule(deleted, null)).toMatchObject({ kind: 'write' });
  });

  test('counts from now while the asset is being deleted', () => {
    const now = ms(NOW);
    const deleting = inStatus('deleting', { expiration_date: iso(now - 60_000) });

    expect(reschedule(deleting, now + leastKeptMs - 1)).toMatchObject(tooSoon);
    expect(reschedule(deleting, now + leastKeptMs)).toMatchObject({ kind: 'write' });
  });

  test('is no reason to refuse whoever wants a short time to be longer', () => {
    const soon = iso(past(leastKeptMs - 2000));
    const deleted = inStatus('deleted', { deleted_at: expiration, archive_until: soon });
    const archived = inStatus('archived', { archive_until: soon });
    const to = (expirationMs: number) =>
      decideReschedule(archived, { expirationMs, leastKeptMs, userId: 'u', reason: 'r' }, CALLER);

    expect(reschedule(deleted, past(leastKeptMs - 1000))).toMatchObject({ kind: 'write' });
    expect(reschedule(deleted, past(leastKeptMs - 3000))).toMatchObject(tooSoon);
    expect(to(past(-1000))).toMatchObject({ kind: 'write' });
    expect(to(past(1000))).toMatchObject(tooSoon);
  });

  test('is no reason to refuse a word that changes nothing', () => {
    const early = iso(past(1000));
    const record = inStatus('archived', { archive_until: early });

    expect(reschedule(record, Date.parse(early))).toMatchObject({ kind: 'answer', status: 200 });
  });
});

test.each([
  ['that is to end', UNTIL, 'write'],
  ['that never ends', null, 'refuse'],
  ['of which nothing is said', undefined, 'refuse'],
])('a hold on a deleted archive %s: %s %s', (_, archive_until, kind) => {
  const decision = decideHold(inStatus('deleted', { archive_until }), { reason: 'r', userId: 'u' }, CALLER);

  expect(decision.kind).toBe(kind);
});
