// Rules that send into queues: read only with the queue's own word for it, and then delivered.

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { startCloud } from '../../../local/cloud/cloud.ts';
import { openDataDirectory } from '../../../local/cloud/data-directory.ts';
import { readTemplate } from '../../../local/cloud/template.ts';
import { eventually, REAL_TIME, temporaryDirectory } from './hand-made.ts';

const QUEUE_ARN = { 'Fn::GetAtt': ['News', 'Arn'] };
const RULE_ARN = { 'Fn::GetAtt': ['Told', 'Arn'] };

/** As the CDK's SqsQueue target writes it. */
function planWith(statement: object) {
  const Resources = {
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'transitions' } },
    News: { Type: 'AWS::SQS::Queue', Properties: {} },
    NewsPolicy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'News' }],
        PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
      },
    },
    Told: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: { source: ['icehouse'] },
        Targets: [{ Arn: QUEUE_ARN, Id: 'Target0' }],
      },
    },
  };
  const place = { stackName: 'Small', region: 'us-east-1', accountId: '000000000000' };
  return readTemplate({ Resources }, { ...place, bundleOf: () => undefined });
}

const ALLOWED = {
  Effect: 'Allow',
  Action: ['sqs:SendMessage', 'sqs:GetQueueUrl'],
  Principal: { Service: 'events.amazonaws.com' },
  Resource: QUEUE_ARN,
  Condition: { ArnEquals: { 'aws:SourceArn': RULE_ARN } },
};

test.each<[string, object]>([
  ['nobody', { ...ALLOWED, Effect: 'Deny' }],
  ['another service', { ...ALLOWED, Principal: { Service: 'sns.amazonaws.com' } }],
  ['another rule', { ...ALLOWED, Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:other' } } }],
  ['readers', { ...ALLOWED, Action: 'sqs:ReceiveMessage' }],
])('a queue that lets in %s stops the boot', (_, statement) => {
  expect(() => planWith(statement)).toThrow(/^Told: no policy of arn:aws:sqs:\S+ lets this rule send to it/);
});

test('an event that matches lies in the queue, whole', async () => {
  using directory = temporaryDirectory();
  const plan = planWith(ALLOWED);
  const data = openDataDirectory(directory.path);
  const cloud = await startCloud(plan, { data, clockwork: REAL_TIME, thawMs: 0 });
  const common = { region: 'us-east-1', credentials: cloud.owner };
  const bridge = new EventBridgeClient({ ...common, endpoint: cloud.urls.services });
  const sqs = new SQSClient({ ...common, endpoint: cloud.urls.sqs });

  const Entries = ['icehouse', 'stranger'].map((Source) => ({
    EventBusName: 'transitions',
    Source,
    DetailType: 'Icehouse Transition',
    Detail: '{"asset_id":"asset1"}',
  }));
  await bridge.send(new PutEventsCommand({ Entries }));

  const QueueUrl = [...cloud.queueUrls.values()][0];
  const message = await eventually(async () => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    return Messages[0] && Messages;
  });
  expect(message.map(({ Body = '' }) => JSON.parse(Body))).toMatchObject([
    { source: 'icehouse', 'detail-type': 'Icehouse Transition', detail: { asset_id: 'asset1' } },
  ]);
  for (const client of [bridge, sqs]) client.destroy();
  await cloud.close();
  data.release();
});
