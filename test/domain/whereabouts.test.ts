// What a player page is told: what plays, else why nothing does.
import { expect, test } from 'vitest';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { reasonOf, whereabouts } from '../../lambdas/domain/whereabouts.ts';
import { aRecord } from '../fakes/record.ts';

const AT = '2026-12-01T00:00:00.000Z';
const OBJECT = { key: 'mux/env1/asset1/1/master.mp4', version_id: 'v1', size_bytes: 9, crc32: 'AAAAAA==' };
const archive: AssetRecord['archive'] = {
  ...OBJECT,
  bucket: 'vault',
  storage_class: 'DEEP_ARCHIVE',
  token: 't',
  verified_at: AT,
  manifest: OBJECT,
  captions: [],
};
const restore: AssetRecord['restore'] = {
  tier: 'Bulk',
  requested_at: AT,
  ready_by: '2026-12-03T00:00:00.000Z',
  estimated_cost_usd: 0,
  token: 't',
  create_attempts: 0,
  new_playback_ids: [],
};
const failure = (from: AssetRecord['status']) => ({
  code: 'X',
  message: 'm',
  action: 'a',
  from,
  retryable: true,
});

test.each<[string, Partial<AssetRecord>]>([
  ['PLAYING', { status: 'requested' }],
  ['PLAYING', { status: 'archived', archive }],
  ['PLAYING', { status: 'cancelled', archive }],
  ['PLAYING', { status: 'restored', archive, current_asset_id: 'second' }],
  ['PLAYING', { status: 'failed', failure: failure('archiving') }],
  ['DELETING', { status: 'deleting', archive }],
  ['RESTORING', { status: 'deleting', archive, restore }],
  ['DELETED', { status: 'deleted', archive }],
  ['RESTORING', { status: 'deleted', archive, restore }],
  ['RESTORING', { status: 'thawing', archive, restore }],
  ['RESTORING', { status: 'uploading', archive, restore }],
  ['RESTORE_FAILED', { status: 'failed', archive, restore, failure: failure('thawing') }],
  ['LOST', { status: 'failed', failure: failure('requested'), lost_at: AT }],
])('%s is said of %o', (reason, given) => {
  expect(reasonOf([aRecord(given)])).toBe(reason);
});

test('what is lost can be restored while an asset that it was before has an archive', () => {
  const first = aRecord({ status: 'restored', archive, current_asset_id: 'second' });
  const second = aRecord({
    asset_id: 'second',
    status: 'failed',
    failure: failure('requested'),
    lost_at: AT,
  });

  expect(reasonOf([first, second])).toBe('DELETED');
});

test('only a restore under way says by when', () => {
  const thawing = whereabouts([aRecord({ status: 'thawing', archive, restore })], AT);
  const deleted = whereabouts([aRecord({ status: 'deleted', archive })], AT);

  expect(thawing.ready_by).toBe('2026-12-03T00:00:00.000Z');
  expect(deleted).not.toHaveProperty('ready_by', expect.anything());
});
