// What lies beside the master: captions, poster, storyboard and overlay images, what is said of those that cannot be had,
// and what happens to them when the asset changes.
import { describe, expect, test } from 'vitest';
import { PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import type { Source } from '../../lambdas/stages/ports.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

const FOLDER = 'mux/environment1/asset1/1/';
const IMAGES = 'https://image.mux.test/asset1play1';
const OVERLAY = 'https://brand.test/logo.png';
const PNG = new Uint8Array(Buffer.from('89504e470d0a1a0a0000000d', 'hex'));
const VIDEO = { id: 'video1', type: 'video' };
const AUDIO = { id: 'audio1', type: 'audio', primary: true };
const TEXT = { id: 'text1', type: 'text', text_type: 'subtitles', text_source: 'uploaded', status: 'ready' };

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body: Uint8Array | undefined) => new TextDecoder().decode(body);
const names = (home: House) => home.record().archive?.sidecars?.map(({ name }) => name);
const losses = (home: House) => home.record().losses.map(({ code }) => code);
const manifest = (home: House) => JSON.parse(text(home.vault.bytesOf(`${FOLDER}manifest.json`)));

function begun(raw: object = {}, options: HouseOptions = {}): House {
  const home = house(options);
  home.addVideo(anMp4(), { tracks: [VIDEO, AUDIO], ...raw });
  home.source.files.set('https://stream.mux.test/asset1play1/text/text1.vtt', { bytes: bytes('WEBVTT') });
  return home;
}

async function live(home: House): Promise<House> {
  await home.requestDeletion();
  await home.live(() => ['archived', 'failed'].includes(home.record().status) && !home.record().leased_until);
  return home;
}

/** The asset was made with an image laid over it. */
function withOverlay(home: House, url: string): void {
  home.deps.platform.inputInfo = async () => [
    { settings: { url: 'https://origin.test/x.mp4' } },
    { settings: { url, overlay_settings: { opacity: '50%' } } },
  ];
}

/** What is downloaded from now on. */
function serve(home: House, fetchSmall: Source['fetchSmall']): void {
  home.deps.source.fetchSmall = fetchSmall;
}

describe('beside the master lie', () => {
  test('poster and storyboard, on the record and in the manifest', async () => {
    const home = await live(begun());

    expect(names(home)).toEqual(['poster.jpg', 'storyboard.jpg', 'storyboard.vtt']);
    expect(home.vault.bytesOf(`${FOLDER}sidecars/poster.jpg`)?.subarray(0, 3)).toEqual(
      Uint8Array.of(0xff, 0xd8, 0xff),
    );
    const poster = home.record().archive?.sidecars?.[0];
    expect(manifest(home).sidecars[0]).toEqual({
      name: 'poster.jpg',
      key: `${FOLDER}sidecars/poster.jpg`,
      content_type: 'image/jpeg',
      crc32: poster?.crc32,
      size_bytes: poster?.size_bytes,
    });
    const head = await home.vault.head({ key: `${FOLDER}sidecars/poster.jpg` });
    expect(head).toMatchObject({ storageClass: 'STANDARD', token: home.record().archive?.token });
    expect(losses(home)).toEqual(['NEW_PLAYBACK_IDS']);
  });

  test('a storyboard that leads to the image beside it and holds no token', async () => {
    const home = await live(begun());

    const storyboard = text(home.vault.bytesOf(`${FOLDER}sidecars/storyboard.vtt`));
    expect(storyboard).toContain('\nstoryboard.jpg#xywh=0,0,320,180');
    expect(storyboard).not.toContain('secret');
  });

  test('the poster of the time that the asset names', async () => {
    const home = await live(begun({ thumbnail_time: 7.5 }));

    expect(text(home.vault.bytesOf(`${FOLDER}sidecars/poster.jpg`))).toContain('poster.jpg?time=7.5');
  });

  test('no images of audio alone, and nothing is said to be lost', async () => {
    const home = await live(begun({ tracks: [AUDIO] }));

    expect(names(home)).toEqual([]);
    expect(losses(home)).toEqual(['NEW_PLAYBACK_IDS']);
  });

  test('overlay images by what they are', async () => {
    const home = begun();
    withOverlay(home, `${OVERLAY}?signature=S3CRET`);
    home.source.files.set(OVERLAY, { bytes: PNG });

    await live(home);

    expect(names(home)).toContain('overlay-1.png');
    expect(home.vault.bytesOf(`${FOLDER}sidecars/overlay-1.png`)).toEqual(PNG);
    expect(losses(home)).toEqual(['NEW_PLAYBACK_IDS', 'OVERLAY']);
    expect(JSON.stringify([manifest(home), home.record()])).not.toContain('S3CRET');
  });
});

describe('an image that cannot be had is a loss and no failure:', () => {
  test.each<[string, Source['fetchSmall']]>([
    ['it is not there', async () => undefined],
    ['an error page comes instead', async () => bytes('<html>Not found</html>')],
    ['a caption file comes instead', async () => bytes('WEBVTT')],
    [
      'its host answers 503',
      async () => {
        throw new TransientError('SOURCE_BUSY', 'The source answered 503.');
      },
    ],
    [
      'it is larger than it may be',
      async () => {
        throw new PermanentError('SOURCE_REFUSED', 'More than 20971520 bytes.', { action: 'None.' });
      },
    ],
  ])('%s', async (_, fetchSmall) => {
    const home = begun();
    serve(home, async (url, ...rest) =>
      url.includes('/storyboard.') ? bytes('WEBVTT') : fetchSmall(url, ...rest),
    );

    await live(home);

    expect(home.record().status).toBe('archived');
    expect(losses(home)).toEqual(['NEW_PLAYBACK_IDS', 'POSTER_UNREACHABLE', 'STORYBOARD_UNREACHABLE']);
    expect(manifest(home).losses).toHaveLength(3);
  });

  test('images that take too long hold nothing up', async () => {
    const home = begun();
    const limits: (number | undefined)[] = [];
    serve(home, async (_, __, limitMs) => {
      limits.push(limitMs);
      await home.clock.sleep(30_000);
      throw new TransientError('SOURCE_UNAVAILABLE', 'TimeoutError.');
    });

    await live(home);

    expect(home.record().status).toBe('archived');
    expect(limits).toEqual([10_000, 10_000]);
  });

  test('a host that may not be asked is named, with what to do', async () => {
    const home = begun();
    withOverlay(home, `${OVERLAY}?signature=S3CRET`);
    serve(home, async (url) => {
      if (!url.startsWith(OVERLAY)) return undefined;
      throw new PermanentError('SOURCE_REFUSED', 'brand.test is not among the allowed source hosts.', {
        action: 'Add brand.test to the allowed source hosts.',
      });
    });

    await live(home);

    const loss = home.record().losses.find(({ code }) => code === 'OVERLAY_IMAGE_UNREACHABLE');
    expect(loss?.detail).toContain(OVERLAY);
    expect(loss?.detail).toContain('Add brand.test to the allowed source hosts.');
    expect(loss?.detail).not.toContain('S3CRET');
  });
});

describe('an asset that no playback id leads to', () => {
  test('is said to lose captions and images as soon as it has been read', async () => {
    const home = begun({ playback_ids: [], tracks: [VIDEO, AUDIO, TEXT] });
    await home.requestDeletion();

    await home.live('preparing');

    const said = home.bus.events.at(-1)?.record.losses.map(({ code }) => code);
    expect(said).toEqual(['CAPTION_UNREACHABLE', 'POSTER_UNREACHABLE', 'STORYBOARD_UNREACHABLE']);
    expect(home.record().losses[0]?.detail).toContain('Add a signed playback id in Mux');
    await home.live('archived');
    expect(home.record().archive?.captions).toEqual([]);
  });
});

describe('before the deletion', () => {
  test('another thumbnail time is noticed, and its poster fetched', async () => {
    const home = await live(begun());
    const before = home.record().archive?.sidecars?.[0]?.version_id;
    home.platform.change('asset1', { thumbnail_time: 12 });

    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(home.record().archive?.sidecars?.[0]?.version_id).not.toBe(before);
    expect(text(home.vault.bytesOf(`${FOLDER}sidecars/poster.jpg`))).toContain('?time=12');
    expect(manifest(home).asset.thumbnail_time).toBe(12);
  });

  test('captions and images that can no longer be fetched stay as they are in the vault', async () => {
    const home = await live(begun({ tracks: [VIDEO, AUDIO, TEXT] }));
    const before = home.record().archive;
    home.platform.change('asset1', { playback_ids: [] });

    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(home.record().archive?.captions).toEqual(before?.captions);
    expect(home.record().archive?.sidecars).toEqual(before?.sidecars);
    expect(losses(home)).toEqual([]);
  });

  test('a poster that somebody took out of the vault keeps the asset', async () => {
    const home = await live(begun());
    home.vault.versions.delete(`${FOLDER}sidecars/poster.jpg`);

    await home.live();

    expect(home.record()).toMatchObject({ status: 'failed', failure: { code: 'ARCHIVE_MISSING' } });
    expect(home.platform.assetIds()).toContain('asset1');
  });

  test('a poster that is missing is fetched again by the same request, and no master is copied', async () => {
    const home = await live(begun());
    home.vault.versions.delete(`${FOLDER}sidecars/poster.jpg`);
    await home.live();
    const reads = home.source.reads.length;

    await home.requestDeletion();
    await home.live();

    expect(home.record().status).toBe('deleted');
    expect(home.vault.bytesOf(`${FOLDER}sidecars/poster.jpg`)).toBeDefined();
    expect(home.source.reads).toHaveLength(reads);
  });
});

test('an image is asked for where the platform says', async () => {
  const home = begun();
  const asked: string[] = [];
  const { fetchSmall } = home.deps.source;
  serve(home, (url, ...rest) => {
    asked.push(url);
    return fetchSmall(url, ...rest);
  });

  await live(home);

  expect(asked).toEqual([`${IMAGES}/poster.jpg`, `${IMAGES}/storyboard.jpg`, `${IMAGES}/storyboard.vtt`]);
});
