// What is left to do once a restored asset is ready: exactly what it lacks, each thing once.
import { describe, expect, test } from 'vitest';
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import { type FinishingStep, finishingSteps } from '../../lambdas/domain/finishing-steps.ts';
import { uniqueNames } from '../../lambdas/domain/text-tracks.ts';

const asset = (raw: object) => toPlatformAsset({ id: 'any', status: 'ready', ...raw });
const text = (id: string, more: object = {}) => ({ id, type: 'text', language_code: 'en', ...more });

function stepsFor(
  now: object,
  like: object,
  more: { trackIds?: string[]; areTextsMissing?: boolean } = {},
): readonly FinishingStep[] {
  const { trackIds = [], areTextsMissing = false } = more;
  const texts = trackIds.map((trackId) => ({ trackId, url: `https://vault.test/${trackId}.vtt` }));
  return finishingSteps({ asset: asset(now), like: asset(like), texts, areTextsMissing });
}

describe('the primary audio', () => {
  const named = {
    tracks: [{ id: 'a1', type: 'audio', name: 'Deutsch', language_code: 'de', primary: true }],
  };

  test('is named where create did not take its name', () => {
    const now = { tracks: [{ id: 'a9', type: 'audio', name: 'Default', primary: true }] };

    expect(stepsFor(now, named)).toEqual([
      {
        kind: 'track',
        attribute: 'tracks',
        trackId: 'a9',
        change: { name: 'Deutsch', language_code: 'de' },
      },
    ]);
  });

  test('is left alone where it is named, or nobody had named it', () => {
    const unnamed = { tracks: [{ id: 'a1', type: 'audio', name: 'Default', language_code: 'und' }] };

    expect(stepsFor({ tracks: [{ ...named.tracks[0], id: 'a9' }] }, named)).toEqual([]);
    expect(stepsFor(named, unnamed)).toEqual([]);
  });
});

describe('text tracks', () => {
  const sdh = text('t1', { name: 'English (SDH)', closed_captions: true, passthrough: 'cc' });

  test('are told what create did not take', () => {
    const now = { tracks: [text('t9', { name: 'English (SDH)', closed_captions: false })] };

    expect(stepsFor(now, { tracks: [sdh] }, { trackIds: ['t1'] })).toEqual([
      {
        kind: 'track',
        attribute: 'tracks',
        trackId: 't9',
        change: { closed_captions: true, passthrough: 'cc' },
      },
    ]);
  });

  test('are added where the create went without them', () => {
    const like = { tracks: [sdh, text('t2', { name: 'English' })] };
    const now = { tracks: [text('t9', { name: 'English' })] };

    const steps = stepsFor(now, like, { trackIds: ['t1', 't2'], areTextsMissing: true });

    expect(steps).toEqual([
      {
        kind: 'text',
        attribute: 'tracks',
        input: {
          type: 'text',
          text_type: 'subtitles',
          url: 'https://vault.test/t1.vtt',
          language_code: 'en',
          name: 'English (SDH)',
          closed_captions: true,
          passthrough: 'cc',
        },
      },
    ]);
  });

  test('are not added twice while Mux may only not show them yet', () => {
    expect(stepsFor({}, { tracks: [sdh] }, { trackIds: ['t1'] })).toEqual([]);
  });

  test('get names of their own, as Mux wants them', () => {
    const names = uniqueNames(
      asset({
        tracks: [
          text('t1', { name: 'English' }),
          text('t2', { name: 'English' }),
          text('t3', { name: 'English (2)' }),
          text('t4'),
          text('t5'),
          text('t6', { language_code: 'de' }),
        ],
      }).tracks,
    );

    expect([...names]).toEqual([
      ['t1', 'English'],
      ['t2', 'English (2)'],
      ['t3', 'English (2) (2)'],
      ['t4', undefined],
      ['t5', 'en (2)'],
      ['t6', undefined],
    ]);
  });
});

describe('static renditions', () => {
  const files = (...resolutions: string[]) => ({
    static_renditions: { files: resolutions.map((resolution) => ({ resolution, status: 'ready' })) },
  });
  const added = (steps: readonly FinishingStep[]) =>
    steps.map((step) => (step.kind === 'rendition' ? step.rendition.resolution : step.kind));

  test('that could not be asked for beside highest are asked for afterwards', () => {
    const like = files('highest', '720p', 'audio-only');

    expect(added(stepsFor(files('highest', 'audio-only'), like))).toEqual(['720p']);
  });

  test('that Mux skipped are not asked for again', () => {
    const skipped = { static_renditions: { files: [{ resolution: '720p', status: 'skipped' }] } };

    expect(added(stepsFor(skipped, files('720p')))).toEqual([]);
  });
});

describe('shots', () => {
  test.each([
    ['asked for at the upload', { generate_shots: true }, {}, ['shots']],
    ['asked for later', { shots: { status: 'completed' } }, {}, ['shots']],
    ['deleted since', { shots: { status: 'deleted' } }, {}, []],
    ['asked for again already', { generate_shots: true }, { generate_shots: true }, []],
    ['skipped by Mux', { generate_shots: true }, { shots: { status: 'skipped' } }, []],
  ])('%s', (_, like, now, expected) => {
    expect(stepsFor(now, like).map(({ kind }) => kind)).toEqual(expected);
  });
});

test('changes come before what is added, and what is there is not done again', () => {
  const like = {
    thumbnail_time: 4,
    generate_shots: true,
    playback_ids: [{ id: 'p1', policy: 'public' }],
    static_renditions: { files: [{ resolution: '720p', status: 'ready' }] },
    tracks: [{ id: 'a1', type: 'audio', name: 'Deutsch', primary: true }],
  };

  expect(stepsFor({ tracks: [{ id: 'a9', type: 'audio' }] }, like).map(({ kind }) => kind)).toEqual([
    'thumbnail',
    'track',
    'playback-id',
    'rendition',
    'shots',
  ]);
  expect(stepsFor(like, like)).toEqual([]);
});
