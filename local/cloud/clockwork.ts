// One time scale for every duration of the template, and the options that win over it.
import { CloudError } from './cloud-error.ts';

export interface Clockwork {
  /** Every duration of the template is divided by this. */
  readonly timeScale: number;
  /** Seconds between the runs of a schedule; undefined leaves it to the time scale. */
  readonly scheduleSeconds?: (input: unknown) => number | undefined;
  /** Environment variables that win over the template's, in functions that have them. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Below this a function that starts Node and an SDK has no time to work; shorter timeouts stay as they are. */
const SHORTEST_TIMEOUT_SECONDS = 15;

/** A lease must outlive one slow step, whatever the scale. */
const SHORTEST_LEASE_SECONDS = 5;

export function scaledTimeoutMs(timeoutSeconds: number, timeScale: number): number {
  const scaled = Math.max(SHORTEST_TIMEOUT_SECONDS, timeoutSeconds / timeScale);
  return 1000 * Math.min(timeoutSeconds, scaled);
}

export function scaledEnvironment(
  environment: Readonly<Record<string, string>>,
  clockwork: Clockwork,
): Record<string, string> {
  const entries = Object.entries(environment).map(([name, value]) => {
    const isSeconds = name.endsWith('_SECONDS') && /^\d+(\.\d+)?$/.test(value);
    const scaled = isSeconds ? String(scaledSeconds(name, Number(value), clockwork.timeScale)) : value;
    return [name, clockwork.environment?.[name] ?? scaled];
  });
  return Object.fromEntries(entries);
}

function scaledSeconds(name: string, seconds: number, timeScale: number): number {
  const shortest = name === 'LEASE_SECONDS' ? SHORTEST_LEASE_SECONDS : 1;
  return Math.min(seconds, Math.max(shortest, Math.round(seconds / timeScale)));
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3600, day: 86_400 };

/** The time between two runs, unscaled. Throws CloudError TEMPLATE_NOT_UNDERSTOOD. */
export function periodSeconds(expression: string): number {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count) return Number(count) * (UNIT_SECONDS[unit] ?? 0);
  const cron = /^cron\((.+)\)$/.exec(expression)?.[1]?.split(' ');
  if (cron?.length === 6) return nominalPeriodSeconds(cron);
  const todo = 'Use rate(…) or cron(…), or teach local/cloud/clockwork.ts';
  throw new CloudError(
    'TEMPLATE_NOT_UNDERSTOOD',
    `schedule expression ${expression} is not understood. ${todo}.`,
  );
}

/** A scaled clock has no Mondays, so a cron expression counts only by how often it comes round. */
function nominalPeriodSeconds([minute, hour, dayOfMonth = '', month, dayOfWeek = '']: string[]): number {
  const every = (field: string) => field === '*' || field === '?';
  if (minute === '*') return 60;
  if (hour === '*') return 3600;
  if (every(dayOfMonth) && every(dayOfWeek)) return 86_400;
  if (!every(dayOfWeek) && !dayOfWeek.includes('#')) return 7 * 86_400;
  return month === '*' ? 30 * 86_400 : 91 * 86_400;
}
