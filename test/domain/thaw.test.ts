// Which tiers a class has, how long each takes by AWS's pages, and which one is taken.
import { describe, expect, test } from 'vitest';
import type { StorageClass } from '../../lambdas/contract/names.ts';
import type { Tier } from '../../lambdas/domain/record.ts';
import {
  chooseByWorth,
  chooseInTime,
  chooseTier,
  isFaster,
  retrievals,
  thawOffers,
} from '../../lambdas/domain/thaw.ts';

const GIB = 1_073_741_824;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

describe('the tiers', () => {
  // docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html, upper ends.
  test.each<[StorageClass, [Tier, number][]]>([
    [
      'DEEP_ARCHIVE',
      [
        ['Bulk', 48 * HOUR_MS],
        ['Standard', 12 * HOUR_MS],
      ],
    ],
    [
      'GLACIER',
      [
        ['Bulk', 12 * HOUR_MS],
        ['Standard', 5 * HOUR_MS],
        // 100 GiB are 107,374.18 MB: at 300 MB/s 357.914 s on top of the five minutes.
        ['Expedited', 5 * MINUTE_MS + 357_914],
      ],
    ],
    ['GLACIER_IR', [['Standard', 0]]],
  ])('of %s and their times are %j, cheapest first', (storageClass, expected) => {
    const found = retrievals(storageClass, 100 * GIB).map(({ tier, withinMs }) => [tier, withinMs]);

    expect(found).toEqual(expected);
  });

  test.each([
    [249_999_999, 5 * MINUTE_MS],
    // 250 MB at 300 MB/s: 833.3 ms.
    [250_000_000, 5 * MINUTE_MS + 834],
    // 200 GB: 666.7 s, "not 1 to 5 minutes".
    [200_000_000_000, 5 * MINUTE_MS + 666_667],
  ])('let Expedited take longer for large objects: %i bytes, %i ms', (sizeBytes, withinMs) => {
    const expedited = retrievals('GLACIER', sizeBytes).find(({ tier }) => tier === 'Expedited');

    expect(expedited?.withinMs).toBe(withinMs);
  });

  // 100 GiB: 100 × (retrieval per GB + 0.09 egress) + one request. aws.amazon.com/s3/pricing, us-east-1.
  test.each<[StorageClass, Tier, number]>([
    ['DEEP_ARCHIVE', 'Bulk', 9.250025],
    ['DEEP_ARCHIVE', 'Standard', 11.0001],
    ['GLACIER', 'Bulk', 9],
    ['GLACIER', 'Standard', 10.00005],
    ['GLACIER', 'Expedited', 12.01],
    ['GLACIER_IR', 'Standard', 12.00001],
  ])('cost, without a restore to Mux, out of %s by %s: %d $', (storageClass, tier, costUsd) => {
    const offer = thawOffers(storageClass, 100 * GIB).find((each) => each.tier === tier);

    expect(offer?.costUsd).toBe(costUsd);
  });

  test.each<[StorageClass, Tier, Tier[]]>([
    ['DEEP_ARCHIVE', 'Expedited', ['Bulk', 'Standard']],
    ['GLACIER_IR', 'Bulk', ['Standard']],
  ])('of %s never include %s', (storageClass, tier, offered) => {
    expect(chooseTier(retrievals(storageClass, GIB), { tier })).toEqual({ kind: 'not-offered', offered });
  });

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

describe('the choice', () => {
  const NOW_MS = Date.parse('2026-11-22T12:00:00Z');
  const offer = (tier: Tier, totalUsd: number, hours: number) => ({
    tier,
    totalUsd,
    readyByMs: NOW_MS + hours * HOUR_MS,
  });
  const ALL = [offer('Bulk', 1, 12), offer('Standard', 2, 5), offer('Expedited', 3, 0.1)];

  test.each<[string, Tier]>([
    ['2026-11-23T00:00:00.000Z', 'Bulk'],
    ['2026-11-22T23:59:59.999Z', 'Standard'],
    ['2026-11-22T17:00:00.000Z', 'Standard'],
    ['2026-11-22T16:59:59.999Z', 'Expedited'],
    ['2026-11-22T12:06:00.000Z', 'Expedited'],
  ])('by time is the cheapest that is ready by %s at the latest: %s', (needBy, tier) => {
    const chosen = chooseInTime(ALL, Date.parse(needBy));

    expect(chosen).toMatchObject({ offer: { tier }, reason: expect.stringContaining(needBy) });
    expect(chosen.warning).toBeUndefined();
  });

  test('by time is the fastest, with a warning, when none is in time', () => {
    const chosen = chooseInTime(ALL, Date.parse('2026-11-22T12:05:59.999Z'));

    expect(chosen).toMatchObject({
      offer: { tier: 'Expedited' },
      warning: 'No tier is ready by then; the fastest was taken.',
      reason: expect.stringContaining('readable by 2026-11-22T12:06:00.000Z'),
    });
  });

  test('by time is what is ready first, even if a slower tier was begun long ago', () => {
    const begun = [offer('Bulk', 1, 1), offer('Standard', 2, 5)];

    expect(chooseInTime(begun, NOW_MS).offer.tier).toBe('Bulk');
  });

  test.each<[number, number, Tier]>([
    [11, 10, 'Standard'],
    [11.000001, 10, 'Bulk'],
    [1.1, 0.1, 'Standard'],
    [1, 0, 'Standard'],
    [1.000001, 0, 'Bulk'],
  ])(
    'without a time, Standard for %d $ beside Bulk for 1 $, it being worth %d $ more: %s',
    (usd, worth, tier) => {
      const chosen = chooseByWorth([offer('Bulk', 1, 48), offer('Standard', usd, 12)], worth);

      expect(chosen.offer.tier).toBe(tier);
    },
  );

  test('without a time is the only tier there is', () => {
    const chosen = chooseByWorth([offer('Standard', 500, 0)], 10);

    expect(chosen).toMatchObject({ offer: { tier: 'Standard' }, reason: expect.stringContaining('at once') });
  });
});
