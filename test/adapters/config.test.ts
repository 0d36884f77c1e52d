// What the functions make of their environment variables.
import { expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../lambdas/adapters/config.ts';

const REQUIRED = { TABLE_NAME: 'ledger', BUCKET_NAME: 'vault' };

function problemsOf(env: Record<string, string | undefined>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  throw new Error('Expected a ConfigError.');
}

test('needs no more than a table and a bucket', () => {
  const config = readConfig(REQUIRED);

  expect(config).toMatchObject({
    table: 'ledger',
    bucket: 'vault',
    bucketOwner: undefined,
    muxBaseUrl: 'https://api.mux.com',
    muxStreamBaseUrl: 'https://stream.mux.com',
    muxImageBaseUrl: 'https://image.mux.com',
    muxRates: { post: 0.5, other: 2.5 },
    storageClass: 'DEEP_ARCHIVE',
    sourceHosts: ['*.mux.com'],
    sourceLoopback: false,
    deletions: 'dry-run',
    graceDays: 30,
    expirySchedule: 'hourly',
    minNoticeMs: 3_600_000,
    noticeBeforeMs: 259_200_000,
    onStillWatched: 'ignore',
    leaseMs: 90_000,
    pollMs: 30_000,
    settleMs: 15_000,
    createDoubtMs: 120_000,
    masterWaitMs: 43_200_000,
    thawDays: 7,
  });
});

test('takes what the embedded cloud sets, with seconds divided by its time scale', () => {
  const env = {
    ...REQUIRED,
    BUCKET_OWNER: '123456789012',
    MUX_BASE_URL: 'http://127.0.0.1:4010/',
    SOURCE_HOSTS: '127.0.0.1, localhost',
    SOURCE_LOOPBACK: 'true',
    DELETIONS: 'on',
    EXPIRY_SCHEDULE: 'every:0.5',
    SETTLE_SECONDS: '0.0333',
    MIN_NOTICE_SECONDS: '0',
    STORAGE_CLASS: 'GLACIER',
  };

  const config = readConfig(env);

  expect(config).toMatchObject({
    bucketOwner: '123456789012',
    muxBaseUrl: 'http://127.0.0.1:4010',
    sourceHosts: ['127.0.0.1', 'localhost'],
    sourceLoopback: true,
    deletions: 'on',
    expirySchedule: { everyMs: 500 },
    settleMs: 33,
    minNoticeMs: 0,
    storageClass: 'GLACIER',
  });
});

test('takes limits of 0, which let nothing be deleted', () => {
  const none = { DELETIONS_PER_HOUR: '0', DELETIONS_PER_DAY: '0', DELETIONS_PER_USER_DAY: '0' };

  const { deletionLimits } = readConfig({ ...REQUIRED, ...none });

  expect(deletionLimits).toStrictEqual({ perHour: 0, perDay: 0, perUserDay: 0 });
});

test('says all that is wrong at once', () => {
  const env = { BUCKET_NAME: '  ', LEASE_SECONDS: 'soon', DELETIONS: 'yes', MUX_OTHER_RATE: '5' };

  const message = problemsOf(env);

  expect(message).toContain('TABLE_NAME is missing');
  expect(message).toContain('BUCKET_NAME is missing');
  expect(message).toContain('LEASE_SECONDS must be a number of seconds, got "soon"');
  expect(message).toContain('DELETIONS must be one of on, dry-run, got "yes"');
  expect(message).not.toContain('MUX_OTHER_RATE');
});

test('takes an empty variable for a missing one', () => {
  const config = readConfig({ ...REQUIRED, GRACE_DAYS: '', SOURCE_HOSTS: ' ', MUX_SECRET_ID: '' });

  expect(config.graceDays).toBe(30);
  expect(config.sourceHosts).toStrictEqual(['*.mux.com']);
  expect(() => config.muxSecretId()).toThrow('This function needs MUX_SECRET_ID');
});

test.each([
  ['LEASE_SECONDS', '-1'],
  ['LEASE_SECONDS', 'Infinity'],
  ['LEASE_SECONDS', '0x10'],
  ['LEASE_SECONDS', '1e3'],
  ['MUX_POST_RATE', '0'],
  ['THAW_DAYS', '0'],
  ['THAW_DAYS', '1.5'],
  ['OPEN_MASTERS', '0'],
  ['DELETIONS_PER_HOUR', '-1'],
  ['DELETIONS_PER_DAY', '0.5'],
  ['EXPIRY_SCHEDULE', 'yearly'],
  ['EXPIRY_SCHEDULE', 'every:0'],
  ['EXPIRY_SCHEDULE', 'every:'],
  ['MUX_BASE_URL', 'api.mux.com'],
  ['MUX_BASE_URL', 'file:///etc/passwd'],
  ['SOURCE_HOSTS', 'https://mux.com'],
  ['SOURCE_HOSTS', '*'],
  ['SOURCE_HOSTS', 'mux.com,,mux.dev'],
  ['SOURCE_LOOPBACK', 'yes'],
  ['STORAGE_CLASS', 'STANDARD'],
  ['BUCKET_OWNER', '1234'],
  ['STANDARD_WORTH_USD', '-1'],
  ['MUX_PRICES', '{"encodingUsdPerMinute":'],
])('refuses %s = %s', (name, value) => {
  const message = problemsOf({ ...REQUIRED, [name]: value });

  expect(message).toContain(`${name} must be`);
  expect(message).toContain(`got "${value}"`);
});

test("takes a customer's own prices, and the list's where there are none", () => {
  const own = '{"encodingUsdPerMinute":{"plus":{"1080p":0.02}}}';

  const { muxPrices, standardWorthUsd } = readConfig({
    ...REQUIRED,
    MUX_PRICES: own,
    STANDARD_WORTH_USD: '0.5',
  });

  expect(muxPrices.encodingUsdPerMinute.plus).toMatchObject({ '1080p': 0.02, '720p': 0.025 });
  expect(standardWorthUsd).toBe(0.5);
  expect(readConfig(REQUIRED).muxPrices.encodingUsdPerMinute.plus['1080p']).toBe(0.03125);
});

test.each([
  [
    '{"encodingUsdPerMinute":{"plus":{"1080p":-0.02}}}',
    'muxPrices.encodingUsdPerMinute.plus.1080p: expected',
  ],
  ['{"encoding":{}}', 'muxPrices.encoding: not known'],
  ['[]', 'muxPrices: expected an object'],
])('names what in MUX_PRICES is no price: %s', (value, where) => {
  const message = problemsOf({ ...REQUIRED, MUX_PRICES: value });

  expect(message).toContain(`MUX_PRICES: ${where}`);
  expect(message).not.toContain('MUX_PRICES must be');
});

test('names the variable that this function would have needed', () => {
  const config = readConfig({ ...REQUIRED, FUNCTION_EXPIRE: 'icehouse-expire', EVENT_BUS_NAME: 'icehouse' });

  expect(config.functionName('expire')).toBe('icehouse-expire');
  expect(config.busName()).toBe('icehouse');
  expect(() => config.functionName('restore')).toThrow('This function needs FUNCTION_RESTORE');
  expect(() => config.copyQueueUrl()).toThrow('This function needs COPY_QUEUE_URL');
});

test('reads how archives are locked, and for how long: both or nothing', () => {
  const locked = readConfig({ ...REQUIRED, OBJECT_LOCK_MODE: 'compliance', OBJECT_LOCK_SECONDS: '86400' });
  const lasting = problemsOf({ ...REQUIRED, OBJECT_LOCK_MODE: 'governance' });
  const mild = problemsOf({ ...REQUIRED, OBJECT_LOCK_MODE: 'mild', OBJECT_LOCK_SECONDS: '1' });

  expect(locked.objectLock).toEqual({ mode: 'compliance', forMs: 86_400_000 });
  expect(readConfig(REQUIRED).objectLock).toBeUndefined();
  expect(lasting).toContain('OBJECT_LOCK_SECONDS is missing');
  expect(mild).toContain('OBJECT_LOCK_MODE must be one of governance, compliance');
});

test('cannot be changed', () => {
  const config = readConfig(REQUIRED);

  expect([config, config.muxRates, config.sourceHosts].every(Object.isFrozen)).toBe(true);
});
