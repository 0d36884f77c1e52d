// POST /video/v1/assets: parameters from the spec and SDK assets.d.ts:1217 (documented); error types of errored assets are assumed.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { generatedMp4 } from '../../../local/media/generated-mp4.ts';
import { CAPTIONS, VIDEO } from './fixtures.ts';
import { startOrigin, startRig } from './rig.ts';

describe('a created asset', () => {
  test('is preparing with its playback ids, then ready with the file, its duration and its captions', async () => {
    const rig = await startRig();
    const origin = await startOrigin({
      '/v.mp4': await readFile(VIDEO.path),
      '/c.vtt': Buffer.from(CAPTIONS.text),
    });
    const inputs = [
      { url: `${origin}/v.mp4?token=t-1`, language_code: 'en', name: 'Original' },
      {
        url: `${origin}/c.vtt`,
        type: 'text' as const,
        text_type: 'subtitles' as const,
        language_code: 'en',
        passthrough: 'c',
      },
    ];

    const asset = await rig.mux.video.assets.create({ inputs, playback_policies: ['public', 'signed'] });
    await rig.event('video.asset.ready');
    await rig.event('video.asset.track.ready');

    expect(asset).toMatchObject({ status: 'preparing', progress: { state: 'ingesting', progress: 0 } });
    expect(asset.playback_ids?.map(({ policy }) => policy)).toEqual(['public', 'signed']);
    const ready = await rig.mux.video.assets.retrieve(asset.id);
    expect(ready).toMatchObject({
      status: 'ready',
      duration: 10,
      progress: { state: 'completed', progress: 100 },
    });
    expect(ready.tracks).toMatchObject([
      { type: 'video', max_width: 640, max_height: 360, max_frame_rate: 25 },
      { type: 'audio', max_channels: 2, primary: true, name: 'Original', language_code: 'en' },
      { type: 'text', status: 'ready', name: 'English', passthrough: 'c' },
    ]);
    expect(await rig.simulator.sha256(asset.id)).toBe(VIDEO.sha256);
    const caption = await fetch(
      `${rig.url}/${ready.playback_ids?.[0]?.id}/text/${ready.tracks?.[2]?.id}.vtt`,
    );
    expect(await caption.text()).toBe(CAPTIONS.text);
  });

  test('keeps what was asked for and shows it', async () => {
    const rig = await startRig();
    const origin = await startOrigin({ '/v.mp4': await readFile(VIDEO.path) });
    const settings = {
      passthrough: 'p',
      meta: { title: 't', creator_id: 'c', external_id: 'e' },
      video_quality: 'premium',
      max_resolution_tier: '2160p',
      normalize_audio: true,
      test: false,
    } as const;

    const { id } = await rig.mux.video.assets.create({
      ...settings,
      inputs: [{ url: `${origin}/v.mp4` }],
      advanced_playback_policies: [{ policy: 'drm', drm_configuration_id: 'drm-1' }],
      static_renditions: [{ resolution: 'highest', passthrough: 'r' }, { resolution: 'audio-only' }],
      master_access: 'temporary',
    });
    await rig.event('video.asset.static_rendition.ready');
    await rig.event('video.asset.master.ready');

    const asset = await rig.mux.video.assets.retrieve(id);
    expect(asset).toMatchObject({ ...settings, encoding_tier: 'premium' });
    expect(asset.playback_ids).toMatchObject([{ policy: 'drm', drm_configuration_id: 'drm-1' }]);
    expect(asset.static_renditions?.files).toMatchObject([
      { name: 'highest.mp4', resolution: 'highest', passthrough: 'r' },
      { name: 'audio.m4a', resolution: 'audio-only' },
    ]);
  });

  test('made with shots has them a while after it is ready', async () => {
    const rig = await startRig();
    const origin = await startOrigin({ '/v.mp4': await readFile(VIDEO.path) });

    const { id } = await rig.mux.video.assets.create({
      inputs: [{ url: `${origin}/v.mp4` }],
      generate_shots: true,
      directives: [{ id: 'directive-1' }],
    });
    await rig.event('video.asset.shots.ready');

    const asset = await rig.mux.video.assets.retrieve(id);
    expect(asset).toMatchObject({
      generate_shots: true,
      shots: { status: 'completed' },
      directives: [{ id: 'directive-1' }],
    });
  });

  test('with an overlay downloads the image, and shows the whole of both inputs', async () => {
    const rig = await startRig();
    const video = rig.simulator.hostFile('film.mp4', VIDEO.path);
    const image = rig.simulator.hostFile(
      'logo.jpg',
      fileURLToPath(new URL('../../../local/mux/poster.jpg', import.meta.url)),
    );
    const overlay_settings = { vertical_align: 'bottom', horizontal_margin: '5%', opacity: '80%' } as const;
    const inputs = [{ url: video }, { url: image, overlay_settings }];

    const { id } = await rig.mux.video.assets.create({ inputs });
    await rig.event('video.asset.ready');
    rig.simulator.hostFile('logo.jpg', undefined);
    const late = await rig.mux.video.assets.create({ inputs });
    await rig.event('video.asset.errored');

    const shown = await rig.mux.video.assets.retrieveInputInfo(id);
    expect(shown.map(({ settings }) => settings)).toEqual(inputs);
    expect(rig.simulator.asset(late.id).status).toBe('errored');
  });

  test.each([
    ['kept', ['public', 'public', 'signed']],
    ['merged', ['public', 'signed']],
    ['bad-request', 400],
  ] as const)('with the same policy twice: %s, since Mux does not say', async (equalPolicies, expected) => {
    const rig = await startRig({ behaviour: { equalPolicies } });

    const made = await rig.mux.video.assets
      .create({
        inputs: [{ url: 'http://127.0.0.1:1/v' }],
        playback_policies: ['public', 'public', 'signed'],
      })
      .then(({ playback_ids }) => playback_ids?.map(({ policy }) => policy))
      .catch(({ status }) => status);

    expect(made).toEqual(expected);
  });

  test.each([
    [{ mixedRenditions: 'kept' }, { static_renditions: [{ resolution: 'highest' }, { resolution: '720p' }] }],
    [{ directives: 'kept' }, { directives: [{ id: 'directive-1' }] }],
  ] as const)('plays both answers where %j is one of them', async (behaviour, asked) => {
    const rig = await startRig({ behaviour });
    const body = { inputs: [{ url: 'http://127.0.0.1:1/v' }], ...asked };
    const create = () =>
      rig.mux.post('/video/v1/assets', { body }).then(
        () => 'taken',
        ({ status }) => status,
      );

    const taken = await create();
    rig.simulator.change({ mixedRenditions: 'bad-request', directives: 'bad-request' });
    const refused = await create();

    expect([taken, refused]).toEqual(['taken', 400]);
  });

  test('shows its inputs with their whole URLs', async () => {
    const rig = await startRig();
    const url = `${await startOrigin({ '/v.mp4': await readFile(VIDEO.path) })}/v.mp4?x-icehouse-token=abc&X-Amz-Signature=s`;

    const { id } = await rig.mux.video.assets.create({ inputs: [{ url }] });
    const early = await rig.mux.video.assets.retrieveInputInfo(id);
    await rig.event('video.asset.ready');
    const late = await rig.mux.video.assets.retrieveInputInfo(id);

    expect(early[0]?.settings?.url).toBe(url);
    expect(late[0]?.settings?.url).toBe(url);
    expect(late[0]?.file?.tracks).toMatchObject([
      { type: 'video', encoding: 'h264', width: 640, height: 360 },
      { type: 'audio', encoding: 'aac', channels: 2, sample_rate: 48_000 },
    ]);
  });

  test('is errored when its input URL has expired, cannot be reached, or is no media', async () => {
    const rig = await startRig();
    const origin = await startOrigin({ '/text.mp4': Buffer.from('not a video') });
    const urls = [`${origin}/expired.mp4`, 'http://127.0.0.1:1/v.mp4', `${origin}/text.mp4`];

    const created = await Promise.all(urls.map((url) => rig.mux.video.assets.create({ inputs: [{ url }] })));
    await rig.until(() => rig.events.filter(({ type }) => type === 'video.asset.errored').length === 3);

    const errored = created.map(({ id }) => rig.simulator.asset(id));
    expect(errored.map(({ status }) => status)).toEqual(['errored', 'errored', 'errored']);
    expect(errored.map(({ errors }) => errors?.type)).toEqual([
      'download_failed',
      'download_failed',
      'invalid_input',
    ]);
    expect(errored[0]?.errors?.messages?.[0]).toContain('403');
  });

  test('is ready although its captions are not to be had, whose track is errored', async () => {
    const rig = await startRig();
    const origin = await startOrigin({ '/v.mp4': await readFile(VIDEO.path) });
    const inputs = [
      { url: `${origin}/v.mp4` },
      { url: `${origin}/no.vtt`, type: 'text' as const, language_code: 'de' },
    ];

    const { id } = await rig.mux.video.assets.create({ inputs });
    const event = await rig.event('video.asset.track.errored');

    expect(event.data).toMatchObject({ asset_id: id, error: { type: 'download_failed' } });
    expect(rig.simulator.asset(id).status).toBe('ready');
  });

  test('from a generated file is known by its SHA-256 and served again', async () => {
    const rig = await startRig();
    const spec = { sizeBytes: 3_000_000, durationSeconds: 12, seed: 7 };
    const bytes = Buffer.alloc(spec.sizeBytes);
    generatedMp4(spec).fill(bytes, 0);
    const odd = Buffer.from(bytes);
    odd[2_000_000] = (odd[2_000_000] ?? 0) ^ 1;
    const origin = await startOrigin({ '/same.mp4': bytes, '/odd.mp4': odd });
    const original = await rig.simulator.addAsset({ generated: spec });

    const same = await rig.mux.video.assets.create({ inputs: [{ url: `${origin}/same.mp4` }] });
    const other = await rig.mux.video.assets.create({ inputs: [{ url: `${origin}/odd.mp4` }] });
    await rig.until(() => [same, other].every(({ id }) => rig.simulator.asset(id).status === 'ready'));

    const sha256 = await rig.simulator.sha256(original.id);
    expect(await rig.simulator.sha256(same.id)).toBe(sha256);
    expect(await rig.simulator.sha256(other.id)).not.toBe(sha256);
    expect(rig.simulator.asset(same.id).duration).toBe(12);
  });

  test.each([
    ['no inputs', {}],
    ['an input that is no URL', { inputs: [{ url: 'v.mp4' }] }],
    [
      'a text input without a language',
      { inputs: [{ url: 'http://a/v' }, { url: 'http://a/c', type: 'text' }] },
    ],
    ['a passthrough of 256 characters', { inputs: [{ url: 'http://a/v' }], passthrough: 'x'.repeat(256) }],
    [
      'a drm policy without its configuration',
      { inputs: [{ url: 'http://a/v' }], advanced_playback_policies: [{ policy: 'drm' }] },
    ],
    [
      'basic quality with drm',
      {
        inputs: [{ url: 'http://a/v' }],
        video_quality: 'basic',
        advanced_playback_policies: [{ policy: 'drm', drm_configuration_id: 'd' }],
      },
    ],
    [
      'static_renditions with mp4_support',
      {
        inputs: [{ url: 'http://a/v' }],
        mp4_support: 'standard',
        static_renditions: [{ resolution: 'highest' }],
      },
    ],
    [
      'two tracks of one name',
      {
        inputs: [
          { url: 'http://a/v' },
          { url: 'http://a/c', type: 'text', language_code: 'en' },
          { url: 'http://a/d', type: 'text', language_code: 'en' },
        ],
      },
    ],
  ])('is refused with %s, and leaves nothing behind', async (_, body) => {
    const rig = await startRig();

    const error = await rig.mux.post('/video/v1/assets', { body }).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ status: 400, error: { error: { type: 'invalid_parameters' } } });
    expect((await rig.mux.video.assets.list()).data).toEqual([]);
  });
});

describe('a track added later', () => {
  test('is preparing, then ready, and can be renamed', async () => {
    const rig = await startRig();
    const origin = await startOrigin({ '/c.vtt': Buffer.from(CAPTIONS.text), '/a.m4a': Buffer.alloc(1000) });
    const { id } = await rig.simulator.addAsset({});

    const text = await rig.mux.video.assets.createTrack(id, {
      url: `${origin}/c.vtt`,
      type: 'text',
      language_code: 'fr',
    });
    await rig.mux.video.assets.createTrack(id, {
      url: `${origin}/a.m4a`,
      type: 'audio',
      language_code: 'de',
    });
    await rig.until(() => rig.events.filter(({ type }) => type === 'video.asset.track.ready').length === 2);
    const renamed = await rig.mux.video.assets.updateTrack(id, text.id ?? '', { name: 'Sous-titres' });

    expect(text).toMatchObject({
      type: 'text',
      // On a busy machine its few milliseconds may be over by the answer.
      status: expect.stringMatching(/^(preparing|ready)$/),
      name: 'French',
      text_source: 'uploaded',
    });
    expect(renamed).toMatchObject({ status: 'ready', name: 'Sous-titres' });
    expect(rig.simulator.asset(id).tracks?.at(-1)).toMatchObject({
      type: 'audio',
      primary: false,
      status: 'ready',
    });
  });
});
