// Reading the asset, refusing what must not be archived, asking for the master.
import { describe, expect, test } from 'vitest';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import { type House, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { aRecord } from '../fakes/record.ts';

async function requested(raw: Record<string, unknown> = {}): Promise<House> {
  const home = house();
  home.addVideo(anMp4(), raw);
  await home.requestDeletion();
  return home;
}

describe('an asset that must not be archived', () => {
  test.each([
    ['a test asset', { test: true }, 'TEST_ASSET'],
    ['a running live stream', { is_live: true }, 'LIVE_STREAM_RUNNING'],
    ['an errored asset', { status: 'errored', errors: { messages: ['No video.'] } }, 'ASSET_ERRORED'],
  ])('%s is refused, and its master is not asked for', async (_, raw, code) => {
    const home = await requested(raw);

    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code, from: 'requested', retryable: true },
    });
    expect(home.platform.calls.requestMaster).toBeUndefined();
    expect(home.platform.assetIds()).toEqual(['asset1']);
  });

  test('because it does not exist is lost, which is said and remembered', async () => {
    const home = house();
    await home.requestDeletion();

    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      lost_at: '2026-11-01T00:00:00.000Z',
      failure: { code: 'ASSET_GONE', retryable: false },
    });
  });

  test('because our token is of another environment waits for a person', async () => {
    const home = await requested();
    await home.ledger.pinEnvironment('production');

    await home.live();

    expect(home.record()).toMatchObject({
      status: 'failed',
      failure: { code: 'WRONG_ENVIRONMENT', from: 'requested' },
    });
    expect(home.record().lost_at).toBeUndefined();
    home.platform.setEnvironment('production');
    await home.requestDeletion();
    await home.live('archived');
    expect(home.record().archive?.key).toBe('mux/production/asset1/1/master.mp4');
  });
});

describe('an asset that can be archived', () => {
  test('is waited for while Mux prepares it', async () => {
    const home = await requested({ status: 'preparing' });

    await home.live(() => home.clock.nowMs() > Date.UTC(2026, 10, 1, 2));
    expect(home.record()).toMatchObject({
      status: 'requested',
      waiting_for: 'Mux is still preparing the asset',
    });
    expect(home.platform.calls.requestMaster).toBeUndefined();
    home.platform.change('asset1', { status: 'ready' });
    await home.live('archived');

    expect(home.record().attempts).toBe(0);
  });

  test('waits in line while as many masters are open as may be, keeps its place, and its losses are known', async () => {
    const home = house({ settings: { openMasters: 1 } });
    home.addVideo(anMp4());
    home.addVideo(anMp4(), {}, 'asset2');
    await home.requestDeletion();
    await home.drain();
    await home.clock.advance(5_000);
    await home.requestDeletion({ asset_id: 'asset2' });
    await home.clock.advance(1_000);
    await home.drain();

    expect(home.record('asset1').status).toBe('preparing');
    expect(home.record('asset2')).toMatchObject({
      status: 'requested',
      wake_lane: 'admit',
      wake_at: '2026-11-01T00:00:05.000Z',
      waiting_for: expect.stringContaining('its turn'),
      losses: [{ code: 'NEW_PLAYBACK_IDS' }],
    });
    expect(home.platform.calls.requestMaster).toBe(1);
  });

  test('whose master is open already does not wait for room', async () => {
    const home = house({ settings: { openMasters: 1 } });
    home.addVideo(anMp4(), { master_access: 'temporary', master: { status: 'preparing' } });
    await home.ledger.save(aRecord({ asset_id: 'other', status: 'preparing' }));
    await home.requestDeletion();

    await home.drain();

    expect(home.record().status).toBe('preparing');
    expect(home.platform.calls.requestMaster).toBeUndefined();
  });

  test('whose slot of the rate limit is far away goes back to its place in line', async () => {
    const home = await requested();
    await home.clock.advance(5_000);
    home.platform.fail('inspect', new NotYetError(Date.UTC(2026, 10, 1, 3), 'a slot'));

    await home.drain();

    expect(home.record()).toMatchObject({
      status: 'requested',
      wake_lane: 'admit',
      wake_at: '2026-11-01T00:00:00.000Z',
      waiting_for: 'a slot',
    });
  });

  test('that Mux still prepares is polled outside the line, so that it holds up nobody', async () => {
    const home = await requested({ status: 'preparing' });

    await home.drain();

    expect(home.record()).toMatchObject({ wake_lane: 'step', wake_at: '2026-11-01T00:00:30.000Z' });
  });

  test('is known by its playback and upload ids before it is said to be prepared', async () => {
    const home = await requested({
      upload_id: 'upload7',
      playback_ids: [
        { id: 'p1', policy: 'public' },
        { id: 'p2', policy: 'signed' },
      ],
    });
    const save = home.ledger.save;
    const known: unknown[] = [];
    home.ledger.save = async (record) => {
      if (record.status === 'preparing' && known.length === 0) {
        for (const id of ['p1', 'p2']) known.push(await home.ledger.resolveAlias('playback', id));
        known.push(await home.ledger.resolveAlias('upload', 'upload7'));
      }
      return save(record);
    };

    await home.live('preparing');

    expect(known).toEqual(['asset1', 'asset1', 'asset1']);
  });

  test('has its losses said when it has been read', async () => {
    const home = await requested({ live_stream_id: 'live1' });

    await home.live('preparing');

    const event = home.bus.events.find(({ entry }) => entry.to === 'preparing');
    expect(event?.record.losses.map(({ code }) => code)).toEqual(['NEW_PLAYBACK_IDS', 'LIVE_STREAM_LINK']);
    expect(home.record().losses_said_at).toBe('2026-11-01T00:00:00.000Z');
  });

  test.each([
    ['in preparation', { status: 'preparing' }, 0],
    ['ready', { status: 'ready', url: 'https://mezzanine.mux.test/asset1/mezzanine.mp4' }, 0],
  ])('whose master is %s already is not asked again', async (_, master, asked) => {
    const home = await requested({ master_access: 'temporary', master });

    await home.live('preparing');

    expect(home.platform.calls.requestMaster ?? 0).toBe(asked);
  });

  test('whose master failed once is released and asked again', async () => {
    const home = await requested({ master_access: 'temporary', master: { status: 'errored' } });

    await home.live('archived');

    expect(home.platform.calls).toMatchObject({ releaseMaster: 1, requestMaster: 1 });
  });
});

describe('a second life', () => {
  async function cancelledAfterArchive(): Promise<House> {
    const home = await requested();
    await home.live('archived');
    await home.cancelRequest();
    await home.live();
    expect(home.record().status).toBe('cancelled');
    return home;
  }

  test('uses the archive of the first: no master is asked for, no byte is read', async () => {
    const home = await cancelledAfterArchive();
    const before = home.record().archive;
    const [reads, masters] = [home.source.reads.length, home.platform.calls.requestMaster];
    home.platform.change('asset1', { passthrough: 'new words' });

    await home.requestDeletion();
    await home.live('archived');

    expect(home.record()).toMatchObject({
      life: 2,
      archive: { key: before?.key, version_id: before?.version_id },
    });
    expect(home.source.reads.length).toBe(reads);
    expect(home.platform.calls.requestMaster).toBe(masters);
    const manifest = home.vault.bytesOf('mux/environment1/asset1/1/manifest.json');
    expect(JSON.parse(new TextDecoder().decode(manifest))).toMatchObject({
      asset: { passthrough: 'new words' },
      life: 2,
    });
    await home.live();
    expect(home.record().status).toBe('deleted');
  });

  test('with an archive to use is not held up by open masters', async () => {
    const home = await cancelledAfterArchive();
    const masters = home.platform.calls.requestMaster;
    for (let n = 0; n < 1_000; n += 1)
      await home.ledger.save(aRecord({ asset_id: `open${n}`, status: 'preparing' }));

    await home.requestDeletion();
    await home.drain();

    expect(home.record().status).toBe('archived');
    expect(home.platform.calls.requestMaster).toBe(masters);
  });

  test('uses an archive that was moved to another class of the archive', async () => {
    const home = await cancelledAfterArchive();
    const key = home.record().archive?.key ?? '';
    const [version] = home.vault.versions.get(key) ?? [];
    if (version)
      home.vault.versions.set(key, [{ ...version, head: { ...version.head, storageClass: 'GLACIER' } }]);

    await home.requestDeletion();
    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', archive: { storage_class: 'GLACIER' } });
    expect(home.vault.versions.get(key)).toHaveLength(1);
  });

  test('copies anew when the archive is no longer whole', async () => {
    const home = await cancelledAfterArchive();
    home.vault.versions.clear();

    await home.requestDeletion();
    await home.live('archived');

    expect(home.record().archive?.key).toBe('mux/environment1/asset1/2/master.mp4');
  });

  test('of an asset that is gone keeps the archive within reach of a restore', async () => {
    const home = await cancelledAfterArchive();
    home.platform.remove('asset1');

    await home.requestDeletion();
    await home.live();
    expect(home.record()).toMatchObject({ status: 'deleted', archive: { key: expect.any(String) } });
    await home.requestRestore();
    await home.live();

    expect(home.record().status).toBe('restored');
  });
});
