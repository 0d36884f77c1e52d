// A clock that stands still until a test, or a sleeper, moves it.
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../lambdas/stages/ports.ts';

export interface ManualClock extends Clock {
  /** Moves time on; everyone whose sleep ends on the way wakes at their own time, in order. */
  advance(ms: number): Promise<void>;
  /** How many sleep at this moment. */
  sleepers(): number;
}

export interface ManualClockOptions {
  /** @default 2026-11-01T00:00:00Z */
  readonly startMs?: number;
  /**
   * `advance`: a sleep moves the clock by itself and is over at once, for tests with one flow of events.
   * `wait`: a sleep lasts until the test has advanced the clock far enough.
   * @default advance
   */
  readonly sleep?: 'advance' | 'wait';
}

export function manualClock(options: ManualClockOptions = {}): ManualClock {
  let nowMs = options.startMs ?? Date.UTC(2026, 10, 1);
  let sleeping: { readonly untilMs: number; readonly wake: () => void }[] = [];

  async function advance(ms: number): Promise<void> {
    const targetMs = nowMs + ms;
    while (true) {
      await setImmediate();
      const next = sleeping.filter((sleeper) => sleeper.untilMs <= targetMs).sort(byTime)[0];
      if (!next) break;
      sleeping = sleeping.filter((sleeper) => sleeper !== next);
      nowMs = Math.max(nowMs, next.untilMs);
      next.wake();
    }
    nowMs = targetMs;
  }

  return {
    nowMs: () => nowMs,
    sleepers: () => sleeping.length,
    advance,
    async sleep(ms) {
      const untilMs = nowMs + ms;
      if (options.sleep !== 'wait') nowMs = untilMs;
      else await new Promise<void>((wake) => sleeping.push({ untilMs, wake }));
    },
  };
}

function byTime(a: { untilMs: number }, b: { untilMs: number }): number {
  return a.untilMs - b.untilMs;
}
