// When an archived asset may be deleted: at the first tick of the expiry schedule at or after its date and its notice.
import type { AssetRecord } from '../domain/record.ts';
import { nextTick } from '../domain/time.ts';
import type { Next, Settings, Work } from './stage.ts';

/** Not before this, ms since the epoch: the expiration date, and `minNotice` after the losses were said (law 7). */
export function notBeforeMs(record: AssetRecord, settings: Settings): number {
  const saidMs = record.losses_said_at ? Date.parse(record.losses_said_at) + settings.minNoticeMs : 0;
  return Math.max(Date.parse(record.expiration_date), saidMs);
}

export function deletionTickMs(record: AssetRecord, settings: Settings): number {
  return nextTick(settings.ticks, notBeforeMs(record, settings));
}

/** The record is safe in the vault and sleeps in the expire lane until its tick. */
export function archivedUntil(work: Work, cause: string, set?: Partial<AssetRecord>): Next {
  // Of the record as it is stored: a PATCH during the copy may have moved the date.
  const wakeAtMs = (record: AssetRecord) => deletionTickMs(record, work.deps.settings);
  return { kind: 'move', to: 'archived', cause, set, wakeAtMs, lane: 'expire' };
}
