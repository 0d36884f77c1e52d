// When an archive ends (law 8): at its `archive_until`, and not before the bus has heard of it long enough ahead. Pure.
import type { StorageClass } from '../contract/names.ts';
import { isHeld } from './brake.ts';
import { effectiveStatus, isResting, isWithoutCopy, unpublished } from './lifecycle.ts';
import { S3_PRICES } from './prices.ts';
import type { AssetRecord } from './record.ts';
import { DAY_MS, iso } from './time.ts';

/** How long before its end the bus is told of it, where the archive is to last as long. */
export const END_NOTICE_MS = 30 * DAY_MS;

/** How the history and the bus begin to say so; the time follows. */
export const ARCHIVE_ENDS_ON = 'archive ends on';

/** What a deleted record waits for as long as nothing else keeps it. */
export const ITS_END = 'the end of its archive';

/** What the deletion adds to the record: the date of the request, else of the stack's retention, else none, for ever. */
export function endAfterDeletion(
  record: AssetRecord,
  deletedMs: number,
  retentionMs: number | undefined,
): Pick<AssetRecord, 'archive_until' | 'waiting_for'> {
  if (isWithoutCopy(record)) return {};
  const byRetention = retentionMs === undefined ? undefined : iso(deletedMs + retentionMs);
  const archive_until = record.archive_until === undefined ? byRetention : record.archive_until;
  return { archive_until, waiting_for: archive_until ? ITS_END : undefined };
}

/** The date on which it is to end, ms since the epoch; undefined for ever, and where there is none. */
export function archiveUntilMs(record: AssetRecord): number | undefined {
  return record.archive_until && !isWithoutCopy(record) ? Date.parse(record.archive_until) : undefined;
}

/** Whether the bus has heard of this very date. */
export function isEndSaid({ archive_until, end_foretold }: AssetRecord): boolean {
  return end_foretold !== undefined && end_foretold.archive_until === archive_until;
}

/** When it ends, if the bus hears of it at `saidMs`: the date, but not before the notice is over. */
export function endsAtMs(record: AssetRecord, untilMs: number, saidMs: number): number {
  const meantMs = untilMs - Math.min(Date.parse(record.deleted_at ?? ''), Date.parse(record.expiration_date));
  // Nothing can be read from a date before the deletion: then the whole notice.
  const noticeMs = meantMs > 0 ? Math.min(END_NOTICE_MS, meantMs) : END_NOTICE_MS;
  return Math.max(untilMs, saidMs + noticeMs);
}

/** When it will end, as far as is known now. */
export function expectedEndMs(record: AssetRecord, nowMs: number): number | undefined {
  const untilMs = archiveUntilMs(record);
  if (untilMs === undefined) return undefined;
  const { end_foretold } = record;
  const isSaid = end_foretold && isEndSaid(record);
  const saidMs = isSaid ? Date.parse(end_foretold.said_at) : Math.max(nowMs, untilMs - END_NOTICE_MS);
  return endsAtMs(record, untilMs, saidMs);
}

/** Whether it is over: told, and long enough ago. */
export function isOver(record: AssetRecord, nowMs: number): boolean {
  const untilMs = archiveUntilMs(record);
  const { end_foretold } = record;
  if (untilMs === undefined || !end_foretold || !isEndSaid(record)) return false;
  return nowMs >= endsAtMs(record, untilMs, Date.parse(end_foretold.said_at));
}

/** When a deleted record next needs somebody for the sake of its end; undefined when it may rest. */
export function wakeForEndMs(record: AssetRecord, nowMs: number): number | undefined {
  const untilMs = archiveUntilMs(record);
  if (untilMs === undefined) return undefined;
  // Somebody's word that came in between goes out now, not with the notice.
  if (unpublished(record).length > 0) return nowMs;
  const { end_foretold } = record;
  if (!end_foretold || !isEndSaid(record)) return untilMs - END_NOTICE_MS;
  return endsAtMs(record, untilMs, Date.parse(end_foretold.said_at));
}

/**
 * Which other record of the lineage keeps the archive although its time is over, in words: whatever is still at work, is
 * held, or has an archive that is not what this video was made from.
 */
export function keptBy(
  own: AssetRecord,
  lineage: { readonly records: readonly AssetRecord[]; readonly ancestors: readonly AssetRecord[] },
  nowMs: number,
): string | undefined {
  const ancestors = new Set(lineage.ancestors.map(({ asset_id }) => asset_id));
  for (const { asset_id, status, archive, hold } of lineage.records) {
    if (asset_id === own.asset_id) continue;
    if (isHeld(hold, nowMs)) return `a hold by ${hold.user_id} on asset ${asset_id}: ${hold.reason}`;
    if (!isResting(status)) return `what becomes of asset ${asset_id} of the same video, which is ${status}`;
    const isItsOrigin = status === 'restored' && ancestors.has(asset_id);
    if (archive && !isItsOrigin)
      return `the archive of asset ${asset_id} of the same video, which is ${status}`;
  }
  return undefined;
}

/** S3 bills a minimum whatever is deleted before; undefined when the archive lasts as long. */
export function earlyEndWarning(
  untilMs: number,
  storageClass: StorageClass,
  beginsMs: number,
): string | undefined {
  const leastDays = S3_PRICES.minimumDays[storageClass];
  if (untilMs >= beginsMs + leastDays * DAY_MS) return undefined;
  const until = iso(untilMs).slice(0, 10);
  return `ARCHIVE_ENDS_EARLY: S3 bills an object in ${storageClass} for ${leastDays} days at least; that the archive ends on ${until} saves nothing of that.`;
}

/** What whoever moves the end of an archive is to know. */
export function warningOfEnd(
  record: AssetRecord,
  archiveUntil: string | null | undefined,
  nowMs: number,
): string | undefined {
  const status = effectiveStatus(record);
  if (!archiveUntil) return undefined;
  if (['thawing', 'uploading', 'restored'].includes(status))
    return `ARCHIVE_IN_USE: asset ${record.asset_id} is ${status}; its archive does not end while the video lives on. What counts is the archive_until of the next delete request.`;
  const untilMs = Date.parse(archiveUntil);
  if (untilMs >= nowMs + END_NOTICE_MS) return undefined;
  if (status !== 'deleted')
    return 'ARCHIVE_ENDS_SOON: less than 30 days away; the notice is given as soon as the asset is deleted.';
  const ends = iso(endsAtMs(record, untilMs, nowMs))
    .slice(0, 16)
    .replace('T', ' ');
  return `ARCHIVE_ENDS_SOON: less than 30 days away; the notice is given at once, and the archive ends ${ends} UTC or a moment later.`;
}
