// Keeps a claim alive while a long piece of work runs, and stops the work when somebody else has taken the record.
import type { AssetRecord } from '../domain/record.ts';
import type { Work } from './stage.ts';

/**
 * Runs `body`, renewing the lease three times per lease with what `progress` says. When a renewal fails, the signal
 * given to `body` is aborted and the failure (a ConflictError: cancelled, or taken over) is thrown once it ended.
 */
export async function whileHeld<T>(
  work: Work,
  progress: () => Partial<AssetRecord>,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  let isRunning = true;
  const running = body(lost.signal).finally(() => {
    isRunning = false;
  });
  // Awaited below; without this, a failure during a renewal would count as unhandled.
  running.catch(() => undefined);
  try {
    while (isRunning) {
      await Promise.race([running, work.deps.clock.sleep(work.deps.settings.leaseMs / 3)]);
      if (isRunning) await work.renew(progress());
    }
  } catch (error) {
    lost.abort(error);
    await running.catch(() => undefined);
    throw error;
  }
  return running;
}
