// One event's way to an app on loopback: what arrives, what is tried again and when, and what is kept for people.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyIcehouseSignature } from '../../client/signature.ts';
import { createPost } from '../../lambdas/adapters/post.ts';
import { type DeliveryRecord, handleDelivery } from '../../lambdas/handlers/delivery-record.ts';
import { tell } from '../../lambdas/stages/tell.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { type Received, type Receiver, startReceiver } from '../fakes/receiver.ts';
import { recordingLog } from '../fakes/recorders.ts';

const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/123456789012/Icehouse-Receiver-1';
const ANSWER_LIMIT_MS = 150;
const DAY_MS = 86_400_000;

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver[Symbol.asyncDispose]());

function first(): Received {
  const [received] = receiver.received;
  if (!received) throw new Error('Nothing was received.');
  return received;
}

/** As EventBridge puts it into the queue: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
function busEvent(detail: object = {}, detailType = 'Icehouse Transition'): string {
  return JSON.stringify({
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': detailType,
    source: 'icehouse',
    account: '123456789012',
    time: '2026-11-01T00:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: {
      asset_id: 'asset1',
      life: 1,
      version: 7,
      from: 'archiving',
      to: 'archived',
      at: '2026-11-01T00:00:00.000Z',
      cause: 'verified',
      actor: 'icehouse',
      record: { asset_id: 'asset1', status: 'archived', environment: 'env1', title: 'Köln' },
      ...detail,
    },
  });
}

/** The queue and its function: takes the message out again and again, each time when its wait is over. */
function queueOf(body: string, secrets: readonly string[] = ['secret-1']) {
  const clock = manualClock();
  const log = recordingLog();
  const sentAtMs = clock.nowMs();
  const kept: { body: string; reason: unknown; further: unknown }[] = [];
  const waits: number[] = [];
  const timing = { retryMs: 10_000, giveUpMs: DAY_MS };
  const post = createPost({ loopback: true, limitMs: ANSWER_LIMIT_MS });
  let receives = 0;

  async function receive(): Promise<'done' | 'again'> {
    receives += 1;
    const record: DeliveryRecord = {
      body,
      receiptHandle: 'receipt',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:Icehouse-Receiver-1',
      attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(sentAtMs) },
    };
    return handleDelivery(record, {
      receivers: [{ url: receiver.url, queueUrl: QUEUE }],
      tell: (delivery) => tell({ post, secrets: async () => secrets, clock, log, ...timing }, delivery),
      postpone: async ({ waitMs }) => {
        waits.push(waitMs);
        await clock.advance(waitMs);
      },
      keep: async (text, reason, further) => void kept.push({ body: text, reason, further }),
    });
  }
  return { receive, clock, log, kept, waits };
}

describe('an event', () => {
  test('arrives signed over its raw bytes, in an envelope like those of Mux', async () => {
    const { receive, clock } = queueOf(busEvent());

    const outcome = await receive();

    const { headers, rawBody, event } = first();
    expect(outcome).toBe('done');
    expect(event).toMatchObject({
      type: 'icehouse.asset.archived',
      created_at: '2026-11-01T00:00:00.000Z',
      object: { type: 'asset', id: 'asset1' },
      environment: { id: 'env1' },
      data: { status: 'archived', version: 7, meta: { title: 'Köln' } },
      attempts: [],
    });
    expect(headers['content-type']).toBe('application/json');
    const header = String(headers['icehouse-signature']);
    expect(verifyIcehouseSignature(rawBody, header, 'secret-1', clock.nowMs())).toBe(true);
    expect(verifyIcehouseSignature(`${rawBody} `, header, 'secret-1', clock.nowMs())).toBe(false);
  });

  test('is signed with both secrets while one takes the place of the other', async () => {
    const { receive, clock } = queueOf(busEvent(), ['new', 'old']);

    await receive();

    const { headers, rawBody } = first();
    const isGenuine = (secret: string) =>
      verifyIcehouseSignature(rawBody, String(headers['icehouse-signature']), secret, clock.nowMs());
    expect(['new', 'old', 'other'].map(isGenuine)).toEqual([true, true, false]);
  });

  test.each<[string, number | 'silent']>([
    ['answered 500', 500],
    ['answered with a redirect, which is not followed', 302],
    ['not answered in time', 'silent'],
  ])('that is %s comes again, byte for byte the same, with a signature of its own time', async (_, first) => {
    receiver.answers = [first, 204];
    const { receive, waits, kept } = queueOf(busEvent());

    const outcomes = [await receive(), await receive()];

    const [one, two] = receiver.received;
    expect(outcomes).toEqual(['again', 'done']);
    expect(waits).toEqual([10_000]);
    expect(one?.rawBody.equals(two?.rawBody ?? Buffer.alloc(0))).toBe(true);
    expect(one?.headers['icehouse-signature']).not.toBe(two?.headers['icehouse-signature']);
    expect(kept).toEqual([]);
  });

  test('that nobody takes is tried for a day, less and less often, and then kept with the reason', async () => {
    receiver.answers = [503];
    const { receive, waits, kept } = queueOf(busEvent());

    let outcome = await receive();
    while (outcome === 'again') outcome = await receive();

    expect(waits.slice(0, 10)).toEqual(
      [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600].map((seconds) => seconds * 1_000),
    );
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThanOrEqual(DAY_MS);
    expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(1);
    expect(kept).toEqual([
      {
        body: busEvent(),
        reason: {
          code: 'RECEIVER_ANSWERED',
          message: 'The receiver answered 503.',
          receives: waits.length + 1,
        },
        further: { RECEIVER: receiver.url, QUEUE_NAME: 'Icehouse-Receiver-1' },
      },
    ]);
  });

  test('whose answer never ends has its status all the same', async () => {
    receiver.instead = (response) => {
      response.writeHead(200);
      response.write('x'.repeat(100_000));
    };
    const { receive } = queueOf(busEvent());

    const outcome = await receive();

    expect(outcome).toBe('done');
  });

  test('that the app is not told of is done with', async () => {
    const { receive } = queueOf(busEvent({ from: 'requested', to: 'preparing' }));

    const outcome = await receive();

    expect(outcome).toBe('done');
    expect(receiver.received).toEqual([]);
  });

  test('that is none of ours is kept at once', async () => {
    const { receive, kept } = queueOf('{"hello":"world"}');

    const outcome = await receive();

    expect(outcome).toBe('done');
    expect(kept).toMatchObject([{ body: '{"hello":"world"}', reason: { code: 'MESSAGE_UNREADABLE' } }]);
  });

  test('leaves neither what was answered nor the path of its receiver in the log', async () => {
    receiver.instead = (response) => void response.writeHead(500).end('a-secret-of-the-app');
    const { receive, log } = queueOf(busEvent());

    await receive();

    const text = JSON.stringify(log.lines);
    expect(text).toContain('RECEIVER_ANSWERED');
    expect(text).not.toMatch(/a-secret-of-the-app|hooks/);
  });

  test('waits in its queue while the secret cannot be read', async () => {
    const { clock, log } = queueOf('');
    const record = {
      body: busEvent(),
      receiptHandle: 'receipt',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:Icehouse-Receiver-1',
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0' },
    };
    const secrets = () => Promise.reject(new Error('no secret'));
    const post = createPost({ loopback: true });

    const handled = handleDelivery(record, {
      receivers: [{ url: receiver.url, queueUrl: QUEUE }],
      tell: (delivery) => tell({ post, secrets, clock, log, retryMs: 1, giveUpMs: 1 }, delivery),
      postpone: async () => {},
      keep: () => Promise.reject(new Error('must not be kept')),
    });

    await expect(handled).rejects.toThrow('no secret');
    expect(receiver.received).toEqual([]);
  });
});
