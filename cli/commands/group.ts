// `icehouse group`: all videos of a group at once: where they are, what they would cost, back or taken back, and their ids.
import { type Command, Option } from 'commander';
import type { Tier } from '../../client/icehouse.ts';
import { counting } from '../cost/counting.ts';
import { plain } from '../format.ts';
import { groupView, walkView } from '../group/group-view.ts';
import { mapCsv, mapView, wholeMap } from '../group/map.ts';
import { restoreGroup, walked } from '../group/restore-group.ts';
import { wholeGroup } from '../group/whole.ts';
import { EXIT } from '../problems.ts';
import { type OpenSession, type Session, show } from '../session.ts';

interface Options {
  readonly restore?: true;
  readonly cancel?: true;
  readonly map?: true;
  readonly csv?: true;
  readonly user?: string;
  readonly reason?: string;
  readonly tier?: Tier;
  readonly needBy?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly wait?: true;
}

const EXAMPLES = `
--restore has all of the group again: it takes back what is not deleted yet, too. Only
those that are deleted: icehouse restore --group GROUP.

Example:
  $ icehouse group course-12 --tier Bulk
  $ icehouse group course-12 --restore --user u-17 --tier Bulk --wait
  $ icehouse group course-12 --map --csv > ids.csv`;

export function addGroup(program: Command, open: OpenSession): void {
  program
    .command('group')
    .summary('all videos of a group: where they are; have them back')
    .description(
      'Shows where the videos of a group are, and what bringing all of them back would cost and take. With --restore or --cancel it does so, one by one; doing it again does no harm. With --map it says what plays now in the place of every playback id they ever had.',
    )
    .argument('<group>', 'as the requests name it')
    .addOption(
      new Option('--restore', 'have all of them again, whatever their status').conflicts(['cancel', 'map']),
    )
    .addOption(new Option('--cancel', 'take all requests back that can be').conflicts('map'))
    .option('--map', 'what plays in the place of each playback id')
    .option('--csv', 'the map as CSV')
    .option('--user <id>', 'who wants it; goes on each record')
    .option('--reason <text>', 'why; goes on each record')
    .addOption(
      new Option('--tier <tier>', 'how fast, and how dear')
        .choices(['Bulk', 'Standard', 'Expedited'])
        .conflicts('needBy'),
    )
    .option('--need-by <time>', 'take the cheapest tier in time: 2026-12-24 or ISO with offset')
    .option('--dry-run', 'say what a restore would do and cost; do nothing')
    .option('--wait', 'stay until what was restored is back')
    .option('--yes', 'ask nothing before a restore that costs')
    .addHelpText('after', EXAMPLES)
    .action(async (group: string, options: Options, command: Command) => {
      refuseMisfits(options, command);
      const session = open(command);
      const { user: userId, tier, needBy } = options;
      if (options.map) return showMap(session, group, options);
      if (!options.restore && !options.cancel) return showGroup(session, group, { tier, need_by: needBy });
      if (options.dryRun) return restoreGroup(session, group, { ...options, userId: '' });
      if (userId === undefined) return command.error('error: --restore and --cancel need --user <id>');
      if (options.restore) return restoreGroup(session, group, { ...options, userId });
      await cancelGroup(session, group, { user_id: userId, reason: options.reason });
    });
}

function refuseMisfits({ restore, map, csv, dryRun, wait, yes }: Options, command: Command): void {
  if (csv && !map) command.error('error: --csv goes with --map');
  if (!restore && (dryRun || wait || yes))
    command.error('error: --dry-run, --wait and --yes go with --restore');
}

async function showGroup(
  session: Session,
  groupId: string,
  wish: { readonly tier?: Tier; readonly need_by?: string },
): Promise<void> {
  const progress = counting(session, 'records read', session.json);
  const group = await wholeGroup(session.api, groupId, wish, progress.count).finally(progress.done);
  const asked = wish.tier ? ` --tier ${wish.tier}` : wish.need_by ? ` --need-by ${plain(wish.need_by)}` : '';
  show(session, group, () => groupView(group, session.screen, session.nowMs(), asked));
}

async function showMap(session: Session, groupId: string, { csv }: Options): Promise<void> {
  const progress = counting(session, 'ids read', session.json || csv === true);
  const map = await wholeMap(session.api, groupId, progress.count).finally(progress.done);
  show(session, map, () => (csv ? mapCsv(map) : mapView(map, session.screen)));
}

async function cancelGroup(
  session: Session,
  groupId: string,
  body: { readonly user_id: string; readonly reason?: string },
): Promise<void> {
  session.nameApi();
  const group = await wholeGroup(session.api, groupId);
  const step = (cursor: string | undefined) => session.api.cancelGroup(groupId, { ...body, cursor });
  const done = await walked(session, group, step, 'cancel');
  show(session, done, () => walkView(done, session.screen));
  if (done.problems.length > 0) session.exitWith(EXIT.refused);
}
