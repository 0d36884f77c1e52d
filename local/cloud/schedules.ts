// EventBridge Scheduler by timers. A run that has not ended keeps the next one of the same schedule from starting.
import { type Clockwork, periodSeconds } from './clockwork.ts';
import type { PlannedSchedule } from './plan.ts';

/** The longest wait that a timer of Node can hold. */
const LONGEST_MS = 2 ** 31 - 1;

export interface RunningSchedules {
  stop(): void;
}

/** `run` answers when the invocation has ended. */
export function startSchedules(
  schedules: readonly PlannedSchedule[],
  clockwork: Clockwork,
  run: (schedule: PlannedSchedule) => Promise<void>,
): RunningSchedules {
  const timers = schedules.map((schedule) => {
    const seconds =
      clockwork.scheduleSeconds?.(schedule.input) ?? periodSeconds(schedule.expression) / clockwork.timeScale;
    let running = false;
    const tick = () => {
      if (running) return;
      running = true;
      void run(schedule).finally(() => {
        running = false;
      });
    };
    return setInterval(tick, Math.min(LONGEST_MS, 1000 * seconds));
  });
  return { stop: () => timers.forEach(clearInterval) };
}
