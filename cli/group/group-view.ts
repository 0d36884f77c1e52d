// A group for people: where its videos are, what all of it would cost by each tier, and what became of a walk through it.
import type { Group, GroupOffer, GroupWalk } from '../../client/icehouse.ts';
import { countsText, thousands } from '../bulk/bulk-screen.ts';
import { aboutDollars, bytes, clockTime, day, dollars, minute, plain, relative } from '../format.ts';
import { type Fact, factTable, paintStatus } from '../render.ts';
import type { Screen } from '../screen.ts';
import { grid } from '../table.ts';

/** Problems that are shown one by one; `--json` has all of them. */
const SHOWN = 10;

/** `asked`: the options that the price is by, which a restore is to have as well. */
export function groupView(group: Group, screen: Screen, nowMs: number, asked = ''): string {
  const { paint, columns } = screen;
  const statuses = Object.entries(group.by_status).map(([status, count]) => [
    paintStatus(paint, status),
    thousands(count),
    paint('dim', meaningOf(status, group)),
  ]);
  return [
    paint('bold', plain(group.group_id)),
    grid(statuses, { indent: 2 }).text,
    factTable(factsOf(group, nowMs), screen),
    ...(group.restore.from_vault > 0 ? [tiersView(group, screen, nowMs)] : []),
    grid(
      nextLines(group, asked).map((line) => [line]),
      { widths: [columns] },
    ).text,
  ].join('\n\n');
}

const MEANINGS: Readonly<Record<string, string>> = {
  requested: 'still play',
  preparing: 'still play',
  archiving: 'still play',
  deleting: 'going now',
  deleted: 'vault only',
  thawing: 'coming back',
  uploading: 'coming back',
  restored: 'back, under new ids',
  cancelled: 'kept, under their old ids',
  failed: 'stopped: look at them',
  purging: 'about to be erased',
  purged: 'gone for good',
};

function meaningOf(status: string, { next_deletion_at: next }: Group): string {
  const isWaiting = status === 'archived' || status === 'scheduled';
  if (!isWaiting) return MEANINGS[status] ?? '';
  const goes = next ? `; the first goes ${day(next)}` : '';
  return `still play${goes}${status === 'scheduled' ? ', WITHOUT a copy' : ''}`;
}

function factsOf(group: Group, nowMs: number): Fact[] {
  const { restore, next_deletion_at: next, earlier_lives: earlier, erasures } = group;
  const lives = earlier > 0 ? ` (and ${thousands(earlier)} earlier ${earlier === 1 ? 'life' : 'lives'})` : '';
  const cost = restore.from_vault > 0 ? priceOf(restore) : 'free';
  return [
    [
      'videos',
      `${thousands(group.records)}${lives}, ${clockTime(group.duration)} long, ${bytes(group.archived_bytes)} in the vault`,
    ],
    ['playing', `${thousands(group.playing)} now`],
    ...(next ? [['next to go', `${minute(next)} (${relative(next, nowMs)})`] as const] : []),
    ['restore all', cost],
    ...(restore.ready_by ? [['readable by', minute(restore.ready_by)] as const] : []),
    ...(restore.impossible > 0
      ? [['cannot', `${thousands(restore.impossible)} ${erasuresText(erasures)}`] as const]
      : []),
    ...(Object.keys(group.failures).length > 0 ? [['failures', countsText(group.failures)] as const] : []),
  ];
}

function priceOf({ estimated_cost_usd: usd, from_vault, from_vault_bytes }: Group['restore']): string {
  return `${aboutDollars(usd)} for ${thousands(from_vault)} out of the vault (${bytes(from_vault_bytes)})`;
}

function erasuresText(erasures: readonly string[]): string {
  const orders = erasures.length > 0 ? ` (order ${erasures.map(plain).join(', ')})` : '';
  return `have nothing to be restored from, or are to be erased${orders}`;
}

/** A column for each tier, the ones that would be taken marked, and why. */
function tiersView({ restore }: Group, { paint, columns }: Screen, nowMs: number): string {
  const { offers, tiers, from_vault, reason } = restore;
  const row = (label: string, of: (offer: GroupOffer) => string) => [
    paint('dim', label),
    ...offers.map((offer) => `  ${of(offer)}`),
  ];
  const rows = [
    ['', ...offers.map(({ tier }) => (tiers[tier] ? paint('green', `* ${tier}`) : `  ${tier}`))],
    row('total', ({ total_usd }) => dollars(total_usd)),
    row('readable', ({ ready_by }) => relative(ready_by, nowMs)),
    ...(offers.some(({ videos }) => videos < from_vault)
      ? [row('videos', ({ videos }) => thousands(videos))]
      : []),
    ...(offers.some(({ meets_need_by }) => meets_need_by !== null)
      ? [row('in time', ({ meets_need_by }) => (meets_need_by ? paint('green', 'yes') : paint('red', 'no')))]
      : []),
  ];
  return `${grid(rows, { indent: 2 }).text}\n\n${grid([[`${tiersText(tiers)}: ${plain(reason)}`]], { widths: [columns] }).text}`;
}

const CAN_BE_TAKEN_BACK = ['requested', 'preparing', 'archiving', 'archived', 'scheduled'];

/** What is done, and the command for what is left. */
function nextLines(group: Group, asked: string): readonly string[] {
  const { restore, records, playing, by_status } = group;
  const name = nameOf(group.group_id);
  const going = CAN_BE_TAKEN_BACK.reduce((sum, status) => sum + (by_status[status] ?? 0), 0);
  const left = records - playing - restore.under_way - restore.impossible;
  // What is not asked for yet would be ready at another time.
  const by =
    restore.ready_by && restore.under_way === restore.from_vault ? `, by ${minute(restore.ready_by)}` : '';
  return [
    ...(records > 0 && playing === records ? [`All ${thousands(records)} play.`] : []),
    ...(restore.under_way > 0 ? [`${thousands(restore.under_way)} coming back${by}.`] : []),
    ...(left > 0 ? [`Bring all of it back: icehouse group ${name} --restore --user ID${asked}`] : []),
    ...(left <= 0 && going > 0
      ? [`Keep the ${thousands(going)} that are to go: icehouse group ${name} --cancel --user ID`]
      : []),
    ...(left <= 0 && going === 0 ? [mapLine(group.group_id)] : []),
  ];
}

export function mapLine(groupId: string): string {
  return `What plays in the place of which old id: icehouse group ${nameOf(groupId)} --map --csv`;
}

/** As a shell takes it. */
export function nameOf(groupId: string): string {
  return `'${plain(groupId).replaceAll("'", "'\\''")}'`;
}

/** `Bulk`, or `Bulk 50, Standard 10`. */
export function tiersText(tiers: Group['restore']['tiers']): string {
  const names = Object.keys(tiers);
  return names.length === 1 ? names.join() : countsText(tiers);
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
