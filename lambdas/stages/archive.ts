// Stage "archive": waits for the master, copies it into the vault in as many invocations as it takes, proves the
// copy, writes the sidecars. S3's own part list is the checkpoint (law 3): nothing here remembers a part.
import type { PlatformAsset } from '../domain/asset.ts';
import { PermanentError, SourceLapsedError } from '../domain/failures.ts';
import { iso } from '../domain/time.ts';
import { copyIntoVault } from './archive-copy.ts';
import { drain } from './drain.ts';
import { openMaster } from './master.ts';
import type { Next, Work } from './stage.ts';

/** How often a master is asked for again: it errored, took too long, or lapsed in the middle. */
const MAX_MASTER_RESTARTS = 3;

export async function archive(work: Work): Promise<Next> {
  const asset = await work.deps.platform.inspect(work.record.asset_id);
  if (!asset) return drain(work);
  // It had seemed to be gone.
  if (work.record.lost_at) await work.renew({ lost_at: undefined });
  const { master } = asset;
  switch (master.kind) {
    case 'ready':
      return copyWhileReady(work, asset, master.url);
    case 'preparing':
      return hasWaitedTooLong(work)
        ? askAgain(work, asset, 'took too long')
        : work.poll('Mux to prepare the master');
    case 'errored':
      return askAgain(work, asset, 'could not be prepared');
    case 'none':
      return wasJustAskedFor(work) ? work.poll('Mux to prepare the master') : askAgain(work, asset, 'lapsed');
    default:
      return master satisfies never;
  }
}

async function copyWhileReady(work: Work, asset: PlatformAsset, url: string): Promise<Next> {
  work.deps.keptMasters.keep(asset, url);
  try {
    return await copyIntoVault(work, asset, url);
  } catch (error) {
    if (!(error instanceof SourceLapsedError)) throw error;
    work.deps.keptMasters.forget(asset.id);
    // The URL was fresh from the API: if it lapsed under way the next look gives another, else the master is dead.
    const isDead = wasLapsedBefore(work);
    if (isDead) return askAgain(work, asset, 'was refused by its own URL');
    return { kind: 'wait', untilMs: work.nowMs + work.deps.settings.pollMs, waitingFor: LAPSED };
  }
}

const LAPSED = 'a fresh master URL';

function wasLapsedBefore({ record }: Work): boolean {
  return record.waiting_for === LAPSED;
}

function hasWaitedTooLong(work: Work): boolean {
  return work.nowMs - requestedAtMs(work) > work.deps.settings.masterWaitMs;
}

/** The platform may show a master that was just asked for a little late. */
function wasJustAskedFor(work: Work): boolean {
  return work.nowMs - requestedAtMs(work) < 2 * work.deps.settings.pollMs;
}

function requestedAtMs({ record }: Work): number {
  return record.master ? Date.parse(record.master.requested_at) : 0;
}

/** Asks for the master anew; the parts already in the vault are kept if the new file proves to be the same. */
async function askAgain(work: Work, asset: PlatformAsset, why: string): Promise<Next> {
  const restarts = (work.record.master?.restarts ?? 0) + 1;
  if (restarts > MAX_MASTER_RESTARTS) {
    throw new PermanentError(
      'MASTER_UNAVAILABLE',
      `The master ${why}, after ${MAX_MASTER_RESTARTS} further attempts.`,
      {
        action: 'Ask Mux support about the master of this asset, then send the same delete request again.',
        retryable: true,
        from: 'requested',
      },
    );
  }
  if (asset.master.kind !== 'none' && asset.master.kind !== 'errored')
    await work.deps.platform.releaseMaster(asset.id);
  await openMaster(work, asset.master.kind === 'errored' ? asset : { ...asset, master: { kind: 'none' } });
  return {
    kind: 'wait',
    untilMs: work.nowMs + work.deps.settings.pollMs,
    waitingFor: `Mux to prepare the master again (it ${why})`,
    set: { master: { requested_at: iso(work.nowMs), restarts } },
  };
}
