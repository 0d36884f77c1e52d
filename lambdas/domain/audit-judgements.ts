// The judgements of an audit: what ledger, vault and platform say of one another, compared. The evidence is gathered by
// the stage; whatever is unknown is no finding. What concerns the platform is judged in audit-platform.ts.
import type { Audit, Finding } from './audit.ts';
import type { ObjectHead } from './object-head.ts';
import { locationOf } from './public-record.ts';
import type { Archive, AssetRecord, StoredObject } from './record.ts';
import { HOUR_MS } from './time.ts';

/** What changed after the audit began is for the next one: half of it may have been looked at before the change. */
export function isSettled(record: AssetRecord, audit: Pick<Audit, 'started_at'>): boolean {
  return record.updated_at <= audit.started_at;
}

/** Master and sidecars, each with the class it is to be in. */
export function namedObjects(archive: Archive) {
  const { sidecars: images = [], ...master } = archive;
  const needed = [archive.manifest, ...archive.captions];
  const beside = (isImage: boolean) => (object: StoredObject) => ({
    ...object,
    storageClass: 'STANDARD',
    isImage,
  });
  return [
    { ...master, storageClass: archive.storage_class as string, isImage: false },
    ...needed.map(beside(false)),
    ...images.map(beside(true)),
  ];
}

/** What S3 said of one version: it is there, it is not there, or S3 would not say. */
export type Look =
  | { readonly kind: 'there'; readonly head: ObjectHead }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly message: string };

/** Compares a record's archive with what S3 said, by key. */
export function judgeArchive(record: AssetRecord, looks: ReadonlyMap<string, Look>): readonly Finding[] {
  const { archive, purge } = record;
  // It is being removed on purpose, which an Object Lock may draw out for years.
  if (purge?.begun_at) return [];
  if (!archive) {
    if (locationOf(record) !== 'vault' && record.status !== 'archived') return [];
    return [{ ...withoutObject(record), expected: 'an archive', found: 'none on the record' }];
  }
  return namedObjects(archive).flatMap((object) => {
    const look = looks.get(object.key) ?? { kind: 'missing' };
    if (look.kind === 'there') return differences(record, archive.token, object, look.head);
    const { key, version_id } = object;
    const missing = { key, expected: `version ${version_id}`, found: 'no such version' };
    return look.kind === 'missing'
      ? [{ ...withoutObject(record), ...missing, ...ofImage(record, object) }]
      : [{ ...aboutRecord(record), ...UNREADABLE, key, found: look.message }];
  });
}

function differences(
  record: AssetRecord,
  token: string,
  object: ReturnType<typeof namedObjects>[number],
  head: ObjectHead,
): readonly Finding[] {
  const compared = [
    ['bytes', object.size_bytes, head.sizeBytes],
    ['CRC32', object.crc32, head.crc32],
    ['token', token, head.token],
    ['checksum type', 'FULL_OBJECT', head.checksumType],
    ['class', object.storageClass, head.storageClass],
  ] as const;
  const differing = compared.filter(([, expected, found]) => expected !== found);
  if (differing.length === 0) return [];
  // The token is no secret of anybody's, but of no use to a reader either.
  const words = (at: 1 | 2) =>
    differing.map(
      (row) => `${row[0]} ${row[0] === 'token' ? ['ours', 'not ours'][at - 1] : (row[at] ?? 'none')}`,
    );
  const isClassOnly = differing.every(([name]) => name === 'class');
  const differs = isClassOnly
    ? OTHER_CLASS
    : { ...DIFFERS, what_to_do: copyAnew(record), ...ofImage(record, object) };
  const { key } = object;
  return [
    { ...aboutRecord(record), ...differs, key, expected: words(1).join(', '), found: words(2).join(', ') },
  ];
}

/** One version or delete marker, as the list of the vault shows it. */
export interface ListedVersion {
  readonly key: string;
  readonly versionId: string;
  readonly sizeBytes: number;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
}

export interface FolderVerdict {
  readonly findings: readonly Finding[];
  readonly superseded: readonly ListedVersion[];
}

/** All versions that a page of the list shows of one asset's one life, with the asset's record. */
export function judgeFolder(
  folder: { readonly assetId: string; readonly life: number },
  versions: readonly ListedVersion[],
  record: AssetRecord | undefined,
): FolderVerdict {
  const objects = versions.filter(({ isDeleteMarker }) => !isDeleteMarker);
  const named = new Map(record?.archive ? namedObjects(record.archive).map((each) => [each.key, each]) : []);
  const others = objects.filter(({ key, versionId }) => named.get(key)?.version_id !== versionId);
  if (!record || folder.life > record.life) {
    return { findings: others.length > 0 ? [orphaned(folder, others)] : [], superseded: [] };
  }
  const hidden = versions.filter(
    ({ key, isDeleteMarker, isLatest }) => isDeleteMarker && isLatest && named.has(key),
  );
  const findings = hidden.map(({ key }) => ({ ...aboutRecord(record), ...HIDDEN, key }));
  return { findings, superseded: others.filter(({ key }) => !isComparison(key)) };
}

/** A report on a restore: every one is kept, and none is a part of the archive. */
function isComparison(key: string): boolean {
  return /\/restored\/[^/]+\.json$/.test(key);
}

/** Of keys that are not like ours at all, or of an asset or a life that no record knows. */
export function orphaned(
  folder: { readonly assetId: string; readonly life: number } | undefined,
  versions: readonly ListedVersion[],
): Finding {
  const sizeBytes = versions.reduce((sum, version) => sum + version.sizeBytes, 0);
  return {
    code: 'OBJECT_WITHOUT_RECORD',
    severity: 'warning',
    asset_id: folder?.assetId,
    life: folder?.life,
    key: versions[0]?.key,
    expected: 'a record that knows this asset and life',
    found: `${versions.length} ${versions.length === 1 ? 'version' : 'versions'}, ${sizeBytes} bytes`,
    what_to_do:
      'Keep it until you know what it is: if the ledger was restored from a backup, this may be the only copy. manifest.json beside it says what it was. Icehouse deletes nothing here.',
  };
}

/** Nothing more is judged of it, neither its objects nor its asset. `refusal` is the ledger's: what is wrong, and what to do. */
export function unreadableRecord(
  assetId: string,
  refusal: { readonly message: string; readonly action: string },
): Finding {
  return {
    code: 'RECORD_UNREADABLE',
    severity: 'error',
    asset_id: assetId,
    expected: 'a record that can be read',
    found: refusal.message,
    what_to_do: `Icehouse can neither archive, delete nor restore this video until its record can be read. ${refusal.action}`,
  };
}

/** The id of an upload reaches the ledger a moment after S3 has given it. */
const YOUNGEST_UPLOAD_MS = HOUR_MS;

export function judgeUpload(
  upload: { readonly key: string; readonly uploadId: string; readonly begunMs: number },
  folder: { readonly assetId: string; readonly life: number } | undefined,
  record: AssetRecord | undefined,
  nowMs: number,
): Finding | undefined {
  const isKnown = record?.upload?.upload_id === upload.uploadId;
  if (isKnown || upload.begunMs > nowMs - YOUNGEST_UPLOAD_MS) return undefined;
  return {
    code: 'UPLOAD_WITHOUT_RECORD',
    severity: 'warning',
    asset_id: folder?.assetId,
    life: folder?.life,
    key: upload.key,
    expected: 'a record with this upload',
    found: `upload ${upload.uploadId}`,
    what_to_do:
      'Its parts are billed until S3 aborts it, 7 days after it began (lifecycle rule abort-unfinished-uploads). Abort it yourself if the bucket has no such rule.',
  };
}

export function aboutRecord({ asset_id, life }: AssetRecord) {
  return { asset_id, life };
}

function withoutObject(record: AssetRecord) {
  return {
    ...aboutRecord(record),
    code: 'ARCHIVE_WITHOUT_OBJECT' as const,
    severity: 'error' as const,
    what_to_do: copyAnew(record),
  };
}

function isAtPlatform(record: AssetRecord): boolean {
  return locationOf(record) !== 'vault' && record.status !== 'restored';
}

/** While the asset is at Mux all can be mended; after that, the vault had the only copy. */
function copyAnew(record: AssetRecord): string {
  return !isAtPlatform(record)
    ? 'Nothing of it can be restored as it is. Look for the version in the bucket, its replicas and backups, and in CloudTrail for who changed it; open a case with AWS.'
    : 'The asset is still on Mux and is not deleted while this stands. Cancel the request and make it again: the master is copied anew.';
}

/** A restore does without the images: what is wrong with one is no reason to call anybody at night. */
function ofImage(record: AssetRecord, { isImage }: { readonly isImage: boolean }): Partial<Finding> {
  if (!isImage) return {};
  return {
    severity: 'warning',
    what_to_do: isAtPlatform(record)
      ? 'The asset is still on Mux and is not deleted while this stands. Cancel the request and make it again: the image is fetched anew, no video is copied.'
      : 'The video can be restored without it. Look for the version in the bucket, its replicas and backups.',
  };
}

const DIFFERS = { code: 'ARCHIVE_DIFFERS', severity: 'error' } as const;

const OTHER_CLASS = {
  code: 'ARCHIVE_DIFFERS',
  severity: 'warning',
  what_to_do:
    'Somebody, or a lifecycle rule, moved it. The bytes are the same, but a deletion is refused until the class is as the record says. Take the rule off the prefix mux/.',
} as const;

const HIDDEN = {
  code: 'ARCHIVE_HIDDEN',
  severity: 'warning',
  expected: 'the latest version',
  found: 'a delete marker on top of it',
  what_to_do:
    'Somebody deleted the key; the version is still there and a restore finds it. Remove the delete marker, and see that no lifecycle rule ends noncurrent versions.',
} as const;

const UNREADABLE = {
  code: 'ARCHIVE_UNREADABLE',
  severity: 'warning',
  expected: 'an answer',
  what_to_do: 'S3 refused to say. Look its answer up in the S3 API reference; nothing is known to be lost.',
} as const;
