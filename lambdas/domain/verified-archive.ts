// The two proofs that a deletion needs (law 1). Only the functions in this file can construct them, and the
// platform adapter checks them again at run time, so that no cast and no look-alike object deletes a video.
import type { PlatformAsset } from './asset.ts';
import { fingerprint } from './manifest.ts';
import type { ObjectHead } from './object-head.ts';
import type { Archive, AssetRecord, StoredObject } from './record.ts';

/** A proof older than this deletes nothing. */
export const PROOF_LIFETIME_MS = 60_000;

/** Manifest, captions and images are read without a thaw. */
const SIDECAR_CLASS = 'STANDARD';

const key = Symbol('held by this file alone');

abstract class DeletionProof {
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

/** Whether the asset was made from a URL that this restore signed. */
export function carriesToken(inputInfo: readonly Record<string, unknown>[], token: string): boolean {
  return token.length >= 32 && JSON.stringify(inputInfo).includes(`x-icehouse-token=${token}`);
}
