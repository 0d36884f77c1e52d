// What the bus is told of calls, and that one which does not answer is waited for no longer than a caller would.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, expect, test } from 'vitest';
import { createCalls } from '../../lambdas/adapters/calls.ts';
import { TransientError } from '../../lambdas/domain/failures.ts';
import { type AwsAnswer, type AwsServer, startAwsServer } from '../fakes/aws-server.ts';

let server: AwsServer;
afterEach(() => server.stop());

async function startCalls(answer: AwsAnswer) {
  server = await startAwsServer(() => answer);
  return createCalls({ client: new EventBridgeClient(server.settings), busName: 'icehouse' });
}

const CALL = {
  at: '2026-12-24T08:05:09.001Z',
  call: 'POST /v1/delete-requests',
  status: 400,
  code: 'DATE_IN_PAST',
  request_id: 'request-1',
  user_id: 'teacher-7',
};

test.each([
  [400, 'Icehouse Refusal'],
  [200, 'Icehouse Act'],
])('a call answered %i is told as %s', async (status, DetailType) => {
  const calls = await startCalls({ status: 200, body: { FailedEntryCount: 0, Entries: [] } });

  await calls.tell([{ ...CALL, status }]);

  const sent = server.requests.map(({ body }) => body as { Entries: { Detail: string }[] });
  const [entry] = sent.flatMap(({ Entries }) => Entries);
  expect(entry).toMatchObject({ EventBusName: 'icehouse', Source: 'icehouse', DetailType });
  expect(JSON.parse(entry?.Detail ?? '')).toEqual({ ...CALL, status });
});

test('a bus that takes the call but not the event is an error', async () => {
  const body = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] };
  const calls = await startCalls({ status: 200, body });

  await expect(calls.tell([CALL])).rejects.toThrow(TransientError);
});

test('many are told ten at a time, each once', async () => {
  const calls = await startCalls({ status: 200, body: { FailedEntryCount: 0, Entries: [] } });

  await calls.tell(Array.from({ length: 23 }, (_, item) => ({ ...CALL, item })));

  const sent = server.requests.map(({ body }) => (body as { Entries: { Detail: string }[] }).Entries);
  expect(sent.map(({ length }) => length).sort()).toEqual([10, 10, 3]);
  const items = sent.flat().map(({ Detail }) => Number(JSON.parse(Detail).item));
  expect(items.sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, item) => item));
});
