// One sentence per record, for people: where the video is, whether it plays, what comes next.
import { ITS_END } from './archive-end.ts';
import { isWithoutCopy } from './lifecycle.ts';
import { isArchiveOnly, isDeleteOnly } from './modes.ts';
import type { AssetRecord, Status } from './record.ts';
import { isUnwatchable } from './revoked.ts';

export function summarize(record: AssetRecord): string {
  return SENTENCES[record.status](record);
}

const SENTENCES: Record<Status, (record: AssetRecord) => string> = {
  requested: (r) =>
    isDeleteOnly(r)
      ? `Waiting to be looked at${because(r)}; will be deleted from Mux WITHOUT a copy; free to take back.`
      : `Waiting to be archived${because(r)}; ${playing(r, isArchiveOnly(r) ? '' : ` until its date (${day(r.expiration_date)})`)}; ${takeBack(r)}.`,
  preparing: (r) =>
    r.lost_at ? beingSaved(r) : `Mux is preparing the master file; ${playing(r)}; ${takeBack(r)}.`,
  archiving: (r) =>
    r.lost_at ? beingSaved(r) : `Being copied to the vault${percent(r)}; ${playing(r)}; ${takeBack(r)}.`,
  archived: (r) =>
    isArchiveOnly(r)
      ? `Safe in the vault; ${playing(r)}; nothing will be deleted.`
      : `Safe in the vault; ${playing(r)}; ${deletionOf(r)}; bring back ${isUnwatchable(r) ? 'until then, under new playback ids' : 'free until then'}.`,
  deleting: (r) =>
    isDeleteOnly(r)
      ? 'Being deleted from Mux now, WITHOUT a copy, as asked.'
      : 'Safe in the vault; being deleted from Mux now.',
  deleted: (r) =>
    isWithoutCopy(r)
      ? `Deleted from Mux without a copy, as asked; ${r.restored_from ? `only the copy of asset ${r.restored_from} can bring it back` : 'it cannot be brought back'}.`
      : `Safe in the vault; deleted from Mux${r.deleted_at ? ` ${day(r.deleted_at)}` : ''}; can be restored under new ids${untilItsEnd(r)}.`,
  thawing: (r) =>
    `Being read out of Glacier (${r.restore?.tier ?? 'Standard'}); ready by ${time(r.restore?.ready_by)}.`,
  uploading: () => 'Readable again and on its way back to Mux.',
  restored: (r) => `Back on Mux as asset ${r.current_asset_id}; the copy stays in the vault.`,
  cancelled: (r) =>
    r.lost_at
      ? 'The request was taken back; Mux no longer has the asset, and the vault has no whole copy of it.'
      : `The request was taken back; ${playingAgain(r)}${r.archive ? '; the copy stays in the vault' : ''}.`,
  scheduled: (r) =>
    `Still on Mux; ${deletionOf(r)} WITHOUT a copy${leftOf(r)}; free to take back until then.`,
  purging: ({ purge }) =>
    purge?.begun_at
      ? 'Being erased: nothing of it can be had back.'
      : `Stands still; ${purge?.order ? 'will be erased' : 'its archive ends'} ${time(purge?.executes_at)}${purge?.order ? `, unless order ${purge.order.id} is stopped before` : ''}.`,
  purged: ({ purge }) =>
    `Gone for good${purge?.done_at ? ` since ${day(purge.done_at)}` : ''}; nothing of the video is left in the vault.`,
  failed: (r) => `Stopped: ${r.failure?.message ?? 'unknown failure'} ${r.failure?.action ?? ''}`.trim(),
};

/** Of all copies, where none is made. */
function leftOf({ archive, restored_from }: AssetRecord): string {
  if (archive) return ' of its own; that of an earlier request stays';
  return restored_from ? ` of its own; that of asset ${restored_from} stays` : ', for good';
}

/** `until`: when that ends, if nothing else ends it before. */
function playing(record: AssetRecord, until = ''): string {
  if (isUnwatchable(record)) return 'nobody can watch it';
  const isEndingSooner = record.playback === 'revoke' && record.status !== 'archived';
  return `still playing on Mux${isEndingSooner ? ' until it is archived' : until}`;
}

function takeBack(record: AssetRecord): string {
  return isUnwatchable(record) ? 'can be taken back, under new playback ids' : 'free to take back';
}

function playingAgain(record: AssetRecord): string {
  if (isUnwatchable(record)) return 'Mux is asked for new playback ids to play it by';
  return `playing on Mux${record.revoked?.some(({ replaced_by }) => replaced_by) ? ' under new playback ids' : ''}`;
}

function beingSaved(record: AssetRecord): string {
  return `Deleted at Mux by somebody else; what is still open of its master is being copied to the vault${percent(record)}.`;
}

/** What an archive waits for as long as nothing else keeps it. */
export const ITS_DATE = 'the expiration date';

function deletionOf(record: AssetRecord): string {
  const { hold, waiting_for, expiration_date } = record;
  if (hold && !hold.until) return `kept by a hold of ${hold.user_id} (${hold.reason}) until it is lifted`;
  if (waiting_for && waiting_for !== ITS_DATE) return `its deletion waits for ${waiting_for}`;
  // There is no clock here: this is true on the day after too.
  if (hold?.until && hold.until > expiration_date)
    return `not deleted before ${day(hold.until)} (a hold of ${hold.user_id}: ${hold.reason})`;
  return `will be deleted ${day(deletionTime(record))}`;
}

function untilItsEnd({ archive_until, wake_at, waiting_for, hold }: AssetRecord): string {
  if (!archive_until) return '';
  if (hold && (!hold.until || hold.until > archive_until))
    return `; its archive is kept by a hold of ${hold.user_id} (${hold.reason}) until ${hold.until ? day(hold.until) : 'it is lifted'}`;
  if (waiting_for && waiting_for !== ITS_END) return `; the end of its archive waits for ${waiting_for}`;
  return ` until its archive ends ${day(wake_at && wake_at > archive_until ? wake_at : archive_until)}`;
}

/** The schedule's tick lies after the date; a record woken for another reason wakes before it. */
function deletionTime({ wake_at, expiration_date }: AssetRecord): string {
  return wake_at && wake_at > expiration_date ? wake_at : expiration_date;
}

function because(record: AssetRecord): string {
  return record.waiting_for ? ` (${record.waiting_for})` : '';
}

function percent({ progress }: AssetRecord): string {
  if (!progress || progress.bytes_total === 0) return '';
  return ` (${Math.floor((100 * progress.bytes_done) / progress.bytes_total)} %)`;
}

function day(isoTime: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(isoTime));
}

function time(isoTime: string | undefined): string {
  return isoTime ? `${isoTime.slice(0, 16).replace('T', ' ')} UTC` : 'a time not known yet';
}
