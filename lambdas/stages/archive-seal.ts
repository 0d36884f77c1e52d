// The end of a copy: the object is looked at by HEAD, its sidecars are written, the record becomes `archived`.
import type { PlatformAsset } from '../domain/asset.ts';
import { PermanentError } from '../domain/failures.ts';
import type { ObjectHead } from '../domain/object-head.ts';
import type { UploadState } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { archivedUntil } from './due.ts';
import { type ArchivedMaster, writeSidecars } from './sidecars.ts';
import type { Next, Work } from './stage.ts';

/** `crc32` is the one combined from the parts; after a lost answer it is S3's, which Complete had compared with ours. */
export async function seal(work: Work, asset: PlatformAsset, crc32?: string): Promise<Next> {
  const { record, deps } = work;
  const { upload } = record;
  if (!upload) throw new Error(`There is no upload to seal for ${record.asset_id}.`);
  const head = await deps.vault.head({ key: upload.key });
  const master = masterFrom(work, upload, head, crc32 ?? head?.crc32);
  await work.renew();
  const sidecars = await writeSidecars(work, asset, master);
  await abortOrphans(work, upload.key);
  const size = master.size_bytes;
  const set = { ...sidecars, upload: undefined, progress: { bytes_done: size, bytes_total: size } };
  return archivedUntil(work, 'copied and proved', set);
}

function masterFrom(
  { deps, nowMs }: Work,
  upload: UploadState,
  head: ObjectHead | undefined,
  crc32: string | undefined,
): ArchivedMaster {
  const isRight =
    head !== undefined &&
    crc32 !== undefined &&
    head.token === upload.token &&
    head.sizeBytes === upload.source.size_bytes &&
    head.checksumType === 'FULL_OBJECT' &&
    head.crc32 === crc32;
  if (!isRight) throw notAsCopied(upload, head, crc32);
  return {
    bucket: deps.vault.bucket,
    key: upload.key,
    version_id: head.versionId,
    size_bytes: head.sizeBytes,
    crc32,
    storage_class: deps.settings.storageClass,
    token: upload.token,
    verified_at: iso(nowMs),
  };
}

function notAsCopied(
  upload: UploadState,
  head: ObjectHead | undefined,
  crc32: string | undefined,
): PermanentError {
  const found = head
    ? `${head.sizeBytes} bytes, CRC32 ${head.crc32 ?? 'none'} (${head.checksumType ?? 'no type'}), ${head.token === upload.token ? 'our' : 'another'} token`
    : 'nothing';
  return new PermanentError(
    'ARCHIVE_NOT_PROVED',
    `${upload.key}: expected ${upload.source.size_bytes} bytes with CRC32 ${crc32 ?? 'unknown'} and our token, S3 has ${found}.`,
    {
      action: 'Nothing was deleted. Send the same delete request again to copy the master anew.',
      retryable: true,
      from: 'requested',
    },
  );
}

/** Uploads of this key that a crash between Create and the ledger left behind: they cost money until aborted. */
async function abortOrphans({ deps }: Work, key: string): Promise<void> {
  for (const uploadId of await deps.vault.listUploads(key)) await deps.vault.abortUpload({ key, uploadId });
}
