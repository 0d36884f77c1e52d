// What a restore asks Mux for, attribute by attribute, and that Mux's own schema of the call takes all of it.
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import type { PlatformAsset } from '../../lambdas/domain/asset.ts';
import { finishingSteps } from '../../lambdas/domain/finishing-steps.ts';
import { leftOutOfPlain, restoreRequest } from '../../lambdas/domain/restore-request.ts';
import spec from '../fixtures/mux-openapi.json' with { type: 'json' };

const MASTER_URL = 'https://vault.test/master.mp4?signature=1';

/** The body as it goes over the wire. */
function bodyFor(raw: object, texts: { url: string; trackId: string }[] = []): Record<string, unknown> {
  const like = toPlatformAsset({ id: 'old1', status: 'ready', ...raw });
  return JSON.parse(JSON.stringify(restoreRequest({ masterUrl: MASTER_URL, like, texts })));
}

const text = (id: string, more: object) => ({
  id,
  type: 'text',
  text_type: 'subtitles',
  status: 'ready',
  ...more,
});

const FULL = {
  created_at: '1609869152',
  duration: 734.25,
  aspect_ratio: '16:9',
  resolution_tier: '2160p',
  max_resolution_tier: '2160p',
  video_quality: 'premium',
  encoding_tier: 'premium',
  master_access: 'temporary',
  master: { status: 'ready', url: 'https://mezzanine.mux.com/a?signature=1' },
  normalize_audio: true,
  generate_shots: true,
  directives: [{ id: 'directive1' }],
  test: true,
  upload_id: 'upload1',
  live_stream_id: 'live1',
  source_asset_id: 'source1',
  passthrough: 'order 66',
  meta: { title: 'Köln', creator_id: 'user1', external_id: 'video1' },
  thumbnail_time: 12.5,
  playback_ids: [
    { id: 'p1', policy: 'signed' },
    { id: 'p2', policy: 'public' },
    { id: 'p3', policy: 'signed' },
  ],
  static_renditions: {
    files: [
      { id: 'r1', resolution: '1080p', status: 'ready', passthrough: 'big', filesize: '1' },
      { id: 'r2', resolution: 'audio-only', status: 'ready' },
      { id: 'r3', resolution: '2160p', status: 'skipped' },
      { id: 'r4', resolution: '720p', status: 'errored' },
    ],
  },
  tracks: [
    { id: 'v', type: 'video', max_width: 3840 },
    { id: 'a2', type: 'audio', name: 'Commentary', language_code: 'en' },
    { id: 'a1', type: 'audio', name: 'Deutsch', language_code: 'de', primary: true },
    text('t1', { language_code: 'de', name: 'Deutsch (SDH)', closed_captions: true, passthrough: 'cc' }),
    text('t2', { language_code: 'en', name: 'English', text_source: 'generated_vod' }),
  ],
};
const FULL_TEXTS = [
  { url: 'https://vault.test/t1.vtt?signature=2', trackId: 't1' },
  { url: 'https://vault.test/t2.vtt?signature=3', trackId: 't2' },
];

const FULL_BODY = {
  inputs: [
    { url: MASTER_URL, name: 'Deutsch', language_code: 'de' },
    {
      url: 'https://vault.test/t1.vtt?signature=2',
      type: 'text',
      text_type: 'subtitles',
      language_code: 'de',
      name: 'Deutsch (SDH)',
      closed_captions: true,
      passthrough: 'cc',
    },
    {
      url: 'https://vault.test/t2.vtt?signature=3',
      type: 'text',
      text_type: 'subtitles',
      language_code: 'en',
      name: 'English',
    },
  ],
  playback_policies: ['signed', 'public'],
  passthrough: 'order 66',
  meta: { title: 'Köln', creator_id: 'user1', external_id: 'video1' },
  max_resolution_tier: '2160p',
  video_quality: 'premium',
  static_renditions: [{ resolution: '1080p', passthrough: 'big' }, { resolution: 'audio-only' }],
  normalize_audio: true,
  generate_shots: true,
};

test('asks for everything that can be set again, and for nothing else', () => {
  expect(bodyFor(FULL, FULL_TEXTS)).toEqual(FULL_BODY);
});

test('asks for no more than the input when the asset had nothing', () => {
  expect(bodyFor({})).toEqual({ inputs: [{ url: MASTER_URL }] });
});

describe('the primary audio', () => {
  test.each([
    [
      'name and language as they were',
      { name: 'Deutsch', language_code: 'de' },
      { name: 'Deutsch', language_code: 'de' },
    ],
    ["nothing for Mux's own fillers", { name: 'Default', language_code: 'und' }, {}],
    ['nothing while the language is being guessed', { language_code: 'auto' }, {}],
    ['nothing for an unnamed track', {}, {}],
  ])('gives %s', (_, track, expected) => {
    const body = bodyFor({ tracks: [{ id: 'a1', type: 'audio', ...track }] });

    expect(body.inputs).toEqual([{ url: MASTER_URL, ...expected }]);
  });
});

describe('text tracks', () => {
  test('come back only where we hold the file and know the track', () => {
    const tracks = [
      text('t1', { language_code: 'de' }),
      text('t2', { language_code: 'en' }),
      { id: 'a1', type: 'audio' },
    ];
    const urls = ['t1', 'a1', 'unknown'].map((trackId) => ({
      url: `https://vault.test/${trackId}`,
      trackId,
    }));

    const body = bodyFor({ tracks }, urls);

    expect(body.inputs).toEqual([
      { url: MASTER_URL },
      { url: 'https://vault.test/t1', type: 'text', text_type: 'subtitles', language_code: 'de' },
    ]);
  });

  test('say "und" without a language, since Mux requires one', () => {
    const body = bodyFor({ tracks: [text('t1', {})] }, [{ url: 'https://vault.test/t1', trackId: 't1' }]);

    expect(body.inputs).toContainEqual(expect.objectContaining({ language_code: 'und' }));
  });
});

describe('playback policies', () => {
  test.each([
    ['none', [], {}],
    ['public', [{ policy: 'public' }], { playback_policies: ['public'] }],
    [
      'each once, in their order',
      [{ policy: 'signed' }, { policy: 'public' }, { policy: 'signed' }],
      { playback_policies: ['signed', 'public'] },
    ],
    [
      'all advanced as soon as one is drm',
      [
        { policy: 'public' },
        { policy: 'drm', drm_configuration_id: 'A' },
        { policy: 'drm', drm_configuration_id: 'B' },
        { policy: 'drm', drm_configuration_id: 'A' },
      ],
      {
        advanced_playback_policies: [
          { policy: 'public' },
          { policy: 'drm', drm_configuration_id: 'A' },
          { policy: 'drm', drm_configuration_id: 'B' },
        ],
      },
    ],
  ])('are %s', (_, ids, expected) => {
    const playback_ids = ids.map((each, at) => ({ id: `p${at}`, ...each }));

    expect(bodyFor({ playback_ids })).toEqual({ inputs: [{ url: MASTER_URL }], ...expected });
  });
});

describe('the quality', () => {
  test.each([
    [{ video_quality: 'plus', encoding_tier: 'smart' }, 'plus'],
    [{ encoding_tier: 'baseline' }, 'basic'],
    [{ encoding_tier: 'smart' }, 'plus'],
    [{ encoding_tier: 'premium' }, 'premium'],
    [{ encoding_tier: 'unheard-of' }, undefined],
  ])('of %j is %s', (raw, expected) => {
    const body = bodyFor(raw);

    expect(body.video_quality).toBe(expected);
    expect(body).not.toHaveProperty('encoding_tier');
  });
});

describe('static renditions', () => {
  const ready = (resolution: string) => ({ resolution, status: 'ready' });

  test.each([
    ['sizes as they were', { files: [ready('720p'), ready('480p')] }, ['720p', '480p']],
    [
      'highest without sizes, which Mux may refuse beside it',
      { files: [ready('720p'), ready('highest')] },
      ['highest'],
    ],
    ['audio beside highest', { files: [ready('audio-only'), ready('highest')] }, ['audio-only', 'highest']],
    ['nothing that was skipped', { files: [{ resolution: '2160p', status: 'skipped' }] }, undefined],
  ])('are %s', (_, static_renditions, expected) => {
    const body = bodyFor({ static_renditions });

    expect(body.static_renditions).toEqual(expected?.map((resolution) => ({ resolution })));
  });

  test.each([
    ['none', '1080p', undefined],
    ['standard', '1080p', ['highest']],
    ['standard', 'audio-only', ['audio-only']],
    ['capped-1080p', '1080p', ['highest']],
    ['capped-1080p', '2160p', ['1080p']],
    ['capped-1080p', 'audio-only', ['audio-only']],
    ['audio-only', '720p', ['audio-only']],
    ['audio-only,capped-1080p', '1440p', ['audio-only', '1080p']],
    ['audio-only,capped-1080p', 'audio-only', ['audio-only']],
  ])('stand in for mp4_support %s of a %s asset', (mp4_support, resolution_tier, expected) => {
    const old = { status: 'ready', files: [{ name: 'high.mp4', ext: 'mp4' }] };

    const body = bodyFor({ mp4_support, resolution_tier, static_renditions: old });

    expect(body.static_renditions).toEqual(expected?.map((resolution) => ({ resolution })));
    expect(body).not.toHaveProperty('mp4_support');
  });
});

describe("Mux's schema of POST /video/v1/assets", () => {
  const ajv = new Ajv({ strict: false, logger: false, validateFormats: false });
  ajv.addSchema({ $id: 'mux', ...spec });
  const isValid = ajv.compile({ $ref: 'mux#/components/schemas/CreateAssetRequest' });
  const known = Object.keys(spec.components.schemas.AssetOptions.properties);

  test.each([
    ['everything', bodyFor(FULL, FULL_TEXTS)],
    ['next to nothing', bodyFor({})],
    ['drm', bodyFor({ playback_ids: [{ id: 'p', policy: 'drm', drm_configuration_id: 'A' }] })],
    ['mp4_support', bodyFor({ mp4_support: 'standard' })],
  ])('takes a request for %s', (_, body) => {
    expect(isValid(body), JSON.stringify(isValid.errors)).toBe(true);
    expect(known).toEqual(expect.arrayContaining(Object.keys(body)));
  });
});

describe('what is left to do once the asset is ready', () => {
  const asset = (raw: object) => toPlatformAsset({ id: 'any', status: 'ready', ...raw });
  const stepsFor = (now: PlatformAsset, like: PlatformAsset) =>
    finishingSteps({ asset: now, like, texts: [], areTextsMissing: false });
  const policiesAdded = (now: PlatformAsset, like: PlatformAsset) =>
    stepsFor(now, like).flatMap((step) => (step.kind === 'playback-id' ? step.policy : []));
  const ids = (...policies: string[]) => ({
    playback_ids: policies.map((policy, at) => ({ id: `p${at}`, policy })),
  });

  test.each([
    ['nothing, when all is there', ids('public', 'signed'), ids('signed', 'public'), []],
    [
      'the ids that create could not repeat',
      ids('public'),
      ids('public', 'public', 'public'),
      ['public', 'public'],
    ],
    ['only those still missing', ids('public', 'public'), ids('public', 'public', 'public'), ['public']],
    ['the id of a policy that is not there at all', ids('public'), ids('public', 'signed'), ['signed']],
    ['nothing, when there are more than before', ids('public', 'public'), ids('public'), []],
  ])('is %s', (_, now, like, expected) => {
    expect(policiesAdded(asset(now), asset(like)).map(({ policy }) => policy)).toEqual(expected);
  });

  test('includes the repeated drm id with its own configuration', () => {
    const drm = (id: string, drm_configuration_id: string) => ({ id, policy: 'drm', drm_configuration_id });
    const like = asset({ playback_ids: [drm('1', 'A'), drm('2', 'A'), drm('3', 'B')] });
    const now = asset({ playback_ids: [drm('4', 'A'), drm('5', 'B')] });

    expect(policiesAdded(now, like)).toEqual([{ policy: 'drm', drm_configuration_id: 'A' }]);
  });

  test.each([
    [12.5, undefined, 12.5],
    [12.5, 3, 12.5],
    [0, undefined, 0],
    [12.5, 12.5, undefined],
    [undefined, 3, undefined],
  ])('sets thumbnail time %s over %s as %s', (old, now, expected) => {
    const steps = stepsFor(asset({ thumbnail_time: now }), asset({ thumbnail_time: old }));

    expect(steps).toEqual(
      expected === undefined ? [] : [{ kind: 'thumbnail', attribute: 'thumbnail_time', seconds: expected }],
    );
  });
});

describe('a plain request', () => {
  const source = (raw: object) => ({
    masterUrl: MASTER_URL,
    like: toPlatformAsset({ id: 'old1', status: 'ready', ...raw }),
    texts: [],
    isPlain: true,
  });

  test('asks for inputs, playback, passthrough, meta and a known tier, and names the rest', () => {
    const { inputs, playback_policies, passthrough, meta, ...rest } = restoreRequest(source(FULL));

    expect(inputs).toEqual([{ url: MASTER_URL }]);
    expect({ playback_policies, passthrough, meta }).toEqual({
      playback_policies: ['signed', 'public'],
      passthrough: 'order 66',
      meta: FULL.meta,
    });
    expect(rest).toEqual({ max_resolution_tier: '2160p' });
    expect(leftOutOfPlain(source(FULL))).toEqual([
      'tracks',
      'video_quality',
      'static_renditions',
      'normalize_audio',
      'generate_shots',
    ]);
  });

  test('leaves DRM to the finish, and opens nothing instead of it', () => {
    const drm = { id: 'p1', policy: 'drm', drm_configuration_id: 'drm1' };

    const only = restoreRequest(source({ playback_ids: [drm] }));
    const beside = restoreRequest(source({ playback_ids: [drm, { id: 'p2', policy: 'signed' }] }));

    expect(only.playback_policies).toBeUndefined();
    expect(beside.playback_policies).toEqual(['signed']);
    expect(leftOutOfPlain(source({ playback_ids: [drm] }))).toEqual(['playback_ids']);
  });
});
