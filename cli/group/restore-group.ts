// `icehouse group --restore`: its price first, a question where it spends, the walk, and how to follow what comes back.
import type { Group, GroupWalk, Tier } from '../../client/icehouse.ts';
import { bulkView, thousands } from '../bulk/bulk-screen.ts';
import { confirm } from '../confirm.ts';
import { aboutDollars, minute, plain } from '../format.ts';
import { EXIT } from '../problems.ts';
import { type Session, show } from '../session.ts';
import { mapLine, nameOf, tiersText, walkView } from './group-view.ts';
import { walkThrough, wholeGroup } from './whole.ts';

export interface RestoreGroupWish {
  readonly userId: string;
  readonly reason?: string;
  readonly tier?: Tier;
  readonly needBy?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly wait?: true;
}

export async function restoreGroup(session: Session, groupId: string, wish: RestoreGroupWish): Promise<void> {
  const { api, screen } = session;
  const { tier, needBy, reason } = wish;
  const before = await wholeGroup(api, groupId, { tier, need_by: needBy });
  if (wish.dryRun) return show(session, before, () => planText(before));
  session.nameApi();
  if (!wish.yes && isSpending(before, wish)) {
    if (!session.json) screen.print(planText(before));
    if (!(await confirm(questionOf(before)))) return;
  }
  const body = { user_id: wish.userId, reason, tier, need_by: needBy };
  const walk = await walked(session, before, (cursor) => api.restoreGroup(groupId, { ...body, cursor }));
  if (!session.json) screen.print([walkView(walk, screen), ...receipt(walk, before)].join('\n'));
  if (wish.wait) await waited(session, groupId, walk.outcomes.restoring ?? 0);
  if (session.json) show(session, walk, () => '');
  if (walk.problems.length > 0) session.exitWith(EXIT.refused);
}

/** The walk with its bar; also that of a cancel. */
export async function walked(
  session: Session,
  { records, earlier_lives }: Pick<Group, 'records' | 'earlier_lives'>,
  step: (cursor: string | undefined) => Promise<GroupWalk>,
  what = 'restore',
): Promise<GroupWalk> {
  const view = bulkView(session, what);
  const total = records + earlier_lives;
  const onProgress = (done: number, counts: Readonly<Record<string, number>>) =>
    view.progress({ total: Math.max(total, done), done, counts });
  return walkThrough({ sleep: session.sleep, step, onProgress }).finally(view.done);
}

/** What is under way is paid for; a faster tier for it is paid on top. */
function isSpending({ restore }: Group, { tier, needBy }: RestoreGroupWish): boolean {
  return restore.from_vault > (tier || needBy ? 0 : restore.under_way);
}

function questionOf({ restore }: Group): string {
  return `Restore ${thousands(restore.from_vault)} out of the vault for ${aboutDollars(restore.estimated_cost_usd)}?`;
}

function planText({ restore, erasures }: Group): string {
  const { free, from_vault, under_way, impossible, reason } = restore;
  return [
    ...(free > 0 ? [`${thousands(free)} are still on Mux, or back there: they are kept, for free.`] : []),
    ...(from_vault > 0 ? [`${thousands(from_vault)} come back ${costText(restore)}. ${plain(reason)}`] : []),
    ...(under_way > 0 ? [`${thousands(under_way)} of these are on their way already.`] : []),
    ...(impossible > 0
      ? [
          `${thousands(impossible)} cannot come back${erasures.length > 0 ? ` (order of erasure ${erasures.map(plain).join(', ')})` : ''}.`,
        ]
      : []),
  ].join('\n');
}

/** `(Bulk, about $0.08), readable by 25 Nov 2026, 08:00 UTC`. */
function costText({ tiers, estimated_cost_usd, ready_by }: Group['restore']): string {
  const by = ready_by ? `, readable by ${minute(ready_by)}` : '';
  return `(${tiersText(tiers)}, ${aboutDollars(estimated_cost_usd)})${by}`;
}

/** What became of it, in sentences, and the commands that go on from here. */
function receipt({ outcomes, group_id }: GroupWalk, before: Group): readonly string[] {
  const { cancelled = 0, restoring = 0, already_available: there = 0 } = outcomes;
  return [
    ...(cancelled > 0
      ? [`${thousands(cancelled)} kept: they had not been deleted and play under their old ids.`]
      : []),
    ...(there > 0 ? [`${thousands(there)} were on Mux already.`] : []),
    ...(restoring > 0 ? [`${thousands(restoring)} coming back ${costText(before.restore)}.`] : []),
    ...(before.restore.meets_need_by === false ? [plain(before.restore.reason)] : []),
    ...(restoring > 0 ? [`Follow: icehouse group ${nameOf(group_id)}`] : []),
    mapLine(group_id),
  ];
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

/** Until two looks in a row find nothing on its way: a record that moves on between two pages is missed by one. */
async function waited(session: Session, groupId: string, restoring: number): Promise<void> {
  if (restoring === 0) return;
  const view = bulkView(session, 'back');
  let waitMs = FIRST_WAIT_MS;
  let quiet = 0;
  let group: Group | undefined;
  try {
    while (quiet < 2) {
      if (group) await session.sleep(waitMs);
      group = await wholeGroup(session.api, groupId);
      const { thawing = 0, uploading = 0, deleting = 0 } = group.by_status;
      const left = thawing + uploading + deleting;
      const total = Math.max(restoring, left);
      view.progress({ total, done: total - left, counts: left > 0 ? { thawing, uploading, deleting } : {} });
      quiet = left === 0 ? quiet + 1 : 0;
      waitMs = quiet > 0 ? FIRST_WAIT_MS : Math.min(waitMs * 1.5, LONGEST_WAIT_MS);
    }
  } finally {
    view.done();
  }
  const { failed = 0 } = group?.by_status ?? {};
  if (failed === 0) return;
  session.exitWith(EXIT.refused);
  if (!session.json)
    session.screen.print(
      `${thousands(failed)} failed: icehouse list --group ${nameOf(groupId)} --status failed`,
    );
}
