// How fast a copy goes, how long it still takes, and the bar that shows it. Pure: the time of a look is an argument.
import { isArchiveOnly, isDeleteOnly } from '../lambdas/domain/modes.ts';
import type { PublicRecord } from './api.ts';
import { bytes, bytesOf, clockTime, day, minute, plain } from './format.ts';

export interface Sample {
  readonly atMs: number;
  readonly bytesDone: number;
}

/** Parts land in lumps, so the rate is that of the last half minute. */
const WINDOW_MS = 30_000;

/** The samples that a rate is taken from, with the newest; bytes that went back start it afresh. */
export function sampled(samples: readonly Sample[], newest: Sample): readonly Sample[] {
  if ((samples.at(-1)?.bytesDone ?? 0) > newest.bytesDone) return [newest];
  return [...samples.filter((sample) => newest.atMs - sample.atMs <= WINDOW_MS), newest];
}

/** Undefined while nothing moved. */
export function bytesPerSecond(samples: readonly Sample[]): number | undefined {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.bytesDone <= first.bytesDone) return undefined;
  return ((last.bytesDone - first.bytesDone) * 1000) / (last.atMs - first.atMs);
}

export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

export interface CopyProgress {
  readonly bytes_done: number;
  readonly bytes_total: number;
}

/** `0.61/1.23 GB  48.1 MB/s  ETA 0:17`. */
export function copyFigures(progress: CopyProgress, samples: readonly Sample[]): string {
  const rate = bytesPerSecond(samples);
  const leftBytes = progress.bytes_total - progress.bytes_done;
  return [
    bytesOf(progress.bytes_done, progress.bytes_total),
    ...(rate ? [`${bytes(rate)}/s`, `ETA ${clockTime(leftBytes / rate)}`] : []),
  ].join('  ');
}

export function shareOf(progress: CopyProgress): number {
  return progress.bytes_total === 0 ? 0 : progress.bytes_done / progress.bytes_total;
}

/** What a record that is not being copied says in a line. */
export function note(record: PublicRecord): string {
  if (record.failure) return `${record.failure.code}: ${plain(record.failure.message)}`;
  if (isArchiveOnly(record) && record.status === 'archived') return `${sizeNote(record)}, and stays on Mux`;
  if (record.status === 'archived') return `${sizeNote(record)}, on Mux until ${day(staysUntil(record))}`;
  if (record.status === 'scheduled') return `NOT copied, on Mux until ${day(staysUntil(record))}`;
  if (record.status === 'deleted')
    return isDeleteOnly(record) && !record.archive ? 'no copy' : sizeNote(record);
  if (record.purge && record.status === 'purging')
    return `goes for good from ${minute(record.purge.executes_at)}`;
  if (record.status === 'thawing' && record.restore) return `readable by ${minute(record.restore.ready_by)}`;
  if (record.superseded_by) return `see ${record.superseded_by}`;
  if (record.status === 'restored') return `now ${record.current_asset_id ?? 'gone from Mux'}`;
  if (record.position) return [inLine(record), ...expectation(record)].join(', ');
  return [plain(record.waiting_for ?? ''), ...expectation(record)].filter(Boolean).join(', ');
}

function expectation({ expected_by }: PublicRecord): string[] {
  return expected_by ? [`expected by ${minute(expected_by)}`] : [];
}

/** `number 342 in line`; the longest lines are not counted to their end. */
export function inLine({ position, position_is_least }: PublicRecord): string {
  return `number ${position}${position_is_least ? ' or later' : ''} in line`;
}

/** When an archived asset is deleted: the first tick at or after its date. A wake for other work may come sooner. */
export function staysUntil({ next_action_at = '', expiration_date }: PublicRecord): string {
  // Both are UTC with milliseconds, so the greater text is the later time.
  return next_action_at > expiration_date ? next_action_at : expiration_date;
}

function sizeNote({ archive }: PublicRecord): string {
  return archive ? `${bytes(archive.size_bytes)} in the vault` : 'in the vault';
}
