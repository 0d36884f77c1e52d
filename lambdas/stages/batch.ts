// Many delete requests in one call: each is decided and stored alone, as a single one would be, and answered in its place.
import { type BriefRecord, briefRecord } from '../domain/brief-record.ts';
import type { Caller } from '../domain/decisions.ts';
import type { DeleteRequest } from '../domain/decisions-request.ts';
import { type Problem, problemDocument } from '../domain/problem.ts';
import type { Clock } from './ports.ts';
import { type RequestDeps, requestDeletion } from './request.ts';
import { sideBySide } from './side-by-side.ts';
import { type NamedVideo, type Target, targetOf } from './target.ts';

export interface BatchItem {
  readonly kind: 'item';
  readonly named: NamedVideo;
  readonly wish: Omit<DeleteRequest, 'asset_id'>;
  readonly caller: Caller;
}

export interface BatchDeps extends RequestDeps {
  readonly clock: Pick<Clock, 'nowMs'>;
  /** What a single request would be answered for this error. */
  refusal(error: unknown): Problem;
}

/** On the wire. */
export interface BatchAnswer {
  /** Of the asset, or as the item named it where that is not known. */
  readonly asset_id: string | null;
  /** What a single request would be answered by. */
  readonly status: number;
  readonly record?: BriefRecord;
  readonly problem?: ReturnType<typeof problemDocument> & { readonly retry_after_seconds?: number };
}

/** So many at a time: each is a handful of calls to the ledger. */
const SIDE_BY_SIDE = 20;
/** A question to Mux takes 22 s at worst (2 s for a slot, 20 s for the answer): none is begun later than this. */
const LOOK_UP_MS = 5_000;
/** The API gives up after 29 s. What is begun before this is over long before then. */
const REQUEST_MS = 20_000;

/** Items that could not be read are answered in their place, too. */
export async function requestMany(
  deps: BatchDeps,
  items: readonly (BatchItem | Extract<Target, { kind: 'problem' }>)[],
): Promise<readonly BatchAnswer[]> {
  const begunMs = deps.clock.nowMs();
  const isLate = (ms: number) => deps.clock.nowMs() >= begunMs + ms;
  const targets = await sideBySide(items, SIDE_BY_SIDE, async (item): Promise<Target> => {
    if (item.kind === 'problem') return item;
    if (item.named.asset_id === undefined && isLate(LOOK_UP_MS)) return { kind: 'problem', problem: NO_TIME };
    return targetOf(deps, item.named).catch((error) => ({ kind: 'problem', problem: deps.refusal(error) }));
  });
  const firsts = firstPlaces(targets);
  return sideBySide([...items.entries()], SIDE_BY_SIDE, async ([at, item]) => {
    const target = targets[at];
    if (target === undefined || item.kind === 'problem' || target.kind === 'problem')
      return refused(idNamedBy(item), target?.kind === 'problem' ? target.problem : NO_TIME);
    const { assetId } = target;
    const first = firsts.get(assetId) ?? at;
    if (first !== at) return refused(assetId, twice(assetId, first));
    if (isLate(REQUEST_MS)) return refused(assetId, NO_TIME);
    return requestOne(deps, assetId, item);
  });
}

async function requestOne(deps: BatchDeps, assetId: string, item: BatchItem): Promise<BatchAnswer> {
  try {
    const answer = await requestDeletion(deps, { ...item.wish, asset_id: assetId }, item.caller);
    if (answer.kind === 'problem') return refused(assetId, answer.problem);
    return { asset_id: assetId, status: answer.status, record: briefRecord(answer.record) };
  } catch (error) {
    return refused(assetId, deps.refusal(error));
  }
}

/** Where each asset is named first. */
function firstPlaces(targets: readonly Target[]): ReadonlyMap<string, number> {
  const firsts = new Map<string, number>();
  for (const [at, target] of targets.entries())
    if (target.kind === 'asset' && !firsts.has(target.assetId)) firsts.set(target.assetId, at);
  return firsts;
}

function idNamedBy(item: BatchItem | { readonly kind: 'problem' }): string | null {
  return item.kind === 'item' ? (item.named.asset_id ?? null) : null;
}

function refused(assetId: string | null, problem: Problem): BatchAnswer {
  const { retry_after_seconds } = problem;
  const document = { ...problemDocument(problem), ...(retry_after_seconds && { retry_after_seconds }) };
  return { asset_id: assetId, status: problem.status, problem: document };
}

function twice(assetId: string, first: number): Problem {
  return {
    status: 400,
    code: 'DUPLICATE_ITEM',
    detail: `Asset ${assetId} is named by item ${first} of this batch already.`,
    action: 'Nothing to do if both say the same; else send this one alone, and read what it answers.',
  };
}

const NO_TIME: Problem = {
  status: 503,
  code: 'NOT_NOW',
  detail: 'The call ran out of time before this item was begun: nothing of it was done.',
  action: 'Send this item again, in a smaller batch.',
  retry_after_seconds: 1,
};
