// Where a video is now, in the few words that a player or a support page needs: what plays, else why nothing does. Pure.
import { isWithoutCopy } from './lifecycle.ts';
import { restoredAt } from './pairing.ts';
import {
  currentAssetId,
  currentPlaybackId,
  currentTrackId,
  isPlayable,
  locationOf,
} from './public-record.ts';
import type { AssetRecord } from './record.ts';
import { isUnwatchable } from './revoked.ts';
import { summarize } from './summary.ts';

/** Stable, for programs. `NO_SUCCESSOR`: the video plays, but nothing stands in the place of this very id. */
export type Reason =
  | 'PLAYING'
  | 'REVOKED'
  | 'DELETING'
  | 'DELETED'
  | 'RESTORING'
  | 'RESTORE_FAILED'
  | 'LOST'
  | 'PURGED'
  | 'NO_SUCCESSOR';

/** Every asset that the video was, the oldest first. */
export interface LineageEntry {
  readonly asset_id: string;
  /** Of its record; `available` and `gone` for one that a restore made and nobody asked to delete. */
  readonly status: AssetRecord['status'] | 'available' | 'gone';
  /** When a restore published it. */
  readonly restored_at?: string;
  readonly deleted_at?: string;
}

/** `records`: of all assets that the video was, the oldest first; at least one. */
export function whereabouts(records: readonly AssetRecord[], asOf: string) {
  const record = records.at(-1);
  if (!record) throw new Error('A lineage has at least one record.');
  const reason = reasonOf(records);
  return {
    asset_id: record.asset_id,
    status: record.status,
    reason,
    summary: summarize(record),
    location: locationOf(record),
    playable: isPlayable(record),
    current_asset_id: currentAssetId(record) ?? null,
    playback_ids: (record.playback_ids ?? []).map((own) => ({
      ...own,
      current_id: currentPlaybackId(record, own.id) ?? null,
    })),
    tracks: (record.tracks ?? []).map((own) => ({
      ...own,
      current_id: currentTrackId(record, own.id) ?? null,
    })),
    ready_by: reason === 'RESTORING' ? record.restore?.ready_by : undefined,
    lineage: lineageView(records),
    as_of: asOf,
  };
}

/** What a page shows in place of a player. */
export function reasonOf(records: readonly AssetRecord[]): Reason {
  const record = records.at(-1);
  if (!record) return 'LOST';
  if (isPlayable(record)) return 'PLAYING';
  if (record.status === 'purged' || record.purge?.begun_at) return 'PURGED';
  // It stands still, and is about to go.
  if (record.status === 'purging') return 'DELETED';
  if (record.status === 'thawing' || record.status === 'uploading') return 'RESTORING';
  // Asked for while the deletion is under way: it begins as soon as that is over.
  if (record.restore && record.status !== 'failed') return 'RESTORING';
  if (record.status === 'deleting') return 'DELETING';
  const location = locationOf(record);
  if (isUnwatchable(record) && (location === 'mux' || location === 'both')) return 'REVOKED';
  const isBroken = record.failure?.from === 'thawing' || record.failure?.from === 'uploading';
  if (isBroken) return 'RESTORE_FAILED';
  // What is lost itself can still be made anew from the archive of an asset that it was before.
  const isAsAsked = record.status === 'deleted' && isWithoutCopy(record);
  return isAsAsked || records.some(({ archive }) => archive) ? 'DELETED' : 'LOST';
}

/** Of one playback id or track: the video may play while nothing stands in the place of this id of it. */
export function reasonOfId(records: readonly AssetRecord[], currentId: string | undefined): Reason {
  const reason = reasonOf(records);
  return reason === 'PLAYING' && currentId === undefined ? 'NO_SUCCESSOR' : reason;
}

function lineageView(records: readonly AssetRecord[]): readonly LineageEntry[] {
  return records.flatMap((record, at) => {
    const before = records[at - 1];
    return [
      {
        asset_id: record.asset_id,
        status: record.status,
        restored_at: before && restoredAt(before),
        deleted_at: record.deleted_at,
      },
      ...(record.earlier_restores ?? []).map(({ new_asset_id, restored_at }) => ({
        asset_id: new_asset_id,
        status: 'gone' as const,
        restored_at,
      })),
      ...(at === records.length - 1 ? available(record) : []),
    ];
  });
}

/** What it was restored as, when nobody has asked to delete that one. */
function available(record: AssetRecord): readonly LineageEntry[] {
  if (record.status !== 'restored' || record.current_asset_id === undefined) return [];
  const { current_asset_id } = record;
  return [{ asset_id: current_asset_id, status: 'available', restored_at: restoredAt(record) }];
}
