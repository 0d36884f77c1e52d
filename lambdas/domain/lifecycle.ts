// The life of a record: which status may follow which, and which stage works on it. Pure.
import type { Stage } from '../contract/names.ts';
import type { AlarmCode, AssetRecord, HistoryEntry, Status } from './record.ts';
import { iso } from './time.ts';

const FOLLOWERS: Record<Status, readonly Status[]> = {
  // Straight to deleted when the asset is gone and an earlier life left its archive.
  // To scheduled when no copy is wanted.
  requested: ['preparing', 'archived', 'scheduled', 'deleted', 'cancelled', 'failed', 'purging'],
  preparing: ['archiving', 'cancelled', 'failed', 'purging'],
  archiving: ['archived', 'cancelled', 'failed', 'purging'],
  archived: ['deleting', 'deleted', 'cancelled', 'failed', 'purging'],
  scheduled: ['deleting', 'deleted', 'cancelled', 'failed', 'purging'],
  // Cancelled when a restore was asked for and the asset turned out not to be deletable yet.
  // Back to archived when the asset changed at the last moment and its new losses want their notice.
  deleting: ['deleted', 'archived', 'scheduled', 'cancelled', 'failed', 'purging'],
  deleted: ['thawing', 'purging'],
  thawing: ['uploading', 'failed', 'purging'],
  // Back to thawing when the readable copy lapsed before the platform had read it.
  uploading: ['restored', 'thawing', 'failed', 'purging'],
  restored: ['thawing', 'purging'],
  // Straight to thawing when somebody deleted the asset after the request was taken back.
  cancelled: ['requested', 'thawing', 'purging'],
  // A retry goes on from `failure.from`.
  failed: [
    'requested',
    'preparing',
    'archiving',
    'archived',
    'deleting',
    'deleted',
    'thawing',
    'uploading',
    'cancelled',
    'scheduled',
    'purging',
  ],
  // Or back to `purge.from`, by `releasePurge`. It never fails: it waits, and says for what.
  purging: ['purged'],
  // An archive that has ended may yet be erased, with all that is known of it.
  purged: ['purging'],
};

const STAGE_OF: Record<Status, Stage> = {
  requested: 'master',
  preparing: 'archive',
  archiving: 'archive',
  archived: 'expire',
  scheduled: 'expire',
  deleting: 'expire',
  deleted: 'expire',
  thawing: 'restore',
  uploading: 'restore',
  restored: 'restore',
  cancelled: 'cancel',
  failed: 'cancel',
  purging: 'purge',
  purged: 'purge',
};

/** The stage whose function works on a record in this status. */
export function stageOf(status: Status): Stage {
  return STAGE_OF[status];
}

export function canMove(from: Status, to: Status): boolean {
  return FOLLOWERS[from].includes(to);
}

/**
 * A failed record is treated as the status that its retry goes on from, and one that stands still for a purge as what it
 * would be without.
 */
export function effectiveStatus({ status, failure, purge }: AssetRecord): Status {
  const was = status === 'purging' ? (purge?.from ?? 'deleted') : status;
  const why = status === 'purging' ? purge?.failure : failure;
  return was === 'failed' ? (why?.from ?? 'requested') : was;
}

/** Its request wanted no copy, and no earlier life has left one. */
export function isWithoutCopy({ mode, archive }: AssetRecord): boolean {
  return mode === 'delete_only' && !archive;
}

const RESTING: readonly Status[] = ['deleted', 'restored', 'cancelled', 'failed', 'purged'];

/** Statuses in which nothing happens until somebody asks. `archived` is not among them: its date is coming. */
export function isResting(status: Status): boolean {
  return RESTING.includes(status);
}

/** The statuses in which the asset has not been given up yet, so that a request can still be taken back. */
export function isBeforeDeletion(status: Status): boolean {
  return ['requested', 'preparing', 'archiving', 'archived', 'scheduled'].includes(status);
}

const HISTORY_LIMIT = 60;

/** The history with one more entry; the oldest go when it grows too long for an item of the ledger. */
export function addEntry(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  return [...history, entry].slice(-HISTORY_LIMIT);
}

export interface Change {
  readonly atMs: number;
  readonly cause: string;
  readonly actor: string;
  readonly principal?: string;
  readonly requestId?: string;
  readonly alarm?: AlarmCode;
  /** Fields that change with the status; `undefined` removes a field. */
  readonly set?: Partial<AssetRecord>;
}

/** The record in its next status, with the transition in its history. Throws when the table above has no such step. */
export function move(record: AssetRecord, to: Status, change: Change): AssetRecord {
  if (!canMove(record.status, to)) {
    throw new Error(`A record does not go from ${record.status} to ${to} (${record.asset_id}).`);
  }
  return {
    ...record,
    attempts: 0,
    waiting_for: undefined,
    expected_by: undefined,
    failure: undefined,
    ...change.set,
    status: to,
    updated_at: iso(change.atMs),
    history: addEntry(record.history, entryOf(record, to, change)),
  };
}

/** The record as it was before it stood still for a purge that is not to be, woken so that its own stage goes on. */
export function resume(record: AssetRecord, change: Change): AssetRecord {
  const { purge } = record;
  if (record.status !== 'purging' || !purge) throw new Error(`${record.asset_id} does not stand still.`);
  return {
    ...record,
    attempts: 0,
    waiting_for: undefined,
    expected_by: undefined,
    failure: purge.failure,
    leased_until: undefined,
    wake_at: iso(change.atMs),
    wake_lane: purge.from === 'requested' ? 'admit' : 'step',
    ...change.set,
    purge: purge.before,
    status: purge.from,
    updated_at: iso(change.atMs),
    history: addEntry(record.history, entryOf(record, purge.from, change)),
  };
}

/** The record in the same status, with news in its history for the bus to tell. */
export function remark(record: AssetRecord, change: Change): AssetRecord {
  const history = addEntry(record.history, entryOf(record, record.status, change));
  return { ...record, ...change.set, updated_at: iso(change.atMs), history };
}

function entryOf(record: AssetRecord, to: Status, change: Change): HistoryEntry {
  const { atMs, cause, actor, principal, requestId: request_id, alarm } = change;
  const version = record.version + 1;
  return { at: iso(atMs), from: record.status, to, cause, actor, principal, request_id, version, alarm };
}

/** Transitions that the bus has not been told of, oldest first. */
export function unpublished(record: AssetRecord): readonly HistoryEntry[] {
  return record.history.filter((entry) => entry.version > record.published_version);
}

/** The record with a lease: nobody else is woken for it until `nowMs + leaseMs`, and then somebody is. */
export function lease(record: AssetRecord, nowMs: number, leaseMs: number): AssetRecord {
  const until = iso(nowMs + leaseMs);
  return { ...record, wake_at: until, wake_lane: 'step', leased_until: until };
}

/** After so many claims without an answer each further one lasts twice as long, up to 16 leases. */
export const PATIENT_CLAIMS = 3;

/**
 * A lease on a new piece of work: counts the attempt, so that a record that kills its function is noticed. Claims that
 * are never answered last longer and longer: an invocation that is delivered late (AWS holds back what it throttles)
 * must in the end find its claim still standing.
 */
export function claim(record: AssetRecord, nowMs: number, leaseMs: number): AssetRecord {
  const doublings = Math.min(Math.max(record.attempts - PATIENT_CLAIMS, 0), 4);
  return { ...lease(record, nowMs, leaseMs * 2 ** doublings), attempts: record.attempts + 1 };
}

export function isLeased(record: AssetRecord, nowMs: number): boolean {
  return record.leased_until !== undefined && Date.parse(record.leased_until) > nowMs;
}
