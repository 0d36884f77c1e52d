// What a restore costs, item by item, against sums done by hand from the price lists of AWS (us-east-1) and Mux.
import { describe, expect, test } from 'vitest';
import type { StorageClass } from '../../lambdas/contract/names.ts';
import { chooseOffer, offersFor, type QuoteRates, type Restorable } from '../../lambdas/domain/offers.ts';
import { withOverrides } from '../../lambdas/domain/prices.ts';
import type { AssetRecord, Tier } from '../../lambdas/domain/record.ts';
import { LIST_RATES } from '../fakes/rates.ts';
import { ARCHIVE, BULK, CALLER, inStatus } from './decision-records.ts';

/** What AWS bills as a GB. */
const GIB = 1_073_741_824;

function aVideo(storageClass: StorageClass, sizeBytes: number, more: Partial<AssetRecord> = {}): Restorable {
  const archive = { ...ARCHIVE, storage_class: storageClass, size_bytes: sizeBytes };
  return { ...inStatus('deleted', more), archive };
}

function billed(video_quality: string, resolution_tier: string) {
  return { video_quality, resolution_tier, has_static_renditions: false };
}

function offer(video: Restorable, tier: Tier, rates: QuoteRates = LIST_RATES) {
  const found = offersFor(video, rates, CALLER.nowMs).find((each) => each.tier === tier);
  const items = found?.items.map(({ item, usd }) => [item, usd]);
  return {
    total: found?.totalUsd,
    cents: found?.totalUsd.toFixed(2),
    items: Object.fromEntries(items ?? []),
  };
}

const HOUR_OF_PLUS = { duration: 3_600, billed_as: billed('plus', '1080p') };

describe('an hour of plus in 1080p, 10 GB in DEEP_ARCHIVE', () => {
  const video = aVideo('DEEP_ARCHIVE', 10 * GIB, HOUR_OF_PLUS);

  test('by Bulk costs 2.85 $', () => {
    expect(offer(video, 'Bulk')).toEqual({
      total: 2.853692,
      cents: '2.85',
      items: {
        retrieval: 0.025, // 10 × 0.0025
        requests: 0.000025,
        temporary_copy: 0.053667, // 10 × 0.023 × 7/30
        egress: 0.9, // 10 × 0.09
        encoding: 1.875, // 60 × 0.03125
      },
    });
  });

  test('by Standard costs 3.03 $', () => {
    expect(offer(video, 'Standard')).toEqual({
      total: 3.028767,
      cents: '3.03',
      items: {
        retrieval: 0.2, // 10 × 0.02
        requests: 0.0001,
        temporary_copy: 0.053667,
        egress: 0.9,
        encoding: 1.875,
      },
    });
  });

  test('costs 4.6 cents less when the thawed copy is kept for a day only', () => {
    // 10 × 0.023 × 1/30 = 0.007667: 2.853692 - 0.053667 + 0.007667.
    expect(offer(video, 'Bulk', { ...LIST_RATES, thawDays: 1 }).total).toBe(2.807692);
  });

  test("costs less by a customer's own price of encoding", () => {
    const muxPrices = withOverrides({ encodingUsdPerMinute: { plus: { '1080p': 0.02 } } });

    // 60 × 0.02 = 1.2: 2.853692 - 1.875 + 1.2.
    expect(offer(video, 'Bulk', { ...LIST_RATES, muxPrices }).total).toBe(2.178692);
  });
});

describe('the total', () => {
  // 250 GB: copy 250 × 0.023 × 7/30 = 1.341667, egress 22.5; 90 minutes of premium in 2160p: 90 × 0.15 = 13.5.
  const large = aVideo('GLACIER', 250 * GIB, { duration: 5_400, billed_as: billed('premium', '2160p') });
  // 3,600,000,000 bytes are 3.352761 GB.
  const free = aVideo('GLACIER_IR', 3_600_000_000, { duration: 3_600, billed_as: billed('basic', '720p') });
  // Copy 1,024 × 0.023 × 7/30 = 5.495467, egress 92.16; without a length nothing is known of its encoding.
  const terabyte = aVideo('DEEP_ARCHIVE', 1_024 * GIB);
  const podcast = aVideo('GLACIER', GIB, { duration: 1_800, billed_as: billed('plus', 'audio-only') });
  const unknown = aVideo('DEEP_ARCHIVE', GIB, { duration: 750 });

  test.each<[string, Restorable, Tier, number, string]>([
    ['retrieval and request free', large, 'Bulk', 37.341667, '37.34'],
    ['250 × 0.01 + 0.00005 = 2.50005', large, 'Standard', 39.841717, '39.84'],
    ['250 × 0.03 + 0.01 = 7.51', large, 'Expedited', 44.851667, '44.85'],
    // Retrieval 0.100583, GET 0.00001, egress 0.301749; no copy is made and basic is encoded for nothing.
    ['readable at once', free, 'Standard', 0.402342, '0.40'],
    ['1,024 × 0.0025 + 0.000025 = 2.560025', terabyte, 'Bulk', 100.215492, '100.22'],
    ['1,024 × 0.02 + 0.0001 = 20.4801', terabyte, 'Standard', 118.135567, '118.14'],
    // 0.01 + 0.00005 + copy 0.005367 + egress 0.09 + 30 × 0.0025 = 0.075.
    ['audio only', podcast, 'Standard', 0.180417, '0.18'],
    // 0.02 + 0.0001 + 0.005367 + 0.09 + 12.5 × 0.03125 = 0.390625: plus and 1080p are assumed.
    ['unknown to Mux', unknown, 'Standard', 0.506092, '0.51'],
  ])('is right to the cent: %s', (_, video, tier, total, cents) => {
    expect(offer(video, tier)).toMatchObject({ total, cents });
  });

  test.each<[string, string, number]>([
    ['basic', '2160p', 0],
    ['plus', '720p', 1.5],
    ['plus', '1440p', 3],
    ['premium', '1080p', 2.8125],
    ['premium', '1440p', 4.5],
    // Of what Mux may call something one day, nothing is known.
    ['ultra', '4320p', 1.875],
  ])('has an hour of %s in %s encoded for %d $', (quality, tier, usd) => {
    const video = aVideo('DEEP_ARCHIVE', GIB, { duration: 3_600, billed_as: billed(quality, tier) });

    expect(offer(video, 'Bulk').items.encoding).toBe(usd);
  });

  test('has neither copy nor thaw for GLACIER_IR, nor encoding without a length', () => {
    expect(Object.keys(offer(free, 'Standard').items)).toEqual([
      'retrieval',
      'requests',
      'egress',
      'encoding',
    ]);
    expect(Object.keys(offer(terabyte, 'Bulk').items)).not.toContain('encoding');
  });
});

describe('the choice', () => {
  // Standard out of GLACIER is 0.01 $/GB and 0.00005 $ dearer than Bulk, which is free: 10 $ at 999.995 GB, and one
  // millionth more at 999.9951 GB.
  test.each<[number, Tier]>([
    [1_073_736_455_291, 'Standard'],
    [1_073_736_562_665, 'Bulk'],
  ])('is Standard up to ten dollars more exactly: %i bytes, %s', (sizeBytes, tier) => {
    const chosen = chooseOffer(aVideo('GLACIER', sizeBytes), undefined, LIST_RATES, CALLER.nowMs);

    expect(chosen.offer.tier).toBe(tier);
  });

  // 100 GB out of DEEP_ARCHIVE: 100 × 0.0175 + 0.000075 = 1.750075 $ more.
  test.each<[number, Tier]>([
    [1.750075, 'Standard'],
    [1.750074, 'Bulk'],
    [0, 'Bulk'],
  ])('goes by what Standard is worth to the stack: %d $, %s', (standardWorthUsd, tier) => {
    const rates = { ...LIST_RATES, standardWorthUsd };

    expect(chooseOffer(aVideo('DEEP_ARCHIVE', 100 * GIB), undefined, rates, CALLER.nowMs).offer.tier).toBe(
      tier,
    );
  });

  test.each<[StorageClass, string, Tier]>([
    ['DEEP_ARCHIVE', '2026-11-24T12:00:00.000Z', 'Bulk'],
    ['DEEP_ARCHIVE', '2026-11-24T11:59:59.999Z', 'Standard'],
    ['GLACIER', '2026-11-22T17:00:00.000Z', 'Standard'],
    ['GLACIER', '2026-11-22T16:59:59.999Z', 'Expedited'],
    ['GLACIER_IR', '2026-11-22T12:00:00.000Z', 'Standard'],
  ])('of %s, asked for at noon and needed by %s, is %s', (storageClass, needBy, tier) => {
    const chosen = chooseOffer(aVideo(storageClass, GIB), Date.parse(needBy), LIST_RATES, CALLER.nowMs);

    expect(chosen).toMatchObject({ offer: { tier } });
    expect(chosen.warning).toBeUndefined();
  });
});

describe('while a thaw is under way', () => {
  const restore = { ...BULK, ready_by: '2026-11-23T06:00:00.000Z' };
  const going: Restorable = { ...inStatus('thawing', { restore }), archive: { ...ARCHIVE, size_bytes: GIB } };

  test('its tier is readable when it was promised, and a faster one from now on', () => {
    const offers = offersFor(going, LIST_RATES, CALLER.nowMs);

    expect(offers.map(({ tier, readyByMs }) => [tier, new Date(readyByMs).toISOString()])).toEqual([
      ['Bulk', '2026-11-23T06:00:00.000Z'],
      ['Standard', '2026-11-23T00:00:00.000Z'],
    ]);
  });

  test('a faster tier pays for both requests, and for one retrieval', () => {
    expect(offer(going, 'Standard').items).toMatchObject({
      retrieval: 0.02,
      requests: 0.000125, // 0.0001 + 0.000025
    });
    expect(offer(going, 'Bulk').items).toMatchObject({ retrieval: 0.0025, requests: 0.000025 });
  });

  test('a promise that is past counts from now on', () => {
    const late: Restorable = { ...going, restore: { ...restore, ready_by: '2026-11-22T11:59:59.000Z' } };

    const [bulk] = offersFor(late, LIST_RATES, CALLER.nowMs);

    expect(bulk?.readyByMs).toBe(Date.parse('2026-11-24T12:00:00Z'));
  });

  test.each<[string, Partial<AssetRecord>, string | undefined, Tier]>([
    ['without a wish', {}, undefined, 'Bulk'],
    ['when it is in time', {}, '2026-11-23T06:00:00Z', 'Bulk'],
    ['unless only a faster one is', {}, '2026-11-23T05:59:59Z', 'Standard'],
    ['once it is readable', { status: 'uploading' }, '2026-11-22T12:00:01Z', 'Bulk'],
    ['that waits for the deletion', { status: 'deleting' }, undefined, 'Bulk'],
  ])('the tier stays %s', (_, set, needBy, tier) => {
    const needByMs = needBy === undefined ? undefined : Date.parse(needBy);

    expect(chooseOffer({ ...going, ...set }, needByMs, LIST_RATES, CALLER.nowMs).offer.tier).toBe(tier);
  });
});
