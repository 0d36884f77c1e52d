// The table "What may happen when": what a call of a user does to a record in each status. Pure.
// The API stores what is decided here; every row of the table is a test in test/domain/decisions.test.ts.
import { addEntry, type Change, isBeforeDeletion, isLeased, move } from './lifecycle.ts';
import type { Problem } from './problem.ts';
import type { AssetRecord, RestoreState, Status, Tier } from './record.ts';
import { chooseTier, isFaster, type ThawOffer, thawOffers } from './thaw.ts';
import { iso } from './time.ts';

export type Outcome = 'cancelled' | 'restoring' | 'already_available';

export type Decision =
  /** Store this record (its `wake_at` is now), then wake its stage. */
  | {
      readonly kind: 'write';
      readonly status: 200 | 202;
      readonly record: AssetRecord;
      readonly outcome?: Outcome;
    }
  | { readonly kind: 'answer'; readonly status: 200; readonly outcome?: Outcome; readonly warning?: string }
  | { readonly kind: 'refuse'; readonly problem: Problem }
  /** Whether this asset still exists decides: ask the platform, then call `decideRestoreOfPresent`. */
  | { readonly kind: 'ask-platform'; readonly assetId: string };

export interface Caller {
  readonly nowMs: number;
  /** The user id given, else who signed the call. */
  readonly actor: string;
}

export interface DeleteRequest {
  readonly asset_id: string;
  readonly deleted_by_user_id: string;
  readonly expirationMs: number;
  /** The date as it was given: what makes two requests the same. */
  readonly asked: AssetRecord['asked'];
  readonly reason?: string;
  readonly group_id?: string;
  /** Set when the asset is one that Icehouse restored. */
  readonly restored_from?: string;
}

export function decideRequest(
  record: AssetRecord | undefined,
  request: DeleteRequest,
  caller: Caller,
): Decision {
  if (record?.status === 'restored') return refuseRestored(record);
  const isRepeat = record !== undefined && isSame(record, request);
  if (isRepeat && record.status === 'failed') {
    // The date may have been moved since, and so many days count from now: late, never early.
    const laterMs = Math.max(request.expirationMs, Date.parse(record.expiration_date));
    return { kind: 'write', status: 202, record: goOn(record, caller, { expiration_date: iso(laterMs) }) };
  }
  if (!record || record.status === 'cancelled' || record.status === 'failed')
    return begin(record, request, caller);
  if (isRepeat) return { kind: 'answer', status: 200 };
  return refuse({
    status: 409,
    code: 'REQUEST_DIFFERS',
    detail: `Asset ${record.asset_id} (${record.status}) has a delete request that differs in ${differingFields(record, request).join(', ')}.`,
    action: isBeforeDeletion(record.status)
      ? 'PATCH /v1/delete-requests/{asset_id} moves the date; cancel it to begin anew.'
      : 'The asset is on its way out or gone; restore it first.',
  });
}

/** Only here must a date lie ahead: the same request again stays the same long after its date has passed. */
function begin(record: AssetRecord | undefined, request: DeleteRequest, caller: Caller): Decision {
  const { asked, expirationMs } = request;
  if (asked.expiration_date !== undefined && expirationMs <= caller.nowMs)
    return refusePast(asked.expiration_date);
  if (!record) return { kind: 'write', status: 202, record: firstRecord(request, caller) };
  const next =
    record.status === 'cancelled' ? nextLife(record, request, caller) : goOn(record, caller, fields(request));
  return { kind: 'write', status: 202, record: next };
}

export function decideCancel(record: AssetRecord, caller: Caller): Decision {
  if (record.status === 'cancelled') return { kind: 'answer', status: 200, outcome: 'cancelled' };
  if (isBeforeDeletion(effectiveStatus(record))) {
    return { kind: 'write', status: 200, record: cancelled(record, caller), outcome: 'cancelled' };
  }
  const isBack = record.status === 'restored';
  return refuse({
    status: 409,
    code: isBack ? 'ALREADY_RESTORED' : 'TOO_LATE_TO_CANCEL',
    detail: `Asset ${record.asset_id} is ${record.status}; a request can be taken back only before the deletion.`,
    action: isBack
      ? 'Nothing to take back: play the current asset.'
      : 'POST /v1/delete-requests/{asset_id}/restore brings the video back as a new asset.',
    current_asset_id: isBack ? record.current_asset_id : undefined,
  });
}

export interface RestoreWish {
  readonly tier?: Tier;
  readonly needByMs?: number;
  /** A fresh random token for this restore. */
  readonly token: string;
}

export function decideRestore(record: AssetRecord, wish: RestoreWish, caller: Caller): Decision {
  const status = effectiveStatus(record);
  if (record.lost_at && !record.archive) return refuseLost(record);
  if (isBeforeDeletion(status)) {
    return { kind: 'write', status: 200, record: cancelled(record, caller), outcome: 'cancelled' };
  }
  if (status === 'cancelled') return { kind: 'ask-platform', assetId: record.asset_id };
  if (status === 'restored') return { kind: 'ask-platform', assetId: record.current_asset_id ?? '' };
  // What failed goes on first, and then takes the wish as if it had not.
  const current = record.status === 'failed' && status !== 'deleted' ? goOn(record, caller) : record;
  const chosen = chooseOffer(current, wish, caller.nowMs);
  if (chosen.kind === 'refuse') return chosen;
  if (status === 'thawing' || status === 'uploading') return hasten(record, current, chosen, caller);
  const restore = newRestore(wish, chosen.offer, caller);
  const warnings = withWarnings(current, chosen.warnings);
  // A deletion under way is finished first; the expire stage sees the wish and goes straight on.
  const next =
    status === 'deleting'
      ? { ...wakeUnlessLeased(current, caller), restore, warnings, updated_at: iso(caller.nowMs) }
      : thawing(current, caller, { restore, warnings });
  return { kind: 'write', status: 202, record: next, outcome: 'restoring' };
}

/** The second half of `ask-platform`: the asset that should be there is, or somebody deleted it elsewhere. */
export function decideRestoreOfPresent(
  record: AssetRecord,
  isAlive: boolean,
  wish: RestoreWish,
  caller: Caller,
): Decision {
  if (isAlive) return { kind: 'answer', status: 200, outcome: 'already_available' };
  const chosen = chooseOffer(record, wish, caller.nowMs);
  if (chosen.kind === 'refuse') return chosen;
  const set = {
    restore: newRestore(wish, chosen.offer, caller),
    current_asset_id: undefined,
    deleted_at: record.status === 'restored' ? record.deleted_at : iso(caller.nowMs),
  };
  const next = thawing(record, caller, set, 'restore of an asset deleted elsewhere');
  return { kind: 'write', status: 202, record: next, outcome: 'restoring' };
}

export interface Reschedule {
  readonly expirationMs: number;
  readonly userId: string;
  readonly reason: string;
}

export function decideReschedule(record: AssetRecord, wish: Reschedule, caller: Caller): Decision {
  if (!isBeforeDeletion(effectiveStatus(record))) {
    return refuse({
      status: 409,
      code: 'TOO_LATE_TO_RESCHEDULE',
      detail: `Asset ${record.asset_id} is ${record.status}; its date can be moved only before the deletion.`,
      action: insteadOfMoving(record.status),
      current_asset_id: record.status === 'restored' ? record.current_asset_id : undefined,
    });
  }
  const expiration_date = iso(wish.expirationMs);
  if (expiration_date === record.expiration_date) return { kind: 'answer', status: 200 };
  const cause = `date moved from ${record.expiration_date} to ${expiration_date}: ${wish.reason}`;
  const { status } = record;
  const entry = {
    at: iso(caller.nowMs),
    from: status,
    to: status,
    cause,
    actor: wish.userId,
    version: record.version + 1,
  };
  // Woken even at rest, so that the bus is told of the new date.
  const woken = wakeUnlessLeased(record, caller);
  const history = addEntry(record.history, entry);
  return {
    kind: 'write',
    status: 200,
    record: { ...woken, expiration_date, updated_at: entry.at, history },
  };
}

function insteadOfMoving(status: Status): string {
  if (status === 'cancelled') return 'Nothing is going to be deleted; a new delete request begins anew.';
  if (status === 'restored') return 'Send a delete request for current_asset_id.';
  return 'POST /v1/delete-requests/{asset_id}/restore brings the video back as a new asset.';
}

/** A failed record is treated as the status that its retry goes on from. */
function effectiveStatus(record: AssetRecord): Status {
  return record.status === 'failed' ? (record.failure?.from ?? 'requested') : record.status;
}

function fields(request: DeleteRequest): Partial<AssetRecord> {
  return {
    deleted_by_user_id: request.deleted_by_user_id,
    reason: request.reason,
    group_id: request.group_id,
    expiration_date: iso(request.expirationMs),
    asked: request.asked,
  };
}

function firstRecord(request: DeleteRequest, caller: Caller): AssetRecord {
  const at = iso(caller.nowMs);
  return {
    asset_id: request.asset_id,
    life: 1,
    status: 'requested',
    version: 0,
    schema: 1,
    created_at: at,
    updated_at: at,
    deleted_by_user_id: request.deleted_by_user_id,
    reason: request.reason,
    group_id: request.group_id,
    expiration_date: iso(request.expirationMs),
    asked: request.asked,
    wake_at: at,
    wake_lane: 'step',
    attempts: 0,
    losses: [],
    warnings: [],
    restored_from: request.restored_from,
    history: [{ at, from: null, to: 'requested', cause: 'delete request', actor: caller.actor, version: 1 }],
    published_version: 0,
  };
}

function nextLife(record: AssetRecord, request: DeleteRequest, caller: Caller): AssetRecord {
  const set = {
    ...fields(request),
    ...wakeNow(caller),
    life: record.life + 1,
    created_at: iso(caller.nowMs),
    losses_said_at: undefined,
    progress: undefined,
    master: undefined,
    restore: undefined,
    lost_at: undefined,
    warnings: [],
  };
  return move(record, 'requested', change(caller, 'delete request', set));
}

function isSame(record: AssetRecord, request: DeleteRequest): boolean {
  return differingFields(record, request).length === 0;
}

function differingFields(record: AssetRecord, request: DeleteRequest): readonly string[] {
  const pairs = {
    deleted_by_user_id: [record.deleted_by_user_id, request.deleted_by_user_id],
    reason: [record.reason, request.reason],
    group_id: [record.group_id, request.group_id],
    expiration_date: [record.asked.expiration_date, request.asked.expiration_date],
    grace_days: [record.asked.grace_days, request.asked.grace_days],
  };
  return Object.entries(pairs).flatMap(([name, [stored, given]]) => (stored === given ? [] : name));
}

/** Back to where the failure happened, with every counter of restarts at nought. */
function goOn(record: AssetRecord, caller: Caller, set: Partial<AssetRecord> = {}): AssetRecord {
  const { master, upload, restore } = record;
  const { expiration_date } = set;
  const isAhead = expiration_date !== undefined && Date.parse(expiration_date) > caller.nowMs;
  const from = effectiveStatus(record);
  return move(
    record,
    // A deletion that is given a later date waits for it again.
    from === 'deleting' && isAhead ? 'archived' : from,
    change(caller, 'retry', {
      ...set,
      ...wakeNow(caller),
      lost_at: undefined,
      master: master && { ...master, restarts: 0, requested_at: iso(caller.nowMs) },
      upload: upload && { ...upload, restarts: 0 },
      restore: restore && { ...restore, create_attempts: 0 },
    }),
  );
}

function cancelled(record: AssetRecord, caller: Caller): AssetRecord {
  return move(record, 'cancelled', change(caller, 'taken back', { ...wakeNow(caller), progress: undefined }));
}

function thawing(
  record: AssetRecord,
  caller: Caller,
  set: Partial<AssetRecord>,
  cause = 'restore',
): AssetRecord {
  const deleted = record.status === 'failed' ? move(record, 'deleted', change(caller, 'retry')) : record;
  return move(deleted, 'thawing', change(caller, cause, { ...set, ...wakeNow(caller) }));
}

function newRestore(wish: RestoreWish, offer: ThawOffer, caller: Caller): RestoreState {
  return {
    ...promise(offer, caller),
    requested_at: iso(caller.nowMs),
    requested_by: caller.actor,
    token: wish.token,
    create_attempts: 0,
    new_playback_ids: [],
  };
}

/** A restore under way takes a faster tier and ignores a slower one; `current` is `record`, gone on if it had failed. */
function hasten(record: AssetRecord, current: AssetRecord, chosen: ChosenOffer, caller: Caller): Decision {
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
  const next = {
    ...wakeUnlessLeased(current, caller),
    restore: isFasterNow ? { ...restore, ...promise(offer, caller) } : restore,
    warnings: withWarnings(current, warnings),
    updated_at: iso(caller.nowMs),
  };
  return { kind: 'write', status: 200, outcome: 'restoring', record: next };
}

function promise(
  offer: ThawOffer,
  caller: Caller,
): Pick<RestoreState, 'tier' | 'ready_by' | 'estimated_cost_usd'> {
  return {
    tier: offer.tier,
    ready_by: iso(caller.nowMs + offer.withinMs),
    estimated_cost_usd: offer.costUsd,
  };
}

function withWarnings(record: AssetRecord, more: readonly string[]): readonly string[] {
  return [...new Set([...record.warnings, ...more])];
}

interface ChosenOffer {
  readonly kind: 'offer';
  readonly offer: ThawOffer;
  readonly warnings: readonly string[];
}

type OfferChoice = ChosenOffer | Extract<Decision, { kind: 'refuse' }>;

function chooseOffer(record: AssetRecord, wish: RestoreWish, nowMs: number): OfferChoice {
  const { archive } = record;
  if (!archive) return refuseLost(record);
  const needWithinMs = wish.needByMs === undefined ? undefined : wish.needByMs - nowMs;
  const choice = chooseTier(thawOffers(archive.storage_class, archive.size_bytes), {
    // A repeat without a wish of its own keeps the tier that is under way.
    tier: wish.tier ?? (needWithinMs === undefined && isUnderWay(record) ? record.restore?.tier : undefined),
    needWithinMs,
  });
  if (choice.kind === 'chosen') {
    return { kind: 'offer', offer: choice.offer, warnings: choice.warning ? [choice.warning] : [] };
  }
  return refuse({
    status: 400,
    code: 'TIER_NOT_OFFERED',
    field: 'tier',
    detail: `${archive.storage_class} offers ${choice.offered.join(' and ')}, not ${wish.tier}.`,
    action: 'Choose one of these, or leave the tier out.',
  });
}

/** Also a restore that waits for the deletion to end. */
function isUnderWay(record: AssetRecord): boolean {
  return record.status === 'deleting' || record.status === 'thawing' || record.status === 'uploading';
}

function refusePast(date: string): Decision {
  return refuse({
    status: 400,
    code: 'DATE_IN_PAST',
    field: 'expiration_date',
    detail: `expiration_date: ${date} is in the past.`,
    action: 'Send a later date.',
  });
}

function refuseRestored(record: AssetRecord): Decision {
  return refuse({
    status: 409,
    code: 'ALREADY_RESTORED',
    detail: `Asset ${record.asset_id} was deleted and restored as ${record.current_asset_id}.`,
    action: 'Send the delete request for current_asset_id.',
    current_asset_id: record.current_asset_id,
  });
}

function refuseLost(record: AssetRecord): Extract<Decision, { kind: 'refuse' }> {
  return refuse({
    status: 409,
    code: 'NOTHING_TO_RESTORE',
    detail: `Asset ${record.asset_id} has no archive: ${record.failure?.message ?? `it is ${record.status}`}`,
    action: 'Look for the original file; Icehouse never held a copy.',
  });
}

function refuse(problem: Problem): Extract<Decision, { kind: 'refuse' }> {
  return { kind: 'refuse', problem };
}

function change(caller: Caller, cause: string, set: Partial<AssetRecord> = {}): Change {
  return { atMs: caller.nowMs, cause, actor: caller.actor, set };
}

function wakeNow(caller: Caller): Pick<AssetRecord, 'wake_at' | 'wake_lane' | 'leased_until'> {
  return { wake_at: iso(caller.nowMs), wake_lane: 'step', leased_until: undefined };
}

/** Whoever holds the record goes on and sees the change when its next write meets a newer version. */
function wakeUnlessLeased(record: AssetRecord, caller: Caller): AssetRecord {
  return isLeased(record, caller.nowMs) ? record : { ...record, ...wakeNow(caller) };
}
