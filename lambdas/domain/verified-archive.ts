// The proofs of which a deletion needs one (law 1). Only the functions in this file can construct them, and the
// platform adapter checks them again at run time, so that no cast and no look-alike object deletes a video.
import type { PlatformAsset } from './asset.ts';
import { isHeld } from './brake.ts';
import { assetsOf } from './lineage-ids.ts';
import { fingerprint } from './manifest.ts';
import { isArchiveOnly } from './modes.ts';
import type { ObjectHead } from './object-head.ts';
import type { Archive, AssetRecord, StoredObject } from './record.ts';

/** A proof older than this deletes nothing. */
export const PROOF_LIFETIME_MS = 60_000;

/** Manifest, captions and images are read without a thaw. */
const SIDECAR_CLASS = 'STANDARD';

const key = Symbol('held by this file alone');

export abstract class DeletionProof {
  readonly assetId: string;
  readonly provedAtMs: number;

  constructor(holder: symbol, assetId: string, provedAtMs: number) {
    if (holder !== key) throw new Error('A deletion proof is made by its verifier only.');
    this.assetId = assetId;
    this.provedAtMs = provedAtMs;
  }
}

/** The vault holds the proved bytes of this asset, and the asset is still as its manifest says. */
export class VerifiedArchive extends DeletionProof {
  #archive = true;
  static is(value: unknown): value is VerifiedArchive {
    return typeof value === 'object' && value !== null && #archive in value;
  }
}

/** An asset that a restore or drill of ours made and never published. */
export class OwnUnpublishedAsset extends DeletionProof {
  #own = true;
  static is(value: unknown): value is OwnUnpublishedAsset {
    return typeof value === 'object' && value !== null && #own in value;
  }
}

/** Somebody with the permission for it asked to have this asset deleted without a copy, and its date has passed. */
export class WaivedArchive extends DeletionProof {
  #waived = true;
  static is(value: unknown): value is WaivedArchive {
    return typeof value === 'object' && value !== null && #waived in value;
  }
}

/** An order of erasure has begun on the lineage that this asset is part of. */
export class ErasureOrdered extends DeletionProof {
  #ordered = true;
  static is(value: unknown): value is ErasureOrdered {
    return typeof value === 'object' && value !== null && #ordered in value;
  }
}

/** Of any of the four kinds, whatever a cast may say. */
export function isProof(value: unknown): value is DeletionProof {
  const kinds = [VerifiedArchive, OwnUnpublishedAsset, WaivedArchive, ErasureOrdered];
  return kinds.some((kind) => kind.is(value));
}

/** Everything the proof is made of, gathered after the deletion slot was granted. */
export interface ArchiveEvidence {
  readonly record: AssetRecord;
  /** When the gathering began, ms since the epoch: the proof is never younger than its oldest evidence. */
  readonly gatheredAtMs: number;
  /** The asset as the platform shows it now. */
  readonly asset: PlatformAsset;
  /** The asset as the manifest, read from the vault, shows it. */
  readonly manifestAsset: PlatformAsset;
  /** HEAD of the exact version in the record, by key; missing when S3 does not have it. */
  readonly heads: ReadonlyMap<string, ObjectHead | undefined>;
}

export const SEALED_UNCHECKED =
  'Its master was sealed unchecked because Mux said that the asset was gone, and it is there.';

export type ArchiveProof =
  | { readonly kind: 'proved'; readonly proof: VerifiedArchive }
  /** The asset changed since it was archived: manifest, captions and images want refreshing first. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** The verifier: the one place where a VerifiedArchive comes into being. */
export function proveArchive(evidence: ArchiveEvidence): ArchiveProof {
  const { record, asset, heads } = evidence;
  const { archive } = record;
  if (isArchiveOnly(record)) return refused('ARCHIVE_ONLY', 'The request wants a copy and no deletion.');
  if (!archive) return refused('ARCHIVE_MISSING', 'The record has no archive.');
  if (archive.is_unchecked) return refused('ARCHIVE_UNCHECKED', SEALED_UNCHECKED);
  if (asset.id !== record.asset_id || evidence.manifestAsset.id !== record.asset_id) {
    return refused('ARCHIVE_OF_ANOTHER_ASSET', `The evidence is not about asset ${record.asset_id}.`);
  }
  const { token, storage_class } = archive;
  const wanted = [
    { object: archive, storageClass: storage_class },
    ...besideMaster(archive).map((object) => ({ object, storageClass: SIDECAR_CLASS })),
  ];
  for (const { object, storageClass } of wanted) {
    const fault = faultOf(object, { token, storageClass }, heads.get(object.key));
    if (fault) return fault;
  }
  if (fingerprint(asset) !== fingerprint(evidence.manifestAsset)) return { kind: 'stale' };
  return { kind: 'proved', proof: new VerifiedArchive(key, record.asset_id, evidence.gatheredAtMs) };
}

/** All that an archive lists beside its master. Archives of earlier days have no images. */
export function besideMaster({ manifest, captions, sidecars = [] }: Archive): readonly StoredObject[] {
  return [manifest, ...captions, ...sidecars];
}

function faultOf(
  object: StoredObject,
  wanted: { readonly token: string; readonly storageClass: string },
  head: ObjectHead | undefined,
): ArchiveProof | undefined {
  if (!head || head.versionId !== object.version_id) {
    return refused('ARCHIVE_MISSING', `${object.key}: S3 does not have version ${object.version_id}.`);
  }
  if (head.sizeBytes !== object.size_bytes) {
    return refused(
      'ARCHIVE_SIZE_MISMATCH',
      `${object.key}: expected ${object.size_bytes} bytes, S3 has ${head.sizeBytes}.`,
    );
  }
  if (head.crc32 !== object.crc32) {
    return refused(
      'ARCHIVE_CHECKSUM_MISMATCH',
      `${object.key}: expected CRC32 ${object.crc32}, S3 has ${head.crc32 ?? 'none'}.`,
    );
  }
  if (head.token !== wanted.token) {
    return refused(
      'ARCHIVE_NOT_OURS',
      `${object.key}: the object does not carry the token it was written with.`,
    );
  }
  if (head.checksumType !== 'FULL_OBJECT' || head.storageClass !== wanted.storageClass) {
    return refused(
      'ARCHIVE_CLASS_MISMATCH',
      `${object.key}: expected ${wanted.storageClass} with a FULL_OBJECT checksum, S3 has ${head.storageClass} with ${head.checksumType ?? 'none'}.`,
    );
  }
  return undefined;
}

function refused(code: string, message: string): ArchiveProof {
  return { kind: 'refused', code, message };
}

/**
 * Proves that an asset is one that this record's restore made and never published: one of the inputs it was made
 * from carries the restore's token, and it is not the asset that the restore published or is about to.
 */
export function proveOwnUnpublished(
  record: AssetRecord,
  asset: PlatformAsset,
  inputInfo: readonly Record<string, unknown>[],
  nowMs: number,
): OwnUnpublishedAsset | undefined {
  const { restore } = record;
  const published = record.current_asset_id === asset.id;
  const about = restore?.new_asset_id === asset.id && asset.status !== 'errored';
  if (!restore || published || about || asset.id === record.asset_id) return undefined;
  return carriesToken(inputInfo, restore.token) ? new OwnUnpublishedAsset(key, asset.id, nowMs) : undefined;
}

/** `record` read afresh; undefined unless its request wants no copy, its date has passed and nobody holds it. */
export function proveWaived(
  record: AssetRecord,
  asset: PlatformAsset,
  nowMs: number,
): WaivedArchive | undefined {
  const isWanted =
    record.mode === 'delete_only' && record.status === 'deleting' && asset.id === record.asset_id;
  const isDue = Date.parse(record.expiration_date) <= nowMs && !isHeld(record.hold, nowMs);
  return isWanted && isDue ? new WaivedArchive(key, asset.id, nowMs) : undefined;
}

/**
 * `leader` read afresh: the record whose order has begun. `assetId` is one that `member`, a record of the same order, is
 * about or that a restore of it made.
 */
export function proveErasure(
  leader: AssetRecord,
  member: AssetRecord,
  assetId: string,
  nowMs: number,
): ErasureOrdered | undefined {
  const { status, purge } = leader;
  const hasBegun = status === 'purging' && purge?.order !== undefined && purge.begun_at !== undefined;
  const isLed = member.status === 'purging' && member.purge?.led_by === leader.asset_id;
  const isOfOrder = isLed || member.asset_id === leader.asset_id;
  const isTime = purge !== undefined && Date.parse(purge.executes_at) <= nowMs;
  if (!hasBegun || !isOfOrder || !isTime || !assetsOf(member).includes(assetId)) return undefined;
  return new ErasureOrdered(key, assetId, nowMs);
}

/** Whether the asset was made from a URL that this restore signed. */
export function carriesToken(inputInfo: readonly Record<string, unknown>[], token: string): boolean {
  return token.length >= 32 && JSON.stringify(inputInfo).includes(`x-icehouse-token=${token}`);
}
