// Playback ids that were taken away: what the asset was like with them, and what plays in their place.
import { describe, expect, test } from 'vitest';
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import { fingerprint } from '../../lambdas/domain/manifest.ts';
import { successors } from '../../lambdas/domain/pairing.ts';
import { currentPlaybackId, isPlayable } from '../../lambdas/domain/public-record.ts';
import type { RevokedPlaybackId } from '../../lambdas/domain/record.ts';
import { replacementOf, withRevoked } from '../../lambdas/domain/revoked.ts';
import { reasonOf } from '../../lambdas/domain/whereabouts.ts';
import { aRecord } from '../fakes/record.ts';

const revoked_at = '2026-11-02T00:00:00.000Z';
const gone = (id: string, more: Partial<RevokedPlaybackId> = {}) => ({
  id,
  policy: 'public',
  revoked_at,
  ...more,
});
const own = (id: string, policy = 'public') => ({ id, policy });

function asset(...playback_ids: Record<string, unknown>[]) {
  return toPlatformAsset({ id: 'asset1', status: 'ready', tracks: [], playback_ids });
}

describe('an asset with its revoked playback ids put back', () => {
  const drm = { id: 'b', policy: 'drm', drm_configuration_id: 'drm1' };

  test('is the asset that the manifest shows', () => {
    const before = asset(own('a'), drm);

    const after = withRevoked(asset(), [
      gone('a'),
      gone('b', { policy: 'drm', drm_configuration_id: 'drm1' }),
    ]);

    expect(fingerprint(after)).toBe(fingerprint(before));
    expect(after.raw.playback_ids).toEqual([own('a'), drm]);
  });

  test('is the same while half of them are still there, and keeps what the platform says of these', () => {
    const after = withRevoked(asset({ ...own('b'), future: 1 }), [gone('a'), gone('b')]);

    expect(after.raw.playback_ids).toEqual([own('a'), { ...own('b'), future: 1 }]);
  });

  test('has those that were added since behind them', () => {
    const after = withRevoked(asset(own('c')), [gone('a')]);

    expect(after.playbackIds.map(({ id }) => id)).toEqual(['a', 'c']);
  });

  test('does not have those that were replaced', () => {
    const after = withRevoked(asset(own('a2')), [gone('a', { replaced_by: 'a2' })]);

    expect(after.playbackIds.map(({ id }) => id)).toEqual(['a2']);
  });
});

describe('a playback id', () => {
  const twice = [gone('a', { replaced_by: 'a2' }), gone('a2', { replaced_by: 'a3' })];

  test('leads to what replaced it, also twice', () => {
    expect([replacementOf(twice, 'a'), replacementOf(twice, 'a2'), replacementOf(twice, 'b')]).toEqual([
      'a3',
      'a3',
      'b',
    ]);
  });

  test('that was replaced plays under the new one', () => {
    const record = aRecord({ status: 'cancelled', playback_ids: [own('a3')], revoked: twice });

    expect([isPlayable(record), reasonOf([record])]).toEqual([true, 'PLAYING']);
    expect(['a', 'a2', 'a3'].map((id) => currentPlaybackId(record, id))).toEqual(['a3', 'a3', 'a3']);
  });

  test('that was taken away plays nothing, and says why', () => {
    const record = aRecord({ status: 'archived', playback_ids: [own('a')], revoked: [gone('a')] });

    expect([isPlayable(record), reasonOf([record])]).toEqual([false, 'REVOKED']);
    expect(currentPlaybackId(record, 'a')).toBeUndefined();
  });

  test('that is not made again leaves the others playing', () => {
    const record = aRecord({
      status: 'cancelled',
      playback_ids: [own('a2'), own('b', 'drm')],
      revoked: [gone('a', { replaced_by: 'a2' }), gone('b', { policy: 'drm' })],
    });

    expect(isPlayable(record)).toBe(true);
    expect(['a', 'b'].map((id) => currentPlaybackId(record, id))).toEqual(['a2', undefined]);
  });

  test('that was replaced before the deletion leads through the restore', () => {
    const record = aRecord({
      status: 'restored',
      current_asset_id: 'asset2',
      playback_ids: [own('a2')],
      revoked: [gone('a', { replaced_by: 'a2' }), gone('a2')],
      restore: {
        tier: 'Bulk',
        requested_at: revoked_at,
        ready_by: revoked_at,
        estimated_cost_usd: 0,
        token: 't',
        create_attempts: 1,
        new_playback_ids: [{ id: 'n', policy: 'public', replaces: 'a2' }],
      },
    });

    expect(isPlayable(record)).toBe(true);
    expect(successors('playback', record)).toEqual({ a: 'n', a2: 'n' });
    expect(currentPlaybackId(record, 'a')).toBe('n');
  });
});
