// `icehouse status`: the timeline of one video, whichever of its ids is named.
import type { Command } from 'commander';
import type { IcehouseApi } from '../api.ts';
import { id } from '../arguments.ts';
import { type OpenSession, show } from '../session.ts';
import { type Standing, statusView } from '../status-view.ts';

export function addStatus(program: Command, open: OpenSession): void {
  program
    .command('status')
    .summary('the timeline of one video: what happened, what comes next')
    .description(
      'Shows where a video stands, what happened to it, by whom and why, and what happens next and when. Any asset id of its ' +
        'lineage will do: it is followed to what the video is now. With --json, the record.',
    )
    .argument('<id>', 'asset id: the first one or any that a restore made', id)
    .addHelpText('after', '\nExample:\n  $ icehouse status 01Tq7hnCrmxvE8OrKhQ7')
    .action(async (asset: string, _options: object, command: Command) => {
      const session = open(command);
      const standing = await standingOf(session.api, asset);
      show(session, standing.record, () => statusView(standing, session.screen, session.nowMs()));
    });
}

/** One call, and where a restore has made another asset of it a second and a third. */
async function standingOf(api: IcehouseApi, asked: string): Promise<Standing> {
  const own = await api.status(asked);
  const isAlone = own.status !== 'restored' && own.restored_from === undefined;
  if (isAlone) return { asked, record: own, lineage: [] };
  const { asset_id: last, lineage } = await api.whereIsAsset(asked);
  return { asked, record: last === own.asset_id ? own : await api.status(last), lineage };
}
