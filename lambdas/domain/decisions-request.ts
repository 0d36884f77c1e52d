// Decisions on requests: to delete an asset, to take that back, to move its date. Pure.
import { warningOfEnd } from './archive-end.ts';
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
import { isArchiveOnly, isDeleteOnly, NOT_ARCHIVED } from './modes.ts';
import type { AssetRecord, Status } from './record.ts';
import { PLAYS_UNDER_NEW_IDS, REVOKED_FOR_GOOD, unreplaced } from './revoked.ts';
import { DAY_MS, iso } from './time.ts';

export interface DeleteRequest {
  readonly asset_id: string;
  readonly deleted_by_user_id: string;
  readonly expirationMs: number;
  /** The date as it was given: what makes two requests the same. */
  readonly asked: AssetRecord['asked'];
  readonly reason?: string;
  readonly group_id?: string;
  /** When its archive ends, ms since the epoch; null: never; absent: as the stack's retention has it. */
  readonly archiveUntilMs?: number | null;
  /** The least time between the deletion and that end. @default 0 */
  readonly leastKeptMs?: number;
  /** What whoever asks is to know; on the record. */
  readonly warnings?: readonly string[];
  /** Set when the asset is one that Icehouse restored. */
  readonly restored_from?: string;
  /** Losses that are no reason to stop: these codes, or all. Never makes the request another one. */
  readonly accept_loss?: true | readonly string[];
  readonly mode?: AssetRecord['mode'];
  readonly playback?: AssetRecord['playback'];
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
    const end = endTakenAlong(record, laterMs, request.leastKeptMs);
    return { kind: 'write', status: 202, record: goOn(record, caller, { ...set, ...end }) };
  }
  if (!record || record.status === 'cancelled' || (record.status === 'failed' && canBecome(record, request)))
    return begin(record, request, caller);
  if (isRepeat) return repeat(record, request, caller);
  return refuse({
    status: 409,
    code: 'REQUEST_DIFFERS',
    detail: `Asset ${record.asset_id} (${record.status}) has a delete request that differs in ${differingFields(record, request).join(', ')}.`,
    action: isBeforeDeletion(record.status)
      ? 'PATCH /v1/delete-requests/{asset_id} moves its dates; cancel it to begin anew.'
      : 'The asset is on its way out or gone; restore it first.',
  });
}

/** A date that moves on by itself leaves the archive no less time than a request has to: its end moves as well. */
function endTakenAlong(
  { archive_until, deleted_at, expiration_date }: AssetRecord,
  goesMs: number,
  leastKeptMs: number = 0,
): Pick<AssetRecord, 'archive_until'> {
  if (!archive_until || deleted_at || goesMs <= Date.parse(expiration_date)) return {};
  return endsTooSoon(Date.parse(archive_until), goesMs, leastKeptMs)
    ? { archive_until: iso(goesMs + leastKeptMs) }
    : {};
}

/** A restore that failed is no request that could be of another mode; what was saved of a lost asset is not given up so. */
function canBecome(failed: AssetRecord, request: DeleteRequest): boolean {
  if (failed.mode === request.mode) return true;
  return isBeforeDeletion(effectiveStatus(failed)) && !(isDeleteOnly(request) && failed.lost_at);
}

/** The same request may bring a word that the first did not: nothing else of the record changes by it. */
function repeat(record: AssetRecord, request: DeleteRequest, caller: Caller): Decision {
  const accepted_losses = acceptedBy(record, request);
  const isNews = accepted_losses !== record.accepted_losses && isBeforeDeletion(record.status);
  if (!isNews) return { kind: 'answer', status: 200 };
  const cause = `losses accepted: ${accepted_losses?.join(', ')}`;
  return { kind: 'write', status: 200, record: noted(record, caller, cause, { accepted_losses }) };
}

function acceptedBy(record: AssetRecord, request: DeleteRequest): AssetRecord['accepted_losses'] {
  return withAccepted(record.accepted_losses, acceptedIn(request));
}

/** Whoever wants no copy accepts that there is none. */
function acceptedIn(request: DeleteRequest): DeleteRequest['accept_loss'] {
  return isDeleteOnly(request) ? [NOT_ARCHIVED] : request.accept_loss;
}

/** Only here must a date lie ahead: the same request again stays the same long after its date has passed. */
function begin(record: AssetRecord | undefined, request: DeleteRequest, caller: Caller): Decision {
  const { asked, expirationMs } = request;
  if (asked.expiration_date !== undefined && expirationMs <= caller.nowMs)
    return refusePast(asked.expiration_date);
  if (endsTooSoon(request.archiveUntilMs, expirationMs, request.leastKeptMs))
    return refuseEarlyEnd(iso(expirationMs), request.leastKeptMs);
  if (!record) return { kind: 'write', status: 202, record: firstRecord(request, caller) };
  return { kind: 'write', status: 202, record: againRecord(record, request, caller) };
}

function againRecord(record: AssetRecord, request: DeleteRequest, caller: Caller): AssetRecord {
  if (record.status === 'cancelled') return nextLife(record, request, caller);
  // Of the request before, and perhaps no longer so.
  const others = record.warnings.filter((text) => text !== REVOKED_FOR_GOOD);
  const warnings = [...new Set([...others, ...warningsOf(request, record)])];
  const set = { ...fields(request), accepted_losses: acceptedBy(record, request), warnings };
  if (isDeleteOnly(record) === isDeleteOnly(request) || !record.failure) return goOn(record, caller, set);
  // One copies what the other does not.
  const fromStart = { ...record, failure: { ...record.failure, from: 'requested' as const } };
  return goOn(fromStart, caller, { ...set, losses: withoutCopyLoss(record) });
}

/** Said of a request without a copy, and wrong of any other. */
function withoutCopyLoss({ losses }: AssetRecord): AssetRecord['losses'] {
  return losses.filter(({ code }) => code !== NOT_ARCHIVED);
}

export function decideCancel(record: AssetRecord, caller: Caller, reason?: string): Decision {
  const refusal = refusedByPurge(record);
  if (refusal) return refusal;
  if (record.status === 'cancelled') return { kind: 'answer', status: 200, outcome: 'cancelled' };
  if (record.lost_at && (record.status !== 'failed' || record.upload)) return refuseWhileSaved(record);
  if (isBeforeDeletion(effectiveStatus(record))) {
    return { kind: 'write', status: 200, record: cancelled(record, caller, reason), outcome: 'cancelled' };
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
  /** At least one of the two. */
  readonly expirationMs?: number;
  /** Null: the archive never ends. */
  readonly archiveUntilMs?: number | null;
  /** As in a request. */
  readonly leastKeptMs?: number;
  readonly userId: string;
  readonly reason: string;
}

export function decideReschedule(record: AssetRecord, wish: Reschedule, caller: Caller): Decision {
  const refusal = refusedByPurge(record) ?? refusedMove(record, wish);
  if (refusal) return refusal;
  const expiration_date = wish.expirationMs === undefined ? record.expiration_date : iso(wish.expirationMs);
  const archive_until = endOf(wish.archiveUntilMs, record.archive_until).archive_until;
  const isMoved = expiration_date !== record.expiration_date;
  const isEndMoved = archive_until !== record.archive_until;
  const goes = isBeforeDeletion(effectiveStatus(record)) ? expiration_date : wentAt(record, caller);
  if (archive_until && (isMoved || isEndMoved)) {
    const leastMs = lastsLonger(record, { expiration_date, archive_until }) ? 0 : wish.leastKeptMs;
    if (endsTooSoon(Date.parse(archive_until), Date.parse(goes), leastMs))
      return refuseEarlyEnd(goes, wish.leastKeptMs);
  }
  const warning =
    isEndMoved || wish.archiveUntilMs ? warningOfEnd(record, archive_until, caller.nowMs) : undefined;
  if (!isMoved && !isEndMoved) return { kind: 'answer', status: 200, warning };
  const moves = [
    ...(isMoved ? [`date moved from ${record.expiration_date} to ${expiration_date}`] : []),
    ...(isEndMoved
      ? [
          `end of the archive moved from ${endName(record, record.archive_until)} to ${endName(record, archive_until)}`,
        ]
      : []),
  ];
  // What a dry run found is of the old date.
  const set = { archive_until, ...(isMoved && { expiration_date, rehearsed_at: undefined }) };
  const by = { ...caller, actor: wish.userId };
  const moved = noted(record, by, `${moves.join(', ')}: ${wish.reason}`, set);
  return { kind: 'write', status: 200, record: moved, warning };
}

/** Of what is being deleted this moment nothing says yet when it went. */
function wentAt({ deleted_at, expiration_date }: AssetRecord, { nowMs }: Caller): string {
  return deleted_at ?? iso(Math.max(nowMs, Date.parse(expiration_date)));
}

/** What was agreed on before may be less than would be agreed on now: then any more is right. */
function lastsLonger(
  before: AssetRecord,
  after: { readonly expiration_date: string; readonly archive_until: string },
): boolean {
  const { expiration_date, archive_until } = before;
  return !!archive_until && after.archive_until >= archive_until && after.expiration_date <= expiration_date;
}

/** The end of an archive can be moved as long as there is one, or may yet be; the expiration date before the deletion only. */
function refusedMove(record: AssetRecord, { expirationMs }: Reschedule): Decision | undefined {
  const { asset_id, status, current_asset_id } = record;
  const isOver = effectiveStatus(record) === 'cancelled';
  if (!isOver && expirationMs === undefined) return undefined;
  if (isBeforeDeletion(effectiveStatus(record)))
    return isArchiveOnly(record) ? refuseDate(record) : undefined;
  return refuse({
    status: 409,
    code: 'TOO_LATE_TO_RESCHEDULE',
    detail: `Asset ${asset_id} is ${status}; its date can be moved only before the deletion.`,
    action: insteadOfMoving(status),
    current_asset_id: status === 'restored' ? current_asset_id : undefined,
  });
}

function endName(record: AssetRecord, archiveUntil: string | null | undefined): string {
  const isOpen = archiveUntil === undefined && isBeforeDeletion(effectiveStatus(record));
  return archiveUntil ?? (isOpen ? "the stack's retention" : 'never');
}

function refuseDate({ asset_id }: AssetRecord): Decision {
  return refuse({
    status: 409,
    code: 'NEVER_DELETED',
    detail: `Asset ${asset_id} has a request of mode archive_only: it is never deleted, so it has no date that could be moved.`,
    action: 'To have it deleted, cancel this request and send another; the copy is used again.',
  });
}

function insteadOfMoving(status: Status): string {
  if (status === 'cancelled') return 'Nothing is going to be deleted; a new delete request begins anew.';
  if (status === 'restored') return 'Send a delete request for current_asset_id.';
  return 'POST /v1/delete-requests/{asset_id}/restore brings the video back as a new asset.';
}

/** The field as it is stored. Without a word about it, what was before stays. */
function endOf(
  archiveUntilMs: number | null | undefined,
  before?: string | null,
): Pick<AssetRecord, 'archive_until'> {
  if (archiveUntilMs === undefined) return { archive_until: before };
  return { archive_until: archiveUntilMs === null ? null : iso(archiveUntilMs) };
}

/** Whoever may ask for deletions, and for nothing else, must not be able to end an archive before anybody has noticed. */
function endsTooSoon(
  archiveUntilMs: number | null | undefined,
  goesMs: number,
  leastKeptMs: number = 0,
): boolean {
  if (archiveUntilMs === undefined || archiveUntilMs === null) return false;
  return archiveUntilMs <= goesMs || archiveUntilMs < goesMs + leastKeptMs;
}

function warningsOf(
  { warnings = [], playback }: DeleteRequest,
  before?: Pick<AssetRecord, 'revoked'>,
): readonly string[] {
  if (playback === 'revoke') return [...warnings, REVOKED_FOR_GOOD];
  // Of an earlier request: this one lets the video play first.
  return unreplaced(before?.revoked).length > 0 ? [...warnings, PLAYS_UNDER_NEW_IDS] : warnings;
}

function fields(request: DeleteRequest): Partial<AssetRecord> {
  return {
    deleted_by_user_id: request.deleted_by_user_id,
    reason: request.reason,
    group_id: request.group_id,
    expiration_date: iso(request.expirationMs),
    asked: request.asked,
    ...endOf(request.archiveUntilMs),
    mode: request.mode,
    playback: request.playback,
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
    ...endOf(request.archiveUntilMs),
    mode: request.mode,
    playback: request.playback,
    wake_at: at,
    wake_lane: 'admit',
    attempts: 0,
    losses: [],
    warnings: warningsOf(request),
    restored_from: request.restored_from,
    accepted_losses: withAccepted(undefined, acceptedIn(request)),
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
    accepted_losses: withAccepted(undefined, acceptedIn(request)),
    losses: withoutCopyLoss(record),
    progress: undefined,
    master: undefined,
    restore: undefined,
    lost_at: undefined,
    foretold: undefined,
    watched: undefined,
    end_foretold: undefined,
    warnings: warningsOf(request, record),
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
    mode: [record.mode, request.mode],
    playback: [record.playback, request.playback],
    expiration_date: [record.asked.expiration_date, request.asked.expiration_date],
    grace_days: [record.asked.grace_days, request.asked.grace_days],
    archive_until: [record.asked.archive_until, request.asked.archive_until],
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

function refuseEarlyEnd(goes: string, leastKeptMs: number = 0): Decision {
  const days = Number((leastKeptMs / DAY_MS).toFixed(2));
  const least = leastKeptMs > 0 ? ` It has to last ${days} days past that (prop minRetention).` : '';
  return refuse({
    status: 400,
    code: 'ARCHIVE_ENDS_TOO_SOON',
    field: 'archive_until',
    detail: `archive_until: the archive would end too soon after the deletion (${goes}).${least}`,
    action:
      'Send a later archive_until, null to keep the archive for ever, or an earlier expiration date. What must not be kept that long: POST /v1/erasures.',
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
