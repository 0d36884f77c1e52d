// Copies parts of an upload to which others copy at the same time: S3's list of parts, looked at every few seconds, is
// all they know of one another.
import { type CopyJob, type CopyPorts, copyParts } from './copy-master.ts';
import { withRetries } from './part-retry.ts';

/**
 * Nobody says which parts he has begun, so a part is copied twice when another has it under way, or had it done after
 * the last look: a few parts where two meet. A look costs one request per thousand parts.
 */
export const LOOK_MS = 3_000;

export interface SharedJob extends Omit<CopyJob, 'partNumbers'> {
  /** The parts that the vault lacks and that this copier is to bring, in the order in which it should. */
  readonly look: () => Promise<readonly number[]>;
}

/**
 * `complete` when a look found nothing left, whoever brought it; parts under way here that others were faster with
 * are cut short. Throws what copyParts and `look` throw.
 */
export async function copyAlong(ports: CopyPorts, job: SharedJob): Promise<'complete' | 'out-of-time'> {
  const look = () => withRetries({ clock: ports.clock, spread: 0 }, job.look);
  const view = { left: await look() };
  const cut = new AbortController();
  const signal = AbortSignal.any([cut.signal, ...(job.signal ? [job.signal] : [])]);
  let isRunning = true;
  const copying = copyParts(ports, { ...job, partNumbers: eachOnce(view), signal }).finally(() => {
    isRunning = false;
  });
  // Awaited below; without this, a failure during a look would count as unhandled.
  copying.catch(() => undefined);
  try {
    while (isRunning) {
      await Promise.race([copying, ports.clock.sleep(LOOK_MS)]);
      view.left = await look();
      if (view.left.length === 0) cut.abort();
    }
  } catch (error) {
    cut.abort(error);
    await copying.catch(() => undefined);
    throw error;
  }
  await copying;
  return view.left.length === 0 ? 'complete' : 'out-of-time';
}

/** What is left as of the latest look, each part once. */
function* eachOnce(view: { readonly left: readonly number[] }): Generator<number> {
  const begun = new Set<number>();
  for (;;) {
    const next = view.left.find((partNumber) => !begun.has(partNumber));
    if (next === undefined) return;
    begun.add(next);
    yield next;
  }
}
