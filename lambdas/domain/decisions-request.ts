// Decisions on requests: to delete an asset, to take that back, to move its date. Pure.
import {
  type Caller,
  cancelled,
  change,
  type Decision,
  goOn,
  noted,
  refuse,
  refusedByPurge,
  wakeNow,
} from './decisions.ts';
import { effectiveStatus, isBeforeDeletion, move } from './lifecycle.ts';
import { withAccepted } from './loss-policy.ts';
import type { AssetRecord, Status } from './record.ts';
import { iso } from './time.ts';

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
  /** Losses that are no reason to stop: these codes, or all. Never makes the request another one. */
  readonly accept_loss?: true | readonly string[];
}

export function decideRequest(
  record: AssetRecord | undefined,
  request: DeleteRequest,
  caller: Caller,
): Decision {
  const refusal = record && refusedByPurge(record);
  if (refusal) return refusal;
  if (record?.status === 'restored') return refuseRestored(record);
  const isRepeat = record !== undefined && isSame(record, request);
  if (isRepeat && record.status === 'failed') {
    // The date may have been moved since, and so many days count from now: late, never early.
    const laterMs = Math.max(request.expirationMs, Date.parse(record.expiration_date));
    const set = { expiration_date: iso(laterMs), accepted_losses: acceptedBy(record, request) };
    return { kind: 'write', status: 202, record: goOn(record, caller, set) };
  }
  if (!record || record.status === 'cancelled' || record.status === 'failed')
    return begin(record, request, caller);
  if (isRepeat) return repeat(record, request, caller);
  return refuse({
    status: 409,
    code: 'REQUEST_DIFFERS',
    detail: `Asset ${record.asset_id} (${record.status}) has a delete request that differs in ${differingFields(record, request).join(', ')}.`,
    action: isBeforeDeletion(record.status)
      ? 'PATCH /v1/delete-requests/{asset_id} moves the date; cancel it to begin anew.'
      : 'The asset is on its way out or gone; restore it first.',
  });
}

/** The same request may bring a word that the first did not: nothing else of the record changes by it. */
function repeat(record: AssetRecord, request: DeleteRequest, caller: Caller): Decision {
  const accepted_losses = acceptedBy(record, request);
  const isNews = accepted_losses !== record.accepted_losses && isBeforeDeletion(record.status);
  if (!isNews) return { kind: 'answer', status: 200 };
  const cause = `losses accepted: ${accepted_losses?.join(', ')}`;
  return { kind: 'write', status: 200, record: noted(record, caller, cause, { accepted_losses }) };
}

function acceptedBy(record: AssetRecord, { accept_loss }: DeleteRequest): AssetRecord['accepted_losses'] {
  return withAccepted(record.accepted_losses, accept_loss);
}

/** Only here must a date lie ahead: the same request again stays the same long after its date has passed. */
function begin(record: AssetRecord | undefined, request: DeleteRequest, caller: Caller): Decision {
  const { asked, expirationMs } = request;
  if (asked.expiration_date !== undefined && expirationMs <= caller.nowMs)
    return refusePast(asked.expiration_date);
  if (!record) return { kind: 'write', status: 202, record: firstRecord(request, caller) };
  const next =
    record.status === 'cancelled'
      ? nextLife(record, request, caller)
      : goOn(record, caller, { ...fields(request), accepted_losses: acceptedBy(record, request) });
  return { kind: 'write', status: 202, record: next };
}

export function decideCancel(record: AssetRecord, caller: Caller): Decision {
  const refusal = refusedByPurge(record);
  if (refusal) return refusal;
  if (record.status === 'cancelled') return { kind: 'answer', status: 200, outcome: 'cancelled' };
  if (record.lost_at && (record.status !== 'failed' || record.upload)) return refuseWhileSaved(record);
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

/** A cancel would throw away the parts of a master that nobody else has any more. */
function refuseWhileSaved({ asset_id, lost_at }: AssetRecord): Decision {
  return refuse({
    status: 409,
    code: 'TOO_LATE_TO_CANCEL',
    detail: `Somebody deleted asset ${asset_id} at Mux (noticed ${lost_at}); what is still open of its master is being saved.`,
    action: 'Look at the record again: once it is deleted with an archive, a restore brings the video back.',
  });
}

export interface Reschedule {
  readonly expirationMs: number;
  readonly userId: string;
  readonly reason: string;
}

export function decideReschedule(record: AssetRecord, wish: Reschedule, caller: Caller): Decision {
  const refusal = refusedByPurge(record);
  if (refusal) return refusal;
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
  // What a dry run found is of the old date.
  const set = { expiration_date, rehearsed_at: undefined };
  return { kind: 'write', status: 200, record: noted(record, { ...caller, actor: wish.userId }, cause, set) };
}

function insteadOfMoving(status: Status): string {
  if (status === 'cancelled') return 'Nothing is going to be deleted; a new delete request begins anew.';
  if (status === 'restored') return 'Send a delete request for current_asset_id.';
  return 'POST /v1/delete-requests/{asset_id}/restore brings the video back as a new asset.';
}

function fields(request: DeleteRequest): Partial<AssetRecord> {
  return {
    deleted_by_user_id: request.deleted_by_user_id,
    reason: request.reason,
    group_id: request.group_id,
    expiration_date: iso(request.expirationMs),
    asked: request.asked,
    // Found and counted for another date, or another user.
    rehearsed_at: undefined,
    counted_at: undefined,
  };
}

function firstRecord(request: DeleteRequest, caller: Caller): AssetRecord {
  const at = iso(caller.nowMs);
  const { actor, principal, requestId: request_id } = caller;
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
    wake_lane: 'admit',
    attempts: 0,
    losses: [],
    warnings: [],
    restored_from: request.restored_from,
    accepted_losses: withAccepted(undefined, request.accept_loss),
    history: [
      { at, from: null, to: 'requested', cause: 'delete request', actor, principal, request_id, version: 1 },
    ],
    published_version: 0,
  };
}

function nextLife(record: AssetRecord, request: DeleteRequest, caller: Caller): AssetRecord {
  const set: Partial<AssetRecord> = {
    ...fields(request),
    ...wakeNow(caller),
    wake_lane: 'admit',
    life: record.life + 1,
    created_at: iso(caller.nowMs),
    losses_said_at: undefined,
    // What was accepted was accepted for that life.
    accepted_losses: withAccepted(undefined, request.accept_loss),
    progress: undefined,
    master: undefined,
    restore: undefined,
    lost_at: undefined,
    foretold: undefined,
    watched: undefined,
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
