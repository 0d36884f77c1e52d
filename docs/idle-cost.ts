// What a stack costs in a month in which nobody asks for anything, reckoned from its template. Pure but for the command below.
// `node docs/idle-cost.ts cdk.out/Icehouse.template.json` prints it for your own props, after `npm run synth`.
import { readFileSync } from 'node:fs';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { DAYS_PER_MONTH, GB_BYTES } from '../lambdas/domain/prices.ts';

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

export interface CostLine {
  readonly what: string;
  readonly quantity: string;
  readonly usd: number;
  /** How the figures under it are known: the weakest of them. */
  readonly trust: 'reported' | 'assumed';
}

/**
 * US dollars, us-east-1, first step of each scale, without free tiers. All reported: as third parties quoted AWS's pages in
 * 2025 and 2026, not read by us at their place.
 */
const USD = {
  alarmMonth: 0.1,
  dashboardMonth: 3,
  metricMonth: 0.3,
  secretMonth: 0.4,
  keyMonth: 1,
  schedule: 1e-6,
  request: 0.2e-6,
  gbSecond: { arm64: 0.0000133334, x86_64: 0.0000166667 },
  readUnit: 0.125e-6,
  queueCall: 0.4e-6,
  logGb: 0.5,
} as const;

/** Assumed: what one run with nothing to do takes, and what it writes with Lambda's own lines. */
const RUN = { seconds: 0.3, logBytes: 2_000 };

/** 24 queries of a half each and one item: docs/decisions/0011. */
const READ_UNITS_OF_A_SWEEP = 12.5;

/** The two lanes that the sweep writes the age of, each minute: docs/decisions/0033. */
const IDLE_METRICS = 2;

/** Assumed: Lambda keeps five long polls of 20 s open on an empty queue that runs a function. */
const POLLS_PER_MONTH = 5 * 3 * 60 * 24 * DAYS_PER_MONTH;

/** Throws an Error for a schedule that it cannot count. */
export function idleCost({ Resources }: Template): readonly CostLine[] {
  const all = (type: string) => Object.values(Resources).filter(({ Type }) => Type === type);
  const count = (type: string) => all(type).length;
  const runs = all('AWS::Scheduler::Schedule').map((schedule) => runOf(schedule, Resources));
  const times = runs.reduce((sum, run) => sum + run.times, 0);
  const gbSeconds = runs.reduce((sum, run) => sum + run.times * RUN.seconds * run.memoryGb, 0);
  const computeUsd = runs.reduce((sum, run) => sum + run.times * RUN.seconds * run.memoryGb * run.usd, 0);
  const logGb = (times * RUN.logBytes) / GB_BYTES;
  const polls = count('AWS::Lambda::EventSourceMapping') * POLLS_PER_MONTH;
  const metrics = all('AWS::Lambda::Function').some(isWatched) ? IDLE_METRICS : 0;
  return [
    each('dashboards', count('AWS::CloudWatch::Dashboard'), USD.dashboardMonth),
    each('alarms', count('AWS::CloudWatch::Alarm'), USD.alarmMonth),
    each('metrics that are always written', metrics, USD.metricMonth),
    each('secrets', count('AWS::SecretsManager::Secret'), USD.secretMonth),
    each('keys', count('AWS::KMS::Key'), USD.keyMonth),
    each('calls of Lambda to empty queues that run a function', polls, USD.queueCall, 'assumed'),
    each('runs by schedule', Math.round(times), USD.schedule + USD.request),
    {
      what: 'their compute',
      quantity: `${number(gbSeconds)} GB-s`,
      usd: computeUsd,
      trust: 'assumed' as const,
    },
    each('read units of their queries', Math.round(times * READ_UNITS_OF_A_SWEEP), USD.readUnit),
    {
      what: 'what they log',
      quantity: `${number(logGb * 1024)} MB`,
      usd: logGb * USD.logGb,
      trust: 'assumed' as const,
    },
  ].filter(({ usd }) => usd > 0);
}

/** As Markdown, its sum last. */
export function idleCostTable(lines: readonly CostLine[]): string {
  const sum = lines.reduce((total, { usd }) => total + usd, 0);
  return [
    '| a month of nothing | | US dollars | known by |',
    '|---|---|---|---|',
    ...lines.map(
      ({ what, quantity, usd, trust }) => `| ${what} | ${quantity} | ${usd.toFixed(2)} | ${trust} |`,
    ),
    `| **together** | | **${sum.toFixed(2)}** | |`,
  ].join('\n');
}

function each(what: string, amount: number, usd: number, trust: CostLine['trust'] = 'reported'): CostLine {
  return { what, quantity: number(amount), usd: amount * usd, trust };
}

function runOf({ Properties: schedule = {} }: Resource, resources: Template['Resources']) {
  const { Arn } = schedule.Target as { Arn: { 'Fn::GetAtt': [string, string] } };
  const target = resources[Arn['Fn::GetAtt'][0]]?.Properties;
  const [architecture = 'x86_64'] = (target?.Architectures ?? []) as ('arm64' | 'x86_64')[];
  return {
    times: runsPerMonth(String(schedule.ScheduleExpression)),
    memoryGb: Number(target?.MemorySize) / 1024,
    usd: USD.gbSecond[architecture],
  };
}

/** Of the expressions that lib/schedules.ts makes: each is at a minute, or each minute, of some hours of some days. */
export function runsPerMonth(expression: string): number {
  const [, every] = /^rate\((\d+) minutes?\)$/.exec(expression) ?? [];
  if (every) return (DAYS_PER_MONTH * 24 * 60) / Number(every);
  const [, hour, day, month, weekDay] =
    /^cron\(0 (\*|\d+) (\*|\?|1) (\*|1\/3) (\*|\?|MON) \*\)$/.exec(expression) ?? [];
  if (!hour) throw new Error(`Schedule ${expression}: expected one of lib/schedules.ts.`);
  const perDay = hour === '*' ? 24 : 1;
  if (weekDay === 'MON') return (perDay * DAYS_PER_MONTH) / 7;
  if (day !== '1') return perDay * DAYS_PER_MONTH;
  return month === '1/3' ? perDay / 3 : perDay;
}

function isWatched({ Properties }: Resource): boolean {
  const { Variables = {} } = (Properties?.Environment ?? {}) as { Variables?: object };
  return ENVIRONMENT.instance in Variables;
}

function number(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

if (process.argv[1] === import.meta.filename) {
  const file = process.argv[2] ?? 'cdk.out/Icehouse.template.json';
  process.stdout.write(`${idleCostTable(idleCost(JSON.parse(readFileSync(file, 'utf8'))))}\n`);
}
