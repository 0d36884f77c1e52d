// What the queues promise.
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../lambdas/contract/names.ts';
import { environmentOf, synthesize } from './synthesized.ts';

describe('the queues', () => {
  const template = synthesize();

  test('are encrypted', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true });
    template.resourceCountIs('AWS::SQS::Queue', 3);
  });

  test('refuse plain http', () => {
    const policies = Object.values(template.findResources('AWS::SQS::QueuePolicy'));

    expect(policies).toHaveLength(3);
    template.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  test('hide a segment for twice the 5 minutes of a worker, and keep it after five failures', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: 600,
      RedrivePolicy: {
        maxReceiveCount: 5,
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('CopyDeadLetters'), 'Arn'] },
      },
    });
  });

  test('keep what failed for 14 days', () => {
    const kept = template.findResources('AWS::SQS::Queue', {
      Properties: { MessageRetentionPeriod: 1_209_600 },
    });

    expect(Object.keys(kept).map((id) => id.replace(/^IcehouseQueues|[0-9A-F]{8}$/g, ''))).toEqual([
      'FailedInvocations',
      'CopyDeadLetters',
    ]);
  });

  test('let a worker keep what it gives up, and nobody else', () => {
    const named = FUNCTIONS.filter((name) => 'COPY_DEAD_LETTERS_URL' in environmentOf(template, name));

    expect(named).toEqual(['copy']);
    expect(environmentOf(template, 'copy').COPY_DEAD_LETTERS_URL).toEqual({
      Ref: expect.stringContaining('CopyDeadLetters'),
    });
  });

  test('run the workers, one segment at a time and ten side by side', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 10 },
    });
  });
});
