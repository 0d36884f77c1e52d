// The only room that knows what time it is.
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../stages/ports.ts';

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms) => setTimeout(ms),
};
