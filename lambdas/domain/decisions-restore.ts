// Decisions on restores: one verb to have the video again, whatever its status. Pure.
import {
  type Caller,
  cancelled,
  causeOf,
  change,
  type Decision,
  goOn,
  noted,
  refuse,
  refusedByPurge,
  wakeNow,
  wakeUnlessLeased,
} from './decisions.ts';
import { effectiveStatus, isBeforeDeletion, isWithoutCopy, move } from './lifecycle.ts';
import { chooseOffer, type Offer, offersFor, type QuoteRates } from './offers.ts';
import { withEarlierRestore } from './pairing.ts';
import type { Problem } from './problem.ts';
import type { AssetRecord, RestoreState, Tier } from './record.ts';
import { chooseTier, isFaster } from './thaw.ts';
import { iso } from './time.ts';

export interface RestoreWish {
  readonly tier?: Tier;
  readonly needByMs?: number;
  /** In the words of whoever asks: kept in the history. */
  readonly reason?: string;
  /** A fresh random token for this restore. */
  readonly token: string;
}

export function decideRestore(
  record: AssetRecord,
  wish: RestoreWish,
  caller: Caller,
  rates: QuoteRates,
): Decision {
  const refusal = refusedByPurge(record);
  if (refusal) return refusal;
  const status = effectiveStatus(record);
  if (record.lost_at) return refuseLost(record);
  if (isBeforeDeletion(status)) {
    return {
      kind: 'write',
      status: 200,
      record: cancelled(record, caller, wish.reason),
      outcome: 'cancelled',
    };
  }
  if (status === 'cancelled') return { kind: 'ask-platform', assetId: record.asset_id };
  if (status === 'restored') return { kind: 'ask-platform', assetId: record.current_asset_id ?? '' };
  // What failed goes on first, and then takes the wish as if it had not.
  const current = record.status === 'failed' && status !== 'deleted' ? goOn(record, caller) : record;
  const chosen = choose(current, wish, rates, caller.nowMs);
  if (chosen.kind === 'refuse') return chosen;
  if (status === 'thawing' || status === 'uploading') return hasten(record, current, chosen, wish, caller);
  const restore = newRestore(wish, chosen.offer, caller);
  const warnings = withWarnings(current, chosen.warnings);
  // A deletion under way is finished first; the expire stage sees the wish and goes straight on.
  const next =
    status === 'deleting'
      ? changed(current, { restore, warnings }, wish, caller)
      : thawing(current, caller, { restore, warnings }, causeOf('restore', wish.reason));
  return { kind: 'write', status: 202, record: next, outcome: 'restoring' };
}

/** The second half of `ask-platform`: the asset that should be there is, or somebody deleted it elsewhere. */
export function decideRestoreOfPresent(
  record: AssetRecord,
  isAlive: boolean,
  wish: RestoreWish,
  caller: Caller,
  rates: QuoteRates,
): Decision {
  if (isAlive) return { kind: 'answer', status: 200, outcome: 'already_available' };
  const chosen = choose(record, wish, rates, caller.nowMs);
  if (chosen.kind === 'refuse') return chosen;
  const set = {
    restore: newRestore(wish, chosen.offer, caller),
    earlier_restores: withEarlierRestore(record),
    current_asset_id: undefined,
    deleted_at: record.status === 'restored' ? record.deleted_at : iso(caller.nowMs),
  };
  const next = thawing(record, caller, set, causeOf('restore of an asset deleted elsewhere', wish.reason));
  return { kind: 'write', status: 202, record: next, outcome: 'restoring' };
}

function thawing(record: AssetRecord, caller: Caller, set: Partial<AssetRecord>, cause: string): AssetRecord {
  const deleted = record.status === 'failed' ? move(record, 'deleted', change(caller, 'retry')) : record;
  return move(deleted, 'thawing', change(caller, cause, { ...set, ...wakeNow(caller) }));
}

function newRestore(wish: RestoreWish, offer: Offer, caller: Caller): RestoreState {
  return {
    ...promise(offer, wish),
    requested_at: iso(caller.nowMs),
    requested_by: caller.actor,
    token: wish.token,
    create_attempts: 0,
    new_playback_ids: [],
  };
}

/** A restore under way takes a faster tier and ignores a slower one; `current` is `record`, gone on if it had failed. */
function hasten(
  record: AssetRecord,
  current: AssetRecord,
  chosen: ChosenOffer,
  wish: RestoreWish,
  caller: Caller,
): Decision {
  const { offer } = chosen;
  const { restore } = current;
  const isFasterNow =
    restore !== undefined && current.status === 'thawing' && isFaster(offer.tier, restore.tier);
  const warnings =
    !restore || isFasterNow || offer.tier === restore.tier
      ? chosen.warnings
      : [`The restore goes on as ${restore.tier}; ${offer.tier} would not be faster.`];
  if (!isFasterNow && record.status !== 'failed') {
    return { kind: 'answer', status: 200, outcome: 'restoring', warning: warnings[0] };
  }
  const set = {
    restore: isFasterNow ? { ...restore, ...promise(offer, wish) } : restore,
    warnings: withWarnings(current, warnings),
  };
  return {
    kind: 'write',
    status: 200,
    outcome: 'restoring',
    record: changed(current, set, wish, caller),
  };
}

/** A wish that leaves the status as it is has an entry in the history only for the reason that came with it. */
function changed(
  record: AssetRecord,
  set: Partial<AssetRecord>,
  { reason }: RestoreWish,
  caller: Caller,
): AssetRecord {
  if (reason !== undefined) return noted(record, caller, causeOf('restore', reason), set);
  return { ...wakeUnlessLeased(record, caller), ...set, updated_at: iso(caller.nowMs) };
}

function promise(
  { tier, readyByMs, totalUsd }: Offer,
  { needByMs }: RestoreWish,
): Pick<RestoreState, 'tier' | 'ready_by' | 'need_by' | 'estimated_cost_usd'> {
  return {
    tier,
    ready_by: iso(readyByMs),
    ...(needByMs !== undefined && { need_by: iso(needByMs) }),
    estimated_cost_usd: totalUsd,
  };
}

function withWarnings(record: AssetRecord, more: readonly string[]): readonly string[] {
  return [...new Set([...record.warnings, ...more])];
}

interface ChosenOffer {
  readonly kind: 'offer';
  readonly offer: Offer;
  readonly warnings: readonly string[];
}

function choose(
  record: AssetRecord,
  wish: RestoreWish,
  rates: QuoteRates,
  nowMs: number,
): ChosenOffer | Extract<Decision, { kind: 'refuse' }> {
  const { archive } = record;
  if (!archive) return refuseLost(record);
  const restorable = { ...record, archive };
  if (!wish.tier) {
    const { offer, warning } = chooseOffer(restorable, wish.needByMs, rates, nowMs);
    return { kind: 'offer', offer, warnings: warning ? [warning] : [] };
  }
  const choice = chooseTier(offersFor(restorable, rates, nowMs), wish);
  if (choice.kind === 'chosen') return { kind: 'offer', offer: choice.offer, warnings: [] };
  return refuse({
    status: 400,
    code: 'TIER_NOT_OFFERED',
    field: 'tier',
    detail: `${archive.storage_class} offers ${choice.offered.join(' and ')}, not ${wish.tier}.`,
    action: 'Choose one of these, or leave the tier out.',
  });
}

function refuseLost(record: AssetRecord): Extract<Decision, { kind: 'refuse' }> {
  return refuse(nothingToRestore(record));
}

export function nothingToRestore(record: AssetRecord): Problem {
  if (isWithoutCopy(record)) return nothingWasKept(record);
  return {
    status: 409,
    code: 'NOTHING_TO_RESTORE',
    detail: `Asset ${record.asset_id} has no archive: ${record.failure?.message ?? `it is ${record.status}`}`,
    action: 'Look for the original file; Icehouse holds no whole copy.',
  };
}

function nothingWasKept({ asset_id, status, deleted_by_user_id }: AssetRecord): Problem {
  return {
    status: 409,
    code: 'NOTHING_TO_RESTORE',
    detail: `No copy was made of asset ${asset_id} (${status}): ${deleted_by_user_id} asked for its deletion without one (mode delete_only).`,
    action: 'Only the original file can bring the video back.',
  };
}
