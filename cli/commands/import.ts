// `icehouse import`: asks for the deletion of many assets, one row of a CSV each.
import type { Command } from 'commander';
import type { DeleteRequest } from '../api.ts';
import { addBulkOptions, type BulkOptions, readFileRows, reportPath, runBulk } from '../bulk/bulk-command.ts';
import { countsText, thousands } from '../bulk/bulk-screen.ts';
import { importSheet } from '../bulk/import-sheet.ts';
import type { Rows } from '../bulk/rows.ts';
import { type OpenSession, show } from '../session.ts';

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
what came of each, and a run that was stopped goes on from it.

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
      if (options.dryRun) return show(session, checked(rows), () => checkedText(rows));
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

function checked({ rows, duplicates }: Rows<DeleteRequest>) {
  return { command: 'import', rows: rows.length, duplicates: duplicates.length, groups: groupsOf(rows) };
}

function checkedText({ rows, duplicates }: Rows<DeleteRequest>): string {
  return [
    `${thousands(rows.length)} rows, all sound: nothing was sent.`,
    ...(duplicates.length > 0
      ? [`${thousands(duplicates.length)} name an asset once more and would be skipped.`]
      : []),
    `By group: ${countsText(groupsOf(rows))}`,
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
