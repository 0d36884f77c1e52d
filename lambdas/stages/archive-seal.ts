// The end of a copy: the object is looked at by HEAD, its sidecars are written, the record becomes `archived`.
import type { PlatformAsset } from '../domain/asset.ts';
import { PermanentError } from '../domain/failures.ts';
import type { ObjectHead } from '../domain/object-head.ts';
import type { Loss, UploadState } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { carryOver } from './carry-over.ts';
import { archivedUntil } from './due.ts';
import { type ArchivedMaster, writeSidecars } from './sidecars.ts';
import type { Next, Work } from './stage.ts';
import { unfinishedUploads } from './unfinished-uploads.ts';

/** `losses`: what is known to be lost besides all that the asset itself tells. */
export async function seal(work: Work, asset: PlatformAsset, losses?: readonly Loss[]): Promise<Next> {
  const { record, deps } = work;
  const { upload } = record;
  if (!upload) throw new Error(`There is no upload to seal for ${record.asset_id}.`);
  const head = await deps.vault.head({ key: upload.key });
  const master = masterFrom(work, upload, head);
  await work.renew();
  const sidecars = await writeSidecars(work, asset, master, { losses, kept: await carryOver(work, master) });
  await abortOthers(work);
  const size = master.size_bytes;
  const set = { ...sidecars, upload: undefined, progress: { bytes_done: size, bytes_total: size } };
  return archivedUntil(work, 'copied and proved', set);
}

function masterFrom(
  { deps, nowMs }: Work,
  upload: UploadState,
  head: ObjectHead | undefined,
): ArchivedMaster {
  if (!head || !upload.crc32 || !isAsCopied(head, upload)) throw notAsCopied(upload, head);
  return {
    bucket: deps.vault.bucket,
    key: upload.key,
    version_id: head.versionId,
    size_bytes: head.sizeBytes,
    crc32: upload.crc32,
    storage_class: deps.settings.storageClass,
    token: upload.token,
    is_unchecked: upload.is_unchecked,
    verified_at: iso(nowMs),
  };
}

/** Ours by its token, and byte for byte what was copied: by size, and by the checksum that our parts add up to. */
export function isAsCopied(head: ObjectHead, upload: UploadState): boolean {
  return (
    head.token === upload.token &&
    head.sizeBytes === upload.source.size_bytes &&
    head.checksumType === 'FULL_OBJECT' &&
    upload.crc32 !== undefined &&
    head.crc32 === upload.crc32
  );
}

function notAsCopied(upload: UploadState, head: ObjectHead | undefined): PermanentError {
  const found = head
    ? `${head.sizeBytes} bytes, CRC32 ${head.crc32 ?? 'none'} (${head.checksumType ?? 'no type'}), ${head.token === upload.token ? 'our' : 'another'} token`
    : 'nothing';
  return new PermanentError(
    'ARCHIVE_NOT_PROVED',
    `${upload.key}: expected ${upload.source.size_bytes} bytes with CRC32 ${upload.crc32 ?? 'unknown'} and our token, S3 has ${found}.`,
    {
      action: 'Nothing was deleted. Send the same delete request again to copy the master anew.',
      retryable: true,
      from: 'requested',
    },
  );
}

/** All but the record's own upload, which is an object now. */
async function abortOthers(work: Work): Promise<void> {
  for (const unfinished of await unfinishedUploads(work)) {
    if (unfinished.uploadId !== work.record.upload?.upload_id) await work.deps.vault.abortUpload(unfinished);
  }
}
