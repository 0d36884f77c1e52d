// What the customer's app is told, under which names, and what an event holds.
import { describe, expect, test } from 'vitest';
import { ARCHIVE_ENDS_ON } from '../../lambdas/domain/archive-end.ts';
import {
  bodyOf,
  EVENT_TYPES,
  envelopeOf,
  type TransitionNews,
  typeOf,
} from '../../lambdas/domain/outgoing.ts';
import { WILL_BE_DELETED } from '../../lambdas/stages/due.ts';

function transition(given: Partial<TransitionNews> = {}): TransitionNews {
  return {
    kind: 'transition',
    asset_id: 'old-asset',
    life: 1,
    version: 12,
    at: '2026-11-22T12:00:00.000Z',
    from: 'uploading',
    to: 'restored',
    cause: 'ready',
    actor: 'icehouse',
    record: { status: 'restored' },
    ...given,
  };
}

describe('the name of an event', () => {
  test.each([
    [null, 'requested', 'asked by user-7', 'icehouse.asset.requested'],
    ['requested', 'preparing', 'master asked for', undefined],
    ['preparing', 'archiving', 'ready', undefined],
    ['archiving', 'archived', 'verified', 'icehouse.asset.archived'],
    ['archived', 'deleting', 'due', undefined],
    ['deleting', 'deleted', 'deleted', 'icehouse.asset.deleted'],
    ['deleted', 'thawing', 'asked by user-7', 'icehouse.asset.thawing'],
    ['thawing', 'uploading', 'readable', undefined],
    ['uploading', 'restored', 'ready', 'icehouse.asset.restored'],
    ['archived', 'cancelled', 'asked by user-7', 'icehouse.asset.cancelled'],
    ['preparing', 'failed', 'MASTER_ERRORED', 'icehouse.asset.failed'],
    ['archived', 'archived', `${WILL_BE_DELETED} 2026-12-01 00:00 UTC`, 'icehouse.asset.expiring'],
    ['deleted', 'deleted', `${ARCHIVE_ENDS_ON} 2027-12-01 00:00 UTC`, 'icehouse.asset.archive_ending'],
    ['preparing', 'preparing', 'losses', 'icehouse.asset.updated'],
  ] as const)('from %s to %s, %s: %s', (from, to, cause, expected) => {
    expect(typeOf(transition({ from, to, cause }))).toBe(expected);
  });

  test('is one of fourteen', () => {
    expect(EVENT_TYPES.map((type) => type.replace('icehouse.asset.', ''))).toEqual([
      'requested',
      'archived',
      'scheduled',
      'deleted',
      'thawing',
      'restored',
      'cancelled',
      'failed',
      'purging',
      'purged',
      'expiring',
      'archive_ending',
      'updated',
      'alarm',
    ]);
  });
});

describe('the id of an event', () => {
  test('is the same for the same news, and looks like those of Mux', () => {
    const one = envelopeOf(transition());
    const again = envelopeOf(transition({ record: { status: 'restored', summary: 'other words' } }));

    expect(one?.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(again?.id).toBe(one?.id);
  });

  test.each<[string, Partial<TransitionNews>]>([
    ['a later write of the record', { version: 13 }],
    ['another asset', { asset_id: 'other-asset' }],
    ['another word in the same write', { from: 'restored', cause: 'losses' }],
  ])('differs for %s', (_, other) => {
    expect(envelopeOf(transition(other))?.id).not.toBe(envelopeOf(transition())?.id);
  });
});

test('a restored video comes with the new id of each id that was ever handed out', () => {
  const record = {
    status: 'restored',
    environment: 'env1',
    passthrough: 'row-7',
    title: 'Köln',
    external_id: 'lesson-3',
    creator_id: 'teacher-1',
    playback_ids: [
      { id: 'p-old', policy: 'public' },
      { id: 'p-drm', policy: 'drm' },
    ],
    tracks: [{ id: 't-old', type: 'text' }],
    earlier_restores: [
      {
        new_asset_id: 'between',
        new_playback_ids: [{ id: 'p-between', policy: 'public', replaces: 'p-old' }],
        new_tracks: [],
      },
    ],
    restore: {
      new_asset_id: 'new-asset',
      new_playback_ids: [{ id: 'p-new', policy: 'public', replaces: 'p-old' }],
      new_tracks: [{ id: 't-new', type: 'text', replaces: 't-old' }],
    },
    current_asset_id: 'new-asset',
  } as const;

  const envelope = envelopeOf(transition({ record }));

  expect(envelope).toMatchObject({
    type: 'icehouse.asset.restored',
    created_at: '2026-11-22T12:00:00.000Z',
    object: { type: 'asset', id: 'old-asset' },
    environment: { id: 'env1' },
    data: {
      current_asset_id: 'new-asset',
      passthrough: 'row-7',
      meta: { title: 'Köln', external_id: 'lesson-3', creator_id: 'teacher-1' },
      version: 12,
      transition: { from: 'uploading', to: 'restored', cause: 'ready', actor: 'icehouse' },
      playback_id_map: { 'p-old': 'p-new', 'p-between': 'p-new', 'p-drm': null },
      track_id_map: { 't-old': 't-new' },
    },
    attempts: [],
  });
});

test('an alarm says what a person should do', () => {
  const alarm = { code: 'DELETED_ELSEWHERE', message: 'Gone.', action: 'Find out who.' };
  const { asset_id, life, version, at, record } = transition();

  const envelope = envelopeOf({ kind: 'alarm', asset_id, life, version, at, record, ...alarm });

  expect(envelope).toMatchObject({ type: 'icehouse.asset.alarm', data: { alarm } });
});

test('an event too large for its readers leaves its history out and says so', () => {
  const envelope = envelopeOf(transition({ record: { status: 'restored', history: ['x'.repeat(262_144)] } }));

  const body = envelope ? bodyOf(envelope) : '';

  expect(body.length).toBeLessThan(2_000);
  expect(JSON.parse(body).data).toMatchObject({ status: 'restored', left_out: ['history'] });
});
