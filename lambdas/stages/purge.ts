// Stage "purge": removes all that the vault holds of a lineage (law 8), and on an order of erasure the video at Mux and
// whatever names a person too. One record leads and does the work; all others stand still until it is done or stopped.
import { isHeld } from '../domain/brake.ts';
import { ITS_TIME } from '../domain/erasure-view.ts';
import { isResting, resume } from '../domain/lifecycle.ts';
import { standStill } from '../domain/purge.ts';
import type { AssetRecord, PurgeState } from '../domain/record.ts';
import { DAY_MS, iso } from '../domain/time.ts';
import { heldWithAll, overLimit, type Stop } from './brake.ts';
import { confirmEnvironment } from './gone.ts';
import { finishPurge, keepFile } from './purge-end.ts';
import { setPurge } from './purge-state.ts';
import { removeAssets, removeFolders, removeTrail } from './purge-things.ts';
import type { Next, Work } from './stage.ts';
import { wholeLineage } from './whole-lineage.ts';

const DRY_RUN = 'deletions to be switched on (they are in dry-run)';

/** Longer than any function runs that was at work on a record when it was stopped: 15 minutes, by the usual lease. */
const QUIET_LEASES = 10;

export async function purge(work: Work): Promise<Next> {
  const { record } = work;
  if (record.status !== 'purging' || !record.purge) return { kind: 'rest' };
  const { led_by } = record.purge;
  return led_by === undefined ? lead(work, record.purge) : follow(work, led_by);
}

/** Stands still as long as its leader leads, and goes on as it was when the order was stopped. */
async function follow(work: Work, leaderId: string): Promise<Next> {
  const leader = await work.deps.ledger.get(leaderId);
  if (leader?.status === 'purging' && leader.purge?.led_by === undefined)
    return work.poll(`the end of the video, which the record of ${leaderId} leads`);
  return goOn(work, 'the order was stopped', work.nowMs);
}

async function goOn(work: Work, cause: string, untilMs: number): Promise<Next> {
  await work.store((record) => resume(record, { atMs: work.nowMs, cause, actor: 'icehouse' }));
  const lane = work.record.status === 'requested' ? 'admit' : 'step';
  return { kind: 'wait', untilMs, waitingFor: 'its own stage', lane, set: { waiting_for: undefined } };
}

async function lead(work: Work, purge: PurgeState): Promise<Next> {
  const { executes_at, begun_at, order, empty_at } = purge;
  const records = await holdStill(work);
  const kept = order || begun_at ? undefined : await keptFromEnding(work, records);
  if (kept) return goOn(work, `its archive is kept by ${kept.waitingFor}`, kept.wakeAtMs);
  // Cut short when the others were let go, and one of them is being erased by now: nothing is left but to say so.
  if (!records && empty_at && !order) return finishPurge(work, [work.record]);
  if (!records) return work.poll('another end of the same video to be over');
  await keepFile(work, records);
  const readyMs = Math.max(Date.parse(executes_at), quietAtMs(work.record.purge ?? purge, work));
  if (work.nowMs < readyMs) return { kind: 'wait', untilMs: readyMs, waitingFor: ITS_TIME };
  const stop = await stopOf(work, records);
  if (stop) return { kind: 'wait', untilMs: stop.wakeAtMs, waitingFor: stop.waitingFor };
  if (begun_at || (await begin(work, records))) return removeAll(work, records);
  return { kind: 'wait', untilMs: work.nowMs, waitingFor: 'a hold that was put in this moment' };
}

/**
 * Stops every record of the lineage that is not yet: also one that came to be since the order. Answers all of them, this
 * one first; undefined when one of them stands still for another's sake.
 */
async function holdStill(work: Work): Promise<readonly AssetRecord[] | undefined> {
  const { asset_id: led_by, purge } = work.record;
  const lineage = await wholeLineage(work.deps.ledger, purge?.order?.asset_id ?? led_by);
  const others = lineage?.records.filter(({ asset_id }) => asset_id !== led_by) ?? [];
  const still: AssetRecord[] = [];
  for (const record of others) {
    if (record.status === 'purging' && record.purge?.led_by !== led_by) return undefined;
    if (isTombstone(record)) still.push(record);
    else still.push(record.status === 'purging' ? await notBegun(work, record) : await stopped(work, record));
  }
  return [work.record, ...still];
}

/** A begin that was cut short has begun nothing: as long as the leader does not say so too, words against it are heard. */
async function notBegun(work: Work, member: AssetRecord): Promise<AssetRecord> {
  const { purge } = member;
  if (!purge?.begun_at || work.record.purge?.begun_at) return member;
  return work.deps.ledger.save({ ...member, purge: { ...purge, begun_at: undefined } });
}

/** Left by this order, before the leader's own end. */
function isTombstone({ status, purge }: AssetRecord): boolean {
  return status === 'purged' && (purge?.order !== undefined || purge?.led_by !== undefined);
}

/** That somebody may have been at work on it is known before it is stopped: a crash in between costs a wait. */
async function stopped(work: Work, record: AssetRecord): Promise<AssetRecord> {
  const { asset_id: led_by, purge } = work.record;
  await setPurge(work, { marked_at: iso(work.nowMs) });
  const why = {
    atMs: work.nowMs,
    cause: `stands still: its video is to be removed (${led_by})`,
    actor: 'icehouse',
  };
  return work.deps.ledger.save(standStill(record, { led_by, executes_at: purge?.executes_at ?? '' }, why));
}

/**
 * The end of an archive turns back for whatever keeps it: stood still for, it could be neither restored nor erased, and two
 * ends of one video would wait for each other. It comes again from there.
 */
async function keptFromEnding(
  work: Work,
  records: readonly AssetRecord[] | undefined,
): Promise<Kept | undefined> {
  const wakeAtMs = work.nowMs + DAY_MS;
  if (!records) return { waitingFor: 'another end of the same video', wakeAtMs };
  const other = stillCountedOn(work.record, records);
  return other ? { waitingFor: `the request for ${other}`, wakeAtMs } : stopOf(work, records);
}

/** The end of an archive takes nothing from another request of the lineage; an erasure does. */
function stillCountedOn({ asset_id }: AssetRecord, records: readonly AssetRecord[]): string | undefined {
  const others = records.filter((each) => each.asset_id !== asset_id && each.purge !== undefined);
  const isOdd = ({ purge: theirs, archive }: AssetRecord) =>
    theirs !== undefined &&
    (!isResting(theirs.from) || (theirs.from !== 'restored' && archive !== undefined));
  return others.find(isOdd)?.asset_id;
}

/** Where nobody wrote down when the records were stopped, the time counts from when it may begin: late, never early. */
function quietAtMs({ executes_at, marked_at = executes_at }: PurgeState, { deps }: Work): number {
  return Date.parse(marked_at) + QUIET_LEASES * deps.settings.leaseMs;
}

interface Kept {
  readonly waitingFor: string;
  readonly wakeAtMs: number;
}

/** What keeps a deletion keeps a purge too. Once it has begun, a hold on everything still makes it pause. */
async function stopOf(work: Work, records: readonly AssetRecord[]): Promise<Kept | undefined> {
  const { nowMs, deps, record } = work;
  if (deps.settings.deletions !== 'on') return { waitingFor: DRY_RUN, wakeAtMs: nowMs + DAY_MS };
  const isBegun = record.purge?.begun_at !== undefined;
  const hold = isBegun ? undefined : records.map((each) => each.hold).find((each) => isHeld(each, nowMs));
  if (hold) {
    const untilMs = hold.until ? Date.parse(hold.until) : Infinity;
    return {
      waitingFor: `a hold by ${hold.user_id}: ${hold.reason}`,
      wakeAtMs: Math.min(untilMs, nowMs + DAY_MS),
    };
  }
  const isCounted = isBegun || record.purge?.order === undefined;
  const stop: Stop | undefined = (await heldWithAll(work)) ?? (isCounted ? undefined : await overLimit(work));
  return stop && { waitingFor: stop.waitingFor, wakeAtMs: stop.wakeAtMs(work.record) };
}

/**
 * The last moment in which a word against it counts: from each of these writes on a hold is refused, the leader's last. False
 * when somebody held a record meanwhile; a stop of the order ends this invocation with a ConflictError.
 */
async function begin(work: Work, records: readonly AssetRecord[]): Promise<boolean> {
  const begun_at = iso(work.nowMs);
  for (const { asset_id } of records) {
    if (asset_id === work.record.asset_id) continue;
    const newest = await work.deps.ledger.get(asset_id);
    if (newest?.status !== 'purging' || !newest.purge) continue;
    if (isHeld(newest.hold, work.nowMs)) return false;
    await work.deps.ledger.save({ ...newest, purge: { ...newest.purge, begun_at } });
  }
  await work.store((record) => {
    if (!record.purge || isHeld(record.hold, work.nowMs)) return record;
    return { ...record, purge: { ...record.purge, begun_at } };
  });
  return work.record.purge?.begun_at !== undefined;
}

/** All of it twice: what was under way when the records were stopped may show itself only after the first time. */
async function removeAll(work: Work, records: readonly AssetRecord[]): Promise<Next> {
  const { nowMs, deps } = work;
  const { order, empty_at } = work.record.purge ?? {};
  const { leaseMs } = deps.settings;
  const again = (sinceMs: number) =>
    ({ kind: 'wait', untilMs: sinceMs + leaseMs, waitingFor: 'a second look' }) as const;
  if (empty_at && Date.parse(empty_at) + leaseMs > nowMs) return again(Date.parse(empty_at));
  const isErasure = order !== undefined;
  const ours = isErasure ? await confirmEnvironment(work) : undefined;
  const assets = isErasure ? await removeAssets(work, records) : 0;
  const { found, lockedUntilMs } = await removeFolders(work, records, ours);
  const trailUntilMs = isErasure ? await removeTrail(work, records) : undefined;
  const blockedMs = Math.max(lockedUntilMs ?? 0, trailUntilMs ?? 0);
  if (blockedMs > 0) {
    await setPurge(work, { blocked_until: iso(blockedMs), empty_at: undefined });
    const untilMs = Math.min(Math.max(blockedMs, nowMs + deps.settings.pollMs), nowMs + DAY_MS);
    return { kind: 'wait', untilMs, waitingFor: `the end of an Object Lock on ${iso(blockedMs)}` };
  }
  if (empty_at && assets + found === 0) return finishPurge(work, records);
  const emptyMs = work.nowMs;
  await setPurge(work, { empty_at: iso(emptyMs), blocked_until: undefined, trail_mark: undefined });
  return again(emptyMs);
}
