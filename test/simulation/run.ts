// Plays many seeds, on every core, and brings the sums together.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Mutation } from './mutate.ts';
import type { Modes } from './plan.ts';
import { merge, newTally, type Tally } from './tally.ts';
import type { Task } from './worker.ts';

export interface RunOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly modes?: Modes;
  readonly mutation?: Mutation;
  readonly stopsAtFirst?: boolean;
  /** @default as many as there are cores */
  readonly workers?: number;
  readonly onProgress?: (tally: Tally) => void;
}

/** Rejects when a worker dies, as one does whose mutation does not apply. */
export async function run(options: RunOptions): Promise<Tally> {
  const { firstSeed, seeds, modes = {}, mutation, stopsAtFirst, workers = availableParallelism() } = options;
  const tally = newTally();
  const running: Worker[] = [];
  const work = (nth: number) =>
    new Promise<void>((resolve, reject) => {
      const task: Task = {
        first: firstSeed + nth,
        step: workers,
        beyond: firstSeed + seeds,
        modes,
        mutation,
        stopsAtFirst,
      };
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task });
      running.push(worker);
      worker.on('message', (more: Tally) => {
        merge(tally, more);
        options.onProgress?.(tally);
        if (stopsAtFirst && tally.failed.length > 0) for (const each of running) void each.terminate();
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  await Promise.all(Array.from({ length: Math.min(workers, seeds) }, (_, nth) => work(nth)));
  // A worker that ended early without an error has left seeds out.
  const isCutShort = stopsAtFirst === true && tally.failed.length > 0;
  if (tally.seeds !== seeds && !isCutShort)
    throw new Error(`Only ${tally.seeds} of ${seeds} seeds were played.`);
  tally.failed.sort((one, other) => one.seed - other.seed);
  return tally;
}
