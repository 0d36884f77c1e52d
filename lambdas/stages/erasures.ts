// Orders of erasure, as people give them, stop them and look at them. The record of the lineage's root is the truth; the
// order's own file, written beside it, outlives what it erased.
import type { Caller, Decision } from '../domain/decisions.ts';
import { type ErasureCertificate, erasureCertificate, runsOutLater } from '../domain/erasure-certificate.ts';
import { assetIdsOf, type ErasureView, purgeOf, viewErasure } from '../domain/erasure-view.ts';
import { ConflictError } from '../domain/failures.ts';
import type { Problem } from '../domain/problem.ts';
import { orderErasure, stopErasure } from '../domain/purge.ts';
import type { AssetRecord, ErasureOrder } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { type WhatGoes, whatGoes } from '../domain/what-goes.ts';
import type { ErasureFile, Erasures, Ledger, Log } from './ports.ts';
import { BUSY } from './request.ts';
import { type Waking, wake } from './wake.ts';
import { wholeLineage } from './whole-lineage.ts';

export interface ErasureDeps {
  readonly ledger: Ledger;
  readonly erasures: Erasures;
  readonly waking: Waking;
  readonly log: Log;
}

export interface ErasureWish {
  /** Of the order to be. */
  readonly id: string;
  readonly requestedBy: string;
  readonly legalBasis: string;
  /** Nothing is removed before. */
  readonly executesAtMs: number;
}

/** One order, whole: with what it will remove while it is open, and its certificate once it is done. */
export type WholeErasure = ErasureView & {
  readonly what_goes?: WhatGoes;
  readonly runs_out_later?: ReturnType<typeof runsOutLater>;
  readonly certificate?: ErasureCertificate;
};

export type ErasureAnswer =
  | { readonly kind: 'erasure'; readonly erasure: WholeErasure }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Somebody else's write came in between this often: the caller is asked to try again. */
const MAX_ROUNDS = 5;

/** `assetId`: any of the lineage. */
export async function orderErasureOf(
  deps: ErasureDeps,
  assetId: string,
  wish: ErasureWish,
  caller: Caller,
): Promise<ErasureAnswer> {
  return decided(async () => {
    const lineage = await wholeLineage(deps.ledger, assetId);
    if (!lineage) return refusal(notTracked(assetId));
    const { root, records } = lineage;
    const order = orderOf(wish, assetId, root.asset_id, caller);
    // Stored already, where the answer to that write was lost.
    const isStored = root.purge?.order?.id === order.id;
    const leader = isStored ? root : await stored(deps, orderErasure(root, order, caller));
    if ('problem' in leader) return leader;
    const file = { ...order, asset_ids: assetIdsOf(records) };
    await keep(deps, file);
    await wakeNow(deps, leader);
    return { kind: 'erasure', erasure: whole(file, records.with(0, leader), caller.nowMs) };
  });
}

/** Stopping it again changes nothing. */
export async function stopErasureOf(
  deps: ErasureDeps,
  id: string,
  wish: { readonly userId: string; readonly reason: string },
  caller: Caller,
): Promise<ErasureAnswer> {
  return decided(async () => {
    const kept = await deps.erasures.get(id);
    if (!kept) return refusal(noSuchErasure(id));
    const root = await deps.ledger.get(kept.root_asset_id);
    // Another order may stand on the record by now: that one is not to be stopped by this id.
    if (!root || !purgeOf(kept, root))
      return kept.done_at ? refusal(isDone(kept)) : viewed(deps, kept, caller.nowMs);
    const leader = await stored(deps, stopErasure(root, caller, wish.reason));
    if ('problem' in leader) return leader;
    const file = { ...kept, stopped: { at: iso(caller.nowMs), user_id: wish.userId, reason: wish.reason } };
    await keep(deps, file);
    await wakeNow(deps, leader);
    return viewed(deps, file, caller.nowMs);
  });
}

export async function findErasure(
  deps: Pick<ErasureDeps, 'ledger' | 'erasures'>,
  id: string,
  nowMs: number,
): Promise<ErasureAnswer> {
  const kept = await deps.erasures.get(id);
  return kept ? viewed(deps, kept, nowMs) : refusal(noSuchErasure(id));
}

/** Newest last. Throws PermanentError INVALID_CURSOR. */
export async function listErasures(
  { ledger, erasures }: Pick<ErasureDeps, 'ledger' | 'erasures'>,
  query: { readonly cursor?: string; readonly limit: number },
  nowMs: number,
) {
  const { files, nextCursor } = await erasures.list(query);
  const data = await Promise.all(
    files.map(async (kept) => viewErasure(kept, await ledger.get(kept.root_asset_id), nowMs)),
  );
  return { data, next_cursor: nextCursor };
}

async function viewed({ ledger }: Pick<ErasureDeps, 'ledger'>, kept: ErasureFile, nowMs: number) {
  const lineage = await wholeLineage(ledger, kept.root_asset_id);
  return { kind: 'erasure' as const, erasure: whole(kept, lineage?.records ?? [], nowMs) };
}

/** `records`: the lineage, the root first. What was restored since the order was given goes too. */
function whole(kept: ErasureFile, records: readonly AssetRecord[], nowMs: number): WholeErasure {
  const asset_ids = [...new Set([...(kept.asset_ids ?? []), ...assetIdsOf(records)])];
  const view = viewErasure({ ...kept, asset_ids }, records[0], nowMs);
  if (view.state === 'stopped') return view;
  const certificate = erasureCertificate(view);
  if (certificate) return { ...view, certificate };
  const fromMs = Math.max(nowMs, Date.parse(view.executes_at));
  return { ...view, what_goes: whatGoes(records, fromMs), runs_out_later: runsOutLater(fromMs) };
}

function orderOf(wish: ErasureWish, assetId: string, rootId: string, caller: Caller): ErasureOrder {
  return {
    id: wish.id,
    asset_id: assetId,
    root_asset_id: rootId,
    requested_by: wish.requestedBy,
    legal_basis: wish.legalBasis,
    principal: caller.principal,
    request_id: caller.requestId,
    ordered_at: iso(caller.nowMs),
    executes_at: iso(wish.executesAtMs),
  };
}

async function decided(round: () => Promise<ErasureAnswer>): Promise<ErasureAnswer> {
  for (let rounds = 0; rounds < MAX_ROUNDS; rounds++) {
    try {
      return await round();
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  return refusal(BUSY);
}

/** Throws ConflictError. */
async function stored({ ledger }: ErasureDeps, decision: Decision): Promise<AssetRecord | Refused> {
  if (decision.kind === 'refuse') return refusal(decision.problem);
  if (decision.kind === 'write') return ledger.save(decision.record);
  throw new Error(`No answer for a decision of kind ${decision.kind}.`);
}

/** The record has it already: what is lost here the stage writes again, or the view works out. */
async function keep({ erasures, log }: ErasureDeps, file: ErasureFile): Promise<void> {
  try {
    await erasures.put(file);
  } catch (error) {
    log.error('order of erasure not written beside its record', {
      erasure_id: file.id,
      error: String(error),
    });
  }
}

async function wakeNow({ waking, log }: ErasureDeps, record: AssetRecord): Promise<void> {
  try {
    await wake(record, waking);
  } catch (error) {
    log.error('not woken; the sweep will', { asset_id: record.asset_id, error: String(error) });
  }
}

type Refused = Extract<ErasureAnswer, { kind: 'problem' }>;

function refusal(problem: Problem): Refused {
  return { kind: 'problem', problem };
}

function notTracked(assetId: string): Problem {
  return {
    status: 404,
    code: 'NOT_TRACKED',
    detail: `Icehouse has no record of ${assetId}: nobody ever asked to delete it.`,
    action:
      'Check the id. A video that nobody asked to delete is deleted from Mux without a copy by POST /v1/delete-requests/delete-only; if `icehouse slim` has taken anything from it, order its erasure after that.',
  };
}

function noSuchErasure(id: string): Problem {
  return {
    status: 404,
    code: 'NO_SUCH_ERASURE',
    detail: `There is no order of erasure ${id}.`,
    action: 'GET /v1/erasures (icehouse erase --list) lists them.',
  };
}

function isDone({ id, done_at }: ErasureFile): Problem {
  return {
    status: 409,
    code: 'TOO_LATE_TO_STOP',
    detail: `Order ${id} was carried out ${done_at}.`,
    action: 'Only the original file can bring the video back.',
  };
}
