// What stage "expire" does about an asset that is still watched after the request: before a deletion is begun, and never
// again until it is over. It only ever keeps an asset, or says something of it.
import { isHeld } from '../domain/brake.ts';
import { ConflictError, NotYetError, SetUpError } from '../domain/failures.ts';
import type { AssetRecord, Watched } from '../domain/record.ts';
import { HOUR_MS, iso } from '../domain/time.ts';
import {
  isLookedAt,
  knownFromMs,
  STILL_WATCHED,
  watchedHold,
  watchedWords,
  windowOf,
  withWarning,
} from '../domain/watching.ts';
import { heldBy, type Stop } from './brake.ts';
import type { Work } from './stage.ts';

/** Why the deletion has to wait, if it has to. With `ignore` no call is made. */
export async function stillWatched(work: Work): Promise<Stop | undefined> {
  const { onStillWatched } = work.deps.settings;
  if (onStillWatched === 'ignore' || isLookedAt(work.record, work.nowMs)) return undefined;
  const watched = await look(work);
  const isUnknown = watched.seconds === undefined;
  if (onStillWatched === 'warn') {
    const unknown = `${STILL_WATCHED}: whether it was watched after the request is not known.`;
    if (isUnknown || watched.seconds) await warn(work, watched, isUnknown ? unknown : watchedWords(watched));
    else await work.renew({ watched });
    return undefined;
  }
  if (isUnknown) return waitForWord(work, watched);
  if (!watched.seconds) {
    await work.renew({ watched });
    return undefined;
  }
  return hold(work, watched);
}

/** Whatever goes wrong but the rate limit and the token, which every call waits for, leaves it unknown. */
async function look({ deps, record, nowMs }: Work): Promise<Watched> {
  const { asset_id, expiration_date } = record;
  const { sinceMs, untilMs } = windowOf(record, nowMs);
  const watched = { expiration_date, since: iso(sinceMs), until: iso(untilMs), looked_at: iso(nowMs) };
  if (untilMs <= sinceMs) return watched;
  try {
    return { ...watched, seconds: await deps.platform.deliveredSeconds(asset_id, sinceMs, untilMs) };
  } catch (error) {
    if ([NotYetError, SetUpError, ConflictError].some((kind) => error instanceof kind)) throw error;
    deps.log.error('delivery usage not read', { asset_id, error: String(error) });
    return watched;
  }
}

async function warn(work: Work, watched: Watched, text: string): Promise<void> {
  await work.tell(text, (record) => ({ watched, warnings: withWarning(record.warnings, text) }));
}

/** A hold that a person put in this moment says more than ours, and must not be lifted with it. */
async function hold(work: Work, watched: Watched): Promise<Stop> {
  const { nowMs } = work;
  const set = (record: AssetRecord) =>
    isHeld(record.hold, nowMs) ? {} : { watched, hold: watchedHold(watched, nowMs) };
  await work.tell(`held: ${watchedWords(watched)}`, set);
  return (await heldBy(work)) ?? { waitingFor: 'another look at who watches it', wakeAtMs: () => nowMs };
}

function waitForWord(work: Work, { since, until }: Watched): Stop {
  const isTooSoon = until <= since;
  const firstMs = knownFromMs({ sinceMs: Date.parse(since), untilMs: Date.parse(until) });
  const wakeAtMs = isTooSoon ? firstMs : work.nowMs + HOUR_MS;
  return { waitingFor: 'word from Mux whether it is still watched', wakeAtMs: () => wakeAtMs };
}
