// What starts by itself: the two sweeps, the audit and the rule for thawed objects.
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { EXPIRY_SCHEDULES } from '../../lambdas/contract/names.ts';
import { synthesize } from './synthesized.ts';

const template = synthesize();

const FAILED = { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('FailedInvocations'), 'Arn'] } };
const SWEEP = { 'Fn::GetAtt': [Match.stringLikeRegexp('FunctionssweepFunction'), 'Arn'] };

describe('the schedules', () => {
  test('sweep the step lane every minute', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Target: { Arn: SWEEP, Input: '{"lane":"step"}', DeadLetterConfig: FAILED },
    });
    template.resourceCountIs('AWS::Scheduler::Schedule', 3);
  });

  test('begin an audit every night at three, UTC', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Etc/UTC',
      Target: {
        Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('FunctionsauditFunction'), 'Arn'] },
        Input: '{}',
        DeadLetterConfig: FAILED,
      },
    });
  });

  test.each([
    ['hourly', 'cron(0 * * * ? *)'],
    ['daily', 'cron(0 0 * * ? *)'],
    ['weekly', 'cron(0 0 ? * MON *)'],
    ['monthly', 'cron(0 0 1 * ? *)'],
    ['quarterly', 'cron(0 0 1 1/3 ? *)'],
  ] as const)('sweep the expire lane %s, in UTC', (expirySchedule, expression) => {
    const scheduled = synthesize({ expirySchedule });

    scheduled.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: 'Etc/UTC',
      Target: { Arn: SWEEP, Input: '{"lane":"expire"}', DeadLetterConfig: FAILED },
    });
    expect(EXPIRY_SCHEDULES).toContain(expirySchedule);
  });

  test('sweep the expire lane hourly if nothing is said', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 * * * ? *)',
      Target: { Input: '{"lane":"expire"}' },
    });
  });
});

describe('the rule for thawed objects', () => {
  test('listens to the vault alone and calls restore', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Restore Completed'],
        detail: { bucket: { name: [{ Ref: Match.stringLikeRegexp('VaultBucket') }] } },
      },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('FunctionsrestoreFunction'), 'Arn'] },
          DeadLetterConfig: FAILED,
        },
      ],
    });
  });

  test('stands on the default bus, where S3 speaks', () => {
    const rules = template.findResources('AWS::Events::Rule', {
      Properties: { EventPattern: { source: ['aws.s3'] } },
    });

    expect(Object.keys(rules)).toHaveLength(1);
    for (const { Properties } of Object.values(rules)) expect(Properties).not.toHaveProperty('EventBusName');
  });
});

describe('the rule', () => {
  test('of the trail hears of transitions, refusals and acts on our own bus, and keeps what it could not deliver', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: { Ref: Match.stringLikeRegexp('TransitionsBus') },
      EventPattern: {
        source: ['icehouse'],
        'detail-type': ['Icehouse Transition', 'Icehouse Refusal', 'Icehouse Act'],
      },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('FunctionstrailFunction'), 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('FailedInvocations'), 'Arn'] } },
        },
      ],
    });
  });
});
