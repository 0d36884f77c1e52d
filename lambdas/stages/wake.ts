// Waking a record: one conditional write claims it, then its stage's function is started. Used by the sweep, the
// webhook, bucket events and the API alike; whoever comes second meets a newer version and leaves it alone.
import { ConflictError } from '../domain/failures.ts';
import { claim, isLeased, stageOf } from '../domain/lifecycle.ts';
import type { AssetRecord } from '../domain/record.ts';
import type { Clock, Dispatch, Ledger } from './ports.ts';

export interface Waking {
  readonly ledger: Ledger;
  readonly dispatch: Dispatch;
  readonly clock: Clock;
  readonly leaseMs: number;
}

/** Claims the record and starts its stage. False when it is in somebody's hands, or somebody was faster. */
export async function wake(record: AssetRecord, waking: Waking): Promise<boolean> {
  const nowMs = waking.clock.nowMs();
  if (isLeased(record, nowMs)) return false;
  try {
    const claimed = await waking.ledger.save(claim(record, nowMs, waking.leaseMs));
    await start(claimed, record.attempts, waking);
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

/**
 * The same by id, for a record that the index says is due: nearly every claim is one write, and no read before it. What
 * cannot be claimed so (the index was behind, or the record had many claims) is read. Undefined when it was not woken.
 */
export async function wakeDue(assetId: string, waking: Waking): Promise<AssetRecord | undefined> {
  const { ledger, clock, leaseMs } = waking;
  const claimed = await ledger.claimDue(assetId, clock.nowMs(), leaseMs);
  if (claimed) {
    await start(claimed, claimed.attempts - 1, waking);
    return claimed;
  }
  const record = await ledger.get(assetId);
  if (!record?.wake_at || Date.parse(record.wake_at) > clock.nowMs()) return undefined;
  return (await wake(record, waking)) ? record : undefined;
}

/** A function that could not be started is no attempt of the record: only the lease stays, and the sweep comes again. */
async function start(claimed: AssetRecord, attempts: number, { ledger, dispatch }: Waking): Promise<void> {
  const { asset_id, life, version, status } = claimed;
  try {
    await dispatch.invoke(stageOf(status), { asset_id, life, version });
  } catch (error) {
    await ledger.save({ ...claimed, attempts });
    throw error;
  }
}
