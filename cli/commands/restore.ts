// `icehouse restore`: one verb to have a video again, whatever its status.
import { type Command, Option } from 'commander';
import type { Tier } from '../../lambdas/domain/record.ts';
import type { RestoreWish } from '../api.ts';
import { ids } from '../arguments.ts';
import {
  addRestoreManyOptions,
  isMany,
  MANY_EXAMPLES,
  type RestoreManyOptions,
  restoreMany,
} from '../bulk/restore-many.ts';
import { isRestoreOver } from '../follow.ts';
import { followOnScreen } from '../follow-on-screen.ts';
import { receipt } from '../render.ts';
import {
  RESTORE_TO_HELP,
  type RestoreToOptions,
  restoreTo,
  restoreToOptions,
} from '../retrieve/restore-to.ts';
import { type OpenSession, show } from '../session.ts';
import { intervalOption } from './watch.ts';

interface Options extends RestoreToOptions, RestoreManyOptions {
  readonly tier?: Tier;
  readonly needBy?: string;
  readonly user?: string;
  readonly reason?: string;
  readonly wait?: true;
  readonly interval: number;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  cancelled: 'Nothing had been deleted yet: the request was taken back.',
  already_available: 'Nothing to do: the video plays on Mux.',
};

export function addRestore(program: Command, open: OpenSession, s3: { readonly pathStyle: boolean }): void {
  const restore = program
    .command('restore')
    .summary('have a video again, whatever its status')
    .description(
      'Brings the video back to Mux under new ids; before the deletion it takes the request back instead.',
    )
    .argument('[id...]', 'asset id: the first one or any that a restore made', ids)
    .addOption(
      new Option('--tier <tier>', 'how fast, and how dear').choices(['Bulk', 'Standard', 'Expedited']),
    )
    .option('--need-by <time>', 'take the cheapest tier in time: 2026-12-24 or ISO with offset')
    .option('--user <id>', 'who wants it back; goes on the record')
    .option('--reason <text>', 'why; goes on the record')
    .option('--wait', 'stay until the video is back (or is not coming)')
    .addOption(intervalOption())
    .addHelpText(
      'after',
      '\nExample:\n  $ icehouse restore 01Tq7hnCrmxvE8OrKhQ7 --user u-17 --tier Standard --wait',
    )
    .addHelpText('after', RESTORE_TO_HELP)
    .addHelpText('after', MANY_EXAMPLES)
    .action(async (assets: readonly string[], options: Options, command: Command) => {
      if (await restoreTo(command, () => open(command), assets, options, s3)) return;
      if (isMany(assets, options)) return restoreMany(open(command), options);
      const [asset] = assets;
      if (asset === undefined || assets.length > 1)
        command.error('error: one asset id; with --to any number');
      const session = open(command);
      const answer = await session.api.restore(asset, wishOf(options, command));
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
  addRestoreManyOptions(restore);
  for (const option of restoreToOptions()) restore.addOption(option);
}

function wishOf({ tier, needBy, user, reason }: Options, command: Command): RestoreWish {
  if (tier && needBy) command.error('error: --tier and --need-by exclude each other');
  return { tier, need_by: needBy, user_id: user, reason };
}
