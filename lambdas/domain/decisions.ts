// What the decisions share. A decision is what a call of a user does to a record in each status: the table "What may
// happen when", every row of it a test in test/domain/decisions.test.ts. Pure; the API stores what is decided.
import { isInLine } from './admission.ts';
import { addEntry, type Change, effectiveStatus, isLeased, move } from './lifecycle.ts';
import { waitingStatus } from './modes.ts';
import type { Problem } from './problem.ts';
import type { AssetRecord } from './record.ts';
import { PLAYS_UNDER_NEW_IDS, unreplaced } from './revoked.ts';
import { iso } from './time.ts';

export type Outcome = 'cancelled' | 'restoring' | 'already_available';

export type Decision =
  /** Store this record (its `wake_at` is now), then wake its stage. */
  | {
      readonly kind: 'write';
      readonly status: 200 | 202;
      readonly record: AssetRecord;
      readonly outcome?: Outcome;
      readonly warning?: string;
    }
  | { readonly kind: 'answer'; readonly status: 200; readonly outcome?: Outcome; readonly warning?: string }
  | { readonly kind: 'refuse'; readonly problem: Problem }
  /** Whether this asset still exists decides: ask the platform, then call `decideRestoreOfPresent`. */
  | { readonly kind: 'ask-platform'; readonly assetId: string };

export interface Caller {
  readonly nowMs: number;
  /** The user id given, else who signed the call. */
  readonly actor: string;
  /** Who signed the call, if that is known: kept beside a user id, which is only what the caller says. */
  readonly principal?: string;
  /** The API's own id for the call. */
  readonly requestId?: string;
}

/** Back to where the failure happened, with every counter of restarts at nought. */
export function goOn(record: AssetRecord, caller: Caller, set: Partial<AssetRecord> = {}): AssetRecord {
  const { master, upload, restore } = record;
  const { expiration_date } = set;
  const isAhead = expiration_date !== undefined && Date.parse(expiration_date) > caller.nowMs;
  const from = effectiveStatus(record);
  return move(
    record,
    // A deletion that is given a later date waits for it again.
    from === 'deleting' && isAhead ? waitingStatus(record) : from,
    change(caller, 'retry', {
      ...set,
      ...wakeNow(caller),
      wake_lane: from === 'requested' ? 'admit' : 'step',
      lost_at: undefined,
      master: master && { ...master, restarts: 0, requested_at: iso(caller.nowMs) },
      upload: upload && { ...upload, restarts: 0 },
      restore: restore && { ...restore, create_attempts: 0 },
    }),
  );
}

export function cancelled(record: AssetRecord, caller: Caller, reason?: string): AssetRecord {
  const isChanged = unreplaced(record.revoked).length > 0;
  const warnings = [...new Set([...record.warnings, ...(isChanged ? [PLAYS_UNDER_NEW_IDS] : [])])];
  const set = { ...wakeNow(caller), progress: undefined, warnings };
  return move(record, 'cancelled', change(caller, causeOf('taken back', reason), set));
}

/** What was done, and why in the words of whoever asked for it. */
export function causeOf(what: string, reason: string | undefined): string {
  return reason === undefined ? what : `${what}: ${reason}`;
}

type Refused = Extract<Decision, { kind: 'refuse' }>;

export function refuse(problem: Problem): Refused {
  return { kind: 'refuse', problem };
}

/** Nothing can be done to a record that stands still for a purge, or of which only the tombstone is left. */
export function refusedByPurge(record: AssetRecord): Refused | undefined {
  const { asset_id, status, purge } = record;
  if (status === 'purged') {
    const detail = `Nothing is left of asset ${asset_id}: ${purge?.done_at ?? 'long ago'} all of it was removed for good.`;
    return refuse({
      status: 409,
      code: 'PURGED',
      detail,
      action: 'Only the original file can bring the video back.',
    });
  }
  if (status !== 'purging') return undefined;
  // The others of the lineage know who leads, and the leader knows the order.
  const by = purge?.order ? `by order ${purge.order.id}` : `led by ${purge?.led_by ?? asset_id}`;
  const order = purge?.order?.id ?? '{erasure_id}';
  return refuse({
    status: 409,
    code: 'BEING_PURGED',
    detail: `Asset ${asset_id} stands still: all that there is of the video is removed ${purge?.begun_at ? 'now' : `from ${purge?.executes_at} on`} (${by}).`,
    action: purge?.begun_at
      ? 'Nothing stops it any more.'
      : `Stop the order first${purge?.order ? '' : ', if there is one'}: POST /v1/erasures/${order}/stop (icehouse erase --stop${purge?.order ? ` ${order}` : ''}).`,
  });
}

export function change(caller: Caller, cause: string, set: Partial<AssetRecord> = {}): Change {
  const { nowMs: atMs, actor, principal, requestId } = caller;
  return { atMs, cause, actor, principal, requestId, set };
}

export function wakeNow(caller: Caller): Pick<AssetRecord, 'wake_at' | 'wake_lane' | 'leased_until'> {
  return { wake_at: iso(caller.nowMs), wake_lane: 'step', leased_until: undefined };
}

/**
 * Whoever holds the record goes on and sees the change when its next write meets a newer version. Whoever stands in
 * line keeps the place: woken for a word, it would be asked for before all who came first.
 */
export function wakeUnlessLeased(record: AssetRecord, caller: Caller): AssetRecord {
  return isLeased(record, caller.nowMs) || isInLine(record) ? record : { ...record, ...wakeNow(caller) };
}

/**
 * A change that leaves the status as it is, with its entry in the history: woken even at rest, so that the bus hears of
 * it. The bus hears of one in line when its turn comes, behind the news of the request itself, as of all it has to say.
 */
export function noted(
  record: AssetRecord,
  caller: Caller,
  cause: string,
  set: Partial<AssetRecord>,
): AssetRecord {
  const { status, version } = record;
  const at = iso(caller.nowMs);
  const { actor, principal, requestId: request_id } = caller;
  const entry = { at, from: status, to: status, cause, actor, principal, request_id, version: version + 1 };
  return {
    ...wakeUnlessLeased(record, caller),
    ...set,
    updated_at: at,
    history: addEntry(record.history, entry),
  };
}
