// The record in brief, for answers that show many: what it is, where it stands, what comes next; no history, no parts.
import { currentAssetId, isPlayable, locationOf } from './public-record.ts';
import type { AssetRecord } from './record.ts';
import { summarize } from './summary.ts';

export type BriefRecord = ReturnType<typeof briefRecord>;

/** A subset of the record's wire form, so that five hundred of them fit into one answer. */
export function briefRecord(record: AssetRecord) {
  return {
    asset_id: record.asset_id,
    life: record.life,
    status: record.status,
    summary: summarize(record),
    location: locationOf(record),
    playable: isPlayable(record),
    title: record.title,
    duration: record.duration,
    deleted_by_user_id: record.deleted_by_user_id,
    group_id: record.group_id,
    external_id: record.external_id,
    creator_id: record.creator_id,
    expiration_date: record.expiration_date,
    next_action_at: record.wake_at,
    failure: record.failure,
    current_asset_id: currentAssetId(record) ?? null,
  };
}
