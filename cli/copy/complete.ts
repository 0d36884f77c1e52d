// The end of a copy: the upload becomes an object, and a look at it says whether it is what was copied.
import type { S3Vault } from '../../lambdas/adapters/vault.ts';
import { combineParts } from '../../lambdas/domain/crc32.ts';
import { PermanentError } from '../../lambdas/domain/failures.ts';
import type { ObjectHead } from '../../lambdas/domain/object-head.ts';
import type { PartInfo } from '../../lambdas/stages/ports.ts';
import type { CopyOrder, CopyReceipt } from './copy-url.ts';

type Stored = Omit<CopyReceipt, 'parts' | 'resumed_parts' | 'seconds'>;

/** Whatever Complete was answered (it may be lost), the object itself decides. Throws PermanentError COPY_NOT_PROVED. */
export async function complete(
  vault: Pick<S3Vault, 'bucket' | 'completeUpload' | 'head'>,
  upload: Pick<CopyOrder, 'key' | 'storageClass'> & { readonly uploadId: string; readonly sizeBytes: number },
  parts: readonly PartInfo[],
): Promise<Stored> {
  // The size that the source announced: parts that do not add up to it are refused by S3.
  const { key, storageClass, uploadId, sizeBytes } = upload;
  const crc32 = combineParts(parts);
  const done = await vault.completeUpload({ key, uploadId, parts, sizeBytes, crc32 });
  const head = await vault.head({ key, versionId: done?.versionId });
  const wanted: Stored = {
    bucket: vault.bucket,
    key,
    version_id: head === undefined || head.versionId === 'null' ? null : head.versionId,
    size_bytes: sizeBytes,
    crc32,
    storage_class: storageClass,
  };
  if (!head || !isProved(head, wanted)) throw notProved(wanted, head);
  return wanted;
}

function isProved(head: ObjectHead, { size_bytes, crc32, storage_class }: Stored): boolean {
  const isWhole = head.checksumType === 'FULL_OBJECT' && head.crc32 === crc32;
  return isWhole && head.sizeBytes === size_bytes && head.storageClass === storage_class;
}

function notProved(wanted: Stored, head: ObjectHead | undefined): PermanentError {
  const { key, size_bytes, crc32, storage_class } = wanted;
  const found = head
    ? `${head.sizeBytes} bytes, CRC32 ${head.crc32 ?? 'none'} (${head.checksumType ?? 'no type'}), ${head.storageClass}`
    : 'nothing';
  return new PermanentError(
    'COPY_NOT_PROVED',
    `${key}: expected ${size_bytes} bytes with CRC32 ${crc32} in ${storage_class}, S3 has ${found}.`,
    { action: 'Look who else writes to this key, and whether this S3 keeps CRC32s and storage classes.' },
  );
}
