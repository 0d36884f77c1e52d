// Dates as people and schedules give them, turned into milliseconds since the epoch (UTC). Pure: now is an argument.
import type { ExpirySchedule } from '../contract/names.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** At most this far away may an expiration date lie: 10 years, leap days included. */
export const LONGEST_GRACE_MS = 3_653 * DAY_MS;

/** At most this far away may the end of an archive lie: 100 years, leap days included. */
export const LONGEST_ARCHIVE_MS = 36_525 * DAY_MS;

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;
const WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** An ISO date-time with offset, or a date that stands for the end of that UTC day; undefined for anything else. */
export function parseExpirationDate(text: string): number | undefined {
  if (!DATE_ONLY.test(text) && !WITH_OFFSET.test(text)) return undefined;
  const day = text.slice(0, 10);
  // Date.parse turns 31 February into 3 March; a date that does not come back as it went in does not exist.
  const midnightMs = Date.parse(`${day}T00:00:00.000Z`);
  if (Number.isNaN(midnightMs) || iso(midnightMs).slice(0, 10) !== day) return undefined;
  if (DATE_ONLY.test(text)) return midnightMs + DAY_MS - 1;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** How often expired archives are looked at: a named schedule, or every so many milliseconds (embedded cloud). */
export type Ticks = ExpirySchedule | { readonly everyMs: number };

/** The first tick of the schedule at or after `ms`. Weekly ticks fall on Monday 00:00 UTC, as the stack's cron does. */
export function nextTick(ticks: Ticks, ms: number): number {
  if (typeof ticks === 'object') return Math.ceil(ms / ticks.everyMs) * ticks.everyMs;
  if (ticks === 'hourly') return Math.ceil(ms / HOUR_MS) * HOUR_MS;
  if (ticks === 'daily') return Math.ceil(ms / DAY_MS) * DAY_MS;
  // 1 January 1970 was a Thursday: Mondays lie four days after each multiple of a week.
  if (ticks === 'weekly') return Math.ceil((ms - 4 * DAY_MS) / (7 * DAY_MS)) * 7 * DAY_MS + 4 * DAY_MS;
  return nextMonthTick(ms, ticks === 'monthly' ? 1 : 3);
}

function nextMonthTick(ms: number, everyMonths: number): number {
  const date = new Date(ms);
  const month = Math.floor(date.getUTCMonth() / everyMonths) * everyMonths;
  const thisTickMs = Date.UTC(date.getUTCFullYear(), month, 1);
  return thisTickMs >= ms ? thisTickMs : Date.UTC(date.getUTCFullYear(), month + everyMonths, 1);
}

/** Waits that grow: `firstMs`, then half as much again each time, to at most 20 times the first. */
export function backoffMs(attempt: number, firstMs: number): number {
  return Math.round(Math.min(firstMs * 1.5 ** Math.max(0, attempt - 1), firstMs * 20));
}
