// What archives cost and save, against a table that was computed by hand. Prices of Mux are the test's own; those of S3 are
// us-east-1 (aws.amazon.com/s3/pricing). A GB is 2^30 bytes, a month 30 days.
import { describe, expect, test } from 'vitest';
import { withOverrides } from '../../lambdas/domain/prices.ts';
import {
  breakEvenBytes,
  breakEvenMonths,
  costsOf,
  savedUsd,
  sumOf,
  unspentMinimumUsd,
  type Video,
} from '../../lambdas/domain/savings.ts';

const PRICES = withOverrides({
  storageUsdPerMinuteMonth: {
    basic: { '720p': 0.0024 },
    plus: { 'audio-only': 0.00024, '1080p': 0.003 },
    premium: { '2160p': 0.0144 },
  },
  encodingUsdPerMinute: {
    basic: { '720p': 0 },
    plus: { '1080p': 0.03125 },
    premium: { '2160p': 0.15 },
  },
  staticRenditionUsdPerMinuteMonth: { basic: { '720p': 0.0006 } },
  coldDiscounts: { after30Days: 0.4, after90Days: 0.6 },
});

const GIB = 1024 ** 3;

/** An hour of 1080p, plus: 10 GB in DEEP_ARCHIVE, with 1 MiB in four sidecars. */
const HOUR: Video = {
  durationSeconds: 3600,
  resolutionTier: '1080p',
  videoQuality: 'plus',
  staticRenditions: [],
  storageClass: 'DEEP_ARCHIVE',
  masterBytes: 10 * GIB,
  sidecars: { count: 4, sizeBytes: 1024 ** 2 },
};

/** Half an hour of 720p, basic, with one static rendition: half a GB in GLACIER. */
const LESSON: Video = {
  durationSeconds: 1800,
  resolutionTier: '720p',
  videoQuality: 'basic',
  staticRenditions: ['720p'],
  storageClass: 'GLACIER',
  masterBytes: GIB / 2,
  sidecars: { count: 0, sizeBytes: 0 },
};

/** Ten minutes of 2160p, premium, of 64 KiB only, in GLACIER_IR. */
const SMALL: Video = {
  durationSeconds: 600,
  resolutionTier: '2160p',
  videoQuality: 'premium',
  staticRenditions: [],
  storageClass: 'GLACIER_IR',
  masterBytes: 64 * 1024,
  sidecars: { count: 0, sizeBytes: 0 },
};

/** The hand's figures have eight decimals: a millionth of a cent. */
const DECIMALS = 8;

describe('a month on Mux', () => {
  test.each([
    // 60 min x 0.003 = 0.18; x 0.6 = 0.108; x 0.4 = 0.072
    ['an hour', HOUR, { standardUsd: 0.18, after30DaysUsd: 0.108, after90DaysUsd: 0.072, coldUsd: 0.072 }],
    // 30 x 0.0024 + 30 x 0.0006 = 0.072 + 0.018 = 0.09, never less while the rendition stays; 0.072 x 0.4 = 0.0288 without
    [
      'a lesson with a static rendition',
      LESSON,
      { standardUsd: 0.09, after30DaysUsd: 0.09, after90DaysUsd: 0.09, coldUsd: 0.0288 },
    ],
    // 10 x 0.0144 = 0.144; x 0.6 = 0.0864; x 0.4 = 0.0576
    [
      'a small one',
      SMALL,
      { standardUsd: 0.144, after30DaysUsd: 0.0864, after90DaysUsd: 0.0576, coldUsd: 0.0576 },
    ],
  ])('%s', (_, video, expected) => {
    const { mux } = costsOf(video, PRICES);

    expect(mux.standardUsd).toBeCloseTo(expected.standardUsd, DECIMALS);
    expect(mux.after30DaysUsd).toBeCloseTo(expected.after30DaysUsd, DECIMALS);
    expect(mux.after90DaysUsd).toBeCloseTo(expected.after90DaysUsd, DECIMALS);
    expect(mux.coldUsd).toBeCloseTo(expected.coldUsd, DECIMALS);
  });
});

describe('a month in the vault', () => {
  test.each([
    // 10 GB x 0.00099 = 0.0099; 32 KiB x 0.00099 = 0.00000003; 8 KiB x 0.023 = 0.00000018; 1 MiB x 0.023 = 0.00002246
    ['an hour', HOUR, 0.00992267],
    // 0.5 GB x 0.0036 = 0.0018; 32 KiB x 0.0036 = 0.00000011; 8 KiB x 0.023 = 0.00000018
    ['a lesson', LESSON, 0.00180029],
    // 128 KiB at least: 0.00012207 GB x 0.004 = 0.00000049, and no overhead
    ['a small one', SMALL, 0.00000049],
  ])('%s', (_, video, expected) => {
    expect(costsOf(video, PRICES).vaultUsd).toBeCloseTo(expected, DECIMALS);
  });
});

describe('putting it into the vault, once', () => {
  test.each([
    // Create and 160 parts of 64 MiB x 0.000005 = 0.000805; Complete 0.00005; four PUTs x 0.000005 = 0.00002
    ['an hour', HOUR, 0.000875],
    // Create and 32 parts of 16 MiB x 0.000005 = 0.000165; Complete 0.00003
    ['a lesson', LESSON, 0.000195],
    // Create, one part and Complete x 0.00002
    ['a small one', SMALL, 0.00006],
  ])('%s', (_, video, expected) => {
    expect(costsOf(video, PRICES).archivingUsd).toBeCloseTo(expected, DECIMALS);
  });
});

describe('a restore, once', () => {
  test.each([
    [
      'an hour',
      HOUR,
      {
        // Bulk: 10 x 0.0025 + 0.000025
        retrievalUsd: 0.025025,
        // 10 x 0.023 x 7/30
        temporaryCopyUsd: 0.05366667,
        // 10 x 0.09
        egressUsd: 0.9,
        // 60 x 0.03125
        encodingUsd: 1.875,
        firstMonthUsd: 0,
        totalUsd: 2.85369167,
      },
    ],
    [
      'a lesson, whose encoding is free and whose first month is charged in full',
      LESSON,
      {
        retrievalUsd: 0,
        // 0.5 x 0.023 x 7/30
        temporaryCopyUsd: 0.00268333,
        // 0.5 x 0.09
        egressUsd: 0.045,
        encodingUsd: 0,
        // 30 x 0.0024
        firstMonthUsd: 0.072,
        totalUsd: 0.11968333,
      },
    ],
    [
      'a small one, which is read as it is',
      SMALL,
      {
        // 64 KiB = 0.00006104 GB x 0.03 = 0.00000183, and the GET 0.00001
        retrievalUsd: 0.00001183,
        temporaryCopyUsd: 0,
        // 0.00006104 x 0.09
        egressUsd: 0.00000549,
        // 10 x 0.15
        encodingUsd: 1.5,
        firstMonthUsd: 0,
        totalUsd: 1.50001732,
      },
    ],
  ])('%s', (_, video, expected) => {
    const { restore } = costsOf(video, PRICES);

    expect(Object.keys(restore).sort()).toEqual(Object.keys(expected).sort());
    expect(restore.retrievalUsd).toBeCloseTo(expected.retrievalUsd, DECIMALS);
    expect(restore.temporaryCopyUsd).toBeCloseTo(expected.temporaryCopyUsd, DECIMALS);
    expect(restore.egressUsd).toBeCloseTo(expected.egressUsd, DECIMALS);
    expect(restore.encodingUsd).toBeCloseTo(expected.encodingUsd, DECIMALS);
    expect(restore.firstMonthUsd).toBeCloseTo(expected.firstMonthUsd, DECIMALS);
    expect(restore.totalUsd).toBeCloseTo(expected.totalUsd, DECIMALS);
  });
});

describe('break-even', () => {
  test.each([
    // Within the six months that are charged anyway: (0.000875 + 6 x 0.00992267) / 0.072
    ['an hour against cold', HOUR, 'coldUsd', 0.839042],
    // the same / 0.18
    ['an hour against standard', HOUR, 'standardUsd', 0.335617],
    // Three months are charged: (0.000195 + 3 x 0.00180029) / 0.0288
    ['a lesson against cold', LESSON, 'coldUsd', 0.1943],
    // the same / 0.09
    ['a lesson against standard', LESSON, 'standardUsd', 0.062176],
  ] as const)('%s', (_, video, baseline, expected) => {
    expect(breakEvenMonths(costsOf(video, PRICES), baseline)).toBeCloseTo(expected, 5);
  });

  test('beyond the minimum comes from what a month saves', () => {
    const costs = costsOf(HOUR, PRICES);

    // 0.6 / (0.072 - 0.00992267)
    expect(breakEvenMonths(costs, 'coldUsd', 0.6)).toBeCloseTo(9.66536, 4);
  });

  test('of two storage classes together lies where their lines meet', () => {
    const costs = sumOf([costsOf(HOUR, PRICES), costsOf(LESSON, PRICES)]);

    // At 3 months: 3 x 0.1008 - 0.4 - 6 x 0.00992267 - 3 x 0.00180029 = -0.16253686; then 0.1008 - 0.00180029 a month.
    expect(breakEvenMonths(costs, 'coldUsd', 0.4)).toBeCloseTo(4.641796, 5);
  });

  test('never comes when the vault costs as much as Mux', () => {
    // A minute of sound, cold at 0.00024 x 0.4 = 0.000096; 10 GB in DEEP_ARCHIVE at 0.0099.
    const huge = costsOf({ ...HOUR, durationSeconds: 60, resolutionTier: 'audio-only' }, PRICES);

    expect(breakEvenMonths(huge, 'coldUsd')).toBeUndefined();
    expect(breakEvenMonths(sumOf([]), 'coldUsd')).toBeUndefined();
  });

  test('by bytes is where a month costs the same', () => {
    const costs = costsOf(HOUR, PRICES);

    // 10 GB + (0.072 - 0.00992267) / 0.00099 GB = 72.7043 GB
    expect(breakEvenBytes(HOUR, costs) / GIB).toBeCloseTo(72.7043, 3);
  });
});

describe('what is saved', () => {
  test.each([
    // 12 x 0.072 - 0.000875 - 12 x 0.00992267
    ['over a year, against cold', 12, 'coldUsd', 0.744053],
    // 12 x 0.18 - 0.000875 - 12 x 0.00992267
    ['over a year, against standard', 12, 'standardUsd', 2.040053],
    // 0.072 - 0.000875 - 6 x 0.00992267: what is removed after a month is charged for six
    ['over a month, against cold', 1, 'coldUsd', 0.011589],
    // -0.000875 - 6 x 0.00992267
    ['over no time', 0, 'coldUsd', -0.060411],
  ] as const)('%s', (_, months, baseline, expected) => {
    expect(savedUsd(costsOf(HOUR, PRICES), months, baseline)).toBeCloseTo(expected, 6);
  });

  test('by many is the sum of what each saves', () => {
    const sum = sumOf([costsOf(HOUR, PRICES), costsOf(HOUR, PRICES), costsOf(LESSON, PRICES)]);

    // 2 x 0.072 + 0.0288; 2 x 0.00992267 + 0.00180029; 2 x 0.000875 + 0.000195; 2 x 2.85369167 + 0.11968333
    expect(sum.mux.coldUsd).toBeCloseTo(0.1728, DECIMALS);
    expect(sum.vaultUsd).toBeCloseTo(0.02164562, DECIMALS);
    expect(sum.archivingUsd).toBeCloseTo(0.001945, DECIMALS);
    expect(sum.restore.totalUsd).toBeCloseTo(5.82706667, DECIMALS);
    expect(sum.minimums.map(({ months }) => months)).toEqual([6, 3]);
  });
});

describe("Mux's minimum of a month for basic", () => {
  test.each([
    // 0.072 x (30 - 10) / 30
    ['is charged to its end', LESSON, 10, 0.048],
    ['is over after a month', LESSON, 30, 0],
    ['is none for plus', HOUR, 0, 0],
  ])('%s', (_, video, ageDays, expected) => {
    expect(unspentMinimumUsd(video, ageDays, PRICES)).toBeCloseTo(expected, DECIMALS);
  });
});
