// The brake of stage "expire": what keeps an archive from its deletion although its date has passed. Nothing fails by
// it: the record waits and says for whom, and wakes when that may be over.
import { isHeld, isSameHour } from '../domain/brake.ts';
import type { AssetRecord, Hold } from '../domain/record.ts';
import { DAY_MS, iso, nextTick } from '../domain/time.ts';
import type { Work } from './stage.ts';

/** Why the deletion waits, for people, and when to look again, by the record as it is when that is stored. */
export interface Stop {
  readonly waitingFor: string;
  readonly wakeAtMs: (record: AssetRecord) => number;
}

/** The hold on this asset, else the one on everything, read anew with each call. */
export async function heldBy(work: Work): Promise<Stop | undefined> {
  const { record, nowMs } = work;
  const own = record.hold;
  if (isHeld(own, nowMs)) {
    const wakeAtMs = endOf(own, work) ?? nowMs + DAY_MS;
    // Lifted or changed in this moment, it has to be looked at again: whoever did that left the claim alone.
    const isTheSame = ({ hold }: AssetRecord) => hold?.since === own.since;
    return {
      waitingFor: `a hold by ${own.user_id}: ${own.reason}`,
      wakeAtMs: (newer) => (isTheSame(newer) ? wakeAtMs : nowMs),
    };
  }
  return heldWithAll(work);
}

/** The hold on everything, read anew with each call. */
export async function heldWithAll(work: Work): Promise<Stop | undefined> {
  const { deps, nowMs } = work;
  const all = await deps.brake.holdOnAll();
  if (!isHeld(all, nowMs)) return undefined;
  sayBrakeIsOn(work);
  // Nobody wakes all records when it is lifted before its time, so they look for themselves: at each tick, or daily.
  const nextLookMs = Math.min(nextTick(deps.settings.ticks, nowMs + 1), nowMs + DAY_MS);
  const wakeAtMs = Math.min(endOf(all, work) ?? nextLookMs, nextLookMs);
  return { waitingFor: `a hold on everything by ${all.user_id}: ${all.reason}`, wakeAtMs: () => wakeAtMs };
}

function endOf({ until }: Hold, { deps }: Work): number | undefined {
  return until === undefined ? undefined : nextTick(deps.settings.ticks, Date.parse(until));
}

/**
 * Counts the deletion against the limits, once in an hour: an invocation that died may have done it already. The count
 * is on the record before the DELETE goes out, and one that was never used means one deletion less.
 */
export async function overLimit(work: Work): Promise<Stop | undefined> {
  const { record, nowMs, deps } = work;
  if (record.counted_at && isSameHour(Date.parse(record.counted_at), nowMs)) return undefined;
  const answer = await deps.brake.countDeletion({ userId: record.deleted_by_user_id, nowMs });
  if (answer.kind === 'spent') {
    sayBrakeIsOn(work);
    const anew = iso(answer.untilMs).slice(0, 16).replace('T', ' ');
    return {
      waitingFor: `the limit of ${answer.limit} (begins anew at ${anew} UTC)`,
      wakeAtMs: () => answer.untilMs,
    };
  }
  await work.renew({ counted_at: iso(nowMs) });
  return undefined;
}

/** Once for each look: people watch that it is so, not how often. */
function sayBrakeIsOn({ record, deps }: Work): void {
  deps.log.info('the brake is on', { asset_id: record.asset_id, metrics: { BrakeOn: 1 } });
}
