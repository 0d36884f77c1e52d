// What archives cost and save, for people: a line for each status, the sums, and what they rest on.
import { bytes, plain } from '../format.ts';
import { type Fact, factTable, paintStatus } from '../render.ts';
import type { Screen } from '../screen.ts';
import { grid } from '../table.ts';
import { usd } from './money.ts';
import type { CostReport, Saving, Totals } from './report.ts';

export function costView(report: CostReport, screen: Screen): string {
  const head = screen.paint('bold', `US dollars a month, at prices of ${report.prices_as_of}`);
  const some = report.by_status.length > 0;
  return [
    ...(some
      ? [`${head}\n${statusTable(report, screen)}`, factTable(sums(report), screen)]
      : ['No archive to reckon with.']),
    ...section('Left out', leftOut(report), screen),
    ...(some ? section('Assumed', report.assumptions, screen) : []),
  ].join('\n\n');
}

function statusTable({ by_status, now }: CostReport, { paint }: Screen): string {
  const head = ['STATUS', 'ASSETS', 'HOURS', 'SIZE', 'VAULT', 'MUX COLD', 'STANDARD', 'SAVES NOW'];
  const row = (name: string, totals: Totals) => [
    name,
    totals.assets.toLocaleString('en-US'),
    (totals.minutes / 60).toLocaleString('en-US', { maximumFractionDigits: 1 }),
    bytes(totals.size_bytes),
    usd(totals.vault_usd_per_month),
    usd(totals.mux_cold_usd_per_month),
    usd(totals.mux_standard_usd_per_month),
    usd(totals.saves_against_mux_cold.usd_per_month),
  ];
  return grid(
    [
      head.map((text) => paint('dim', text)),
      ...by_status.map((totals) => row(paintStatus(paint, totals.status), totals)),
      ...(by_status.length > 1 ? [row('all', now)] : []),
    ],
    { indent: 2 },
  ).text;
}

function sums({ now, once_deleted, months }: CostReport): Fact[] {
  const changes =
    once_deleted.saves_against_mux_cold.usd_per_month !== now.saves_against_mux_cold.usd_per_month;
  return [
    ...savings('saves now', now, months),
    ...(changes ? savings('saves later', once_deleted, months, ', once what waits is deleted') : []),
    ['restoring', `${usd(now.restoring_usd)} once to bring all of them back to Mux${inMonths(once_deleted)}`],
    ['archiving', `${usd(now.archiving_usd)} once, paid already`],
  ];
}

/** Mux cold first: what is archived is what nobody watches. */
function savings(label: string, totals: Totals, months: number, when = ''): Fact[] {
  return [
    [label, `${saving(totals.saves_against_mux_cold, months)} against Mux's own cold storage${when}`],
    ['', `${saving(totals.saves_against_mux_standard, months)} against its standard storage`],
  ];
}

function saving({ usd_per_month, usd_over_months, break_even_months }: Saving, months: number): string {
  const pays =
    break_even_months === null ? 'never pays' : `pays from month ${break_even_months.toFixed(1)} on`;
  return `${usd(usd_per_month)} a month, ${usd(usd_over_months)} over ${months} months, ${pays},`;
}

function inMonths({ restoring_usd, saves_against_mux_cold }: Totals): string {
  const perMonth = saves_against_mux_cold.usd_per_month;
  return perMonth > 0 ? `: ${(restoring_usd / perMonth).toFixed(1)} months of what they save` : '';
}

function leftOut({ left_out }: CostReport): readonly string[] {
  const { nothing_archived, same_archive_as_another, unknown_duration } = left_out;
  const vault = usd(left_out.unknown_duration_vault_usd_per_month);
  return [
    ...(nothing_archived > 0 ? [`${nothing_archived} with nothing in the vault`] : []),
    ...(same_archive_as_another > 0
      ? [`${same_archive_as_another} that share the archive of another record, which is counted once`]
      : []),
    ...(unknown_duration.length > 0
      ? [
          `${unknown_duration.length} of unknown duration (vault ${vault} a month): ${plain(unknown_duration.join(', '))}`,
        ]
      : []),
  ];
}

function section(title: string, lines: readonly string[], { paint, columns }: Screen): string[] {
  if (lines.length === 0) return [];
  const rows = lines.map((line) => ['-', line]);
  return [`${paint('bold', title)}\n${grid(rows, { indent: 2, widths: [1, columns - 7] }).text}`];
}
