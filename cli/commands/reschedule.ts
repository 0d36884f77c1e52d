// `icehouse reschedule`: moves the date of a request.
import type { Command } from 'commander';
import { id, neverOr } from '../arguments.ts';
import { receipt } from '../render.ts';
import { type OpenSession, show } from '../session.ts';

interface Options {
  readonly expirationDate?: string;
  readonly archiveUntil?: string;
  readonly user: string;
  readonly reason: string;
}

export function addReschedule(program: Command, open: OpenSession): void {
  program
    .command('reschedule')
    .summary('move the date on which an asset will be deleted, or its archive ends')
    .description(
      'Moves the date of a request, sooner or later, as long as the asset has not been deleted; or the end of its archive.',
    )
    .argument('<asset>', 'asset id', id)
    .option('--expiration-date <date>', 'the new date: 2026-12-24 (end of that UTC day) or ISO with offset')
    .option('--archive-until <date>', 'when the archive ends: such a date, or never')
    .requiredOption('--user <id>', 'who moves it; goes on the record')
    .requiredOption('--reason <text>', 'why; goes on the record')
    .addHelpText(
      'after',
      '\nExample:\n  $ icehouse reschedule 01Tq7hnCrmxvE8OrKhQ7 --expiration-date 2027-03-31 \\\n      --user u-17 --reason "Legal needs it longer"',
    )
    .action(async (asset: string, options: Options, command: Command) => {
      if (options.expirationDate === undefined && options.archiveUntil === undefined)
        command.error('error: give --expiration-date, --archive-until, or both');
      const session = open(command);
      const record = await session.api.reschedule(asset, {
        expiration_date: options.expirationDate,
        archive_until: neverOr(options.archiveUntil),
        user_id: options.user,
        reason: options.reason,
      });
      show(session, record, () => receipt(record, session.screen, session.nowMs()));
    });
}
