// The end of an archive by time (law 8), a part of stage "expire": told ahead, and then the record begins to stand still
// for stage "purge". Only the last record of a lineage comes to this: the video is nowhere but in the vault.
import {
  ARCHIVE_ENDS_ON,
  archiveUntilMs,
  endsAtMs,
  ITS_END,
  isEndSaid,
  isOver,
  keptBy,
  wakeForEndMs,
} from '../domain/archive-end.ts';
import { isHeld } from '../domain/brake.ts';
import { ConflictError } from '../domain/failures.ts';
import { lease } from '../domain/lifecycle.ts';
import { standStill } from '../domain/purge.ts';
import type { AssetRecord } from '../domain/record.ts';
import { DAY_MS, iso } from '../domain/time.ts';
import { heldBy, type Stop } from './brake.ts';
import { wantsRestore } from './gone.ts';
import { lineageOf } from './lineage.ts';
import type { Next, Work } from './stage.ts';
import { wholeLineage } from './whole-lineage.ts';

const DRY_RUN = 'deletions to be switched on (they are in dry-run)';

/** Of a `deleted` record. Without an `archive_until` it rests for ever. */
export async function endOfArchive(work: Work): Promise<Next> {
  if (archiveUntilMs(work.record) === undefined) return { kind: 'rest', set: { waiting_for: undefined } };
  if (isToBeSaid(work)) await sayEnd(work);
  if (!isOver(work.record, work.nowMs)) return asleep(work);
  const stop = await stopOf(work);
  return stop ? asleep(work, stop) : end(work);
}

function isToBeSaid({ record, nowMs }: Work): boolean {
  return !isEndSaid(record) && (wakeForEndMs(record, nowMs) ?? Infinity) <= nowMs;
}

/**
 * Said once for each date, and counted from when the bus had heard it: a crash in between says it twice. Whoever moved
 * the date in this moment is answered by another word.
 */
async function sayEnd(work: Work): Promise<void> {
  const { archive_until } = work.record;
  const untilMs = archiveUntilMs(work.record);
  if (!archive_until || untilMs === undefined) return;
  const ends = iso(endsAtMs(work.record, untilMs, work.nowMs));
  await work.tell(`${ARCHIVE_ENDS_ON} ${ends.slice(0, 16).replace('T', ' ')} UTC`, {});
  await work.renew({ end_foretold: { archive_until, said_at: iso(work.nowMs) } });
}

/** Until the next thing that there is to do for its end, or `stop` says that something keeps it. */
function asleep({ nowMs }: Work, stop?: Stop & Pick<Extract<Next, { kind: 'wait' }>, 'set'>): Next {
  const untilMs = (record: AssetRecord) =>
    stop && isOver(record, nowMs) ? stop.wakeAtMs(record) : (wakeForEndMs(record, nowMs) ?? nowMs);
  return { kind: 'wait', untilMs, waitingFor: stop?.waitingFor ?? ITS_END, lane: 'expire', set: stop?.set };
}

async function stopOf(work: Work) {
  return (await heldBy(work)) ?? dryRun(work) ?? locked(work) ?? (await keptByLineage(work));
}

/** What cannot be removed yet is not to stand still for it: as long as it is locked it can be restored, and its end moved. */
function locked({ record, nowMs }: Work): Stop | undefined {
  const until = record.archive?.locked_until;
  if (until === undefined || Date.parse(until) <= nowMs) return undefined;
  const wakeAtMs = () => Date.parse(until);
  return { waitingFor: `the end of its Object Lock on ${until}`, wakeAtMs };
}

function dryRun({ deps, nowMs, record }: Work) {
  if (deps.settings.deletions === 'on') return undefined;
  const warning = `Dry run: its archive would have ended on ${iso(nowMs).slice(0, 10)}.`;
  const others = record.warnings.filter((text) => !text.startsWith('Dry run:'));
  const set = { warnings: [...others, warning] };
  return { waitingFor: DRY_RUN, wakeAtMs: () => nowMs + DAY_MS, set };
}

/** The end takes the whole lineage: nothing of it may be in use, or be what another archive is of. */
async function keptByLineage({ record, deps: { ledger }, nowMs }: Work): Promise<Stop | undefined> {
  const chain = await lineageOf(ledger, record.asset_id);
  const whole = await wholeLineage(ledger, record.asset_id);
  if (!chain || !whole) throw new Error(`The record ${record.asset_id} is of no lineage.`);
  const last = chain.records.at(-1)?.asset_id;
  const why =
    last === record.asset_id
      ? keptBy(record, { records: whole.records, ancestors: chain.ancestors }, nowMs)
      : `what becomes of asset ${last}, which the video is now`;
  return why === undefined ? undefined : { waitingFor: why, wakeAtMs: () => nowMs + DAY_MS };
}

/** Date, hold and wish are looked at again inside the write: each may have come since. */
async function end(work: Work): Promise<Next> {
  const atMs = work.nowMs;
  const why = { atMs, cause: 'the time of its archive is over', actor: 'icehouse' };
  await work.store((record) => {
    if (
      record.status !== 'deleted' ||
      !isOver(record, atMs) ||
      isHeld(record.hold, atMs) ||
      wantsRestore(record)
    )
      throw new ConflictError(`${record.asset_id} changed before its archive could end.`);
    const still = standStill(record, { executes_at: iso(atMs) }, why);
    return lease(still, atMs, work.deps.settings.leaseMs);
  });
  return { kind: 'wait', untilMs: atMs, waitingFor: 'its turn to be removed' };
}
