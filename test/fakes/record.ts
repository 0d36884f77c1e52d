// A record as a test needs it: complete, at rest, and different in what the test names.
import type { AssetRecord } from '../../lambdas/domain/record.ts';

export function aRecord(given: Partial<AssetRecord> = {}): AssetRecord {
  return {
    asset_id: 'asset1',
    life: 1,
    status: 'requested',
    version: 0,
    schema: 1,
    created_at: '2026-11-01T00:00:00.000Z',
    updated_at: '2026-11-01T00:00:00.000Z',
    deleted_by_user_id: 'user-7',
    expiration_date: '2026-12-01T00:00:00.000Z',
    asked: {},
    wake_lane: 'step',
    attempts: 0,
    losses: [],
    warnings: [],
    history: [],
    published_version: 0,
    ...given,
  };
}
