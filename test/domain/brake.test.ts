// Holds and limits as arithmetic: when a hold is over, and when a limit begins anew.
import { describe, expect, test } from 'vitest';
import { isHeld, isSameHour, spentLimit } from '../../lambdas/domain/brake.ts';

const NOW_MS = Date.parse('2026-11-22T11:30:00.000Z');
const HOLD = { reason: 'audit', user_id: 'user-9', since: '2026-11-01T00:00:00.000Z' };
const LIMITS = { perHour: 10, perDay: 100, perUserDay: 50 };
const DELETION = { userId: 'user-7', nowMs: NOW_MS };

describe('a hold', () => {
  test.each([
    ['there is none', undefined, false],
    ['it has no end', HOLD, true],
    ['its end lies a millisecond ahead', { ...HOLD, until: '2026-11-22T11:30:00.001Z' }, true],
    ['its end is now', { ...HOLD, until: '2026-11-22T11:30:00.000Z' }, false],
  ])('when %s: %s %s', (_, hold, expected) => {
    expect(isHeld(hold, NOW_MS)).toBe(expected);
  });
});

describe('a limit', () => {
  test('that is not reached lets go', () => {
    expect(spentLimit(LIMITS, { hour: 9, day: 99, userDay: 49 }, DELETION)).toBeUndefined();
  });

  test.each([
    ['hour', { hour: 10, day: 10, userDay: 0 }, '10 deletions an hour', '2026-11-22T12:00:00.000Z'],
    ['day', { hour: 10, day: 100, userDay: 0 }, '100 deletions a day', '2026-11-23T00:00:00.000Z'],
    ['user', { hour: 0, day: 60, userDay: 50 }, '50 deletions a day for user-7', '2026-11-23T00:00:00.000Z'],
  ])('of the %s says in words which it is and when it begins anew', (_, counts, limit, until) => {
    const spent = spentLimit(LIMITS, counts, DELETION);

    expect(spent).toEqual({ kind: 'spent', limit, untilMs: Date.parse(until) });
  });

  test('of an hour that begins in this moment is that hour, not the one before', () => {
    const nowMs = Date.parse('2026-11-22T12:00:00.000Z');

    const spent = spentLimit(LIMITS, { hour: 10, day: 10, userDay: 0 }, { ...DELETION, nowMs });

    expect(spent?.untilMs).toBe(Date.parse('2026-11-22T13:00:00.000Z'));
    expect(isSameHour(nowMs, nowMs - 1)).toBe(false);
    expect(isSameHour(nowMs, nowMs + 3_599_999)).toBe(true);
  });
});
