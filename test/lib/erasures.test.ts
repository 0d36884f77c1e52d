// Erasures are a permission of their own, and the days that a certificate names are those of the stack.
import { Match, Template } from 'aws-cdk-lib/assertions';
import { User } from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import { RUNS_OUT } from '../../lambdas/domain/erasure-certificate.ts';
import type { Icehouse } from '../../lib/icehouse.ts';
import { synthesize, withStack } from './synthesized.ts';

const plain = synthesize({ webhooks: { urls: ['https://app.example.com/icehouse'] } });

test('grantErase grants the routes of erasures, and no other', () => {
  const template = withStack(
    () => ({}),
    (stack) => {
      const icehouse = stack.node.findChild('Icehouse') as Icehouse;
      icehouse.grantErase(new User(stack, 'Privacy'));
      return Template.fromStack(stack);
    },
  );

  const policies = Object.values(template.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Action }) => JSON.stringify(Action).includes('execute-api'));
  const [{ Action, Resource } = { Action: undefined, Resource: [] }] = policies;
  expect(policies).toHaveLength(1);
  expect(Action).toBe('execute-api:Invoke');
  const paths = Resource.map((each: unknown) => /\/\$default\/[^"]+/.exec(JSON.stringify(each))?.[0]);
  expect(paths.sort()).toEqual([
    '/$default/GET/v1/erasures',
    '/$default/GET/v1/erasures/*',
    '/$default/POST/v1/erasures',
    '/$default/POST/v1/erasures/*/stop',
  ]);
});

test('nobody else may call the API by a grant of the stack', () => {
  const policies = JSON.stringify(plain.findResources('AWS::IAM::Policy'));

  expect(policies).not.toContain('execute-api');
});

test('what runs out later does so on the day that the certificate names', () => {
  const days = Object.fromEntries(RUNS_OUT.map(({ what, days: of }) => [what, of]));
  const queues = Object.values(plain.findResources('AWS::SQS::Queue'));
  const kept = queues.map(({ Properties }) => Properties.MessageRetentionPeriod / 86_400);
  const logs = Object.values(plain.findResources('AWS::Logs::LogGroup'));

  // Which are: failed invocations, segments, a receiver and its dead letters; segments under way stay for SQS's 4 days.
  expect(kept.filter((of) => !Number.isNaN(of))).toEqual([14, 14, 14, 14]);
  expect(days['failed invocations and segments']).toBe(14);
  expect(days['webhook deliveries and their dead letters']).toBe(14 + 14);
  expect(new Set(logs.map(({ Properties }) => Properties.RetentionInDays))).toEqual(
    new Set([days['logs of the functions and of the API']]),
  );
  // As far as DynamoDB ever keeps them, whatever it was asked for.
  plain.hasResourceProperties('AWS::DynamoDB::Table', {
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: true,
      RecoveryPeriodInDays: Match.absent(),
    },
  });
  expect(days['backups of the ledger']).toBe(35);
});
