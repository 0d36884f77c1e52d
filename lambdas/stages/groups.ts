// A group of requests at a glance: its records by pages of the ledger's index, summed up. Never a scan, and bounded work.
import { type GroupSum, type Member, sumOf } from '../domain/group-sum.ts';
import type { QuoteRates } from '../domain/offers.ts';
import type { Problem } from '../domain/problem.ts';
import type { AssetRecord } from '../domain/record.ts';
import type { Clock, Ledger } from './ports.ts';
import { sideBySide } from './side-by-side.ts';

export interface GroupDeps {
  readonly ledger: Ledger;
  readonly rates: QuoteRates;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** On the wire. */
export interface GroupView extends GroupSum {
  readonly group_id: string;
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
const SIDE_BY_SIDE = 10;

/** Undefined when the group has no record. Throws PermanentError INVALID_CURSOR. */
export async function viewGroup(
  deps: GroupDeps,
  groupId: string,
  wish: { readonly needByMs?: number; readonly cursor?: string },
): Promise<GroupView | undefined> {
  const { records, nextCursor } = await stretchOf(deps, groupId, wish.cursor);
  const isAll = wish.cursor === undefined && nextCursor === null;
  if (isAll && records.length === 0) return undefined;
  const members = await sideBySide(records, SIDE_BY_SIDE, (record) => memberOf(deps.ledger, groupId, record));
  return {
    group_id: groupId,
    ...sumOf(members, wish.needByMs, deps.rates, deps.clock.nowMs()),
    actions: (['cancel', 'restore'] as const).map((action) => ({ action, path: pathOf(groupId, action) })),
    whole: isAll,
    next_cursor: nextCursor,
  };
}

function pathOf(groupId: string, action: string): string {
  return `/v1/groups/${encodeURIComponent(groupId)}/${action}`;
}

async function stretchOf({ ledger, clock }: GroupDeps, groupId: string, from: string | undefined) {
  const untilMs = clock.nowMs() + READING_MS;
  const records: AssetRecord[] = [];
  let cursor: string | undefined = from;
  for (;;) {
    const page = await ledger.list({ groupId, limit: PAGE, cursor });
    records.push(...page.records);
    const isEnough = records.length + PAGE > MOST_RECORDS || clock.nowMs() >= untilMs;
    if (page.nextCursor === null || isEnough) return { records, nextCursor: page.nextCursor };
    cursor = page.nextCursor;
  }
}

async function memberOf(ledger: Ledger, groupId: string, record: AssetRecord): Promise<Member> {
  const successor = await successorOf(ledger, record);
  if (!successor) return { record, restorable: record };
  return { record, restorable: successor.group_id === groupId ? undefined : successor };
}

/** The record of the asset that this one was restored as, if somebody asked to delete that one, too. */
export async function successorOf(
  ledger: Ledger,
  { status, current_asset_id }: AssetRecord,
): Promise<AssetRecord | undefined> {
  return status === 'restored' && current_asset_id !== undefined ? ledger.get(current_asset_id) : undefined;
}

export function noSuchGroup(groupId: string): Problem {
  return {
    status: 404,
    code: 'NO_SUCH_GROUP',
    detail: `No delete request names the group ${JSON.stringify(groupId)}.`,
    action: 'Check its spelling; GET /v1/find?q= looks for groups and all other ids at once.',
  };
}
