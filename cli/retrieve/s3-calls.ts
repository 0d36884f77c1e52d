// The S3 calls that only retrieving needs: a range of one exact version, and copies made by S3 itself.
import {
  CopyObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { attempt, s3ErrorCode } from '../../lambdas/adapters/vault-errors.ts';
import type { ObjectClass } from '../../lambdas/contract/names.ts';
import { PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import type { ByteRange } from '../../lambdas/domain/part-plan.ts';

export interface ExactObject {
  readonly bucket: string;
  readonly key: string;
  /** Without it, the latest version. */
  readonly versionId?: string;
}

export interface CopyTarget {
  readonly bucket: string;
  readonly key: string;
}

export interface S3Calls {
  /** Throws PermanentError ARCHIVE_MISSING; TransientError also for an answer that is not the range asked for. */
  readRange(from: ExactObject, range: ByteRange, signal: AbortSignal): Promise<Uint8Array>;
  /** Of the standard class, its CRC32 checked by S3. */
  put(to: CopyTarget, o: { contentType: string; body: Uint8Array; crc32: string }): Promise<void>;
  /** At most 5 GB. */
  copy(
    from: ExactObject,
    to: CopyTarget,
    o: { storageClass: ObjectClass; contentType: string },
  ): Promise<void>;
  copyPart(
    from: ExactObject,
    to: CopyTarget & { readonly uploadId: string; readonly partNumber: number },
    range: ByteRange,
    signal: AbortSignal,
  ): Promise<void>;
}

export function createS3Calls(client: S3Client): S3Calls {
  return {
    readRange: ({ bucket, key, versionId }, { start, end }, signal) =>
      ofVersion(key, `GetObject of ${key}`, async () => {
        const Range = `bytes=${start}-${end}`;
        const command = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, Range });
        const { Body, ContentRange = '' } = await client.send(command, { abortSignal: signal });
        const bytes = await Body?.transformToByteArray();
        const isWhole =
          ContentRange.startsWith(`bytes ${start}-${end}/`) && bytes?.length === end - start + 1;
        if (bytes && isWhole) return bytes;
        throw new TransientError(
          'VAULT_UNAVAILABLE',
          `S3 answered another range of ${key} than was asked for.`,
        );
      }),

    put: ({ bucket, key }, { contentType, body, crc32 }) =>
      attempt(`PutObject of ${key}`, async () => {
        const put = { Bucket: bucket, Key: key, ContentType: contentType, Body: body, ChecksumCRC32: crc32 };
        await client.send(new PutObjectCommand(put));
      }),

    copy: (from, to, { storageClass, contentType }) =>
      ofVersion(from.key, `CopyObject of ${from.key}`, async () => {
        await client.send(
          new CopyObjectCommand({
            Bucket: to.bucket,
            Key: to.key,
            CopySource: sourceOf(from),
            StorageClass: storageClass,
            ChecksumAlgorithm: 'CRC32',
            // The vault's own metadata is nobody else's concern.
            MetadataDirective: 'REPLACE',
            ContentType: contentType,
          }),
        );
      }),

    copyPart: (from, to, { start, end }, signal) =>
      ofVersion(from.key, `UploadPartCopy of ${from.key}`, async () => {
        const command = new UploadPartCopyCommand({
          Bucket: to.bucket,
          Key: to.key,
          UploadId: to.uploadId,
          PartNumber: to.partNumber,
          CopySource: sourceOf(from),
          CopySourceRange: `bytes=${start}-${end}`,
        });
        await client.send(command, { abortSignal: signal });
      }),
  };
}

function sourceOf({ bucket, key, versionId }: ExactObject): string {
  const path = `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`;
}

function ofVersion<T>(key: string, doing: string, call: () => Promise<T>): Promise<T> {
  return attempt(doing, async () => {
    try {
      return await call();
    } catch (error) {
      if (!['NoSuchKey', 'NoSuchVersion'].includes(s3ErrorCode(error))) throw error;
      const message = `The vault no longer holds this version of ${key}.`;
      throw new PermanentError('ARCHIVE_MISSING', message, { action: '', cause: error });
    }
  });
}
