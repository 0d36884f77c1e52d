// The record: everything Icehouse knows about one asset, as it lies in the ledger and as the API shows it.
// Names are snake_case as on the wire; times are ISO-8601 UTC strings with milliseconds.
import type { Lane, StorageClass } from '../contract/names.ts';

export const STATUSES = [
  'requested',
  'preparing',
  'archiving',
  'archived',
  'scheduled',
  'deleting',
  'deleted',
  'thawing',
  'uploading',
  'restored',
  'cancelled',
  'failed',
  'purging',
  'purged',
] as const;
export type Status = (typeof STATUSES)[number];

/** Absent on a record: `archive_and_delete`. */
export const MODES = ['archive_and_delete', 'archive_only', 'delete_only'] as const;
export type Mode = (typeof MODES)[number];

export type Tier = 'Expedited' | 'Standard' | 'Bulk';

export interface AssetRecord {
  readonly asset_id: string;
  /** How many times this asset id has been taken through; keys, messages and claims carry it. */
  readonly life: number;
  readonly status: Status;
  /** Grows by one with every write; a claim is a version. 0 = not stored yet. */
  readonly version: number;
  readonly schema: 1;
  readonly created_at: string;
  readonly updated_at: string;

  readonly deleted_by_user_id: string;
  readonly reason?: string;
  readonly group_id?: string;
  readonly expiration_date: string;
  /** The date as the request named it, for "the same request again". */
  readonly asked: {
    readonly expiration_date?: string;
    readonly grace_days?: number;
    readonly archive_until?: string | null;
  };
  readonly mode?: Exclude<Mode, 'archive_and_delete'>;
  /** `revoke`: its playback ids are taken away once it is archived, long before its date. */
  readonly playback?: 'revoke';
  /** Playback ids that were taken away at somebody's wish while the asset was kept. */
  readonly revoked?: readonly RevokedPlaybackId[];
  /** When the archive ends; null: never, by somebody's word; absent: as the stack's retention has it. */
  readonly archive_until?: string | null;
  /** What the bus has heard of the end of the archive to come. */
  readonly end_foretold?: { readonly archive_until: string; readonly said_at: string };
  /** The end of all that the vault holds of the lineage, from its order on. */
  readonly purge?: PurgeState;

  /** When the record next needs somebody; absent at rest. */
  readonly wake_at?: string;
  /** What wakes it: `expire` for what waits for a date (or its archive's end), `admit` for a request in line, else `step`. */
  readonly wake_lane: Lane;
  /** Until when a claim keeps others away; absent when nobody works on the record. */
  readonly leased_until?: string;
  /** Claims in a row that brought the record no further. */
  readonly attempts: number;
  /** Why the record waits, for people. */
  readonly waiting_for?: string;
  /** When it will go on, if it waits for its place at the rate limit. */
  readonly expected_by?: string;

  /** Keeps the asset from being deleted, and then its archive from its end, until it is lifted or over. */
  readonly hold?: Hold;
  /** When a dry run would have deleted the asset. */
  readonly rehearsed_at?: string;
  /** When its deletion was last counted against the limits. */
  readonly counted_at?: string;
  /** What the bus has heard of the deletion to come. */
  readonly foretold?: Foretold;
  /** Whether somebody still watched it after the request, when that was last looked at. */
  readonly watched?: Watched;

  readonly environment?: string;
  readonly title?: string;
  /** The customer's own ids of the video and of whoever made it, as Mux has them in `meta`. */
  readonly external_id?: string;
  /** Other ids that it had when it was read before: their aliases still lead here. */
  readonly former_external_ids?: readonly string[];
  readonly creator_id?: string;
  /** The customer's own words on the asset, letter by letter, as far as Icehouse has read it. */
  readonly passthrough?: string;
  /** Seconds. */
  readonly duration?: number;
  readonly playback_ids?: readonly PlaybackId[];
  /** Text and audio tracks, so that whoever kept the id of one finds what stands in its place. */
  readonly tracks?: readonly TrackId[];
  /** What Mux charges by for this asset: what it would cost to leave it there. */
  readonly billed_as?: BilledAs;
  readonly losses: readonly Loss[];
  /** Codes of losses that somebody accepted; `*` accepts them all. */
  readonly accepted_losses?: readonly string[];
  /** When the bus was first told of these losses, which is when the minimum notice starts; absent until it has been. */
  readonly losses_said_at?: string;

  readonly master?: MasterState;
  readonly upload?: UploadState;
  readonly progress?: { readonly bytes_done: number; readonly bytes_total: number };
  readonly archive?: Archive;
  readonly deleted_at?: string;
  /** The DELETE that the platform answered, and its own id for that call; absent where the answer was lost. */
  readonly deletion?: { readonly at: string; readonly request_id?: string };
  /** Deleted by somebody else: its archive, the only copy now, is still to be locked. */
  readonly lock_pending?: true;
  /** When the platform no longer knew the asset although no proved archive of it was in the vault. */
  readonly lost_at?: string;
  /** When the platform said, during a copy, that the asset is gone: looked into as soon as the copy is sealed. */
  readonly deletion_noticed_at?: string;
  readonly restore?: RestoreState;
  /** Published ones before `restore`, whose assets somebody deleted elsewhere: their ids lead on. */
  readonly earlier_restores?: readonly EarlierRestore[];
  /** Assets that a restore made and gave up before it published them: somebody may have asked to delete one meanwhile. */
  readonly given_up_assets?: readonly string[];
  readonly current_asset_id?: string;
  /** The asset this one was restored from, if Icehouse made it. */
  readonly restored_from?: string;
  readonly failure?: Failure;
  readonly warnings: readonly string[];

  readonly history: readonly HistoryEntry[];
  /** Version of the last transition that the bus has been told of. */
  readonly published_version: number;
}

/** Somebody's word that nothing is to be deleted: one asset (on its record), or all (an item of its own). */
export interface Hold {
  readonly reason: string;
  readonly user_id: string;
  readonly since: string;
  /** Without it the hold lasts until it is lifted. */
  readonly until?: string;
}

export interface Foretold {
  /** The date that it was said of: a date that was moved is said again. */
  readonly expiration_date: string;
  /** The tick on which the asset would be deleted. */
  readonly deletes_at: string;
  /** When the bus had been told; absent until then. */
  readonly said_at?: string;
}

export interface Watched {
  /** The date whose deletion it was looked at for. */
  readonly expiration_date: string;
  /** The window that was looked at, whole hours. */
  readonly since: string;
  readonly until: string;
  /** Seconds delivered to viewers in it; absent when the platform could not say. */
  readonly seconds?: number;
  readonly looked_at: string;
}

export interface PlaybackId {
  readonly id: string;
  readonly policy: string;
}

export interface RevokedPlaybackId extends PlaybackId {
  readonly drm_configuration_id?: string;
  readonly revoked_at: string;
  /** The id that plays instead since the request was taken back. */
  readonly replaced_by?: string;
}

/**
 * A lineage that is being purged: one of its records leads and does the work for all, the others stand still meanwhile.
 * Why: an order of erasure, on the leader, or `archive_until` has passed.
 */
export interface PurgeState {
  /** What the record was before, and is again if the order is stopped. */
  readonly from: Status;
  /** Of a record that had failed. */
  readonly failure?: Failure;
  /** The leader, on all others. */
  readonly led_by?: string;
  /** On the leader alone; absent when `archive_until` has passed. */
  readonly order?: ErasureOrder;
  /** Nothing is removed before. */
  readonly executes_at: string;
  /** When the last record of the lineage was stopped in its tracks: whoever was at work on it ends soon after. */
  readonly marked_at?: string;
  /** When the first thing was about to be removed: from here on there is no way back. */
  readonly begun_at?: string;
  readonly removed?: Removed;
  /** How far the trail has been gone through. */
  readonly trail_mark?: string;
  /** Until when S3 refuses to delete an object, by its Object Lock. */
  readonly blocked_until?: string;
  /** When a look found nothing left for the first time: a second one, a while later, must find the same. */
  readonly empty_at?: string;
  readonly done_at?: string;
  /** Of a record whose archive had ended before: what that left. */
  readonly before?: Omit<PurgeState, 'before'>;
}

/** What an erasure or the end of an archive has removed so far. Things found gone are not counted. */
export interface Removed {
  /** Of assets, at the platform. */
  readonly assets: readonly string[];
  readonly versions: number;
  readonly bytes: number;
  readonly uploads: number;
  readonly trail_entries: number;
}

/** An order to erase a video along its whole lineage: who wants it, by what right, and until when it can be stopped. */
export interface ErasureOrder {
  readonly id: string;
  /** The asset as it was named, and the first of its lineage, whose record leads. */
  readonly asset_id: string;
  readonly root_asset_id: string;
  readonly requested_by: string;
  readonly legal_basis: string;
  readonly principal?: string;
  readonly request_id?: string;
  readonly ordered_at: string;
  readonly executes_at: string;
}

export interface TrackId {
  readonly id: string;
  readonly type: 'audio' | 'text';
  readonly name?: string;
  readonly language_code?: string;
}

/** In Mux's words, as the asset was when it was last read. */
export interface BilledAs {
  readonly resolution_tier?: string;
  readonly video_quality?: string;
  /** They cost storage of their own, and keep an asset out of Mux's cold storage. */
  readonly has_static_renditions: boolean;
}

/** Something a restore cannot bring back. */
export interface Loss {
  readonly code: string;
  readonly attribute: string;
  readonly detail: string;
}

export interface MasterState {
  readonly requested_at: string;
  /** How often the master was asked for again. */
  readonly restarts: number;
}

/** The multipart upload under way. Its parts are S3's to list, never kept here. */
export interface UploadState {
  readonly upload_id: string;
  readonly key: string;
  /** Rides in the object's metadata, so that "an object exists" can be told from "our object exists". */
  readonly token: string;
  readonly part_size_bytes: number;
  /** The one representation all ranges must come from. */
  readonly source: { readonly size_bytes: number; readonly etag?: string; readonly probed_at: string };
  readonly restarts: number;
  /** Of the whole, combined from its parts: stored before Complete, so that an answer lost there is still proved by ours. */
  readonly crc32?: string;
  /** Completed without the last look at the master, because its asset was gone. */
  readonly is_unchecked?: boolean;
  /** Set when the upload was given up; cleared with the upload once ListParts shows that it is gone. */
  readonly aborted_at?: string;
}

export interface Archive {
  readonly bucket: string;
  readonly key: string;
  readonly version_id: string;
  readonly size_bytes: number;
  /** Base64 of the big-endian CRC32 over the whole object. */
  readonly crc32: string;
  readonly storage_class: StorageClass;
  readonly token: string;
  /** Its master could not be looked at once more: nothing is ever deleted for such an archive. */
  readonly is_unchecked?: boolean;
  readonly verified_at: string;
  /** All that it lists is locked until then at least; absent where nothing was, and since its sidecars were made anew. */
  readonly locked_until?: string;
  readonly manifest: StoredObject;
  readonly captions: readonly (StoredObject & { readonly track_id: string })[];
  /** Poster, storyboard and overlay images; absent in archives made before they were kept. */
  readonly sidecars?: readonly Sidecar[];
}

export interface Sidecar extends StoredObject {
  /** A file name, unique in its archive: `poster.jpg`, `storyboard.vtt`. */
  readonly name: string;
  readonly content_type: string;
}

export interface StoredObject {
  readonly key: string;
  readonly version_id: string;
  readonly size_bytes: number;
  readonly crc32: string;
}

export interface RestoreState {
  readonly tier: Tier;
  readonly requested_at: string;
  readonly requested_by?: string;
  readonly ready_by: string;
  /** When whoever asked for it needs the video. */
  readonly need_by?: string;
  readonly estimated_cost_usd: number;
  /** The tier that S3 was last asked for; differs from `tier` after an upgrade until the stage has passed it on. */
  readonly asked_tier?: Tier;
  /** Rides in the signed input URL: how an asset whose create lost its answer is found. */
  readonly token: string;
  /** When the first create of this restore was attempted: differs from the next field once there was a second. */
  readonly first_create_at?: string;
  /** Set before each create, so that a crash leaves a trace. */
  readonly create_attempted_at?: string;
  readonly create_attempts: number;
  /** Assets that were found not to be a create whose answer was lost, while the search for it lasts. */
  readonly searched?: readonly string[];
  readonly new_asset_id?: string;
  /** Attributes that the platform refused to set, at the create or afterwards. */
  readonly refused?: readonly string[];
  /** Steps that finish the asset and were given up, by `nameOfStep`: no later look asks for them once more. */
  readonly given_up?: readonly string[];
  /** Since when the asset is ready and a step that finishes it keeps failing: such a step is not tried for ever. */
  readonly failing_since?: string;
  /** When every step that finishes the asset had been tried. */
  readonly finished_at?: string;
  readonly new_playback_ids: readonly (PlaybackId & { readonly replaces?: string })[];
  readonly new_tracks?: readonly (TrackId & { readonly replaces?: string })[];
  /** In the vault: the new asset compared with the old one, attribute by attribute. */
  readonly comparison?: StoredObject;
}

export interface EarlierRestore
  extends Pick<RestoreState, 'new_playback_ids' | 'new_tracks'>,
    Required<Pick<RestoreState, 'new_asset_id'>> {
  readonly restored_at?: string;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  /** What a person should do now. */
  readonly action: string;
  /** The status a retry goes on from. */
  readonly from: Status;
  readonly retryable: boolean;
}

export interface HistoryEntry {
  readonly at: string;
  readonly from: Status | null;
  readonly to: Status;
  readonly cause: string;
  readonly actor: string;
  /** Who signed the call, where a call was the cause: an IAM ARN, or the subject of a token. */
  readonly principal?: string;
  /** Of that call. */
  readonly request_id?: string;
  readonly version: number;
  /** Set when a person should look at once: the bus gets an alarm beside the transition. */
  readonly alarm?: AlarmCode;
}

/** The asset was deleted by somebody else: with a proved archive in the vault, or without. */
export const ALARMS = ['DELETED_ELSEWHERE', 'LOST_AT_SOURCE'] as const;
export type AlarmCode = (typeof ALARMS)[number];
