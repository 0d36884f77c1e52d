// Stage "request": what users ask for, stored as one conditional write, then woken. Nothing here waits for Mux,
// except the one question whether an asset that should be there still is.
import type { StorageClass } from '../contract/names.ts';
import { isInLine } from '../domain/admission.ts';
import { earlyEndWarning } from '../domain/archive-end.ts';
import { type Caller, type Decision, type Outcome, refusedByPurge } from '../domain/decisions.ts';
import { decideHold, decideRelease, type HoldWish } from '../domain/decisions-hold.ts';
import {
  type DeleteRequest,
  decideCancel,
  decideRequest,
  decideReschedule,
  type Reschedule,
} from '../domain/decisions-request.ts';
import { decideRestore, decideRestoreOfPresent, type RestoreWish } from '../domain/decisions-restore.ts';
import { ConflictError } from '../domain/failures.ts';
import { isWithoutCopy } from '../domain/lifecycle.ts';
import type { QuoteRates } from '../domain/offers.ts';
import type { Problem } from '../domain/problem.ts';
import type { AssetRecord } from '../domain/record.ts';
import { confirmEnvironment } from './gone.ts';
import { lastOfLineage } from './lineage.ts';
import type { Ledger, Log, Platform } from './ports.ts';
import { type Waking, wake } from './wake.ts';

export interface RequestDeps {
  readonly ledger: Ledger;
  readonly waking: Waking;
  readonly log: Log;
  /** By which the tier of a restore is chosen. */
  readonly rates: QuoteRates;
  /** In which a master is kept. */
  readonly storageClass: StorageClass;
  /** Made only when an asset must be asked for. */
  platform(): Platform;
}

export type Answer =
  | {
      readonly kind: 'record';
      readonly status: 200 | 202;
      readonly record: AssetRecord;
      readonly outcome?: Outcome;
      readonly warning?: string;
    }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** Somebody else's write came in between this often: the caller is asked to try again. */
const MAX_ROUNDS = 5;

export async function requestDeletion(
  deps: RequestDeps,
  request: DeleteRequest,
  caller: Caller,
): Promise<Answer> {
  const restored_from = await deps.ledger.resolveAlias('asset', request.asset_id);
  const { archiveUntilMs } = request;
  const early = archiveUntilMs && earlyEndWarning(archiveUntilMs, deps.storageClass, caller.nowMs);
  const warnings = early ? [early] : undefined;
  return decideAndStore(
    deps,
    () => deps.ledger.get(request.asset_id),
    async (record) =>
      (!record && (await refusedByOrigin(deps, restored_from))) ||
      decideRequest(record, { ...request, restored_from, warnings }, caller),
  );
}

/** What was erased with its lineage, or is about to be, is not remembered anew by a late request. */
async function refusedByOrigin(
  { ledger }: RequestDeps,
  restoredFrom: string | undefined,
): Promise<Decision | undefined> {
  const origin = restoredFrom === undefined ? undefined : await ledger.get(restoredFrom);
  return origin && refusedByPurge(origin);
}

export async function cancelRequest(
  deps: RequestDeps,
  assetId: string,
  caller: Caller,
  reason?: string,
): Promise<Answer> {
  return onTracked(deps, assetId, (record) => decideCancel(record, caller, reason));
}

export async function reschedule(
  deps: RequestDeps,
  assetId: string,
  wish: Reschedule,
  caller: Caller,
): Promise<Answer> {
  return onTracked(deps, assetId, (record) => decideReschedule(record, wish, caller));
}

export async function holdAsset(
  deps: RequestDeps,
  assetId: string,
  wish: HoldWish,
  caller: Caller,
): Promise<Answer> {
  return onTracked(deps, assetId, (record) => decideHold(record, wish, caller));
}

export async function releaseAsset(
  deps: RequestDeps,
  assetId: string,
  reason: string | undefined,
  caller: Caller,
): Promise<Answer> {
  return decideAndStore(
    deps,
    () => heldByThisId(deps.ledger, assetId),
    (record) =>
      record ? decideRelease(record, reason, caller) : { kind: 'refuse', problem: notTracked(assetId) },
  );
}

/** A hold may lie on what the video was before it was restored: it no longer keeps a deletion, but it keeps an erasure. */
async function heldByThisId(ledger: Ledger, assetId: string): Promise<AssetRecord | undefined> {
  const own = await ledger.get(assetId);
  return own?.hold ? own : lastOfLineage(ledger, assetId);
}

export async function requestRestore(
  deps: RequestDeps,
  assetId: string,
  wish: RestoreWish,
  caller: Caller,
): Promise<Answer> {
  const decide = async (record: AssetRecord) => {
    const decision = decideRestore(record, wish, caller, deps.rates);
    if (
      decision.kind === 'write' &&
      decision.outcome === 'cancelled' &&
      (await isLostUnnoticed(deps, record))
    )
      return decideRestoreOfPresent(decision.record, false, wish, caller, deps.rates);
    if (decision.kind !== 'ask-platform') return decision;
    const isAlive = await isAtPlatform(deps, decision.assetId);
    return decideRestoreOfPresent(record, isAlive, wish, caller, deps.rates);
  };
  return decideAndStore(
    deps,
    () => restorableOf(deps.ledger, assetId),
    (record) => (record ? decide(record) : { kind: 'refuse', problem: notTracked(assetId) }),
  );
}

/** The record that a restore of this id is about, whichever id of the lineage it is. */
export async function restorableOf(ledger: Ledger, assetId: string): Promise<AssetRecord | undefined> {
  const own = await ledger.get(assetId);
  const origin = own && holdsNothing(own) ? own.restored_from : undefined;
  return lastOfLineage(ledger, origin ?? assetId, (next) => !holdsNothing(next));
}

/** Nothing of its own that could be brought back, and no request under way: the asset it was restored from has the archive and knows more. */
export function holdsNothing(record: AssetRecord): boolean {
  const { archive, status, lost_at } = record;
  const isWithout = !archive && (status === 'cancelled' || (status === 'deleted' && isWithoutCopy(record)));
  return lost_at !== undefined || isWithout;
}

/** Throws PermanentError WRONG_ENVIRONMENT: a token of another environment knows no asset of ours. */
async function isAtPlatform(
  { ledger, platform: platformOf }: RequestDeps,
  assetId: string,
): Promise<boolean> {
  const platform = platformOf();
  if (await platform.inspect(assetId)) return true;
  await confirmEnvironment({ deps: { ledger, platform } });
  return false;
}

/** There is nothing to take back of an asset that somebody deleted past us. Where nobody can be asked, it counts as there. */
async function isLostUnnoticed(deps: RequestDeps, { asset_id, archive }: AssetRecord): Promise<boolean> {
  if (!archive) return false;
  try {
    return !(await isAtPlatform(deps, asset_id));
  } catch (error) {
    deps.log.error('not asked for before its restore', { asset_id, error: String(error) });
    return false;
  }
}

function onTracked(
  deps: RequestDeps,
  assetId: string,
  decide: (record: AssetRecord) => Decision | Promise<Decision>,
): Promise<Answer> {
  return decideAndStore(
    deps,
    () => lastOfLineage(deps.ledger, assetId),
    (record) => (record ? decide(record) : { kind: 'refuse', problem: notTracked(assetId) }),
  );
}

async function decideAndStore(
  deps: RequestDeps,
  read: () => Promise<AssetRecord | undefined>,
  decide: (record: AssetRecord | undefined) => Decision | Promise<Decision>,
): Promise<Answer> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const record = await read();
    const decision = await decide(record);
    if (decision.kind === 'refuse') return { kind: 'problem', problem: decision.problem };
    if (decision.kind === 'answer' && record) return { ...decision, kind: 'record', record };
    if (decision.kind !== 'write') throw new Error(`No answer for a decision of kind ${decision.kind}.`);
    try {
      const stored = await deps.ledger.save(decision.record);
      await wakeNow(deps, stored);
      const { status, outcome, warning } = decision;
      return { kind: 'record', status, record: stored, outcome, warning };
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  return { kind: 'problem', problem: BUSY };
}

/** With so many requests not begun, itself among them, a new one waits for the sweep: a flood starts no function for each. */
const LONG_LINE = 10;

/** The request is stored; if its stage cannot be started now, the sweep starts it. */
async function wakeNow(deps: RequestDeps, record: AssetRecord): Promise<void> {
  try {
    if (isInLine(record) && (await deps.ledger.countStatus('requested', LONG_LINE)) === LONG_LINE) return;
    await wake(record, deps.waking);
  } catch (error) {
    deps.log.error('not woken; the sweep will', { asset_id: record.asset_id, error: String(error) });
  }
}

export const BUSY: Problem = {
  status: 503,
  code: 'RECORD_BUSY',
  detail: 'The record changed several times while this call was being decided.',
  action: 'Send the same call again.',
  retry_after_seconds: 1,
};

export function notTracked(id: string): Problem {
  return {
    status: 404,
    code: 'NOT_TRACKED',
    detail: `Icehouse knows nothing of ${id}.`,
    action: 'Nobody asked to delete it: play it as it is. If you expected a record, check the id.',
  };
}
