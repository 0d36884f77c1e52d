// What every Platform keeps to, the fake of the tests and Mux's adapter alike. Each fact says whose word it is:
// documented (Mux's OpenAPI file, test/fixtures/mux-openapi.json, or the page named), reported by others, or assumed.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PlatformAsset } from '../../lambdas/domain/asset.ts';
import { TransientError } from '../../lambdas/domain/failures.ts';
import { finishingSteps } from '../../lambdas/domain/finishing-steps.ts';
import type { Platform } from '../../lambdas/stages/ports.ts';
import { archiveProof, ownProof } from '../fakes/proofs.ts';

export interface PlatformBench {
  readonly platform: Platform;
  readonly environmentId: string;
  nowMs(): number;
  /** Puts a ready asset there, as if it had been there for long. */
  add(raw: { readonly id: string } & Record<string, unknown>): Promise<void>;
  /** A master and a caption that the platform can download; any query may follow. */
  readonly masterUrl: string;
  readonly captionUrl: string;
  readonly unreachableUrl: string;
  /** The next create takes effect, but its answer is lost. */
  loseNextCreate(): void;
  /** Viewers are shown so many seconds of it at this time. */
  deliver(assetId: string, seconds: number, atMs: number): void;
  /** Lets what the platform does by itself go on for a while. */
  wait(): Promise<void>;
  close(): Promise<void>;
}

export function platformContract(name: string, open: () => Promise<PlatformBench>): void {
  describe(name, () => {
    let bench: PlatformBench;
    let platform: Platform;
    beforeEach(async () => {
      bench = await open();
      platform = bench.platform;
    });
    afterEach(() => bench.close());

    async function until(assetId: string, isSo: (asset: PlatformAsset) => boolean): Promise<PlatformAsset> {
      for (let look = 0; look < 100; look++) {
        const asset = await platform.inspect(assetId);
        if (asset && isSo(asset)) return asset;
        await bench.wait();
      }
      throw new Error(`Asset ${assetId} never came to be as awaited`);
    }

    const isReady = ({ status }: PlatformAsset) => status === 'ready';
    const publicIds = (...ids: string[]) => ids.map((id) => ({ id, policy: 'public' }));

    // Documented: GET /system/v1/whoami.
    test('names its environment', async () => {
      expect(await platform.environment()).toBe(bench.environmentId);
    });

    describe('an asset', () => {
      // Documented: schema Asset.
      test('is shown with what it was given', async () => {
        const given = {
          id: 'asset1',
          passthrough: 'order 66',
          meta: { title: 'Köln', creator_id: 'user1', external_id: 'video1' },
          max_resolution_tier: '2160p',
          playback_ids: [
            { id: 'play1', policy: 'public' },
            { id: 'play2', policy: 'drm', drm_configuration_id: 'drm1' },
          ],
        };
        await bench.add(given);

        const asset = await platform.inspect('asset1');

        expect(asset).toMatchObject({
          id: 'asset1',
          status: 'ready',
          isLive: false,
          isTest: false,
          audioOnly: false,
          master: { kind: 'none' },
          passthrough: 'order 66',
          meta: given.meta,
          playbackIds: [
            { id: 'play1', policy: 'public' },
            { id: 'play2', policy: 'drm', drmConfigurationId: 'drm1' },
          ],
          raw: given,
        });
        expect(asset?.tracks.map(({ type }) => type)).toContain('video');
        expect(asset?.durationSeconds).toBeGreaterThan(0);
      });

      // Reported: github.com/muxinc/mux-python/issues/37. The same for a deleted one and one of another environment.
      test('that does not exist is undefined', async () => {
        expect(await platform.inspect('asset1')).toBeUndefined();
        expect(await platform.inputInfo('asset1')).toBeUndefined();
      });

      // Ours: a manifest keeps the JSON, and a later restore reads it back.
      test('reads the same from its own JSON', async () => {
        await bench.add({ id: 'asset1' });
        const asset = await platform.inspect('asset1');

        expect(platform.describe(JSON.parse(JSON.stringify(asset?.raw)))).toEqual(asset);
      });
    });

    describe('an id that people have', () => {
      // Documented: GET /video/v1/playback-ids/{PLAYBACK_ID}, GET /video/v1/uploads/{UPLOAD_ID}.
      test.each(['playback', 'upload'] as const)('leads to its asset: %s', async (kind) => {
        const playback_ids = [{ id: 'play1', policy: 'signed' }];
        await bench.add({ id: 'asset1', playback_ids, upload_id: 'upload1' });

        expect(await platform.ownerOf(kind, `${kind === 'playback' ? 'play' : 'upload'}1`)).toEqual({
          kind: 'asset',
          assetId: 'asset1',
        });
      });

      // Reported: github.com/muxinc/mux-python/issues/37, of assets.
      test.each(['playback', 'upload'] as const)('that does not exist is undefined: %s', async (kind) => {
        expect(await platform.ownerOf(kind, 'nobody1')).toBeUndefined();
      });
    });

    // Documented: GET /video/v1/delivery-usage: timeframe, asset_id; an asset that nobody watched is not in it.
    test('says how much of an asset was delivered in a window, and of no other asset or hour', async () => {
      await Promise.all(['asset1', 'asset2', 'asset3'].map((id) => bench.add({ id })));
      const sinceMs = Date.UTC(2026, 10, 1, 10);
      bench.deliver('asset1', 40, sinceMs - 1_000);
      bench.deliver('asset1', 30, sinceMs);
      bench.deliver('asset1', 12.5, sinceMs + 3_600_000 - 1_000);
      bench.deliver('asset1', 50, sinceMs + 3_600_000);
      bench.deliver('asset2', 7, sinceMs);

      const seconds = ['asset1', 'asset3', 'neverThere'].map((id) =>
        platform.deliveredSeconds(id, sinceMs, sinceMs + 3_600_000),
      );

      expect(await Promise.all(seconds)).toEqual([42.5, 0, 0]);
    });

    describe('the list of assets', () => {
      // Documented: GET /video/v1/assets: limit, cursor, next_cursor; schema Asset: master_access.
      test('shows each asset once, by pages, and which master is open', { timeout: 20_000 }, async () => {
        await Promise.all(Array.from({ length: 101 }, (_, at) => bench.add({ id: `asset${at}` })));
        await platform.requestMaster('asset7');

        const first = await platform.listAssets(undefined);
        const second = await platform.listAssets(first.nextCursor ?? undefined);

        expect(first.assets).toHaveLength(100);
        expect(second.nextCursor).toBeNull();
        const all = [...first.assets, ...second.assets];
        expect(new Set(all.map(({ id }) => id)).size).toBe(101);
        expect(all.filter(({ isMasterOpen }) => isMasterOpen).map(({ id }) => id)).toEqual(['asset7']);
      });
    });

    describe('the master', () => {
      // Documented: PUT /video/v1/assets/{id}/master-access; mux.com/docs/guides/download-for-offline-editing.
      test('is prepared when asked for, then has a URL, then is closed', async () => {
        await bench.add({ id: 'asset1' });

        const asked = await platform.requestMaster('asset1');
        const opened = await until('asset1', ({ master }) => master.kind === 'ready');
        await platform.releaseMaster('asset1');
        const closed = await platform.inspect('asset1');

        expect(asked.master).toEqual({ kind: 'preparing' });
        expect(opened.master).toEqual({
          kind: 'ready',
          url: expect.stringMatching(/^https?:\/\/.+\?.*signature=/),
        });
        expect(closed?.master).toEqual({ kind: 'none' });
      });

      // Reported, as for any call: a 404. Closing what is gone is no error.
      test('of an asset that is gone sends the stage to look again', async () => {
        await expect(platform.requestMaster('asset1')).rejects.toBeInstanceOf(TransientError);
        await expect(platform.releaseMaster('asset1')).resolves.toBeUndefined();
      });
    });

    describe('a deletion', () => {
      // Documented: DELETE /video/v1/assets/{id}. That a second one answers 404 is assumed.
      test('with a proof and a slot deletes, and finds nothing the second time', async () => {
        await bench.add({ id: 'asset1' });
        await bench.add({ id: 'asset2' });

        const outcomes = [];
        for (const prove of [archiveProof, ownProof]) {
          const slot = await platform.reserveDeletion();
          outcomes.push(await platform.deleteAsset('asset1', prove('asset1', bench.nowMs()), slot));
        }

        expect(outcomes).toEqual(['deleted', 'gone']);
        expect(await platform.inspect('asset1')).toBeUndefined();
        expect(await platform.inspect('asset2')).toBeDefined();
      });

      // Ours: law 1.
      test('without both keeps the asset', async () => {
        await bench.add({ id: 'asset1' });
        const slot = await platform.reserveDeletion();
        const proof = archiveProof('asset1', bench.nowMs());
        const old = archiveProof('asset1', slot.grantedAtMs - 60_001);

        await expect(platform.deleteAsset('asset1', { ...proof } as typeof proof, slot)).rejects.toThrow(
          'Refused',
        );
        await expect(platform.deleteAsset('asset1', old, slot)).rejects.toThrow('Refused');
        await expect(platform.deleteAsset('asset2', proof, slot)).rejects.toThrow('Refused');
        await expect(
          platform.deleteAsset('asset1', proof, { grantedAtMs: slot.grantedAtMs }),
        ).rejects.toThrow('Refused');

        expect(await platform.inspect('asset1')).toBeDefined();
      });
    });

    describe('a playback id', () => {
      // Documented: DELETE …/playback-ids/{id}, 204; GET /video/v1/playback-ids/{id}. Assumed, as for any call: a second
      // DELETE answers 404, as does one through an asset that has no such id.
      test('is taken away once, leaves the others and leads to its asset no more', async () => {
        await bench.add({ id: 'asset1', playback_ids: publicIds('play1', 'play2') });
        await bench.add({ id: 'asset2', playback_ids: publicIds('play3') });

        const outcomes = [
          await platform.deletePlaybackId('asset1', 'play3'),
          await platform.deletePlaybackId('asset1', 'play1'),
          await platform.deletePlaybackId('asset1', 'play1'),
          await platform.deletePlaybackId('nobody1', 'play2'),
        ];

        expect(outcomes).toEqual(['gone', 'deleted', 'gone', 'gone']);
        expect((await platform.inspect('asset1'))?.playbackIds).toEqual(publicIds('play2'));
        expect((await platform.inspect('asset2'))?.playbackIds).toEqual(publicIds('play3'));
        expect(await platform.ownerOf('playback', 'play1')).toBeUndefined();
      });

      // Documented: POST …/playback-ids, 201 with a new id of Mux, behind those there are; `drm_configuration_id` is given
      // with policy drm alone.
      test('of a policy is added behind the others, under a new id each time', async () => {
        await bench.add({ id: 'asset1', playback_ids: publicIds('play1') });

        const made = [
          await platform.createPlaybackId('asset1', 'signed'),
          await platform.createPlaybackId('asset1', 'signed'),
          await platform.createPlaybackId('asset1', 'drm', 'drm1'),
        ];

        expect(made.map(({ policy }) => policy)).toEqual(['signed', 'signed', 'drm']);
        expect(new Set(made.map(({ id }) => id)).size).toBe(3);
        expect((await platform.inspect('asset1'))?.playbackIds).toMatchObject([
          ...publicIds('play1'),
          ...made.slice(0, 2),
          { ...made[2], drmConfigurationId: 'drm1' },
        ]);
      });

      // Reported, as for any call: a 404.
      test('for an asset that is gone sends the stage to look again', async () => {
        await expect(platform.createPlaybackId('nobody1', 'public')).rejects.toMatchObject({
          name: 'TransientError',
          code: 'MUX_ASSET_VANISHED',
        });
      });
    });

    describe('a part of an asset', () => {
      // Documented: DELETE …/static-renditions/{id} and …/tracks/{id}, 204; not for video, nor for the primary audio.
      // Assumed, as for any call: a second one answers 404.
      test('goes and finds nothing the second time, while all else stays', async () => {
        await bench.add({
          id: 'asset1',
          static_renditions: {
            files: [
              { id: 'r1', name: 'highest.mp4', resolution: 'highest', status: 'ready' },
              { id: 'r2', name: 'audio.m4a', resolution: 'audio-only', status: 'ready' },
            ],
          },
          tracks: [
            { id: 'video1', type: 'video' },
            { id: 'audio1', type: 'audio', primary: true },
            { id: 'audio2', type: 'audio', primary: false },
            { id: 'text1', type: 'text', status: 'ready', language_code: 'de' },
          ],
        });

        const twice = async (take: () => Promise<string>) => [await take(), await take()];
        const outcomes = [
          await twice(() => platform.deleteStaticRendition('asset1', 'r1')),
          await twice(() => platform.deleteTrack('asset1', 'text1')),
          await twice(() => platform.deleteTrack('asset1', 'audio2')),
          [await platform.deleteTrack('nobody1', 't'), await platform.deleteStaticRendition('nobody1', 'r')],
        ];

        expect(outcomes).toEqual([...Array(3).fill(['deleted', 'gone']), ['gone', 'gone']]);
        const left = await platform.inspect('asset1');
        expect(left?.raw.static_renditions).toMatchObject({ files: [{ id: 'r2' }] });
        expect(left?.tracks.map(({ id }) => id)).toEqual(['video1', 'audio1']);
      });
    });

    describe('a restore', () => {
      const TOKEN_URL = () => `${bench.masterUrl}?x-icehouse-token=0123`;

      // Documented: POST /video/v1/assets, response 201; ids are always new.
      test('makes a new asset like the old one, under new ids', async () => {
        const like = platform.describe({
          id: 'old1',
          status: 'ready',
          passthrough: 'order 66',
          meta: { title: 'Köln' },
          max_resolution_tier: '2160p',
          video_quality: 'plus',
          playback_ids: [...publicIds('play1', 'play2'), { id: 'play3', policy: 'signed' }],
          tracks: [{ id: 'text1', type: 'text', language_code: 'de', name: 'Deutsch', passthrough: 'cc' }],
        });
        const texts = [{ url: bench.captionUrl, trackId: 'text1' }];

        const made = await platform.createAsset({ masterUrl: TOKEN_URL(), like, texts });
        const ready = await until(made.id, isReady);

        expect(made.id).not.toBe('old1');
        expect(made.status).toBe('preparing');
        expect(ready).toMatchObject({
          passthrough: 'order 66',
          meta: { title: 'Köln' },
          raw: { max_resolution_tier: '2160p', video_quality: 'plus' },
        });
        expect(ready.playbackIds.map(({ policy }) => policy)).toEqual(['public', 'signed']);
        expect(ready.tracks).toContainEqual(
          expect.objectContaining({ type: 'text', languageCode: 'de', name: 'Deutsch', passthrough: 'cc' }),
        );
      });

      // Documented: GET /video/v1/assets/{id}/input-info. That it shows the query of a URL is assumed.
      test('is known again by the URL it was made from', async () => {
        const like = platform.describe({ id: 'old1', status: 'ready' });

        const made = await platform.createAsset({ masterUrl: TOKEN_URL(), like, texts: [] });

        const inputs = await platform.inputInfo(made.id);
        expect(inputs).toMatchObject([{ settings: { url: TOKEN_URL() } }]);
      });

      // Documented: POST …/playback-ids, PATCH with thumbnail_time.
      test('is finished by what create cannot set, once only', async () => {
        const like = platform.describe({
          id: 'old1',
          status: 'ready',
          thumbnail_time: 4,
          playback_ids: publicIds('play1', 'play2'),
        });
        const made = await platform.createAsset({ masterUrl: TOKEN_URL(), like, texts: [] });

        const again = async () => {
          const asset = await until(made.id, isReady);
          const steps = finishingSteps({ asset, like, texts: [], areTextsMissing: false });
          for (const step of steps) await platform.finishAsset(made.id, step);
          return steps.map(({ kind }) => kind);
        };
        const done = [await again(), await again()];

        expect(done).toEqual([['thumbnail', 'playback-id'], []]);
        const finished = await platform.inspect(made.id);
        expect(finished?.raw.thumbnail_time).toBe(4);
        expect(finished?.playbackIds.map(({ policy }) => policy)).toEqual(['public', 'public']);
        expect(new Set(finished?.playbackIds.map(({ id }) => id)).size).toBe(2);
      });

      // Documented: PATCH and POST …/tracks, POST …/static-renditions, POST …/shots. That Mux takes a size beside
      // `highest` is stated both ways; here only one is asked for.
      test('gets afterwards what its create went without', async () => {
        const like = platform.describe({
          id: 'old1',
          status: 'ready',
          generate_shots: true,
          static_renditions: {
            files: [{ resolution: 'audio-only', status: 'ready', passthrough: 'podcast' }],
          },
          tracks: [
            { id: 'video1', type: 'video' },
            { id: 'audio1', type: 'audio', name: 'Deutsch', language_code: 'de', primary: true },
            { id: 'text1', type: 'text', name: 'English', language_code: 'en', closed_captions: true },
          ],
        });
        const texts = [{ url: bench.captionUrl, trackId: 'text1' }];
        const made = await platform.createAsset({ masterUrl: TOKEN_URL(), like, texts, isPlain: true });
        const asset = await until(made.id, isReady);

        const steps = finishingSteps({ asset, like, texts, areTextsMissing: true });
        for (const step of steps) await platform.finishAsset(made.id, step);

        expect(steps.map(({ kind }) => kind)).toEqual(['track', 'text', 'rendition', 'shots']);
        const finished = await until(made.id, ({ tracks }) =>
          tracks.every(({ status }) => status !== 'preparing'),
        );
        expect(finished.tracks).toContainEqual(
          expect.objectContaining({ type: 'audio', name: 'Deutsch', languageCode: 'de' }),
        );
        expect(finished.tracks).toContainEqual(
          expect.objectContaining({ type: 'text', name: 'English', closedCaptions: true }),
        );
        expect(finished.raw.static_renditions).toMatchObject({
          files: [{ resolution: 'audio-only', passthrough: 'podcast' }],
        });
        expect(finishingSteps({ asset: finished, like, texts, areTextsMissing: true })).toEqual([]);
      });

      // Documented: status `errored`, on the asset.
      test('from a URL that cannot be downloaded ends errored', async () => {
        const like = platform.describe({ id: 'old1', status: 'ready' });

        const made = await platform.createAsset({ masterUrl: bench.unreachableUrl, like, texts: [] });

        const errored = await until(made.id, ({ status }) => status !== 'preparing');
        expect(errored.status).toBe('errored');
      });

      // Documented: GET /video/v1/assets has no filter by date. Measured: the SDK sends no idempotency key.
      test('whose answer was lost is found among the new assets', async () => {
        const sinceMs = bench.nowMs();
        await bench.add({ id: 'asset1', created_at: '1600000000' });
        bench.loseNextCreate();
        const like = platform.describe({ id: 'old1', status: 'ready' });

        const lost = platform.createAsset({ masterUrl: TOKEN_URL(), like, texts: [] });

        await expect(lost).rejects.toBeInstanceOf(TransientError);
        const found = await platform.createdSince(sinceMs);
        expect(found).toHaveLength(1);
        expect(await platform.inputInfo(found[0]?.id ?? '')).toMatchObject([
          { settings: { url: TOKEN_URL() } },
        ]);
      });
    });

    // Documented: stream.mux.com/{playback id}/text/{track id}.vtt.
    test('names the URL of a caption where there is a public id, and none where there is no id', async () => {
      const captioned = (ids: object[]) =>
        platform.describe({ id: 'asset1', status: 'ready', playback_ids: ids });

      const open = await platform.captionUrl(captioned(publicIds('play1')), 'text1');
      const shut = await platform.captionUrl(captioned([]), 'text1');

      expect(open).toMatch(/^https?:\/\/[^/]+\/play1\/text\/text1\.vtt$/);
      expect(shut).toBeUndefined();
    });

    // Documented: image.mux.com/{playback id}/thumbnail.jpg?time= and /storyboard.vtt.
    test('names the URL of an image where there is a public id, and none where there is no id', async () => {
      const pictured = (ids: object[]) =>
        platform.describe({ id: 'asset1', status: 'ready', playback_ids: ids, thumbnail_time: 2 });

      const poster = await platform.imageUrl(pictured(publicIds('play1')), 'poster.jpg');
      const storyboard = await platform.imageUrl(pictured(publicIds('play1')), 'storyboard.vtt');
      const shut = await platform.imageUrl(pictured([]), 'poster.jpg');

      expect(poster).toMatch(/^https?:\/\/[^/]+\/play1\/\w+\.jpg\?time=2$/);
      expect(storyboard).toMatch(/^https?:\/\/[^/]+\/play1\/storyboard\.vtt$/);
      expect(shut).toBeUndefined();
    });
  });
}
