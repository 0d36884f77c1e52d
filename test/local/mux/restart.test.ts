// What a simulator with a data directory still knows, and still does, after it was stopped.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AUDIO, CAPTIONS } from './fixtures.ts';
import { startOrigin, startRig } from './rig.ts';

async function newDataDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'mux-simulator-test-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return dir;
}

describe('after a restart', () => {
  test('assets, media, captions and an open master are there', async () => {
    const dataDir = await newDataDir();
    const before = await startRig({ dataDir });
    const { id } = await before.simulator.addAsset({ file: AUDIO.path, captions: [{ text: CAPTIONS.text }] });
    await before.mux.video.assets.updateMasterAccess(id, { master_access: 'temporary' });
    await before.until(() => before.simulator.asset(id).master?.status === 'ready');
    await before.close();

    const after = await startRig({ dataDir });
    const { master, playback_ids, tracks } = await after.mux.video.assets.retrieve(id);

    expect(await after.simulator.sha256(id)).toBe(AUDIO.sha256);
    expect((await (await fetch(master?.url ?? '')).bytes()).length).toBe(AUDIO.sizeBytes);
    const caption = await fetch(`${after.url}/${playback_ids?.[0]?.id}/text/${tracks?.at(-1)?.id}.vtt`);
    expect(await caption.text()).toBe(CAPTIONS.text);
  });

  test('preparations and ingests that were under way come to their end', async () => {
    const dataDir = await newDataDir();
    const origin = await startOrigin({ '/a.m4a': await readFile(AUDIO.path) });
    const before = await startRig({ dataDir, behaviour: { masterPreparationMs: 300, ingestMs: 300 } });
    const { id } = await before.simulator.addAsset({});
    await before.mux.video.assets.updateMasterAccess(id, { master_access: 'temporary' });
    const created = await before.mux.video.assets.create({ inputs: [{ url: `${origin}/a.m4a` }] });
    await before.close();

    const after = await startRig({ dataDir });
    await after.until(() => after.simulator.asset(id).master?.status === 'ready');
    await after.until(() => after.simulator.asset(created.id).status === 'ready');

    expect(await after.simulator.sha256(created.id)).toBe(AUDIO.sha256);
  });

  test('webhooks that nobody took are sent', async () => {
    const dataDir = await newDataDir();
    const webhooks = { retryFirstMs: 500 };
    const before = await startRig({ dataDir, behaviour: { webhooks } });
    before.answerNext(500, 500);
    const { id } = await before.simulator.addAsset({});
    await before.mux.video.assets.update(id, { passthrough: 'p' });
    await before.until(() => before.simulator.webhooks().length === 1);
    await before.close();

    const after = await startRig({ dataDir, behaviour: { webhooks } });
    await before.until(() => after.simulator.webhooks().length === 1);

    expect(before.events.map(({ type }) => type)).toEqual(['video.asset.updated', 'video.asset.updated']);
    expect(after.simulator.webhooks()[0]?.attempt).toBe(2);
  });

  test('a deleted asset is still known as deleted', async () => {
    const dataDir = await newDataDir();
    const before = await startRig({ dataDir });
    const { id } = await before.simulator.addAsset({});
    await before.mux.video.assets.delete(id);
    await before.close();

    const after = await startRig({ dataDir, behaviour: { secondDelete: 204 } });

    await expect(after.mux.video.assets.delete(id)).resolves.not.toThrow();
  });
});
