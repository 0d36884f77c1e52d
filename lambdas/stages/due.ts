// When an archived asset may be deleted: at the first tick of the expiry schedule at or after its date and its notice.
import { refusedLosses } from '../domain/loss-policy.ts';
import type { AssetRecord } from '../domain/record.ts';
import { nextTick } from '../domain/time.ts';
import type { Next, Settings, Work } from './stage.ts';

/** Not before this, ms since the epoch: the expiration date, and `minNotice` after the losses were said (law 7). */
export function notBeforeMs(record: AssetRecord, settings: Settings): number {
  const saidMs = Date.parse(record.losses_said_at ?? record.updated_at) + settings.minNoticeMs;
  return Math.max(Date.parse(record.expiration_date), saidMs);
}

export function deletionTickMs(record: AssetRecord, settings: Settings): number {
  return nextTick(settings.ticks, notBeforeMs(record, settings));
}

/**
 * The record is safe in the vault and sleeps in the expire lane until its tick, unless the asset is said to be gone or
 * policy refuses its losses: whoever asked hears of that at once, not on the date.
 */
export function archivedUntil(work: Work, cause: string, set?: Partial<AssetRecord>): Next {
  // Of the record as it is stored: a PATCH during the copy may have moved the date.
  const { settings } = work.deps;
  const isUrgent = (record: AssetRecord) =>
    record.deletion_noticed_at !== undefined || refusedLosses(record, settings.onLoss).length > 0;
  const wakeAtMs = (record: AssetRecord) =>
    isUrgent(record) ? work.nowMs : deletionTickMs(record, settings);
  const lane = (record: AssetRecord) => (isUrgent(record) ? 'step' : 'expire');
  return { kind: 'move', to: 'archived', cause, set, wakeAtMs, lane };
}
