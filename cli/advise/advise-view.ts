// Advice for people: what would save how much, each asset with its reason, and what the figures rest on.
import { ASSUMED_MBPS } from '../../lambdas/domain/advice.ts';
import { usd, usdFine } from '../cost/money.ts';
import { clockTime, day, plain } from '../format.ts';
import type { Screen } from '../screen.ts';
import { grid } from '../table.ts';
import type { AdviceReport, AdviceRow, RowFigures } from './report.ts';

const HEADS: Readonly<Record<AdviceRow['advice'], string>> = {
  archive: 'Archive',
  remove_static_renditions: 'Remove the static renditions',
  leave_on_mux: 'Leave on Mux',
};

export function adviseView(report: AdviceReport, screen: Screen): string {
  const kinds = Map.groupBy(report.rows, ({ advice }) => advice);
  return [
    ...(['archive', 'remove_static_renditions', 'leave_on_mux'] as const).flatMap((kind) => {
      const rows = kinds.get(kind) ?? [];
      return rows.length > 0 ? [kindView(kind, rows, report, screen)] : [];
    }),
    ...(report.rows.length === 0 ? ['No assets.'] : []),
    ...notFound(report),
    `${screen.paint('bold', 'Assumed')}\n${lines(assumptions(report), screen)}`,
  ].join('\n\n');
}

function kindView(
  kind: AdviceRow['advice'],
  rows: readonly AdviceRow[],
  report: AdviceReport,
  screen: Screen,
): string {
  const { paint } = screen;
  const savesUsd = rows.reduce((sum, row) => sum + row.saves_usd_per_month, 0);
  const saves = kind === 'leave_on_mux' ? '' : `, saves ${usd(savesUsd)} a month`;
  const head = paint('bold', `${HEADS[kind]}: ${assets(rows.length)}${saves}`);
  const each = rows.map((row) => {
    const title = row.title ? `  ${plain(row.title).slice(0, 60)}` : '';
    return `  ${row.asset_id}${paint('dim', title)}\n${indented(why(row, report), screen)}`;
  });
  return [head, ...each].join('\n');
}

/** The reason in a sentence, with its figures. */
function why(row: AdviceRow, report: AdviceReport): string {
  const { figures } = row;
  const length = row.duration === undefined ? '' : `${clockTime(row.duration)}: `;
  if (!figures) return plain(row.obstacle ?? 'Mux does not say how long it is.');
  if (row.advice === 'archive') return `${length}${archiveWhy(row, figures, report)}`;
  if (row.advice === 'remove_static_renditions') return `${length}${removeWhy(row, figures)}`;
  return `${length}${leaveWhy(row, figures, report)}`;
}

function archiveWhy(row: AdviceRow, figures: RowFigures, { thresholds }: AdviceReport): string {
  const without = usdFine(figures.mux_unwatched_usd_per_month - figures.mux_cold_usd_per_month);
  const onMux =
    row.static_renditions > 0
      ? `${usdFine(figures.mux_unwatched_usd_per_month)} on Mux with its static renditions, of which removing them would save ${without}`
      : `${usdFine(figures.mux_cold_usd_per_month)} on Mux, cold`;
  return (
    `saves ${usdFine(row.saves_usd_per_month)} a month (${onMux}; ${usdFine(figures.vault_usd_per_month)} in the vault); ` +
    `${payback(figures)} even if ${percent(thresholds.restored_share)} are restored, at ${usdFine(figures.restoring_usd)} each.`
  );
}

function removeWhy(row: AdviceRow, figures: RowFigures): string {
  return (
    `saves ${usdFine(row.saves_usd_per_month)} a month: ${usdFine(figures.mux_unwatched_usd_per_month)} with its static renditions, ` +
    `${usdFine(figures.mux_cold_usd_per_month)} without, since Mux keeps it cold then. Their URLs end with them. Archiving it does not pay besides.`
  );
}

function leaveWhy(row: AdviceRow, figures: RowFigures, { thresholds }: AdviceReport): string {
  const [cold, vault] = [usdFine(figures.mux_cold_usd_per_month), usdFine(figures.vault_usd_per_month)];
  switch (row.reason) {
    case 'watched_lately':
      return `watched for ${clockTime(row.delivered_seconds)} in these days.`;
    case 'too_short':
      return `shorter than ${thresholds.min_seconds} s; Mux asks ${cold} a month for it.`;
    case 'bitrate_too_high':
      return `at ${figures.mbps} Mbps the vault would cost ${vault} a month and Mux ${cold}, cold; below ${figures.break_even_mbps} Mbps it would pay.`;
    case 'saving_too_small':
      return `archiving would save ${usdFine(figures.mux_cold_usd_per_month - figures.vault_usd_per_month)} a month.`;
    default:
      return `${payback(figures)} if ${percent(thresholds.restored_share)} are restored, at ${usdFine(figures.restoring_usd)} each.`;
  }
}

function payback({ payback_months }: RowFigures): string {
  return payback_months === null ? 'never pays' : `pays back after ${payback_months.toFixed(1)} months`;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function notFound({ missing, unreadable }: AdviceReport): string[] {
  return [
    ...(missing.length > 0 ? [`Not in this Mux environment: ${missing.join(', ')}`] : []),
    ...(unreadable > 0 ? [`${assets(unreadable)} in a form that could not be read.`] : []),
  ];
}

function assumptions({ window, prices_as_of, thresholds, rows }: AdviceReport): readonly string[] {
  const tiers = Object.entries(ASSUMED_MBPS).map(([tier, mbps]) => `${tier} ${mbps}`);
  const bitrate =
    thresholds.mbps === undefined
      ? `Mux does not say how large a master is: reckoned at so many Mbps: ${tiers.join(', ')}. --mbps sets yours.`
      : `Mux does not say how large a master is: reckoned at ${thresholds.mbps} Mbps.`;
  return [
    `Watched is what Mux delivered from ${day(window.from)} to ${day(window.to)}; it knows nothing of the last 12 hours.`,
    'What nobody watches costs on Mux what cold storage costs, and archiving has to beat that.',
    ...(rows.some(({ figures }) => figures?.size_is_assumed) ? [bitrate] : []),
    `The vault is ${thresholds.storage_class}; prices are of ${prices_as_of}. Mux's are list prices unless MUX_PRICES says others.`,
  ];
}

function assets(count: number): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? 'asset' : 'assets'}`;
}

function indented(text: string, { columns }: Screen): string {
  return grid([[text]], { indent: 4, widths: [columns - 6] }).text;
}

function lines(texts: readonly string[], { columns }: Screen): string {
  return grid(
    texts.map((text) => ['-', text]),
    { indent: 2, widths: [1, columns - 7] },
  ).text;
}
