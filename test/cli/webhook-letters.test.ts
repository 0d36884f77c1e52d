// Events that no receiver took, as `icehouse dlq` reads, explains and sends them back: against a real queue.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { explain, type Standing } from '../../cli/dead-letters/explain.ts';
import { type RawLetter, readLetter } from '../../cli/dead-letters/letter.ts';
import { createDeadLetters } from '../../lambdas/adapters/dead-letters.ts';
import { startEngines } from '../../local/cloud/engines.ts';
import { icehouse } from './run-program.ts';
import { ASSET, aRecord, ok, stubApi } from './stub-api.ts';

const EVENT = {
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'Icehouse Transition',
  source: 'icehouse',
  detail: {
    asset_id: ASSET,
    life: 1,
    version: 7,
    from: 'archiving',
    to: 'archived',
    at: '2026-11-22T10:00:00.000Z',
  },
};
const BODY = JSON.stringify(EVENT);
const RECEIVER = 'https://app.example.com/hooks/a-secret-path';
const NOW_MS = Date.parse('2026-11-23T12:00:00.000Z');

const DELETED: Standing = {
  status: 'deleted',
  life: 1,
  updated_at: '2026-11-23T10:00:00.000Z',
  next_action_at: undefined,
  waiting_for: undefined,
  failure: undefined,
};

function raw(given: Partial<RawLetter>): RawLetter {
  return { queue: 'webhooks', id: 'id-1', body: BODY, sentAtMs: NOW_MS, attributes: {}, ...given };
}

describe('a letter', () => {
  test('that the function gave up says whom it was for, and goes back', () => {
    const attributes = {
      ERROR_CODE: 'RECEIVER_ANSWERED',
      ERROR_MESSAGE: 'The receiver answered 503.',
      RECEIVES: '33',
      RECEIVER,
      QUEUE_NAME: 'Receiver-1',
    };

    const letter = readLetter(raw({ attributes }));

    expect(letter).toMatchObject({
      work: { kind: 'event', asset_id: ASSET, to: 'https://app.example.com/…', queue: 'Receiver-1' },
      tries: 33,
    });
    expect(explain(letter, DELETED, NOW_MS)).toEqual({
      verdict: 'send-back',
      what: `The event of 22 Nov 2026, 10:00 UTC (archived) of ${ASSET} did not reach https://app.example.com/….`,
      why: 'RECEIVER_ANSWERED: The receiver answered 503.',
      to_do: 'See that the receiver answers 2xx within 5 s, then send it back. The record is deleted now.',
    });
  });

  test('that the rule could not put into its queue goes there', () => {
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    const attributes = {
      ERROR_CODE: 'NO_PERMISSIONS',
      ERROR_MESSAGE: 'not authorized',
      RULE_ARN: 'arn:aws:events:eu-west-1:123456789012:rule/bus/told',
      TARGET_ARN: 'arn:aws:sqs:eu-west-1:123456789012:Receiver-1',
    };

    const letter = readLetter(raw({ queue: 'invocations', attributes }));

    expect(letter.work).toMatchObject({ kind: 'event', queue: 'Receiver-1' });
    expect(explain(letter, 'unasked', NOW_MS).verdict).toBe('send-back');
  });

  test('that the function died of needs somebody who looks', () => {
    const explanation = explain(readLetter(raw({})), 'unasked', NOW_MS);

    expect(explanation.verdict).toBe('look');
    expect(explanation.to_do).toContain('log of function tell');
  });
});

test('redrive sends an event back to the queue of its receiver, as it was', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'icehouse-webhook-letters-'));
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const elsewhere = { credentials, s3: 'http://127.0.0.1:9', dynamodb: 'http://127.0.0.1:9' };
  const { sqs } = await startEngines(directory, { thawMs: 0, credentials: () => undefined }, elsewhere);
  const client = new SQSClient({ endpoint: sqs.url, region: 'us-east-1', credentials });
  await using api = await stubApi({
    [`GET /v1/delete-requests/${ASSET}`]: [ok(aRecord({ status: 'archived' }))],
  });
  const create = async (QueueName: string) => {
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName }));
    return `${sqs.url}${new URL(QueueUrl).pathname}`;
  };
  const [dead, receiver] = [await create('dead'), await create('Receiver-1')];
  const reason = { code: 'RECEIVER_TIMEOUT', message: 'No answer within 5 s.', receives: 33 };
  await createDeadLetters({ client, queueUrl: dead }).keep(BODY, reason, {
    RECEIVER,
    QUEUE_NAME: 'Receiver-1',
  });

  const environment = { ICEHOUSE_URL: api.url, ICEHOUSE_WEBHOOK_DEAD_LETTERS: dead };
  const ended = await icehouse(['dlq', 'redrive', '--all', '--yes', '--json'], environment);

  const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: receiver }));
  expect(ended.code).toBe(0);
  expect(JSON.parse(ended.stdout).sent_back).toHaveLength(1);
  expect(Messages.map(({ Body }) => Body)).toEqual([BODY]);
  client.destroy();
  await sqs.close();
  await rm(directory, { recursive: true, force: true });
});
