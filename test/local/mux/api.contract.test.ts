// What Mux's API is believed to do, row by row, with where the belief comes from. Driven by Mux's own SDK.
import Mux from '@mux/mux-node';
import { describe, expect, test } from 'vitest';
import { DEFAULT_ENVIRONMENT } from '../../../local/mux/simulator.ts';
import { AUDIO, CAPTIONS, VIDEO } from './fixtures.ts';
import { checkedFetch, startRig } from './rig.ts';

type Rig = Awaited<ReturnType<typeof startRig>>;
interface Row {
  readonly fact: string;
  readonly basis: 'documented' | 'reported' | 'assumed';
  readonly source: string;
  readonly check: (rig: Rig) => Promise<void>;
}

const NOT_FOUND = {
  error: {
    type: 'not_found',
    messages: ["The requested resource either doesn't exist or you don't have access to it."],
  },
};

const rows: Row[] = [
  {
    fact: 'whoami names the environment of the token',
    basis: 'documented',
    source: 'mux-openapi.json, /system/v1/whoami',
    check: async ({ mux }) => {
      const { environment_id } = await mux.system.utilities.whoami();

      expect(environment_id).toBe('simenv');
    },
  },
  {
    fact: 'a token with Mux Video Read reads, and is answered 403 to every write',
    basis: 'assumed',
    source: 'mux.com/docs/core/make-api-requests: permissions of a token; the status is assumed',
    check: async ({ url, simulator }) => {
      const { id: tokenId, secret: tokenSecret } = DEFAULT_ENVIRONMENT.readToken ?? { id: '', secret: '' };
      const reader = new Mux({ tokenId, tokenSecret, baseURL: url, maxRetries: 0 });
      const { id } = await simulator.addAsset({});

      expect((await reader.video.assets.retrieve(id)).id).toBe(id);
      expect(await reader.system.utilities.whoami()).toMatchObject({ permissions: ['video:read'] });
      await expect(reader.video.assets.delete(id)).rejects.toMatchObject({ status: 403 });
      const opened = reader.video.assets.updateMasterAccess(id, { master_access: 'temporary' });
      await expect(opened).rejects.toMatchObject({ status: 403 });
    },
  },
  {
    fact: 'a wrong secret is answered 401 unauthorized',
    basis: 'documented',
    source: 'mux-openapi.json, /system/v1/whoami 401',
    check: async ({ url }) => {
      const stranger = new Mux({
        tokenId: 'a',
        tokenSecret: 'b',
        baseURL: url,
        maxRetries: 0,
        fetch: checkedFetch,
      });

      const error = await stranger.video.assets.list().catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ status: 401, error: { error: { type: 'unauthorized' } } });
    },
  },
  {
    fact: 'an unknown asset is answered 404 not_found, with the message seen in the field',
    basis: 'reported',
    source: 'github.com/muxinc/mux-python/issues/37',
    check: async ({ mux }) => {
      const error = await mux.video.assets.retrieve('nope').catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ status: 404, error: NOT_FOUND });
    },
  },
  {
    fact: "another environment's token gets the 404 of an unknown asset, and an empty list",
    basis: 'documented',
    source: 'mux.com/docs/core/make-api-requests: a token belongs to one environment',
    check: async ({ mux, simulator }) => {
      const { id } = await simulator.addAsset({ environmentId: 'other' });

      const error = await mux.video.assets.retrieve(id).catch((thrown: unknown) => thrown);
      const { data } = await mux.video.assets.list();

      expect(error).toMatchObject({ status: 404, error: NOT_FOUND });
      expect(data).toEqual([]);
    },
  },
  {
    fact: 'an asset shows duration, tracks and created_at as a string of seconds',
    basis: 'documented',
    source: 'mux-openapi.json, Asset; ffprobe for the numbers',
    check: async ({ mux, simulator }) => {
      const { id } = await simulator.addAsset({
        file: VIDEO.path,
        captions: [{ file: CAPTIONS.path, language_code: 'en', name: 'English' }],
        attributes: {
          passthrough: 'p-1',
          meta: { title: 'Card', external_id: 'x-1' },
          created_at: '1700000000',
        },
      });

      const asset = await mux.video.assets.retrieve(id);

      expect(asset).toMatchObject({
        status: 'ready',
        duration: 10,
        aspect_ratio: '16:9',
        passthrough: 'p-1',
      });
      expect(asset.created_at).toBe('1700000000');
      expect(asset.tracks?.map(({ type }) => type)).toEqual(['video', 'audio', 'text']);
      expect(asset.tracks?.[2]).toMatchObject({
        language_code: 'en',
        name: 'English',
        text_source: 'uploaded',
      });
    },
  },
  {
    fact: 'an asset with sound alone is of the tier audio-only',
    basis: 'documented',
    source: 'mux-openapi.json, Asset.resolution_tier',
    check: async ({ mux, simulator }) => {
      const { id } = await simulator.addAsset({ file: AUDIO.path });

      expect(await mux.video.assets.retrieve(id)).toMatchObject({ resolution_tier: 'audio-only' });
    },
  },
  {
    fact: 'a list is read to its end by its cursor, each asset once',
    basis: 'documented',
    source: 'mux-openapi.json, list-assets; next_cursor is null at the end',
    check: async ({ mux, simulator }) => {
      const added: string[] = [];
      for (let count = 0; count < 7; count += 1) added.push((await simulator.addAsset({})).id);

      const seen: string[] = [];
      for await (const asset of mux.video.assets.list({ limit: 3 })) seen.push(asset.id);

      expect(seen.toSorted()).toEqual(added.toSorted());
    },
  },
  {
    fact: 'a list holds 25 assets unless asked otherwise, and page 2 those that follow',
    basis: 'documented',
    source: 'mux-openapi.json, parameters limit and page (the prose guide says 10)',
    check: async ({ mux, simulator }) => {
      for (let count = 0; count < 26; count += 1) await simulator.addAsset({});

      const first = await mux.video.assets.list();
      const second = await mux.video.assets.list({ page: 2 });

      expect([first.data.length, second.data.length]).toEqual([25, 1]);
    },
  },
  {
    fact: 'a list can be narrowed to an upload or a live stream',
    basis: 'documented',
    source: 'mux-openapi.json, list_asset_upload_id and list_asset_live_stream_id',
    check: async ({ mux, simulator }) => {
      const uploaded = await simulator.addAsset({ attributes: { upload_id: 'up1' } });
      const live = await simulator.addAsset({ attributes: { live_stream_id: 'live1' } });

      const byUpload = await mux.video.assets.list({ upload_id: 'up1' });
      const byStream = await mux.video.assets.list({ live_stream_id: 'live1' });

      expect(byUpload.data.map(({ id }) => id)).toEqual([uploaded.id]);
      expect(byStream.data.map(({ id }) => id)).toEqual([live.id]);
    },
  },
  {
    fact: 'PATCH changes passthrough, meta and thumbnail_time, and an empty passthrough clears it',
    basis: 'documented',
    source: 'mux-openapi.json, UpdateAssetRequest; SDK assets.d.ts:1338',
    check: async ({ mux, simulator, event }) => {
      const { id } = await simulator.addAsset({ attributes: { passthrough: 'old' } });

      await mux.video.assets.update(id, { passthrough: '', meta: { title: 'New' }, thumbnail_time: 2.5 });
      const asset = await mux.video.assets.retrieve(id);

      expect(asset).toMatchObject({ meta: { title: 'New' }, thumbnail_time: 2.5 });
      expect(asset).not.toHaveProperty('passthrough');
      expect((await event('video.asset.updated')).data.id).toBe(id);
    },
  },
  {
    fact: 'DELETE answers 204, then the asset is gone, its captions with it, and an event says so',
    basis: 'documented',
    source: 'mux-openapi.json, delete-asset; Mux blog on deleting assets, 2023-01-25',
    check: async ({ mux, simulator, url, event }) => {
      const { id, playback_ids, tracks } = await simulator.addAsset({ captions: [{ text: CAPTIONS.text }] });
      const caption = `${url}/${playback_ids?.[0]?.id}/text/${tracks?.at(-1)?.id}.vtt`;
      expect((await checkedFetch(caption)).status).toBe(200);

      await mux.video.assets.delete(id);

      expect((await checkedFetch(caption)).status).toBe(404);
      const error = await mux.video.assets.retrieve(id).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ status: 404 });
      expect((await event('video.asset.deleted')).object).toEqual({ type: 'asset', id });
    },
  },
  {
    fact: 'playback ids are added with an id of Mux, found by it, and deleted',
    basis: 'documented',
    source: 'mux-openapi.json, playback-ids',
    check: async ({ mux, simulator }) => {
      const { id } = await simulator.addAsset({ policies: [] });

      const { id: playbackId, policy } = await mux.video.assets.createPlaybackId(id, { policy: 'signed' });
      const owner = await mux.video.playbackIds.retrieve(playbackId);
      const same = await mux.video.assets.retrievePlaybackId(id, playbackId);
      await mux.video.assets.deletePlaybackId(id, playbackId);

      expect(owner).toMatchObject({ policy: 'signed', object: { type: 'asset', id } });
      expect(same).toEqual({ id: playbackId, policy });
      expect((await mux.video.assets.retrieve(id)).playback_ids).toEqual([]);
    },
  },
  {
    fact: 'a deleted playback id opens nothing from then on, and another id of the asset still does',
    basis: 'documented',
    source:
      'mux-openapi.json, delete-asset-playback-id; that it answers 404 at once, and that the event is video.asset.updated, is assumed',
    check: async ({ mux, simulator, url, event }) => {
      const policies = ['public', 'public'] as const;
      const asset = await simulator.addAsset({ policies, captions: [{ text: CAPTIONS.text }] });
      const [first = '', second = ''] = asset.playback_ids?.map(({ id }) => id) ?? [];
      const files = (id: string) => [
        `${url}/${id}/text/${asset.tracks?.at(-1)?.id}.vtt`,
        `${url}/${id}/thumbnail.jpg`,
        `${url}/${id}/storyboard.vtt`,
      ];
      const statuses = async (id: string) => {
        const answers = await Promise.all(files(id).map((file) => checkedFetch(file)));
        return answers.map(({ status }) => status);
      };
      expect(await statuses(first)).toEqual([200, 200, 200]);

      await mux.video.assets.deletePlaybackId(asset.id, first);

      expect([await statuses(first), await statuses(second)]).toEqual([
        [404, 404, 404],
        [200, 200, 200],
      ]);
      const again = mux.video.assets.deletePlaybackId(asset.id, first);
      expect(await again.catch((thrown: unknown) => thrown)).toMatchObject({ status: 404 });
      const owner = mux.video.playbackIds.retrieve(first);
      expect(await owner.catch((thrown: unknown) => thrown)).toMatchObject({ status: 404 });
      expect((await event('video.asset.updated')).data.playback_ids).toEqual([
        { id: second, policy: 'public' },
      ]);
    },
  },
  {
    fact: 'a text track is taken only by a ready asset',
    basis: 'documented',
    source: 'SDK assets.d.ts:1380, "the asset must be ready"; that the answer is 400 is assumed',
    check: async ({ mux, simulator }) => {
      const { id } = await simulator.addAsset({ attributes: { status: 'preparing' } });

      const track = { url: 'http://127.0.0.1:1/a.vtt', type: 'text', language_code: 'en' } as const;
      const error = await mux.video.assets.createTrack(id, track).catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ status: 400 });
    },
  },
  {
    fact: 'the primary audio track cannot be deleted, a text track can',
    basis: 'documented',
    source: 'mux-openapi.json, delete-asset-track',
    check: async ({ mux, simulator, event }) => {
      const asset = await simulator.addAsset({ file: VIDEO.path, captions: [{ text: CAPTIONS.text }] });
      const idOf = (type: string) => asset.tracks?.find((track) => track.type === type)?.id ?? '';

      await mux.video.assets.deleteTrack(asset.id, idOf('text'));
      const error = await mux.video.assets
        .deleteTrack(asset.id, idOf('audio'))
        .catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ status: 400 });
      expect((await event('video.asset.track.deleted')).data).toMatchObject({ asset_id: asset.id });
    },
  },
  {
    fact: 'a static rendition is made, and one larger than the asset is skipped',
    basis: 'documented',
    source: 'mux-openapi.json, StaticRendition.status',
    check: async ({ mux, simulator, event, until }) => {
      const { id } = await simulator.addAsset({ file: VIDEO.path });

      await mux.video.assets.createStaticRendition(id, { resolution: '270p' });
      await mux.video.assets.createStaticRendition(id, { resolution: '2160p', passthrough: 'big' });
      await event('video.asset.static_rendition.ready');
      await event('video.asset.static_rendition.skipped');

      const statuses = () =>
        simulator.asset(id).static_renditions?.files?.map(({ name, status }) => [name, status]);
      await until(() => statuses()?.every(([, status]) => status !== 'preparing'));
      expect(statuses()).toEqual([
        ['270p.mp4', 'ready'],
        ['2160p.mp4', 'skipped'],
      ]);
      await mux.video.assets.deleteStaticRendition(
        id,
        simulator.asset(id).static_renditions?.files?.[0]?.id ?? '',
      );
      expect(statuses()).toEqual([['2160p.mp4', 'skipped']]);
    },
  },
  {
    fact: 'highest is not mixed with exact sizes',
    basis: 'documented',
    source: 'Mux guide on static renditions, undated copy; that the answer is 400 is assumed',
    check: async ({ mux, simulator }) => {
      const { id } = await simulator.addAsset({});
      await mux.video.assets.createStaticRendition(id, { resolution: 'highest' });

      const error = await mux.video.assets
        .createStaticRendition(id, { resolution: '720p' })
        .catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ status: 400 });
    },
  },
  {
    fact: 'thumbnail_time is unset by a DELETE of its own',
    basis: 'documented',
    source: 'mux-openapi.json, thumbnail-time',
    check: async ({ url, simulator }) => {
      const { id } = await simulator.addAsset({ attributes: { thumbnail_time: 3 } });

      const { status } = await checkedFetch(`${url}/video/v1/assets/${id}/thumbnail-time`, {
        method: 'DELETE',
        headers: { authorization: BASIC },
      });

      expect(status).toBe(204);
      expect(simulator.asset(id)).not.toHaveProperty('thumbnail_time');
    },
  },
  {
    fact: 'what an archiver does not need is answered 404 in the same shape',
    basis: 'assumed',
    source: 'the simulator plays a part of Mux only',
    check: async ({ url }) => {
      const { status } = await checkedFetch(`${url}/video/v1/live-streams`, {
        headers: { authorization: BASIC },
      });

      expect(status).toBe(404);
    },
  },
  {
    fact: 'delivery usage is an empty list as long as nobody has watched',
    basis: 'documented',
    source: 'SDK delivery-usage.d.ts: only assets with more than 0 seconds',
    check: async ({ mux, simulator }) => {
      const { id } = await simulator.addAsset({});
      simulator.setDeliveries([{ asset_id: id, delivered_seconds: 0 }]);

      expect((await mux.video.deliveryUsage.list()).data).toEqual([]);
    },
  },
  {
    fact: 'delivery usage sums what was watched within the timeframe, the most watched first, by pages',
    basis: 'documented',
    source: 'mux-openapi.json, list-delivery-usage; SDK delivery-usage.d.ts for the order',
    check: async ({ mux, simulator }) => {
      const { id } = await simulator.addAsset({ file: VIDEO.path });
      simulator.setDeliveries([
        { asset_id: id, delivered_seconds: 20, at: 1_700_000_000 },
        { asset_id: id, delivered_seconds: 15, at: 1_700_003_600 },
        { asset_id: id, delivered_seconds: 900, at: 1_600_000_000 },
        { asset_id: 'gone', delivered_seconds: 50, at: 1_700_000_000, asset_duration: 60 },
      ]);

      const timeframe = ['1700000000', '1700007200'];
      const all = await mux.video.deliveryUsage.list({ timeframe });
      const second = await mux.video.deliveryUsage.list({ timeframe, limit: 1, page: 2 });
      const one = await mux.video.deliveryUsage.list({ timeframe, asset_id: 'gone' });

      expect(all.data).toMatchObject([
        { asset_id: 'gone', asset_state: 'deleted', asset_duration: 60, delivered_seconds: 50 },
        { asset_id: id, asset_state: 'ready', asset_duration: 10, asset_resolution_tier: '720p' },
      ]);
      expect(all.data[1]?.delivered_seconds_by_resolution).toEqual({ tier_720p: 35 });
      expect(all.timeframe).toEqual([1_700_000_000, 1_700_007_200]);
      expect(second.data.map(({ asset_id }) => asset_id)).toEqual([id]);
      expect(one.data.map(({ asset_id }) => asset_id)).toEqual(['gone']);
    },
  },
  {
    fact: 'shots are pending, then completed with a manifest, then deleted',
    basis: 'documented',
    source: 'mux-openapi.json, shots and AssetShots; when they are there is assumed',
    check: async ({ mux, simulator, event }) => {
      const { id } = await simulator.addAsset({ file: VIDEO.path });

      const begun = await mux.video.assets.generateShots(id);
      await event('video.asset.shots.ready');
      const done = await mux.video.assets.retrieveShots(id);
      await mux.video.assets.deleteShots(id);

      expect(begun).toEqual({ status: 'pending' });
      expect(done).toMatchObject({
        status: 'completed',
        shots_manifest_url: expect.stringContaining('http'),
      });
      expect((await mux.video.assets.retrieve(id)).shots).toEqual({ status: 'deleted' });
      expect((await event('video.asset.shots.created')).data).toEqual({ status: 'pending' });
      expect((await event('video.asset.shots.deleted')).object).toEqual({ type: 'asset', id });
    },
  },
  {
    fact: 'an asset with sound alone has its shots skipped',
    basis: 'documented',
    source: 'mux-openapi.json, AssetOptions.generate_shots',
    check: async ({ mux, simulator, event }) => {
      const { id } = await simulator.addAsset({ file: AUDIO.path });

      await mux.video.assets.generateShots(id);

      expect((await event('video.asset.shots.skipped')).data).toEqual({ status: 'skipped' });
    },
  },
  {
    fact: 'a track cannot take the name of another one of its kind',
    basis: 'documented',
    source: 'mux-openapi.json, UpdateAssetTrackRequest.name; that the answer is 400 is assumed',
    check: async ({ mux, simulator }) => {
      const captions = ['en', 'de'].map((language_code) => ({ language_code, text: CAPTIONS.text }));
      const { id, tracks } = await simulator.addAsset({ captions });

      const error = await mux.video.assets
        .updateTrack(id, tracks?.at(-1)?.id ?? '', { name: 'English' })
        .catch((thrown: unknown) => thrown);

      expect(error).toMatchObject({ status: 400 });
    },
  },
  {
    fact: 'DRM configurations are listed, and one that is not there is not to be had',
    basis: 'documented',
    source: 'mux-openapi.json, drm-configurations; that a policy with another one is refused is assumed',
    check: async ({ mux, simulator }) => {
      const { id } = await simulator.addAsset({});

      const { data } = await mux.video.drmConfigurations.list();
      const same = await mux.video.drmConfigurations.retrieve('drm-1');
      const gone = await mux.video.drmConfigurations.retrieve('drm-2').catch((thrown: unknown) => thrown);
      const refused = await mux.video.assets
        .createPlaybackId(id, { policy: 'drm', drm_configuration_id: 'drm-2' })
        .catch((thrown: unknown) => thrown);

      expect([data, same]).toEqual([[{ id: 'drm-1' }], { id: 'drm-1' }]);
      expect(gone).toMatchObject({ status: 404 });
      expect(refused).toMatchObject({ status: 400 });
    },
  },
];

const { tokenId, tokenSecret } = DEFAULT_ENVIRONMENT;
const BASIC = `Basic ${Buffer.from(`${tokenId}:${tokenSecret}`).toString('base64')}`;
const OTHER = { ...DEFAULT_ENVIRONMENT, id: 'other', tokenId: 'other' };

describe('the API', () => {
  test.each(rows)('$fact ($basis)', async ({ check }) => {
    const environments = [{ ...DEFAULT_ENVIRONMENT, drmConfigurations: ['drm-1'] }, OTHER];
    const rig = await startRig({ environments });
    rig.simulator.setWebhookUrls([rig.webhookUrl]);

    await check(rig);

    expect.hasAssertions();
  });

  test('plays either answer to a second DELETE, which Mux does not document', async () => {
    const { mux, simulator, url } = await startRig();
    const { id } = await simulator.addAsset({});
    await mux.video.assets.delete(id);
    const again = () =>
      checkedFetch(`${url}/video/v1/assets/${id}`, { method: 'DELETE', headers: { authorization: BASIC } });

    const unlike = await again();
    simulator.change({ secondDelete: 204 });
    const alike = await again();

    expect([unlike.status, alike.status]).toEqual([404, 204]);
  });

  test.each(['newest-first', 'oldest-first', 'shuffled'] as const)(
    'lists %s with a cursor that loses none',
    async (listOrder) => {
      const { mux, simulator } = await startRig({ behaviour: { listOrder } });
      const times = ['1700000001', '1700000002', '1700000003', '1700000004'];
      for (const created_at of times) await simulator.addAsset({ attributes: { created_at } });

      const seen: string[] = [];
      for await (const { created_at } of mux.video.assets.list({ limit: 2 })) seen.push(created_at);

      expect(seen.toSorted()).toEqual(times);
      if (listOrder === 'newest-first') expect(seen).toEqual(times.toReversed());
      if (listOrder === 'oldest-first') expect(seen).toEqual(times);
    },
  );
});

describe('the rate limit', () => {
  // Documented: 1 POST and 5 others a second (make-api-requests guide), X-RateLimit headers (blog, 2026-06-03).
  // Reported: the body, and that there is no Retry-After (muxinc/next-video#309). The burst is assumed.
  const rateLimit = { on: true, postPerSecond: 1, postBurst: 2, otherPerSecond: 5, otherBurst: 3 };

  test('answers 429 in its own shape, without Retry-After, once the burst is spent', async () => {
    const { url, simulator } = await startRig({ behaviour: { rateLimit } });
    const { id } = await simulator.addAsset({});
    const read = () => checkedFetch(`${url}/video/v1/assets/${id}`, { headers: { authorization: BASIC } });

    const answers = [await read(), await read(), await read(), await read()];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual(['2', '1', '0', '0']);
    expect(answers[0]?.headers.get('x-ratelimit-limit')).toBe('5');
    expect(answers[3]?.headers.get('retry-after')).toBeNull();
    expect(await answers[3]?.json()).toEqual({ errors: ['Too many requests, retry later.'] });
  });

  test('counts POST and the other verbs apart, and every environment by itself', async () => {
    const environments = [DEFAULT_ENVIRONMENT, OTHER];
    const { mux, url, simulator } = await startRig({ environments, behaviour: { rateLimit } });
    const { id } = await simulator.addAsset({});
    const other = new Mux({
      tokenId: 'other',
      tokenSecret,
      baseURL: url,
      maxRetries: 0,
      fetch: checkedFetch,
    });

    for (const policy of ['public', 'signed'] as const)
      await mux.video.assets.createPlaybackId(id, { policy });
    const error = await mux.video.assets
      .createPlaybackId(id, { policy: 'public' })
      .catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ status: 429 });
    expect((await mux.video.assets.retrieve(id)).id).toBe(id);
    expect((await other.video.assets.list()).data).toEqual([]);
  });
});
