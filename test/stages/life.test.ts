// A whole life on the fakes: once with nothing going wrong, and once for every place where a process may die.
import { describe, expect, test } from 'vitest';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const VIDEO = anMp4();
const CAPTIONS = new TextEncoder().encode('WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n');
const FOLDER = 'mux/environment1/asset1/1/';

function homeWithVideo(options: HouseOptions = {}): House {
  const home = house(options);
  home.addVideo(VIDEO, {
    meta: { title: 'Opening night' },
    passthrough: 'order-17',
    tracks: [
      { id: 'video1', type: 'video' },
      {
        id: 'text1',
        type: 'text',
        text_type: 'subtitles',
        text_source: 'uploaded',
        language_code: 'en',
        status: 'ready',
      },
    ],
  });
  home.source.files.set('https://stream.mux.test/asset1play1/text/text1.vtt', { bytes: CAPTIONS });
  return home;
}

async function wholeLife(home: House): Promise<void> {
  await home.requestDeletion();
  await home.live();
  await home.requestRestore();
  await home.live();
}

const published = (home: House) => home.bus.events.map(({ entry }) => entry.to);

describe('a whole life', () => {
  test('goes from the request to the restored asset, each transition told once and in order', async () => {
    const home = homeWithVideo();

    await wholeLife(home);

    expect(published(home)).toEqual([
      'requested',
      'preparing',
      'archiving',
      'archived',
      'deleting',
      'deleted',
      'thawing',
      'uploading',
      'restored',
    ]);
    expect(home.record()).toMatchObject({ status: 'restored', current_asset_id: 'restored1', attempts: 0 });
    expect(home.record().wake_at).toBeUndefined();
    expect(home.platform.assetIds()).toEqual(['restored1']);
  });

  test('leaves master, captions and manifest in the vault, and no upload', async () => {
    const home = homeWithVideo();

    await wholeLife(home);

    expect([...home.vault.versions.keys()].sort()).toEqual([
      `${FOLDER}captions/text1.vtt`,
      `${FOLDER}manifest.json`,
      `${FOLDER}master.mp4`,
      `${FOLDER}restored/restored1.json`,
      `${FOLDER}sidecars/poster.jpg`,
      `${FOLDER}sidecars/storyboard.jpg`,
      `${FOLDER}sidecars/storyboard.vtt`,
    ]);
    expect(home.vault.bytesOf(`${FOLDER}master.mp4`)).toEqual(new Uint8Array(VIDEO));
    expect(home.vault.bytesOf(`${FOLDER}captions/text1.vtt`)).toEqual(CAPTIONS);
    const manifest = JSON.parse(new TextDecoder().decode(home.vault.bytesOf(`${FOLDER}manifest.json`)));
    expect(manifest).toMatchObject({
      asset_id: 'asset1',
      asset: { meta: { title: 'Opening night' }, passthrough: 'order-17' },
      captions: [{ track_id: 'text1' }],
      master: { size_bytes: 1_000 },
    });
    expect(JSON.stringify(manifest)).not.toContain('signature');
    expect(home.vault.uploads.size).toBe(0);
  });

  test('deletes at the expiration date and not before', async () => {
    const home = homeWithVideo();
    await home.requestDeletion({ expirationMs: Date.UTC(2026, 11, 24, 10, 30) });

    await home.live('archived');
    expect(home.record()).toMatchObject({ wake_at: '2026-12-24T11:00:00.000Z', wake_lane: 'expire' });
    await home.live();

    expect(home.record()).toMatchObject({ status: 'deleted', deleted_at: '2026-12-24T11:00:00.000Z' });
  });

  test('answers for both assets and all playback ids afterwards', async () => {
    const home = homeWithVideo();

    await wholeLife(home);

    expect(await home.ledger.resolveAlias('playback', 'asset1play1')).toBe('asset1');
    expect(await home.ledger.resolveAlias('playback', 'restored1play1')).toBe('asset1');
    expect(await home.ledger.resolveAlias('asset', 'restored1')).toBe('asset1');
    expect(home.record().restore?.new_playback_ids).toEqual([
      { id: 'restored1play1', policy: 'public', replaces: 'asset1play1' },
    ]);
  });
});

/** More than a life has calls: the first test below says so. */
const MOST_CALLS = 230;

describe('an accident at any call', () => {
  test('has no more calls to happen at than are tried below', async () => {
    const home = homeWithVideo();

    await wholeLife(home);

    expect(home.calls()).toBeGreaterThan(100);
    expect(home.calls()).toBeLessThanOrEqual(MOST_CALLS);
  });

  test.each([
    ['killed', 'before'],
    ['killed', 'after'],
    ['failed', 'before'],
    ['failed', 'after'],
  ] as const)('%s %s it, the life comes to the same end', async (kind, when) => {
    for (let call = 1; call <= MOST_CALLS; call += 1) {
      const home = homeWithVideo({ accident: { call, kind, when } });

      await wholeLife(home);

      expect(endOf(home), `call ${call}`).toEqual({
        status: 'restored',
        losses: ['NEW_PLAYBACK_IDS'],
        assets: [home.record().current_asset_id],
        masterBytes: VIDEO.length,
        uploads: 0,
        // At least once: what was told again is no later than what comes next.
        told: home.record().history.map(({ version }) => version),
      });
    }
  });
});

function endOf(home: House) {
  const record = home.record();
  return {
    status: record.status,
    losses: record.losses.map(({ code }) => code),
    assets: home.platform.assetIds(),
    masterBytes: home.vault.bytesOf(record.archive?.key ?? '')?.length,
    uploads: home.vault.uploads.size,
    told: [...new Set(home.bus.events.map(({ entry }) => entry.version))],
  };
}
