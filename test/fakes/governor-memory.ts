// The governor in memory: the same slots and places without a table, for tests and the simulation.
import {
  type Governor,
  lastPlaceMs,
  paceOf,
  purposesOf,
  type Rates,
  waitingForSlot,
} from '../../lambdas/adapters/governor.ts';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import type { Clock } from '../../lambdas/stages/ports.ts';

/** Governors made by one answer share their slots. */
export function memoryGovernors(): (clock: Clock, rates: Rates, patienceMs: number) => Governor {
  const nextSlots = new Map<string, number>();
  const nextPlaces = new Map<string, number>();
  return (clock, rates, patienceMs) => ({
    async take(verb, purpose, patience = patienceMs) {
      const { intervalMs, creditMs, placeMs } = paceOf(rates, verb, purpose);
      const key = `${verb}#${purpose}`;
      const nowMs = clock.nowMs();
      const slotMs = Math.max(nextSlots.get(key) ?? 0, nowMs - creditMs);
      if (slotMs > nowMs + patience) {
        const atMs = Math.max(nextPlaces.get(key) ?? 0, slotMs);
        if (atMs > lastPlaceMs(slotMs)) throw new NotYetError(lastPlaceMs(slotMs), waitingForSlot(purpose));
        nextPlaces.set(key, atMs + placeMs);
        throw new NotYetError(atMs, waitingForSlot(purpose));
      }
      nextSlots.set(key, slotMs + intervalMs);
      if (slotMs > nowMs) await clock.sleep(slotMs - nowMs);
    },
    async slowDown(verb, seconds) {
      for (const purpose of purposesOf(verb)) {
        const key = `${verb}#${purpose}`;
        nextSlots.set(key, Math.max(nextSlots.get(key) ?? 0, clock.nowMs() + Math.ceil(seconds * 1_000)));
      }
    },
  });
}
