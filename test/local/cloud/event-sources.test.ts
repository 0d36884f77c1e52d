// Queues that start functions: a hand-made plan on the real queue server, one queue and function for each fact.
import { join } from 'node:path';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cloud, startCloud } from '../../../local/cloud/cloud.ts';
import { type DataDirectory, openDataDirectory } from '../../../local/cloud/data-directory.ts';
import { type CloudPlan, EMPTY_PLAN, type PlannedEventSource } from '../../../local/cloud/plan.ts';
import { eventually, jsonLines, plannedFunction, REAL_TIME, temporaryDirectory } from './hand-made.ts';

interface Trigger extends Partial<PlannedEventSource> {
  readonly environment?: Readonly<Record<string, string>>;
  readonly timeoutSeconds?: number;
  readonly visibilitySeconds?: number;
  readonly deadLettersAfter?: number;
}

/** Queue, function and event source of one name each. */
const TRIGGERS: Readonly<Record<string, Trigger>> = {
  plain: {},
  failing: { visibilitySeconds: 3 },
  whole: { visibilitySeconds: 3, batchSize: 10 },
  partial: {
    visibilitySeconds: 3,
    batchSize: 10,
    reportsItemFailures: true,
    environment: { REPORTS: 'yes' },
  },
  unreadable: {
    visibilitySeconds: 3,
    reportsItemFailures: true,
    environment: { ANSWER: '{"batchItemFailures":[{"itemIdentifier":"stranger"}]}' },
  },
  narrow: { maximumConcurrency: 2 },
  wide: { maximumConcurrency: 6 },
  killed: { visibilitySeconds: 3 },
  slow: { visibilitySeconds: 3, timeoutSeconds: 0.5 },
  hopeless: { visibilitySeconds: 3, deadLettersAfter: 2 },
  // Longer than the grace of a close: the queue server goes on with a poll that was given up until it ends itself.
  stopped: { visibilitySeconds: 4 },
};

const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
const recordFile = (name: string) => join(directory.path, `${name}.jsonl`);

function plannedQueue(name: string, attributes: Record<string, string>) {
  const url = `https://sqs.us-east-1.amazonaws.com/000000000000/${name}`;
  return { logicalId: name, name, arn: arn('sqs', name), url, attributes };
}

function planOf(triggers: readonly [string, Trigger][]): CloudPlan {
  const functions = triggers.map(([name, { environment, timeoutSeconds = 30 }]) => {
    const own = { logicalId: name, name, arn: arn('lambda', `function:${name}`), timeoutSeconds };
    const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    return plannedFunction('work', {
      ...own,
      statements: [{ effect: 'Allow', actions, resources: [arn('sqs', name)] }],
      environment: { RECORD_FILE: recordFile(name), ...environment },
    });
  });
  const queues = triggers.map(([name, { visibilitySeconds = 30, deadLettersAfter: maxReceiveCount }]) => {
    const redrive = JSON.stringify({ deadLetterTargetArn: arn('sqs', 'dead-letters'), maxReceiveCount });
    return plannedQueue(name, {
      VisibilityTimeout: String(visibilitySeconds),
      ...(maxReceiveCount && { RedrivePolicy: redrive }),
    });
  });
  const eventSources = triggers.map(([name, given]) => ({
    logicalId: name,
    queueArn: arn('sqs', name),
    functionArn: arn('lambda', `function:${name}`),
    batchSize: given.batchSize ?? 1,
    maximumConcurrency: given.maximumConcurrency ?? 5,
    reportsItemFailures: given.reportsItemFailures ?? false,
  }));
  return { ...EMPTY_PLAN, functions, queues: [...queues, plannedQueue('dead-letters', {})], eventSources };
}

const directory = temporaryDirectory();
const complaints: string[] = [];
let data: DataDirectory;
let cloud: Cloud;
let sqs: SQSClient;

async function boot(): Promise<void> {
  data = openDataDirectory(join(directory.path, 'data'));
  const onLine = (from: string, line: string) => void (from === 'cloud' && complaints.push(line));
  const options = { data, clockwork: REAL_TIME, thawMs: 200, onLine };
  cloud = await startCloud(planOf(Object.entries(TRIGGERS)), options);
  sqs = new SQSClient({ region: 'us-east-1', endpoint: cloud.urls.sqs, credentials: cloud.owner });
}

async function shutDown(): Promise<void> {
  sqs.destroy();
  await cloud.close();
  data.release();
}

beforeAll(boot);
afterAll(async () => {
  await shutDown();
  directory[Symbol.dispose]();
});

const queueUrl = (name: string) => `${cloud.urls.sqs}/000000000000/${name}`;

function send(name: string, ...bodies: object[]) {
  const Entries = bodies.map((body, index) => ({ Id: String(index), MessageBody: JSON.stringify(body) }));
  return sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl(name), Entries }));
}

interface Work {
  readonly from: number;
  readonly to: number;
  readonly Records: { readonly body: string; readonly attributes: Record<string, string> }[];
}

/** What the function did once its queue has neither waiting nor hidden messages. */
async function workDone(name: string): Promise<Work[]> {
  await eventually(async () => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl(name), AttributeNames: ['All'] }),
    );
    const { ApproximateNumberOfMessages: waiting, ApproximateNumberOfMessagesNotVisible: hidden } =
      Attributes;
    return (waiting === '0' && hidden === '0') || undefined;
  });
  return jsonLines(recordFile(name)) as unknown as Work[];
}

/** `[what the message says, how often it had been received]` of each invocation. */
const seen = (work: Work[]) =>
  work.map(({ Records }) =>
    Records.map(({ body, attributes }) => [
      (JSON.parse(body) as { text: string }).text,
      Number(attributes.ApproximateReceiveCount),
    ]),
  );

test('hands a message over in the shape of the Lambda guide and deletes it', async () => {
  const { Successful = [] } = await send('plain', { text: 'hello' });

  const [work] = await workDone('plain');
  expect(work?.Records).toEqual([
    {
      messageId: Successful[0]?.MessageId,
      receiptHandle: expect.stringMatching(/.+/),
      body: '{"text":"hello"}',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.any(String),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {},
      // Of `printf '{"text":"hello"}' | md5sum`.
      md5OfBody: '74aeca60509e242fee81993c4d138d06',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:plain',
      awsRegion: 'us-east-1',
    },
  ]);
});

test('runs no more at once than the event source allows', async () => {
  await send('narrow', ...Array.from({ length: 6 }, () => ({ text: 'a', ms: 250 })));

  const work = await workDone('narrow');

  const atOnce = work.map(({ from }) => work.filter((other) => other.from <= from && from < other.to).length);
  expect(work).toHaveLength(6);
  expect(Math.max(...atOnce)).toBeLessThanOrEqual(2);
  expect(cloud.processes('narrow')).toHaveLength(2);
});

test('gives a function as many processes as its event source allows', async () => {
  await send('wide', ...Array.from({ length: 6 }, () => ({ text: 'a', ms: 1500 })));

  const work = await workDone('wide');

  expect(work).toHaveLength(6);
  expect(cloud.processes('wide')).toHaveLength(6);
});

// Side by side from here on, since they mostly wait; three seconds are longer than a cold start on a busy machine.

test.concurrent('brings a message again whose function failed, after its visibility timeout', async () => {
  await send('failing', { text: 'a', failures: 1 });

  const work = await workDone('failing');

  const receivedMs = Number(work[0]?.Records[0]?.attributes.ApproximateFirstReceiveTimestamp);
  expect(seen(work)).toEqual([[['a', 1]], [['a', 2]]]);
  expect(Number(work[1]?.from) - receivedMs).toBeGreaterThanOrEqual(3000);
});

test.concurrent('brings a whole batch again where failures are not reported one by one', async () => {
  await send('whole', { text: 'a' }, { text: 'b', failures: 1 });

  const work = await workDone('whole');

  expect(seen(work)[0]).toEqual([
    ['a', 1],
    ['b', 1],
  ]);
  expect(seen(work).slice(1).flat()).toEqual([
    ['a', 2],
    ['b', 2],
  ]);
});

test.concurrent('brings only those of a batch again that the answer names', async () => {
  await send('partial', { text: 'a' }, { text: 'b', failures: 1 }, { text: 'c' });

  const work = await workDone('partial');

  expect(seen(work)).toEqual([
    [
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ],
    [['b', 2]],
  ]);
});

test.concurrent('takes an answer that it cannot read for the failure of all, and says so', async () => {
  await send('unreadable', { text: 'a' });

  const work = await workDone('unreadable');

  expect(seen(work)).toEqual([[['a', 1]], [['a', 2]]]);
  expect(complaints.join('\n')).toContain('event source unreadable');
});

test.concurrent('brings the message of a killed function again', async () => {
  await send('killed', { text: 'a', hangs: 1 });
  const pid = await eventually(() => cloud.processes('killed')[0]);

  process.kill(pid, 'SIGKILL');

  expect(seen(await workDone('killed'))).toEqual([[['a', 2]]]);
});

test.concurrent('brings the message of a function again that ran out of time', async () => {
  await send('slow', { text: 'a', hangs: 1 });

  expect(seen(await workDone('slow'))).toEqual([[['a', 2]]]);
});

test.concurrent('leaves a message to the dead-letter queue after so many receives', async () => {
  await send('hopeless', { text: 'a', failures: 99 });

  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl('dead-letters'), WaitTimeSeconds: 10 }),
  );
  expect(Messages.map(({ Body }) => Body)).toEqual(['{"text":"a","failures":99}']);
  expect(seen(await workDone('hopeless'))).toEqual([[['a', 1]], [['a', 2]]]);
});

test('closes in the middle of an invocation, whose message comes again in the next boot', async () => {
  await send('stopped', { text: 'a', hangs: 1 });
  await eventually(() => cloud.processes('stopped')[0]);
  const startedMs = Date.now();

  await shutDown();
  const closedMs = Date.now();
  await boot();

  // The grace of 2 s and no long poll, which would be 20 s.
  expect(closedMs - startedMs).toBeLessThan(5000);
  expect(seen(await workDone('stopped'))).toEqual([[['a', 2]]]);
});
