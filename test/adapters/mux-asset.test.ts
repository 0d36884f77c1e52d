// Mux's asset JSON, as its OpenAPI page shows it and as it may come, in our words.
import { expect, test } from 'vitest';
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import { TransientError } from '../../lambdas/domain/failures.ts';
import spec from '../fixtures/mux-openapi.json' with { type: 'json' };

const examples = spec.paths['/video/v1/assets'].get.responses['200'].content['application/json'].example.data;

const minimal = { id: 'asset1', status: 'ready' };

test("reads Mux's own example", () => {
  const asset = toPlatformAsset(examples[0]);

  expect(asset).toMatchObject({
    id: '8jd7M77xQgf2NzuocJRPYdSdEfY5dLlcRwFARtgQqU4',
    status: 'ready',
    isLive: false,
    isTest: false,
    durationSeconds: 734.25,
    createdAtMs: 1_609_869_152_000,
    audioOnly: false,
    master: { kind: 'none' },
    playbackIds: [{ id: '85g23gYz7NmQu02YsY81ihuod6cZMxCp017ZrfglyLCKc', policy: 'public' }],
    tracks: [{ type: 'video' }, { type: 'audio' }],
  });
  expect(asset.raw).toEqual(examples[0]);
});

test('keeps every attribute of a track that a restore can set', () => {
  const text = {
    id: 'text1',
    type: 'text',
    text_type: 'subtitles',
    text_source: 'generated_vod',
    status: 'ready',
    language_code: 'de-CH',
    name: 'Deutsch',
    closed_captions: true,
    passthrough: 'mine',
  };

  const asset = toPlatformAsset({ ...minimal, tracks: [text] });

  expect(asset.tracks).toEqual([
    {
      id: 'text1',
      type: 'text',
      textType: 'subtitles',
      textSource: 'generated_vod',
      status: 'ready',
      primary: undefined,
      languageCode: 'de-CH',
      name: 'Deutsch',
      closedCaptions: true,
      passthrough: 'mine',
    },
  ]);
});

test.each([
  ['a string over REST', '1609869152', 1_609_869_152_000],
  ['an integer in webhooks', 1609869152, 1_609_869_152_000],
  ['nothing', undefined, undefined],
  ['an empty string', '', undefined],
  ['words', 'yesterday', undefined],
])('reads the time of creation from %s', (_, created_at, expected) => {
  expect(toPlatformAsset({ ...minimal, created_at }).createdAtMs).toBe(expected);
});

test.each([
  ['was never asked for', {}, { kind: 'none' }],
  ['is closed', { master_access: 'none' }, { kind: 'none' }],
  ['was just asked for', { master_access: 'temporary' }, { kind: 'preparing' }],
  [
    'is in preparation',
    { master_access: 'temporary', master: { status: 'preparing' } },
    { kind: 'preparing' },
  ],
  [
    'is ready',
    { master_access: 'temporary', master: { status: 'ready', url: 'https://mezzanine.mux.com/a?s=1' } },
    { kind: 'ready', url: 'https://mezzanine.mux.com/a?s=1' },
  ],
  [
    'is ready without a URL',
    { master_access: 'temporary', master: { status: 'ready' } },
    { kind: 'preparing' },
  ],
  ['failed', { master_access: 'temporary', master: { status: 'errored' } }, { kind: 'errored' }],
])('says when the master %s', (_, raw, expected) => {
  expect(toPlatformAsset({ ...minimal, ...raw }).master).toEqual(expected);
});

test('keeps unknown attributes in raw, and tracks of unknown types there only', () => {
  const raw = { ...minimal, updated_at: '1', tracks: [{ id: 'hologram1', type: 'hologram' }] };

  const asset = toPlatformAsset(raw);

  expect(asset.raw).toEqual(raw);
  expect(asset.tracks).toEqual([]);
});

test('takes null and odd types of lesser attributes as absent', () => {
  const raw = {
    ...minimal,
    passthrough: null,
    duration: '30',
    meta: 'title',
    errors: null,
    tracks: null,
    test: 'no',
  };

  const asset = toPlatformAsset(raw);

  expect(asset).toMatchObject({ status: 'ready', isTest: false, tracks: [] });
  expect([asset.passthrough, asset.durationSeconds, asset.meta, asset.errors]).toEqual(
    Array(4).fill(undefined),
  );
});

test.each([
  ['by its tier', { resolution_tier: 'audio-only' }, true],
  ['by its tracks', { tracks: [{ id: 'a', type: 'audio' }] }, true],
  [
    'not when there is video',
    {
      tracks: [
        { id: 'v', type: 'video' },
        { id: 'a', type: 'audio' },
      ],
    },
    false,
  ],
  ['not while there are no tracks', {}, false],
])('knows an audio-only asset %s', (_, raw, expected) => {
  expect(toPlatformAsset({ ...minimal, ...raw }).audioOnly).toBe(expected);
});

test('says why Mux could not process an asset', () => {
  const raw = {
    ...minimal,
    status: 'errored',
    errors: { type: 'invalid_input', messages: ['No video or audio'] },
  };

  expect(toPlatformAsset(raw).errors).toEqual(['No video or audio']);
});

test.each([
  ['nothing', undefined],
  ['text', '<html>'],
  ['an asset without id', { status: 'ready' }],
  ['a status of the future', { id: 'asset1', status: 'frozen' }],
  ['a track without id', { ...minimal, tracks: [{ type: 'text' }] }],
])('refuses to read %s, so that it is left alone', (_, raw) => {
  expect(() => toPlatformAsset(raw)).toThrow(TransientError);
});

test('cuts the query of a URL that Mux quotes in an error: it may be signed', () => {
  const asset = toPlatformAsset({
    id: 'a1',
    status: 'errored',
    errors: { messages: ['Could not download https://bucket.test/x.mp4?X-Amz-Signature=abc for the input.'] },
  });

  expect(asset.errors?.join()).not.toContain('X-Amz-Signature');
  expect(asset.errors?.join()).toContain('https://bucket.test/x.mp4');
});
