// `icehouse restore --from FILE.csv`, or with --status and --group: many videos back, their price said first.
import type { Command } from 'commander';
import { Option } from 'commander';
import type { Quote } from '../../lambdas/domain/quote.ts';
import { STATUSES, type Status, type Tier } from '../../lambdas/domain/record.ts';
import { confirm } from '../confirm.ts';
import { aboutDollars, plain } from '../format.ts';
import { CommandError } from '../problems.ts';
import { type Session, show } from '../session.ts';
import { addBulkOptions, type BulkOptions, readFileRows, reportPath, runBulk } from './bulk-command.ts';
import { usageError } from './bulk-problems.ts';
import { bulkView, thousands } from './bulk-screen.ts';
import { Pace } from './pace.ts';
import { type RestoreOrder, restoreSheet } from './restore-sheet.ts';
import { digestOf, type Row, type Rows } from './rows.ts';
import { recordsIn } from './wait.ts';

export interface RestoreManyOptions extends BulkOptions {
  readonly from?: string;
  readonly status?: Status;
  readonly group?: string;
  readonly yes?: true;
  readonly tier?: Tier;
  readonly needBy?: string;
  readonly user?: string;
  readonly reason?: string;
}

export const MANY_EXAMPLES = `
Many at once: a CSV with the columns asset_id, tier, need_by, user, reason; or
all of a status and a group. An option stands for a column wherever a row has nothing.
--group takes those that are deleted (or in --status) only; \`icehouse group GROUP
--restore\` has all of the group again, whatever their status.
  $ icehouse restore --from videos.csv --tier Bulk --user u-17 --wait
  $ icehouse restore --status deleted --group spring --dry-run`;

export function addRestoreManyOptions(command: Command): Command {
  return addBulkOptions(command)
    .addOption(
      new Option('--from <file>', 'many: a CSV; `-` reads standard input').conflicts(['status', 'group']),
    )
    .addOption(new Option('--status <status>', 'many: all in this status').choices(STATUSES).conflicts('to'))
    .addOption(
      new Option(
        '--group <id>',
        'many: all of this group, deleted ones unless --status says otherwise',
      ).conflicts('to'),
    )
    .option('--yes', 'ask nothing');
}

/** Whether the options name many. Throws CommandError when they name an asset too, or nothing at all. */
export function isMany(assets: readonly string[] = [], options: RestoreManyOptions): boolean {
  const { from, status, group, dryRun, report, retryFailed } = options;
  const many = from !== undefined || status !== undefined || group !== undefined;
  // A dry run that restores would be worse than none.
  if (!many && (dryRun || report || retryFailed))
    throw usageError(
      'NOT_MANY',
      '--dry-run, --report and --retry-failed go with --from, --status or --group.',
      '`icehouse quote ASSET` says what one restore would cost.',
    );
  if (many !== assets.length > 0) return many;
  const detail = many
    ? 'An asset id, and many others besides.'
    : 'Neither an asset id nor --from, --status or --group.';
  throw usageError('WHICH_ASSETS', detail, 'Name one asset, or a file, or a status and a group.');
}

export async function restoreMany(session: Session, options: RestoreManyOptions): Promise<void> {
  const pace = new Pace(options.rate, session);
  const rows = await rowsOf(session, options, pace);
  const asksFirst = options.from === undefined && !options.yes;
  if (options.dryRun || (asksFirst && rows.rows.length > 0)) {
    const costs = await askPrices(session, rows, pace);
    if (options.dryRun) return show(session, checked(rows, costs), () => checkedText(rows, costs));
    if (!session.json) session.screen.print(checkedText(rows, costs));
    session.nameApi();
    if (
      !(await confirm(`Restore ${thousands(rows.rows.length)} assets for ${aboutDollars(costs.totalUsd)}?`))
    )
      return;
  }
  await runBulk(session, options, reportPath(options.from, options), {
    command: 'restore',
    rows,
    send: async ({ assetId, order }) => {
      const { outcome, asset_id, warnings } = await session.api.restore(assetId, order);
      return { outcome, recordId: asset_id, message: warnings.join(' ') };
    },
  });
}

async function rowsOf(
  session: Session,
  options: RestoreManyOptions,
  pace: Pace,
): Promise<Rows<RestoreOrder>> {
  const { from, status, group, tier, needBy, user, reason } = options;
  if (tier && needBy)
    throw usageError('BOTH_WISHES', '--tier and --need-by exclude each other.', 'Give one.');
  const sheet = restoreSheet(session.nowMs());
  if (from !== undefined) return readFileRows(from, sheet, { tier, need_by: needBy, user, reason });
  const order = { tier, need_by: needBy, user_id: user, reason };
  const rows: Row<RestoreOrder>[] = [];
  for await (const { asset_id } of recordsIn(
    { api: session.api, pace },
    { status: status ?? 'deleted', group_id: group },
  ))
    rows.push({ line: rows.length + 1, assetId: asset_id, order, digest: digestOf(order) });
  return { rows, duplicates: [] };
}

interface Costs {
  readonly totalUsd: number;
  /** Rows by the tier that would be taken; `free` reads nothing back. */
  readonly tiers: Readonly<Record<string, number>>;
  /** Rows that would be refused, or that have no price. */
  readonly problems: readonly {
    readonly line: number;
    readonly asset_id: string;
    readonly code: string;
    readonly message: string;
  }[];
}

/** One quote per row, at the pace of the calls. Throws CommandError when the API is not there. */
async function askPrices(session: Session, { rows }: Rows<RestoreOrder>, pace: Pace): Promise<Costs> {
  const view = bulkView(session, 'prices');
  const queue = [...rows];
  const tiers: Record<string, number> = {};
  const problems: Costs['problems'][number][] = [];
  let [totalUsd, done] = [0, 0];
  const worker = async () => {
    for (let row = queue.shift(); row; row = queue.shift()) {
      const { assetId, order, line } = row;
      try {
        const { tier, usd } = priceOf(
          await pace.call(() => session.api.quote(assetId, order.need_by)),
          order,
        );
        tiers[tier] = (tiers[tier] ?? 0) + 1;
        totalUsd += usd;
      } catch (error) {
        if (!(error instanceof CommandError) || error.passing) throw error;
        problems.push({ line, asset_id: assetId, code: error.code, message: error.message });
      }
      done += 1;
      view.progress({ total: rows.length, done, counts: tiers });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker)).finally(view.done);
  return { totalUsd, tiers, problems: problems.sort((a, b) => a.line - b.line) };
}

const AT_ONCE = 8;

function priceOf(quote: Quote, { tier }: RestoreOrder): { tier: string; usd: number } {
  if (quote.chosen === null) return { tier: 'free', usd: quote.estimated_cost_usd };
  const offer = tier && quote.offers.find((each) => each.tier === tier);
  if (offer) return { tier: offer.tier, usd: offer.total_usd };
  return { tier: tier ? `${tier} is not offered` : quote.chosen, usd: quote.estimated_cost_usd };
}

function checked({ rows, duplicates }: Rows<RestoreOrder>, { totalUsd, tiers, problems }: Costs) {
  const estimated_cost_usd = Math.round(totalUsd * 1e6) / 1e6;
  return {
    command: 'restore',
    rows: rows.length,
    duplicates: duplicates.length,
    estimated_cost_usd,
    tiers,
    problems,
  };
}

/** Problems that are shown one by one. */
const SHOWN = 10;

function checkedText({ rows, duplicates }: Rows<RestoreOrder>, { totalUsd, tiers, problems }: Costs): string {
  const by = Object.entries(tiers).map(([tier, count]) => `${thousands(count)} ${tier}`);
  return [
    `${thousands(rows.length)} assets, ${aboutDollars(totalUsd)}${by.length > 0 ? `: ${by.join(', ')}` : ''}.`,
    ...(duplicates.length > 0
      ? [`${thousands(duplicates.length)} rows name an asset once more and are skipped.`]
      : []),
    ...(problems.length > 0 ? [`${thousands(problems.length)} have no price:`] : []),
    ...problems
      .slice(0, SHOWN)
      .map(({ line, asset_id, code, message }) => plain(`  line ${line}, ${asset_id}: ${code}: ${message}`)),
    ...(problems.length > SHOWN ? [`  and ${thousands(problems.length - SHOWN)} more`] : []),
  ].join('\n');
}
