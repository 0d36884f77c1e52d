// Old ids lead to what stands in their place: by policy, type, language, name and order.
import { describe, expect, test } from 'vitest';
import { pairPlaybackIds, pairTracks, trackIds, withEarlierRestore } from '../../lambdas/domain/pairing.ts';
import type { TrackId } from '../../lambdas/domain/record.ts';
import { aRecord } from '../fakes/record.ts';

const text = (id: string, language_code?: string, name?: string): TrackId => ({
  id,
  type: 'text',
  language_code,
  name,
});
const audio = (id: string, language_code?: string, name?: string): TrackId => ({
  ...text(id, language_code, name),
  type: 'audio',
});

const pairs = (tracks: ReturnType<typeof pairTracks>) => tracks.map(({ id, replaces }) => [id, replaces]);

describe('tracks are paired', () => {
  test('by language and name, in whatever order they come', () => {
    const old = [text('en', 'en', 'English'), text('sdh', 'en', 'English CC'), text('de', 'de', 'Deutsch')];
    const now = [text('n1', 'de', 'Deutsch'), text('n2', 'en', 'English CC'), text('n3', 'en', 'English')];

    expect(pairs(pairTracks(old, now))).toEqual([
      ['n1', 'de'],
      ['n2', 'sdh'],
      ['n3', 'en'],
    ]);
  });

  test('by language when the name is another, after all that have the same name', () => {
    const old = [text('a', 'en', 'English'), text('b', 'en', 'Commentary')];
    const now = [text('n1', 'en', 'Something'), text('n2', 'en', 'English')];

    expect(pairs(pairTracks(old, now))).toEqual([
      ['n1', 'b'],
      ['n2', 'a'],
    ]);
  });

  test('by order among equals', () => {
    const old = [audio('a1'), audio('a2')];

    expect(pairs(pairTracks(old, [audio('n1'), audio('n2')]))).toEqual([
      ['n1', 'a1'],
      ['n2', 'a2'],
    ]);
  });

  test('with one that does not say its language', () => {
    expect(pairs(pairTracks([audio('en', 'en'), audio('fr', 'fr')], [audio('n1')]))).toEqual([['n1', 'en']]);
  });

  test('never across types or languages', () => {
    const old = [text('t', 'en'), audio('a', 'en')];

    expect(pairs(pairTracks(old, [text('n1', 'de'), audio('n2', 'fr')]))).toEqual([
      ['n1', undefined],
      ['n2', undefined],
    ]);
  });

  test('with nothing when no track was known before', () => {
    expect(pairs(pairTracks(undefined, [text('n1', 'en')]))).toEqual([['n1', undefined]]);
  });
});

test('video tracks are nobody’s choice, and not remembered', () => {
  const tracks = [
    { id: 'v', type: 'video' as const },
    { id: 'a', type: 'audio' as const, languageCode: 'en', name: 'Main' },
    { id: 't', type: 'text' as const, languageCode: 'de' },
  ];

  expect(trackIds({ tracks })).toEqual([
    { id: 'a', type: 'audio', language_code: 'en', name: 'Main' },
    { id: 't', type: 'text', language_code: 'de', name: undefined },
  ]);
});

test('playback ids are paired by policy, in order', () => {
  const old = [
    { id: 'p1', policy: 'public' },
    { id: 's1', policy: 'signed' },
    { id: 's2', policy: 'signed' },
  ];
  const now = ['signed', 'public', 'signed', 'signed'].map((policy, at) => ({ id: `n${at}`, policy }));

  expect(pairPlaybackIds(old, now).map(({ id, replaces }) => [id, replaces])).toEqual([
    ['n0', 's1'],
    ['n1', 'p1'],
    ['n2', 's2'],
    ['n3', undefined],
  ]);
});

describe('a restore whose asset is gone', () => {
  const at = '2026-12-01T00:00:00.000Z';
  const restore = {
    tier: 'Bulk',
    requested_at: at,
    ready_by: at,
    estimated_cost_usd: 0,
    token: 't',
    create_attempts: 1,
    new_asset_id: 'second',
    new_playback_ids: [{ id: 'p2', policy: 'public', replaces: 'p1' }],
    new_tracks: [],
  } as const;
  const history = [
    { at, from: 'uploading', to: 'restored', cause: 'new asset ready', actor: 'icehouse', version: 7 },
  ] as const;

  test('is remembered behind those before it', () => {
    const before = { new_asset_id: 'first', new_playback_ids: [] };
    const record = aRecord({ status: 'restored', restore, history, earlier_restores: [before] });

    expect(withEarlierRestore(record)).toEqual([
      before,
      {
        new_asset_id: 'second',
        restored_at: at,
        new_playback_ids: [{ id: 'p2', policy: 'public', replaces: 'p1' }],
        new_tracks: [],
      },
    ]);
  });

  test('is not one that was never published', () => {
    expect(withEarlierRestore(aRecord({ status: 'cancelled', restore }))).toBeUndefined();
  });
});
