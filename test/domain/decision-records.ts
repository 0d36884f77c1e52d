// Records in each status as the stages leave them, and the calls that users make on them.
import type { Decision } from '../../lambdas/domain/decisions.ts';
import {
  type DeleteRequest,
  decideCancel,
  decideRequest,
  decideReschedule,
} from '../../lambdas/domain/decisions-request.ts';
import { decideRestore } from '../../lambdas/domain/decisions-restore.ts';
import type { Archive, AssetRecord, RestoreState, Status, UploadState } from '../../lambdas/domain/record.ts';
import { LIST_RATES } from '../fakes/rates.ts';
import { aRecord } from '../fakes/record.ts';

export const NOW = '2026-11-22T12:00:00.000Z';
export const EARLIER = '2026-11-20T00:00:00.000Z';
export const CALLER = { nowMs: Date.parse(NOW), actor: 'user-9' };

/** 10 × 10^9 bytes in DEEP_ARCHIVE: a restore by Bulk is 0.91 $ in 48 h, by Standard 1.07 $ in 12 h. */
export const ARCHIVE: Archive = {
  bucket: 'vault',
  key: 'mux/env1/asset1/3/master.mp4',
  version_id: 'v1',
  size_bytes: 10_000_000_000,
  crc32: 'AAAAAA==',
  storage_class: 'DEEP_ARCHIVE',
  token: 'a'.repeat(32),
  verified_at: EARLIER,
  manifest: { key: 'mux/env1/asset1/3/manifest.json', version_id: 'm1', size_bytes: 9, crc32: 'AAAAAQ==' },
  captions: [],
};
export const UPLOAD: UploadState = {
  upload_id: 'upload-7',
  key: 'mux/env1/asset1/3/master.mp4',
  token: 'b'.repeat(32),
  part_size_bytes: 67_108_864,
  source: { size_bytes: 10_000_000_000, etag: '"e"', probed_at: EARLIER },
  restarts: 2,
};
export const BULK: RestoreState = {
  tier: 'Bulk',
  requested_at: EARLIER,
  requested_by: 'user-8',
  ready_by: '2026-11-22T00:00:00.000Z',
  estimated_cost_usd: 0.925,
  asked_tier: 'Bulk',
  token: 'c'.repeat(32),
  create_attempts: 2,
  new_playback_ids: [],
};
export const STANDARD: RestoreState = { ...BULK, tier: 'Standard', asked_tier: 'Standard' };
export const FRESH_TOKEN = 'd'.repeat(32);

export const MASTER = { requested_at: EARLIER, restarts: 2 };
const WHAT_IT_HAS: Record<Exclude<Status, 'failed'>, Partial<AssetRecord>> = {
  requested: {},
  preparing: { master: MASTER },
  archiving: { master: MASTER, upload: UPLOAD, progress: { bytes_done: 1, bytes_total: 2 } },
  archived: { master: MASTER, archive: ARCHIVE, wake_at: '2026-12-24T00:00:00.000Z', wake_lane: 'expire' },
  scheduled: {
    mode: 'delete_only',
    accepted_losses: ['NOT_ARCHIVED'],
    wake_at: '2026-12-24T00:00:00.000Z',
    wake_lane: 'expire',
  },
  deleting: { master: MASTER, archive: ARCHIVE },
  deleted: { archive: ARCHIVE, deleted_at: EARLIER },
  thawing: { archive: ARCHIVE, deleted_at: EARLIER, restore: BULK },
  uploading: { archive: ARCHIVE, deleted_at: EARLIER, restore: BULK },
  restored: { archive: ARCHIVE, deleted_at: EARLIER, restore: BULK, current_asset_id: 'new1' },
  cancelled: { archive: ARCHIVE, upload: UPLOAD, master: MASTER },
  purging: {
    archive: ARCHIVE,
    deleted_at: EARLIER,
    purge: { from: 'deleted', executes_at: '2026-11-25T12:00:00.000Z' },
  },
  purged: { purge: { from: 'deleted', executes_at: EARLIER, begun_at: EARLIER, done_at: EARLIER } },
};

export function inStatus(status: Exclude<Status, 'failed'>, more: Partial<AssetRecord> = {}): AssetRecord {
  return aRecord({
    status,
    life: 3,
    version: 7,
    published_version: 7,
    reason: 'outdated',
    group_id: 'course-1',
    expiration_date: '2026-12-24T00:00:00.000Z',
    asked: { expiration_date: '2026-12-24T00:00:00Z' },
    history: [{ at: EARLIER, from: null, to: status, cause: 'test', actor: 'icehouse', version: 7 }],
    ...WHAT_IT_HAS[status],
    ...more,
  });
}

export function failedFrom(from: Exclude<Status, 'failed'>, more: Partial<AssetRecord> = {}): AssetRecord {
  const failure = { code: 'GAVE_UP', message: 'It broke.', action: 'Mend it.', from, retryable: true };
  return { ...inStatus(from), status: 'failed', failure, wake_at: undefined, wake_lane: 'step', ...more };
}

export const SAME: DeleteRequest = {
  asset_id: 'asset1',
  deleted_by_user_id: 'user-7',
  expirationMs: Date.parse('2026-12-24T00:00:00Z'),
  asked: { expiration_date: '2026-12-24T00:00:00Z' },
  reason: 'outdated',
  group_id: 'course-1',
};
export const DIFFERENT: DeleteRequest = {
  ...SAME,
  deleted_by_user_id: 'user-8',
  expirationMs: Date.parse('2027-01-31T00:00:00Z'),
  asked: { expiration_date: '2027-01-31T00:00:00Z' },
};
export const MOVE = {
  expirationMs: Date.parse('2027-02-01T00:00:00Z'),
  userId: 'user-6',
  reason: 'still in use',
};

export const CALLS = {
  'same request': (record: AssetRecord) => decideRequest(record, { ...SAME, mode: record.mode }, CALLER),
  'different request': (record: AssetRecord) =>
    decideRequest(record, { ...DIFFERENT, mode: record.mode }, CALLER),
  cancel: (record: AssetRecord) => decideCancel(record, CALLER),
  restore: (record: AssetRecord) => decideRestore(record, { token: FRESH_TOKEN }, CALLER, LIST_RATES),
  patch: (record: AssetRecord) => decideReschedule(record, MOVE, CALLER),
};

export function written(decision: Decision): AssetRecord {
  if (decision.kind !== 'write') throw new Error(`Expected a record, got ${JSON.stringify(decision)}`);
  return decision.record;
}
