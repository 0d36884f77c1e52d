// `icehouse watch`: follows videos until each has come to rest.
import { type Command, Option } from 'commander';
import { ids, seconds } from '../arguments.ts';
import { isAtRest } from '../follow.ts';
import { followOnScreen } from '../follow-on-screen.ts';
import type { OpenSession } from '../session.ts';

interface Options {
  readonly interval: number;
}

export function addWatch(program: Command, open: OpenSession): void {
  program
    .command('watch')
    .summary('follow assets until each has come to rest')
    .description(
      'A line per video, until it is archived (and its date more than ten minutes away), deleted, restored, cancelled or failed. ' +
        'Ends with 0 when all went well, with 1 when one failed.',
    )
    .argument('<asset...>', 'asset ids', ids)
    .addOption(intervalOption())
    .addHelpText('after', '\nExample:\n  $ icehouse watch 01Tq7hnCrmxvE8OrKhQ7 zGyWIBJsPRz5U00xM8')
    .action(async (assets: readonly string[], options: Options, command: Command) => {
      const session = open(command);
      const videos = await followOnScreen(session, assets, {
        intervalMs: options.interval * 1000,
        rests: isAtRest,
      });
      if (!session.json) return;
      const data = videos.flatMap((video) => video.record ?? []);
      const problems = videos.flatMap((video) => video.problem?.problem ?? []);
      session.screen.print(JSON.stringify({ data, problems }, null, 2));
    });
}

export function intervalOption(): Option {
  return new Option('--interval <seconds>', 'first wait between two looks; grows while nothing changes')
    .argParser(seconds)
    .default(1);
}
