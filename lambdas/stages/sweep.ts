// Stage "sweep": wakes every record whose time has come. With all webhooks and messages lost, this alone carries on.
import type { Lane } from '../contract/names.ts';
import type { Log } from './ports.ts';
import { type Waking, wake } from './wake.ts';

/** At most this many records per run: about a minute of Mux calls at the default rates, and more lies in the next run. */
export const WAKES_PER_RUN = 100;

/** How many claims are written side by side. */
const SIDE_BY_SIDE = 10;

export async function sweep(lane: Lane, waking: Waking, log: Log): Promise<{ due: number; woken: number }> {
  const startedMs = waking.clock.nowMs();
  const due = await waking.ledger.due(lane, startedMs, WAKES_PER_RUN);
  let woken = 0;
  const queue = [...due];
  const worker = async () => {
    for (let assetId = queue.shift(); assetId !== undefined; assetId = queue.shift()) {
      if (await wakeIfDue(assetId, waking, log)) woken += 1;
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  log.info('swept', { stage: 'sweep', lane, due: due.length, woken, ms: waking.clock.nowMs() - startedMs });
  return { due: due.length, woken };
}

/** The index may be behind: the record itself says whether it is due. One that cannot be woken does not stop the rest. */
async function wakeIfDue(assetId: string, waking: Waking, log: Log): Promise<boolean> {
  try {
    const record = await waking.ledger.get(assetId);
    if (!record?.wake_at || Date.parse(record.wake_at) > waking.clock.nowMs()) return false;
    return await wake(record, waking);
  } catch (error) {
    log.error('could not wake', { stage: 'sweep', asset_id: assetId, error: String(error) });
    return false;
  }
}
