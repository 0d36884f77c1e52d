// Does the jobs of the state when their time comes. A job leaves the state only when done, so a restart loses none.
import { randomUUID } from 'node:crypto';
import type { Job, State, Work } from './model.ts';

/** Does one piece of work; answers when to try again, or undefined when it is done. */
export type Worker = (work: Work, signal: AbortSignal) => Promise<number | undefined>;

const LONGEST_SLEEP_MS = 60_000;

export class Scheduler {
  readonly #state: State;
  readonly #work: Worker;
  readonly #changed: () => void;
  readonly #running = new Map<string, Promise<void>>();
  #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #started = false;

  constructor(state: State, work: Worker, changed: () => void) {
    this.#state = state;
    this.#work = work;
    this.#changed = changed;
  }

  add(work: Work, atMs: number): void {
    const id = randomUUID();
    this.#state.jobs[id] = { id, atMs, work };
    this.#changed();
    this.#arm();
  }

  /** Drops what was still to be done about an asset; its webhooks go on. */
  dropAsset(assetId: string): void {
    for (const { id, work } of Object.values(this.#state.jobs)) {
      if (work.kind !== 'webhook' && work.assetId === assetId) delete this.#state.jobs[id];
    }
  }

  start(): void {
    this.#closing = new AbortController();
    this.#started = true;
    this.#arm();
  }

  /** Breaks off what is running; it stays in the state and begins anew after the next start. */
  async stop(): Promise<void> {
    this.#started = false;
    clearTimeout(this.#timer);
    this.#closing.abort();
    await Promise.all(this.#running.values());
  }

  #arm(): void {
    if (!this.#started) return;
    clearTimeout(this.#timer);
    const waiting = Object.values(this.#state.jobs).filter(({ id }) => !this.#running.has(id));
    if (waiting.length === 0) return;
    const nextMs = waiting.reduce((least, { atMs }) => Math.min(least, atMs), Number.POSITIVE_INFINITY);
    const sleepMs = Math.min(Math.max(0, nextMs - Date.now()), LONGEST_SLEEP_MS);
    this.#timer = setTimeout(() => this.#runDue(), sleepMs);
  }

  #runDue(): void {
    const due = Object.values(this.#state.jobs)
      .filter(({ id, atMs }) => atMs <= Date.now() && !this.#running.has(id))
      .sort((one, other) => one.atMs - other.atMs);
    for (const job of due) this.#running.set(job.id, this.#run(job));
    this.#arm();
  }

  async #run(job: Job): Promise<void> {
    const { signal } = this.#closing;
    try {
      const againAtMs = await this.#work(job.work, signal);
      const isStillWanted = job.id in this.#state.jobs;
      if (againAtMs === undefined) delete this.#state.jobs[job.id];
      else if (isStillWanted) this.#state.jobs[job.id] = { ...job, atMs: againAtMs };
    } catch (error) {
      if (!signal.aborted) {
        delete this.#state.jobs[job.id];
        console.error(`The simulator could not do ${job.work.kind}:`, error);
      }
    } finally {
      this.#running.delete(job.id);
      this.#changed();
      this.#arm();
    }
  }
}
