// Mux's adapter keeps the contract against the simulator, and both ways where nobody knows how Mux answers.
import { generateKeyPairSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../lambdas/adapters/clock.ts';
import { createMux } from '../../lambdas/adapters/mux.ts';
import type { Behaviour } from '../../local/mux/behaviour.ts';
import {
  createMuxSimulator,
  DEFAULT_ENVIRONMENT,
  type Delivery,
  type Simulator,
} from '../../local/mux/simulator.ts';
import { archiveProof } from '../fakes/proofs.ts';
import { recordingLog } from '../fakes/recorders.ts';
import { type PlatformBench, platformContract } from './platform.ts';

interface MuxBench extends PlatformBench {
  readonly simulator: Simulator;
}

/** What a vault would serve: the film, a caption, and nothing else. */
async function serveMedia(): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const file = /^\/(motion-and-tone[a-z.]*\.(mp4|vtt))(\?|$)/.exec(request.url ?? '')?.[1];
    if (!file) response.writeHead(404).end();
    else createReadStream(new URL(`../fixtures/media/${file}`, import.meta.url)).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function openBench(keys?: { publicKey: string; privateKey: string }): Promise<MuxBench> {
  const media = await serveMedia();
  const signingKey = keys && { id: 'key1', publicKeyPem: keys.publicKey };
  const simulator = await createMuxSimulator({
    environments: [{ ...DEFAULT_ENVIRONMENT, signingKey }],
    behaviour: {
      ingestMs: 20,
      trackMs: 20,
      masterPreparationMs: 200,
      webhooks: { on: false },
      rateLimit: { on: false },
    },
  });
  const url = await simulator.listen(0);
  const deliveries: Delivery[] = [];
  const { tokenId, tokenSecret, id: environmentId } = DEFAULT_ENVIRONMENT;
  const signing = keys && { signingKeyId: 'key1', signingPrivateKey: btoa(keys.privateKey) };
  const platform = createMux({
    credentials: async () => ({ tokenId, tokenSecret, ...signing }),
    baseUrls: { api: url, stream: url, image: url },
    governor: { take: async () => undefined, slowDown: async () => undefined },
    purpose: 'restore',
    clock: systemClock,
    log: recordingLog(),
  });
  return {
    platform,
    simulator,
    environmentId,
    nowMs: Date.now,
    add: async (attributes) => void (await simulator.addAsset({ attributes })),
    masterUrl: `${media.url}/motion-and-tone.mp4`,
    captionUrl: `${media.url}/motion-and-tone.en.vtt`,
    unreachableUrl: `${media.url}/gone.mp4`,
    loseNextCreate: () =>
      simulator.addFault({
        match: { method: 'POST', path: '^/video/v1/assets$' },
        effect: { kind: 'lose-answer', how: 'reset' },
      }),
    deliver: (asset_id, delivered_seconds, atMs) => {
      deliveries.push({ asset_id, delivered_seconds, at: atMs / 1_000 });
      simulator.setDeliveries(deliveries);
    },
    wait: () => setTimeout(20),
    async close() {
      await simulator.close();
      await media.close();
    },
  };
}

platformContract('Mux, as simulated', () => openBench());

/** So that a master is still prepared when it is looked at, however slow the machine is. */
const NOT_WITHIN_A_TEST_MS = 600_000;

describe('where nobody knows how Mux answers', () => {
  let bench: MuxBench | undefined;
  afterEach(() => bench?.close());

  async function benchWith(change: Partial<Behaviour>): Promise<MuxBench> {
    bench = await openBench();
    bench.simulator.change(change);
    return bench;
  }

  test.each([
    [404, 'gone'],
    [204, 'deleted'],
  ] as const)('a second DELETE that answers %s is an end, too', async (secondDelete, expected) => {
    const { platform, add, nowMs } = await benchWith({ secondDelete });
    await add({ id: 'asset1' });
    const remove = async () => {
      const slot = await platform.reserveDeletion();
      return platform.deleteAsset('asset1', archiveProof('asset1', nowMs()), slot);
    };

    const outcomes = [await remove(), await remove()];

    expect(outcomes).toEqual(['deleted', expected]);
  });

  test('a list shows what is new in whatever order it comes', async () => {
    const { platform, simulator, add } = await benchWith({});
    for (let at = 0; at < 120; at++) await add({ id: `asset${at}`, created_at: String(1_700_000_000 + at) });

    const found = [];
    for (const listOrder of ['newest-first', 'oldest-first', 'shuffled'] as const) {
      simulator.change({ listOrder });
      found.push((await platform.createdSince(1_700_000_118_000)).map(({ id }) => id).sort());
    }

    expect(found).toEqual(Array(3).fill(['asset118', 'asset119']));
  });

  test('a master asked for twice is prepared, where Mux allows it', async () => {
    const { platform, add } = await benchWith({
      masterRepeat: 'ok-noop',
      masterPreparationMs: NOT_WITHIN_A_TEST_MS,
    });
    await add({ id: 'asset1' });
    await platform.requestMaster('asset1');

    const again = await platform.requestMaster('asset1');

    expect(again.master.kind).toBe('preparing');
  });

  test('a master asked for twice is refused in plain words, where Mux does not allow it', async () => {
    const { platform, add } = await benchWith({
      masterRepeat: 'bad-request',
      masterPreparationMs: NOT_WITHIN_A_TEST_MS,
    });
    await add({ id: 'asset1' });
    await platform.requestMaster('asset1');

    await expect(platform.requestMaster('asset1')).rejects.toMatchObject({ code: 'MUX_REFUSED' });
  });
});

describe('a captioned asset with signed playback only', () => {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });

  test('gives its caption to a token made with the signing key', async () => {
    const { platform, simulator, close } = await openBench(keys);
    onTestFinished(close);
    const captions = [{ id: 'text1', text: 'WEBVTT\n\nhello' }];
    const { id } = await simulator.addAsset({ policies: ['signed'], captions });
    const asset = await platform.inspect(id);

    const caption = asset && (await platform.captionUrl(asset, 'text1'));
    const answer = await fetch(caption ?? '');

    expect(await answer.text()).toBe('WEBVTT\n\nhello');
  });

  test.each(['poster.jpg', 'storyboard.vtt'] as const)('gives its %s to such a token', async (image) => {
    const { platform, simulator, close } = await openBench(keys);
    onTestFinished(close);
    const { id } = await simulator.addAsset({ policies: ['signed'] });
    const asset = await platform.inspect(id);

    const url = asset && (await platform.imageUrl(asset, image));
    const answer = await fetch(url ?? '');

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(image === 'poster.jpg' ? 'image/jpeg' : 'text/vtt');
  });
});
