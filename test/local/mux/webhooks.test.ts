// Webhooks as documented at mux.com/docs/core/listen-for-webhooks and …/verify-webhook-signatures; judged by the official SDK.
import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../local/mux/simulator.ts';
import { startRig } from './rig.ts';

type Rig = Awaited<ReturnType<typeof startRig>>;
const { webhookSecret } = DEFAULT_ENVIRONMENT;

async function rename({ mux, simulator }: Rig, times = 1): Promise<string> {
  const { id } = await simulator.addAsset({});
  for (let count = 0; count < times; count += 1)
    await mux.video.assets.update(id, { passthrough: `p${count}` });
  return id;
}

function pause(ms: number): Promise<void> {
  return new Promise((later) => setTimeout(later, ms));
}

describe('a webhook', () => {
  test('carries a signature that the SDK accepts, and that is void for another body', async () => {
    const rig = await startRig();

    await rename(rig);
    const { raw, headers } = await rig.event('video.asset.updated');

    await expect(rig.mux.webhooks.unwrap(raw, headers, webhookSecret)).resolves.toMatchObject({
      type: 'video.asset.updated',
    });
    await expect(rig.mux.webhooks.verifySignature(`${raw} `, headers, webhookSecret)).rejects.toThrow(
      /No signatures found/,
    );
    expect(headers['mux-signature']).toMatch(/^t=\d{10},v1=[0-9a-f]{64}$/);
  });

  test('shows created_at, filesize and recording times as numbers, other than the API', async () => {
    const rig = await startRig();
    const { id } = await rig.simulator.addAsset({
      attributes: {
        created_at: '1700000000',
        recording_times: [{ started_at: '2026-01-01T00:00:00.250Z', duration: 5, type: 'content' }],
        static_renditions: {
          files: [{ id: 'r', name: 'highest.mp4', ext: 'mp4', filesize: '99', status: 'ready' }],
        },
      },
    });

    await rig.mux.video.assets.update(id, { meta: { title: 'x' } });
    const { data } = await rig.event('video.asset.updated');

    expect(data).toMatchObject({
      created_at: 1_700_000_000,
      recording_times: [{ started_at: { seconds: 1_767_225_600, nanos: 250_000_000 } }],
      static_renditions: { files: [{ filesize: 99 }] },
    });
  });

  test('is sent again, with the same id, until it is answered 2xx', async () => {
    const rig = await startRig({ behaviour: { webhooks: { retryFirstMs: 10 } } });
    rig.answerNext(500, 302, 404);

    await rename(rig);
    await rig.until(() => rig.events.length === 4);
    await pause(50);

    expect(new Set(rig.events.map(({ id }) => id)).size).toBe(1);
    expect(rig.simulator.webhooks().map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 302],
      [3, 404],
      [4, 200],
    ]);
  });

  test('is given up when its time is over', async () => {
    const rig = await startRig({ behaviour: { webhooks: { retryFirstMs: 10, retryForMs: 400 } } });
    rig.answerNext(...Array(20).fill(500));

    await rename(rig);
    await rig.until(() => rig.events.length >= 2);
    await pause(600);
    const tried = rig.events.length;
    // The retry that there is not would have come by now.
    await pause(700);

    expect(rig.events.length).toBe(tried);
  });

  test('that is not answered within the time counts as failed', async () => {
    const rig = await startRig({ behaviour: { webhooks: { timeoutMs: 30, retryFirstMs: 60_000 } } });
    rig.simulator.setWebhookUrls([`${rig.url}/silent`]);
    rig.simulator.addFault({ match: { path: '/silent' }, effect: { kind: 'stall', afterBytes: 0 } });

    await rename(rig);
    const [attempt] = await rig.until(() => rig.simulator.webhooks().length > 0 && rig.simulator.webhooks());

    expect(attempt).not.toHaveProperty('status');
  });

  test.each(['fresh', 'old'] as const)(
    'is signed %s when sent again: Mux does not say',
    async (retrySignature) => {
      const rig = await startRig({ behaviour: { webhooks: { retryFirstMs: 1100, retrySignature } } });
      rig.answerNext(500);

      await rename(rig);
      await rig.until(() => rig.events.length === 2);

      const [first, second] = rig.events.map(({ headers }) => headers['mux-signature']);
      expect(first === second).toBe(retrySignature === 'old');
    },
  );

  test('can come twice with one id, late, or out of order', async () => {
    const chances = [0.9, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
    const random = () => chances.shift() ?? 0.1;
    const rig = await startRig({
      behaviour: { webhooks: { repeats: 1, delayMs: 300, shuffleMs: 1000 } },
      random,
    });

    await rename(rig, 2);
    expect(rig.events).toEqual([]);
    await rig.until(() => rig.events.length === 4);

    const passthroughs = rig.events.map(({ data }) => data.passthrough);
    expect(passthroughs.at(-1)).toBe('p0');
    expect(new Set(rig.events.map(({ id }) => id)).size).toBe(2);
  });

  test('can be lost, by type or altogether, or be switched off', async () => {
    const rig = await startRig({ behaviour: { webhooks: { loseTypes: ['video.asset.updated'] } } });

    const id = await rename(rig);
    rig.simulator.change({ webhooks: { loseTypes: [], lost: 1 } });
    await rename(rig);
    rig.simulator.change({ webhooks: { lost: 0, on: false } });
    await rename(rig);
    rig.simulator.change({ webhooks: { on: true } });
    await rig.mux.video.assets.delete(id);
    await rig.event('video.asset.deleted');

    expect(rig.events.map(({ type }) => type)).toEqual(['video.asset.deleted']);
  });
});
