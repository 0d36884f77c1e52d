// A group for people: where its videos are, what all of it would cost, and what became of a walk through it.
import type { Group, GroupWalk } from '../../client/icehouse.ts';
import { countsText } from '../bulk/bulk-screen.ts';
import { bytes, clockTime, minute, plain, relative } from '../format.ts';
import { factTable, paintStatus } from '../render.ts';
import type { Screen } from '../screen.ts';
import { grid } from '../table.ts';

/** Problems that are shown one by one; `--json` has all of them. */
const SHOWN = 10;

export function groupView(group: Group, screen: Screen, nowMs: number): string {
  const { paint, columns } = screen;
  const { restore, next_deletion_at: next } = group;
  const statuses = Object.entries(group.by_status).map(([status, count]) => [
    paintStatus(paint, status),
    String(count),
  ]);
  const cost =
    restore.from_vault > 0
      ? `about $${restore.estimated_cost_usd.toFixed(2)} for ${restore.from_vault} out of the vault (${bytes(restore.from_vault_bytes)})`
      : 'free';
  const facts: [string, string][] = [
    [
      'videos',
      `${group.records}, ${clockTime(group.duration)} long, ${bytes(group.archived_bytes)} in the vault`,
    ],
    ...(next ? ([['next to go', `${minute(next)} (${relative(next, nowMs)})`]] as [string, string][]) : []),
    ['restore all', cost],
    ...(restore.ready_by ? ([['readable by', minute(restore.ready_by)]] as [string, string][]) : []),
    ...(restore.impossible > 0
      ? ([['cannot', `${restore.impossible} have nothing to be restored from`]] as [string, string][])
      : []),
    ...(Object.keys(group.failures).length > 0
      ? ([['failures', countsText(group.failures)]] as [string, string][])
      : []),
  ];
  const name = `'${plain(group.group_id).replaceAll("'", "'\\''")}'`;
  return [
    paint('bold', plain(group.group_id)),
    grid(statuses, { indent: 2 }).text,
    factTable(facts, screen),
    grid([[`Bring all of it back: icehouse group ${name} --restore --user ID`]], { widths: [columns] }).text,
  ].join('\n\n');
}

export function walkView(walk: GroupWalk, { paint }: Screen): string {
  const shown = walk.problems
    .slice(0, SHOWN)
    .map(({ asset_id = '', code, detail }) => `${paint('red', '✗')} ${asset_id}: ${code}: ${plain(detail)}`);
  const more = walk.problems.length - shown.length;
  const again = walk.outcomes.not_now ? ['Some could not be served now: run the same command again.'] : [];
  return [
    `${walk.action} of ${plain(walk.group_id)}: ${countsText(walk.outcomes) || 'nothing to do'}`,
    ...shown,
    ...(more > 0 ? [`… and ${more} more: --json has them all`] : []),
    ...again,
  ].join('\n');
}
