// `icehouse restore`: one verb to have a video again, whatever its status.
import { type Command, Option } from 'commander';
import type { Tier } from '../../lambdas/domain/record.ts';
import { id } from '../arguments.ts';
import { isRestoreOver } from '../follow.ts';
import { followOnScreen } from '../follow-on-screen.ts';
import { receipt } from '../render.ts';
import { type OpenSession, show } from '../session.ts';
import { intervalOption } from './watch.ts';

interface Options {
  readonly tier?: Tier;
  readonly user?: string;
  readonly wait?: true;
  readonly interval: number;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  cancelled: 'Nothing had been deleted yet: the request was taken back.',
  already_available: 'Nothing to do: the video plays on Mux.',
};

export function addRestore(program: Command, open: OpenSession): void {
  program
    .command('restore')
    .summary('have a video again, whatever its status')
    .description(
      'Brings the video back to Mux under new ids; before the deletion it takes the request back instead.',
    )
    .argument('<id>', 'asset id: the first one or any that a restore made', id)
    .addOption(
      new Option('--tier <tier>', 'how fast, and how dear').choices(['Bulk', 'Standard', 'Expedited']),
    )
    .option('--user <id>', 'who wants it back; goes on the record')
    .option('--wait', 'stay until the video is back (or is not coming)')
    .addOption(intervalOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ icehouse restore 01Tq7hnCrmxvE8OrKhQ7 --user u-17 --tier Standard --wait',
    )
    .action(async (asset: string, options: Options, command: Command) => {
      const session = open(command);
      const answer = await session.api.restore(asset, options.tier, options.user);
      const sentence = OUTCOMES[answer.outcome];
      const text = () =>
        [...(sentence ? [sentence] : []), receipt(answer, session.screen, session.nowMs())].join('\n\n');
      if (!options.wait || sentence) return show(session, answer, text);
      if (!session.json) session.screen.print(`${text()}\n`);
      const intervalMs = options.interval * 1000;
      const [video] = await followOnScreen(session, [answer.asset_id], { intervalMs, rests: isRestoreOver });
      if (session.json)
        session.screen.print(JSON.stringify(video?.record ?? video?.problem?.problem, null, 2));
    });
}
