// Advice changes exactly at its thresholds, and rests on figures that can be checked by hand.
import { describe, expect, test } from 'vitest';
import {
  ADVICE_DEFAULTS,
  type AdviceOptions,
  adviceOn,
  type Candidate,
} from '../../lambdas/domain/advice.ts';
import { withOverrides } from '../../lambdas/domain/prices.ts';

const PRICES = withOverrides({
  storageUsdPerMinuteMonth: { basic: { '1080p': 0.003 }, plus: { '1080p': 0.003 } },
  encodingUsdPerMinute: { plus: { '1080p': 0.03125 } },
  staticRenditionUsdPerMinuteMonth: { plus: { '1080p': 0.00075 } },
  coldDiscounts: { after90Days: 0.6 },
});

const GIB = 1024 ** 3;

/** An hour of 1080p, plus, that nobody watches; a master of 10 GB. Cold it costs 60 x 0.003 x 0.4 = 0.072 a month. */
const HOUR: Candidate = {
  durationSeconds: 3600,
  resolutionTier: '1080p',
  videoQuality: 'plus',
  staticRenditions: [],
  masterBytes: 10 * GIB,
  ageDays: 400,
  deliveredSeconds: 0,
};

function advice(changes: Partial<Candidate> = {}, options: Partial<AdviceOptions> = {}) {
  return adviceOn({ ...HOUR, ...changes }, { ...ADVICE_DEFAULTS, ...options }, PRICES);
}

describe('archive', () => {
  test('says what it saves a month and when it has paid, with the restores that are to be expected', () => {
    const given = advice();

    expect(given.kind).toBe('archive');
    // In the vault: 10 GB x 0.00099 + 40 KiB of overhead + 100 kB of sidecars x 0.023 = 0.00990235; 0.072 less that.
    expect(given).toHaveProperty('savesUsd', expect.closeTo(0.06209765, 8));
    // Once: 0.000875 of requests and a tenth of a restore: 0.025025 + 0.05366667 + 0.9 + 1.875 = 2.85369167.
    expect(given.figures?.restoreUsd).toBeCloseTo(2.85369167, 8);
    // (0.000875 + 0.28536917 + 6 x 0.00990235) / 0.072
    expect(given.figures?.paybackMonths).toBeCloseTo(4.800809, 5);
  });

  test('reckons the size from the bitrate where it is not known, and says so', () => {
    const known = advice();
    const assumed = advice({ masterBytes: undefined });
    const told = advice({ masterBytes: undefined }, { mbps: 16 });

    expect(known.figures).toMatchObject({ masterBytes: 10_737_418_240, isSizeAssumed: false });
    // 8 Mbps x 3600 s / 8
    expect(assumed.figures).toMatchObject({ masterBytes: 3_600_000_000, isSizeAssumed: true, mbps: 8 });
    expect(told.figures).toMatchObject({ masterBytes: 7_200_000_000, isSizeAssumed: true, mbps: 16 });
  });

  test('counts what is left of the first month of a basic asset', () => {
    const young = advice({ videoQuality: 'basic', ageDays: 15 });
    const unknown = advice({ videoQuality: 'basic', ageDays: undefined });

    // 0.000875 + 0.18 x 15/30; of unknown age the whole month
    expect(young.figures?.archivingUsd).toBeCloseTo(0.090875, 8);
    expect(unknown.figures?.archivingUsd).toBeCloseTo(0.180875, 8);
  });
});

describe('leave on Mux', () => {
  test.each([
    ['watched for a second', { deliveredSeconds: 1 }, {}, 'watched_lately'],
    [
      'watched a second longer than allowed',
      { deliveredSeconds: 61 },
      { watchedSeconds: 60 },
      'watched_lately',
    ],
    ['shorter than half a minute', { durationSeconds: 29.9, masterBytes: 1 }, {}, 'too_short'],
    // 0.072 / 0.00099 = 72.7 GB
    ['of 73 GB an hour', { masterBytes: 73 * GIB }, {}, 'bitrate_too_high'],
    ['saving less than asked for', {}, { minSavingUsd: 0.0621 }, 'saving_too_small'],
    ['paid back later than asked for', {}, { maxPaybackMonths: 4.8 }, 'pays_back_too_late'],
    // 0.000875 + 2.85369167 of a certain restore: more than 12 months of 0.0621
    ['restored for certain', {}, { restoredShare: 1 }, 'pays_back_too_late'],
    ['of unknown length', { durationSeconds: undefined }, {}, 'duration_unknown'],
    ['not to be archived at all', { obstacle: 'It is live.' }, {}, 'not_archivable'],
  ] as const)('what is %s', (_, changes, options, reason) => {
    expect(advice(changes, options)).toMatchObject({ kind: 'leave_on_mux', reason });
  });

  test.each([
    ['watched no longer than allowed', { deliveredSeconds: 60 }, { watchedSeconds: 60 }],
    // Half a minute is 0.0006 a month.
    ['half a minute long', { durationSeconds: 30, masterBytes: 1 }, { minSavingUsd: 0.0005 }],
    ['of 72 GB an hour', { masterBytes: 72 * GIB }, { minSavingUsd: 0, restoredShare: 0 }],
    ['saving as much as asked for', {}, { minSavingUsd: 0.062 }],
    ['paid back in time', {}, { maxPaybackMonths: 4.81 }],
  ] as const)('but not what is %s', (_, changes, options) => {
    expect(advice(changes, options).kind).toBe('archive');
  });

  test('says below which bitrate it would pay', () => {
    const { figures } = advice({ masterBytes: 73 * GIB });

    // (0.072 - 0.00000238) / 0.00099 = 72.725 GB, x 8 / 3600 s
    expect(figures?.breakEvenMbps).toBeCloseTo(173.526, 2);
    expect(figures?.mbps).toBeGreaterThan(174);
  });
});

describe('static renditions', () => {
  const renditions = { staticRenditions: ['1080p'] } as const;

  test('are to be removed where archiving does not pay', () => {
    const given = advice({ ...renditions, masterBytes: 73 * GIB });

    // 60 x 0.003 + 60 x 0.00075 = 0.225 with them, 0.072 without
    expect(given.kind).toBe('remove_static_renditions');
    expect(given).toHaveProperty('savesUsd', expect.closeTo(0.153, 8));
  });

  test('do not make an archive pay that would not pay without them', () => {
    const given = advice(renditions, { maxPaybackMonths: 4 });

    expect(given.kind).toBe('remove_static_renditions');
  });

  test('are saved along with the rest where archiving pays', () => {
    const given = advice(renditions);

    // 0.225 - 0.00990235
    expect(given.kind).toBe('archive');
    expect(given).toHaveProperty('savesUsd', expect.closeTo(0.21509765, 8));
  });

  test('stay where somebody watches, and where they cost next to nothing', () => {
    const watched = advice({ ...renditions, deliveredSeconds: 1 });
    const cheap = advice({ ...renditions, masterBytes: 73 * GIB }, { minSavingUsd: 0.2 });

    expect(watched).toMatchObject({ kind: 'leave_on_mux', reason: 'watched_lately' });
    expect(cheap).toMatchObject({ kind: 'leave_on_mux', reason: 'bitrate_too_high' });
  });
});
