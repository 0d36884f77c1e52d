// Stage "sweep": wakes every record whose time has come. With all webhooks and messages lost, this alone carries on.
import type { Lane, SweepMessage } from '../contract/names.ts';
import { stageOf } from '../domain/lifecycle.ts';
import type { AssetRecord } from '../domain/record.ts';
import { roomForMasters } from './admission.ts';
import type { Log } from './ports.ts';
import { type Waking, wakeDue } from './wake.ts';

export interface Sweeping extends Waking {
  /** No more masters than these stand open at the platform. */
  readonly openMasters: number;
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
 * The minute's sweep also goes on with archives that an expiry tick found due and could not all wake: their wakes lie
 * on ticks, so none is woken before its own.
 */
export async function sweep(lane: SweepMessage['lane'], sweeping: Sweeping, log: Log): Promise<void> {
  await wakeAll('expire', await dueIn('expire', EXPIRES_PER_RUN, sweeping), sweeping, log);
  if (lane !== 'step') return;
  const pace = newPace(sweeping);
  const woken = await wakeAll('step', await dueIn('step', WAKES_PER_RUN, sweeping), sweeping, log, pace);
  await admit(woken.filter(isBeingArchived).length, sweeping, log, pace);
}

function isBeingArchived({ status }: AssetRecord): boolean {
  return ['master', 'archive'].includes(stageOf(status));
}

/** The first of the line, as many as there is room for. Those behind are not touched, so that a long line costs nothing. */
async function admit(underWay: number, sweeping: Sweeping, log: Log, pace: Pace): Promise<void> {
  const most = Math.max(1, Math.floor(ADMITS_PER_RUN - underWay / STEPS_PER_ADMIT));
  const line = await dueIn('admit', most, sweeping);
  if (line.length === 0) return;
  const room = await roomForMasters(sweeping.ledger, sweeping.openMasters);
  await wakeAll('admit', line.slice(0, room), sweeping, log, pace);
}

function dueIn(lane: Lane, limit: number, { ledger, clock }: Waking): Promise<readonly string[]> {
  return ledger.due(lane, clock.nowMs(), limit);
}

interface Pace {
  /** How many may still be woken without a wait. */
  atOnce: number;
  readonly untilMs: number;
}

function newPace({ clock, leaseMs }: Waking): Pace {
  return { atOnce: AT_ONCE, untilMs: clock.nowMs() + Math.min(SPREAD_MS, (leaseMs * 4) / 9) };
}

/** Answers the records it woke. Without a pace all are woken at once. */
async function wakeAll(
  lane: Lane,
  due: readonly string[],
  waking: Waking,
  log: Log,
  pace: Pace = { atOnce: Infinity, untilMs: 0 },
): Promise<readonly AssetRecord[]> {
  const { clock } = waking;
  const startedMs = clock.nowMs();
  const woken: AssetRecord[] = [];
  const wakeOne = async (assetId: string) => {
    const record = await wakeIfDue(assetId, waking, log);
    if (record) woken.push(record);
  };
  const first = due.slice(0, pace.atOnce);
  pace.atOnce -= first.length;
  await sideBySide(first, wakeOne);
  for (const assetId of due.slice(first.length)) {
    if (clock.nowMs() < pace.untilMs) await clock.sleep(PACE_MS);
    await wakeOne(assetId);
  }
  const ms = clock.nowMs() - startedMs;
  log.info('swept', { stage: 'sweep', lane, due: due.length, woken: woken.length, ms });
  return woken;
}

async function sideBySide(ids: readonly string[], wakeOne: (id: string) => Promise<void>): Promise<void> {
  const queue = [...ids];
  const worker = async () => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) await wakeOne(id);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
}

/** The index may be behind: the record itself says whether it is due. One that cannot be woken does not stop the rest. */
async function wakeIfDue(assetId: string, waking: Waking, log: Log): Promise<AssetRecord | undefined> {
  try {
    return await wakeDue(assetId, waking);
  } catch (error) {
    log.error('could not wake', { stage: 'sweep', asset_id: assetId, error: String(error) });
    return undefined;
  }
}
