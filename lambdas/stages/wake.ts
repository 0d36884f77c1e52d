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
