// Keeps a claim alive while a long piece of work runs, and stops the work when somebody else has taken the record.
import type { AssetRecord } from '../domain/record.ts';
import type { Work } from './stage.ts';

/** Once the time is over the body needs a moment to end: no beat is shorter. */
const MIN_BEAT_MS = 1_000;

/**
 * Runs `body`, renewing the lease three times per lease with what `progress` says. The signal given to `body` is
 * aborted when the time is over, so that it ends by itself before the function is killed; and when a renewal fails,
 * whose error (a ConflictError: cancelled, or taken over) is thrown once `body` has ended.
 */
export async function whileHeld<T>(
  work: Work,
  progress: () => Partial<AssetRecord>,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const cut = new AbortController();
  let isRunning = true;
  const running = body(cut.signal).finally(() => {
    isRunning = false;
  });
  // Awaited below; without this, a failure during a renewal would count as unhandled.
  running.catch(() => undefined);
  try {
    while (isRunning) {
      const untilDeadlineMs = Math.max(work.deadlineMs - work.nowMs, MIN_BEAT_MS);
      const beatMs = Math.min(work.deps.settings.leaseMs / 3, untilDeadlineMs);
      await Promise.race([running, work.deps.clock.sleep(beatMs)]);
      if (work.nowMs >= work.deadlineMs) cut.abort();
      if (isRunning) await work.renew(progress());
    }
  } catch (error) {
    cut.abort(error);
    await running.catch(() => undefined);
    throw error;
  }
  return running;
}
