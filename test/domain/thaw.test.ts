// What reading an archive back costs and how long it takes, by AWS's price list, and which tier is taken.
import { describe, expect, test } from 'vitest';
import type { StorageClass } from '../../lambdas/contract/names.ts';
import type { Tier } from '../../lambdas/domain/record.ts';
import { chooseTier, isFaster, thawOffers } from '../../lambdas/domain/thaw.ts';

const GB = 1_000_000_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

describe('prices and times', () => {
  // 100 GB: 100 × (retrieval $/GB + 0.09 egress) + one request. aws.amazon.com/s3/pricing, us-east-1.
  test.each<[StorageClass, Tier, number, number]>([
    ['DEEP_ARCHIVE', 'Bulk', 9.250025, 48 * HOUR_MS],
    ['DEEP_ARCHIVE', 'Standard', 11.0001, 12 * HOUR_MS],
    ['GLACIER', 'Bulk', 9, 12 * HOUR_MS],
    ['GLACIER', 'Standard', 10.00005, 5 * HOUR_MS],
    // 5 minutes, and 100,000 MB at 300 MB/s: 333.334 s.
    ['GLACIER', 'Expedited', 12.01, 5 * MINUTE_MS + 333_334],
    ['GLACIER_IR', 'Standard', 12, 0],
  ])('of 100 GB out of %s, %s: %d $ within %i ms', (storageClass, tier, costUsd, withinMs) => {
    const offer = thawOffers(storageClass, 100 * GB).find((each) => each.tier === tier);

    expect(offer?.withinMs).toBe(withinMs);
    expect(offer?.costUsd).toBeCloseTo(costUsd, 3);
  });

  test.each<[StorageClass, Tier[]]>([
    ['DEEP_ARCHIVE', ['Bulk', 'Standard']],
    ['GLACIER', ['Bulk', 'Standard', 'Expedited']],
    ['GLACIER_IR', ['Standard']],
  ])('of %s are offered for %j, cheapest first', (storageClass, tiers) => {
    const offers = thawOffers(storageClass, 100 * GB);

    expect(offers.map(({ tier }) => tier)).toEqual(tiers);
    expect(offers.map(({ costUsd }) => costUsd)).toEqual(
      offers.map(({ costUsd }) => costUsd).sort((a, b) => a - b),
    );
  });

  test.each([
    [249_999_999, 5 * MINUTE_MS],
    // 250 MB at 300 MB/s: 833.3 ms.
    [250_000_000, 5 * MINUTE_MS + 834],
    // 200 GB: 666.7 s, "not 1 to 5 minutes".
    [200 * GB, 5 * MINUTE_MS + 666_667],
  ])('let Expedited take longer for large objects: %i bytes, %i ms', (sizeBytes, withinMs) => {
    expect(thawOffers('GLACIER', sizeBytes).find(({ tier }) => tier === 'Expedited')?.withinMs).toBe(
      withinMs,
    );
  });

  test('are given to a hundredth of a cent', () => {
    expect(thawOffers('DEEP_ARCHIVE', 123_456_789)).toMatchObject([{ costUsd: 0.0114 }, { costUsd: 0.0137 }]);
  });
});

describe('the tier', () => {
  const chosen = (
    storageClass: StorageClass,
    gigabytes: number,
    wish: { tier?: Tier; needWithinMs?: number },
  ) => {
    const choice = chooseTier(thawOffers(storageClass, gigabytes * GB), wish);
    return choice.kind === 'chosen' ? choice.offer.tier : choice;
  };

  test.each<[string, StorageClass, Tier]>([
    ['the cheap one', 'DEEP_ARCHIVE', 'Bulk'],
    ['the dear one', 'GLACIER', 'Expedited'],
  ])('asked for is taken, be it %s', (_, storageClass, tier) => {
    expect(chosen(storageClass, 5_000, { tier })).toBe(tier);
  });

  test.each<[StorageClass, Tier, Tier[]]>([
    ['DEEP_ARCHIVE', 'Expedited', ['Bulk', 'Standard']],
    ['GLACIER_IR', 'Bulk', ['Standard']],
  ])('of %s is never %s', (storageClass, tier, offered) => {
    expect(chosen(storageClass, 1, { tier })).toEqual({ kind: 'not-offered', offered });
  });

  test.each<[StorageClass, string, number, Tier]>([
    ['DEEP_ARCHIVE', '48 h', 48 * HOUR_MS, 'Bulk'],
    ['DEEP_ARCHIVE', 'a moment less than 48 h', 48 * HOUR_MS - 1, 'Standard'],
    ['DEEP_ARCHIVE', '12 h', 12 * HOUR_MS, 'Standard'],
    ['GLACIER', '12 h', 12 * HOUR_MS, 'Bulk'],
    ['GLACIER', '5 h', 5 * HOUR_MS, 'Standard'],
    ['GLACIER', 'a moment less than 5 h', 5 * HOUR_MS - 1, 'Expedited'],
    ['GLACIER_IR', 'a second', 1_000, 'Standard'],
  ])('of %s needed within %s is the cheapest in time', (storageClass, _, needWithinMs, expected) => {
    expect(chosen(storageClass, 1, { needWithinMs })).toBe(expected);
  });

  test.each<[StorageClass, number, Tier]>([
    ['DEEP_ARCHIVE', 12 * HOUR_MS - 1, 'Standard'],
    ['GLACIER', 5 * MINUTE_MS - 1, 'Expedited'],
    ['GLACIER', -1, 'Expedited'],
  ])('of %s needed within %i ms is the fastest, with a warning', (storageClass, needWithinMs, tier) => {
    const choice = chooseTier(thawOffers(storageClass, 100_000_000), { needWithinMs });

    expect(choice).toMatchObject({
      kind: 'chosen',
      offer: { tier },
      warning: 'No tier is ready by then; the fastest was taken.',
    });
  });

  // DEEP_ARCHIVE: Standard is 0.0175 $/GB dearer, ten dollars at 571.4 GB. GLACIER: 0.01 $/GB, at 1,000 GB.
  test.each<[StorageClass, number, Tier]>([
    ['DEEP_ARCHIVE', 1, 'Standard'],
    ['DEEP_ARCHIVE', 571, 'Standard'],
    ['DEEP_ARCHIVE', 572, 'Bulk'],
    ['GLACIER', 999, 'Standard'],
    ['GLACIER', 1_001, 'Bulk'],
    ['GLACIER_IR', 9_999, 'Standard'],
  ])(
    'of %s without a wish, for %i GB, is %s: Standard while it is ten dollars dearer at most',
    (storageClass, gigabytes, tier) => {
      expect(chosen(storageClass, gigabytes, {})).toBe(tier);
    },
  );

  test.each<[Tier, Tier, boolean]>([
    ['Standard', 'Bulk', true],
    ['Expedited', 'Standard', true],
    ['Expedited', 'Bulk', true],
    ['Bulk', 'Standard', false],
    ['Standard', 'Expedited', false],
    ['Bulk', 'Bulk', false],
  ])('%s is faster than %s: %s', (tier, than, expected) => {
    expect(isFaster(tier, than)).toBe(expected);
  });
});
