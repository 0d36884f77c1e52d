// The restored asset beside the archived one: what is equal, derived, lost, and what nobody can explain.
import { describe, expect, test } from 'vitest';
import { type ComparedAssets, compareAssets, differencesOf } from '../../lambdas/domain/comparison.ts';

const OLD = {
  id: 'old1',
  created_at: '1609869152',
  status: 'ready',
  duration: 30.5,
  aspect_ratio: '16:9',
  max_resolution_tier: '2160p',
  resolution_tier: '2160p',
  video_quality: 'plus',
  encoding_tier: 'smart',
  passthrough: 'order 66',
  meta: { title: 'Köln', external_id: 'video1' },
  master_access: 'temporary',
  normalize_audio: true,
  thumbnail_time: 4,
  upload_id: 'upload1',
  playback_ids: [
    { id: 'signed1', policy: 'signed' },
    { id: 'public1', policy: 'public' },
  ],
  tracks: [
    { id: 'v1', type: 'video', max_width: 3840, max_height: 2160 },
    { id: 'a1', type: 'audio', name: 'Deutsch', language_code: 'de', max_channels: 6, primary: true },
    {
      id: 't1',
      type: 'text',
      status: 'ready',
      name: 'English',
      language_code: 'en',
      text_source: 'embedded',
    },
  ],
  static_renditions: {
    files: [
      { id: 'r1', resolution: '720p', name: '720p.mp4', status: 'ready', filesize: '1000' },
      { id: 'r2', resolution: '2160p', name: '2160p.mp4', status: 'skipped' },
    ],
  },
};

const NEW = {
  ...OLD,
  id: 'new1',
  created_at: '1795000000',
  master_access: 'none',
  upload_id: undefined,
  playback_ids: [
    { id: 'public9', policy: 'public' },
    { id: 'signed9', policy: 'signed' },
  ],
  tracks: [
    {
      id: 't9',
      type: 'text',
      status: 'ready',
      name: 'English',
      language_code: 'en',
      text_source: 'uploaded',
    },
    { id: 'a9', type: 'audio', name: 'Deutsch', language_code: 'de', max_channels: 2, primary: true },
    { id: 'v9', type: 'video', max_width: 3840, max_height: 2160 },
  ],
  static_renditions: {
    files: [{ id: 'r9', resolution: '720p', name: '720p.mp4', status: 'ready', filesize: '900' }],
  },
};

const SUCCESSORS = [
  ['public9', 'public1'],
  ['signed9', 'signed1'],
  ['t9', 't1'],
  ['a9', 'a1'],
].map(([id = '', replaces]) => ({ id, replaces }));

function compare(was: object, is: object, more: Partial<ComparedAssets> = {}) {
  const compared = { successors: SUCCESSORS, archivedTexts: ['t1'], refused: [], ...more };
  return compareAssets({ ...compared, was: { ...was }, is: { ...is } });
}

function outcomes(rows: ReturnType<typeof compareAssets>): Record<string, string> {
  return Object.fromEntries(rows.map(({ attribute, outcome }) => [attribute, outcome]));
}

/** Of what changed against OLD and NEW, which have no unexplained difference. */
function outcomeOf(attribute: string, was: object, is: object, more: Partial<ComparedAssets> = {}) {
  const row = compare({ ...OLD, ...was }, { ...NEW, ...is }, more).find(
    (each) => each.attribute === attribute,
  );
  return row?.outcome;
}

test('a whole asset is compared by what stands for what, wherever Mux puts it in its lists', () => {
  const rows = compare(OLD, NEW);

  expect(outcomes(rows)).toEqual({
    id: 'lost',
    created_at: 'lost',
    status: 'equal',
    duration: 'equal',
    aspect_ratio: 'equal',
    max_resolution_tier: 'equal',
    resolution_tier: 'equal',
    video_quality: 'equal',
    encoding_tier: 'equal',
    passthrough: 'equal',
    'meta.title': 'equal',
    'meta.external_id': 'equal',
    master_access: 'derived',
    normalize_audio: 'equal',
    thumbnail_time: 'equal',
    upload_id: 'lost',
    'playback_ids[0].id': 'lost',
    'playback_ids[0].policy': 'equal',
    'playback_ids[1].id': 'lost',
    'playback_ids[1].policy': 'equal',
    'tracks[0].id': 'lost',
    'tracks[0].type': 'equal',
    'tracks[0].max_width': 'equal',
    'tracks[0].max_height': 'equal',
    'tracks[1].id': 'lost',
    'tracks[1].type': 'equal',
    'tracks[1].name': 'equal',
    'tracks[1].language_code': 'equal',
    'tracks[1].max_channels': 'derived',
    'tracks[1].primary': 'equal',
    'tracks[2].id': 'lost',
    'tracks[2].type': 'equal',
    'tracks[2].status': 'equal',
    'tracks[2].name': 'equal',
    'tracks[2].language_code': 'equal',
    'tracks[2].text_source': 'lost',
    'static_renditions.files[0].id': 'lost',
    'static_renditions.files[0].resolution': 'equal',
    'static_renditions.files[0].name': 'equal',
    'static_renditions.files[0].status': 'equal',
    'static_renditions.files[0].filesize': 'derived',
    'static_renditions.files[1].id': 'lost',
    'static_renditions.files[1].resolution': 'lost',
    'static_renditions.files[1].name': 'lost',
    'static_renditions.files[1].status': 'lost',
  });
  expect(rows.find(({ attribute }) => attribute === 'playback_ids[1].id')).toMatchObject({
    was: 'public1',
    is: 'public9',
  });
  expect(differencesOf(rows)).toEqual([]);
});

describe('an attribute', () => {
  test.each([
    ['that was to be set and is not', 'video_quality', {}, { video_quality: 'basic' }, 'differs'],
    ['that was to be set and is gone', 'passthrough', {}, { passthrough: undefined }, 'differs'],
    ['that nobody had set and is foreign', 'passthrough', { passthrough: undefined }, {}, 'differs'],
    ['that Mux fills in', 'max_resolution_tier', { max_resolution_tier: undefined }, {}, 'derived'],
    ['that Mux replaced', 'encoding_tier', {}, { encoding_tier: undefined }, 'derived'],
    ['within the tolerance', 'duration', {}, { duration: 30.51 }, 'derived'],
    ['beyond the tolerance', 'duration', {}, { duration: 20 }, 'differs'],
    ['that is false where there was none', 'test', {}, { test: false }, undefined],
    ['that nobody knows and is the same', 'hologram', { hologram: 1 }, { hologram: 1 }, 'equal'],
    ['that nobody knows and is gone', 'hologram', { hologram: 1 }, {}, 'differs'],
    ['that nobody knows and is new', 'hologram', {}, { hologram: 1 }, 'derived'],
  ])('%s: %s', (_, attribute, was, is, expected) => {
    expect(outcomeOf(attribute, was, is)).toBe(expected);
  });

  test('that Mux refused to set is lost, and no riddle', () => {
    const without = { thumbnail_time: undefined };

    expect(outcomeOf('thumbnail_time', {}, without)).toBe('differs');
    expect(outcomeOf('thumbnail_time', {}, without, { refused: ['thumbnail_time'] })).toBe('lost');
  });
});

describe('a track', () => {
  const second = { id: 'a2', type: 'audio', name: 'Commentary', language_code: 'en' };

  test('beside the primary audio is lost, with the reason', () => {
    const rows = compare({ ...OLD, tracks: [...OLD.tracks, second] }, NEW);

    expect(rows.find(({ attribute }) => attribute === 'tracks[3].name')).toMatchObject({
      was: 'Commentary',
      is: null,
      outcome: 'lost',
      note: 'The master holds the primary audio only.',
    });
    expect(differencesOf(rows)).toEqual([]);
  });

  test('of text that was archived and is not there differs', () => {
    const rows = compare(OLD, { ...NEW, tracks: NEW.tracks.slice(1) });

    expect(differencesOf(rows)).toContain('RESTORE_DIFFERS: tracks[2].name was "English" and is absent now.');
  });

  test('of text that was not archived is lost', () => {
    const rows = compare(OLD, { ...NEW, tracks: NEW.tracks.slice(1) }, { archivedTexts: [] });

    expect(differencesOf(rows)).toEqual([]);
  });

  test('of text that failed in the new asset differs', () => {
    const [text, ...others] = NEW.tracks;
    const rows = compare(OLD, { ...NEW, tracks: [{ ...text, status: 'errored' }, ...others] });

    expect(differencesOf(rows)).toEqual([
      'RESTORE_DIFFERS: tracks[2].status was "ready" and is "errored" now.',
    ]);
  });

  test('of audio that nobody had named may be named by Mux', () => {
    const [video, audio, text] = OLD.tracks;
    const unnamed = { ...audio, name: 'Default', language_code: 'und' };

    expect(outcomeOf('tracks[1].name', { tracks: [video, unnamed, text] }, {})).toBe('derived');
  });
});

test('files of mp4_support are lost, and renditions stand in for them', () => {
  const old = {
    mp4_support: 'standard',
    static_renditions: { status: 'ready', files: [{ name: 'high.mp4' }] },
  };
  const now = { static_renditions: { files: [{ id: 'r9', resolution: 'highest', status: 'ready' }] } };

  const rows = compare({ ...OLD, ...old }, { ...NEW, ...now });

  expect(outcomes(rows)).toMatchObject({
    mp4_support: 'derived',
    'static_renditions.files[0].name': 'lost',
    'static_renditions.files[1].resolution': 'derived',
  });
  expect(differencesOf(rows)).toEqual([]);
});

test('warnings are few and short however much differs', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`new${at}`, 'x'.repeat(5_000)]));

  const warnings = differencesOf(compare({ ...OLD, ...many }, NEW));

  expect(warnings).toHaveLength(11);
  expect(warnings.at(-1)).toBe('RESTORE_DIFFERS: 20 attributes more; the comparison shows them.');
  expect(Math.max(...warnings.map(({ length }) => length))).toBeLessThan(250);
});
