// A worker of the simulation: plays every n-th seed in a thread of its own, and says now and then how far it is. Given a
// mutation, the code under test is loaded with it.
import { parentPort, workerData } from 'node:worker_threads';
import { applyMutation, type Mutation } from './mutate.ts';
import type { Modes } from './plan.ts';
import { addOutcome, newTally } from './tally.ts';

export interface Task {
  readonly first: number;
  readonly step: number;
  readonly beyond: number;
  readonly modes: Modes;
  readonly mutation?: Mutation;
  /** Ends at the first seed that breaks an invariant. */
  readonly stopsAtFirst?: boolean;
}

const REPORT_EVERY_MS = 500;

const { first, step, beyond, modes, mutation, stopsAtFirst } = workerData as Task;
if (mutation) applyMutation(mutation);
// Only now, so that the mutation is in what is loaded.
const { simulate } = await import('./simulate.ts');

let tally = newTally();
let reportedAt = performance.now();
for (let seed = first; seed < beyond; seed += step) {
  addOutcome(tally, await simulate(seed, modes));
  const isDone = stopsAtFirst === true && tally.failed.length > 0;
  if (!isDone && performance.now() - reportedAt < REPORT_EVERY_MS) continue;
  parentPort?.postMessage(tally);
  tally = newTally();
  reportedAt = performance.now();
  if (isDone) break;
}
parentPort?.postMessage(tally);
