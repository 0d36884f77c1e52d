// Tries a step of a copy again when it failed in a way that passes; longer waits where the other side is busy.
import { TransientError } from '../domain/failures.ts';
import type { Clock } from './ports.ts';

export const MAX_ATTEMPTS = 5;
const FIRST_WAIT_MS = 250;
const FIRST_BUSY_WAIT_MS = 2_000;

/** 429 and 503 are said with these codes: whoever sees them slows down. */
const BUSY_CODES = new Set(['SOURCE_BUSY', 'VAULT_BUSY']);

/** No attempt brings back an upload that was aborted or completed meanwhile. */
const UPLOAD_GONE = 'UPLOAD_GONE';

export interface RetryOptions {
  readonly clock: Clock;
  /** Spreads the waits of steps that fail together: any number of the step's own, such as its part number. */
  readonly spread: number;
  /** Asked after each failure: false gives the step up, with its last error. */
  readonly goOn?: (waitMs: number) => boolean;
}

/** Throws the last error of `step`; only TransientError is tried again. */
export async function withRetries<T>(options: RetryOptions, step: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof TransientError) || error.code === UPLOAD_GONE || attempt === MAX_ATTEMPTS)
        throw error;
      const waitMs = backoffMs(error, attempt, options.spread);
      if (options.goOn?.(waitMs) === false) throw error;
      await options.clock.sleep(waitMs);
    }
  }
}

function backoffMs(error: TransientError, attempt: number, spread: number): number {
  const first = BUSY_CODES.has(error.code) ? FIRST_BUSY_WAIT_MS : FIRST_WAIT_MS;
  return first * 3 ** (attempt - 1) * (1 + (spread % 8) / 8);
}
