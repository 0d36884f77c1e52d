// `icehouse status`: everything about one asset.
import type { Command } from 'commander';
import { id } from '../arguments.ts';
import { recordView } from '../render.ts';
import { type OpenSession, show } from '../session.ts';

export function addStatus(program: Command, open: OpenSession): void {
  program
    .command('status')
    .summary('where one asset stands, and how it came there')
    .description('Shows where the video is, what happens next, what a restore would lose, and the history.')
    .argument('<asset>', 'asset id', id)
    .addHelpText('after', '\nExample:\n  $ icehouse status 01Tq7hnCrmxvE8OrKhQ7')
    .action(async (asset: string, _options: object, command: Command) => {
      const session = open(command);
      const record = await session.api.status(asset);
      show(session, record, () => recordView(record, session.screen, session.nowMs()));
    });
}
