// `icehouse cancel`: takes a request back before the asset is deleted.
import type { Command } from 'commander';
import { id } from '../arguments.ts';
import { receipt } from '../render.ts';
import { type OpenSession, show } from '../session.ts';

export function addCancel(program: Command, open: OpenSession): void {
  program
    .command('cancel')
    .summary('take a request back before the asset is deleted')
    .description(
      'Takes the request back. A copy that is finished stays in the vault; once deleted, `restore` is the way.',
    )
    .argument('<asset>', 'asset id', id)
    .option('--user <id>', 'who takes it back; goes on the record')
    .option('--reason <text>', 'why; goes on the record')
    .addHelpText('after', '\nExample:\n  $ icehouse cancel 01Tq7hnCrmxvE8OrKhQ7 --user u-17')
    .action(async (asset: string, options: { user?: string; reason?: string }, command: Command) => {
      const session = open(command);
      const record = await session.api.cancel(asset, { user_id: options.user, reason: options.reason });
      show(session, record, () => receipt(record, session.screen, session.nowMs()));
    });
}
