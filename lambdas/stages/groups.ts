// A group of requests at a glance: its records by pages of the ledger's index, summed up. Never a scan, and bounded work.
import { type GroupSum, type GroupWish, type Member, sumOf, withoutTier } from '../domain/group-sum.ts';
import type { QuoteRates } from '../domain/offers.ts';
import type { Problem } from '../domain/problem.ts';
import type { AssetRecord, Tier } from '../domain/record.ts';
import { laterLives } from './lineage.ts';
import type { Clock, Ledger } from './ports.ts';
import { holdsNothing } from './request.ts';

export interface GroupDeps {
  readonly ledger: Ledger;
  readonly rates: QuoteRates;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** On the wire. */
export interface GroupView extends GroupSum {
  readonly group_id: string;
  /** Ids of the orders of erasure that some of them stand still for, or were erased by. */
  readonly erasures: readonly string[];
  /** What can be done about all of them, as calls of this API. */
  readonly actions: readonly { readonly action: 'cancel' | 'restore'; readonly path: string }[];
  /** False when the group is so large that this answer is about a stretch of it: the next one begins at `next_cursor`. */
  readonly whole: boolean;
  readonly next_cursor: string | null;
}

const PAGE = 100;
/** Summed up in one call: a second or two of work. */
const MOST_RECORDS = 1_000;
const READING_MS = 15_000;

export type GroupAnswer =
  | { readonly kind: 'view'; readonly view: GroupView }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Throws PermanentError INVALID_CURSOR. */
export async function viewGroup(
  deps: GroupDeps,
  groupId: string,
  wish: GroupWish & { readonly cursor?: string },
): Promise<GroupAnswer> {
  const { records, nextCursor } = await stretchOf(deps, groupId, wish.cursor);
  const isAll = wish.cursor === undefined && nextCursor === null;
  if (isAll && records.length === 0) return { kind: 'problem', problem: noSuchGroup(groupId) };
  const members = await membersOf(deps.ledger, groupId, records);
  const nowMs = deps.clock.nowMs();
  const lacking = wish.tier ? withoutTier(members, wish.tier, deps.rates, nowMs) : [];
  if (lacking.length > 0) return { kind: 'problem', problem: tierNotOffered(wish.tier, lacking) };
  const view = {
    group_id: groupId,
    ...sumOf(members, wish, deps.rates, nowMs),
    erasures: await erasuresOf(deps.ledger, members),
    actions: (['cancel', 'restore'] as const).map((action) => ({ action, path: pathOf(groupId, action) })),
    whole: isAll,
    next_cursor: nextCursor,
  };
  return { kind: 'view', view };
}

function pathOf(groupId: string, action: string): string {
  return `/v1/groups/${encodeURIComponent(groupId)}/${action}`;
}

async function stretchOf({ ledger, clock }: GroupDeps, groupId: string, from: string | undefined) {
  const untilMs = clock.nowMs() + READING_MS;
  // What moves on while the pages are read may be met twice: the later page knows better.
  const records = new Map<string, AssetRecord>();
  let cursor: string | undefined = from;
  for (;;) {
    const page = await ledger.list({ groupId, limit: PAGE, cursor });
    for (const record of page.records) records.set(record.asset_id, record);
    const isEnough = records.size + PAGE > MOST_RECORDS || clock.nowMs() >= untilMs;
    if (page.nextCursor === null || isEnough)
      return { records: [...records.values()], nextCursor: page.nextCursor };
    cursor = page.nextCursor;
  }
}

async function membersOf(
  ledger: Ledger,
  groupId: string,
  records: readonly AssetRecord[],
): Promise<readonly Member[]> {
  const later = await laterLives(ledger, records);
  return records.map((record) => {
    const lives = later.get(record.asset_id) ?? [];
    const last = lives.at(-1) ?? record;
    const restorable = [record, ...lives].findLast((each) => !holdsNothing(each)) ?? last;
    return { record, last, restorable: isEarlierLife(lives, groupId) ? undefined : restorable };
  });
}

/** Restored, and deleted again by a request of the same group, which counts itself. */
export function isEarlierLife(later: readonly AssetRecord[], groupId: string): boolean {
  return later.some(({ group_id }) => group_id === groupId);
}

/** Orders of erasure that some of them stand still for: on record with the first of each lineage, which leads. */
async function erasuresOf(ledger: Ledger, members: readonly Member[]): Promise<readonly string[]> {
  const purges = members.flatMap(({ last: { status, purge } }) =>
    purge && (status === 'purging' || status === 'purged') ? [purge] : [],
  );
  const leaders = purges.flatMap(({ led_by }) => led_by ?? []);
  const led = leaders.length > 0 ? await ledger.getMany(leaders) : [];
  const orders = [...purges, ...led.flatMap(({ purge }) => purge ?? [])].flatMap(
    ({ order }) => order?.id ?? [],
  );
  return [...new Set(orders)].sort();
}

function tierNotOffered(tier: Tier | undefined, classes: readonly string[]): Problem {
  return {
    status: 400,
    code: 'TIER_NOT_OFFERED',
    field: 'tier',
    detail: `Some of the group lie in ${classes.join(' and ')}, which does not offer ${tier}.`,
    action: 'Choose another tier, or leave it out.',
  };
}

export function noSuchGroup(groupId: string): Problem {
  return {
    status: 404,
    code: 'NO_SUCH_GROUP',
    detail: `No delete request names the group ${JSON.stringify(groupId)}.`,
    action: 'Check its spelling; GET /v1/find?q= looks for groups and all other ids at once.',
  };
}
