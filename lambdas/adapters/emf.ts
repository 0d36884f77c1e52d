// CloudWatch's embedded metric format: a log line with `_aws` on it becomes metrics, without a call and without a library.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import { INSTANCE, METRICS, type Measures, type MetricName, NAMESPACE } from '../contract/metrics.ts';

export interface EmfOptions {
  /** Which Icehouse of the account this is. */
  readonly instance: string;
  readonly nowMs: () => number;
}

type Fields = Readonly<Record<string, unknown>>;

/** What is to be put on a log line so that it counts: one directive per set of dimensions, and the values beside it. */
export function emf(measures: Measures, fields: Fields, { instance, nowMs }: EmfOptions): Fields {
  const names = (Object.keys(measures) as MetricName[]).filter((name) => measures[name] !== undefined);
  if (names.length === 0) return {};
  const dimensions = names.flatMap((name) => dimensionOf(name) ?? []);
  return {
    _aws: { Timestamp: nowMs(), CloudWatchMetrics: directives(names) },
    [INSTANCE]: instance,
    ...Object.fromEntries(dimensions.map((by) => [by, String(fields[by.toLowerCase()])])),
    ...measures,
  };
}

function directives(names: readonly MetricName[]) {
  const sets = Map.groupBy(names, (name) => dimensionOf(name));
  return [...sets].map(([by, inSet]) => ({
    Namespace: NAMESPACE,
    Dimensions: [by ? [INSTANCE, by] : [INSTANCE]],
    Metrics: inSet.map((Name) => ({ Name, Unit: METRICS[Name].unit })),
  }));
}

function dimensionOf(name: MetricName): string | undefined {
  const metric = METRICS[name];
  return 'by' in metric ? metric.by : undefined;
}
