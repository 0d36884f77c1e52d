// What a group of requests adds up to: how many are where, and what bringing all of it back would cost and take. Pure.
import { isWaiting } from './modes.ts';
import type { QuoteRates } from './offers.ts';
import { millionths } from './prices.ts';
import { quoteRestore } from './quote.ts';
import type { AssetRecord, Status } from './record.ts';

/** One record of the group, and the one that a restore of it would be about: another where it was restored and deleted again. */
export interface Member {
  readonly record: AssetRecord;
  readonly restorable: AssetRecord | undefined;
}

/** On the wire. */
export interface GroupSum {
  readonly records: number;
  readonly by_status: Partial<Record<Status, number>>;
  /** Of failed records, by their code. */
  readonly failures: Partial<Readonly<Record<string, number>>>;
  /** Seconds of video, as far as known. */
  readonly duration: number;
  readonly archived_bytes: number;
  /** The first date at which one of them would be deleted from Mux; null when none is waiting for its date. */
  readonly next_deletion_at: string | null;
  readonly restore: RestoreSum;
}

export interface RestoreSum {
  /** Still on Mux, or back there: a restore takes the request back, or finds nothing to do. */
  readonly free: number;
  /** Read back out of the vault. */
  readonly from_vault: number;
  /** Nothing to restore from. */
  readonly impossible: number;
  /** Restored, and deleted again by a request of the same group, which is counted by itself. */
  readonly superseded: number;
  readonly from_vault_bytes: number;
  readonly currency: 'USD';
  readonly estimated_cost_usd: number;
  /** When the last of them would be readable; null when none is read back. */
  readonly ready_by: string | null;
}

export function sumOf(
  members: readonly Member[],
  needByMs: number | undefined,
  rates: QuoteRates,
  nowMs: number,
): GroupSum {
  const records = members.map(({ record }) => record);
  const waiting = records.filter(({ status }) => isWaiting(status)).map(({ wake_at }) => wake_at);
  return {
    records: records.length,
    by_status: countBy(records.map(({ status }) => status)),
    failures: countBy(records.flatMap(({ failure }) => failure?.code ?? [])),
    duration: total(records.map(({ duration = 0 }) => duration)),
    archived_bytes: total(records.map(({ archive }) => archive?.size_bytes ?? 0)),
    next_deletion_at: waiting.filter((at) => at !== undefined).sort()[0] ?? null,
    restore: restoreSum(members, needByMs, rates, nowMs),
  };
}

function restoreSum(
  members: readonly Member[],
  needByMs: number | undefined,
  rates: QuoteRates,
  nowMs: number,
): RestoreSum {
  const priced = members.map(({ restorable }) => restorable && priceOf(restorable, needByMs, rates, nowMs));
  const count = (kind: Price['kind']) => priced.filter((price) => price?.kind === kind).length;
  const reads = priced.filter((price) => price?.kind === 'from_vault');
  return {
    free: count('free'),
    from_vault: reads.length,
    impossible: count('impossible'),
    superseded: priced.filter((price) => !price).length,
    from_vault_bytes: total(reads.map(({ sizeBytes }) => sizeBytes)),
    currency: 'USD',
    estimated_cost_usd: millionths(total(reads.map(({ usd }) => usd))),
    ready_by:
      reads
        .map(({ readyBy }) => readyBy)
        .sort()
        .at(-1) ?? null,
  };
}

type Price =
  | { readonly kind: 'free' | 'impossible' }
  | {
      readonly kind: 'from_vault';
      readonly usd: number;
      readonly sizeBytes: number;
      readonly readyBy: string;
    };

function priceOf(record: AssetRecord, needByMs: number | undefined, rates: QuoteRates, nowMs: number): Price {
  const answer = quoteRestore(record, needByMs, rates, nowMs);
  // Before the deletion a restore needs no archive.
  if (answer.kind === 'problem')
    return { kind: answer.problem.code === 'NOTHING_ARCHIVED_YET' ? 'free' : 'impossible' };
  const { chosen, offers, estimated_cost_usd: usd, size_bytes: sizeBytes } = answer.quote;
  const offer = offers.find(({ tier }) => tier === chosen);
  return offer ? { kind: 'from_vault', usd, sizeBytes, readyBy: offer.ready_by } : { kind: 'free' };
}

export function countBy<K extends string>(keys: readonly K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
