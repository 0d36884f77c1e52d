// The governor in memory: the same slots without a table, for tests and the simulation.
import {
  type Governor,
  LONGEST_SLEEP_MS,
  paceOf,
  type Rates,
  waitingForSlot,
} from '../../lambdas/adapters/governor.ts';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import type { Clock } from '../../lambdas/stages/ports.ts';

/** Governors made by one answer share their slots. */
export function memoryGovernors(): (clock: Clock, rates: Rates) => Governor {
  const nextSlots = new Map<string, number>();
  return (clock, rates) => ({
    async take(verb, purpose) {
      const { intervalMs, creditMs } = paceOf(rates, verb, purpose);
      const key = `${verb}#${purpose}`;
      const nowMs = clock.nowMs();
      const slotMs = Math.max(nextSlots.get(key) ?? 0, nowMs - creditMs);
      if (slotMs > nowMs + LONGEST_SLEEP_MS) throw new NotYetError(slotMs, waitingForSlot(purpose));
      nextSlots.set(key, slotMs + intervalMs);
      if (slotMs > nowMs) await clock.sleep(slotMs - nowMs);
    },
    async slowDown(verb, purpose, seconds) {
      const key = `${verb}#${purpose}`;
      nextSlots.set(key, Math.max(nextSlots.get(key) ?? 0, clock.nowMs() + seconds * 1_000));
    },
  });
}
