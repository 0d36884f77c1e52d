// Stage "sweep": wakes every record whose time has come. With all webhooks and messages lost, this alone carries on.
import type { Lane } from '../contract/names.ts';
import type { Log } from './ports.ts';
import { type Waking, wake } from './wake.ts';

/** At most this many records per run: about a minute of Mux calls at the default rates, and more lies in the next run. */
export const WAKES_PER_RUN = 100;

/** Of archives past their tick: what the governor's share for deletions serves in a minute, a little more. */
export const EXPIRES_PER_RUN = 20;

/** How many claims are written side by side. */
const SIDE_BY_SIDE = 10;

/**
 * The minute's sweep also goes on with archives that an expiry tick found due and could not all wake: their wakes lie
 * on ticks, so none is woken before its own.
 */
export async function sweep(lane: Lane, waking: Waking, log: Log): Promise<void> {
  if (lane === 'step') await sweepLane('step', WAKES_PER_RUN, waking, log);
  await sweepLane('expire', EXPIRES_PER_RUN, waking, log);
}

async function sweepLane(lane: Lane, limit: number, waking: Waking, log: Log): Promise<void> {
  const startedMs = waking.clock.nowMs();
  const due = await waking.ledger.due(lane, startedMs, limit);
  let woken = 0;
  const queue = [...due];
  const worker = async () => {
    for (let assetId = queue.shift(); assetId !== undefined; assetId = queue.shift()) {
      if (await wakeIfDue(assetId, waking, log)) woken += 1;
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  log.info('swept', { stage: 'sweep', lane, due: due.length, woken, ms: waking.clock.nowMs() - startedMs });
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
