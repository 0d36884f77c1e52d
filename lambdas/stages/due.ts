// When an asset that waits for its date may be deleted: at the first tick of the expiry schedule at or after its date and
// its notice, and not before the bus has heard which date that is.
import { refusedLosses } from '../domain/loss-policy.ts';
import { isArchiveOnly, waitingStatus } from '../domain/modes.ts';
import type { AssetRecord, Foretold } from '../domain/record.ts';
import { unreplaced } from '../domain/revoked.ts';
import { iso, nextTick } from '../domain/time.ts';
import type { Next, Settings, Work } from './stage.ts';

type Policy = Pick<Settings, 'minNoticeMs' | 'noticeBeforeMs' | 'ticks'>;

/** Not before this, ms since the epoch: the expiration date, and `minNotice` after the losses were said (law 7). */
export function notBeforeMs(record: AssetRecord, settings: Policy): number {
  const saidMs = Date.parse(record.losses_said_at ?? record.updated_at) + settings.minNoticeMs;
  return Math.max(Date.parse(record.expiration_date), saidMs);
}

function deletionTickMs(record: AssetRecord, settings: Policy): number {
  return nextTick(settings.ticks, notBeforeMs(record, settings));
}

/** The tick; where the bus heard of it late, `minNotice` after that, which need not be a tick: a quarter may lie between two. */
export function dueMs(record: AssetRecord, settings: Policy): number {
  const { said_at } = ofItsDate(record) ?? {};
  const heardMs = said_at && settings.noticeBeforeMs > 0 ? Date.parse(said_at) + settings.minNoticeMs : 0;
  return Math.max(deletionTickMs(record, settings), heardMs);
}

/** What is known of the date that the record has now. */
function ofItsDate({ foretold, expiration_date }: AssetRecord): Foretold | undefined {
  return foretold?.expiration_date === expiration_date ? foretold : undefined;
}

/** Whether the bus has heard that the asset will be deleted on this date, if it is to hear of it at all. */
export function isForetold(record: AssetRecord, settings: Policy): boolean {
  return settings.noticeBeforeMs === 0 || ofItsDate(record)?.said_at !== undefined;
}

/** The time for that has come, and nobody has said it. */
export function isToBeForetold({ record, nowMs, deps: { settings } }: Work): boolean {
  return !isForetold(record, settings) && nowMs >= deletionTickMs(record, settings) - settings.noticeBeforeMs;
}

/** How the history and the bus begin to say so; the time follows. */
export const WILL_BE_DELETED = 'will be deleted on';

/**
 * Said once for each date, and counted from when the bus had heard it: a crash in between says it twice. It changes
 * nothing but what `dueMs` waits for.
 */
export async function foretell(work: Work): Promise<void> {
  const { expiration_date } = work.record;
  const soonestMs = work.nowMs + work.deps.settings.minNoticeMs;
  const deletes_at = iso(Math.max(deletionTickMs(work.record, work.deps.settings), soonestMs));
  const foretold = { expiration_date, deletes_at };
  await work.tell(`${WILL_BE_DELETED} ${deletes_at.slice(0, 16).replace('T', ' ')} UTC`, { foretold });
  await work.renew({ foretold: { ...foretold, said_at: iso(work.nowMs) } });
}

/** An archive sleeps until its tick, and wakes once before it if the bus has yet to hear of that. */
export function sleepUntilMs(record: AssetRecord, settings: Policy): number {
  const tickMs = dueMs(record, settings);
  return isForetold(record, settings) ? tickMs : tickMs - settings.noticeBeforeMs;
}

/** What the record says of its deletion while it sleeps until the bus hears of it. */
export function foreseen(record: AssetRecord, settings: Policy): Partial<AssetRecord> {
  if (isArchiveOnly(record) || isForetold(record, settings)) return {};
  const { expiration_date } = record;
  return { foretold: { expiration_date, deletes_at: iso(dueMs(record, settings)) } };
}

/**
 * All is done that comes before the deletion: the record sleeps in the expire lane until its tick, unless the asset is said
 * to be gone or policy refuses its losses: whoever asked hears of that at once, not on the date. One that is never to be
 * deleted rests.
 */
export function archivedUntil(work: Work, cause: string, set?: Partial<AssetRecord>): Next {
  // Of the record as it is stored: a PATCH during the copy may have moved the date.
  const { settings } = work.deps;
  const isUrgent = (record: AssetRecord) =>
    record.deletion_noticed_at !== undefined ||
    // Its playback ids are taken away now, or made again where a request before this one took them.
    record.playback === 'revoke' ||
    unreplaced(record.revoked).length > 0 ||
    refusedLosses(record, settings.onLoss).length > 0;
  const sleepsUntilMs = (record: AssetRecord) =>
    isArchiveOnly(record) ? undefined : sleepUntilMs(record, settings);
  const wakeAtMs = (record: AssetRecord) => (isUrgent(record) ? work.nowMs : sleepsUntilMs(record));
  const lane = (record: AssetRecord) => (isUrgent(record) ? 'step' : 'expire');
  const known = { ...set, ...foreseen({ ...work.record, ...set }, settings) };
  return { kind: 'move', to: waitingStatus(work.record), cause, set: known, wakeAtMs, lane };
}
