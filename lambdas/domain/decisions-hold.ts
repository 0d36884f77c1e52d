// Decisions on holds: whether one asset can still be kept from its deletion, and what lifting that leaves. Pure.
import { archiveUntilMs } from './archive-end.ts';
import { isHeld } from './brake.ts';
import { type Caller, type Decision, noted, refuse, refusedByPurge } from './decisions.ts';
import { effectiveStatus, isBeforeDeletion } from './lifecycle.ts';
import type { Problem } from './problem.ts';
import type { AssetRecord, Hold } from './record.ts';
import { iso } from './time.ts';

export interface HoldWish {
  readonly reason: string;
  readonly userId: string;
  /** Without it the hold lasts until it is lifted. */
  readonly untilMs?: number;
}

/**
 * Before the deletion, on an archive that is to end, and on a request that was taken back: the hold outlasts it and binds
 * the next one too.
 */
export function decideHold(record: AssetRecord, wish: HoldWish, caller: Caller): Decision {
  if (!canBeHeld(record)) return refusedByPurge(record) ?? tooLate(record);
  const hold = newHold(wish, caller.nowMs);
  if (record.hold && isSameHold(record.hold, hold)) return { kind: 'answer', status: 200 };
  const shorter = refusalOfShorter(record.hold, hold, `asset ${record.asset_id}`, caller.nowMs);
  if (shorter) return refuse(shorter);
  const until = hold.until ? ` until ${hold.until}` : '';
  const held = noted(record, caller, `held by ${hold.user_id}${until}: ${hold.reason}`, { hold });
  return { kind: 'write', status: 200, record: held };
}

/** In whatever status: what is lifted keeps nobody from anything. Of what is being removed nothing is told any more. */
export function decideRelease(record: AssetRecord, reason: string | undefined, caller: Caller): Decision {
  if (!record.hold) return { kind: 'answer', status: 200 };
  if (record.status === 'purging' && record.purge?.begun_at)
    return { kind: 'write', status: 200, record: { ...record, hold: undefined } };
  const cause = `hold lifted${reason ? `: ${reason}` : ''}`;
  return { kind: 'write', status: 200, record: noted(record, caller, cause, { hold: undefined }) };
}

export function newHold({ reason, userId, untilMs }: HoldWish, nowMs: number): Hold {
  const until = untilMs === undefined ? undefined : iso(untilMs);
  return { reason, user_id: userId, since: iso(nowMs), until };
}

/** A hold put again is the same when it says the same: it is in force since the first. */
export function isSameHold(one: Hold, other: Hold): boolean {
  return one.reason === other.reason && one.user_id === other.user_id && one.until === other.until;
}

/** A hold takes the place of the one in force only if it lasts as long: nobody ends another's hold without lifting it. */
export function refusalOfShorter(
  before: Hold | undefined,
  next: Hold,
  held: string,
  nowMs: number,
): Problem | undefined {
  if (!isHeld(before, nowMs) || next.until === undefined) return undefined;
  if (before.until !== undefined && before.until <= next.until) return undefined;
  return {
    status: 409,
    code: 'HOLD_ENDS_SOONER',
    detail: `${before.user_id} holds ${held} until ${before.until ?? 'it is lifted'}: ${before.reason}`,
    action: 'Lift that hold first (DELETE …/hold), or put one that lasts as long.',
  };
}

function canBeHeld(record: AssetRecord): boolean {
  // A word against an erasure is heard until it begins.
  if (record.status === 'purging') return record.purge?.begun_at === undefined;
  // Its archive may come to an end, and a hold keeps that too.
  if (record.status === 'deleted') return archiveUntilMs(record) !== undefined;
  return record.status === 'cancelled' || isBeforeDeletion(effectiveStatus(record));
}

function tooLate(record: AssetRecord): Decision {
  const { asset_id, status, current_asset_id } = record;
  if (effectiveStatus(record) === 'deleting') {
    return refuse({
      status: 409,
      code: 'TOO_LATE_TO_HOLD',
      detail: `Asset ${asset_id} is ${status}: its DELETE is on its way.`,
      action: 'PUT /v1/hold stops what can still be stopped; else POST …/restore brings the video back.',
    });
  }
  if (status === 'restored') {
    return refuse({
      status: 409,
      code: 'ALREADY_RESTORED',
      detail: `Asset ${asset_id} was deleted and restored as ${current_asset_id}.`,
      action: 'Nothing deletes current_asset_id until there is a request for it; that one can be held.',
      current_asset_id,
    });
  }
  return refuse({
    status: 409,
    code: 'NOTHING_TO_HOLD',
    detail: `Asset ${asset_id} is ${status}: Mux has nothing of it that could be kept.`,
    action: 'POST /v1/delete-requests/{asset_id}/restore brings the video back as a new asset.',
  });
}
