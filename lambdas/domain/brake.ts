// The brake on deletions: how many may go in an hour, a day, and a day for one user, and what a hold keeps. Pure.
import type { Hold } from './record.ts';

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
