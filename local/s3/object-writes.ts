// Writing an object in one request: PUT and server-side copy.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { announcedChecksum, entityTag, verifyDigests, type WrittenFile, writeFile } from './body-file.ts';
import type { Bucket } from './buckets.ts';
import { bodyOf, bucketOf, type Call, keyOf, requireVersion } from './call.ts';
import { type ChecksumAlgorithm, checksumElement, checksumHeader, parseAlgorithm } from './checksums.ts';
import { writeCondition } from './conditions.ts';
import { S3Error } from './errors.ts';
import { readObjectHeaders, versionIdHeader } from './object-headers.ts';
import { lockOfNewObject } from './object-lock.ts';
import { readParts, requireReadable } from './object-reads.ts';
import { empty, isoTime, quoted, type S3Response, xml } from './response.ts';
import type { Version, VersionHead } from './versions.ts';

const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export async function putObject(call: Call): Promise<S3Response> {
  if (call.request.header('x-amz-copy-source') !== undefined) return copyObject(call);
  const { request, store } = call;
  const bucket = await bucketOf(call);
  const headers = { ...readObjectHeaders(request), lock: lockOfNewObject(request, bucket, store.nowMs()) };
  const body = bodyOf(call);
  requireSize(body.sizeBytes);
  const precondition = writeCondition(request);
  const version = await staged(call, async (dir) => {
    const written = await writeFile(join(dir, 'data'), body.bytes, announcedChecksum(request));
    verifyDigests(request, body, written);
    const head = { ...headers, ...headOf(written, bucket.kmsKey, store.nowMs()) };
    return store.versions.place(bucket, keyOf(call), dir, head, precondition);
  });
  return empty(200, {
    etag: quoted(version.etag),
    ...versionIdHeader(bucket, version),
    ...checksumHeadersOf(version),
  });
}

/** Throws MissingContentLength and EntityTooLarge, before a byte is written. */
export function requireSize(sizeBytes: number | undefined): void {
  if (sizeBytes === undefined) throw new S3Error('MissingContentLength');
  if (sizeBytes > MAX_PUT_BYTES) {
    throw new S3Error('EntityTooLarge', {
      fields: { ProposedSize: sizeBytes, MaxSizeAllowed: MAX_PUT_BYTES },
    });
  }
}

/** A directory in tmp/ that is gone afterwards, unless it was renamed into place. */
async function staged<T>(call: Call, work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await call.store.dir.temporaryDirectory();
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function headOf(
  written: WrittenFile,
  kmsKey: string | undefined,
  nowMs: number,
): Pick<VersionHead, 'lastModifiedMs' | 'sizeBytes' | 'etag' | 'checksum' | 'kmsKey'> {
  return {
    lastModifiedMs: nowMs,
    sizeBytes: written.sizeBytes,
    kmsKey,
    etag: entityTag(written, kmsKey).toString('hex'),
    checksum: written.checksum && {
      algorithm: written.checksum.algorithm,
      value: written.checksum.digest.toString('base64'),
      type: 'FULL_OBJECT',
    },
  };
}

function checksumHeadersOf(version: Version): Record<string, string> {
  if (version.checksum === undefined) return {};
  const { algorithm, value, type } = version.checksum;
  return { [checksumHeader(algorithm)]: value, 'x-amz-checksum-type': type };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html: at most 5 GiB. */
async function copyObject(call: Call): Promise<S3Response> {
  const { request, store } = call;
  const bucket = await bucketOf(call);
  const { sourceBucket, source } = await copySource(call);
  requireReadable(call, source);
  if (source.sizeBytes > MAX_PUT_BYTES) {
    throw new S3Error('InvalidRequest', {
      message: `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_PUT_BYTES}`,
    });
  }
  const lock = lockOfNewObject(request, bucket, store.nowMs());
  const headers = { ...copyHeaders(call, source), lock };
  const precondition = writeCondition(request);
  const version = await staged(call, async (dir) => {
    const parts = await store.versions.parts(source);
    const bytes = readParts(source, parts, { start: 0, end: source.sizeBytes - 1 });
    const written = await writeFile(join(dir, 'data'), bytes, copyAlgorithm(call, source));
    const head = { ...headers, ...headOf(written, bucket.kmsKey, store.nowMs()) };
    return store.versions.place(bucket, keyOf(call), dir, head, precondition);
  });
  return xml(
    'CopyObjectResult',
    {
      ETag: quoted(version.etag),
      LastModified: isoTime(version.lastModifiedMs),
      ...(version.checksum && {
        [checksumElement(version.checksum.algorithm)]: version.checksum.value,
        ChecksumType: version.checksum.type,
      }),
    },
    {
      ...versionIdHeader(bucket, version),
      'x-amz-copy-source-version-id': sourceBucket.versioning && source.versionId,
    },
  );
}

/** The version that `x-amz-copy-source` names. Throws InvalidArgument, NoSuchKey, NoSuchVersion. */
export async function copySource(call: Call): Promise<{ sourceBucket: Bucket; source: Version }> {
  const text = call.request.header('x-amz-copy-source') ?? '';
  const match = /^\/?([^/]+)\/([^?]+)(?:\?versionId=(.+))?$/.exec(text);
  const [, bucketName, encodedKey, versionId] = match ?? [];
  if (bucketName === undefined || encodedKey === undefined) {
    throw new S3Error('InvalidArgument', { message: 'Invalid copy source object key' });
  }
  const sourceBucket = await call.store.buckets.get(bucketName);
  const key = decodeKey(encodedKey);
  return { sourceBucket, source: await requireVersion(call.store, sourceBucket, key, versionId) };
}

function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidArgument', { message: 'Invalid copy source encoding.' });
  }
}

function copyHeaders(call: Call, source: Version): ReturnType<typeof readObjectHeaders> {
  const asked = readObjectHeaders(call.request);
  const directive = call.request.header('x-amz-metadata-directive') ?? 'COPY';
  if (directive === 'REPLACE') return asked;
  const sameKey = source.bucket === call.request.bucket && source.key === call.request.key;
  if (sameKey && source.latest && asked.storageClass === source.storageClass) {
    throw new S3Error('InvalidRequest', {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  return { ...asked, contentHeaders: source.contentHeaders, metadata: source.metadata };
}

function copyAlgorithm(call: Call, source: Version): ChecksumAlgorithm | undefined {
  const asked = call.request.header('x-amz-checksum-algorithm');
  return asked === undefined ? source.checksum?.algorithm : parseAlgorithm(asked);
}
