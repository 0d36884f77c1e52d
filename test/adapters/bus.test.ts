// What subscribers of the bus get, and what happens when the bus does not take it.
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, expect, test } from 'vitest';
import { createBus } from '../../lambdas/adapters/bus.ts';
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
