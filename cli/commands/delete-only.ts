// `icehouse delete-only`: asks for an asset to be deleted from Mux at its date WITHOUT a copy. Asks back first.
import { type Command, Option } from 'commander';
import { days, id } from '../arguments.ts';
import { confirm } from '../confirm.ts';
import { receipt } from '../render.ts';
import { type OpenSession, show } from '../session.ts';

interface Options {
  readonly user: string;
  readonly expirationDate?: string;
  readonly graceDays?: number;
  readonly reason?: string;
  readonly group?: string;
  readonly yes?: true;
}

const MEANS =
  'NO COPY is made of it: at its date picture, sound, captions and metadata are gone for good. It can be taken back until then (icehouse cancel).';

export function addDeleteOnly(program: Command, open: OpenSession): void {
  program
    .command('delete-only')
    .summary('delete an asset from Mux at its date WITHOUT a copy')
    .description(
      `For spam, errored or moderated assets. ${MEANS} Needs a permission of its own (POST /v1/delete-requests/delete-only).`,
    )
    .argument('<asset>', 'asset id at Mux', id)
    .requiredOption('--user <id>', 'who asks; goes on the record')
    .addOption(
      new Option(
        '--expiration-date <date>',
        'when to delete: 2026-12-24 (end of that UTC day) or ISO with offset',
      ).conflicts('graceDays'),
    )
    .option('--grace-days <n>', 'delete after so many days (the API decides when neither is given)', days)
    .option('--reason <text>', 'why; goes on the record')
    .option('--group <id>', 'a label to list by')
    .option('-y, --yes', 'no question asked')
    .addHelpText(
      'after',
      '\nExample:\n  $ icehouse delete-only 01Tq7hnCrmxvE8OrKhQ7 --user u-17 --grace-days 7 --reason "Spam"',
    )
    .action(async (asset: string, options: Options, command: Command) => {
      const session = open(command);
      session.nameApi();
      if (!options.yes && !(await confirm(`${asset}: ${MEANS}\nGo on?`))) return;
      const record = await session.api.requestDeleteOnly({
        asset_id: asset,
        deleted_by_user_id: options.user,
        expiration_date: options.expirationDate,
        grace_days: options.graceDays,
        reason: options.reason,
        group_id: options.group,
      });
      const takeBack = `Take back: icehouse cancel ${asset}`;
      show(session, record, () => `${receipt(record, session.screen, session.nowMs())}\n\n${takeBack}`);
    });
}
