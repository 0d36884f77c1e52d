// What reading an archive back costs and how long it takes, per storage class and tier. Pure.
// Prices: aws.amazon.com/s3/pricing, us-east-1, read 2025; times: AWS "archive retrieval options", upper ends.
import type { StorageClass } from '../contract/names.ts';
import type { Tier } from './record.ts';
import { HOUR_MS, MINUTE_MS } from './time.ts';

interface Retrieval {
  readonly usdPerGb: number;
  readonly usdPerRequest: number;
  readonly withinMs: number;
}

const RETRIEVAL: Record<StorageClass, Partial<Record<Tier, Retrieval>>> = {
  DEEP_ARCHIVE: {
    Standard: { usdPerGb: 0.02, usdPerRequest: 0.0001, withinMs: 12 * HOUR_MS },
    Bulk: { usdPerGb: 0.0025, usdPerRequest: 0.000025, withinMs: 48 * HOUR_MS },
  },
  GLACIER: {
    Expedited: { usdPerGb: 0.03, usdPerRequest: 0.01, withinMs: 5 * MINUTE_MS },
    Standard: { usdPerGb: 0.01, usdPerRequest: 0.00005, withinMs: 5 * HOUR_MS },
    Bulk: { usdPerGb: 0, usdPerRequest: 0, withinMs: 12 * HOUR_MS },
  },
  // Readable at once; the tier is only a name there.
  GLACIER_IR: { Standard: { usdPerGb: 0.03, usdPerRequest: 0, withinMs: 0 } },
};

/** Internet egress from S3 to Mux. */
const EGRESS_USD_PER_GB = 0.09;
const GB = 1e9;

/** Expedited promises its minutes below this size; larger objects come at up to 300 MB/s on top of them. */
const EXPEDITED_SMALL_BYTES = 250e6;
const EXPEDITED_BYTES_PER_MS = 300e3;

/** Standard is taken without being asked for while it costs at most this much more than Bulk. */
const STANDARD_WORTH_USD = 10;

export const TIERS: readonly Tier[] = ['Bulk', 'Standard', 'Expedited'];

export interface ThawOffer {
  readonly tier: Tier;
  readonly costUsd: number;
  readonly withinMs: number;
}

/** What each tier of this class would cost and take, cheapest first. Costs include egress, in US dollars. */
export function thawOffers(storageClass: StorageClass, sizeBytes: number): readonly ThawOffer[] {
  return TIERS.flatMap((tier) => {
    const retrieval = RETRIEVAL[storageClass][tier];
    if (!retrieval) return [];
    const costUsd = (sizeBytes / GB) * (retrieval.usdPerGb + EGRESS_USD_PER_GB) + retrieval.usdPerRequest;
    return [
      {
        tier,
        costUsd: Math.round(costUsd * 1e4) / 1e4,
        withinMs: retrieval.withinMs + extraMs(tier, sizeBytes),
      },
    ];
  });
}

function extraMs(tier: Tier, sizeBytes: number): number {
  if (tier !== 'Expedited' || sizeBytes < EXPEDITED_SMALL_BYTES) return 0;
  return Math.ceil(sizeBytes / EXPEDITED_BYTES_PER_MS);
}

export type TierChoice =
  | { readonly kind: 'chosen'; readonly offer: ThawOffer; readonly warning?: string }
  | { readonly kind: 'not-offered'; readonly offered: readonly Tier[] };

/** The tier asked for; or the cheapest that is ready in time; or Standard while it is not much dearer than Bulk. */
export function chooseTier(
  offers: readonly ThawOffer[],
  wish: { readonly tier?: Tier; readonly needWithinMs?: number },
): TierChoice {
  const [cheapest] = offers;
  if (!cheapest) throw new Error('A storage class without retrieval offers.');
  if (wish.tier) {
    const offer = offers.find(({ tier }) => tier === wish.tier);
    return offer ? { kind: 'chosen', offer } : { kind: 'not-offered', offered: offers.map((o) => o.tier) };
  }
  const { needWithinMs } = wish;
  if (needWithinMs !== undefined) {
    const inTime = offers.find((offer) => offer.withinMs <= needWithinMs);
    if (inTime) return { kind: 'chosen', offer: inTime };
    const fastest = offers.reduce((a, b) => (b.withinMs < a.withinMs ? b : a));
    return { kind: 'chosen', offer: fastest, warning: 'No tier is ready by then; the fastest was taken.' };
  }
  const standard = offers.find(({ tier }) => tier === 'Standard');
  const worthIt = standard && standard.costUsd - cheapest.costUsd <= STANDARD_WORTH_USD;
  return { kind: 'chosen', offer: worthIt ? standard : cheapest };
}

/** Whether `tier` is faster than `than`. */
export function isFaster(tier: Tier, than: Tier): boolean {
  return TIERS.indexOf(tier) > TIERS.indexOf(than);
}
