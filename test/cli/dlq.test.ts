// The command against real queues: what it shows stays there, what it does is what it said.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDeadLetters } from '../../lambdas/adapters/dead-letters.ts';
import { startEngines } from '../../local/cloud/engines.ts';
import { icehouse } from './run-program.ts';
import { ASSET, aRecord, ok, type StubApi, stubApi } from './stub-api.ts';

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const ELSEWHERE = 'http://127.0.0.1:9';

let directory: string;
let stop: () => Promise<void>;
let client: SQSClient;
let api: StubApi;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'icehouse-dlq-'));
  const external = { credentials: CREDENTIALS, s3: ELSEWHERE, dynamodb: ELSEWHERE };
  const { sqs } = await startEngines(directory, { thawMs: 0, credentials: () => undefined }, external);
  client = new SQSClient({ endpoint: sqs.url, region: 'us-east-1', credentials: CREDENTIALS });
  api = await stubApi({ [`GET /v1/delete-requests/${ASSET}`]: [ok(aRecord({ status: 'archiving' }))] });
  stop = async () => {
    client.destroy();
    await sqs.close();
    await api[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  };
});

afterAll(() => stop());

interface Queues {
  readonly copy: string;
  readonly dead: string;
  readonly failed: string;
}

let queues: Queues;
let round = 0;

beforeEach(async () => {
  round += 1;
  const create = async (name: string) => {
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: `${name}-${round}` }));
    const { port } = (await client.config.endpoint?.()) ?? { port: 0 };
    return `http://127.0.0.1:${port}${new URL(QueueUrl).pathname}`;
  };
  queues = { copy: await create('copy'), dead: await create('dead'), failed: await create('failed') };
});

function dlq(...args: string[]) {
  return icehouse(['dlq', ...args], {
    ICEHOUSE_URL: api.url,
    ICEHOUSE_COPY_QUEUE: queues.copy,
    ICEHOUSE_COPY_DEAD_LETTERS: queues.dead,
    ICEHOUSE_FAILED_INVOCATIONS: queues.failed,
  });
}

const SEGMENT = { asset_id: ASSET, life: 1, upload_id: 'u1', first_part: 1, last_part: 64 };

/** As the worker does it. */
function giveUp(segment: object) {
  const { keep } = createDeadLetters({ client, queueUrl: queues.dead });
  const message = 'The source answered 503.';
  return keep(JSON.stringify(segment), { code: 'SOURCE_UNAVAILABLE', message, receives: 5 });
}

async function failSweeps(count: number): Promise<void> {
  const record = {
    timestamp: '2026-01-01T00:00:00.000Z',
    requestContext: {
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Icehouse-sweep:$LATEST',
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload: { lane: 'step' },
    responsePayload: { errorType: 'LEDGER_DENIED', errorMessage: 'Not allowed to use the table.' },
  };
  for (let sent = 0; sent < count; sent += 10) {
    const Entries = Array.from({ length: Math.min(10, count - sent) }, (_, at) => ({
      Id: String(at),
      MessageBody: JSON.stringify(record),
    }));
    await client.send(new SendMessageBatchCommand({ QueueUrl: queues.failed, Entries }));
  }
}

async function countIn(queue: keyof Queues): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const command = new GetQueueAttributesCommand({
    QueueUrl: queues[queue],
    AttributeNames: [...AttributeNames],
  });
  const { Attributes = {} } = await client.send(command);
  return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

describe('list', () => {
  test('says of each letter what failed, why and what to do, and leaves it where it is', async () => {
    await giveUp(SEGMENT);
    await failSweeps(1);

    const ended = await dlq('--json');

    expect(ended.code).toBe(0);
    const { letters, hidden } = JSON.parse(ended.stdout);
    expect(hidden).toBe(0);
    expect(letters).toHaveLength(2);
    expect(letters).toContainEqual(
      expect.objectContaining({
        queue: 'copy',
        verdict: 'send-back',
        tries: 5,
        what: `Parts 1 to 64 of the master of ${ASSET} were not copied.`,
        why: 'SOURCE_UNAVAILABLE: The source answered 503.',
        to_do: expect.stringContaining('still archiving'),
      }),
    );
    expect(letters).toContainEqual(
      expect.objectContaining({
        queue: 'invocations',
        verdict: 'drop',
        why: 'LEDGER_DENIED: Not allowed to use the table.',
      }),
    );
    expect(await countIn('dead')).toBe(1);
    expect(await countIn('failed')).toBe(1);
  });

  test('shows each of many once', async () => {
    await failSweeps(35);

    const { letters } = JSON.parse((await dlq('list', '--queue', 'invocations', '--json')).stdout);

    expect(new Set(letters.map(({ id }: { id: string }) => id)).size).toBe(35);
    expect(letters).toHaveLength(35);
  });

  test('is for people, and says how to go on', async () => {
    await giveUp(SEGMENT);

    const { stdout } = await dlq();

    expect(stdout).toContain('1: 1 to send back.');
    expect(stdout).toContain('icehouse dlq redrive --all');
  });

  test('goes without the API, and says so', async () => {
    await giveUp(SEGMENT);

    const { code, stdout } = await dlq('--url', ELSEWHERE);

    expect(code).toBe(0);
    expect(stdout).toContain('if it is stale, nothing happens');
    expect(stdout).toContain(`The records were not asked for: No answer from ${ELSEWHERE}/`);
  });

  test('of empty queues is short', async () => {
    expect(await dlq()).toMatchObject({ code: 0, stdout: 'No dead letters.\n' });
  });

  test('of a queue that is not there says so', async () => {
    const ended = await icehouse(['dlq', '--failed-invocations', queues.failed.replace('failed', 'gone')]);

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('QUEUE_MISSING');
  });
});

describe('redrive', () => {
  test('sends a segment back as it was, and drops what nothing is left to do for', async () => {
    await giveUp(SEGMENT);
    await failSweeps(2);

    const ended = await dlq('redrive', '--all', '--yes', '--json');

    expect(ended.code).toBe(0);
    const { sent_back, dropped, kept } = JSON.parse(ended.stdout);
    expect([sent_back.length, dropped.length, kept.length]).toEqual([1, 2, 0]);
    expect([await countIn('dead'), await countIn('failed')]).toEqual([0, 0]);
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl: queues.copy }));
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body))).toEqual([SEGMENT]);
  });

  test('does nothing where nobody can be asked', async () => {
    await giveUp(SEGMENT);

    const ended = await dlq('redrive', '--all');

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('NOT_CONFIRMED');
    expect(await countIn('dead')).toBe(1);
    expect(await countIn('copy')).toBe(0);
  });
});

test('drop takes one letter by the beginning of its id, and no other', async () => {
  await failSweeps(3);
  const { letters } = JSON.parse((await dlq('--json')).stdout);
  const [first] = letters;

  const ended = await dlq('drop', '--id', first.id.slice(0, 13), '--yes');

  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('1 dropped') });
  expect(await countIn('failed')).toBe(2);
});

test.each(['redrive', 'drop'])('%s without letters named is wrong usage', async (name) => {
  const ended = await dlq(name, '--yes');

  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('--all');
});
