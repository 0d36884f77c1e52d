// What a group of requests adds up to: how many are where, and what bringing all of it back would cost and take. Pure.
import { isWaiting } from './modes.ts';
import type { QuoteRates } from './offers.ts';
import { millionths } from './prices.ts';
import { isPlayable } from './public-record.ts';
import { type Quote, type QuoteOffer, quoteRestore } from './quote.ts';
import type { AssetRecord, Status, Tier } from './record.ts';
import { retrievals, TIERS } from './thaw.ts';
import { iso } from './time.ts';

/** One record of the group. */
export interface Member {
  readonly record: AssetRecord;
  /** The one that says where its video is now: another where it was restored and deleted again. */
  readonly last: AssetRecord;
  /** The one that a restore of it would be about; undefined for an earlier life, of which a later one is in the group too. */
  readonly restorable: AssetRecord | undefined;
}

/** By which the tier of each video is chosen. */
export interface GroupWish {
  readonly tier?: Tier;
  readonly needByMs?: number;
}

/** On the wire. All but the last field of it is about videos as they are now. */
export interface GroupSum {
  readonly records: number;
  readonly by_status: Partial<Record<Status, number>>;
  /** Of failed records, by their code. */
  readonly failures: Partial<Readonly<Record<string, number>>>;
  /** Videos that viewers can watch at this moment, under whatever playback id. */
  readonly playing: number;
  /** Seconds of video, as far as known. */
  readonly duration: number;
  readonly archived_bytes: number;
  /** The first date at which one of them would be deleted from Mux; null when none is waiting for its date. */
  readonly next_deletion_at: string | null;
  readonly restore: RestoreSum;
  /** Records of videos that were restored and deleted again by a request of the same group. */
  readonly earlier_lives: number;
}

export interface RestoreSum {
  /** Still on Mux, or back there: a restore takes the request back, or finds nothing to do. */
  readonly free: number;
  /** Read back out of the vault. */
  readonly from_vault: number;
  /** Of these, on their way already. */
  readonly under_way: number;
  /** Nothing to restore from, or about to be erased. */
  readonly impossible: number;
  /** As `earlier_lives`. */
  readonly superseded: number;
  readonly from_vault_bytes: number;
  readonly currency: 'USD';
  readonly estimated_cost_usd: number;
  /** When the last of them would be readable; null when none is read back. */
  readonly ready_by: string | null;
  /** How many would be read back by which tier. */
  readonly tiers: Partial<Record<Tier, number>>;
  /** Why these, for people. */
  readonly reason: string;
  /** Null when nobody said by when. */
  readonly meets_need_by: boolean | null;
  /** All that are read back by one tier, cheapest first. */
  readonly offers: readonly GroupOffer[];
}

export interface GroupOffer {
  readonly tier: Tier;
  /** How many of those that are read back can have this tier. */
  readonly videos: number;
  readonly total_usd: number;
  readonly ready_by: string;
  readonly meets_need_by: boolean | null;
}

export function sumOf(
  members: readonly Member[],
  wish: GroupWish,
  rates: QuoteRates,
  nowMs: number,
): GroupSum {
  const current = members.filter(({ restorable }) => restorable !== undefined);
  const records = current.map(({ record }) => record);
  const waiting = records.filter(({ status }) => isWaiting(status)).map(({ wake_at }) => wake_at);
  const earlierLives = members.length - current.length;
  return {
    records: records.length,
    by_status: countBy(records.map(({ status }) => status)),
    failures: countBy(records.flatMap(({ failure }) => failure?.code ?? [])),
    playing: current.filter(({ last }) => isPlayable(last)).length,
    duration: total(records.map(({ duration = 0 }) => duration)),
    archived_bytes: total(records.map(({ archive }) => archive?.size_bytes ?? 0)),
    next_deletion_at: waiting.filter((at) => at !== undefined).sort()[0] ?? null,
    restore: { ...restoreSum(current, wish, rates, nowMs), superseded: earlierLives },
    earlier_lives: earlierLives,
  };
}

function restoreSum(
  members: readonly Member[],
  wish: GroupWish,
  rates: QuoteRates,
  nowMs: number,
): Omit<RestoreSum, 'superseded'> {
  const priced = members.flatMap(({ restorable }) =>
    restorable ? [priceOf(restorable, wish, rates, nowMs)] : [],
  );
  const count = (kind: Price['kind']) => priced.filter((price) => price.kind === kind).length;
  const reads = priced.filter((price) => price.kind === 'from_vault');
  const readyBy = latest(reads.map(({ offer }) => offer.ready_by));
  const meetsNeedBy = allInTime(reads.map(({ offer }) => offer));
  const isAll = reads.every(({ offer }) => offer.tier === wish.tier);
  return {
    free: count('free'),
    from_vault: reads.length,
    under_way: reads.filter(({ isUnderWay }) => isUnderWay).length,
    impossible: count('impossible'),
    from_vault_bytes: total(reads.map(({ sizeBytes }) => sizeBytes)),
    currency: 'USD',
    estimated_cost_usd: millionths(total(reads.map(({ usd }) => usd))),
    ready_by: readyBy,
    tiers: countBy(reads.map(({ offer }) => offer.tier)),
    reason: reasonOf(wish, isAll, readyBy, meetsNeedBy, rates),
    meets_need_by: meetsNeedBy,
    offers: TIERS.flatMap((tier) =>
      offerOf(
        tier,
        reads.flatMap(({ offers }) => offers),
      ),
    ),
  };
}

function reasonOf(
  { tier, needByMs }: GroupWish,
  isAll: boolean,
  readyBy: string | null,
  meetsNeedBy: boolean | null,
  { standardWorthUsd }: QuoteRates,
): string {
  if (readyBy === null) return 'Nothing is to be read out of the vault.';
  if (tier) return isAll ? 'As asked for.' : 'As asked for, where nothing faster is under way.';
  if (needByMs === undefined)
    return `Of each video Standard while it costs at most $${standardWorthUsd.toFixed(2)} more than the cheapest, else the cheapest.`;
  return meetsNeedBy
    ? `Of each video the cheapest tier that is readable by ${iso(needByMs)}.`
    : `All of it cannot be ready by ${iso(needByMs)}; earliest ${readyBy}.`;
}

function offerOf(tier: Tier, offers: readonly QuoteOffer[]): readonly GroupOffer[] {
  const some = offers.filter((offer) => offer.tier === tier);
  const readyBy = latest(some.map(({ ready_by }) => ready_by));
  if (readyBy === null) return [];
  const total_usd = millionths(total(some.map((offer) => offer.total_usd)));
  return [{ tier, videos: some.length, total_usd, ready_by: readyBy, meets_need_by: allInTime(some) }];
}

function allInTime(offers: readonly QuoteOffer[]): boolean | null {
  if (offers.every(({ meets_need_by }) => meets_need_by === null)) return null;
  return offers.every(({ meets_need_by }) => meets_need_by);
}

/** Times are UTC with milliseconds, so that the greater text is the later one. */
function latest(times: readonly string[]): string | null {
  return times.toSorted().at(-1) ?? null;
}

type Price =
  | { readonly kind: 'free' | 'impossible' }
  | {
      readonly kind: 'from_vault';
      readonly offer: QuoteOffer;
      readonly offers: readonly QuoteOffer[];
      readonly usd: number;
      readonly sizeBytes: number;
      readonly isUnderWay: boolean;
    };

function priceOf(record: AssetRecord, wish: GroupWish, rates: QuoteRates, nowMs: number): Price {
  const answer = quoteRestore(record, wish.needByMs, rates, nowMs);
  // Before the deletion a restore needs no archive.
  if (answer.kind === 'problem')
    return { kind: answer.problem.code === 'NOTHING_ARCHIVED_YET' ? 'free' : 'impossible' };
  const { offers, size_bytes: sizeBytes } = answer.quote;
  const taken = takenOf(answer.quote, wish.tier);
  if (!taken) return { kind: 'free' };
  const isUnderWay = record.status === 'thawing' || record.status === 'uploading';
  return { kind: 'from_vault', ...taken, offers, sizeBytes, isUnderWay };
}

/** What is under way by a faster tier goes on: its quote does not offer a slower one. */
function takenOf(
  { chosen, offers, estimated_cost_usd }: Quote,
  tier: Tier | undefined,
): { readonly offer: QuoteOffer; readonly usd: number } | undefined {
  const offer = offers.find((each) => each.tier === chosen);
  const wished = offers.find((each) => each.tier === tier);
  if (offer && wished && wished !== offer) return { offer: wished, usd: wished.total_usd };
  return offer && { offer, usd: estimated_cost_usd };
}

/** Storage classes of those that would be read back and cannot be by this tier. */
export function withoutTier(
  members: readonly Member[],
  tier: Tier,
  rates: QuoteRates,
  nowMs: number,
): readonly string[] {
  const classes = members.flatMap(({ restorable }) => {
    const { archive } = restorable ?? {};
    if (!restorable || !archive) return [];
    if (priceOf(restorable, { tier }, rates, nowMs).kind !== 'from_vault') return [];
    const has = retrievals(archive.storage_class, archive.size_bytes).some((each) => each.tier === tier);
    return has ? [] : [archive.storage_class];
  });
  return [...new Set(classes)];
}

export function countBy<K extends string>(keys: readonly K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
