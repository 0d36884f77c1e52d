// Captions and pictures: paths and 200/404 answers from the spec, tokens from Mux's SDK (documented); the 403 is assumed.
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../local/mux/simulator.ts';
import { AUDIO, CAPTIONS } from './fixtures.ts';
import { checkedFetch, startRig } from './rig.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKeyPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const keySecret = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('captions', () => {
  test('of a public playback id are open, those that are not there answer 404', async () => {
    const { simulator, url } = await startRig();
    const { playback_ids, tracks } = await simulator.addAsset({ captions: [{ file: CAPTIONS.path }] });
    const base = `${url}/${playback_ids?.[0]?.id}/text`;

    const found = await checkedFetch(`${base}/${tracks?.at(-1)?.id}.vtt`);

    expect(await found.text()).toBe(CAPTIONS.text);
    expect((await checkedFetch(`${base}/nope.vtt`)).status).toBe(404);
    expect((await checkedFetch(`${url}/nope/text/${tracks?.at(-1)?.id}.vtt`)).status).toBe(404);
  });

  test('of a signed playback id need a token made with the signing key, for this id and for video', async () => {
    const environments = [{ ...DEFAULT_ENVIRONMENT, signingKey: { id: 'key-1', publicKeyPem } }];
    const { simulator, url, mux } = await startRig({ environments });
    const { playback_ids, tracks } = await simulator.addAsset({
      policies: ['signed'],
      captions: [{ file: CAPTIONS.path }],
    });
    const playbackId = playback_ids?.[0]?.id ?? '';
    const read = async (token: string) => {
      const { status } = await checkedFetch(
        `${url}/${playbackId}/text/${tracks?.at(-1)?.id}.vtt?token=${token}`,
      );
      return status;
    };
    const sign = (id: string, type: 'video' | 'thumbnail', keyId = 'key-1', expiration = '1h') =>
      mux.jwt.signPlaybackId(id, { keyId, keySecret, type, expiration });

    const good = await read(await sign(playbackId, 'video'));
    const bad = [
      await read(''),
      await read('not.a.token'),
      await read(await sign('another', 'video')),
      await read(await sign(playbackId, 'thumbnail')),
      await read(await sign(playbackId, 'video', 'key-2')),
      await read(await sign(playbackId, 'video', 'key-1', '-1s').catch(() => '')),
    ];

    expect(good).toBe(200);
    expect(bad).toEqual([403, 403, 403, 403, 403, 403]);
  });

  test('of a signed playback id need just any token where no signing key is known', async () => {
    const { simulator, url } = await startRig();
    const { playback_ids, tracks } = await simulator.addAsset({
      policies: ['signed'],
      captions: [{ text: CAPTIONS.text }],
    });
    const path = `${url}/${playback_ids?.[0]?.id}/text/${tracks?.at(-1)?.id}.vtt`;

    const statuses = [(await checkedFetch(path)).status, (await checkedFetch(`${path}?token=x`)).status];

    expect(statuses).toEqual([403, 200]);
  });
});

describe('pictures', () => {
  const first = { jpg: 'ffd8ff', png: '89504e470d0a1a0a', webp: '52494646' };
  const files = ['thumbnail', 'storyboard'].flatMap((name) =>
    Object.entries(first).map(([extension, magic]) => ({ file: `${name}.${extension}`, magic })),
  );

  test.each(files)('$file begins as its kind does', async ({ file, magic }) => {
    const { simulator, url } = await startRig();
    const { playback_ids } = await simulator.addAsset({});

    const response = await checkedFetch(`${url}/${playback_ids?.[0]?.id}/${file}`);

    const bytes = Buffer.from(await response.bytes());
    expect(bytes.toString('hex')).toMatch(new RegExp(`^${magic}`));
  });

  // Documented: spec, thumbnail, for the default of the middle; Asset.thumbnail_time for the asset's own.
  test('show the moment asked for, or the asset’s own, or the middle; no moment is 400', async () => {
    const { simulator, url } = await startRig();
    const [own, none] = [
      await simulator.addAsset({ attributes: { thumbnail_time: 3 } }),
      await simulator.addAsset({}),
    ];
    const momentOf = async ({ playback_ids }: typeof own, query = '') => {
      const answer = await checkedFetch(`${url}/${playback_ids?.[0]?.id}/thumbnail.jpg${query}`);
      return answer.ok ? /time=[\d.]+/.exec(await answer.text())?.[0] : answer.status;
    };

    const moments = [
      await momentOf(own, '?time=1.5'),
      await momentOf(own),
      await momentOf(none),
      await momentOf(none, '?time=soon'),
    ];

    expect(moments).toEqual(['time=1.5', 'time=3', 'time=5', 400]);
  });

  // Documented: aud t and s (SDK lib/jwt.js); that parameters beside a token do not count is Mux's page on signing.
  test('of a signed playback id need a token for their own kind, which names the moment too', async () => {
    const environments = [{ ...DEFAULT_ENVIRONMENT, signingKey: { id: 'key-1', publicKeyPem } }];
    const { simulator, url, mux } = await startRig({ environments });
    const { playback_ids } = await simulator.addAsset({ policies: ['signed'] });
    const id = playback_ids?.[0]?.id ?? '';
    const tokenFor = (type: 'video' | 'thumbnail' | 'storyboard', params?: Record<string, string>) =>
      mux.jwt.signPlaybackId(id, {
        keyId: 'key-1',
        keySecret,
        type,
        expiration: '1h',
        ...(params && { params }),
      });
    const read = async (file: string, token: string) =>
      checkedFetch(`${url}/${id}/${file}?time=9&token=${token}`);

    const thumbnail = await read('thumbnail.jpg', await tokenFor('thumbnail', { time: '2' }));
    const storyboard = await read('storyboard.vtt', await tokenFor('storyboard'));
    const others = [
      await read('thumbnail.jpg', await tokenFor('video')),
      await read('storyboard.vtt', await tokenFor('thumbnail')),
    ];

    expect(await thumbnail.text()).toContain('time=2');
    expect((await fetch(/http\S+/.exec(await storyboard.text())?.[0] ?? '')).status).toBe(200);
    expect(others.map(({ status }) => status)).toEqual([403, 403]);
  });

  test.each([404, 400] as const)(
    'of an asset with sound alone are answered %i, since Mux does not say',
    async (audioOnlyPicture) => {
      const { simulator, url } = await startRig({ behaviour: { audioOnlyPicture } });
      const { playback_ids } = await simulator.addAsset({ file: AUDIO.path });

      const { status } = await checkedFetch(`${url}/${playback_ids?.[0]?.id}/thumbnail.jpg`);

      expect(status).toBe(audioOnlyPicture);
    },
  );

  test('of a storyboard are described as WebVTT and as JSON', async () => {
    const { simulator, url } = await startRig();
    const { playback_ids } = await simulator.addAsset({});
    const base = `${url}/${playback_ids?.[0]?.id}`;

    expect(await (await checkedFetch(`${base}/storyboard.vtt`)).text()).toMatch(
      /^WEBVTT\n\n00:00:00\.000 -->/,
    );
    expect(await (await checkedFetch(`${base}/storyboard.json`)).json()).toMatchObject({ duration: 10 });
    expect((await checkedFetch(`${url}/nope/thumbnail.jpg`)).status).toBe(404);
  });
});
