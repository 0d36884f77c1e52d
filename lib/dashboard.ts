// The dashboard: is anything stuck, lost, late, costly? In counts and bytes, an hour at a time.
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { INSTANCE, METRICS, type MetricName, NAMESPACE } from '../lambdas/contract/metrics.ts';
import { lettersIn, ownMetric, type Watched } from './alarms.ts';

export interface DashboardProps extends Watched {
  readonly bucket: IBucket;
  readonly functions: readonly LambdaFunction[];
  readonly alarms: readonly Alarm[];
}

const HOUR = Duration.hours(1);

const TEXT = `**Stuck?** Row 1: what is due longest in each lane, what failed, what nobody could deliver. **Lost?** Row 2: all zero.
**Late?** Row 1, and row 3 shows whether videos move. **Costly?** Row 4. An alarm is red: its section in docs/runbook.md says what to do.
One video: \`icehouse status ASSET\`, or the log groups of the functions, by \`asset_id\` or \`trace_id\` (the id of the call that asked for its deletion).`;

export function newDashboard(scope: Construct, props: DashboardProps): Dashboard {
  return new Dashboard(scope, 'Dashboard', {
    defaultInterval: Duration.days(7),
    widgets: [
      [new TextWidget({ markdown: TEXT, width: 24, height: 3 })],
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24, height: 4 })],
      stuck(props),
      lost(props),
      moving(props),
      costly(props),
    ],
  });
}

function stuck({ instance, ...queues }: DashboardProps): IWidget[] {
  const letters = [queues.failedInvocations, queues.copyDeadLetters, queues.webhookDeadLetters];
  return [
    graph('Due longest, by lane (seconds)', [each(instance, 'OldestDueSeconds', 'Maximum')], 6),
    graph('Records that failed', [each(instance, 'Failed')], 6),
    graph(
      'Errors of steps, by stage',
      [each(instance, 'StepErrors'), own(instance, 'SetUpErrors'), own(instance, 'MastersAtRisk')],
      6,
    ),
    graph(
      'Dead letters',
      letters.flatMap((queue) => (queue ? [lettersIn(queue)] : [])),
      6,
    ),
  ];
}

function lost({ instance }: DashboardProps): IWidget[] {
  const wrong: readonly MetricName[] = [
    'LostAtSource',
    'DeletedElsewhere',
    'VerificationFailed',
    'AuditErrors',
    'DeletionsWithoutProof',
  ];
  const kept: readonly MetricName[] = ['BrakeOn', 'ErasuresBlocked', 'ErasuresOverdue', 'WebhookRefusals'];
  return [
    graph('Zero for ever', ownAll(instance, wrong), 8),
    graph('Deleted from Mux, by proof', [each(instance, 'Deletions')], 8),
    graph('Held back, blocked, refused', ownAll(instance, kept), 8),
  ];
}

function moving({ instance }: DashboardProps): IWidget[] {
  return [
    graph('Records moved on, by stage', [each(instance, 'Moves')], 12),
    graph('Bytes archived, deleted from Mux, brought back', [each(instance, 'Bytes')], 12),
  ];
}

function costly({ instance, bucket, functions, api }: DashboardProps): IWidget[] {
  const search = `{AWS/S3,BucketName,StorageType} MetricName="BucketSizeBytes" BucketName="${bucket.bucketName}"`;
  const perHour = { period: HOUR, statistic: 'Sum' };
  return [
    // `DeepArchiveStagingStorage` and its like are the parts of uploads that are not finished.
    graph('Vault, bytes by class', [searched(search, 'Average', Duration.days(1))], 6),
    graph('Restores, US dollars by their quotes', [own(instance, 'RestoreUsd')], 6),
    graph(
      'Functions, milliseconds',
      functions.map((each) => each.metricDuration(perHour)),
      6,
    ),
    graph(
      "Calls of the API, Mux's notices among them",
      [api.metricCount(perHour), api.metricServerError(perHour)],
      6,
    ),
  ];
}

function graph(title: string, left: IMetric[], width: number): GraphWidget {
  return new GraphWidget({ title, left, width, height: 6, leftYAxis: { min: 0, showUnits: false } });
}

function ownAll(instance: string, names: readonly MetricName[]): IMetric[] {
  return names.map((name) => own(instance, name));
}

function own(instance: string, name: MetricName): IMetric {
  return ownMetric(instance, name, { period: HOUR });
}

/** One line for each value of the second dimension, those that are to come among them. */
function each(instance: string, name: MetricName, statistic = 'Sum'): IMetric {
  const metric = METRICS[name];
  const by = 'by' in metric ? `,${metric.by}` : '';
  return searched(
    `{${NAMESPACE},${INSTANCE}${by}} MetricName="${name}" ${INSTANCE}="${instance}"`,
    statistic,
    HOUR,
  );
}

function searched(search: string, statistic: string, period: Duration): IMetric {
  const expression = `SEARCH('${search}', '${statistic}', ${period.toSeconds()})`;
  return new MathExpression({ expression, usingMetrics: {}, label: '', period });
}
