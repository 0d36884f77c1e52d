// `icehouse group`: all videos of a group at once: where they are, what they would cost, back or taken back.
import { type Command, Option } from 'commander';
import type { Tier } from '../../client/icehouse.ts';
import { bulkView } from '../bulk/bulk-screen.ts';
import { counting } from '../cost/counting.ts';
import { groupView, walkView } from '../group/group-view.ts';
import { walkThrough, wholeGroup } from '../group/whole.ts';
import { EXIT } from '../problems.ts';
import { type OpenSession, type Session, show } from '../session.ts';

interface Options {
  readonly restore?: true;
  readonly cancel?: true;
  readonly user?: string;
  readonly reason?: string;
  readonly tier?: Tier;
  readonly needBy?: string;
}

export function addGroup(program: Command, open: OpenSession): void {
  program
    .command('group')
    .summary('all videos of a group: where they are; have them back')
    .description(
      'Shows where the videos of a group are, and what bringing all of them back would cost and take. With --restore or --cancel it does so, one by one; doing it again does no harm.',
    )
    .argument('<group>', 'as the requests name it')
    .addOption(new Option('--restore', 'have all of them again, whatever their status').conflicts('cancel'))
    .addOption(new Option('--cancel', 'take all requests back that can be'))
    .option('--user <id>', 'who wants it; goes on each record')
    .option('--reason <text>', 'why')
    .addOption(
      new Option('--tier <tier>', 'how fast, and how dear')
        .choices(['Bulk', 'Standard', 'Expedited'])
        .conflicts('needBy'),
    )
    .option('--need-by <time>', 'take the cheapest tier in time: 2026-12-24 or ISO with offset')
    .addHelpText(
      'after',
      '\nExample:\n  $ icehouse group course-12\n  $ icehouse group course-12 --restore --user u-17 --tier Bulk',
    )
    .action(async (group: string, options: Options, command: Command) => {
      const session = open(command);
      if (!options.restore && !options.cancel) return showGroup(session, group, options.needBy);
      if (options.user === undefined) return command.error('error: --restore and --cancel need --user <id>');
      await walk(session, group, options, options.user);
    });
}

async function showGroup(session: Session, groupId: string, needBy: string | undefined): Promise<void> {
  const progress = counting(session, 'records read', session.json);
  const group = await wholeGroup(session.api, groupId, needBy, progress.count).finally(progress.done);
  show(session, group, () => groupView(group, session.screen, session.nowMs()));
}

async function walk(session: Session, groupId: string, options: Options, userId: string): Promise<void> {
  const { api, sleep } = session;
  const { records: total } = await wholeGroup(api, groupId, undefined);
  const body = { user_id: userId, reason: options.reason };
  const wish = { ...body, tier: options.tier, need_by: options.needBy };
  const view = bulkView(session, options.restore ? 'restore' : 'cancel');
  const done = await walkThrough({
    sleep,
    step: (cursor) =>
      options.restore
        ? api.restoreGroup(groupId, { ...wish, cursor })
        : api.cancelGroup(groupId, { ...body, cursor }),
    onProgress: (count, counts) => view.progress({ total: Math.max(total, count), done: count, counts }),
  }).finally(view.done);
  show(session, done, () => walkView(done, session.screen));
  if (done.problems.length > 0) session.exitWith(EXIT.refused);
}
