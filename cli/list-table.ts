// Many records for people, one or two lines each.
import type { PublicRecord } from './api.ts';
import { bytes, day, plain, relative } from './format.ts';
import { paintStatus } from './render.ts';
import type { Screen } from './screen.ts';
import { grid } from './table.ts';

type Paint = Screen['paint'];

/** One line per record where that fits, or where a program reads along; else two lines, so that no id is cut. */
export function recordTable(records: readonly PublicRecord[], screen: Screen, nowMs: number): string {
  const wide = wideTable(records, screen.paint, nowMs);
  return wide.width <= screen.columns || !screen.isTerminal
    ? wide.text
    : stackedTable(records, screen, nowMs);
}

function wideTable(records: readonly PublicRecord[], paint: Paint, nowMs: number) {
  const head = ['ASSET', 'STATUS', 'TITLE', 'EXPIRES', 'NEXT', 'SIZE'].map((text) => paint('dim', text));
  const rows = records.map((record) => [
    record.asset_id,
    paintStatus(paint, record.status),
    plain(record.title ?? '') || '-',
    expiryOf(record),
    nextStep(record, nowMs),
    sizeOf(record),
  ]);
  return grid([head, ...rows]);
}

function stackedTable(records: readonly PublicRecord[], { paint, columns }: Screen, nowMs: number): string {
  const head = ['ASSET', 'STATUS', 'EXPIRES / NEXT', 'SIZE'].map((text) => paint('dim', text));
  const rows = records.flatMap((record) => [
    [
      record.title ? plain(record.title) : record.asset_id,
      paintStatus(paint, record.status),
      expiryOf(record),
      sizeOf(record),
    ],
    [record.title ? paint('dim', record.asset_id) : '', '', paint('dim', nextStep(record, nowMs)), ''],
  ]);
  const longestId = Math.max(...records.map((record) => record.asset_id.length));
  const widths = [Math.max(longestId, Math.min(columns - 38, 60)), 9, 14, 7];
  return grid([head, ...rows], { widths, cut: true }).text;
}

function nextStep(record: PublicRecord, nowMs: number): string {
  if (record.failure) return record.failure.code;
  if (record.superseded_by) return 'superseded';
  if (!record.next_action_at) return '-';
  return Date.parse(record.next_action_at) <= nowMs
    ? 'now'
    : relative(record.next_action_at, nowMs, 'narrow');
}

function sizeOf({ archive, progress }: PublicRecord): string {
  const sizeBytes = archive?.size_bytes ?? progress?.bytes_total;
  return sizeBytes === undefined ? '-' : bytes(sizeBytes);
}

function expiryOf({ status, mode, expiration_date }: PublicRecord): string {
  return status === 'cancelled' ? '-' : mode === 'archive_only' ? 'never' : day(expiration_date);
}
