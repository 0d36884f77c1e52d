// What a restore would cost and when it would be readable, said before anybody asks for it. Pure: no Mux call, nothing changes.
import { refusedByPurge } from './decisions.ts';
import { nothingToRestore } from './decisions-restore.ts';
import { effectiveStatus, isBeforeDeletion } from './lifecycle.ts';
import { isDeleteOnly } from './modes.ts';
import {
  chooseOffer,
  type Offer,
  offersFor,
  type QuoteItem,
  type QuoteRates,
  type Restorable,
  restoreUnderWay,
  withinReach,
} from './offers.ts';
import { knownQuality, knownTier, PRICES_AS_OF } from './prices.ts';
import type { Problem } from './problem.ts';
import type { AssetRecord, Status, Tier } from './record.ts';
import { iso } from './time.ts';

/** On the wire. Dollars to a millionth; only who shows them rounds them to cents. */
export interface Quote {
  readonly asset_id: string;
  readonly storage_class: string;
  readonly size_bytes: number;
  readonly currency: 'USD';
  readonly prices_as_of: string;
  /** Cheapest first. */
  readonly offers: readonly QuoteOffer[];
  /** The tier that a restore would take now; null where it would read nothing back. */
  readonly chosen: Tier | null;
  /** What a restore that is asked for now would cost in all. */
  readonly estimated_cost_usd: number;
  readonly reason: string;
  readonly assumptions: readonly string[];
  readonly warnings: readonly string[];
}

export interface QuoteOffer {
  readonly tier: Tier;
  readonly total_usd: number;
  readonly items: readonly QuoteItem[];
  readonly within_seconds: number;
  readonly ready_by: string;
  /** Null when nobody said by when. */
  readonly meets_need_by: boolean | null;
}

export type QuoteAnswer =
  | { readonly kind: 'quote'; readonly quote: Quote }
  | { readonly kind: 'problem'; readonly problem: Problem };

export function quoteRestore(
  record: AssetRecord,
  needByMs: number | undefined,
  rates: QuoteRates,
  nowMs: number,
): QuoteAnswer {
  const refusal = refusedByPurge(record);
  if (refusal) return { kind: 'problem', problem: refusal.problem };
  const status = effectiveStatus(record);
  const { archive } = record;
  if (record.lost_at) return { kind: 'problem', problem: nothingToRestore(record) };
  if (!archive) return { kind: 'problem', problem: nothingArchived(record, status) };
  const going: Restorable = { ...record, archive, status };
  const offers = withinReach(offersFor(going, rates, nowMs), going);
  const verdict = verdictOn(going, needByMs, rates, nowMs);
  const quote: Quote = {
    asset_id: record.asset_id,
    storage_class: archive.storage_class,
    size_bytes: archive.size_bytes,
    currency: 'USD',
    prices_as_of: PRICES_AS_OF,
    offers: offers.map((offer) => publicOffer(offer, needByMs, nowMs)),
    ...verdict,
    assumptions: assumptions(going),
    warnings: [...verdict.warnings, ...(record.duration === undefined ? [NO_DURATION] : [])],
  };
  return { kind: 'quote', quote };
}

type Verdict = Pick<Quote, 'chosen' | 'estimated_cost_usd' | 'reason' | 'warnings'>;

function verdictOn(
  record: Restorable,
  needByMs: number | undefined,
  rates: QuoteRates,
  nowMs: number,
): Verdict {
  const free = whyFree(record);
  if (free) return { chosen: null, estimated_cost_usd: 0, reason: free, warnings: [] };
  const { offer, reason, warning } = chooseOffer(record, needByMs, rates, nowMs);
  const underWay = restoreUnderWay(record);
  return {
    chosen: offer.tier,
    estimated_cost_usd: underWay?.tier === offer.tier ? underWay.estimated_cost_usd : offer.totalUsd,
    reason,
    warnings: warning ? [warning] : [],
  };
}

/** A restore reads nothing back while the video is on Mux. */
function whyFree({ status, current_asset_id }: Restorable): string | undefined {
  if (isBeforeDeletion(status)) {
    return 'Nothing was deleted yet: a restore takes the request back and is free. The offers are for after the deletion.';
  }
  if (status !== 'cancelled' && status !== 'restored') return undefined;
  const where = current_asset_id ? `on Mux as ${current_asset_id}` : 'still on Mux';
  return `The video is ${where}: a restore is free while it is. The offers are for when somebody deletes it there.`;
}

function nothingArchived(record: AssetRecord, status: Status): Problem {
  if (!isBeforeDeletion(status) && status !== 'cancelled') return nothingToRestore(record);
  return {
    status: 409,
    code: 'NOTHING_ARCHIVED_YET',
    detail: `Nothing of asset ${record.asset_id} is archived, so it has no size to reckon with: it is ${record.status}.`,
    action: isDeleteOnly(record)
      ? 'No copy is going to be made of it. A restore before the deletion takes the request back and is free.'
      : 'Ask again when it is archived. A restore before the deletion takes the request back and is free.',
  };
}

function publicOffer(
  { tier, totalUsd, items, readyByMs }: Offer,
  needByMs: number | undefined,
  nowMs: number,
): QuoteOffer {
  return {
    tier,
    total_usd: totalUsd,
    items,
    within_seconds: Math.ceil((readyByMs - nowMs) / 1_000),
    ready_by: iso(readyByMs),
    meets_need_by: needByMs === undefined ? null : readyByMs <= needByMs,
  };
}

const NO_DURATION =
  'The length of the video is not on the record: what Mux charges for encoding it again is missing from the totals.';

const ALWAYS_ASSUMED: readonly string[] = [
  "S3's prices are those of us-east-1 without free tier or volume discounts; a GB is 2^30 bytes.",
  "Mux's prices are list prices as reported by others, where the stack has none of its own (prop muxPrices).",
  'Mux fetches the master over the internet.',
  'Times are the upper ends that AWS names, until the archive is readable; Mux then takes some minutes to make the asset.',
  'A restore deletes nothing, so no minimum storage duration or early deletion is charged.',
];

function assumptions({ billed_as, duration }: Restorable): readonly string[] {
  const unknown = [
    ...(knownQuality(billed_as?.video_quality) ? [] : ['plus quality']),
    ...(knownTier(billed_as?.resolution_tier) ? [] : ['1080p']),
  ];
  const isGuessed = duration !== undefined && unknown.length > 0;
  return [
    ...ALWAYS_ASSUMED,
    ...(isGuessed ? [`What Mux charges by is not on the record: ${unknown.join(' and ')} is assumed.`] : []),
    ...(billed_as?.has_static_renditions
      ? ['Static renditions of a chosen resolution are charged by the minute on top of these totals.']
      : []),
  ];
}
