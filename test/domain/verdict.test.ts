// Which assets may be archived, and what a restore could not bring back.
import { describe, expect, test } from 'vitest';
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import { judge, lossesOf, textTracks, unreachableCaption, withLosses } from '../../lambdas/domain/verdict.ts';
import { aRecord } from '../fakes/record.ts';

const asset = (raw: object = {}) => toPlatformAsset({ id: 'asset1', status: 'ready', ...raw });
const text = (id: string, more: object = {}) => ({ id, type: 'text', status: 'ready', ...more });

describe('an asset', () => {
  test('that is ready may be archived', () => {
    expect(judge(asset())).toEqual({ kind: 'archive' });
  });

  test('in preparation is waited for', () => {
    expect(judge(asset({ status: 'preparing' }))).toMatchObject({ kind: 'wait' });
  });

  test.each([
    ['a test asset', { test: true }, 'TEST_ASSET'],
    ['a test asset, errored too', { test: true, status: 'errored' }, 'TEST_ASSET'],
    ['a running live stream', { is_live: true }, 'LIVE_STREAM_RUNNING'],
    ['a running live stream in preparation', { is_live: true, status: 'preparing' }, 'LIVE_STREAM_RUNNING'],
    ['an errored asset', { status: 'errored' }, 'ASSET_ERRORED'],
  ])('is refused as %s', (_, raw, code) => {
    expect(judge(asset(raw))).toMatchObject({ kind: 'refuse', code });
  });

  test('that errored says why', () => {
    const errored = asset({ status: 'errored', errors: { messages: ['bad file', 'no video'] } });

    expect(judge(errored)).toMatchObject({ message: expect.stringContaining('(bad file; no video)') });
  });

  test('of a live stream that has ended may be archived', () => {
    expect(judge(asset({ is_live: false, live_stream_id: 'live1' }))).toEqual({ kind: 'archive' });
  });
});

describe('text tracks', () => {
  const ids = (...tracks: object[]) => textTracks(asset({ tracks })).map(({ id }) => id);

  test('are those that viewers can see', () => {
    expect(
      ids(text('ready'), text('preparing', { status: 'preparing' }), text('errored', { status: 'errored' }), {
        id: 'audio',
        type: 'audio',
      }),
    ).toEqual(['ready']);
  });

  test('without a status are ready', () => {
    expect(ids({ id: 'old', type: 'text' })).toEqual(['old']);
  });

  test('leave out the live transcript once there is a final one', () => {
    const live = text('live', { text_source: 'generated_live' });
    const final = text('final', { text_source: 'generated_live_final' });

    expect(ids(live, text('own'), final)).toEqual(['own', 'final']);
    expect(ids(live, text('own'))).toEqual(['live', 'own']);
    expect(ids(live, { ...final, status: 'preparing' })).toEqual(['live']);
  });
});

describe('losses', () => {
  const audio = (id: string, more: object = {}) => ({ id, type: 'audio', ...more });
  const codes = (raw: object, inputInfo?: Record<string, unknown>[]) =>
    lossesOf(asset(raw), inputInfo).map(({ code, attribute }) => `${code} ${attribute}`);

  test('of a plain asset are none', () => {
    expect(codes({ tracks: [{ id: 'v', type: 'video' }, audio('a')] }, [{ settings: { url: 'u' } }])).toEqual(
      [],
    );
  });

  test.each<[string, object, Record<string, unknown>[] | undefined, string[]]>([
    [
      'playback ids',
      { playback_ids: [{ id: 'p', policy: 'public' }] },
      undefined,
      ['NEW_PLAYBACK_IDS playback_ids[].id'],
    ],
    [
      'each further audio track',
      { tracks: [audio('a1'), audio('a2', { primary: true }), audio('a3')] },
      undefined,
      ['ADDITIONAL_AUDIO_TRACK tracks[a1]', 'ADDITIONAL_AUDIO_TRACK tracks[a3]'],
    ],
    [
      'audio after the first, when none is said to be primary',
      { tracks: [audio('a1'), audio('a2')] },
      undefined,
      ['ADDITIONAL_AUDIO_TRACK tracks[a2]'],
    ],
    [
      'an overlay',
      {},
      [{ settings: { url: 'u' } }, { settings: { url: 'w', overlay_settings: { opacity: '50%' } } }],
      ['OVERLAY inputs[].overlay_settings'],
    ],
    [
      'no overlay where it is null',
      {},
      [{ settings: { overlay_settings: null } }, { file: {} }, { settings: null }],
      [],
    ],
    [
      'generated captions',
      { tracks: [text('t', { text_source: 'generated_vod' })] },
      undefined,
      ['TEXT_SOURCE tracks[].text_source'],
    ],
    [
      'nothing of uploaded captions',
      { tracks: [text('t', { text_source: 'uploaded' }), text('u')] },
      undefined,
      [],
    ],
    [
      'nothing of captions nobody saw',
      { tracks: [text('t', { text_source: 'embedded', status: 'errored' })] },
      undefined,
      [],
    ],
    [
      'embedded captions',
      { tracks: [text('t', { text_source: 'embedded' })] },
      undefined,
      ['EMBEDDED_CAPTIONS tracks[].text_source'],
    ],
    [
      'the DRM configuration, also beside other playback ids',
      {
        playback_ids: [
          { id: 'p', policy: 'drm', drm_configuration_id: 'drm1' },
          { id: 'q', policy: 'signed' },
        ],
      },
      undefined,
      ['NEW_PLAYBACK_IDS playback_ids[].id', 'DRM_CONFIGURATION playback_ids[].drm_configuration_id'],
    ],
    [
      'more than two channels of the primary audio',
      { tracks: [audio('a', { primary: true, max_channels: 6 })] },
      undefined,
      ['SURROUND_SOUND tracks[a].max_channels'],
    ],
    [
      'a further audio track whole, and not its channels too',
      {
        tracks: [audio('a', { primary: true, max_channels: 2 }), audio('b', { max_channels: 6 })],
      },
      undefined,
      ['ADDITIONAL_AUDIO_TRACK tracks[b]'],
    ],
    ['where a clip came from', { source_asset_id: 'source1' }, undefined, ['CLIP_SOURCE source_asset_id']],
    ['directives', { directives: [{ id: 'd' }] }, undefined, ['DIRECTIVES directives']],
    ['no directives where the list is empty', { directives: [] }, undefined, []],
    [
      'the link to the live stream',
      { live_stream_id: 'live1' },
      undefined,
      ['LIVE_STREAM_LINK live_stream_id'],
    ],
  ])('are %s', (_, raw, inputInfo, expected) => {
    expect(codes(raw, inputInfo)).toEqual(expected);
  });

  test('name a further audio track as people know it', () => {
    const tracks = [audio('a1'), audio('a2', { name: 'Commentary' }), audio('a3', { language_code: 'de' })];

    const details = lossesOf(asset({ tracks }), undefined).map(({ detail }) => detail);

    expect(details).toEqual([expect.stringContaining('"Commentary"'), expect.stringContaining('"de"')]);
  });
});

describe('captions that cannot be downloaded', () => {
  const track = { id: 't', type: 'text', name: 'English', status: 'ready' } as const;
  const detail = (policies: string[], status: string = track.status) => {
    const playback_ids = policies.map((policy) => ({ id: policy, policy }));
    return unreachableCaption(asset({ playback_ids }), { ...track, status }).detail;
  };

  test.each([
    [['public', 'drm'], 'could not be downloaded through any playback id.'],
    [['signed'], 'put a signing key into the Mux secret (signing_key_id, signing_private_key).'],
    [[], 'there is no playback id. Add a signed playback id in Mux, and a signing key to the Mux secret.'],
    [['drm'], 'all playback ids are DRM-protected. Add a signed playback id'],
  ])('through %j say how they could be', (policies, expected) => {
    expect(detail(policies)).toContain('The captions "English"');
    expect(detail(policies)).toContain(expected);
  });

  test('because Mux is not ready say that', () => {
    expect(detail([], 'preparing')).toContain('Mux was still preparing them.');
  });
});

describe('the notice', () => {
  const said = '2026-11-20T00:00:00.000Z';
  const a = { code: 'A', attribute: 'x', detail: 'd' };
  const b = { code: 'B', attribute: 'x', detail: 'd' };
  const put = (before: (typeof a)[], at: string | undefined, losses: (typeof a)[]) =>
    withLosses(aRecord({ losses: before, losses_said_at: at }), losses);

  test.each([
    ['is still to come for the first loss', [], said, [a], undefined],
    ['goes on for the same losses', [a, b], said, [b, a], said],
    ['goes on when a loss was only worded anew', [a], said, [{ ...a, detail: 'other' }], said],
    ['goes on when a loss is gone', [a, b], said, [a], said],
    ['is to come again for one loss more', [a], said, [a, b], undefined],
    [
      'is to come again for the same loss of something else',
      [a],
      said,
      [{ ...a, attribute: 'y' }],
      undefined,
    ],
    ['is still to come for a loss that was put down and not yet said', [a], undefined, [a], undefined],
  ])('%s', (_, before, at, losses, expected) => {
    expect(put(before, at, losses)).toEqual({ losses, losses_said_at: expected });
  });
});
