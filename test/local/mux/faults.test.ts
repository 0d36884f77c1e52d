// Faults for chosen requests: what a client of Mux must live through, played on demand.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startRig } from './rig.ts';

type Rig = Awaited<ReturnType<typeof startRig>>;
const SIZE = 1_000_000;

async function openMaster({ mux, simulator, until }: Rig): Promise<{ id: string; url: string }> {
  const { id } = await simulator.addAsset({ generated: { sizeBytes: SIZE, durationSeconds: 5 } });
  await mux.video.assets.updateMasterAccess(id, { master_access: 'temporary' });
  await until(() => simulator.asset(id).master?.status === 'ready');
  return { id, url: simulator.asset(id).master?.url ?? '' };
}

function ranged(url: string, range: string): Promise<Response> {
  return fetch(url, { headers: { range } });
}

describe('a fault', () => {
  test('answers so many matching calls with a status, and no other', async () => {
    const { mux, simulator } = await startRig();
    const { id } = await simulator.addAsset({});
    const other = await simulator.addAsset({});
    simulator.addFault({
      match: { method: 'GET', assetId: id },
      after: 1,
      times: 2,
      effect: { kind: 'status', status: 503 },
    });
    const read = async (assetId: string) => {
      const { response } = await mux.video.assets
        .retrieve(assetId)
        .withResponse()
        .catch((error: { status: number }) => ({ response: error }));
      return response.status;
    };

    const statuses = [];
    for (const assetId of [id, other.id, id, id, id]) statuses.push(await read(assetId));

    expect(statuses).toEqual([200, 200, 503, 503, 200]);
    expect(simulator.faults()).toEqual([]);
  });

  test('of status 429 has the body of a real one, and Retry-After only if asked for', async () => {
    const { mux, simulator } = await startRig();
    simulator.addFault({ match: {}, effect: { kind: 'status', status: 429, retryAfterSeconds: 7 } });

    const error = await mux.video.assets.list().catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ status: 429, error: { errors: ['Too many requests, retry later.'] } });
    expect((error as { headers: Headers }).headers.get('retry-after')).toBe('7');
  });

  test.each(['reset', '504'] as const)(
    'loses the answer of a create (%s) whose asset is there all the same',
    async (how) => {
      const { mux, simulator, url } = await startRig({ behaviour: { listDelayMs: 1000 } });
      simulator.addFault({
        match: { method: 'POST', path: '/assets$' },
        effect: { kind: 'lose-answer', how },
      });
      const { authorization = '' } = Object.fromEntries(
        (await mux.buildRequest({ method: 'get', path: '/' })).req.headers,
      );

      const answer = await fetch(`${url}/video/v1/assets`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ inputs: [{ url: 'http://127.0.0.1:1/v.mp4' }] }),
      }).catch(() => undefined);
      const early = await mux.video.assets.list();
      await new Promise((later) => setTimeout(later, 1100));
      const late = await mux.video.assets.list();

      expect(answer?.status).toBe(how === '504' ? 504 : undefined);
      expect([early.data.length, late.data.length]).toEqual([0, 1]);
    },
  );

  test('cuts the connection after so many bytes', async () => {
    const rig = await startRig();
    const { id, url } = await openMaster(rig);
    rig.simulator.addFault({ match: { assetId: id }, effect: { kind: 'cut', afterBytes: 300_000 } });

    const response = await fetch(url);
    let got = 0;
    const reading = async () => {
      for await (const chunk of response.body ?? []) got += chunk.length;
    };

    await expect(reading()).rejects.toThrow();
    expect(got).toBeLessThanOrEqual(300_000);
    expect((await (await fetch(url)).bytes()).length).toBe(SIZE);
  });

  test('stalls in the middle of a body until the client gives up', async () => {
    const rig = await startRig();
    const { id, url } = await openMaster(rig);
    rig.simulator.addFault({ match: { assetId: id }, effect: { kind: 'stall', afterBytes: 1000 } });

    const response = await fetch(url, { signal: AbortSignal.timeout(150) });

    await expect(response.bytes()).rejects.toThrow(/timeout|aborted/i);
  });

  test('delays an answer', async () => {
    const { mux, simulator } = await startRig();
    simulator.addFault({ match: {}, effect: { kind: 'delay', ms: 120 } });
    const startedMs = performance.now();

    await mux.video.assets.list();

    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(115);
  });

  test('ends a body short of what Content-Range promises', async () => {
    const rig = await startRig();
    const { id, url } = await openMaster(rig);
    rig.simulator.addFault({ match: { assetId: id }, effect: { kind: 'short', missingBytes: 10 } });

    const response = await ranged(url, 'bytes=0-999');

    expect(response.headers.get('content-range')).toBe(`bytes 0-999/${SIZE}`);
    expect((await response.bytes()).length).toBe(990);
  });

  test('shows a file that grows after it was announced', async () => {
    const rig = await startRig();
    const { id, url } = await openMaster(rig);
    rig.simulator.addFault({
      match: { assetId: id },
      times: 'always',
      effect: { kind: 'grow', missingBytes: 50_000, forMs: 1500 },
    });

    const early = await ranged(url, 'bytes=0-1023');
    await new Promise((later) => setTimeout(later, 1550));
    const late = await ranged(url, 'bytes=0-1023');

    expect(early.headers.get('content-range')).toBe('bytes 0-1023/950000');
    expect(late.headers.get('content-range')).toBe(`bytes 0-1023/${SIZE}`);
    expect(early.headers.get('etag')).not.toBe(late.headers.get('etag'));
  });

  test('puts another file of the same size in the place of the first', async () => {
    const rig = await startRig();
    const { id, url } = await openMaster(rig);
    const before = await rig.simulator.sha256(id);
    rig.simulator.addFault({ match: { assetId: id }, after: 1, effect: { kind: 'change' } });

    const first = await ranged(url, 'bytes=0-499999');
    const second = await ranged(url, 'bytes=500000-999999');
    const again = await fetch(url);

    expect(second.headers.get('content-range')).toBe(`bytes 500000-999999/${SIZE}`);
    expect(second.headers.get('etag')).not.toBe(first.headers.get('etag'));
    const sha256 = createHash('sha256')
      .update(await again.bytes())
      .digest('hex');
    expect(sha256).not.toBe(before);
    expect(await rig.simulator.sha256(id)).toBe(sha256);
  });
});

describe('a switch', () => {
  test('that does not exist is refused', async () => {
    const { simulator } = await startRig();

    expect(() => simulator.change({ masterRepeats: 1 } as never)).toThrow(/no switch masterRepeats/);
  });
});
