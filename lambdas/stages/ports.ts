// The ports: all a stage may ask of the outside world. Adapters implement them, tests play them with fakes.
// Errors: every method may throw TransientError; other throws are named where they are declared.
import type { Measures } from '../contract/metrics.ts';
import type { Lane, LockMode, ObjectClass, SegmentMessage, Stage, StageMessage } from '../contract/names.ts';
import type { PlatformAsset } from '../domain/asset.ts';
import type { Audit, Finding } from '../domain/audit.ts';
import type { ListedVersion } from '../domain/audit-judgements.ts';
import type { FinishingStep } from '../domain/finishing-steps.ts';
import type { ObjectHead } from '../domain/object-head.ts';
import type {
  AssetRecord,
  ErasureOrder,
  HistoryEntry,
  Hold,
  PlaybackId,
  Removed,
  Status,
  StoredObject,
  Tier,
} from '../domain/record.ts';
import type { CallEvent } from '../domain/trail.ts';
import type { DeletionProof } from '../domain/verified-archive.ts';

export type { ObjectHead };

export interface Clock {
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

export interface Random {
  /** 128 bits, as 32 lower-case hex digits. */
  token(): string;
}

/** Under `external` lies the customer's own id of a video, if its asset had one: whichever asset was read last. */
export type AliasKind = 'playback' | 'upload' | 'asset' | 'track' | 'external';

export interface ListQuery {
  readonly status?: Status;
  readonly groupId?: string;
  /** All records with this in one of their fields, the newest first; no other filter goes with it. */
  readonly person?: { readonly field: 'creator_id' | 'deleted_by_user_id'; readonly id: string };
  readonly cursor?: string;
  /** 1 to 100. */
  readonly limit: number;
}

export interface Due {
  readonly assetId: string;
  /** Since when. */
  readonly wakeAt: string;
}

/** One record per asset, the only truth. Reads of single records are strongly consistent. */
export interface Ledger {
  get(assetId: string): Promise<AssetRecord | undefined>;
  /** In any order, each once, without those that do not exist. Strongly consistent. */
  getMany(assetIds: readonly string[]): Promise<readonly AssetRecord[]>;
  /**
   * Stores the record if the ledger still holds `record.version` of it (0: holds none), as one conditional write.
   * Answers the record as stored, its version one higher. Throws ConflictError when somebody was faster.
   */
  save(record: AssetRecord): Promise<AssetRecord>;
  /** Idempotent; the last writer wins. */
  putAlias(kind: AliasKind, id: string, assetId: string): Promise<void>;
  resolveAlias(kind: AliasKind, id: string): Promise<string | undefined>;
  /** Idempotent. Only an erasure does this, and only to what names a person: ids of the platform lead to the tombstone. */
  dropAlias(kind: 'external', id: string): Promise<void>;
  /** Records whose `wake_at` in this lane is not after `nowMs`, earliest first over all shards. */
  due(lane: Lane, nowMs: number, limit: number): Promise<readonly Due[]>;
  /**
   * Claims a record that is due, as `claim` of the lifecycle does, by one conditional write and without reading it first.
   * Undefined when it is not due, is leased, or was claimed so often already that its leases grow: then it is to be read.
   */
  claimDue(assetId: string, nowMs: number, leaseMs: number): Promise<AssetRecord | undefined>;
  /** How many records of the lane wake before this one, over all shards; counts no further than `most`. */
  countBefore(lane: Lane, record: Pick<AssetRecord, 'asset_id' | 'wake_at'>, most: number): Promise<number>;
  /**
   * One page of the records of a lane that wake up to `untilMs`, earliest first over all shards; `after` leads on, and is
   * null behind the last. At most 100; a page may hold fewer although more follow.
   */
  asleep(
    lane: Lane,
    o: { readonly after?: string; readonly untilMs: number; readonly limit: number },
  ): Promise<{ readonly records: readonly AssetRecord[]; readonly after: string | null }>;
  /** How many records are in this status; counts no further than `most`. A moment late, as all indexes are. */
  countStatus(status: Status, most: number): Promise<number>;
  /**
   * Newest last within a status. Throws PermanentError INVALID_CURSOR, and SetUpError LEDGER_INDEX_MISSING of a table that
   * has no index for it, or not yet.
   */
  list(query: ListQuery): Promise<{ records: readonly AssetRecord[]; nextCursor: string | null }>;
  /** The platform environment this stack serves: the first id ever given wins and is answered from then on. */
  pinEnvironment(id: string): Promise<string>;
}

export interface PartInfo {
  readonly partNumber: number;
  readonly sizeBytes: number;
  readonly etag: string;
  /** Base64. */
  readonly crc32: string;
}

/** Where a list of the vault goes on: behind this version, or this upload, of this key. */
export interface ListMark {
  readonly key: string;
  readonly id?: string;
}

export interface ListedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly begunMs: number;
}

export interface LockedVersion {
  readonly key: string;
  readonly versionId: string;
  /** ms since the epoch; absent for a legal hold, which has no end. One that is over: something else refuses, too. */
  readonly untilMs?: number;
}

/** The bucket. Object metadata carries our token under `icehouse-token`. */
export interface Vault {
  readonly bucket: string;
  createUpload(o: {
    key: string;
    contentType: string;
    storageClass: ObjectClass;
    token: string;
  }): Promise<string>;
  /** All pages, by part number; undefined when the upload does not exist (aborted or completed). */
  listParts(o: { key: string; uploadId: string }): Promise<readonly PartInfo[] | undefined>;
  /**
   * Streams one part; S3 checks size and CRC32 before the part becomes visible. Memory does not grow with the part:
   * a chunk of `body` is done with before the next is asked for.
   * An error thrown by `body` is rethrown as it is and leaves no part behind. Throws TransientError UPLOAD_GONE
   * when the upload was aborted or completed meanwhile.
   */
  uploadPart(o: {
    key: string;
    uploadId: string;
    partNumber: number;
    sizeBytes: number;
    body: AsyncIterable<Uint8Array>;
    signal?: AbortSignal;
  }): Promise<PartInfo>;
  /** Answers undefined when the upload no longer exists: the caller looks for its object by token. Throws PermanentError ARCHIVE_REFUSED_BY_S3 for a size or checksum that S3 does not agree with. */
  completeUpload(o: {
    key: string;
    uploadId: string;
    parts: readonly PartInfo[];
    sizeBytes: number;
    crc32: string;
  }): Promise<{ versionId: string } | undefined>;
  /** Idempotent. */
  abortUpload(o: { key: string; uploadId: string }): Promise<void>;
  /** Ids of unfinished uploads of exactly this key. */
  listUploads(key: string): Promise<readonly string[]>;
  /** One page, at most 1,000, of all versions and delete markers below a prefix; the pages go on by key. */
  listVersions(o: {
    prefix: string;
    after?: ListMark;
  }): Promise<{ readonly versions: readonly ListedVersion[]; readonly next: ListMark | undefined }>;
  /** One page, at most 1,000, of the unfinished uploads below a prefix; the pages go on by key. */
  listUnfinished(o: {
    prefix: string;
    after?: ListMark;
  }): Promise<{ readonly uploads: readonly ListedUpload[]; readonly next: ListMark | undefined }>;
  /**
   * Removes exactly these versions for good, at most 1,000; idempotent. Answers those that an Object Lock keeps, with its end
   * where S3 says it.
   */
  removeVersions(
    versions: readonly { readonly key: string; readonly versionId: string }[],
  ): Promise<readonly LockedVersion[]>;
  /**
   * Sees to it that exactly this version is locked in this mode until then at least; idempotent. A lock that lasts longer, or
   * is stricter, stays so as long as it lasts. `gone`: there is no such version. Throws SetUpError VAULT_WITHOUT_LOCK, and
   * VAULT_LOCK_MILD for one under way that nobody of ours can make stricter.
   */
  lock(o: {
    readonly key: string;
    readonly versionId: string;
    readonly mode: LockMode;
    readonly nowMs: number;
    readonly untilMs: number;
  }): Promise<'locked' | 'gone'>;
  /** Undefined when there is no such object or version. Works on archived objects. */
  head(o: { key: string; versionId?: string }): Promise<ObjectHead | undefined>;
  /** A small object in the standard class. */
  put(o: { key: string; contentType: string; token: string; body: Uint8Array }): Promise<StoredObject>;
  get(o: { key: string; versionId: string }): Promise<Uint8Array | undefined>;
  /** Starts a thaw, or upgrades one under way to a faster tier. */
  thaw(o: {
    key: string;
    versionId: string;
    tier: Tier;
    days: number;
  }): Promise<'started' | 'in-progress' | 'readable'>;
  /** A URL that reads exactly this version, with the token as a signed query parameter `x-icehouse-token`. */
  presign(o: { key: string; versionId: string; token: string; expiresSeconds: number }): Promise<string>;
}

export interface Probe {
  readonly sizeBytes: number;
  readonly etag?: string;
  readonly lastModifiedMs?: number;
  /** False when the source answered 200 to a Range request. */
  readonly ranged: boolean;
  /** The first bytes, at most 1024. */
  readonly head: Uint8Array;
}

/** Where masters, captions and images are downloaded from. https, allowed hosts, no private addresses. */
export interface Source {
  /** `Range: bytes=0-1023`. Throws SourceLapsedError, PermanentError SOURCE_REFUSED (host, scheme, 4xx). */
  probe(url: string): Promise<Probe>;
  /**
   * The bytes `start` to `end` inclusive, counted: exactly that many or an error.
   * A chunk is valid until the next is asked for: its memory is filled anew then, so whoever keeps it copies it.
   * Throws SourceLapsedError, SourceChangedError (Content-Range total or ETag differ from `expect`).
   */
  read(
    url: string,
    range: { start: number; end: number },
    expect: { sizeBytes: number; etag?: string },
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  /** The whole body from the first byte, for sources without Range; counted, compared and lent as by `read`. */
  readAll(
    url: string,
    expect: { sizeBytes: number; etag?: string },
    signal?: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  /** A small file, at most `maxBytes`, and `limitMs` from now where that is given; undefined for 404. */
  fetchSmall(url: string, maxBytes: number, limitMs?: number): Promise<Uint8Array | undefined>;
}

/** Whether one more asset may be deleted now, by the limits per hour, day and user. */
export type BrakeAnswer =
  | { readonly kind: 'go' }
  /** The limit that is reached, in words, and when it begins anew: ms since the epoch. */
  | { readonly kind: 'spent'; readonly limit: string; readonly untilMs: number };

/** What stands between an archive whose date has passed and its deletion, shared by all functions. */
export interface Brake {
  /** The hold on everything, also one that is over; undefined when there is none. Strongly consistent. */
  holdOnAll(): Promise<Hold | undefined>;
  /** Undefined lifts it. With `onlyIf` it changes nothing and answers false unless the hold there is that one, or none. */
  setHoldOnAll(hold: Hold | undefined, onlyIf?: { readonly since: string | undefined }): Promise<boolean>;
  /**
   * Counts one deletion if every limit still allows it. Never counts more than the limits; among many at once, one that
   * is refused may have been counted all the same: fewer go then, never more.
   */
  countDeletion(o: { readonly userId: string; readonly nowMs: number }): Promise<BrakeAnswer>;
  /** Deletions counted in the hour and the day of `nowMs`. */
  counted(nowMs: number): Promise<{ readonly hour: number; readonly day: number }>;
}

/** Permission for one DELETE, spent by using it. */
export interface DeletionSlot {
  readonly grantedAtMs: number;
}

export interface CreateAsset {
  readonly masterUrl: string;
  /** What the asset was like, from the manifest: the platform sets what can be set. */
  readonly like: PlatformAsset;
  readonly texts: readonly { readonly url: string; readonly trackId: string }[];
  /** Without whatever the platform may refuse: quality, renditions, DRM. */
  readonly isPlain?: boolean;
}

/** What the platform makes of every video that is not audio alone, by the name it has in the vault. */
export type PlatformImage = 'poster.jpg' | 'storyboard.jpg' | 'storyboard.vtt';

/** What an audit needs of an asset in a list, also where the rest cannot be read. */
export interface ListedAsset {
  readonly id: string;
  /** Whether its master can be downloaded, or is being prepared for it. */
  readonly isMasterOpen: boolean;
}

/** What a playback id or an upload id belongs to. */
export type IdOwner =
  | { readonly kind: 'asset'; readonly assetId: string }
  | { readonly kind: 'live-stream' }
  /** An upload that has become no asset yet, or never will. */
  | { readonly kind: 'no-asset' };

/**
 * The video platform. Every call spends a governor slot of the purpose the platform was made for and
 * throws NotYetError when the slot is too far away to be slept for. 404s answer `undefined` or `gone`.
 */
export interface Platform {
  /** Id of the environment our token belongs to. */
  environment(): Promise<string>;
  inspect(assetId: string): Promise<PlatformAsset | undefined>;
  /** One call; undefined when the platform knows no such id. */
  ownerOf(kind: 'playback' | 'upload', id: string): Promise<IdOwner | undefined>;
  /**
   * The inputs the asset was made from, raw; undefined when the platform does not say. One of the many calls of a search
   * waits longer for its slot than a call that begins a step.
   */
  inputInfo(assetId: string, isSearch?: boolean): Promise<readonly Record<string, unknown>[] | undefined>;
  requestMaster(assetId: string): Promise<PlatformAsset>;
  releaseMaster(assetId: string): Promise<void>;
  /** Takes the slot first, so that the proof made after it is fresh. */
  reserveDeletion(): Promise<DeletionSlot>;
  /** Throws an Error at once unless the proof is one its verifier made, for this asset, at most 60 s old. */
  deleteAsset(
    assetId: string,
    proof: DeletionProof,
    slot: DeletionSlot,
    /** Told the platform's own id of the call, where its answer has one: for the record, never for a decision. */
    hear?: (requestId: string) => void,
  ): Promise<'deleted' | 'gone'>;
  createAsset(o: CreateAsset): Promise<PlatformAsset>;
  /** One thing that create cannot set, or did not. Throws PermanentError MUX_REFUSED for what the platform does not do. */
  finishAsset(assetId: string, step: FinishingStep): Promise<void>;
  /** Takes a playback id away: whoever has it can watch no more. `gone`: there was none. */
  deletePlaybackId(assetId: string, playbackId: string): Promise<'deleted' | 'gone'>;
  /** Takes a static rendition away. `gone`: there was none. */
  deleteStaticRendition(assetId: string, renditionId: string): Promise<'deleted' | 'gone'>;
  /** Takes a text track or a further audio track away. `gone`: there was none. Throws PermanentError MUX_REFUSED. */
  deleteTrack(assetId: string, trackId: string): Promise<'deleted' | 'gone'>;
  /**
   * Gives the asset another playback id of this policy. Not idempotent: look first at which it has. Throws TransientError
   * MUX_ASSET_VANISHED, and PermanentError MUX_REFUSED for what the platform does not make.
   */
  createPlaybackId(assetId: string, policy: string, drmConfigurationId?: string): Promise<PlaybackId>;
  /** Assets created at or after `sinceMs`, in any order. */
  createdSince(sinceMs: number): Promise<readonly PlatformAsset[]>;
  /** One page, at most 100, of all assets there are, in any order. */
  listAssets(
    cursor: string | undefined,
  ): Promise<{ readonly assets: readonly ListedAsset[]; readonly nextCursor: string | null }>;
  /**
   * Seconds of the asset delivered to viewers in a window whose ends are whole hours; 0 when nobody watched it. Mux knows
   * them up to 12 hours ago and for 90 days.
   */
  deliveredSeconds(assetId: string, sinceMs: number, untilMs: number): Promise<number>;
  /** Reads an asset back from the JSON that a manifest keeps. Pure; spends no slot. */
  describe(raw: Readonly<Record<string, unknown>>): PlatformAsset;
  /** Where the text track can be downloaded; undefined when it cannot be without changing the asset. */
  captionUrl(asset: PlatformAsset, trackId: string): Promise<string | undefined>;
  /** Where an image of the video can be downloaded; undefined when it cannot be without changing the asset. */
  imageUrl(asset: PlatformAsset, image: PlatformImage): Promise<string | undefined>;
}

export interface TransitionEvent {
  readonly entry: HistoryEntry;
  readonly record: AssetRecord;
}

export interface Bus {
  publish(events: readonly TransitionEvent[]): Promise<void>;
}

/** The audit trail. An entry is written once and never again. */
export interface Trail {
  /** `there`: an earlier delivery of the same event wrote it. */
  put(key: string, body: string): Promise<'written' | 'there'>;
}

/** Tells the bus of calls that were refused, and of those that no record remembers. */
export interface Calls {
  tell(calls: readonly CallEvent[]): Promise<void>;
}

/** An order as it is kept beside the records: what became of it outlives what it erased. */
export interface ErasureFile extends ErasureOrder {
  readonly stopped?: { readonly at: string; readonly user_id: string; readonly reason?: string };
  /** When all was removed; absent until then. */
  readonly done_at?: string;
  readonly removed?: Removed;
  /** Every asset of the lineage, the oldest first. */
  readonly asset_ids?: readonly string[];
}

/** Orders of erasure. */
export interface Erasures {
  /** The last writer wins: only who holds the leading record writes. */
  put(file: ErasureFile): Promise<void>;
  /** Strongly consistent. */
  get(id: string): Promise<ErasureFile | undefined>;
  /** Newest last. Throws PermanentError INVALID_CURSOR. */
  list(o: { readonly cursor?: string; readonly limit: number }): Promise<{
    readonly files: readonly ErasureFile[];
    readonly nextCursor: string | null;
  }>;
}

/** Starts a stage's function asynchronously. */
export interface Dispatch {
  invoke(stage: Stage, message: StageMessage): Promise<void>;
}

/** Workers that copy segments side by side with the archive stage. */
export interface Helpers {
  ask(segments: readonly SegmentMessage[]): Promise<void>;
}

export interface LogFields {
  /** What the line counts. Where a metric has a second dimension, `stage`, `lane` or `proof` stands beside it. */
  readonly metrics?: Measures;
  readonly [field: string]: unknown;
}

export interface Log {
  info(message: string, fields: LogFields): void;
  error(message: string, fields: LogFields): void;
}

/** Where audits are kept: the latest, those before it, their findings, and what each saw at the platform. */
export interface Audits {
  /** Strongly consistent. */
  latest(): Promise<Audit | undefined>;
  /** Stores the latest audit if the ledger still holds `audit.version`, in its own or its predecessor's place. Throws ConflictError. */
  save(audit: Audit): Promise<Audit>;
  /** Puts one beside the latest, whose place another is about to take. */
  keep(audit: Audit): Promise<void>;
  /** One that was kept. */
  kept(id: string): Promise<Audit | undefined>;
  /** Idempotent; the last writer wins. */
  putFindings(id: string, page: number, findings: readonly Finding[]): Promise<void>;
  findings(id: string, page: number): Promise<readonly Finding[]>;
  /** Notes that the platform listed the asset; one note per asset, of the last audit that saw it. */
  markSeen(assetId: string, auditId: string): Promise<void>;
  wasSeen(assetId: string, auditId: string): Promise<boolean>;
}

/**
 * Sends one request to a receiver of events. Throws unless it was answered 2xx in time: PermanentError RECEIVER_REFUSED,
 * TransientError RECEIVER_ANSWERED, RECEIVER_TIMEOUT, RECEIVER_UNREACHABLE.
 */
export type Post = (url: string, body: string, headers: Readonly<Record<string, string>>) => Promise<void>;
