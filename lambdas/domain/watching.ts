// Whether a video is still watched although somebody asked to delete it: which hours to look at, and what is said. Pure.
import type { AssetRecord, Hold, Watched } from './record.ts';
import { DAY_MS, HOUR_MS, iso } from './time.ts';

/** Delivery usage is known up to so long ago and kept for so long (Mux's OpenAPI file, delivery_usage_timeframe). */
const KNOWN_AFTER_MS = 12 * HOUR_MS;
const KEPT_MS = 90 * DAY_MS;

/** Nobody watched it: looked at again when the deletion has waited for longer than this. */
const UNWATCHED_LASTS_MS = DAY_MS;

/** Who holds an asset that is still watched. A person lifts it. */
export const WATCHER = 'icehouse';
export const STILL_WATCHED = 'STILL_WATCHED';

export interface Window {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** The whole hours since the request of which anything is known yet; empty while there are none. */
export function windowOf({ created_at }: Pick<AssetRecord, 'created_at'>, nowMs: number): Window {
  const fromMs = Math.max(Date.parse(created_at), nowMs - KEPT_MS);
  return {
    sinceMs: Math.ceil(fromMs / HOUR_MS) * HOUR_MS,
    untilMs: Math.floor((nowMs - KNOWN_AFTER_MS) / HOUR_MS) * HOUR_MS,
  };
}

/** When the first of those hours will be known. */
export function knownFromMs({ sinceMs }: Window): number {
  return sinceMs + HOUR_MS + KNOWN_AFTER_MS;
}

/**
 * What was seen for this date stands: whoever lifted the hold, or read the warning, knows of it. That nobody watched, or
 * that nobody could tell, is true for a day.
 */
export function isLookedAt({ watched, expiration_date }: AssetRecord, nowMs: number): boolean {
  if (watched?.expiration_date !== expiration_date) return false;
  return Boolean(watched.seconds) || nowMs < Date.parse(watched.looked_at) + UNWATCHED_LASTS_MS;
}

export function watchedWords({ since, until, seconds }: Watched): string {
  const many = seconds === 1 ? '1 second was' : `${Math.round(seconds ?? 0)} seconds were`;
  return `${STILL_WATCHED}: ${many} watched between ${hour(since)} and ${hour(until)}, after the request.`;
}

export function watchedHold(watched: Watched, nowMs: number): Hold {
  return { reason: watchedWords(watched), user_id: WATCHER, since: iso(nowMs) };
}

/** In place of what was said at an earlier look. */
export function withWarning(warnings: readonly string[], text: string): readonly string[] {
  return [...warnings.filter((warning) => !warning.startsWith(`${STILL_WATCHED}:`)), text];
}

function hour(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
