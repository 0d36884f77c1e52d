// The API's JSON, as docs/openapi.yaml has it. Made by npm run docs: change that file, and run it.

/** An id of Mux. */
export type MuxId = string;

export type Status =
  | 'requested'
  | 'preparing'
  | 'archiving'
  | 'archived'
  | 'scheduled'
  | 'deleting'
  | 'deleted'
  | 'thawing'
  | 'uploading'
  | 'restored'
  | 'cancelled'
  | 'failed'
  | 'purging'
  | 'purged';

/** Where the video's bytes are. */
export type Location = 'mux' | 'both' | 'vault' | 'none';

export type Tier = 'Bulk' | 'Standard' | 'Expedited';

export type StorageClass = 'DEEP_ARCHIVE' | 'GLACIER' | 'GLACIER_IR';

/** Something that a restore cannot bring back. */
export type LossCode =
  | 'NEW_PLAYBACK_IDS'
  | 'ADDITIONAL_AUDIO_TRACK'
  | 'SURROUND_SOUND'
  | 'NOT_ARCHIVED'
  | 'OVERLAY'
  | 'DRM_CONFIGURATION'
  | 'CAPTION_UNREACHABLE'
  | 'ASSET_UNREAD'
  | 'MASTER_UNCHECKED'
  | 'OVERLAY_IMAGE_UNREACHABLE'
  | 'POSTER_UNREACHABLE'
  | 'STORYBOARD_UNREACHABLE'
  | 'TEXT_SOURCE'
  | 'EMBEDDED_CAPTIONS'
  | 'LIVE_STREAM_LINK'
  | 'CLIP_SOURCE'
  | 'DIRECTIVES';

export interface DeleteRequestBody {
  readonly asset_id?: MuxId;
  readonly playback_id?: MuxId;
  readonly upload_id?: MuxId;
  readonly deleted_by_user_id: string;
  /** When to delete it. */
  readonly expiration_date?: string;
  /** In so many days. */
  readonly grace_days?: number;
  /** When the archive ends; null for never. Absent, the stack's retention counts from the deletion, or it is kept for ever. */
  readonly archive_until?: string | null;
  readonly reason?: string;
  /** What it belongs to, such as a course. */
  readonly group_id?: string;
  /** `archive_only`: copied and proved, never deleted; no date goes with it. `delete_only` is answered 400 MODE_NEEDS_ITS_ROUTE: it has a route of its own. */
  readonly mode?: 'archive_and_delete' | 'archive_only' | 'delete_only';
  /** `keep`, the default: it plays until its date. `revoke`: its playback ids are taken away as soon as it is archived; if the request is taken back it plays under new ones. */
  readonly playback?: 'keep' | 'revoke';
  /** Losses that are no reason to stop; true for all there may be. */
  readonly accept_loss?: true | readonly LossCode[];
}

export interface DeleteOnlyBody {
  readonly asset_id?: MuxId;
  readonly playback_id?: MuxId;
  readonly upload_id?: MuxId;
  readonly deleted_by_user_id: string;
  /** When to delete it. */
  readonly expiration_date?: string;
  /** In so many days. */
  readonly grace_days?: number;
  readonly reason?: string;
  /** What it belongs to, such as a course. */
  readonly group_id?: string;
}

export interface Batch {
  readonly items: readonly DeleteRequestBody[];
}

export interface GroupCancelBody {
  readonly user_id: string;
  readonly reason?: string;
  /** Where the last answer ended. */
  readonly cursor?: string;
}

export interface GroupRestoreBody {
  readonly user_id: string;
  readonly reason?: string;
  /** Where the last answer ended. */
  readonly cursor?: string;
  readonly tier?: Tier;
  readonly need_by?: string;
}

export interface RescheduleBody {
  /** Of the deletion, as long as that has not begun. At least one of the two dates is needed. */
  readonly expiration_date?: string;
  /** When the archive ends, as long as it has not; null for never. */
  readonly archive_until?: string | null;
  readonly user_id: string;
  readonly reason: string;
}

export interface CancelBody {
  /** Who wants this; required where the authorizer vouches for nobody. */
  readonly user_id?: string;
  readonly reason?: string;
}

export interface RestoreBody {
  readonly tier?: Tier;
  /** The cheapest tier that is readable by then is taken. */
  readonly need_by?: string;
  /** Who wants this; required where the authorizer vouches for nobody. */
  readonly user_id?: string;
  readonly reason?: string;
}

export interface HoldBody {
  readonly reason: string;
  readonly user_id: string;
  /** Without it the hold lasts until it is lifted. */
  readonly until?: string;
}

export interface SlimBody {
  readonly scope: 'static_renditions' | 'track' | 'playback_id';
  /** Of the rendition, the track or the playback id. Without it all static renditions; in a dry run all there are of the scope. */
  readonly id?: string;
  readonly user_id: string;
  readonly reason: string;
  /** Only shows what would go. */
  readonly dry_run?: boolean;
  /** Takes also what can be neither saved nor made again - further audio, captions that nobody can download. */
  readonly accept_loss?: boolean;
}

export interface ReleaseBody {
  /** Who wants this; required where the authorizer vouches for nobody. */
  readonly user_id?: string;
  readonly reason?: string;
}

export interface ErasureBody {
  readonly asset_id?: MuxId;
  readonly playback_id?: MuxId;
  readonly upload_id?: MuxId;
  /** By what right; it is kept for good and stands on the certificate. */
  readonly legal_basis: string;
  /** The user who orders it; kept for good as well. */
  readonly requested_by: string;
  /** For how long it can be stopped at least, where that is to be longer than the stack's erasureDelay. */
  readonly stop_hours?: number;
}

export interface StopErasureBody {
  readonly user_id: string;
  readonly reason: string;
}

/** The part of an event that is used. */
export interface MuxEvent {
  readonly type: string;
  readonly id: string;
  readonly created_at?: string;
  readonly environment?: {
    readonly id?: string;
  };
  readonly data?: {
    readonly id?: string;
    readonly asset_id?: string;
  };
}

/** A refusal, in the words of RFC 9457. */
export interface Problem {
  readonly type: string;
  /** The customer's own id of the video, from `meta`. */
  readonly external_id?: string;
  readonly creator_id?: string;
  readonly title: string;
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  readonly detail: string;
  /** What to do now. */
  readonly action: string;
  /** What the refusal is about, a dotted path. */
  readonly field?: string;
  readonly current_asset_id?: string;
  /** Names that would have been found. */
  readonly available?: readonly string[];
}

/** The record in brief, where an answer shows many. */
export interface BriefRecord {
  readonly asset_id: string;
  readonly life: number;
  readonly status: Status;
  readonly summary: string;
  readonly location: Location;
  readonly playable: boolean;
  readonly title?: string;
  /** Seconds. */
  readonly duration?: number;
  readonly deleted_by_user_id: string;
  readonly group_id?: string;
  readonly external_id?: string;
  readonly creator_id?: string;
  readonly expiration_date: string;
  readonly next_action_at?: string;
  readonly failure?: Failure;
  readonly current_asset_id: string | null;
}

export interface BatchAnswers {
  /** In the order of the items. */
  readonly data: readonly BatchAnswer[];
}

export interface BatchAnswer {
  /** Null where an item named another id, and it is not known of which asset. */
  readonly asset_id: string | null;
  /** The HTTP status that a single request would have been answered by. */
  readonly status: number;
  readonly record?: BriefRecord;
  readonly problem?: ItemProblem;
}

/** The problem document that a single call would have been answered by. */
export interface ItemProblem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly action: string;
  readonly field?: string;
  readonly current_asset_id?: string;
  /** Which record it is about, in a list of problems of many. */
  readonly asset_id?: string;
  /** As the Retry-After of a single answer. */
  readonly retry_after_seconds?: number;
}

/** How many, by name; what there is none of is left out. */
export type Counts = Readonly<Record<string, number>>;

export interface Group {
  readonly group_id: string;
  /** Videos that this answer sums up, each once, as they are now. */
  readonly records: number;
  /** Further records of these videos, which were restored and deleted again by a request of this group. Nothing else counts them. */
  readonly earlier_lives: number;
  /** Videos that viewers can watch at this moment, under whatever playback id. */
  readonly playing: number;
  readonly by_status: Counts;
  readonly failures: Counts;
  /** Seconds of video, as far as known. */
  readonly duration: number;
  readonly archived_bytes: number;
  /** When the first of them would be deleted from Mux. */
  readonly next_deletion_at: string | null;
  readonly restore: GroupRestore;
  /** Ids of the orders of erasure that some of them stand still for, or were erased by. */
  readonly erasures: readonly string[];
  readonly actions: readonly {
    readonly action: 'cancel' | 'restore';
    readonly path: string;
  }[];
  /** False when this answer is about a stretch of the group only. */
  readonly whole: boolean;
  readonly next_cursor: string | null;
}

/** What a restore of all of it would come to. */
export interface GroupRestore {
  /** Still on Mux, or back there. */
  readonly free: number;
  readonly from_vault: number;
  /** Of those from the vault, on their way already. */
  readonly under_way: number;
  /** Nothing to restore from, or about to be erased. */
  readonly impossible: number;
  /** As `earlier_lives`. */
  readonly superseded: number;
  /** How many would be read back by which tier. */
  readonly tiers: Counts;
  /** Why by these, for people. */
  readonly reason: string;
  /** Whether all of it is readable by `need_by`; null when nobody said by when. */
  readonly meets_need_by: boolean | null;
  /** All of those from the vault by one tier, cheapest first. */
  readonly offers: readonly GroupOffer[];
  readonly from_vault_bytes: number;
  readonly currency: 'USD';
  readonly estimated_cost_usd: number;
  /** When the last of them would be readable. */
  readonly ready_by: string | null;
}

export interface GroupOffer {
  readonly tier: Tier;
  /** How many of them can have this tier. */
  readonly videos: number;
  readonly total_usd: number;
  /** When the last of them would be readable. */
  readonly ready_by: string;
  readonly meets_need_by: boolean | null;
}

export interface GroupMap {
  readonly data: readonly GroupMapRow[];
  readonly next_cursor: string | null;
}

/** One playback id, and what plays in its place. */
export interface GroupMapRow {
  readonly external_id?: string;
  readonly title?: string;
  /** The first asset of the video that is in the group. */
  readonly asset_id: string;
  readonly current_asset_id: string | null;
  readonly playback_id: string;
  /** Itself where nothing has changed; null while nothing plays in its place. */
  readonly current_playback_id: string | null;
  readonly reason: Reason;
  readonly playable: boolean;
}

export interface GroupWalk {
  readonly group_id: string;
  readonly action: 'cancel' | 'restore';
  /** Whether the whole group was walked through. */
  readonly done: boolean;
  /** How many this answer is about. */
  readonly records: number;
  readonly outcomes: Counts;
  /** What was refused, or could not be done now; it stops none of the others. */
  readonly problems: readonly ItemProblem[];
  readonly next_cursor: string | null;
}

export interface Findings {
  readonly matches: readonly Match[];
  /** Groups of this name; `matches` has the first ten of their videos. */
  readonly groups: readonly string[];
  /** For the next page of the videos of the person of this name; null on the last. A page may be empty although more follow. */
  readonly next_cursor: string | null;
  /** What could not be looked for, since the ledger is still being given the index for it. */
  readonly not_searched: readonly ('creator_id' | 'deleted_by_user_id')[];
}

/** A video as it is now, whichever of its ids was found. */
export type Match = BriefRecord & {
  readonly matched_by:
    | 'asset_id'
    | 'playback_id'
    | 'upload_id'
    | 'track_id'
    | 'external_id'
    | 'group_id'
    | 'creator_id'
    | 'deleted_by_user_id';
  /** The very id that was found. */
  readonly matched: string;
  /** Path of its still picture in the vault. */
  readonly poster: string | null;
};

export interface RecordPage {
  readonly data: readonly AssetRecord[];
  /** For the next page; null on the last. */
  readonly next_cursor: string | null;
}

/** The end of all that the vault holds of the video, and on an order of erasure of the video itself. */
export interface Purge {
  readonly from: Status;
  /** The asset of the lineage whose record does the work for all. */
  readonly led_by?: string;
  /** On the record that leads; absent where `archive_until` has passed. */
  readonly order?: {
    readonly id: string;
    readonly asset_id: string;
    readonly root_asset_id: string;
    readonly requested_by: string;
    readonly legal_basis: string;
    readonly principal?: string;
    readonly request_id?: string;
    readonly ordered_at: string;
    readonly executes_at: string;
  };
  /** Nothing is removed before. */
  readonly executes_at: string;
  /** From here on there is no way back. */
  readonly begun_at?: string;
  readonly removed?: Removed;
  /** Until when an Object Lock keeps S3 from deleting an object. */
  readonly blocked_until?: string;
  readonly done_at?: string;
}

/** What was removed so far. What was gone already is not counted. */
export interface Removed {
  /** Deleted at Mux. */
  readonly assets: readonly string[];
  readonly versions: number;
  readonly bytes: number;
  readonly uploads: number;
  readonly trail_entries: number;
}

/** An order to erase a video along its whole lineage. */
export interface Erasure {
  readonly erasure_id: string;
  readonly state: ErasureState;
  /** One sentence for people. */
  readonly summary: string;
  /** As the order named it, or the asset that the id it named leads to. */
  readonly asset_id: string;
  /** The first of the lineage, whose record does the work for all. */
  readonly root_asset_id: string;
  /** Every asset of the lineage. */
  readonly asset_ids: readonly string[];
  readonly requested_by: string;
  readonly legal_basis: string;
  /** Who signed the call. */
  readonly principal?: string;
  readonly request_id?: string;
  readonly ordered_at: string;
  /** Nothing is removed before. */
  readonly executes_at: string;
  readonly can_be_stopped: boolean;
  readonly waiting_for?: string;
  /** Until when an Object Lock keeps S3 from deleting what is left. */
  readonly blocked_until?: string;
  /** From here on nothing stops it. */
  readonly begun_at?: string;
  readonly done_at?: string;
  readonly stopped?: {
    readonly at: string;
    readonly user_id: string;
    readonly reason?: string;
  };
  readonly removed?: Removed;
  readonly what_goes?: WhatGoes;
  /** While it is open, reckoned from the first moment at which it may be done. Not in lists. */
  readonly runs_out_later?: readonly RunsOutLater[];
  readonly certificate?: ErasureCertificate;
}

export type ErasureState = 'waiting' | 'held' | 'erasing' | 'blocked' | 'done' | 'stopped';

export interface ErasurePage {
  /** Without what goes, what runs out and certificates. */
  readonly data: readonly Erasure[];
  /** For the next page; null on the last. */
  readonly next_cursor: string | null;
}

/** What an open order will remove, as far as the records know. Earlier versions, unfinished uploads and entries of the audit trail come on top. */
export interface WhatGoes {
  /** What Mux still has. */
  readonly mux_assets: readonly string[];
  /** In the vault. */
  readonly masters: number;
  /** Manifests, captions and pictures beside them. */
  readonly files: number;
  readonly bytes: number;
  /** What S3 charges at most for the rest of the days that a storage class is charged for at least. */
  readonly early_deletion_usd: number;
  readonly prices_as_of: string;
}

/** What an erasure does not reach, and when it runs out by itself. */
export interface RunsOutLater {
  readonly what: string;
  /** Null where Icehouse cannot know. */
  readonly until: string | null;
  readonly detail: string;
}

/** What was erased, by whose order, and what runs out later. */
export interface ErasureCertificate {
  readonly erasure_id: string;
  readonly asset_id: string;
  readonly root_asset_id: string;
  readonly asset_ids: readonly string[];
  readonly ordered: {
    readonly by: string;
    readonly legal_basis: string;
    readonly principal?: string;
    readonly request_id?: string;
    readonly at: string;
  };
  readonly executes_at: string;
  readonly begun_at?: string;
  readonly done_at: string;
  readonly removed: Removed;
  /** What is left on purpose. */
  readonly stays: readonly string[];
  readonly runs_out_later: readonly RunsOutLater[];
}

/** Everything that Icehouse knows of one asset. */
export interface AssetRecord {
  readonly asset_id: string;
  /** How many times this asset was taken through. */
  readonly life: number;
  readonly status: Status;
  /** One sentence for people. */
  readonly summary: string;
  readonly location: Location;
  /** Whether viewers can watch it at this moment, under whatever playback id it has now. */
  readonly playable: boolean;
  /** What the call came to; in answers to a cancel or a restore. */
  readonly outcome?: 'cancelled' | 'restoring' | 'already_available';
  readonly deleted_by_user_id: string;
  readonly reason?: string;
  readonly group_id?: string;
  /** Absent for `archive_and_delete`. */
  readonly mode?: 'archive_only' | 'delete_only';
  /** Its playback ids are taken away once it is archived. */
  readonly playback?: 'revoke';
  /** Playback ids that were taken away, and what plays instead since the request was taken back. */
  readonly revoked?: readonly {
    readonly id: string;
    readonly policy: string;
    readonly drm_configuration_id?: string;
    readonly revoked_at: string;
    readonly replaced_by?: string;
  }[];
  /** With mode `archive_only` the end of the year 9999, which means never. */
  readonly expiration_date: string;
  /** When the archive ends; null for never. Absent, the stack's retention counts from the deletion. */
  readonly archive_until?: string | null;
  readonly end_foretold?: EndForetold;
  readonly purge?: Purge;
  readonly created_at: string;
  readonly updated_at: string;
  /** When it goes on; absent at rest. */
  readonly next_action_at?: string;
  readonly waiting_for?: string;
  /** The place in line, 1 is next; in the answer to a look at one request. */
  readonly position?: number;
  /** The place is `position` or farther back. */
  readonly position_is_least?: true;
  /** When it is expected to go on, where it waits for its turn. */
  readonly expected_by?: string;
  readonly hold?: Hold;
  /** When a dry run would have deleted it. */
  readonly rehearsed_at?: string;
  readonly foretold?: Foretold;
  readonly watched?: Watched;
  /** Of Mux. */
  readonly environment?: string;
  /** As Mux has it. */
  readonly passthrough?: string;
  readonly title?: string;
  /** Your own id of the video, as Mux has it in `meta`. */
  readonly external_id?: string;
  /** Your own id of whoever made it, as Mux has it in `meta`. */
  readonly creator_id?: string;
  /** Seconds. */
  readonly duration?: number;
  readonly failure?: Failure;
  readonly playback_ids: readonly PlaybackId[];
  readonly tracks?: readonly Track[];
  /** What Mux charges by. */
  readonly billed_as?: {
    readonly resolution_tier?: string;
    readonly video_quality?: string;
    readonly has_static_renditions: boolean;
  };
  readonly losses: readonly Loss[];
  /** Codes; `*` stands for all. */
  readonly accepted_losses?: readonly string[];
  readonly archive?: Archive;
  readonly progress?: {
    readonly bytes_done: number;
    readonly bytes_total: number;
  };
  /** When it left Mux. */
  readonly deleted_at?: string;
  /** The DELETE that Mux answered; absent where the answer was lost. */
  readonly deletion?: {
    readonly at: string;
    /** Mux's own, for that call. */
    readonly request_id?: string;
  };
  readonly restore?: Restore;
  /** Published ones before, whose assets somebody deleted elsewhere. */
  readonly earlier_restores?: readonly EarlierRestore[];
  /** Under which Mux has the video now; null while it has none. */
  readonly current_asset_id: string | null;
  /** The asset whose record tells where the video is now: this one was restored, and somebody asked to delete it again. `summary`, `location`, `playable` and `current_asset_id` are as of that record. In answers to GET only. */
  readonly superseded_by?: string;
  /** The asset it was restored from, if Icehouse made it. */
  readonly restored_from?: string;
  readonly warnings: readonly string[];
  readonly history: readonly HistoryEntry[];
}

export interface Hold {
  readonly reason: string;
  readonly user_id: string;
  readonly since: string;
  readonly until?: string;
}

/** What the bus has heard of the deletion to come. */
export interface Foretold {
  /** The date that it was said of. */
  readonly expiration_date: string;
  /** The tick on which the asset would be deleted. */
  readonly deletes_at: string;
  /** When the bus had been told. */
  readonly said_at?: string;
}

/** What the bus has heard of the end of the archive to come. */
export interface EndForetold {
  /** The date that it was said of. */
  readonly archive_until: string;
  readonly said_at: string;
}

/** Whether somebody still watched it after the request, when that was last looked at. */
export interface Watched {
  readonly expiration_date: string;
  readonly since: string;
  readonly until: string;
  /** Delivered to viewers; absent when Mux could not say. */
  readonly seconds?: number;
  readonly looked_at: string;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  /** What a person should do now. */
  readonly action: string;
  /** Where a retry goes on. */
  readonly from: Status;
  readonly retryable: boolean;
}

export interface PlaybackId {
  readonly id: string;
  readonly policy: string;
}

export interface Track {
  readonly id: string;
  readonly type: 'audio' | 'text';
  readonly name?: string;
  readonly language_code?: string;
}

export interface Loss {
  readonly code: string;
  readonly attribute: string;
  readonly detail: string;
}

export interface Archive {
  readonly bucket: string;
  readonly key: string;
  readonly version_id: string;
  readonly size_bytes: number;
  /** Base64, over the whole object. */
  readonly crc32: string;
  readonly storage_class: StorageClass;
  /** Its master could not be looked at once more; nothing is ever deleted for such an archive. */
  readonly is_unchecked?: boolean;
  readonly verified_at: string;
  /** Nobody can delete any of it before, by S3's Object Lock. Absent where nothing was locked. */
  readonly locked_until?: string;
  readonly manifest_key: string;
  /** The version that was proved. So are those of captions and sidecars. */
  readonly manifest_version_id?: string;
  readonly captions: readonly {
    readonly track_id: string;
    readonly key: string;
    readonly version_id?: string;
  }[];
  readonly sidecars: readonly {
    readonly name: string;
    readonly key: string;
    readonly version_id?: string;
  }[];
  /** Manifest, captions and sidecars together. */
  readonly sidecar_bytes: number;
}

export interface Restore {
  readonly tier: Tier;
  readonly requested_at: string;
  readonly requested_by?: string;
  readonly ready_by: string;
  readonly need_by?: string;
  readonly estimated_cost_usd: number;
  readonly new_asset_id?: string;
  readonly new_playback_ids: readonly NewPlaybackId[];
  readonly new_tracks?: readonly NewTrack[];
  /** In the vault; GET …/fidelity shows it. */
  readonly comparison_key?: string;
}

export interface EarlierRestore {
  readonly new_asset_id: string;
  readonly new_playback_ids: readonly NewPlaybackId[];
  readonly new_tracks?: readonly NewTrack[];
  readonly restored_at?: string;
}

export interface NewPlaybackId {
  readonly id: string;
  readonly policy: string;
  /** The old id that it stands for. */
  readonly replaces?: string;
}

export interface NewTrack {
  readonly id: string;
  readonly type: 'audio' | 'text';
  readonly name?: string;
  readonly language_code?: string;
  /** The old id that it stands for. */
  readonly replaces?: string;
}

export interface HistoryEntry {
  readonly at: string;
  /** Null at its beginning. */
  readonly from: Status | null;
  readonly to: Status;
  readonly cause: string;
  readonly actor: string;
  /** Who signed the call, where a call was the cause - an IAM ARN, or the subject of a token. */
  readonly principal?: string;
  /** Of that call. */
  readonly request_id?: string;
  /** A person should look at once. */
  readonly alarm?: 'DELETED_ELSEWHERE' | 'LOST_AT_SOURCE';
}

/** `archive`: it would go its way. `wait`: Mux still prepares it. `hold`: policy refuses a loss, unless accept_loss names it. `refuse`: it cannot be archived. `gone`: Mux has none. */
export type CheckVerdict = 'archive' | 'wait' | 'hold' | 'refuse' | 'gone';

export interface Check {
  readonly asset_id: string;
  readonly checked_at: string;
  readonly verdict: CheckVerdict;
  readonly code?: string;
  readonly reason: string;
  readonly action?: string;
  /** The request there is already; null when there is none. */
  readonly tracked: CheckTracked | null;
  /** The asset that Icehouse made it from. */
  readonly restored_from?: string;
  readonly at_mux: CheckAtMux | null;
  readonly losses: readonly WeighedLoss[];
  /** Of the master; null where its length is not known. */
  readonly size: CheckSize | null;
  readonly prices: CheckPrices | null;
  /** The date of a request that names none. */
  readonly default_expiration_date: string;
}

export interface CheckTracked {
  readonly status: Status;
  readonly life: number;
  readonly summary: string;
  readonly expiration_date: string;
  readonly next_action_at?: string;
  readonly hold?: Hold;
  readonly current_asset_id: string | null;
}

export interface CheckAtMux {
  readonly status: 'preparing' | 'ready' | 'errored';
  readonly title?: string;
  /** Seconds. */
  readonly duration?: number;
  readonly created_at?: string;
  readonly resolution_tier?: string;
  readonly video_quality?: string;
  readonly playback_ids: readonly PlaybackId[];
  readonly audio_tracks: number;
  readonly text_tracks: number;
  readonly static_renditions: number;
  readonly master: 'none' | 'preparing' | 'ready' | 'errored';
  readonly is_live: boolean;
  readonly is_test: boolean;
}

export interface WeighedLoss {
  readonly code: string;
  readonly attribute: string;
  readonly detail: string;
  readonly weight: 'grave' | 'small' | 'always';
}

export interface CheckSize {
  readonly bytes: number;
  /** Reckoned from length and resolution; exact once it is in the vault. */
  readonly is_estimate: boolean;
}

/** Of a month where the name says so, else once. Dollars come to a millionth. */
export interface CheckPrices {
  readonly currency: 'USD';
  readonly prices_as_of: string;
  readonly storage_class: StorageClass;
  readonly archiving_usd: number;
  readonly vault_usd_per_month: number;
  readonly vault_minimum_days: number;
  readonly mux_usd_per_month: number;
  /** When nobody has watched it for 90 days. */
  readonly mux_cold_usd_per_month: number;
  /** By the cheapest tier. */
  readonly restoring_usd: number;
  readonly restore_tiers: readonly {
    readonly tier: Tier;
    readonly within_seconds: number;
  }[];
}

export interface Slimmed {
  readonly asset_id: string;
  readonly scope: 'static_renditions' | 'track' | 'playback_id';
  /** Nothing was taken - it was asked so, or the stack's deletions are in dry-run. */
  readonly dry_run: boolean;
  readonly removed: readonly SlimmedPart[];
  readonly frees: SlimFrees;
  /** How each is had again, in the order of `removed`. */
  readonly undo: readonly string[];
  /** In the vault - what each was, who took it and why, written before it went. Null where nothing was taken. */
  readonly entry: SlimEntry | null;
  readonly warnings: readonly string[];
}

export interface SlimmedPart {
  readonly kind: 'static_rendition' | 'text_track' | 'audio_track' | 'playback_id';
  readonly id: string;
  readonly name?: string;
  readonly resolution?: string;
  readonly language_code?: string;
  readonly policy?: string;
  /** Where Mux says it. */
  readonly size_bytes?: number;
  /** Null where the length of the video is not known. */
  readonly usd_per_month: number | null;
}

/** What Mux charges less in a month, by list price or the stack's own. */
export interface SlimFrees {
  readonly currency: 'USD';
  readonly prices_as_of: string;
  /** While it is watched. Null where the length of the video is not known. */
  readonly usd_per_month: number | null;
  /** Once nobody has watched it for 90 days - the discount for cold storage too, where the last static rendition goes. */
  readonly unwatched_usd_per_month: number | null;
  /** Of the files whose size Mux says. */
  readonly size_bytes: number | null;
  readonly detail: string;
}

export interface SlimEntry {
  readonly bucket: string;
  readonly key: string;
  readonly version_id: string;
}

export interface Upcoming {
  readonly now: string;
  readonly until: string;
  readonly deletions: 'on' | 'dry-run';
  /** The hold on everything; null when nothing is held. */
  readonly hold: Hold | null;
  readonly limits: {
    readonly per_hour: number;
    readonly per_day: number;
    readonly per_user_day: number;
  };
  readonly counted: {
    readonly hour: number;
    readonly day: number;
  };
  /** How long before a deletion the bus is told of it; 0 where it is not. */
  readonly notice_before_seconds: number;
  readonly days: readonly UpcomingDay[];
  /** The limits let fewer go than are due; null when not, or when this page is not the whole. */
  readonly put_off: PutOff | null;
  /** Requests not archived yet, and deletions under way, whatever their dates; counted no further than 1000. */
  readonly under_way: {
    readonly requested: number;
    readonly preparing: number;
    readonly archiving: number;
    readonly deleting: number;
  };
  readonly data: readonly UpcomingEntry[];
  /** Archives whose end comes in the same time, of what Mux no longer has; in neither days nor sums. */
  readonly ending: readonly EndingEntry[];
  readonly next_cursor: string | null;
}

export interface UpcomingDay {
  /** UTC. */
  readonly date: string;
  readonly count: number;
  readonly held: number;
  readonly size_bytes: number;
  /** Seconds. */
  readonly duration: number;
}

export interface PutOff {
  /** The first day at whose end some are left that were due. */
  readonly from: string;
  /** The most that are left at the end of a day. */
  readonly most: number;
  /** The day on which the last goes; null when the limits let none go. */
  readonly until: string | null;
}

export interface EndingEntry {
  readonly asset_id: string;
  readonly title?: string;
  readonly group_id?: string;
  readonly deleted_by_user_id: string;
  readonly archive_until: string;
  /** When it is going to end; null while a hold without an end keeps it. */
  readonly ends_at: string | null;
  readonly hold?: Hold;
  /** When the bus was told of this date. */
  readonly foretold_at?: string;
  readonly waiting_for?: string;
  readonly size_bytes: number;
}

export interface UpcomingEntry {
  readonly asset_id: string;
  readonly title?: string;
  readonly group_id?: string;
  readonly deleted_by_user_id: string;
  readonly reason?: string;
  /** `delete_only`: it goes without a copy. */
  readonly mode?: 'archive_only' | 'delete_only';
  readonly expiration_date: string;
  /** When its date has come, by the expiry schedule. */
  readonly due_at: string;
  /** When it is going to be deleted; null while a hold without an end keeps it. */
  readonly deletes_at: string | null;
  readonly hold?: Hold;
  /** When a dry run would have deleted it. */
  readonly rehearsed_at?: string;
  /** When the bus was told of this date. */
  readonly foretold_at?: string;
  readonly waiting_for?: string;
  readonly size_bytes: number;
  /** Seconds; 0 where it is not known. */
  readonly duration: number;
}

/** Dollars come to a millionth; only who shows them rounds them. */
export interface Quote {
  readonly asset_id: string;
  readonly storage_class: string;
  readonly size_bytes: number;
  readonly currency: 'USD';
  readonly prices_as_of: string;
  /** Cheapest first. */
  readonly offers: readonly QuoteOffer[];
  /** The tier that a restore would take now; null where it would read nothing back. */
  readonly chosen: Tier | null;
  /** What a restore that is asked for now would cost in all. */
  readonly estimated_cost_usd: number;
  readonly reason: string;
  readonly assumptions: readonly string[];
  readonly warnings: readonly string[];
}

export interface QuoteOffer {
  readonly tier: Tier;
  readonly total_usd: number;
  readonly items: readonly QuoteItem[];
  readonly within_seconds: number;
  readonly ready_by: string;
  /** Null where no time was given. */
  readonly meets_need_by: boolean | null;
}

export interface QuoteItem {
  readonly item: 'retrieval' | 'requests' | 'temporary_copy' | 'egress' | 'encoding';
  readonly usd: number;
  readonly note: string;
}

export interface Brake {
  /** Null when nothing is held. */
  readonly hold: Hold | null;
  readonly deletions: 'on' | 'dry-run';
  readonly limits: {
    readonly per_hour: number;
    readonly per_day: number;
    readonly per_user_day: number;
  };
  /** Deletions of this hour and of this day, UTC. */
  readonly counted: {
    readonly hour: number;
    readonly day: number;
  };
  /** In the answer to a hold. */
  readonly warnings?: readonly string[];
}

/** What to show in place of a player; docs/api.md says of each. */
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

/** Of the newest asset that somebody asked to delete, but for `lineage`. */
export interface Whereabouts {
  readonly asset_id: string;
  readonly status: Status;
  readonly reason: Reason;
  readonly summary: string;
  readonly location: Location;
  readonly playable: boolean;
  readonly current_asset_id: string | null;
  readonly playback_ids: readonly {
    readonly id: string;
    readonly policy: string;
    readonly current_id: string | null;
  }[];
  readonly tracks: readonly {
    readonly id: string;
    readonly type: 'audio' | 'text';
    readonly name?: string;
    readonly language_code?: string;
    readonly current_id: string | null;
  }[];
  /** Until when a restore under way can be read. */
  readonly ready_by?: string;
  /** Every asset that the video was, the oldest first. */
  readonly lineage: readonly LineageEntry[];
  readonly as_of: string;
}

export interface LineageEntry {
  readonly asset_id: string;
  /** Of its record; `available` and `gone` for one that a restore made and nobody asked to delete. */
  readonly status: Status | 'available' | 'gone';
  readonly restored_at?: string;
  readonly deleted_at?: string;
}

export type PlaybackIdWhereabouts = Whereabouts & {
  readonly playback_id: string;
  /** What plays now in its place; null if nothing does. */
  readonly current_playback_id: string | null;
};

export type TrackWhereabouts = Whereabouts & {
  readonly track_id: string;
  readonly current_track_id: string | null;
  /** The path of its captions in the vault, if it has some there. */
  readonly archived_text?: string;
};

export type Fidelity = FidelityComparison | FidelityVerdicts;

/** How an attribute comes back; docs/fidelity.md. */
export type Verdict = 'set' | 'after' | 'derived' | 'lost' | 'not-restored';

/** The new asset compared with the archived one. */
export interface FidelityComparison {
  readonly kind: 'comparison';
  readonly asset_id: string;
  readonly life: number;
  readonly new_asset_id: string;
  readonly compared_at: string;
  readonly counts: {
    readonly equal: number;
    readonly derived: number;
    readonly lost: number;
    readonly differs: number;
  };
  readonly attributes: readonly ComparedAttribute[];
}

export interface ComparedAttribute {
  readonly attribute: string;
  readonly verdict: Verdict;
  readonly was: unknown;
  readonly is: unknown;
  readonly outcome: 'equal' | 'derived' | 'lost' | 'differs';
  readonly note?: string;
}

/** What a restore would bring back. */
export interface FidelityVerdicts {
  readonly kind: 'verdicts';
  readonly asset_id: string;
  readonly life: number;
  readonly counts: {
    readonly set: number;
    readonly after: number;
    readonly derived: number;
    readonly lost: number;
    readonly 'not-restored': number;
  };
  readonly attributes: readonly AttributeVerdict[];
}

export interface AttributeVerdict {
  readonly attribute: string;
  readonly verdict: Verdict;
  readonly how: string;
  readonly note?: string;
}

export interface Audit {
  readonly id: string;
  readonly started_at: string;
  readonly updated_at: string;
  /** Null while it lasts. */
  readonly finished_at: string | null;
  readonly pass: 'platform' | 'records' | 'vault' | 'uploads';
  readonly waiting_for?: string;
  readonly counts: AuditCounts;
  readonly errors: number;
  readonly warnings: number;
  /** How many there are of each code. */
  readonly found: Readonly<Record<string, number>>;
  readonly findings_left_out: number;
  readonly findings: readonly Finding[];
  readonly next_cursor: string | null;
}

export interface AuditCounts {
  readonly records: number;
  readonly objects: number;
  readonly assets_at_mux: number;
  readonly assets_inspected: number;
  readonly versions: number;
  readonly superseded: number;
  readonly superseded_bytes: number;
  readonly uploads: number;
  readonly changed_meanwhile: number;
}

export interface Finding {
  readonly code:
    | 'ARCHIVE_WITHOUT_OBJECT'
    | 'ARCHIVE_DIFFERS'
    | 'ARCHIVE_HIDDEN'
    | 'ARCHIVE_UNREADABLE'
    | 'RECORD_UNREADABLE'
    | 'OBJECT_WITHOUT_RECORD'
    | 'UPLOAD_WITHOUT_RECORD'
    | 'DELETED_ELSEWHERE'
    | 'STILL_AT_MUX'
    | 'MASTER_LEFT_OPEN';
  readonly severity: 'error' | 'warning';
  readonly asset_id?: string;
  readonly life?: number;
  readonly key?: string;
  readonly expected?: string;
  readonly found?: string;
  readonly what_to_do: string;
}
