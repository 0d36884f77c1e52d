// `icehouse slim`: what could be taken from a video that stays on Mux, what that frees, and the taking itself.
import { type Command, Option } from 'commander';
import type { SlimBody, Slimmed } from '../../client/icehouse.ts';
import { id } from '../arguments.ts';
import { type OpenSession, show } from '../session.ts';
import { choicesView, slimView } from '../slim-view.ts';

const SCOPES = ['static_renditions', 'track', 'playback_id'] as const satisfies readonly SlimBody['scope'][];

interface SlimOptions {
  readonly scope?: SlimBody['scope'];
  readonly id?: string;
  readonly user?: string;
  readonly reason?: string;
  readonly dryRun?: true;
  readonly acceptLoss?: true;
}

export function addSlim(program: Command, open: OpenSession): void {
  program
    .command('slim')
    .summary('take parts from a video that stays on Mux: MP4 files, a track, a playback id')
    .description(
      'Without --scope it shows what could go, and what each frees. What goes is written into the vault first, with the ' +
        'text of captions and the call that brings it back; the video itself stays, and so does its primary audio.',
    )
    .argument('<asset>', 'asset id', id)
    .addOption(new Option('--scope <scope>', 'what to take').choices(SCOPES))
    .option('--id <id>', 'which one; without it all static renditions', id)
    .option('--user <id>', 'who takes it')
    .option('--reason <text>', 'why')
    .option('--dry-run', 'only show what would go')
    .option('--accept-loss', 'also what can be neither saved nor made again')
    .addHelpText(
      'after',
      '\nExample:\n  $ icehouse slim 01Tq7hnCrmxvE8OrKhQ7\n  $ icehouse slim 01Tq7hnCrmxvE8OrKhQ7 --scope static_renditions --user u-17 --reason "nobody downloads them"',
    )
    .action(async (asset: string, options: SlimOptions, command: Command) => {
      const session = open(command);
      const { scope, id: of, user, reason, acceptLoss: accept_loss } = options;
      // Looking is nobody's act, and no trail keeps it.
      const look = { user_id: user ?? 'cli', reason: reason ?? 'dry run', dry_run: true };
      if (scope === undefined) {
        if (of !== undefined) return command.error('error: --id needs --scope');
        const scopes: Slimmed[] = [];
        for (const each of SCOPES) scopes.push(await session.api.slim(asset, { ...look, scope: each }));
        return show(session, { asset_id: asset, scopes }, () => choicesView(asset, scopes, session.screen));
      }
      if (options.dryRun) {
        const seen = await session.api.slim(asset, { ...look, scope, id: of });
        return show(session, seen, () => slimView(seen, session.screen));
      }
      if (user === undefined || reason === undefined)
        return command.error('error: taking something needs --user <id> and --reason <text>');
      if (scope !== 'static_renditions' && of === undefined)
        return command.error(`error: --scope ${scope} needs --id; without --scope all there are is shown`);
      const body = { scope, id: of, user_id: user, reason, accept_loss };
      const taken = await session.api.slim(asset, body);
      show(session, taken, () => slimView(taken, session.screen));
    });
}
