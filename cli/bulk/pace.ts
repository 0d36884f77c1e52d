// How fast calls are made: so many a second, a pause for all when the API asks for one, and growing waits for each.
import { CommandError } from '../problems.ts';

export interface Time {
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Calls of one row before it is left for the next run: about a minute. */
const ATTEMPTS = 7;
const FIRST_RETRY_MS = 500;
/** A pause that is asked for is kept up to this long at a time. */
const LONGEST_PAUSE_MS = 5 * 60_000;

export class Pace {
  readonly #intervalMs: number;
  readonly #time: Time;
  #nextMs = 0;

  constructor(perSecond: number, time: Time) {
    this.#intervalMs = 1_000 / perSecond;
    this.#time = time;
  }

  /** Makes the call when its turn has come, again while it fails in a way that passes. Throws what it came to in the end. */
  async call<T>(send: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#turn();
      try {
        return await send();
      } catch (error) {
        if (!passes(error) || attempt === ATTEMPTS) throw error;
        await this.#yield(error, attempt);
      }
    }
  }

  async #turn(): Promise<void> {
    const atMs = Math.max(this.#time.nowMs(), this.#nextMs);
    this.#nextMs = atMs + this.#intervalMs;
    while (this.#time.nowMs() < atMs) await this.#time.sleep(atMs - this.#time.nowMs());
  }

  /** A 429 is for all who call, and so is a time that the API names; any other failure is this row's alone. */
  async #yield(error: CommandError, attempt: number): Promise<void> {
    const growingMs = FIRST_RETRY_MS * 2 ** (attempt - 1);
    const namedMs = retryAfterMs(error);
    const waitMs = Math.min(Math.max(growingMs, namedMs ?? 0), LONGEST_PAUSE_MS);
    if (namedMs !== undefined || error.problem.status === 429)
      this.#nextMs = Math.max(this.#nextMs, this.#time.nowMs() + waitMs);
    else await this.#time.sleep(waitMs);
  }
}

/** Whether the same call may well go through later. Somebody else's answer does not. */
export function passes(error: unknown): error is CommandError {
  return error instanceof CommandError && error.passing && error.code !== 'NOT_ICEHOUSE';
}

function retryAfterMs({ problem }: CommandError): number | undefined {
  const seconds = problem.retry_after_seconds;
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1_000 : undefined;
}
