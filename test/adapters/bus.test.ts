// What subscribers of the bus get, and what happens when the bus does not take it.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, expect, test } from 'vitest';
import { createBus } from '../../lambdas/adapters/bus.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import type { TransitionEvent } from '../../lambdas/stages/ports.ts';
import { type AwsAnswer, type AwsServer, startAwsServer } from '../fakes/aws-server.ts';
import { aRecord } from '../fakes/record.ts';

let server: AwsServer;
afterEach(() => server.stop());

async function startBus(answer: AwsAnswer) {
  server = await startAwsServer(() => answer);
  return createBus({ client: new EventBridgeClient(server.settings), busName: 'icehouse' });
}

const TAKEN: AwsAnswer = { status: 200, body: { FailedEntryCount: 0, Entries: [] } };

function anEvent(version: number, reason?: string): TransitionEvent {
  const at = '2026-11-02T00:00:00.000Z';
  const entry = {
    at,
    from: 'requested',
    to: 'preparing',
    cause: 'sweep',
    actor: 'icehouse',
    version,
  } as const;
  return { entry, record: aRecord({ version: 9, life: 2, status: 'preparing', reason }) };
}

interface Sent {
  Entries: { EventBusName: string; Source: string; DetailType: string; Time: number; Detail: string }[];
}

function sent(): Sent['Entries'][] {
  return server.requests.map((request) => (request.body as Sent).Entries);
}

test('sends a transition with the public record', async () => {
  const bus = await startBus(TAKEN);

  await bus.publish([anEvent(3, 'spring cleaning')]);

  const entry = sent()[0]?.[0];
  expect(entry).toMatchObject({
    EventBusName: 'icehouse',
    Source: 'icehouse',
    DetailType: 'Icehouse Transition',
    Time: Date.UTC(2026, 10, 2) / 1_000,
  });
  const detail = JSON.parse(entry?.Detail ?? '');
  expect(detail).toMatchObject({
    asset_id: 'asset1',
    life: 2,
    version: 3,
    from: 'requested',
    to: 'preparing',
    at: '2026-11-02T00:00:00.000Z',
    cause: 'sweep',
    actor: 'icehouse',
    record: { asset_id: 'asset1', status: 'preparing', reason: 'spring cleaning' },
  });
  expect(detail.record).not.toHaveProperty('published_version');
});

const LOST: Partial<AssetRecord> = {
  status: 'failed',
  failure: {
    code: 'LOST_AT_SOURCE',
    message: 'Gone.',
    action: 'Ask Mux.',
    from: 'archiving',
    retryable: true,
  },
};

test.each<[string, TransitionEvent['entry'], Partial<AssetRecord>, object]>([
  [
    'of a loss says what the failure says',
    { ...anEvent(4).entry, to: 'failed', alarm: 'LOST_AT_SOURCE' },
    LOST,
    { code: 'LOST_AT_SOURCE', message: 'Gone.', action: 'Ask Mux.' },
  ],
  [
    'of a master that is being saved says that it is not lost yet',
    { ...anEvent(4).entry, to: 'archiving', alarm: 'LOST_AT_SOURCE' },
    { status: 'archiving' },
    {
      code: 'LOST_AT_SOURCE',
      message: expect.stringContaining('is being saved'),
      action: expect.stringContaining('ask Mux support'),
    },
  ],
  [
    'of a deletion elsewhere says that a restore brings the video back',
    { ...anEvent(4).entry, to: 'deleted', alarm: 'DELETED_ELSEWHERE' },
    { status: 'deleted' },
    {
      code: 'DELETED_ELSEWHERE',
      message: expect.stringContaining('Asset asset1 is gone from Mux'),
      action: expect.stringContaining('A restore brings the video back'),
    },
  ],
])('an alarm %s, right behind its transition', async (_, entry, given, expected) => {
  const bus = await startBus(TAKEN);

  await bus.publish([{ entry, record: aRecord({ version: 9, life: 2, ...given }) }]);

  const [transition, alarm] = sent().flat();
  expect(transition?.DetailType).toBe('Icehouse Transition');
  expect(alarm).toMatchObject({ Source: 'icehouse', DetailType: 'Icehouse Alarm' });
  expect(JSON.parse(alarm?.Detail ?? '')).toMatchObject({
    ...expected,
    asset_id: 'asset1',
    life: 2,
    version: 4,
    at: '2026-11-02T00:00:00.000Z',
    record: { asset_id: 'asset1', status: given.status, history: expect.any(Array) },
  });
});

test('sends at most ten transitions with one call, in their order', async () => {
  const bus = await startBus(TAKEN);

  await bus.publish(Array.from({ length: 23 }, (_, n) => anEvent(n + 1)));

  const versions = sent().map((entries) => entries.map((entry) => JSON.parse(entry.Detail).version));
  expect(versions.map((call) => call.length)).toStrictEqual([10, 10, 3]);
  expect(versions.flat()).toStrictEqual(Array.from({ length: 23 }, (_, n) => n + 1));
});

test('keeps each call under the 256 KB that EventBridge takes', async () => {
  const bus = await startBus(TAKEN);

  await bus.publish(Array.from({ length: 5 }, (_, n) => anEvent(n + 1, 'x'.repeat(100_000))));

  expect(sent().map((entries) => entries.length)).toStrictEqual([2, 2, 1]);
});

test('makes no call when there is nothing to tell', async () => {
  const bus = await startBus(TAKEN);

  await bus.publish([]);

  expect(server.requests).toStrictEqual([]);
});

test('fails when the bus refuses one event of a call that succeeded', async () => {
  const refused = { FailedEntryCount: 1, Entries: [{ EventId: 'e1' }, { ErrorCode: 'InternalFailure' }] };
  const bus = await startBus({ status: 200, body: refused });

  const publish = bus.publish([anEvent(1), anEvent(2)]);

  await expect(publish).rejects.toMatchObject({
    name: 'TransientError',
    code: 'BUS_REFUSED',
    message: 'The bus refused 1 of 2 events: InternalFailure.',
  });
});
