// Master access: documented in mux.com/docs/guides/download-for-offline-editing and the spec; what is not, is played both ways.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AUDIO, VIDEO } from './fixtures.ts';
import { startRig } from './rig.ts';

type Rig = Awaited<ReturnType<typeof startRig>>;

async function openMaster({ mux, simulator, until }: Rig, id: string): Promise<string> {
  await mux.video.assets.updateMasterAccess(id, { master_access: 'temporary' });
  await until(() => simulator.asset(id).master?.status === 'ready');
  return (await mux.video.assets.retrieve(id)).master?.url ?? '';
}

function ranged(url: string, range: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { headers: { range, ...headers } });
}

async function digest(response: Response): Promise<string> {
  return createHash('sha256')
    .update(await response.bytes())
    .digest('hex');
}

describe('a master', () => {
  test('is preparing at first, then ready with a URL on the path of mezzanine.mux.com, and events say both', async () => {
    const rig = await startRig();
    const { id } = await rig.simulator.addAsset({ file: VIDEO.path });

    const asked = await rig.mux.video.assets.updateMasterAccess(id, { master_access: 'temporary' });
    const event = await rig.event('video.asset.master.ready');

    expect(asked).toMatchObject({ master_access: 'temporary', master: { status: 'preparing' } });
    expect(asked.master).not.toHaveProperty('url');
    expect(rig.events.map(({ type }) => type)).toEqual([
      'video.asset.master.preparing',
      'video.asset.master.ready',
    ]);
    const { url } = event.data.master as { url: string };
    expect(url).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/[A-Za-z0-9]+\/mezzanine\.mp4\?skid=[^&]+&signature=[^&]+$/,
    );
    expect((await rig.mux.video.assets.retrieve(id)).master?.url).toBe(url);
  });

  test('is the file, byte for byte', async () => {
    const rig = await startRig();
    const { id } = await rig.simulator.addAsset({ file: VIDEO.path });

    const response = await fetch(await openMaster(rig, id));

    expect(response.headers.get('content-length')).toBe(String(VIDEO.sizeBytes));
    expect(await digest(response)).toBe(VIDEO.sha256);
    expect(await rig.simulator.sha256(id)).toBe(VIDEO.sha256);
  });

  test('of an asset with sound alone is an m4a', async () => {
    const rig = await startRig();
    const { id } = await rig.simulator.addAsset({ file: AUDIO.path });

    const url = await openMaster(rig, id);

    expect(new URL(url).pathname).toMatch(/\/mezzanine\.m4a$/);
    expect(await digest(await fetch(url))).toBe(AUDIO.sha256);
  });

  test('is served in ranges that carry the total and one strong ETag', async () => {
    const rig = await startRig();
    const { id } = await rig.simulator.addAsset({ generated: { sizeBytes: 1_000_000, durationSeconds: 5 } });
    const url = await openMaster(rig, id);

    const first = await ranged(url, 'bytes=0-1023');
    const last = await ranged(url, 'bytes=-10');
    const beyond = await ranged(url, 'bytes=1000000-');
    const head = await fetch(url, { method: 'HEAD' });

    expect([first.status, last.status, beyond.status, head.status]).toEqual([206, 206, 416, 200]);
    expect(first.headers.get('content-range')).toBe('bytes 0-1023/1000000');
    expect((await first.bytes()).length).toBe(1024);
    expect(last.headers.get('content-range')).toBe('bytes 999990-999999/1000000');
    expect(beyond.headers.get('content-range')).toBe('bytes */1000000');
    expect(head.headers.get('content-length')).toBe('1000000');
    expect(first.headers.get('etag')).toMatch(/^"[0-9a-f]+"$/);
    expect(last.headers.get('etag')).toBe(first.headers.get('etag'));
  });

  test('honours If-Match and If-Range', async () => {
    const rig = await startRig();
    const { id } = await rig.simulator.addAsset({});
    const url = await openMaster(rig, id);
    const etag = (await ranged(url, 'bytes=0-0')).headers.get('etag') ?? '';

    const statuses = await Promise.all([
      ranged(url, 'bytes=0-9', { 'if-match': etag }),
      ranged(url, 'bytes=0-9', { 'if-match': '"another"' }),
      ranged(url, 'bytes=0-9', { 'if-range': etag }),
      ranged(url, 'bytes=0-9', { 'if-range': '"another"' }),
    ]);

    expect(statuses.map(({ status }) => status)).toEqual([206, 412, 206, 200]);
  });

  test('can come without Range, with a weak ETag or with none', async () => {
    const rig = await startRig({ behaviour: { etag: 'weak' } });
    const { id } = await rig.simulator.addAsset({});
    const url = await openMaster(rig, id);

    const weak = await ranged(url, 'bytes=0-9');
    rig.simulator.change({ etag: 'none', range: false });
    const whole = await ranged(url, 'bytes=0-9');

    expect(weak.headers.get('etag')).toMatch(/^W\/"/);
    expect([whole.status, whole.headers.get('etag'), whole.headers.get('content-range')]).toEqual([
      200,
      null,
      null,
    ]);
  });

  test('is refused with a wrong signature, and after its time with 403; access is none again', async () => {
    const rig = await startRig({ behaviour: { masterUrlTtlMs: 1500 } });
    const { id } = await rig.simulator.addAsset({});
    const url = await openMaster(rig, id);
    const forged = new URL(url);
    forged.searchParams.set('signature', 'x');

    expect((await fetch(forged)).status).toBe(403);
    expect((await ranged(url, 'bytes=0-0')).status).toBe(206);
    await rig.event('video.asset.master.deleted');

    expect((await fetch(url)).status).toBe(403);
    expect(rig.simulator.asset(id)).toMatchObject({ master_access: 'none' });
    expect(rig.simulator.asset(id)).not.toHaveProperty('master');
  });

  test('may lapse without an event, which Mux does not exclude', async () => {
    const rig = await startRig({ behaviour: { masterUrlTtlMs: 800, masterDeletedAtExpiry: false } });
    const { id } = await rig.simulator.addAsset({});

    await openMaster(rig, id);
    await rig.until(() => rig.simulator.asset(id).master_access === 'none');
    await new Promise((later) => setTimeout(later, 50));

    expect(rig.events.map(({ type }) => type)).not.toContain('video.asset.master.deleted');
  });

  test.each([403, 404, 410] as const)('is answered %d after access was set to none', async (masterGone) => {
    const rig = await startRig({ behaviour: { masterGone } });
    const { id } = await rig.simulator.addAsset({});
    const url = await openMaster(rig, id);

    const asset = await rig.mux.video.assets.updateMasterAccess(id, { master_access: 'none' });

    expect(asset.master_access).toBe('none');
    expect((await fetch(url)).status).toBe(masterGone);
    await rig.event('video.asset.master.deleted');
  });

  test('asked for again stays as it is, is refused, or gets a new URL: Mux does not say', async () => {
    const rig = await startRig({ behaviour: { masterRepeat: 'ok-noop' } });
    const { id } = await rig.simulator.addAsset({});
    const url = await openMaster(rig, id);
    const again = () => rig.mux.video.assets.updateMasterAccess(id, { master_access: 'temporary' });

    const same = await again();
    rig.simulator.change({ masterRepeat: 'new-url' });
    const other = await again();
    rig.simulator.change({ masterRepeat: 'bad-request' });
    const refused = await again().catch((thrown: unknown) => thrown);

    expect(same.master?.url).toBe(url);
    expect(other.master?.url).not.toBe(url);
    expect((await fetch(url)).status).toBe(403);
    expect(refused).toMatchObject({ status: 400 });
  });

  test('asked for before the asset is ready is prepared afterwards, or refused: Mux does not say', async () => {
    const rig = await startRig({ behaviour: { masterOnPreparing: 'bad-request' } });
    const { id } = await rig.simulator.addAsset({ attributes: { is_live: true } });
    const ask = () => rig.mux.video.assets.updateMasterAccess(id, { master_access: 'temporary' });

    const refused = await ask().catch((thrown: unknown) => thrown);
    rig.simulator.change({ masterOnPreparing: 'after-ready' });
    const taken = await ask();

    expect(refused).toMatchObject({ status: 400 });
    expect(taken.master_access).toBe('temporary');
    expect(taken).not.toHaveProperty('master');
  });

  test('can end errored, and be prepared after none and temporary again', async () => {
    const rig = await startRig({ behaviour: { masterErrors: 1 } });
    const { id } = await rig.simulator.addAsset({});

    await rig.mux.video.assets.updateMasterAccess(id, { master_access: 'temporary' });
    const event = await rig.event('video.asset.master.errored');
    await rig.mux.video.assets.updateMasterAccess(id, { master_access: 'none' });
    const url = await openMaster(rig, id);

    expect(event.data.master).toEqual({ status: 'errored' });
    expect((await fetch(url)).status).toBe(200);
  });

  test('of a GiB streams without a disk', async () => {
    const rig = await startRig();
    const { id } = await rig.simulator.addAsset({ generated: { sizeBytes: 2 ** 30, durationSeconds: 3600 } });

    const response = await ranged(await openMaster(rig, id), 'bytes=1000000000-1000999999');

    expect(response.headers.get('content-range')).toBe('bytes 1000000000-1000999999/1073741824');
    expect((await response.bytes()).length).toBe(1_000_000);
  });
});
