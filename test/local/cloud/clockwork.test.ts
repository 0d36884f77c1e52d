// One time scale for every duration of the template.
import { describe, expect, test } from 'vitest';
import { periodSeconds, scaledEnvironment, scaledTimeoutMs } from '../../../local/cloud/clockwork.ts';

describe('scaledTimeoutMs', () => {
  test.each([
    { seconds: 900, scale: 10, ms: 90_000 },
    { seconds: 60, scale: 10, ms: 15_000 },
    { seconds: 10, scale: 10, ms: 10_000 },
    { seconds: 900, scale: 1, ms: 900_000 },
  ])('makes $seconds s at scale $scale to $ms ms', ({ seconds, scale, ms }) => {
    expect(scaledTimeoutMs(seconds, scale)).toBe(ms);
  });
});

test('scales only what ends in _SECONDS, keeps zero, a second and the shortest lease, and lets options win', () => {
  const given = {
    POLL_SECONDS: '30',
    LEASE_SECONDS: '40',
    SHORT_SECONDS: '4',
    NO_SECONDS: '0',
    GRACE_DAYS: '30',
    SETTLE_SECONDS: '15',
  };

  const scaled = scaledEnvironment(given, {
    timeScale: 10,
    environment: { SETTLE_SECONDS: '7', OTHER: 'x' },
  });

  expect(scaled).toEqual({
    POLL_SECONDS: '3',
    LEASE_SECONDS: '5',
    SHORT_SECONDS: '1',
    NO_SECONDS: '0',
    GRACE_DAYS: '30',
    SETTLE_SECONDS: '7',
  });
});

describe('periodSeconds', () => {
  test.each([
    { expression: 'rate(1 minute)', seconds: 60 },
    { expression: 'rate(5 minutes)', seconds: 300 },
    { expression: 'rate(2 hours)', seconds: 7200 },
    { expression: 'cron(0 * * * ? *)', seconds: 3600 },
    { expression: 'cron(0 0 * * ? *)', seconds: 86_400 },
    { expression: 'cron(0 0 ? * MON *)', seconds: 604_800 },
    { expression: 'cron(0 0 1 * ? *)', seconds: 2_592_000 },
    { expression: 'cron(0 0 1 1/3 ? *)', seconds: 7_862_400 },
  ])('reads $expression as $seconds s', ({ expression, seconds }) => {
    expect(periodSeconds(expression)).toBe(seconds);
  });

  test('refuses what it cannot read', () => {
    expect(() => periodSeconds('at(2030-01-01T00:00:00)')).toThrow(
      /at\(2030-01-01T00:00:00\) is not understood/,
    );
  });
});
