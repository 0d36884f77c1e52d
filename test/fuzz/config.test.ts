// Arbitrary environment variables: one ConfigError, or a frozen configuration that every function can count with.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../lambdas/adapters/config.ts';
import { ENVIRONMENT } from '../../lambdas/contract/environment.ts';
import { oddText, runs } from './fuzz.ts';

const NAMES = Object.values(ENVIRONMENT).filter((name) => typeof name === 'string');

const value = fc.oneof(
  oddText(),
  fc.double().map(String),
  fc.integer().map(String),
  fc.bigInt().map(String),
  fc.constantFrom(
    '0',
    '1',
    '0.5',
    '1e9',
    '9'.repeat(400),
    `0.${'0'.repeat(400)}1`,
    'NaN',
    'Infinity',
    'true',
    'on',
    'hourly',
  ),
  fc.constantFrom(
    'every:1',
    'every:0',
    'every:-1',
    `every:${'9'.repeat(20)}`,
    'https://mux.test/',
    'http://[',
    '*.mux.com,,',
    'DEEP_ARCHIVE',
  ),
);

const environment = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 4 });

function configFrom(given: Record<string, string>) {
  try {
    return readConfig({ TABLE_NAME: 'ledger', BUCKET_NAME: 'vault', ...given });
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** Every number in it, however deep. */
function numbersIn(given: unknown): number[] {
  if (typeof given === 'number') return [given];
  return typeof given === 'object' && given !== null ? Object.values(given).flatMap(numbersIn) : [];
}

describe('a configuration', () => {
  test('is refused as one, or is frozen and full of numbers that are some', () => {
    fc.assert(
      fc.property(environment, (given) => {
        const config = configFrom(given);

        if (!config) return;
        expect(Object.isFrozen(config)).toBe(true);
        for (const number of numbersIn(config))
          expect(number).toSatisfy((n: number) => Number.isFinite(n) && n >= 0);
        // The longest waits still end at a moment that can be written down.
        const longestMs = Math.max(
          config.leaseMs,
          20 * config.pollMs,
          config.masterWaitMs,
          config.graceDays * 86_400_000,
        );
        expect(() => new Date(Date.UTC(2026, 10, 1) + 16 * longestMs).toISOString()).not.toThrow();
      }),
      runs(2_000),
    );
  });
});

describe('found by fuzzing: a configuration', () => {
  test.each([
    ['LEASE_SECONDS', '9'.repeat(400)],
    ['GRACE_DAYS', '3653'],
    ['MUX_POST_RATE', '9'.repeat(400)],
    ['MUX_OTHER_RATE', `0.${'0'.repeat(320)}1`],
    ['EXPIRY_SCHEDULE', `every:${'9'.repeat(400)}`],
    ['SEGMENT_BYTES', '9'.repeat(400)],
  ])('is refused where %s is a number that nothing can be counted with', (name, text) => {
    expect(configFrom({ [name]: text })).toBeUndefined();
  });
});
