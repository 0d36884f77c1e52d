// What is watched: every alarm has its page in the runbook, reads what the code writes, and reaches the topic.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { App, Stack } from 'aws-cdk-lib/core';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../lambdas/contract/metrics.ts';
import { alarmTopic } from '../../lib/context.ts';
import { environmentOf, synthesize } from './synthesized.ts';

const ROOT = join(import.meta.dirname, '../..');

interface AlarmProperties {
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly TreatMissingData: string;
}

const template = synthesize((stack) => ({
  webhooks: { urls: ['https://app.example.com/icehouse'] },
  alarmTopic: Topic.fromTopicArn(stack, 'Pager', 'arn:aws:sns:eu-central-1:123456789012:pager'),
}));
const alarms: readonly AlarmProperties[] = Object.values(
  template.findResources('AWS::CloudWatch::Alarm'),
).map(({ Properties }) => Properties);
const sectionOf = ({ AlarmDescription }: AlarmProperties) =>
  /^[A-Z][^.]+\. What to do: docs\/runbook\.md, section (\w+)\.$/.exec(AlarmDescription)?.[1];
const own = alarms.filter(({ Namespace }) => Namespace === 'Icehouse');

describe('the runbook', () => {
  const sections = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8').split(/^## /m).slice(1);
  const alarmSections = sections.filter((section) => /^[A-Z]\w+\n/.test(section) && !/^\w+ \w/.test(section));

  test('has a section for each alarm, and none for another', () => {
    const names = alarmSections.map((section) => section.split('\n')[0]);

    expect(names.toSorted()).toEqual(alarms.map(sectionOf).toSorted());
    expect(names.length).toBeGreaterThan(15);
  });

  test.each(alarmSections.map((section) => [section.split('\n')[0], section]))(
    '%s says all four things',
    (_, text) => {
      const labels = [...text.matchAll(/^\*\*([\w ]+)\.\*\* \S/gm)].map(([, label]) => label);

      expect(labels).toEqual(['Meaning', 'Look here', 'Do this', 'Do not']);
    },
  );
});

describe('every metric of our own', () => {
  const code = readdirSync(join(ROOT, 'lambdas'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('contract'))
    .map((file) => readFileSync(join(ROOT, 'lambdas', file), 'utf8'))
    .join('\n');

  test.each(Object.keys(METRICS))('%s is written by the code', (name) => {
    expect(code).toMatch(new RegExp(`\\b${name}: `));
  });

  test.each(own.map((alarm) => [alarm.MetricName, alarm]))(
    '%s that an alarm reads has all its dimensions',
    (name, { Dimensions }) => {
      const metric: { unit: string; by?: string } | undefined = Object.entries(METRICS).find(
        ([each]) => each === name,
      )?.[1];

      expect(metric).toBeDefined();
      expect(Dimensions?.map(({ Name }) => Name)).toEqual(['Instance', ...(metric?.by ? [metric.by] : [])]);
    },
  );
});

describe('the alarms', () => {
  test('reach the topic, each of them', () => {
    expect(
      alarms.filter(
        ({ AlarmActions }) => AlarmActions?.[0] !== 'arn:aws:sns:eu-central-1:123456789012:pager',
      ),
    ).toEqual([]);
  });

  test('read what the functions of this very stack write', () => {
    const { INSTANCE_NAME } = environmentOf(template, 'sweep');

    expect(INSTANCE_NAME).toMatch(/^Icehouse/);
    for (const { Dimensions } of own)
      expect(Dimensions?.[0]).toEqual({ Name: 'Instance', Value: INSTANCE_NAME });
  });

  test('take the silence of the sweep, and of nothing else, for a fault', () => {
    const loud = alarms.filter(({ TreatMissingData }) => TreatMissingData !== 'notBreaching');

    expect(loud.map(sectionOf)).toEqual(['StepsLate']);
  });

  test('are there with nobody to tell, too', () => {
    const quiet = synthesize();

    quiet.resourcePropertiesCountIs('AWS::CloudWatch::Alarm', {}, alarms.length - 1);
    quiet.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
    quiet.resourceCountIs('AWS::SNS::Topic', 0);
  });
});

test('the dashboard asks for metrics that are written, and says where to look', () => {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const body = JSON.stringify(dashboard?.Properties.DashboardBody);

  const searched = [...body.matchAll(/MetricName=\W+(\w+?)\W/g)].map(([, name]) => name);
  expect(searched).toEqual([...new Set(searched)]);
  expect(Object.keys(METRICS)).toEqual(
    expect.arrayContaining(searched.filter((name) => name !== 'BucketSizeBytes')),
  );
  expect(body).toContain('docs/runbook.md');
});

test('nothing of it is there when it is switched off', () => {
  const bare = synthesize({ watching: false });

  bare.resourceCountIs('AWS::CloudWatch::Alarm', 0);
  bare.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  expect(environmentOf(bare, 'sweep')).not.toHaveProperty('INSTANCE_NAME');
});

describe('the topic on the command line', () => {
  const topicOf = (context: Record<string, string>) => alarmTopic(new Stack(new App({ context })));

  test('is taken by its ARN', () => {
    expect(topicOf({ alarmTopicArn: 'arn:aws:sns:eu-central-1:123456789012:pager' })?.topicName).toBe(
      'pager',
    );
  });

  test('is nobody when it is not given', () => {
    expect(topicOf({})).toBeUndefined();
  });

  test('is refused when it is none', () => {
    expect(() => topicOf({ alarmTopicArn: 'pager@example.com' })).toThrow(
      'Context alarmTopicArn: expected the ARN of an SNS topic, got pager@example.com.',
    );
  });
});
