// Every alarm: what it reads, from when on it speaks, and what it means. docs/runbook.md has a section for each, by its name.
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { INSTANCE, METRICS, type MetricName, NAMESPACE } from '../lambdas/contract/metrics.ts';
import type { Lane } from '../lambdas/contract/names.ts';

export interface AlarmPlan {
  readonly name: string;
  /** One sentence, for whoever is woken by it. */
  readonly meaning: string;
  readonly metric: IMetric;
  /** It speaks at this and above it. */
  readonly from: number;
  /** In a row. @default 1 */
  readonly periods?: number;
  /** What silence means. @default that all is well */
  readonly silence?: TreatMissingData;
}

export interface Watched {
  /** By what name the functions' metrics are known. */
  readonly instance: string;
  readonly failedInvocations: IQueue;
  readonly copyDeadLetters: IQueue;
  /** Only with prop `webhooks`. */
  readonly webhookDeadLetters?: IQueue;
  readonly api: HttpApi;
}

const OFTEN = Duration.minutes(5);
const HOURLY = Duration.hours(1);
/** For what is looked at, or found, once a day: the alarm stays until a day has gone by without it. */
const DAILY = Duration.days(1);

export function alarmPlans(watched: Watched): readonly AlarmPlan[] {
  return [...lettersOf(watched), ...latenessOf(watched), ...lossesOf(watched), ...othersOf(watched)];
}

/** A metric that the functions write; `of` is its second dimension's value. */
export function ownMetric(
  instance: string,
  metricName: MetricName,
  { statistic = 'Sum', period = OFTEN, of }: { statistic?: string; period?: Duration; of?: string } = {},
): Metric {
  const metric = METRICS[metricName];
  const second = 'by' in metric && of !== undefined ? { [metric.by]: of } : {};
  const dimensionsMap = { [INSTANCE]: instance, ...second };
  return new Metric({ namespace: NAMESPACE, metricName, dimensionsMap, statistic, period });
}

function lettersOf({ failedInvocations, copyDeadLetters, webhookDeadLetters }: Watched): AlarmPlan[] {
  const letters = (name: string, queue: IQueue | undefined, meaning: string): AlarmPlan[] =>
    queue ? [{ name, meaning, metric: lettersIn(queue), from: 1 }] : [];
  return [
    ...letters('FailedInvocations', failedInvocations, 'A function, a schedule or a rule failed.'),
    ...letters('CopyDeadLetters', copyDeadLetters, 'A segment of a large master failed five times.'),
    ...letters('WebhookDeadLetters', webhookDeadLetters, 'Your app did not take an event within a day.'),
  ];
}

export function lettersIn(queue: IQueue): Metric {
  return queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: OFTEN });
}

function latenessOf({ instance }: Watched): AlarmPlan[] {
  const late = (name: string, of: Lane, hours: number, meaning: string) => {
    const metric = ownMetric(instance, 'OldestDueSeconds', { statistic: 'Maximum', of });
    return { name, meaning, metric, from: hours * 3_600, periods: 3 };
  };
  return [
    {
      ...late('StepsLate', 'step', 0.5, 'Work has been due for half an hour, or the sweep does not run.'),
      // The sweep writes this each minute: silence means that it does not run, and nothing goes on.
      silence: TreatMissingData.BREACHING,
    },
    late('DeletionsLate', 'expire', 24, 'A deletion has been due for a day.'),
    late('RequestsLate', 'admit', 7 * 24, 'A request has waited in line for a week.'),
    {
      name: 'MasterAtRisk',
      meaning: 'A master can be read for less than four more hours, and bytes of it are missing.',
      metric: ownMetric(instance, 'MastersAtRisk', { period: HOURLY }),
      from: 1,
    },
  ];
}

function lossesOf({ instance }: Watched): AlarmPlan[] {
  const any = (name: string, metricName: MetricName, period: Duration, meaning: string): AlarmPlan => ({
    ...{ name, meaning, from: 1 },
    metric: ownMetric(instance, metricName, { period }),
  });
  return [
    any('LostAtSource', 'LostAtSource', HOURLY, 'A video is gone from Mux and was not archived.'),
    any('DeletedElsewhere', 'DeletedElsewhere', HOURLY, 'Somebody else deleted an archived video at Mux.'),
    any('VerificationFailed', 'VerificationFailed', HOURLY, 'An archive was refused as proof.'),
    any('DriftFound', 'AuditErrors', DAILY, 'The audit found a video in danger, or not where it should be.'),
    any(
      'DeletionWithoutProof',
      'DeletionsWithoutProof',
      HOURLY,
      'A deletion without a good proof was tried.',
    ),
    any('BrakeOn', 'BrakeOn', HOURLY, 'A hold on everything, or a limit, keeps deletions from going on.'),
    any('ErasureBlocked', 'ErasuresBlocked', DAILY, 'An Object Lock keeps an erasure from its end.'),
    any('ErasureOverdue', 'ErasuresOverdue', DAILY, 'An erasure is more than a day late.'),
  ];
}

function othersOf({ instance, api }: Watched): AlarmPlan[] {
  return [
    {
      name: 'SetUpWrong',
      meaning: 'Steps wait for somebody to mend a grant, a name or a token.',
      metric: ownMetric(instance, 'SetUpErrors', { period: Duration.minutes(15) }),
      from: 1,
      // A secret that is being changed shows up once; what lasts is for a person.
      periods: 2,
    },
    {
      name: 'ApiFailing',
      meaning: 'The API answered five calls or more with 5xx within five minutes.',
      metric: api.metricServerError({ statistic: 'Sum', period: OFTEN }),
      from: 5,
    },
    {
      name: 'NoticesRefused',
      meaning: "Ten notices or more within an hour were not signed with Mux's secret.",
      metric: ownMetric(instance, 'WebhookRefusals', { period: HOURLY }),
      // The route is open to everybody: a stray call is no news.
      from: 10,
    },
  ];
}
