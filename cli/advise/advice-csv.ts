// Advice as a table for spreadsheets: RFC 4180, and no text that somebody else wrote, which a spreadsheet might run.
import type { AdviceReport, AdviceRow } from './report.ts';

const COLUMNS: readonly (readonly [
  string,
  (row: AdviceRow) => string | number | boolean | null | undefined,
])[] = [
  ['asset_id', (row) => row.asset_id],
  ['advice', (row) => row.advice],
  ['reason', (row) => row.reason],
  ['saves_usd_per_month', (row) => row.saves_usd_per_month],
  ['payback_months', (row) => row.figures?.payback_months],
  ['mux_unwatched_usd_per_month', (row) => row.figures?.mux_unwatched_usd_per_month],
  ['mux_cold_usd_per_month', (row) => row.figures?.mux_cold_usd_per_month],
  ['mux_standard_usd_per_month', (row) => row.figures?.mux_standard_usd_per_month],
  ['vault_usd_per_month', (row) => row.figures?.vault_usd_per_month],
  ['archiving_usd', (row) => row.figures?.archiving_usd],
  ['restoring_usd', (row) => row.figures?.restoring_usd],
  ['duration_seconds', (row) => row.duration],
  ['resolution_tier', (row) => row.resolution_tier],
  ['video_quality', (row) => row.video_quality],
  ['static_renditions', (row) => row.static_renditions],
  ['delivered_seconds', (row) => row.delivered_seconds],
  ['master_bytes', (row) => row.figures?.master_bytes],
  ['size_is_assumed', (row) => row.figures?.size_is_assumed],
  ['mbps', (row) => row.figures?.mbps],
  ['break_even_mbps', (row) => row.figures?.break_even_mbps],
];

/** Ids, words and numbers only: nothing has to be quoted. Empty is unknown, and for a payback never. */
export function adviceCsv({ rows }: AdviceReport): string {
  const lines = rows.map((row) => COLUMNS.map(([, read]) => String(read(row) ?? '')));
  return [COLUMNS.map(([name]) => name), ...lines].map((cells) => `${cells.join(',')}\r`).join('\n');
}
