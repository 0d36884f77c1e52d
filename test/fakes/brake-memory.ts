// The brake in memory: the same limits and the same hold without a table, for tests and the simulation.
import { type DeletionLimits, spentLimit } from '../../lambdas/domain/brake.ts';
import type { Hold } from '../../lambdas/domain/record.ts';
import type { Brake } from '../../lambdas/stages/ports.ts';

export function memoryBrake(limits: DeletionLimits): Brake {
  const counts = new Map<string, number>();
  let hold: Hold | undefined;

  function keysOf(nowMs: number, userId = '') {
    const time = new Date(nowMs).toISOString();
    return { hour: time.slice(0, 13), day: time.slice(0, 10), userDay: `${time.slice(0, 10)} ${userId}` };
  }
  const countOf = (key: string) => counts.get(key) ?? 0;

  return {
    async holdOnAll() {
      return hold;
    },
    async setHoldOnAll(next, onlyIf) {
      if (onlyIf && hold?.since !== onlyIf.since) return false;
      hold = next && structuredClone(next);
      return true;
    },
    async countDeletion({ userId, nowMs }) {
      const { hour, day, userDay } = keysOf(nowMs, userId);
      const counted = { hour: countOf(hour), day: countOf(day), userDay: countOf(userDay) };
      const spent = spentLimit(limits, counted, { userId, nowMs });
      if (spent) return spent;
      for (const key of [hour, day, userDay]) counts.set(key, countOf(key) + 1);
      return { kind: 'go' };
    },
    async counted(nowMs) {
      const { hour, day } = keysOf(nowMs);
      return { hour: countOf(hour), day: countOf(day) };
    },
  };
}
