// The brake on deletions: how many may go in an hour, a day, and a day for one user, and what a hold keeps. Pure.
import type { Hold } from './record.ts';
import { DAY_MS, HOUR_MS } from './time.ts';

/** The most assets that are deleted from the platform; hours and days are those of UTC. */
export interface DeletionLimits {
  readonly perHour: number;
  readonly perDay: number;
  /** For one `deleted_by_user_id`. */
  readonly perUserDay: number;
}

export function isHeld(hold: Hold | undefined, nowMs: number): hold is Hold {
  return hold !== undefined && (hold.until === undefined || Date.parse(hold.until) > nowMs);
}

/** What is counted already: in this hour, on this day, and on this day for the user in question. */
export interface DeletionCounts {
  readonly hour: number;
  readonly day: number;
  readonly userDay: number;
}

/** The limit that is reached, in words, and when it begins anew; the one that lasts longest goes first. */
export function spentLimit(
  limits: DeletionLimits,
  counts: DeletionCounts,
  { userId, nowMs }: { readonly userId: string; readonly nowMs: number },
): { readonly kind: 'spent'; readonly limit: string; readonly untilMs: number } | undefined {
  const tomorrowMs = nextStart(nowMs, DAY_MS);
  const spent = (limit: string, untilMs: number) => ({ kind: 'spent', limit, untilMs }) as const;
  if (counts.userDay >= limits.perUserDay)
    return spent(`${many(limits.perUserDay)} a day for ${userId}`, tomorrowMs);
  if (counts.day >= limits.perDay) return spent(`${many(limits.perDay)} a day`, tomorrowMs);
  if (counts.hour >= limits.perHour)
    return spent(`${many(limits.perHour)} an hour`, nextStart(nowMs, HOUR_MS));
  return undefined;
}

/** Whether both lie in the same hour, so that what was counted in the one need not be counted in the other. */
export function isSameHour(oneMs: number, otherMs: number): boolean {
  return Math.floor(oneMs / HOUR_MS) === Math.floor(otherMs / HOUR_MS);
}

function nextStart(nowMs: number, lengthMs: number): number {
  return (Math.floor(nowMs / lengthMs) + 1) * lengthMs;
}

function many(count: number): string {
  return count === 1 ? '1 deletion' : `${count} deletions`;
}
