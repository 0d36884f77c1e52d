// Cancel and restore for a whole group, by bounded stretches: the caller repeats with `next_cursor` until it is null.
// Each record is treated as by a single call; one that cannot be is named and stops none of the others.
import type { Caller } from '../domain/decisions.ts';
import type { RestoreWish } from '../domain/decisions-restore.ts';
import { countBy } from '../domain/group-sum.ts';
import { effectiveStatus, isBeforeDeletion } from '../domain/lifecycle.ts';
import { type Problem, problemDocument } from '../domain/problem.ts';
import { type AssetRecord, STATUSES, type Status } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { decodePlace, encodePlace, nextPlace, type Place } from './group-cursor.ts';
import { isEarlierLife } from './groups.ts';
import { laterLives } from './lineage.ts';
import type { Clock } from './ports.ts';
import { type Answer, cancelRequest, type RequestDeps, requestRestore } from './request.ts';
import { sideBySide } from './side-by-side.ts';

export type GroupAction =
  | { readonly kind: 'cancel'; readonly reason?: string }
  /** A token for each restore. */
  | { readonly kind: 'restore'; readonly wish: () => RestoreWish };

export interface GroupWalkDeps extends RequestDeps {
  readonly clock: Pick<Clock, 'nowMs'>;
  /** What a single call would be answered for this error. */
  refusal(error: unknown): Problem;
}

/** What became of one record. `superseded`: restored, and deleted again by a request of this group, which counts itself. */
export type GroupOutcome =
  | 'cancelled'
  | 'already_cancelled'
  | 'already_restored'
  | 'restoring'
  | 'already_available'
  | 'superseded'
  | 'refused'
  | 'not_now';

/** On the wire. */
export interface GroupWalk {
  readonly group_id: string;
  readonly action: GroupAction['kind'];
  readonly done: boolean;
  /** Of this stretch. */
  readonly records: number;
  readonly outcomes: Partial<Record<GroupOutcome, number>>;
  readonly problems: readonly (ReturnType<typeof problemDocument> & { readonly asset_id: string })[];
  readonly next_cursor: string | null;
}

interface Done {
  readonly assetId: string;
  readonly outcome: GroupOutcome;
  readonly problem?: Problem;
}

const PAGE = 25;
const SIDE_BY_SIDE = 5;
/** In one call: each is a handful of calls to the ledger and one to start its stage. */
const MOST_RECORDS = 250;
/** The API gives up after 29 s, and a page takes a second or two. */
const WALKING_MS = 15_000;

/**
 * Walks the statuses in the order of a record's life, so that what moves on meanwhile is met again at worst. What came
 * to where the walk's own work leads since it began is passed over: it has been counted, or somebody else did the same.
 */
export async function walkGroup(
  deps: GroupWalkDeps,
  groupId: string,
  action: GroupAction,
  caller: Caller,
  cursor?: string,
): Promise<GroupWalk> {
  const scope = `${action.kind}#${groupId}`;
  let place: Place | undefined =
    cursor === undefined ? { status: STATUSES[0], begun: iso(caller.nowMs) } : decodePlace(scope, cursor);
  const untilMs = deps.clock.nowMs() + WALKING_MS;
  const done: Done[] = [];
  while (place && done.length + PAGE <= MOST_RECORDS && deps.clock.nowMs() < untilMs) {
    const { status, after, begun }: Place = place;
    const page = await deps.ledger.list({ groupId, status, limit: PAGE, cursor: after });
    const records = page.records.filter((record) => !isNews(record, begun));
    const later = action.kind === 'restore' ? await laterLives(deps.ledger, records) : NONE;
    done.push(
      ...(await sideBySide(records, SIDE_BY_SIDE, (record) => {
        const lives = later.get(record.asset_id) ?? [];
        return act(deps, groupId, action, { record, lives }, caller);
      })),
    );
    place = page.nextCursor === null ? nextPlace(place) : { status, after: page.nextCursor, begun };
  }
  return {
    group_id: groupId,
    action: action.kind,
    done: place === undefined,
    records: done.length,
    outcomes: countBy(done.map(({ outcome }) => outcome)),
    problems: done.flatMap(({ assetId, problem }) =>
      problem ? { asset_id: assetId, ...problemDocument(problem) } : [],
    ),
    next_cursor: place ? encodePlace(scope, place) : null,
  };
}

const NONE: ReadonlyMap<string, readonly AssetRecord[]> = new Map();

/** A record, and those of what its asset was restored as. */
interface Video {
  readonly record: AssetRecord;
  readonly lives: readonly AssetRecord[];
}

const WORK_LEADS_TO: readonly Status[] = ['thawing', 'uploading', 'restored', 'cancelled'];

function isNews({ status, history }: AssetRecord, begun: string): boolean {
  const arrived = history.findLast(({ from, to }) => to === status && from !== to);
  return WORK_LEADS_TO.includes(status) && arrived !== undefined && arrived.at >= begun;
}

async function act(
  deps: GroupWalkDeps,
  groupId: string,
  action: GroupAction,
  video: Video,
  caller: Caller,
): Promise<Done> {
  try {
    return action.kind === 'cancel'
      ? await cancelOne(deps, video.record, action.reason, caller)
      : await restoreOne(deps, groupId, video, action.wish(), caller);
  } catch (error) {
    return { assetId: video.record.asset_id, outcome: 'not_now', problem: deps.refusal(error) };
  }
}

async function cancelOne(
  deps: RequestDeps,
  record: AssetRecord,
  reason: string | undefined,
  caller: Caller,
): Promise<Done> {
  const { asset_id: assetId, status } = record;
  if (status === 'cancelled') return { assetId, outcome: 'already_cancelled' };
  // A cancel by its id would reach for the request on what it was restored as, which this group may have nothing to do with.
  if (status === 'restored') return { assetId, outcome: 'already_restored' };
  return doneBy(assetId, await cancelRequest(deps, assetId, caller, reason));
}

/** What the ledger has for being on Mux is taken to be there: to ask for each would take hours. A restore by its own id asks. */
async function restoreOne(
  deps: RequestDeps,
  groupId: string,
  { record, lives }: Video,
  wish: RestoreWish,
  caller: Caller,
): Promise<Done> {
  const { asset_id: assetId, status, lost_at } = record;
  if (isEarlierLife(lives, groupId)) return { assetId, outcome: 'superseded' };
  const last = lives.at(-1) ?? record;
  const isThere = last.status === 'restored' || last.status === 'cancelled';
  if (isThere && !(status === 'cancelled' && lost_at)) return { assetId, outcome: 'already_available' };
  if (isBeforeDeletion(effectiveStatus(last)) && !last.lost_at) {
    const taken = await cancelRequest(deps, last.asset_id, caller, wish.reason);
    // Its deletion may have begun since it was listed.
    if (taken.kind === 'record') return doneBy(assetId, taken);
  }
  return doneBy(assetId, await requestRestore(deps, last.asset_id, wish, caller));
}

function doneBy(assetId: string, answer: Answer): Done {
  if (answer.kind === 'record') return { assetId, outcome: answer.outcome ?? 'restoring' };
  const isPassing = answer.problem.status === 503;
  return { assetId, outcome: isPassing ? 'not_now' : 'refused', problem: answer.problem };
}
