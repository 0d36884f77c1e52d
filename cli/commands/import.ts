// `icehouse import`: asks for the deletion of many assets, one row of a CSV each.
import type { Command } from 'commander';
import { parseExpirationDate } from '../../lambdas/domain/time.ts';
import type { DeleteRequest } from '../api.ts';
import { addBulkOptions, type BulkOptions, readFileRows, reportPath, runBulk } from '../bulk/bulk-command.ts';
import { countsText, thousands } from '../bulk/bulk-screen.ts';
import { importSheet } from '../bulk/import-sheet.ts';
import { type Entry, NO_JOURNAL, readJournal } from '../bulk/journal.ts';
import type { Row, Rows } from '../bulk/rows.ts';
import { isBad, leftOf } from '../bulk/run.ts';
import { EXIT } from '../problems.ts';
import { type OpenSession, type Session, show } from '../session.ts';

interface Options extends BulkOptions {
  readonly user?: string;
  readonly expirationDate?: string;
  readonly graceDays?: string;
  readonly reason?: string;
  readonly group?: string;
  readonly playback?: string;
  readonly acceptLoss?: string;
}

const MORE = `
Columns: asset_id; deleted_by_user_id, expiration_date or grace_days, reason,
group_id, playback, accept_loss. An option stands for a column wherever a row
has nothing.
Every row is judged before the first is sent. The report beside the file says
what came of each, and a run that was stopped goes on from it. A dry run reads it too,
and ends with 1 when a date is in the past.

Examples:
  $ icehouse import old-videos.csv --user u-17 --grace-days 30 --group spring --dry-run
  $ icehouse import old-videos.csv --user u-17 --grace-days 30 --group spring --wait`;

export function addImport(program: Command, open: OpenSession): void {
  const command = program
    .command('import')
    .summary('ask for many assets, from a CSV, to be archived, then deleted from Mux')
    .description('Sends one request for each row of a CSV with a header; `-` reads standard input.')
    .argument('<file>', 'the CSV')
    .option('--user <id>', 'who asks, for rows that do not say')
    .option('--expiration-date <date>', 'when to delete, for rows that do not say')
    .option('--grace-days <n>', 'delete after so many days, for rows that do not say')
    .option('--reason <text>', 'why, for rows that do not say')
    .option('--group <id>', 'a label to list by, for rows that do not say')
    .option('--playback <what>', 'keep, or revoke once archived, for rows that do not say')
    .option('--accept-loss <codes>', 'losses that are accepted, for rows that do not say');
  addBulkOptions(command)
    .option('--wait', 'stay until every asset is in the vault (or is not going there)')
    .addHelpText('after', MORE)
    .action(async (file: string, options: Options, called: Command) => {
      const session = open(called);
      const rows = await readFileRows(file, importSheet(session.nowMs()), defaultsOf(options));
      if (options.dryRun) return judgeOnly(session, rows, options, reportPath(file, options));
      await runBulk(session, options, reportPath(file, options), {
        command: 'import',
        rows,
        send: async ({ order }) => {
          const { asset_id, status } = await session.api.request(order);
          return { outcome: status, recordId: asset_id };
        },
      });
    });
}

function defaultsOf(options: Options) {
  return {
    deleted_by_user_id: options.user,
    expiration_date: options.expirationDate,
    grace_days: options.graceDays,
    reason: options.reason,
    group_id: options.group,
    playback: options.playback,
    accept_loss: options.acceptLoss,
  };
}

/** What the report of earlier runs and the API would say of the rows, as far as a clock can tell. */
interface Judged {
  readonly rows: Rows<DeleteRequest>;
  readonly standing: readonly Entry[];
  /** Asked for anew with a date that is over; the same request sent once more is none. */
  readonly late: readonly Row<DeleteRequest>[];
}

async function judgeOnly(
  session: Session,
  rows: Rows<DeleteRequest>,
  { retryFailed }: Options,
  report: string | undefined,
): Promise<void> {
  const before = report ? await readJournal(report, 'import') : NO_JOURNAL.before;
  const { standing, queue } = leftOf(rows, before, retryFailed === true);
  const late = queue.filter(({ order }) => isOver(order.expiration_date, session.nowMs()));
  const judged = { rows, standing, late };
  show(session, documentOf(judged), () => judgedText(judged));
  if (late.length > 0) session.exitWith(EXIT.refused);
}

function isOver(date: string | undefined, nowMs: number): boolean {
  return date !== undefined && (parseExpirationDate(date) ?? nowMs + 1) <= nowMs;
}

function documentOf({ rows: { rows, duplicates }, standing, late }: Judged) {
  return {
    command: 'import',
    rows: rows.length,
    duplicates: duplicates.length,
    done_before: standing.filter((entry) => !isBad(entry)).length,
    refused_before: standing.filter(isBad).length,
    would_be_refused: late.map(({ line, assetId }) => ({ line, asset_id: assetId, code: 'DATE_IN_PAST' })),
    groups: groupsOf(rows),
  };
}

/** Lines that are named one by one. */
const SHOWN = 10;

function judgedText(judged: Judged): string {
  const { rows, duplicates, done_before, refused_before, groups } = documentOf(judged);
  const lines = judged.late.map(({ line }) => line);
  const late = lines.length > 0;
  const counts = [
    ...(done_before > 0 ? [`${thousands(done_before)} done by an earlier run`] : []),
    ...(refused_before > 0
      ? [`${thousands(refused_before)} refused by an earlier run (--retry-failed)`]
      : []),
    ...(late ? [`${thousands(lines.length)} would be refused: DATE_IN_PAST (date in the past)`] : []),
  ];
  return [
    `${thousands(rows)} rows${late ? '' : ', all sound'}: nothing was sent.`,
    ...(counts.length > 0 ? [`${counts.join(', ')}.`] : []),
    ...(late
      ? [`In the past: line ${lines.slice(0, SHOWN).join(', ')}${lines.length > SHOWN ? ' …' : ''}.`]
      : []),
    ...(duplicates > 0 ? [`${thousands(duplicates)} name an asset once more and would be skipped.`] : []),
    `By group: ${countsText(groups)}`,
  ].join('\n');
}

function groupsOf(rows: Rows<DeleteRequest>['rows']): Record<string, number> {
  const groups: Record<string, number> = {};
  for (const { order } of rows) {
    const group = order.group_id ?? '(none)';
    groups[group] = (groups[group] ?? 0) + 1;
  }
  return groups;
}
