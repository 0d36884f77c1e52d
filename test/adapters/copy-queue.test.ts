// What lies on the copy queue, and what happens when the queue does not take it.
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, test } from 'vitest';
import { createHelpers } from '../../lambdas/adapters/copy-queue.ts';
import type { SegmentMessage } from '../../lambdas/contract/names.ts';
import { type AwsAnswer, type AwsServer, startAwsServer } from '../fakes/aws-server.ts';

let server: AwsServer;
afterEach(() => server.stop());

async function startHelpers(answer: AwsAnswer) {
  server = await startAwsServer(() => answer);
  const queueUrl = `${server.settings.endpoint}/123456789012/copy`;
  return createHelpers({ client: new SQSClient(server.settings), queueUrl });
}

const TAKEN: AwsAnswer = { status: 200, body: { Successful: [], Failed: [] } };

const segments = (count: number): SegmentMessage[] =>
  Array.from({ length: count }, (_, at) => ({
    asset_id: 'asset1',
    life: 2,
    upload_id: 'upload-1',
    first_part: 1 + 64 * at,
    last_part: 64 + 64 * at,
  }));

interface Sent {
  QueueUrl: string;
  Entries: { Id: string; MessageBody: string }[];
}
const sent = () => server.requests.map((request) => request.body as Sent);

test('sends a segment as what a worker needs to know, and no URL of the master', async () => {
  const helpers = await startHelpers(TAKEN);

  await helpers.ask(segments(1));

  expect(sent()[0]?.QueueUrl).toMatch(/\/123456789012\/copy$/);
  expect(JSON.parse(sent()[0]?.Entries[0]?.MessageBody ?? '')).toEqual({
    asset_id: 'asset1',
    life: 2,
    upload_id: 'upload-1',
    first_part: 1,
    last_part: 64,
  });
});

test('sends every segment once, at most ten with one call', async () => {
  const helpers = await startHelpers(TAKEN);

  await helpers.ask(segments(25));

  const firstParts = sent().map(({ Entries }) =>
    Entries.map(({ MessageBody }) => JSON.parse(MessageBody).first_part),
  );
  expect(firstParts.map((batch) => batch.length)).toEqual([10, 10, 5]);
  expect(firstParts.flat()).toEqual(Array.from({ length: 25 }, (_, at) => 1 + 64 * at));
  for (const { Entries } of sent()) expect(new Set(Entries.map(({ Id }) => Id)).size).toBe(Entries.length);
});

test('sends nothing where there is nothing to ask', async () => {
  const helpers = await startHelpers(TAKEN);

  await helpers.ask([]);

  expect(server.requests).toEqual([]);
});

test('says so when the call succeeds and segments in it were refused', async () => {
  const Failed = [{ Id: '1', Code: 'InternalError', SenderFault: false, Message: 'try later' }];
  const helpers = await startHelpers({ status: 200, body: { Successful: [], Failed } });

  const asking = helpers.ask(segments(3));

  await expect(asking).rejects.toMatchObject({
    name: 'TransientError',
    code: 'COPY_QUEUE_REFUSED',
    message: expect.stringContaining('1 of 3 segments: InternalError try later'),
  });
});

// Error shapes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
test.each([
  [400, 'RequestThrottled', 'RequestThrottled', 'TransientError', 'COPY_QUEUE_THROTTLED'],
  [500, 'InternalFailure', 'InternalFailure', 'TransientError', 'COPY_QUEUE_UNAVAILABLE'],
  [403, 'AccessDeniedException', 'AccessDenied', 'SetUpError', 'COPY_QUEUE_DENIED'],
  [400, 'QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 'SetUpError', 'COPY_QUEUE_MISSING'],
])('makes of %i %s a failure of the family', async (status, type, queryCode, name, code) => {
  const headers = { 'x-amzn-query-error': `${queryCode};Sender` };
  const body = { __type: `com.amazonaws.sqs#${type}`, message: 'no' };
  const helpers = await startHelpers({ status, headers, body });

  const asking = helpers.ask(segments(1));

  await expect(asking).rejects.toMatchObject({ name, code });
});
