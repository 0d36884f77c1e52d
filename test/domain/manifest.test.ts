// What a manifest keeps of an asset, what it cuts, and which later changes make it stale.
import { describe, expect, test } from 'vitest';
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import { buildManifest, cutQueries, fingerprint } from '../../lambdas/domain/manifest.ts';
import { aRecord } from '../fakes/record.ts';

describe('every URL loses', () => {
  test.each([
    ['its query', 'https://a.test/x.mp4?signature=S3CRET', 'https://a.test/x.mp4'],
    ['its fragment', 'https://a.test/x.mp4#S3CRET', 'https://a.test/x.mp4'],
    ['query and fragment', 'https://a.test/x?S3CRET#S3CRET?S3CRET', 'https://a.test/x'],
    ['a query that holds white space', 'https://a.test/x?a=b S3CRET\nS3CRET', 'https://a.test/x'],
    ['user and password', 'https://user:S3CRET@a.test/x', 'https://a.test/x'],
    ['a password with @ in it', 'https://user:S3C@RET@a.test/x', 'https://a.test/x'],
    ['user and query', 'ftp://user:S3CRET@a.test/x?S3CRET', 'ftp://a.test/x'],
    ['all this whatever its scheme and case', 'S3://S3CRET@bucket/key?S3CRET', 'S3://bucket/key'],
    ['all this without a path', 'https://user@a.test?S3CRET', 'https://a.test'],
    ['all this after white space', ' https://a.test/x?S3CRET', ' https://a.test/x'],
    [
      'all this within a sentence',
      'Could not read https://u:S3CRET@a.test/x?k=S3CRET twice (HTTPS://b.test/y?S3CRET)',
      'Could not read https://a.test/x twice (HTTPS://b.test/y',
    ],
  ])('%s', (_, url, expected) => {
    expect(cutQueries(url)).toBe(expected);
  });

  test('all this at any depth', () => {
    const raw = { a: [{ b: { url: 'https://a.test/x?S3CRET' } }], c: 'https://u:S3CRET@b.test/' };

    expect(cutQueries(raw)).toEqual({ a: [{ b: { url: 'https://a.test/x' } }], c: 'https://b.test/' });
  });
});

describe('nothing is cut', () => {
  test.each([
    ['from a URL without secrets', 'https://a.test/@team/x.mp4'],
    ['from words', 'Who? #1 at a@b.test'],
    ['from numbers, booleans and null', [1, true, null]],
    ["from the customer's passthrough", { passthrough: 'https://a.test/?order=66' }],
    ["from the customer's meta", { meta: { external_id: 'https://u:p@a.test/?v=1' } }],
    ['from the passthrough of a track', { tracks: [{ passthrough: 'https://a.test/?t=1' }] }],
    ['from unknown keys', { shiny_new_key: { deep: [{ thing: 1 }] } }],
  ])('%s', (_, value) => {
    expect(cutQueries(value)).toEqual(value);
  });
});

const RAW = {
  id: 'asset1',
  status: 'ready',
  created_at: '1609869152',
  passthrough: 'https://customer.test/?order=66',
  meta: { title: 'Köln', external_id: 'video?1' },
  master_access: 'temporary',
  master: { status: 'ready', url: 'https://mezzanine.mux.com/a/mezzanine.mp4?signature=S3CRET' },
  thumbnail_time: 3,
  shiny_new_key: { url: 'https://a.test/x?S3CRET', keeps: 'this' },
  tracks: [
    { id: 'v', type: 'video' },
    { id: 'a', type: 'audio', name: 'Deutsch', language_code: 'de' },
    {
      id: 't',
      type: 'text',
      status: 'ready',
      name: 'SDH',
      language_code: 'de',
      closed_captions: true,
      passthrough: 'cc',
    },
  ],
  playback_ids: [
    { id: 'p1', policy: 'public' },
    { id: 'p2', policy: 'drm', drm_configuration_id: 'drm1' },
  ],
};

describe('a manifest', () => {
  const caption = {
    key: 'mux/env1/asset1/2/captions/t.vtt',
    version_id: 'c1',
    size_bytes: 4,
    crc32: 'CAPTION=',
  };
  const archive = {
    bucket: 'vault',
    key: 'mux/env1/asset1/2/master.mp4',
    version_id: 'v1',
    size_bytes: 3,
    crc32: 'AAAAAA==',
    storage_class: 'DEEP_ARCHIVE' as const,
    token: 'T0KEN'.repeat(8),
    verified_at: '2026-11-22T12:00:00.000Z',
    captions: [{ ...caption, track_id: 't' }],
    sidecars: [
      {
        name: 'poster.jpg',
        content_type: 'image/jpeg',
        key: 'mux/env1/asset1/2/sidecars/poster.jpg',
        version_id: 'p1',
        size_bytes: 7,
        crc32: 'POSTER==',
      },
    ],
  };
  const record = aRecord({
    life: 2,
    environment: 'env1',
    losses: [{ code: 'OVERLAY', attribute: 'a', detail: 'd' }],
  });
  const inputInfo = [
    { settings: { url: 'https://origin.test/x.mp4?X-Amz-Signature=S3CRET' }, file: { tracks: [] } },
  ];
  const build = (inputs?: typeof inputInfo) =>
    buildManifest(record, toPlatformAsset(RAW), inputs, archive, '2026-11-22T12:00:00.000Z');

  test('says all there is to know beside the asset', () => {
    const { asset: _, ...rest } = build(inputInfo);

    expect(rest).toEqual({
      schema: 1,
      made_at: '2026-11-22T12:00:00.000Z',
      asset_id: 'asset1',
      life: 2,
      environment: 'env1',
      master: {
        key: 'mux/env1/asset1/2/master.mp4',
        version_id: 'v1',
        size_bytes: 3,
        crc32: 'AAAAAA==',
        storage_class: 'DEEP_ARCHIVE',
      },
      captions: [{ track_id: 't', key: 'mux/env1/asset1/2/captions/t.vtt', crc32: 'CAPTION=' }],
      sidecars: [
        {
          name: 'poster.jpg',
          key: 'mux/env1/asset1/2/sidecars/poster.jpg',
          content_type: 'image/jpeg',
          crc32: 'POSTER==',
          size_bytes: 7,
        },
      ],
      input_info: [{ settings: { url: 'https://origin.test/x.mp4' }, file: { tracks: [] } }],
      losses: [{ code: 'OVERLAY', attribute: 'a', detail: 'd' }],
      fidelity: expect.arrayContaining([
        expect.objectContaining({ attribute: 'passthrough', verdict: 'set' }),
        expect.objectContaining({ attribute: 'playback_ids[].id', verdict: 'lost' }),
        expect.objectContaining({ attribute: 'shiny_new_key.keeps', verdict: 'lost' }),
      ]),
    });
  });

  test('keeps the whole asset, keys unknown to us too, but for its master URL', () => {
    const { master: _, ...kept } = RAW;

    expect(build().asset).toEqual({ ...kept, shiny_new_key: { url: 'https://a.test/x', keeps: 'this' } });
  });

  test('holds no secret and no token', () => {
    const json = JSON.stringify(build(inputInfo));

    expect(json).not.toContain('S3CRET');
    expect(json).not.toContain('T0KEN');
    expect(json).not.toContain('mezzanine');
  });

  test('says null where the platform did not tell the inputs', () => {
    expect(build().input_info).toBeNull();
  });

  test('is read back as the asset it was made of', () => {
    const asset = toPlatformAsset(RAW);

    expect(fingerprint(toPlatformAsset(build().asset))).toBe(fingerprint(asset));
  });
});

describe('the fingerprint', () => {
  const of = (change: object) => fingerprint(toPlatformAsset({ ...RAW, ...change }));
  const [video, audio, text] = RAW.tracks;
  const [publicId, drmId] = RAW.playback_ids;

  test.each<[string, object]>([
    ['the order of tracks', { tracks: [text, audio, video] }],
    ['the order of playback ids', { playback_ids: [drmId, publicId] }],
    ['the order of meta', { meta: { external_id: 'video?1', title: 'Köln' } }],
    ['the master', { master_access: 'none', master: undefined }],
    ['a caption that errored', { tracks: [...RAW.tracks, { id: 'n', type: 'text', status: 'errored' }] }],
    ['keys unknown to us', { shiny_new_key: 2 }],
    ['what Mux counts and measures', { progress: { state: 'live' }, max_stored_frame_rate: 30 }],
  ])('ignores %s', (_, change) => {
    expect(of(change)).toBe(of({}));
  });

  test.each<[string, object]>([
    [
      'a caption still in preparation',
      { tracks: [...RAW.tracks, { id: 'n', type: 'text', status: 'preparing' }] },
    ],
    ['a further track', { tracks: [...RAW.tracks, { id: 'n', type: 'audio' }] }],
    ['a missing track', { tracks: [video, audio] }],
    ["a track's id", { tracks: [video, audio, { ...text, id: 'n' }] }],
    ["a track's type", { tracks: [video, { ...audio, type: 'video' }, text] }],
    ["a track's name", { tracks: [video, { ...audio, name: 'German' }, text] }],
    ["a track's language", { tracks: [video, { ...audio, language_code: 'en' }, text] }],
    ["a caption's kind", { tracks: [video, audio, { ...text, closed_captions: false }] }],
    ["a track's passthrough", { tracks: [video, audio, { ...text, passthrough: 'other' }] }],
    ['a caption that broke', { tracks: [video, audio, { ...text, status: 'errored' }] }],
    ['a further playback id', { playback_ids: [publicId, drmId, { id: 'p3', policy: 'public' }] }],
    ['a missing playback id', { playback_ids: [publicId] }],
    ['another playback id', { playback_ids: [{ ...publicId, id: 'p9' }, drmId] }],
    ['another policy', { playback_ids: [{ ...publicId, policy: 'signed' }, drmId] }],
    ['another drm configuration', { playback_ids: [publicId, { ...drmId, drm_configuration_id: 'drm2' }] }],
    ['passthrough', { passthrough: 'order 67' }],
    ['a missing passthrough', { passthrough: undefined }],
    ['the title', { meta: { ...RAW.meta, title: 'Bonn' } }],
    ['a further word of meta', { meta: { ...RAW.meta, creator_id: 'user-7' } }],
    ['the thumbnail time', { thumbnail_time: 4 }],
    ['a missing thumbnail time', { thumbnail_time: undefined }],
  ])('shows %s', (_, change) => {
    expect(of(change)).not.toBe(of({}));
  });

  test('tells a name from its neighbour', () => {
    const named = (one: object) => of({ tracks: [{ id: 'a', type: 'audio', ...one }] });

    expect(named({ name: 'de' })).not.toBe(named({ language_code: 'de' }));
  });
});
