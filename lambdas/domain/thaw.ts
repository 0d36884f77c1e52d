// How long each tier takes to read an archive back, and which of them is taken. Pure; what a restore costs is in offers.ts.
import type { StorageClass } from '../contract/names.ts';
import { GB_BYTES, millionths, type RetrievalPrice, S3_PRICES } from './prices.ts';
import type { Tier } from './record.ts';
import { iso } from './time.ts';

/** Expedited promises its minutes below this size; larger objects come at up to 300 MB/s on top of them. */
const EXPEDITED_SMALL_BYTES = 250e6;
const EXPEDITED_BYTES_PER_MS = 300e3;

/** From the cheapest to the dearest, which is from the slowest to the fastest. */
export const TIERS: readonly Tier[] = ['Bulk', 'Standard', 'Expedited'];

export interface Retrieval {
  readonly tier: Tier;
  readonly price: RetrievalPrice;
  /** Upper end, for an object of this size. */
  readonly withinMs: number;
}

/** The tiers that this class has, cheapest first. */
export function retrievals(storageClass: StorageClass, sizeBytes: number): readonly Retrieval[] {
  return TIERS.flatMap((tier) => {
    const price = S3_PRICES.retrieval[storageClass][tier];
    return price ? [{ tier, price, withinMs: price.withinMs + extraMs(tier, sizeBytes) }] : [];
  });
}

function extraMs(tier: Tier, sizeBytes: number): number {
  if (tier !== 'Expedited' || sizeBytes < EXPEDITED_SMALL_BYTES) return 0;
  return Math.ceil(sizeBytes / EXPEDITED_BYTES_PER_MS);
}

/** Reading an archive back without a restore to Mux, as `icehouse restore --to` does. */
export interface ThawOffer {
  readonly tier: Tier;
  /** US dollars, to a millionth: retrieval, its request, and egress. */
  readonly costUsd: number;
  readonly withinMs: number;
}

/** Cheapest first. */
export function thawOffers(storageClass: StorageClass, sizeBytes: number): readonly ThawOffer[] {
  const gb = sizeBytes / GB_BYTES;
  return retrievals(storageClass, sizeBytes).map(({ tier, price, withinMs }) => ({
    tier,
    costUsd: millionths(gb * (price.usdPerGb + S3_PRICES.egressUsdPerGb) + price.usdPerRequest),
    withinMs,
  }));
}

export type TierChoice<T> =
  | { readonly kind: 'chosen'; readonly offer: T }
  | { readonly kind: 'not-offered'; readonly offered: readonly Tier[] };

/** The tier asked for; else Standard, which every class has. */
export function chooseTier<T extends { readonly tier: Tier }>(
  offers: readonly T[],
  { tier = 'Standard' }: { readonly tier?: Tier },
): TierChoice<T> {
  const offer = offers.find((each) => each.tier === tier);
  return offer
    ? { kind: 'chosen', offer }
    : { kind: 'not-offered', offered: offers.map((each) => each.tier) };
}

/** What a tier is chosen by. */
interface Choosable {
  readonly tier: Tier;
  readonly totalUsd: number;
  /** Upper end. */
  readonly readyByMs: number;
}

export interface Chosen<T> {
  readonly offer: T;
  /** A sentence for people. */
  readonly reason: string;
  readonly warning?: string;
}

/** The cheapest that is ready in time, or else the fastest, with a warning. `offers` is cheapest first and not empty. */
export function chooseInTime<T extends Choosable>(offers: readonly T[], needByMs: number): Chosen<T> {
  const needBy = iso(needByMs);
  const inTime = offers.find(({ readyByMs }) => readyByMs <= needByMs);
  if (inTime) {
    return { offer: inTime, reason: `${inTime.tier} is the cheapest that is readable by ${needBy}.` };
  }
  const fastest = offers.reduce((a, b) => (b.readyByMs < a.readyByMs ? b : a));
  return {
    offer: fastest,
    reason: `${fastest.tier} is the fastest; it is readable by ${iso(fastest.readyByMs)}, not by ${needBy}.`,
    warning: 'No tier is ready by then; the fastest was taken.',
  };
}

/** Standard while it costs at most `standardWorthUsd` more than the cheapest. `offers` is cheapest first and not empty. */
export function chooseByWorth<T extends Choosable>(
  offers: readonly T[],
  standardWorthUsd: number,
): Chosen<T> {
  const [cheapest] = offers;
  if (!cheapest) throw new Error('A storage class without retrieval offers.');
  const standard = offers.find(({ tier }) => tier === 'Standard');
  if (!standard || standard === cheapest) {
    return {
      offer: cheapest,
      reason: `${cheapest.tier} is the only tier, and the archive is readable at once.`,
    };
  }
  const moreUsd = millionths(standard.totalUsd - cheapest.totalUsd);
  const more = `Standard costs $${moreUsd.toFixed(2)} more than ${cheapest.tier}`;
  return moreUsd <= standardWorthUsd
    ? { offer: standard, reason: `${more}; up to $${standardWorthUsd.toFixed(2)} it is taken.` }
    : { offer: cheapest, reason: `${more}; it is taken only up to $${standardWorthUsd.toFixed(2)}.` };
}

/** Whether `tier` is faster than `than`. */
export function isFaster(tier: Tier, than: Tier): boolean {
  return TIERS.indexOf(tier) > TIERS.indexOf(than);
}
