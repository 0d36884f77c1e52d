// Prop `webhooks`: what it adds to a stack, what the function may do, and what it refuses.
import { Match } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { readTellConfig } from '../../lambdas/adapters/config.ts';
import { actionsOf, environmentOf, statementsOf, synthesize, withStack } from './synthesized.ts';

const URLS = ['https://app.example.com/hooks', 'https://crm.example.com/hooks'];
const template = synthesize({ webhooks: { urls: URLS } });

describe('without the prop', () => {
  test('there is neither function, nor queue, nor secret for it', () => {
    const bare = synthesize();

    expect(JSON.stringify(bare.toJSON())).not.toContain('Webhooks');
  });
});

describe('with it', () => {
  test('transitions and alarms go from the bus to a queue for each receiver, and to the dead letters if they cannot', () => {
    const queue = { 'Fn::GetAtt': [Match.stringLikeRegexp('WebhooksReceiver'), 'Arn'] };
    const lost = { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('FailedInvocations'), 'Arn'] } };
    template.hasResourceProperties('AWS::Events::Rule', {
      EventBusName: { Ref: Match.stringLikeRegexp('TransitionsBus') },
      EventPattern: { source: ['icehouse'], 'detail-type': ['Icehouse Transition', 'Icehouse Alarm'] },
      Targets: [
        { Arn: queue, DeadLetterConfig: lost },
        { Arn: queue, DeadLetterConfig: lost },
      ],
    });
  });

  test('each queue runs the function on its own, five at a time, one event each', () => {
    const sources = template.findResources('AWS::Lambda::EventSourceMapping', {
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('WebhooksReceiver'), 'Arn'] },
        BatchSize: 1,
        ScalingConfig: { MaximumConcurrency: 5 },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    });

    expect(Object.keys(sources)).toHaveLength(2);
  });

  test('what the function dies of is kept for 14 days', () => {
    const queues = template.findResources('AWS::SQS::Queue', {
      Properties: {
        VisibilityTimeout: 60,
        MessageRetentionPeriod: 1_209_600,
        RedrivePolicy: {
          maxReceiveCount: 200,
          deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('WebhooksDeadLetters'), 'Arn'] },
        },
      },
    });

    expect(Object.keys(queues)).toHaveLength(2);
    template.hasResourceProperties('AWS::SQS::Queue', { MessageRetentionPeriod: 1_209_600 });
  });

  test('the secret is generated, and outlives the stack', () => {
    template.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      Properties: {
        GenerateSecretString: Match.objectLike({
          GenerateStringKey: 'signing_secret',
          SecretStringTemplate: '{"signing_secret_previous":""}',
          PasswordLength: 48,
        }),
      },
    });
  });

  test('the function may read its secret, work its queues and keep dead letters, and nothing else', () => {
    const actions = new Set(actionsOf(statementsOf(template, 'tell')));

    expect([...actions].sort()).toEqual([
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
    ]);
  });

  test('the environment is one that its own reader takes', () => {
    const variables = Object.entries(environmentOf(template, 'tell')).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : 'a-name',
    ]);

    const config = readTellConfig(Object.fromEntries(variables));

    expect(config).toEqual({
      receivers: URLS.map((url) => ({ url, queueUrl: 'a-name' })),
      signingSecretId: 'a-name',
      deadLettersUrl: 'a-name',
      sourceLoopback: false,
      retryMs: 10_000,
      giveUpMs: 86_400_000,
    });
  });

  test('receivers in another order keep their queues, and an existing secret is not made anew', () => {
    const other = synthesize((stack) => ({
      webhooks: { urls: URLS.toReversed(), secret: Secret.fromSecretNameV2(stack, 'Ours', 'our-secret') },
    }));

    const [queues, otherQueues] = [template, other].map((each) =>
      Object.keys(each.findResources('AWS::SQS::Queue')),
    );
    expect(otherQueues?.sort()).toEqual(queues?.sort());
    other.resourceCountIs('AWS::SecretsManager::Secret', 1);
  });

  test('cdk-nag has nothing unexplained to say', () => {
    const found = withStack(
      () => ({ webhooks: { urls: URLS } }),
      (stack) => new AwsSolutionsChecks().validateScope(stack).violations,
    );

    expect(found).toEqual([]);
  });
});

describe('at synth', () => {
  test.each([
    [[URLS[0], URLS[0]], 'expected 1 to 5 different URLs, got 2'],
    [['http://app.example.com/hooks'], 'expected https, got http://app.example.com/hooks'],
    [['https://127.0.0.1/hooks'], 'expected a host name, no address'],
  ])('%j is refused: %s', (urls, expected) => {
    expect(() => synthesize({ webhooks: { urls: urls.map(String) } })).toThrow(expected);
  });
});
