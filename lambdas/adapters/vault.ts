// The vault on S3. All that is known of S3's ways of answering is here and in the two files beside it.
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectVersionsCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  type MultipartUpload,
  PutObjectCommand,
  RestoreObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ListedVersion } from '../domain/audit-judgements.ts';
import { crc32, encodeCrc32 } from '../domain/crc32.ts';
import { SetUpError, TransientError } from '../domain/failures.ts';
import type { ListMark, LockedVersion, ObjectHead, PartInfo, Vault } from '../stages/ports.ts';
import { lockVersion } from './object-lock.ts';
import { createPutAgents } from './put-stream.ts';
import { streamPart } from './upload-part.ts';
import {
  attempt,
  bucketMissing,
  completeError,
  s3ErrorCode,
  s3Status,
  thawOutcome,
  translateS3Error,
  unless,
} from './vault-errors.ts';

export interface VaultOptions {
  /** Its endpoint, region, credentials and timeouts are used for every call, streamed parts included. */
  readonly client: S3Client;
  readonly bucket: string;
  /** The account that must own the bucket. */
  readonly bucketOwner?: string;
  /**
   * Whether a bucket without versions will do. Its objects have the version id `null`, as S3 itself calls it.
   * @default false
   */
  readonly unversioned?: boolean;
}

/** An upload that was neither completed nor aborted, as ListMultipartUploads shows it. */
export interface UnfinishedUpload {
  readonly uploadId: string;
  readonly storageClass: string;
  /** Begun as ours are, with a CRC32 of the whole object: only such an upload can be completed with one. */
  readonly hasFullCrc32: boolean;
  readonly begunMs: number;
}

/** The object metadata by which "our object exists" is told from "an object exists". */
const TOKEN = 'icehouse-token';

export type S3Vault = Vault & {
  /** Those of exactly this key, with what `listUploads` leaves out. */
  unfinishedUploads(key: string): Promise<readonly UnfinishedUpload[]>;
  close(): Promise<void>;
};

export function createVault(options: VaultOptions): S3Vault {
  const { client, bucket } = options;
  const owner = { Bucket: bucket, ExpectedBucketOwner: options.bucketOwner };
  const agents = createPutAgents();

  return {
    bucket,

    async createUpload({ key, contentType, storageClass, token }) {
      const { UploadId } = await attempt(`CreateMultipartUpload of ${key}`, () =>
        client.send(
          new CreateMultipartUploadCommand({
            ...owner,
            Key: key,
            ContentType: contentType,
            StorageClass: storageClass,
            ChecksumAlgorithm: 'CRC32',
            ChecksumType: 'FULL_OBJECT',
            Metadata: { [TOKEN]: token },
          }),
        ),
      );
      return present(UploadId, 'CreateMultipartUpload answered no upload id.');
    },

    async listParts({ key, uploadId }) {
      const parts: PartInfo[] = [];
      return unless(['NoSuchUpload'], `ListParts of ${key}`, async () => {
        // Not the SDK's paginator: it looks at the marker alone, which S3 sends with the last page too.
        let page: ListPartsCommandOutput | undefined;
        do {
          const after = page?.NextPartNumberMarker;
          const list = { ...owner, Key: key, UploadId: uploadId, PartNumberMarker: after };
          page = await client.send(new ListPartsCommand(list));
          parts.push(...(page.Parts ?? []).flatMap(wholePart));
        } while (page.IsTruncated);
        return parts;
      });
    },

    uploadPart({ key, uploadId, partNumber, sizeBytes, body, signal }) {
      const target = { ...owner, Key: key, UploadId: uploadId, PartNumber: partNumber };
      return streamPart(client, agents, { target, sizeBytes, body, signal });
    },

    async completeUpload({ key, uploadId, parts, sizeBytes, crc32: wholeCrc32 }) {
      const command = new CompleteMultipartUploadCommand({
        ...owner,
        Key: key,
        UploadId: uploadId,
        MultipartUpload: { Parts: parts.map(completedPart) },
        MpuObjectSize: sizeBytes,
        ChecksumCRC32: wholeCrc32,
        ChecksumType: 'FULL_OBJECT',
      });
      try {
        const { VersionId } = await client.send(command);
        return { versionId: versioned(VersionId) };
      } catch (error) {
        if (s3ErrorCode(error) === 'NoSuchUpload') return undefined;
        throw completeError(error, key, sizeBytes);
      }
    },

    async abortUpload({ key, uploadId }) {
      const command = new AbortMultipartUploadCommand({ ...owner, Key: key, UploadId: uploadId });
      await unless(['NoSuchUpload'], `AbortMultipartUpload of ${key}`, () => client.send(command));
    },

    async listUploads(key) {
      return (await unfinishedUploads(key)).map(({ uploadId }) => uploadId);
    },

    unfinishedUploads,

    listVersions: ({ prefix, after }) =>
      attempt(`ListObjectVersions of ${prefix}`, async () => {
        const marks = { KeyMarker: after?.key, VersionIdMarker: after?.id };
        const page = await client.send(new ListObjectVersionsCommand({ ...owner, Prefix: prefix, ...marks }));
        const objects = (page.Versions ?? []).flatMap((each) => listed(each, false));
        const markers = (page.DeleteMarkers ?? []).flatMap((each) => listed(each, true));
        const next = nextMark(page.IsTruncated, page.NextKeyMarker, page.NextVersionIdMarker);
        return { versions: [...objects, ...markers], next };
      }),

    listUnfinished: ({ prefix, after }) =>
      attempt(`ListMultipartUploads of ${prefix}`, async () => {
        const marks = { KeyMarker: after?.key, UploadIdMarker: after?.id };
        const page = await client.send(
          new ListMultipartUploadsCommand({ ...owner, Prefix: prefix, ...marks }),
        );
        const uploads = (page.Uploads ?? []).flatMap((each) =>
          unfinished(each).map(({ uploadId, begunMs }) => ({ key: each.Key ?? '', uploadId, begunMs })),
        );
        return { uploads, next: nextMark(page.IsTruncated, page.NextKeyMarker, page.NextUploadIdMarker) };
      }),

    async removeVersions(versions) {
      if (versions.length === 0) return [];
      const Objects = versions.map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
      const { Errors = [] } = await attempt(`DeleteObjects of ${versions.length} versions`, () =>
        client.send(new DeleteObjectsCommand({ ...owner, Delete: { Objects, Quiet: true } })),
      );
      // What another S3 says of a version that is not there; S3 itself counts it as deleted.
      const left = Errors.filter(({ Code }) => Code !== 'NoSuchVersion' && Code !== 'NoSuchKey');
      return (await Promise.all(left.map((error) => lockOf(options, error)))).flat();
    },

    lock: (version) => lockVersion(options, version),

    async head({ key, versionId }) {
      const command = new HeadObjectCommand({
        ...owner,
        Key: key,
        VersionId: versionId,
        ChecksumMode: 'ENABLED',
      });
      try {
        const answer = await client.send(command);
        return {
          versionId: versioned(answer.VersionId),
          sizeBytes: present(answer.ContentLength, 'HeadObject answered no length.'),
          crc32: answer.ChecksumCRC32,
          checksumType: answer.ChecksumType,
          // S3 leaves the header out for the standard class.
          storageClass: answer.StorageClass ?? 'STANDARD',
          token: answer.Metadata?.[TOKEN],
          thaw: parseThaw(answer.Restore),
        } satisfies ObjectHead;
      } catch (error) {
        // A HEAD has no body, so its 404 does not say what is missing; 405 is a version that is a delete marker.
        const status = s3Status(error);
        if (status === 405) return undefined;
        if (status !== 404) throw translateS3Error(error, `HeadObject of ${key}`);
        await requireBucket();
        return undefined;
      }
    },

    async put({ key, contentType, token, body }) {
      const crc = encodeCrc32(crc32(body));
      const command = new PutObjectCommand({
        ...owner,
        Key: key,
        ContentType: contentType,
        Body: body,
        ChecksumCRC32: crc,
        Metadata: { [TOKEN]: token },
      });
      const { VersionId } = await attempt(`PutObject of ${key}`, () => client.send(command));
      return { key, version_id: versioned(VersionId), size_bytes: body.length, crc32: crc };
    },

    get({ key, versionId }) {
      const command = new GetObjectCommand({ ...owner, Key: key, VersionId: versionId });
      return unless(['NoSuchKey', 'NoSuchVersion'], `GetObject of ${key}`, async () => {
        const { Body } = await client.send(command);
        return present(Body, 'GetObject answered no body.').transformToByteArray();
      });
    },

    async thaw({ key, versionId, tier, days }) {
      const command = new RestoreObjectCommand({
        ...owner,
        Key: key,
        VersionId: versionId,
        RestoreRequest: { Days: days, GlacierJobParameters: { Tier: tier } },
      });
      try {
        const { $metadata } = await client.send(command);
        return $metadata.httpStatusCode === 200 ? 'readable' : 'started';
      } catch (error) {
        return thawOutcome(error, key);
      }
    },

    presign({ key, versionId, token, expiresSeconds }) {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId });
      // S3 ignores query parameters that begin with x-, but the signature covers them: nobody can change the token.
      command.middlewareStack.add(
        (next) => (args) => {
          const { query } = args.request as { query: Record<string, string> };
          query['x-icehouse-token'] = token;
          return next(args);
        },
        { step: 'build', name: 'icehouseToken' },
      );
      return getSignedUrl(client, command, { expiresIn: expiresSeconds });
    },

    async close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };

  function unfinishedUploads(key: string): Promise<readonly UnfinishedUpload[]> {
    const uploads: UnfinishedUpload[] = [];
    return attempt(`ListMultipartUploads of ${key}`, async () => {
      let page: ListMultipartUploadsCommandOutput | undefined;
      do {
        const after = { KeyMarker: page?.NextKeyMarker, UploadIdMarker: page?.NextUploadIdMarker };
        page = await client.send(new ListMultipartUploadsCommand({ ...owner, Prefix: key, ...after }));
        uploads.push(...(page.Uploads ?? []).filter(({ Key }) => Key === key).flatMap(unfinished));
      } while (page.IsTruncated);
      return uploads;
    });
  }

  function versioned(versionId: string | undefined): string {
    if (options.unversioned) return versionId ?? 'null';
    if (versionId !== undefined && versionId !== 'null') return versionId;
    throw unversioned(bucket);
  }

  async function requireBucket(): Promise<void> {
    try {
      await client.send(new HeadBucketCommand(owner));
    } catch (error) {
      if (s3Status(error) === 404) throw bucketMissing(`There is no bucket ${bucket}.`, error);
      throw translateS3Error(error, `HeadBucket of ${bucket}`);
    }
  }
}

/**
 * DeleteObjects answers AccessDenied for a version that a lock keeps, as for one that the role may not delete; HEAD shows the
 * lock to whoever may see it (API_HeadObject, `x-amz-object-lock-*`). None for a version that is gone by then.
 */
async function lockOf(options: VaultOptions, error: DeleteError): Promise<readonly LockedVersion[]> {
  const { Key: key, VersionId: versionId, Code, Message } = error;
  if (key === undefined || versionId === undefined || Code !== 'AccessDenied')
    throw new TransientError('VAULT_UNAVAILABLE', `S3 did not delete ${key}: ${Code} ${Message}`);
  const { client, bucket: Bucket, bucketOwner: ExpectedBucketOwner } = options;
  const command = new HeadObjectCommand({ Bucket, ExpectedBucketOwner, Key: key, VersionId: versionId });
  try {
    const { ObjectLockLegalHoldStatus, ObjectLockRetainUntilDate } = await client.send(command);
    if (ObjectLockLegalHoldStatus === 'ON') return [{ key, versionId }];
    const untilMs = ObjectLockRetainUntilDate?.getTime();
    if (untilMs !== undefined) return [{ key, versionId, untilMs }];
  } catch (failure) {
    const status = s3Status(failure);
    if (status === 404) return [];
    // 405: a delete marker, which no lock keeps.
    if (status !== 405) throw translateS3Error(failure, `HeadObject of ${key}`);
  }
  throw new SetUpError(
    'VAULT_DENIED',
    `S3 refuses to delete version ${versionId} of ${key}, and shows no lock.`,
    {
      action:
        'Let the purge function delete versions below mux/ and trail/ (s3:DeleteObjectVersion), and see its locks (s3:GetObjectRetention, s3:GetObjectLegalHold).',
      retryable: true,
    },
  );
}

interface DeleteError {
  readonly Key?: string;
  readonly VersionId?: string;
  readonly Code?: string;
  readonly Message?: string;
}

/** A part as ListParts shows it; one without size, ETag or CRC32 counts as not there and is copied again. */
function wholePart(part: {
  PartNumber?: number;
  Size?: number;
  ETag?: string;
  ChecksumCRC32?: string;
}): PartInfo[] {
  const { PartNumber: partNumber, Size: sizeBytes, ETag: etag, ChecksumCRC32 } = part;
  if (partNumber === undefined || sizeBytes === undefined || !etag || !ChecksumCRC32) return [];
  return [{ partNumber, sizeBytes, etag, crc32: ChecksumCRC32 }];
}

function unfinished(upload: MultipartUpload): UnfinishedUpload[] {
  const { UploadId: uploadId, StorageClass, ChecksumAlgorithm, ChecksumType, Initiated } = upload;
  if (uploadId === undefined) return [];
  const hasFullCrc32 = ChecksumAlgorithm === 'CRC32' && ChecksumType === 'FULL_OBJECT';
  return [
    { uploadId, storageClass: StorageClass ?? 'STANDARD', hasFullCrc32, begunMs: Initiated?.getTime() ?? 0 },
  ];
}

function listed(
  entry: { Key?: string; VersionId?: string; Size?: number; IsLatest?: boolean },
  isDeleteMarker: boolean,
): ListedVersion[] {
  const { Key: key, VersionId: versionId, Size: sizeBytes = 0, IsLatest: isLatest = false } = entry;
  if (key === undefined || versionId === undefined) return [];
  return [{ key, versionId, sizeBytes, isLatest, isDeleteMarker }];
}

function nextMark(
  isTruncated: boolean | undefined,
  key: string | undefined,
  id: string | undefined,
): ListMark | undefined {
  return isTruncated && key !== undefined ? { key, id } : undefined;
}

function completedPart({ partNumber, etag, crc32 }: PartInfo): CompletedPart {
  return { PartNumber: partNumber, ETag: etag, ChecksumCRC32: crc32 };
}

/** `ongoing-request="false", expiry-date="Fri, 21 Dec 2026 00:00:00 GMT"` */
export function parseThaw(header: string | undefined): ObjectHead['thaw'] {
  if (!header) return undefined;
  const until = /expiry-date="([^"]+)"/.exec(header)?.[1];
  const ongoing = /ongoing-request="true"/.test(header);
  return until ? { ongoing, untilMs: Date.parse(until) } : { ongoing };
}

function unversioned(bucket: string): SetUpError {
  return new SetUpError(
    'VAULT_UNVERSIONED',
    `Bucket ${bucket} keeps no versions, so no archive can be proved.`,
    {
      action: 'Switch versioning on for the bucket, then retry.',
      retryable: true,
    },
  );
}

function present<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new TransientError('VAULT_UNAVAILABLE', message);
  return value;
}
