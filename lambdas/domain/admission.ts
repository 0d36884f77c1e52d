// The line for a master: requests wait in the order they were made until one more may be opened (law 5). Pure.
import type { AssetRecord } from './record.ts';
import { iso, MINUTE_MS } from './time.ts';

/** When the request was made: its place in the line, which it keeps however often it is sent back. */
export function inLineSince({ history, created_at }: AssetRecord): string {
  // An entry from requested to requested is a date that was moved: that costs nobody his place.
  return history.findLast(({ from, to }) => to === 'requested' && from !== 'requested')?.at ?? created_at;
}

/** Nobody has begun with it: it stands in the line. */
export function isInLine({ status, wake_lane }: AssetRecord): boolean {
  return status === 'requested' && wake_lane === 'admit';
}

/** Places are counted up to here: each shard of the line is read so far by every look, to say no more than "very long". */
export const FARTHEST_PLACE = 1_000;

/** The asset, its inputs, the master asked for, a look in vain, the master found, the inputs for the manifest. */
const CALLS_PER_REQUEST = 6;

export interface PlaceInLine {
  /** 1 is next. */
  readonly position: number;
  /** Set when the place is this one or any farther back. */
  readonly position_is_least?: true;
  /** When its master will be asked for if nothing but the rate limit holds the line up. */
  readonly expected_by?: string;
  readonly next_action_at?: string;
}

/** `intervalMs`: time between two calls that the governor grants. `before`: how many stand further ahead. */
export function placeInLine(before: number, intervalMs: number, nowMs: number): PlaceInLine {
  if (before >= FARTHEST_PLACE)
    return { position: FARTHEST_PLACE, position_is_least: true, next_action_at: undefined };
  const position = before + 1;
  // The sweep that lets it in comes once a minute.
  const expected_by = iso(nowMs + position * CALLS_PER_REQUEST * intervalMs + MINUTE_MS);
  return { position, expected_by, next_action_at: expected_by };
}
