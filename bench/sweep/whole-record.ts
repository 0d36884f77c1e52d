// A record as long as an ordinary life makes it, for its size: archived, with captions, losses and a history.
import type { AssetRecord, HistoryEntry, Status } from '../../lambdas/domain/record.ts';

const ASSET_ID = '01Tq7hnCrmxvE8OrKhQ7Hq02nBV6Yy5XtZ00kJd9fPwM';
const AT = '2026-11-22T12:00:00.000Z';
const FOLDER = `mux/j0863n/${ASSET_ID}/1/`;
const VERSION_ID = 'Yh3s1vO0zV9XgE6mQd2JpX8rT7bLkWcA';

const WAY: readonly (Status | null)[] = [null, 'requested', 'preparing', 'archiving', 'archived'];

const history = WAY.slice(1).map((to, at): HistoryEntry => {
  const from = WAY[at] ?? null;
  return {
    at: AT,
    from,
    to: to ?? 'requested',
    cause: 'master copied and proved',
    actor: 'icehouse',
    version: 3 * at + 1,
  };
});

function stored(key: string) {
  return { key: `${FOLDER}${key}`, version_id: VERSION_ID, size_bytes: 48_211, crc32: 'q6urqw==' };
}

export function wholeRecord(): AssetRecord {
  return {
    asset_id: ASSET_ID,
    life: 1,
    status: 'archived',
    version: 14,
    schema: 1,
    created_at: AT,
    updated_at: AT,
    deleted_by_user_id: 'user-2b1f6a70-93c5-4f7e-8d1c-77ab12f0e9aa',
    reason: 'The course is over and its videos are no longer shown.',
    group_id: 'course-2026-autumn-17',
    expiration_date: AT,
    asked: { grace_days: 30 },
    wake_at: AT,
    wake_lane: 'expire',
    attempts: 0,
    waiting_for: 'its expiration date',
    environment: 'j0863n',
    title: 'Lecture 12: glaciers, and how to core them',
    duration: 3_601.5,
    playback_ids: [{ id: 'qxb01i6T202018GFS02vp9RIe01icTcDCjVzQpmaB00CUisJ4', policy: 'public' }],
    losses: ['passthrough', 'static renditions'].map((attribute) => ({
      code: 'NOT_RESTORABLE',
      attribute,
      detail: 'Mux gives the restored asset other ones, under other addresses.',
    })),
    losses_said_at: AT,
    archive: {
      bucket: 'icehouse-vaultbucket-1x2y3z4a5b6c',
      version_id: VERSION_ID,
      key: `${FOLDER}master.mp4`,
      size_bytes: 4_812_345_678,
      crc32: 'q6urqw==',
      storage_class: 'DEEP_ARCHIVE',
      token: '0123456789abcdef0123456789abcdef',
      verified_at: AT,
      manifest: stored('manifest.json'),
      captions: ['en', 'de'].map((track_id) => ({ track_id, ...stored(`captions/${track_id}.vtt`) })),
    },
    warnings: [],
    history,
    published_version: 14,
  };
}
