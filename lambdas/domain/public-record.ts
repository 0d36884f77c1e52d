// The record as the API and the bus show it: no tokens, no upload ids, with a sentence for people.
import type { PlaceInLine } from './admission.ts';
import { effectiveStatus, isWithoutCopy } from './lifecycle.ts';
import { isWaiting } from './modes.ts';
import { ownIdOf, successorOf } from './pairing.ts';
import type { AssetRecord, HistoryEntry, Status } from './record.ts';
import { isUnwatchable, replacementOf, unreplaced } from './revoked.ts';
import { summarize } from './summary.ts';

export type Location = 'mux' | 'both' | 'vault' | 'none';

/** Where the video's bytes are. */
export function locationOf(record: AssetRecord): Location {
  const status = effectiveStatus(record);
  if (record.lost_at || status === 'purged' || record.purge?.begun_at) return 'none';
  // Deleted without an archive is what somebody asked for.
  if (status === 'deleted') return isWithoutCopy(record) ? 'none' : 'vault';
  if (status === 'thawing' || status === 'uploading') return 'vault';
  return record.archive ? 'both' : 'mux';
}

/** Whether viewers can watch it at this moment, under whatever playback id it has now. */
export function isPlayable(record: AssetRecord): boolean {
  const location = locationOf(record);
  const status = effectiveStatus(record);
  // A restored asset has ids of its own.
  if (status === 'deleting' || (status !== 'restored' && isUnwatchable(record))) return false;
  return location === 'mux' || location === 'both';
}

/** The asset id under which Mux has the video now; undefined while it has none. */
export function currentAssetId(record: AssetRecord): string | undefined {
  if (effectiveStatus(record) === 'restored') return record.current_asset_id;
  return isPlayable(record) ? record.asset_id : undefined;
}

/** The playback id that plays now what `playbackId` played: itself before deletion, its successor after a restore. */
export function currentPlaybackId(record: AssetRecord, playbackId: string): string | undefined {
  return currentId('playback', record, playbackId);
}

/** The same for a text or audio track. */
export function currentTrackId(record: AssetRecord, trackId: string): string | undefined {
  return currentId('track', record, trackId);
}

function currentId(kind: 'playback' | 'track', record: AssetRecord, id: string): string | undefined {
  if (effectiveStatus(record) === 'restored') return successorOf(kind, record, id);
  const now = kind === 'playback' ? replacementOf(record.revoked, id) : id;
  const isTaken = kind === 'playback' && unreplaced(record.revoked).some((each) => each.id === now);
  return isPlayable(record) && !isTaken && ownIdOf(kind, record, now) === now ? now : undefined;
}

/** A look at one record also tells its place, if it stands in line. */
export type PublicRecord = ReturnType<typeof publicRecord> &
  Partial<PlaceInLine> & { readonly superseded_by?: string };

/** The record in its frozen wire form. Keys without a value are left out by JSON. */
export function publicRecord(record: AssetRecord) {
  return {
    asset_id: record.asset_id,
    life: record.life,
    status: record.status satisfies Status,
    summary: summarize(record),
    location: locationOf(record),
    playable: isPlayable(record),
    deleted_by_user_id: record.deleted_by_user_id,
    reason: record.reason,
    group_id: record.group_id,
    mode: record.mode,
    playback: record.playback,
    revoked: record.revoked,
    expiration_date: record.expiration_date,
    archive_until: record.archive_until,
    end_foretold: record.end_foretold,
    purge: publicPurge(record),
    created_at: record.created_at,
    updated_at: record.updated_at,
    next_action_at: nextActionAt(record),
    waiting_for: record.waiting_for,
    expected_by: record.expected_by,
    hold: record.hold,
    rehearsed_at: record.rehearsed_at,
    foretold: record.foretold,
    watched: record.watched,
    environment: record.environment,
    passthrough: record.passthrough,
    title: record.title,
    external_id: record.external_id,
    creator_id: record.creator_id,
    duration: record.duration,
    failure: record.failure,
    playback_ids: record.playback_ids ?? [],
    tracks: record.tracks,
    billed_as: record.billed_as,
    losses: record.losses,
    accepted_losses: record.accepted_losses,
    archive: publicArchive(record),
    progress: record.progress,
    deleted_at: record.deleted_at,
    deletion: record.deletion,
    restore: publicRestore(record),
    earlier_restores: record.earlier_restores,
    current_asset_id: currentAssetId(record) ?? null,
    restored_from: record.restored_from,
    warnings: record.warnings,
    history: record.history.map(publicEntry),
  };
}

/**
 * As above, of a record whose asset was restored as one that has a record of its own: only that one, the last of `later`,
 * can tell where the video is.
 */
export function publicRecordOf(record: AssetRecord, later: readonly AssetRecord[]) {
  const shown = publicRecord(record);
  const last = later.at(-1);
  if (!last) return shown;
  return {
    ...shown,
    summary: supersededSummary(record, last),
    location: locationOf(last),
    playable: isPlayable(last),
    superseded_by: last.asset_id,
    current_asset_id: currentAssetId(last) ?? null,
  };
}

function supersededSummary({ current_asset_id }: AssetRecord, last: AssetRecord): string {
  const isThere = isPlayable(last) && last.status !== 'restored';
  const became = isThere ? 'which has a request of its own' : 'which was deleted again';
  const where = last.asset_id === current_asset_id ? 'that record' : `the record of ${last.asset_id}`;
  return `Restored as ${current_asset_id}, ${became}: see ${where}.`;
}

/** An archive that wakes only to say that its date, or its end, is near does nothing else before it. */
function nextActionAt(record: AssetRecord): string | undefined {
  const { status, wake_at, foretold, expiration_date, archive_until } = record;
  if (status === 'deleted' && wake_at && archive_until)
    return wake_at > archive_until ? wake_at : archive_until;
  if (!wake_at || !isWaiting(status) || !foretold || foretold.said_at) return wake_at;
  const isOfItsDate = foretold.expiration_date === expiration_date;
  return isOfItsDate && foretold.deletes_at > wake_at ? foretold.deletes_at : wake_at;
}

function publicEntry({ at, from, to, cause, actor, principal, request_id, alarm }: HistoryEntry) {
  return { at, from, to, cause, actor, principal, request_id, alarm };
}

function publicArchive({ archive }: AssetRecord) {
  if (!archive) return undefined;
  const { token: _, manifest, captions, sidecars = [], ...rest } = archive;
  return {
    ...rest,
    manifest_key: manifest.key,
    manifest_version_id: manifest.version_id as string | undefined,
    captions: captions.map(({ track_id, key, version_id }) => ({ track_id, key, version_id })),
    sidecars: sidecars.map(({ name, key, version_id }) => ({ name, key, version_id })),
    sidecar_bytes: [manifest, ...captions, ...sidecars].reduce((sum, each) => sum + each.size_bytes, 0),
  };
}

function publicPurge({ purge }: AssetRecord) {
  if (!purge) return undefined;
  const { trail_mark, marked_at, empty_at, failure, before, ...rest } = purge;
  return rest;
}

function publicRestore({ restore }: AssetRecord) {
  if (!restore) return undefined;
  const {
    token: _,
    first_create_at,
    create_attempted_at,
    create_attempts,
    asked_tier,
    searched,
    refused,
    given_up,
    failing_since,
    finished_at,
    comparison,
    ...rest
  } = restore;
  return { ...rest, comparison_key: comparison?.key };
}
