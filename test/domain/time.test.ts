// Dates as people give them, ticks as the stack's cron makes them, and waits that grow.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXPIRY_SCHEDULES, type ExpirySchedule } from '../../lambdas/contract/names.ts';
import { backoffMs, iso, nextTick, parseExpirationDate } from '../../lambdas/domain/time.ts';

describe('an expiration date', () => {
  test.each([
    ['a date: the end of that UTC day', '2026-12-24', 1_798_156_799_999],
    ['the leap day of a leap year', '2028-02-29', 1_835_481_599_999],
    ['the leap day of 2000', '2000-02-29', 951_868_799_999],
    ['UTC', '2026-12-24T00:00:00Z', 1_798_070_400_000],
    ['UTC without seconds', '2026-12-24T00:00Z', 1_798_070_400_000],
    ['UTC with milliseconds', '2026-12-24T00:00:00.123Z', 1_798_070_400_123],
    ['UTC with nanoseconds, cut', '2026-12-24T00:00:00.123999999Z', 1_798_070_400_123],
    ['an offset east', '2026-12-24T01:00:00+01:00', 1_798_070_400_000],
    ['an offset west', '2026-12-23T19:00:00-05:00', 1_798_070_400_000],
    ['an offset of half an hour', '2026-12-24T05:30:00+05:30', 1_798_070_400_000],
    ['midnight at the end of a day', '2026-12-23T24:00:00Z', 1_798_070_400_000],
  ])('may be %s: %s', (_, text, expected) => {
    expect(parseExpirationDate(text)).toBe(expected);
  });

  test.each([
    '2026-02-31',
    '2026-02-29',
    '2100-02-29',
    '2026-04-31T00:00:00Z',
    '2026-02-29T23:59:59+01:00',
    '2026-13-01',
    '2026-00-10',
    '2026-12-00',
    '2026-12-24T00:00:00',
    '2026-12-24T25:00:00Z',
    '2026-12-24T00:60:00Z',
    '2026-12-24T00:00:00+25:00',
    '2026-12-24 00:00:00Z',
    '2026-12-24T00:00:00+0100',
    '2026-12-24Z',
    '24.12.2026',
    '12/24/2026',
    '26-12-24',
    'tomorrow',
    '1798070400',
    ' 2026-12-24',
    '2026-12-24\n',
    '',
  ])('is never %j', (text) => {
    expect(parseExpirationDate(text)).toBeUndefined();
  });
});

describe('the next tick', () => {
  // 2026: 1 January is a Thursday, 23 November a Monday. 2028 is a leap year.
  test.each<[ExpirySchedule, string, string]>([
    ['hourly', '2026-11-22T12:00:00.000Z', '2026-11-22T12:00:00.000Z'],
    ['hourly', '2026-11-22T12:00:00.001Z', '2026-11-22T13:00:00.000Z'],
    ['hourly', '2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'],
    ['daily', '2026-11-22T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
    ['daily', '2026-11-22T00:00:00.001Z', '2026-11-23T00:00:00.000Z'],
    ['daily', '2028-02-28T23:59:59.999Z', '2028-02-29T00:00:00.000Z'],
    ['weekly', '2026-11-23T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
    ['weekly', '2026-11-23T00:00:00.001Z', '2026-11-30T00:00:00.000Z'],
    ['weekly', '2026-11-22T23:59:59.999Z', '2026-11-23T00:00:00.000Z'],
    ['weekly', '2026-12-29T10:00:00.000Z', '2027-01-04T00:00:00.000Z'],
    ['monthly', '2026-12-01T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['monthly', '2026-12-01T00:00:00.001Z', '2027-01-01T00:00:00.000Z'],
    ['monthly', '2028-02-29T12:00:00.000Z', '2028-03-01T00:00:00.000Z'],
    ['quarterly', '2026-10-01T00:00:00.000Z', '2026-10-01T00:00:00.000Z'],
    ['quarterly', '2026-10-01T00:00:00.001Z', '2027-01-01T00:00:00.000Z'],
    ['quarterly', '2026-11-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['quarterly', '2027-01-01T00:00:00.001Z', '2027-04-01T00:00:00.000Z'],
    ['quarterly', '2027-06-30T23:59:59.999Z', '2027-07-01T00:00:00.000Z'],
    ['quarterly', '2027-09-15T00:00:00.000Z', '2027-10-01T00:00:00.000Z'],
  ])('%s at or after %s is %s', (schedule, from, expected) => {
    expect(iso(nextTick(schedule, Date.parse(from)))).toBe(expected);
  });

  test('of the embedded cloud lies on a multiple of its seconds', () => {
    expect(nextTick({ everyMs: 2_000 }, 1_798_070_400_123)).toBe(1_798_070_402_000);
  });

  const moment = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2060-01-01') });
  const DAYS: Record<ExpirySchedule, number> = {
    hourly: 1 / 24,
    daily: 1,
    weekly: 7,
    monthly: 31,
    quarterly: 92,
  };

  /** The cron of lib/schedules.ts, read field by field. */
  function isOnCron(schedule: ExpirySchedule, ms: number): boolean {
    const at = new Date(ms);
    const onTheHour = ms % 3_600_000 === 0;
    const atMidnight = onTheHour && at.getUTCHours() === 0;
    const onTheFirst = atMidnight && at.getUTCDate() === 1;
    switch (schedule) {
      case 'hourly':
        return onTheHour;
      case 'daily':
        return atMidnight;
      case 'weekly':
        return atMidnight && at.getUTCDay() === 1;
      case 'monthly':
        return onTheFirst;
      case 'quarterly':
        return onTheFirst && [1, 4, 7, 10].includes(at.getUTCMonth() + 1);
      default:
        return schedule satisfies never;
    }
  }

  test.each(EXPIRY_SCHEDULES)('%s is never early, on the cron, and the first there is', (schedule) => {
    fc.assert(
      fc.property(moment, (ms) => {
        const tick = nextTick(schedule, ms);

        expect(tick).toBeGreaterThanOrEqual(ms);
        expect(tick - ms).toBeLessThanOrEqual(DAYS[schedule] * 86_400_000);
        expect(isOnCron(schedule, tick)).toBe(true);
        expect(nextTick(schedule, tick)).toBe(tick);
        expect(nextTick(schedule, tick + 1)).toBeGreaterThan(tick);
      }),
      { seed: 20_261_122 },
    );
  });
});

test.each([
  [0, 1_000],
  [1, 1_000],
  [2, 1_500],
  [3, 2_250],
  [4, 3_375],
  [8, 17_086],
  [9, 20_000],
  [40, 20_000],
])('attempt %i waits %i ms when the first waits a second', (attempt, expected) => {
  expect(backoffMs(attempt, 1_000)).toBe(expected);
});
