// Day by day: what is due, what is held, and what the limits put off.
import { describe, expect, test } from 'vitest';
import { byDay, putOff, type UpcomingEntry, upcomingEntry } from '../../lambdas/domain/upcoming.ts';
import { aRecord } from '../fakes/record.ts';

const NOW_MS = Date.UTC(2026, 10, 1, 12);
const HOLD = { reason: 'court', user_id: 'user-9', since: '2026-11-01T00:00:00.000Z' };
const LIMITS = { perHour: 200, perDay: 10, perUserDay: 6 };

function due(day: number, count: number, given: Partial<UpcomingEntry> = {}): UpcomingEntry[] {
  const due_at = `2026-11-0${day}T11:00:00.000Z`;
  const entry = { deleted_by_user_id: 'ann', expiration_date: due_at, due_at, deletes_at: due_at };
  return Array.from({ length: count }, (_, at) => {
    return { asset_id: `asset${day}${at}`, ...entry, size_bytes: 100, duration: 30, ...given };
  });
}

describe('the days', () => {
  test('have counts and sums, the held among them', () => {
    const entries = [...due(3, 2), ...due(2, 1, { hold: HOLD }), ...due(2, 2)];

    expect(byDay(entries)).toEqual([
      { date: '2026-11-02', count: 3, held: 1, size_bytes: 300, duration: 90 },
      { date: '2026-11-03', count: 2, held: 0, size_bytes: 200, duration: 60 },
    ]);
  });
});

describe('what the limits put off', () => {
  test('is nothing while each day has room', () => {
    expect(putOff([...due(2, 6), ...due(3, 6)], LIMITS, 0, NOW_MS)).toBeUndefined();
  });

  test('is carried on from day to day until all have gone', () => {
    // Two users of 9 each on the 2nd: 6 and 4 go, then 3 and 5.
    const entries = [...due(2, 9), ...due(2, 9, { deleted_by_user_id: 'bob' })];

    expect(putOff(entries, LIMITS, 0, NOW_MS)).toEqual({ from: '2026-11-02', most: 8, until: '2026-11-03' });
  });

  test('counts each user by the own limit', () => {
    expect(putOff(due(2, 13), LIMITS, 0, NOW_MS)).toEqual({
      from: '2026-11-02',
      most: 7,
      until: '2026-11-04',
    });
  });

  test('leaves out what is held, and what went today is used up', () => {
    const today = due(1, 5);

    expect(putOff([...today, ...due(1, 9, { hold: HOLD })], LIMITS, 0, NOW_MS)).toBeUndefined();
    expect(putOff(today, LIMITS, 7, NOW_MS)).toEqual({ from: '2026-11-01', most: 2, until: '2026-11-02' });
  });

  test('never ends where nothing may go', () => {
    expect(putOff(due(2, 1), { ...LIMITS, perHour: 0 }, 0, NOW_MS)).toMatchObject({ most: 1, until: null });
  });
});

describe('one of them', () => {
  const dueMs = Date.UTC(2026, 10, 3, 11);
  const archived = { status: 'archived', waiting_for: 'the expiration date' } as const;

  test('goes when it is due', () => {
    const entry = upcomingEntry(aRecord({ ...archived }), dueMs, NOW_MS);

    expect(entry).toMatchObject({
      due_at: '2026-11-03T11:00:00.000Z',
      deletes_at: '2026-11-03T11:00:00.000Z',
    });
    expect(entry.waiting_for).toBeUndefined();
  });

  test.each([
    ['a hold without an end', { hold: HOLD }, null],
    [
      'a hold beyond it',
      { hold: { ...HOLD, until: '2026-11-09T00:00:00.000Z' } },
      '2026-11-09T00:00:00.000Z',
    ],
    [
      'a hold that is over by then',
      { hold: { ...HOLD, until: '2026-11-02T00:00:00.000Z' } },
      '2026-11-03T11:00:00.000Z',
    ],
    [
      'a limit',
      { waiting_for: 'the limit', wake_at: '2026-11-04T00:00:00.000Z' },
      '2026-11-04T00:00:00.000Z',
    ],
  ])('waits for %s', (_, given, expected) => {
    const entry = upcomingEntry(aRecord({ ...archived, ...given }), dueMs, NOW_MS);

    expect(entry.deletes_at).toBe(expected);
  });
});
