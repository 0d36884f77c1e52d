// `icehouse fidelity`: what a restore brings back of one asset, or brought back.
import type { Command } from 'commander';
import { id } from '../arguments.ts';
import { fidelityView } from '../fidelity-view.ts';
import { type OpenSession, show } from '../session.ts';

export function addFidelity(program: Command, open: OpenSession): void {
  program
    .command('fidelity')
    .summary('what a restore brings back, attribute by attribute')
    .description(
      'Before a restore: what will come back of each attribute of the asset, and how. After it: the new asset compared ' +
        'with the old one, as equal, derived by Mux again, lost, or different without an explanation.',
    )
    .argument('<id>', 'asset id: the first one or any that a restore made', id)
    .addHelpText('after', '\nExample:\n  $ icehouse fidelity 01Tq7hnCrmxvE8OrKhQ7')
    .action(async (asset: string, _options: object, command: Command) => {
      const session = open(command);
      const view = await session.api.fidelity(asset);
      show(session, view, () => fidelityView(view, session.screen));
    });
}
