// Stage "sweep": wakes every record whose time has come. With all webhooks and messages lost, this alone carries on.
import type { Lane, SweepMessage } from '../contract/names.ts';
import { stageOf } from '../domain/lifecycle.ts';
import type { AssetRecord } from '../domain/record.ts';
import { roomForMasters } from './admission.ts';
import type { Due, Log } from './ports.ts';
import { isUnreadable, SetAside } from './set-aside.ts';
import { type Waking, wakeDue } from './wake.ts';

export interface Sweeping extends Waking {
  /** No more masters than these stand open at the platform. */
  readonly openMasters: number;
  /**
   * Nothing is woken any more from then on, ms since the epoch: it is still due, and the next run's.
   * @default none
   */
  readonly deadlineMs?: number;
  /** Of this environment. @default what one run finds */
  readonly aside?: SetAside;
}

/** At most this many records per run: about a minute of Mux calls at the default rates, and more lies in the next run. */
export const WAKES_PER_RUN = 100;

/**
 * Requests let in per run, less a quarter of the steps under way, which go first. A steady flood lets in 16 beside as
 * many copies: three calls each and two are 80, a little more than the 75 a minute that are the default share of
 * `prepare`, so that none of it goes unused.
 */
export const ADMITS_PER_RUN = 20;
const STEPS_PER_ADMIT = 4;

/** Of archives past their tick: what the governor's share for deletions serves in a minute, a little more. */
export const EXPIRES_PER_RUN = 20;

/** How many claims are written side by side. */
const SIDE_BY_SIDE = 10;

/** So many steps can wait for a slot of `prepare` together: those that sleep at most 20 s for one each 800 ms. */
const AT_ONCE = 25;

/** Those behind are woken one by one over the minute, or they would find no slot and the rest of it would go unused. */
const PACE_MS = 800;

/** No longer than this, or 4/9 of a lease: the run must end before the next begins. */
const SPREAD_MS = 40_000;

/**
 * How far into its time each lane of the minute's run may go, so that one whose functions start slowly takes nothing
 * from those after it: steps have until 45 s of 50, requests in line the rest.
 */
const EXPIRES_UNTIL = 0.2;
const STEPS_UNTIL = 0.9;

/**
 * The minute's sweep also wakes the archives that an expiry tick found due and could not all wake, or whose own sweep
 * was lost: their wakes lie on ticks, so none is woken before its own. Those that wake to say that their date is near too.
 */
export async function sweep(lane: SweepMessage['lane'], sweeping: Sweeping, log: Log): Promise<void> {
  const run = newRun(sweeping, log);
  const expiresUntilMs = lane === 'expire' ? run.deadlineMs : run.shareMs(EXPIRES_UNTIL);
  await wakeLane('expire', EXPIRES_PER_RUN, { ...run, deadlineMs: expiresUntilMs });
  if (lane === 'expire') return;
  const pace = newPace(run);
  const woken = await wakeLane('step', WAKES_PER_RUN, { ...run, pace, deadlineMs: run.shareMs(STEPS_UNTIL) });
  await admit(woken.filter(isBeingArchived).length, { ...run, pace });
}

interface Run {
  readonly sweeping: Sweeping;
  readonly log: Log;
  readonly startedMs: number;
  readonly deadlineMs: number;
  readonly aside: SetAside;
  /** Without it all are woken at once. */
  readonly pace?: Pace;
  /** The moment at which so much of the run's time is over. */
  shareMs(share: number): number;
}

function newRun(sweeping: Sweeping, log: Log): Run {
  const startedMs = sweeping.clock.nowMs();
  const { deadlineMs = Infinity, aside = new SetAside() } = sweeping;
  const shareMs = (share: number) => startedMs + share * (deadlineMs - startedMs);
  return { sweeping, log, startedMs, deadlineMs, aside, shareMs };
}

function isBeingArchived({ status }: AssetRecord): boolean {
  return ['master', 'archive'].includes(stageOf(status));
}

/** The first of the line, as many as there is room for. Those behind are not touched, so that a long line costs nothing. */
async function admit(underWay: number, run: Run): Promise<void> {
  const { ledger, openMasters } = run.sweeping;
  const most = Math.max(1, Math.floor(ADMITS_PER_RUN - underWay / STEPS_PER_ADMIT));
  const line = await dueIn('admit', most, run);
  if (line.length === 0) return;
  const room = await roomForMasters(ledger, openMasters);
  await wakeAll('admit', line.slice(0, room), run, line[0]);
}

async function wakeLane(lane: Lane, limit: number, run: Run): Promise<readonly AssetRecord[]> {
  return wakeAll(lane, await dueIn(lane, limit, run), run);
}

/** What is set aside is still due and comes first, so that so many more are asked for. */
async function dueIn(
  lane: Lane,
  limit: number,
  { sweeping: { ledger, clock }, aside }: Run,
): Promise<readonly Due[]> {
  const nowMs = clock.nowMs();
  const passedOver = aside.ids(nowMs);
  const due = await ledger.due(lane, nowMs, limit + passedOver.size);
  return due.filter(({ assetId }) => !passedOver.has(assetId)).slice(0, limit);
}

interface Pace {
  /** How many may still be woken without a wait. */
  atOnce: number;
  readonly untilMs: number;
}

function newPace({ startedMs, sweeping: { leaseMs } }: Run): Pace {
  return { atOnce: AT_ONCE, untilMs: startedMs + Math.min(SPREAD_MS, (leaseMs * 4) / 9) };
}

/** Answers the records it woke. `oldest`: what is due longest in this lane. */
async function wakeAll(
  lane: Lane,
  due: readonly Due[],
  run: Run,
  oldest = due[0],
): Promise<readonly AssetRecord[]> {
  const { sweeping, log, deadlineMs, pace = { atOnce: Infinity, untilMs: 0 } } = run;
  const { clock } = sweeping;
  const startedMs = clock.nowMs();
  const woken: AssetRecord[] = [];
  const unreadable: string[] = [];
  const wakeOne = async ({ assetId }: Due) => {
    if (clock.nowMs() >= deadlineMs) return;
    const record = await wakeIfDue(assetId, run, unreadable);
    if (record) woken.push(record);
  };
  const first = due.slice(0, pace.atOnce);
  pace.atOnce -= first.length;
  await sideBySide(first, wakeOne);
  for (const each of due.slice(first.length)) {
    if (clock.nowMs() >= deadlineMs) break;
    if (clock.nowMs() < pace.untilMs) await clock.sleep(PACE_MS);
    await wakeOne(each);
  }
  sayUnreadable(lane, unreadable, log);
  const ms = clock.nowMs() - startedMs;
  const metrics = { OldestDueSeconds: oldest ? (startedMs - Date.parse(oldest.wakeAt)) / 1_000 : 0 };
  log.info('swept', { stage: 'sweep', lane, due: due.length, woken: woken.length, ms, metrics });
  return woken;
}

async function sideBySide(due: readonly Due[], wakeOne: (each: Due) => Promise<void>): Promise<void> {
  const queue = [...due];
  const worker = async () => {
    for (let each = queue.shift(); each !== undefined; each = queue.shift()) await wakeOne(each);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
}

/** The index may be behind: the record itself says whether it is due. One that cannot be woken does not stop the rest. */
async function wakeIfDue(
  assetId: string,
  { sweeping, aside, log }: Run,
  unreadable: string[],
): Promise<AssetRecord | undefined> {
  try {
    return await wakeDue(assetId, sweeping);
  } catch (error) {
    if (isUnreadable(error)) {
      aside.add(assetId, sweeping.clock.nowMs());
      unreadable.push(assetId);
    } else log.error('could not wake', { stage: 'sweep', asset_id: assetId, error: String(error) });
    return undefined;
  }
}

/** One line for all: a look at each says why. */
function sayUnreadable(lane: Lane, ids: readonly string[], log: Log): void {
  if (ids.length === 0) return;
  const some = ids.slice(0, 10);
  log.error('cannot be read, set aside', { stage: 'sweep', lane, count: ids.length, asset_ids: some });
}
