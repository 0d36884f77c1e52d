// `icehouse quote`: what a restore would cost by each tier, item by item, and when the video would be readable.
import type { Command } from 'commander';
import { id } from '../arguments.ts';
import { quoteView } from '../quote-view.ts';
import { type OpenSession, show } from '../session.ts';

interface Options {
  readonly needBy?: string;
}

export function addQuote(program: Command, open: OpenSession): void {
  program
    .command('quote')
    .summary('what a restore would cost, and when it would be ready')
    .description(
      'Shows the price of a restore by tier and by item, and which tier it would take. Changes nothing.',
    )
    .argument('<id>', 'asset id: the first one or any that a restore made', id)
    .option('--need-by <time>', 'choose by this time: 2026-12-24 (end of that UTC day) or ISO with offset')
    .addHelpText(
      'after',
      '\nExample:\n  $ icehouse quote 01Tq7hnCrmxvE8OrKhQ7 --need-by 2026-12-24T09:00:00+01:00',
    )
    .action(async (asset: string, { needBy }: Options, command: Command) => {
      const session = open(command);
      const quote = await session.api.quote(asset, needBy);
      show(session, quote, () => quoteView(quote, session.screen, session.nowMs()));
    });
}
