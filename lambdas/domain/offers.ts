// What a restore costs by each tier, item by item, when it would be readable, and which tier is taken. Pure.
import type { MuxPrices } from '../contract/mux-prices.ts';
import { DAYS_PER_MONTH, GB_BYTES, millionths, qualityOf, S3_PRICES, tierOf } from './prices.ts';
import type { Archive, AssetRecord, RestoreState, Tier } from './record.ts';
import { type Chosen, chooseByWorth, chooseInTime, isFaster, type Retrieval, retrievals } from './thaw.ts';

/** What a quote depends on beside the record: the stack's settings. */
export interface QuoteRates {
  readonly muxPrices: MuxPrices;
  readonly standardWorthUsd: number;
  /** Days a thawed copy stays readable. */
  readonly thawDays: number;
}

export interface QuoteItem {
  readonly item: 'retrieval' | 'requests' | 'temporary_copy' | 'egress' | 'encoding';
  /** US dollars, to a millionth. */
  readonly usd: number;
  readonly note: string;
}

export interface Offer {
  readonly tier: Tier;
  readonly items: readonly QuoteItem[];
  /** US dollars, to a millionth: the sum of the items as they are shown. */
  readonly totalUsd: number;
  readonly readyByMs: number;
}

/** A record with something to restore from. Its `status` says whether a restore is under way. */
export type Restorable = AssetRecord & { readonly archive: Archive };

/** What each tier that can still be taken would cost and when it is readable, cheapest first. */
export function offersFor(record: Restorable, rates: QuoteRates, nowMs: number): readonly Offer[] {
  const { archive } = record;
  const underWay = restoreUnderWay(record);
  return retrievals(archive.storage_class, archive.size_bytes).map((retrieval) => {
    const items = itemsOf(record, retrieval, underWay, rates);
    return {
      tier: retrieval.tier,
      items,
      totalUsd: millionths(items.reduce((sum, { usd }) => sum + usd, 0)),
      readyByMs: readyBy(retrieval, underWay, nowMs),
    };
  });
}

/** The restore that reads the archive back, or has done so: S3 gives it a faster tier, and no slower one. */
export function restoreUnderWay({ status, restore }: AssetRecord): RestoreState | undefined {
  return status === 'thawing' || status === 'uploading' ? restore : undefined;
}

/** What was promised, while that promise is not past; else from now on. */
function readyBy({ tier, withinMs }: Retrieval, underWay: RestoreState | undefined, nowMs: number): number {
  const promisedMs = underWay?.tier === tier ? Date.parse(underWay.ready_by) : Number.NaN;
  return promisedMs > nowMs ? promisedMs : nowMs + withinMs;
}

function itemsOf(
  record: Restorable,
  { tier, price }: Retrieval,
  underWay: RestoreState | undefined,
  { muxPrices, thawDays }: QuoteRates,
): readonly QuoteItem[] {
  const { storage_class, size_bytes } = record.archive;
  const gb = size_bytes / GB_BYTES;
  const size = `${gb.toFixed(2)} GiB`;
  // An upgrade pays for both requests, and for the faster retrieval only: aws.amazon.com/s3/faqs, restore speed upgrade.
  const asked = underWay?.asked_tier !== tier ? underWay?.asked_tier : undefined;
  const askedUsd = asked ? (S3_PRICES.retrieval[storage_class][asked]?.usdPerRequest ?? 0) : 0;
  const { STANDARD } = S3_PRICES.storageUsdPerGbMonth;
  const copyUsd = (gb * STANDARD * thawDays) / DAYS_PER_MONTH;
  return [
    item('retrieval', gb * price.usdPerGb, `${size} at $${price.usdPerGb} (${storage_class}, ${tier})`),
    item(
      'requests',
      price.usdPerRequest + askedUsd,
      asked ? `one, and the one for ${asked} before it` : 'one',
    ),
    ...(storage_class === 'GLACIER_IR'
      ? []
      : [item('temporary_copy', copyUsd, `${size} for ${thawDays} days at $${STANDARD} a month (STANDARD)`)]),
    item('egress', gb * S3_PRICES.egressUsdPerGb, `${size} to Mux at $${S3_PRICES.egressUsdPerGb}`),
    ...encoding(record, muxPrices),
  ];
}

function encoding({ duration, billed_as }: AssetRecord, muxPrices: MuxPrices): readonly QuoteItem[] {
  if (duration === undefined) return [];
  const quality = qualityOf(billed_as?.video_quality);
  const tier = tierOf(billed_as?.resolution_tier);
  const usd = muxPrices.encodingUsdPerMinute[quality][tier];
  const minutes = duration / 60;
  return [
    item('encoding', minutes * usd, `${minutes.toFixed(2)} minutes at $${usd} (Mux, ${quality}, ${tier})`),
  ];
}

function item(name: QuoteItem['item'], usd: number, note: string): QuoteItem {
  return { item: name, usd: millionths(usd), note };
}

/** What nobody named a tier for: the cheapest that is ready in time; or the one under way; or by what Standard is worth. */
export function chooseOffer(
  record: Restorable,
  needByMs: number | undefined,
  rates: QuoteRates,
  nowMs: number,
): Chosen<Offer> {
  const offers = withinReach(offersFor(record, rates, nowMs), record);
  if (needByMs !== undefined) return chooseInTime(offers, needByMs);
  // A repeat without a wish of its own keeps the tier that is under way, or waits for the deletion to end.
  const kept = restoreUnderWay(record) ?? (record.status === 'deleting' ? record.restore : undefined);
  const offer = offers.find(({ tier }) => tier === kept?.tier);
  return offer
    ? { offer, reason: `${offer.tier} is under way.` }
    : chooseByWorth(offers, rates.standardWorthUsd);
}

/** Of a restore under way, the tier it has and faster ones; once it is readable no other makes a difference. */
export function withinReach(offers: readonly Offer[], record: AssetRecord): readonly Offer[] {
  const underWay = restoreUnderWay(record);
  if (!underWay) return offers;
  const left = offers.filter(
    ({ tier }) => tier === underWay.tier || (record.status === 'thawing' && isFaster(tier, underWay.tier)),
  );
  // None is left only for a tier that this class does not have, of which no decision makes a record.
  return left.length > 0 ? left : offers;
}
