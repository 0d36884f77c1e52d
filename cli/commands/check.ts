// `icehouse check`: what a delete request for an asset would come to, before anybody makes it.
import type { Command } from 'commander';
import { id } from '../arguments.ts';
import { checkView } from '../check-view.ts';
import { type OpenSession, show } from '../session.ts';

export function addCheck(program: Command, open: OpenSession): void {
  program
    .command('check')
    .summary('what a delete request would come to, before it is made')
    .description(
      'Looks at the asset on Mux: whether it can be archived, what a restore would lose, how large it is about, and what ' +
        'archiving, keeping and restoring it costs. Changes nothing, and says so if there is a request already.',
    )
    .argument('<asset>', 'asset id', id)
    .addHelpText('after', '\nExample:\n  $ icehouse check 01Tq7hnCrmxvE8OrKhQ7')
    .action(async (asset: string, _options: object, command: Command) => {
      const session = open(command);
      const check = await session.api.check(asset);
      show(session, check, () => checkView(check, session.screen));
    });
}
