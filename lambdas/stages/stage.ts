// How every stage runs: claim checked, pending transitions published, the stage's answer stored, errors sorted.
// A stage function decides one step and answers what comes next; only this file writes that answer down.
import type { Measures } from '../contract/metrics.ts';
import type { Lane, LockMode, Stage, StageMessage, StorageClass } from '../contract/names.ts';
import {
  ConflictError,
  NotYetError,
  PermanentError,
  SetUpError,
  TransientError,
} from '../domain/failures.ts';
import { canMove, lease, move, remark, stageOf, unpublished } from '../domain/lifecycle.ts';
import { isWaiting, mayRest, waitingStatus } from '../domain/modes.ts';
import type { AlarmCode, AssetRecord, Status } from '../domain/record.ts';
import { backoffMs, iso, type Ticks } from '../domain/time.ts';
import { backInLine } from './admission.ts';
import type { KeptMasters } from './kept-masters.ts';
import { measuresOf, measuresOfError, traceOf } from './measures.ts';
import type {
  Brake,
  Bus,
  Clock,
  Dispatch,
  Erasures,
  Helpers,
  Ledger,
  Log,
  Platform,
  Random,
  Source,
  Vault,
} from './ports.ts';

export interface Settings {
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly settleMs: number;
  readonly createDoubtMs: number;
  readonly masterWaitMs: number;
  readonly segmentBytes: number;
  readonly minNoticeMs: number;
  readonly thawDays: number;
  readonly storageClass: StorageClass;
  readonly deletions: 'on' | 'dry-run';
  /** Whether a request whose restore would lose something that may matter goes on, or is held for a person's word. */
  readonly onLoss: 'warn' | 'hold';
  /** How long before its deletion the bus is told that an asset is going to be deleted; 0: it is not. */
  readonly noticeBeforeMs: number;
  /** Whether an asset that was watched after the request is deleted without a look, with a warning, or held. */
  readonly onStillWatched: 'ignore' | 'warn' | 'hold';
  /** No more masters than these stand open at the platform. */
  readonly openMasters: number;
  readonly ticks: Ticks;
  /** How long an archive is kept after the deletion where a request does not say; absent: for ever. */
  readonly retentionMs?: number;
  /** How the archive of what is deleted is locked, and for how long from then; absent: it is not. */
  readonly objectLock?: { readonly mode: LockMode; readonly forMs: number };
}

export interface Deps {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly source: Source;
  readonly platform: Platform;
  readonly bus: Bus;
  readonly brake: Brake;
  readonly erasures: Erasures;
  readonly dispatch: Dispatch;
  readonly helpers: Helpers;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly settings: Settings;
  /** Of this environment: a cold one has none. */
  readonly keptMasters: KeptMasters;
}

/** A value, or how it follows from the record as it is when the answer is stored: a date may have moved meanwhile. */
type FromRecord<T> = T | ((record: AssetRecord) => T);

/** What a stage answers: the record moved on, or waits, or has nothing left to do. */
export type Next =
  | {
      readonly kind: 'move';
      readonly to: Status;
      readonly cause: string;
      /** Set when a person should look at once. */
      readonly alarm?: AlarmCode;
      readonly set?: Partial<AssetRecord>;
      /** What follows from the record as it is when the answer is stored. */
      readonly derive?: (record: AssetRecord) => Partial<AssetRecord>;
      /** Absent: the record rests. */
      readonly wakeAtMs?: FromRecord<number | undefined>;
      readonly lane?: FromRecord<Lane | undefined>;
    }
  | {
      readonly kind: 'wait';
      readonly untilMs: FromRecord<number>;
      readonly waitingFor: string;
      readonly set?: FromRecord<Partial<AssetRecord>>;
      readonly lane?: Lane;
    }
  | {
      readonly kind: 'rest';
      readonly set?: Partial<AssetRecord>;
      /** Defined when something came in between that wants another look. */
      readonly wakeAtMs?: (record: AssetRecord) => number | undefined;
    };

export type StageFunction = (work: Work) => Promise<Next>;

/** Claims in a row without progress after which a person is asked. */
export const MAX_ATTEMPTS = 40;

/** The same for faults of others that pass by themselves, and for functions that died: about a day and a half. */
export const MAX_TRANSIENT_ATTEMPTS = 200;

/** One claim on one record. `record` is always the version last stored. */
export class Work {
  readonly deps: Deps;
  /** When this invocation should have stored its answer, ms since the epoch. */
  readonly deadlineMs: number;
  record: AssetRecord;

  constructor(deps: Deps, record: AssetRecord, deadlineMs: number) {
    this.deps = deps;
    this.record = record;
    this.deadlineMs = deadlineMs;
  }

  get nowMs(): number {
    return this.deps.clock.nowMs();
  }

  /**
   * Stores what `change` makes of the record. If somebody else wrote meanwhile but left the claim standing (a date
   * moved, a faster tier), the change is made once more on the newer record; else ConflictError.
   */
  async store(change: (record: AssetRecord) => AssetRecord): Promise<void> {
    try {
      this.record = await this.deps.ledger.save(change(this.record));
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const newer = await this.deps.ledger.get(this.record.asset_id);
      if (!newer || !isSameClaim(newer, this.record)) throw error;
      const published_version = Math.max(newer.published_version, this.record.published_version);
      this.record = await this.deps.ledger.save(change({ ...newer, published_version }));
    }
  }

  /** Keeps the claim for another lease, storing `set` on the way. */
  async renew(set: Partial<AssetRecord> = {}): Promise<void> {
    await this.store((record) => lease({ ...record, ...set }, this.nowMs, this.deps.settings.leaseMs));
  }

  /** A transition in the middle of a stage: stored under the lease, told to the bus with the stage's answer. */
  async enter(
    to: Status,
    cause: string,
    set?: Partial<AssetRecord>,
    isStillRight = (_: AssetRecord) => true,
  ) {
    await this.store((record) => {
      if (!isStillRight(record))
        throw new ConflictError(`${record.asset_id} changed before it could become ${to}.`);
      const moved = move(record, to, { atMs: this.nowMs, cause, actor: 'icehouse', set });
      return lease(moved, this.nowMs, this.deps.settings.leaseMs);
    });
  }

  /** News that is no transition: stored under the lease, and told to the bus at once. */
  async tell(cause: string, set: FromRecord<Partial<AssetRecord>>, alarm?: AlarmCode): Promise<void> {
    const change = { atMs: this.nowMs, cause, actor: 'icehouse', alarm };
    await this.store((record) => {
      const told = remark(record, { ...change, set: resolve(set, record) });
      return lease(told, this.nowMs, this.deps.settings.leaseMs);
    });
    this.record = await publishPending(this.deps, this.record);
  }

  /** Waits that grow with the time since the last transition: a quarter of it, between one poll and `mostMs`. */
  poll(
    waitingFor: string,
    set?: FromRecord<Partial<AssetRecord>>,
    mostMs = 20 * this.deps.settings.pollMs,
  ): Next {
    const { pollMs } = this.deps.settings;
    const sinceMs = this.nowMs - Date.parse(this.record.updated_at);
    const waitMs = Math.min(Math.max(pollMs, sinceMs / 4), mostMs);
    return { kind: 'wait', untilMs: this.nowMs + waitMs, waitingFor, set };
  }
}

function isSameClaim(newer: AssetRecord, mine: AssetRecord): boolean {
  return newer.life === mine.life && newer.status === mine.status && newer.leased_until === mine.leased_until;
}

/** Runs one stage for one claim. Never throws for what the record can remember; throws only when it cannot be stored. */
export async function runStage(
  stage: Stage,
  step: StageFunction,
  deps: Deps,
  message: StageMessage,
  deadlineMs: number,
): Promise<void> {
  const startedMs = deps.clock.nowMs();
  const say = (outcome: string, extra: Record<string, unknown> = {}) =>
    deps.log.info('step', {
      stage,
      asset_id: message.asset_id,
      life: message.life,
      outcome,
      ms: deps.clock.nowMs() - startedMs,
      ...extra,
    });
  const record = await deps.ledger.get(message.asset_id);
  if (!record || record.life !== message.life || record.version !== message.version) return say('stale');
  const work = new Work(deps, record, deadlineMs);
  try {
    const next = await decide(step, work);
    await store(work, next);
    const { status, progress } = work.record;
    say(next.kind, {
      trace_id: traceOf(work.record),
      status,
      bytes: progress?.bytes_done,
      ...reason(next, work.record),
      metrics: measuresOf(stage, next, work.record, work.nowMs),
    });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    say('overtaken');
  }
}

function reason(next: Next, { wake_at }: AssetRecord): Record<string, unknown> {
  if (next.kind === 'wait') return { waiting_for: next.waitingFor, until: wake_at };
  return next.kind === 'move' ? { cause: next.cause, failure: next.set?.failure?.code } : {};
}

async function decide(step: StageFunction, work: Work): Promise<Next> {
  try {
    work.record = await publishPending(work.deps, work.record);
    // So many claims and never an answer: the step kills its function, and must not be begun once more.
    if (hasGivenUp(work.record))
      return failed(work.record, gaveUp(work.record, 'its function ended without an answer'));
    const next = await step(work);
    assertPossible(work.record, next);
    return next;
  } catch (error) {
    if (error instanceof ConflictError) throw error;
    return nextAfter(error, work);
  }
}

function hasGivenUp({ attempts, status }: AssetRecord): boolean {
  return attempts > MAX_TRANSIENT_ATTEMPTS && canMove(status, 'failed');
}

/** An answer that could never be stored is an error of the step, to be tried again and given up like any other. */
function assertPossible(record: AssetRecord, next: Next): void {
  const { asset_id, status } = record;
  if (next.kind === 'move' && !canMove(status, next.to)) {
    throw new Error(`A record does not go from ${status} to ${next.to} (${asset_id}).`);
  }
  const end = next.kind === 'move' ? next.to : status;
  const rests = next.kind === 'rest' || (next.kind === 'move' && next.wakeAtMs === undefined);
  if (rests && !mayRest(record, end)) throw new Error(`A ${end} record does not rest (${asset_id}).`);
}

/** Not yet waits, permanent fails, and anything else is tried again with growing waits until a person is asked. */
function nextAfter(error: unknown, work: Work): Next {
  const { record, deps } = work;
  if (error instanceof NotYetError) {
    // The rate limit gives out places by the hour; the line goes by who came first.
    if (record.status === 'requested') return backInLine(error.waitingFor);
    const set = { expected_by: iso(error.atMs) };
    return { kind: 'wait', untilMs: error.atMs, waitingFor: error.waitingFor, lane: laneOf(record), set };
  }
  const { code, message } = describe(error);
  const { asset_id, status } = record;
  const metrics = measuresOfError(error, code);
  const stage = stageOf(status);
  deps.log.error('step failed', {
    stage,
    asset_id,
    trace_id: traceOf(record),
    status,
    code,
    error: message,
    metrics,
  });
  if (error instanceof SetUpError) return waitForSetUp(work, code, error);
  if (error instanceof PermanentError && canMove(record.status, 'failed')) return failed(record, error);
  const most = error instanceof TransientError ? MAX_TRANSIENT_ATTEMPTS : MAX_ATTEMPTS;
  if (record.attempts >= most && canMove(record.status, 'failed'))
    return failed(record, gaveUp(record, message, error));
  const waitMs = backoffMs(record.attempts, deps.settings.pollMs);
  return {
    kind: 'wait',
    untilMs: work.nowMs + waitMs,
    waitingFor: `trying again after ${code}: ${message}`,
    // Kept: a failed attempt is no progress.
    set: { attempts: record.attempts },
  };
}

/** A deletion that was refused did not happen: its request can still be taken back. */
function retryFrom(record: AssetRecord): Status {
  return record.status === 'deleting' ? waitingStatus(record) : record.status;
}

/** What waits for a slot at its date stays in its lane: a month's worth of them must not crowd out the polls. */
function laneOf({ status }: AssetRecord): Lane {
  return isWaiting(status) ? 'expire' : 'step';
}

/** However long it takes: nothing is wrong with the record, and giving up on all of them would only make work. */
function waitForSetUp(work: Work, code: string, error: SetUpError): Next {
  const untilMs = work.nowMs + 20 * work.deps.settings.pollMs;
  return { kind: 'wait', untilMs, waitingFor: `${code}: ${error.message} ${error.action}` };
}

function describe(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNEXPECTED';
  return { code, message };
}

function gaveUp(record: AssetRecord, last: string, cause?: unknown): PermanentError {
  return new PermanentError('GAVE_UP', `Tried ${record.attempts} times; last: ${last}`, {
    action: 'Look at the log for this asset, mend the cause, then send the same delete request again.',
    retryable: true,
    cause,
  });
}

function failed(record: AssetRecord, error: PermanentError): Next {
  const failure = {
    code: error.code,
    message: error.message,
    action: error.action,
    from: (error.from as Status | undefined) ?? retryFrom(record),
    retryable: error.retryable,
  };
  // A restore asked for during a deletion that did not happen has nothing to bring back: the video is still there.
  const wish = record.status === 'deleting' ? { restore: undefined } : {};
  return { kind: 'move', to: 'failed', cause: error.code, set: { failure, ...wish } };
}

/**
 * A transition is stored under the lease, then told to the bus, and only then given its wake: a crash in between
 * leaves a record that the sweep wakes again, and whose news goes out then.
 */
async function store(work: Work, next: Next): Promise<void> {
  if (next.kind === 'move') {
    const { cause, alarm, derive } = next;
    const change = { atMs: work.nowMs, cause, actor: 'icehouse', alarm };
    const { leaseMs } = work.deps.settings;
    await work.store((record) => {
      const set = { ...next.set, ...derive?.(record) };
      return lease(move(record, next.to, { ...change, set }), work.nowMs, leaseMs);
    });
    work.record = await publishPending(work.deps, work.record);
  }
  await work.store((record) => settle(record, next));
}

function settle(record: AssetRecord, next: Next): AssetRecord {
  if (next.kind === 'wait') {
    const waiting = { attempts: 0, waiting_for: next.waitingFor, expected_by: undefined };
    const changed = { ...record, ...waiting, ...resolve(next.set, record) };
    const wake_at = iso(resolve(next.untilMs, changed));
    return { ...changed, wake_at, wake_lane: next.lane ?? 'step', leased_until: undefined };
  }
  const wakeAtMs = resolve<number | undefined>(next.wakeAtMs, record);
  if (wakeAtMs !== undefined) {
    const wake_lane = (next.kind === 'move' ? resolve(next.lane, record) : undefined) ?? 'step';
    return { ...record, wake_at: iso(wakeAtMs), wake_lane, leased_until: undefined };
  }
  const set = next.kind === 'rest' ? next.set : undefined;
  // Somebody else's change came in between: the lease's wake stays, for its news has yet to go out (law 2).
  const wake_at = unpublished(record).length > 0 ? record.wake_at : undefined;
  return { ...record, attempts: 0, ...set, wake_at, leased_until: undefined };
}

function resolve<T>(value: FromRecord<T>, record: AssetRecord): T {
  return typeof value === 'function' ? (value as (record: AssetRecord) => T)(record) : value;
}

const ALARM_METRICS: Readonly<Record<AlarmCode, Measures>> = {
  LOST_AT_SOURCE: { LostAtSource: 1 },
  DELETED_ELSEWHERE: { DeletedElsewhere: 1 },
};

async function publishPending(deps: Deps, record: AssetRecord): Promise<AssetRecord> {
  const pending = unpublished(record);
  const last = pending.at(-1);
  if (!last) return record;
  for (const { alarm, cause } of pending)
    if (alarm)
      deps.log.error('alarm', {
        code: alarm,
        asset_id: record.asset_id,
        cause,
        metrics: ALARM_METRICS[alarm],
      });
  await deps.bus.publish(pending.map((entry) => ({ entry, record })));
  // The event carries the losses: from now on they are said.
  const losses_said_at = record.losses_said_at ?? iso(deps.clock.nowMs());
  return { ...record, published_version: last.version, losses_said_at };
}
