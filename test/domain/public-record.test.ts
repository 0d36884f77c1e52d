// The record as the API shows it: the design's frozen names are there, tokens and upload ids never are.
import { describe, expect, test } from 'vitest';
import {
  currentAssetId,
  currentPlaybackId,
  isPlayable,
  type Location,
  locationOf,
  publicRecord,
  publicRecordOf,
} from '../../lambdas/domain/public-record.ts';
import { type AssetRecord, STATUSES, type Status } from '../../lambdas/domain/record.ts';
import { aRecord } from '../fakes/record.ts';

const AT = '2026-11-22T12:00:00.000Z';
const secret = (name: string) => `SECRET-${name}`.padEnd(32, '0');

/** Every field there is, so that none is forgotten. */
const FULL: Required<AssetRecord> = {
  asset_id: 'asset1',
  life: 1,
  status: 'restored',
  version: 9,
  schema: 1,
  created_at: AT,
  updated_at: AT,
  deleted_by_user_id: 'user-7',
  reason: 'outdated',
  group_id: 'course-1',
  expiration_date: '2026-12-24T00:00:00.000Z',
  asked: { grace_days: 30, archive_until: null },
  mode: 'archive_only',
  playback: 'revoke',
  revoked: [{ id: 'first-p', policy: 'public', revoked_at: AT, replaced_by: 'old-p' }],
  archive_until: null,
  end_foretold: { archive_until: AT, said_at: AT },
  purge: { from: 'deleted', executes_at: AT, trail_mark: secret('trail-mark') },
  former_external_ids: [secret('former')],
  hold: { reason: 'court', user_id: 'user-9', since: AT, until: AT },
  rehearsed_at: AT,
  counted_at: AT,
  foretold: { expiration_date: '2026-12-24T00:00:00.000Z', deletes_at: AT, said_at: AT },
  watched: {
    expiration_date: '2026-12-24T00:00:00.000Z',
    since: AT,
    until: AT,
    seconds: 4,
    looked_at: AT,
  },
  wake_at: AT,
  wake_lane: 'step',
  leased_until: AT,
  attempts: 1,
  waiting_for: 'Mux',
  expected_by: AT,
  environment: 'env1',
  passthrough: 'row-7',
  title: 'Köln',
  external_id: 'video-7',
  creator_id: 'teacher-7',
  duration: 30.5,
  playback_ids: [{ id: 'old-p', policy: 'public' }],
  tracks: [{ id: 't', type: 'text', name: 'English', language_code: 'en' }],
  billed_as: { resolution_tier: '1080p', video_quality: 'plus', has_static_renditions: false },
  accepted_losses: ['OVERLAY'],
  losses: [{ code: 'OVERLAY', attribute: 'a', detail: 'd' }],
  losses_said_at: AT,
  master: { requested_at: AT, restarts: 0 },
  upload: {
    upload_id: secret('upload-id'),
    key: 'k',
    token: secret('upload-token'),
    part_size_bytes: 1,
    source: { size_bytes: 1, etag: secret('etag'), probed_at: AT },
    restarts: 0,
    aborted_at: AT,
  },
  progress: { bytes_done: 123, bytes_total: 456 },
  archive: {
    bucket: 'vault',
    key: 'mux/env1/asset1/1/master.mp4',
    version_id: 'v1',
    size_bytes: 123,
    crc32: 'AAAAAA==',
    storage_class: 'DEEP_ARCHIVE',
    token: secret('archive-token'),
    verified_at: AT,
    locked_until: AT,
    manifest: { key: 'mux/env1/asset1/1/manifest.json', version_id: 'm1', size_bytes: 1, crc32: 'AAAAAQ==' },
    captions: [{ track_id: 't', key: 't.vtt', version_id: 't1', size_bytes: 1, crc32: 'AAAAAg==' }],
  },
  deleted_at: AT,
  deletion: { at: AT, request_id: 'mux-request-1' },
  lock_pending: true,
  lost_at: AT,
  deletion_noticed_at: AT,
  earlier_restores: [{ new_asset_id: 'n0', restored_at: AT, new_playback_ids: [] }],
  given_up_assets: [secret('given-up-asset')],
  restore: {
    tier: 'Bulk',
    requested_at: AT,
    requested_by: 'user-8',
    ready_by: AT,
    estimated_cost_usd: 0.01,
    asked_tier: 'Bulk',
    token: secret('restore-token'),
    create_attempted_at: AT,
    create_attempts: 1,
    new_asset_id: 'new1',
    new_playback_ids: [{ id: 'new-p', policy: 'public', replaces: 'old-p' }],
  },
  current_asset_id: 'new1',
  restored_from: 'older1',
  failure: { code: 'C', message: 'm', action: 'a', from: 'preparing', retryable: true },
  warnings: ['w'],
  history: [{ at: AT, from: 'requested', to: 'preparing', cause: 'c', actor: 'a', version: 2 }],
  published_version: 9,
};

describe('the wire form', () => {
  test('has every name of the design, as it was stored', () => {
    const shown = JSON.parse(JSON.stringify(publicRecord({ ...FULL, lost_at: undefined })));

    expect(shown).toMatchObject({
      asset_id: 'asset1',
      life: 1,
      status: 'restored',
      summary: 'Back on Mux as asset new1; the copy stays in the vault.',
      location: 'both',
      playable: true,
      deleted_by_user_id: 'user-7',
      reason: 'outdated',
      group_id: 'course-1',
      expiration_date: '2026-12-24T00:00:00.000Z',
      created_at: AT,
      updated_at: AT,
      next_action_at: AT,
      title: 'Köln',
      duration: 30.5,
      failure: { code: 'C', message: 'm', action: 'a', from: 'preparing', retryable: true },
      playback_ids: [{ id: 'old-p', policy: 'public' }],
      losses: [{ code: 'OVERLAY', attribute: 'a', detail: 'd' }],
      archive: {
        bucket: 'vault',
        key: 'mux/env1/asset1/1/master.mp4',
        version_id: 'v1',
        size_bytes: 123,
        crc32: 'AAAAAA==',
        storage_class: 'DEEP_ARCHIVE',
        verified_at: AT,
        locked_until: AT,
      },
      progress: { bytes_done: 123, bytes_total: 456 },
      restore: {
        tier: 'Bulk',
        requested_at: AT,
        ready_by: AT,
        estimated_cost_usd: 0.01,
        new_asset_id: 'new1',
        new_playback_ids: [{ id: 'new-p', policy: 'public', replaces: 'old-p' }],
      },
      current_asset_id: 'new1',
      warnings: ['w'],
      history: [{ at: AT, from: 'requested', to: 'preparing', cause: 'c', actor: 'a' }],
    });
  });

  test.each(STATUSES)('holds no token and no upload id: %s', (status) => {
    const json = JSON.stringify(publicRecord({ ...FULL, status }));

    expect(json).not.toContain('SECRET');
    expect(json).not.toMatch(/"[a-z_]*(token|upload)[a-z_]*":/);
  });

  test('of a first request has lists where there is nothing yet, and no current asset but itself', () => {
    const shown = JSON.parse(JSON.stringify(publicRecord(aRecord())));

    expect(shown).toEqual({
      asset_id: 'asset1',
      life: 1,
      status: 'requested',
      summary: 'Waiting to be archived; still playing on Mux until its date (1 Dec 2026); free to take back.',
      location: 'mux',
      playable: true,
      deleted_by_user_id: 'user-7',
      expiration_date: '2026-12-01T00:00:00.000Z',
      created_at: '2026-11-01T00:00:00.000Z',
      updated_at: '2026-11-01T00:00:00.000Z',
      playback_ids: [],
      losses: [],
      current_asset_id: 'asset1',
      warnings: [],
      history: [],
    });
  });

  test('says null where Mux has the video under no id', () => {
    expect(publicRecord({ ...FULL, status: 'deleted', lost_at: undefined }).current_asset_id).toBeNull();
  });
});

interface Row {
  readonly name: string;
  readonly record: AssetRecord;
  readonly location: Location;
  readonly playable: boolean;
  readonly assetId: string | undefined;
  /** What plays now in the place of old-p. */
  readonly playbackId: string | undefined;
}

/** A record with all of FULL, but the failure and the archive as told. */
function aFull(status: Status, more: Partial<AssetRecord> = {}): AssetRecord {
  return { ...FULL, failure: undefined, lost_at: undefined, status, ...more };
}

const failedFrom = (from: Status, more: Partial<AssetRecord> = {}) =>
  aFull('failed', { failure: { ...FULL.failure, from }, ...more });
const onMux = { location: 'mux', playable: true, assetId: 'asset1', playbackId: 'old-p' } as const;
const onBoth = { ...onMux, location: 'both' } as const;
const inVault = { location: 'vault', playable: false, assetId: undefined, playbackId: undefined } as const;
const noArchive = { archive: undefined };

const ROWS: Row[] = [
  { name: 'requested', record: aFull('requested', noArchive), ...onMux },
  { name: 'requested with the archive of an earlier life', record: aFull('requested'), ...onBoth },
  { name: 'preparing', record: aFull('preparing', noArchive), ...onMux },
  { name: 'archiving', record: aFull('archiving', noArchive), ...onMux },
  { name: 'archived', record: aFull('archived'), ...onBoth },
  { name: 'deleting', record: aFull('deleting'), ...inVault, location: 'both' },
  { name: 'deleted', record: aFull('deleted'), ...inVault },
  { name: 'thawing', record: aFull('thawing'), ...inVault },
  { name: 'uploading', record: aFull('uploading'), ...inVault },
  {
    name: 'restored',
    record: aFull('restored'),
    location: 'both',
    playable: true,
    assetId: 'new1',
    playbackId: 'new-p',
  },
  { name: 'cancelled', record: aFull('cancelled', noArchive), ...onMux },
  { name: 'cancelled with an archive', record: aFull('cancelled'), ...onBoth },
  { name: 'failed from requested', record: failedFrom('requested', noArchive), ...onMux },
  { name: 'failed from archived', record: failedFrom('archived'), ...onBoth },
  { name: 'failed from thawing', record: failedFrom('thawing'), ...inVault },
  { name: 'failed from uploading', record: failedFrom('uploading'), ...inVault },
  {
    name: 'gone before it was archived',
    record: failedFrom('requested', { ...noArchive, lost_at: AT }),
    ...inVault,
    location: 'none',
  },
  {
    name: 'gone before it was archived, then cancelled',
    record: aFull('cancelled', { ...noArchive, lost_at: AT }),
    ...inVault,
    location: 'none',
  },
];

describe('where the video is', () => {
  test.each(ROWS)('$name: $location, playable $playable, as $assetId', (row) => {
    const { record } = row;

    expect(locationOf(record)).toBe(row.location);
    expect(isPlayable(record)).toBe(row.playable);
    expect(currentAssetId(record)).toBe(row.assetId);
    expect(currentPlaybackId(record, 'old-p')).toBe(row.playbackId);
  });

  test('is told for a new playback id as well', () => {
    expect(currentPlaybackId(aFull('restored'), 'new-p')).toBe('new-p');
  });

  test.each(['archived', 'restored'] as const)('is not told for a stranger playback id: %s', (status) => {
    expect(currentPlaybackId(aFull(status), 'stranger')).toBeUndefined();
  });

  test('is told as unknown for a playback id that got no successor', () => {
    const record = aFull('restored', { restore: { ...FULL.restore, new_playback_ids: [] } });

    expect(currentPlaybackId(record, 'old-p')).toBeUndefined();
  });
});

describe('a record whose video was restored and deleted again', () => {
  const first = aRecord({ asset_id: 'first', status: 'restored', current_asset_id: 'second' });
  const second = (given: Partial<AssetRecord>) => aRecord({ asset_id: 'second', ...given });

  test('tells what its successor does', () => {
    const archive = FULL.archive;

    const shown = publicRecordOf(first, [second({ status: 'deleted', archive })]);

    expect(shown).toMatchObject({
      asset_id: 'first',
      status: 'restored',
      location: 'vault',
      playable: false,
      current_asset_id: null,
      superseded_by: 'second',
      summary: 'Restored as second, which was deleted again: see that record.',
    });
  });

  test('names the last of more successors', () => {
    const third = aRecord({ asset_id: 'third', status: 'restored', current_asset_id: 'fourth' });

    const shown = publicRecordOf(first, [second({ status: 'restored', current_asset_id: 'third' }), third]);

    expect(shown).toMatchObject({ playable: true, current_asset_id: 'fourth', superseded_by: 'third' });
    expect(shown.summary).toBe('Restored as second, which was deleted again: see the record of third.');
  });

  test('plays as long as its successor does', () => {
    const shown = publicRecordOf(first, [second({ status: 'cancelled' })]);

    expect(shown).toMatchObject({ playable: true, current_asset_id: 'second', superseded_by: 'second' });
    expect(shown.summary).toBe('Restored as second, which has a request of its own: see that record.');
  });

  test('tells of itself while nobody asks to delete it again', () => {
    expect(publicRecordOf(first, [])).toEqual(publicRecord(first));
  });
});
