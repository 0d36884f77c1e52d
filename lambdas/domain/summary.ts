// One sentence per record, for people: where the video is, whether it plays, what comes next.
import { isWithoutCopy } from './lifecycle.ts';
import type { AssetRecord, Status } from './record.ts';

export function summarize(record: AssetRecord): string {
  return SENTENCES[record.status](record);
}

const SENTENCES: Record<Status, (record: AssetRecord) => string> = {
  requested: (r) => `Waiting to be archived${because(r)}; still playing on Mux; free to take back.`,
  preparing: (r) =>
    r.lost_at ? beingSaved(r) : 'Mux is preparing the master file; still playing on Mux; free to take back.',
  archiving: (r) =>
    r.lost_at
      ? beingSaved(r)
      : `Being copied to the vault${percent(r)}; still playing on Mux; free to take back.`,
  archived: (r) => `Safe in the vault; still playing on Mux; ${deletionOf(r)}; bring back free until then.`,
  deleting: () => 'Safe in the vault; being deleted from Mux now.',
  deleted: (r) =>
    isWithoutCopy(r)
      ? 'Deleted from Mux without a copy, as asked; it cannot be brought back.'
      : `Safe in the vault; deleted from Mux${r.deleted_at ? ` ${day(r.deleted_at)}` : ''}; can be restored under new ids.`,
  thawing: (r) =>
    `Being read out of Glacier (${r.restore?.tier ?? 'Standard'}); ready by ${time(r.restore?.ready_by)}.`,
  uploading: () => 'Readable again and on its way back to Mux.',
  restored: (r) => `Back on Mux as asset ${r.current_asset_id}; the copy stays in the vault.`,
  cancelled: (r) =>
    r.lost_at
      ? 'The request was taken back; Mux no longer has the asset, and the vault has no whole copy of it.'
      : `The request was taken back; playing on Mux${r.archive ? '; the copy stays in the vault' : ''}.`,
  scheduled: (r) =>
    `Still playing on Mux; ${deletionOf(r)} WITHOUT a copy, for good; free to take back until then.`,
  purging: ({ purge }) =>
    purge?.begun_at
      ? 'Being erased: nothing of it can be had back.'
      : `Stands still; ${purge?.order ? 'will be erased' : 'its archive ends'} ${time(purge?.executes_at)}${purge?.order ? `, unless order ${purge.order.id} is stopped before` : ''}.`,
  purged: ({ purge }) =>
    `Gone for good${purge?.done_at ? ` since ${day(purge.done_at)}` : ''}; nothing of the video is left in the vault.`,
  failed: (r) => `Stopped: ${r.failure?.message ?? 'unknown failure'} ${r.failure?.action ?? ''}`.trim(),
};

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
