// Multipart uploads: create, list, abort, and the part itself.
import { rm } from 'node:fs/promises';
import { OWNER } from './account.ts';
import { announcedChecksum, entityTag, verifyDigests, writeFile } from './body-file.ts';
import { bodyOf, bucketOf, type Call, keyOf, numberIn } from './call.ts';
import {
  type ChecksumAlgorithm,
  checksumElement,
  checksumHeader,
  checksumTypeFor,
  parseAlgorithm,
} from './checksums.ts';
import { S3Error } from './errors.ts';
import { encodeListed, listingEncoding } from './listing.ts';
import { readObjectHeaders } from './object-headers.ts';
import { lockOfNewObject } from './object-lock.ts';
import { readParts, requireReadable } from './object-reads.ts';
import { copySource, requireSize } from './object-writes.ts';
import { empty, isoTime, quoted, type S3Response, xml } from './response.ts';
import type { Upload, UploadedPart } from './uploads.ts';
import type { XmlTree } from './xml.ts';

const MAX_PARTS = 10_000;
const PAGE = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export async function createMultipartUpload(call: Call): Promise<S3Response> {
  const bucket = await bucketOf(call);
  const upload = await call.store.uploads.create({
    bucket: bucket.name,
    key: keyOf(call),
    initiatedMs: call.store.nowMs(),
    checksum: askedChecksum(call),
    lock: lockOfNewObject(call.request, bucket, call.store.nowMs()),
    kmsKey: bucket.kmsKey,
    ...readObjectHeaders(call.request),
  });
  return xml(
    'InitiateMultipartUploadResult',
    { Bucket: bucket.name, Key: upload.key, UploadId: upload.uploadId },
    {
      'x-amz-checksum-algorithm': upload.checksum?.algorithm,
      'x-amz-checksum-type': upload.checksum?.type,
    },
  );
}

function askedChecksum(call: Call): Upload['checksum'] {
  const algorithmText = call.request.header('x-amz-checksum-algorithm');
  const typeText = call.request.header('x-amz-checksum-type');
  if (algorithmText === undefined) {
    if (typeText === undefined) return undefined;
    throw new S3Error('InvalidRequest', {
      message: 'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    });
  }
  const algorithm = parseAlgorithm(algorithmText);
  return { algorithm, type: checksumTypeFor(algorithm, typeText?.toUpperCase()) };
}

/** Throws NoSuchUpload. */
export async function uploadOf(call: Call): Promise<Upload> {
  const bucket = await bucketOf(call);
  return call.store.uploads.get(bucket.name, keyOf(call), call.request.query.get('uploadId') ?? '');
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export async function uploadPart(call: Call): Promise<S3Response> {
  const { request, store } = call;
  if (request.header('x-amz-copy-source') !== undefined) return uploadPartCopy(call);
  const upload = await uploadOf(call);
  const partNumber = partNumberOf(call);
  const body = bodyOf(call);
  requireSize(body.sizeBytes);
  const algorithm = partAlgorithm(call, upload);
  const path = store.dir.temporary();
  try {
    const written = await writeFile(path, body.bytes, algorithm);
    verifyDigests(request, body, written);
    const md5 = entityTag(written, upload.kmsKey);
    const kept = { ...written, md5, ...(!upload.checksum && { checksum: undefined }) };
    await store.uploads.addPart(upload, partNumber, path, kept, store.nowMs());
    return empty(200, {
      etag: quoted(md5.toString('hex')),
      ...(written.checksum && {
        [checksumHeader(written.checksum.algorithm)]: written.checksum.digest.toString('base64'),
      }),
    });
  } finally {
    await rm(path, { force: true });
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
async function uploadPartCopy(call: Call): Promise<S3Response> {
  const { store } = call;
  const upload = await uploadOf(call);
  const partNumber = partNumberOf(call);
  const { sourceBucket, source } = await copySource(call);
  requireReadable(call, source);
  const range = copyRange(call, source.sizeBytes);
  requireSize(range.end - range.start + 1);
  const path = store.dir.temporary();
  try {
    const bytes = readParts(source, await store.versions.parts(source), range);
    const written = await writeFile(path, bytes, upload.checksum?.algorithm);
    const md5 = entityTag(written, upload.kmsKey);
    await store.uploads.addPart(upload, partNumber, path, { ...written, md5 }, store.nowMs());
    const { checksum } = written;
    return xml(
      'CopyPartResult',
      {
        ETag: quoted(md5.toString('hex')),
        LastModified: isoTime(store.nowMs()),
        ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.digest.toString('base64') }),
      },
      { 'x-amz-copy-source-version-id': sourceBucket.versioning && source.versionId },
    );
  } finally {
    await rm(path, { force: true });
  }
}

/** Both ends must be given, and lie within the source. */
function copyRange(call: Call, sizeBytes: number): { start: number; end: number } {
  const header = call.request.header('x-amz-copy-source-range');
  if (header === undefined) return { start: 0, end: sizeBytes - 1 };
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header) ?? [];
  const range = { start: Number(first), end: Number(last) };
  if (range.start <= range.end && range.end < sizeBytes) return range;
  throw new S3Error('InvalidArgument', {
    message: `The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy, within the ${sizeBytes} bytes of the source.`,
    fields: { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header },
  });
}

function partNumberOf(call: Call): number {
  const text = call.request.query.get('partNumber') ?? '';
  const partNumber = Number(text);
  if (!/^\d{1,5}$/.test(text) || partNumber < 1 || partNumber > MAX_PARTS) {
    throw new S3Error('InvalidArgument', {
      message: `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`,
      fields: { ArgumentName: 'partNumber', ArgumentValue: text },
    });
  }
  return partNumber;
}

/** The upload's own algorithm, which a part may repeat and not change. */
function partAlgorithm(call: Call, upload: Upload): ChecksumAlgorithm | undefined {
  const announced = announcedChecksum(call.request);
  const expected = upload.checksum?.algorithm;
  if (expected !== undefined && announced !== undefined && announced !== expected) {
    throw new S3Error('InvalidRequest', {
      message: `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${announced.toLowerCase()}`,
    });
  }
  return expected ?? announced;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export async function listParts(call: Call): Promise<S3Response> {
  const upload = await uploadOf(call);
  const marker = numberIn(call, 'part-number-marker', 0, MAX_PARTS);
  const maxParts = numberIn(call, 'max-parts', PAGE, PAGE);
  const encoding = listingEncoding(call);
  const after = (await call.store.uploads.parts(upload)).filter((part) => part.partNumber > marker);
  const page = after.slice(0, maxParts);
  return xml('ListPartsResult', {
    Bucket: upload.bucket,
    Key: encodeListed(upload.key, encoding),
    EncodingType: encoding,
    UploadId: upload.uploadId,
    Initiator: OWNER,
    Owner: OWNER,
    StorageClass: upload.storageClass,
    ChecksumAlgorithm: upload.checksum?.algorithm,
    ChecksumType: upload.checksum?.type,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
    MaxParts: maxParts,
    IsTruncated: after.length > page.length,
    Part: page.map((part) => partEntry(upload, part)),
  });
}

function partEntry(upload: Upload, part: UploadedPart): XmlTree {
  return {
    PartNumber: part.partNumber,
    LastModified: isoTime(part.lastModifiedMs),
    ETag: quoted(part.etag),
    Size: part.sizeBytes,
    ...(upload.checksum && {
      [checksumElement(upload.checksum.algorithm)]: part.digest?.toString('base64'),
    }),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export async function abortMultipartUpload(call: Call): Promise<S3Response> {
  await call.store.uploads.abort(await uploadOf(call));
  return empty(204);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export async function listMultipartUploads(call: Call): Promise<S3Response> {
  const bucket = await bucketOf(call);
  const query = call.request.query;
  const prefix = query.get('prefix') ?? '';
  const maxUploads = numberIn(call, 'max-uploads', PAGE, PAGE);
  const encoding = listingEncoding(call);
  const found = (await call.store.uploads.all(bucket.name)).filter((one) => one.key.startsWith(prefix));
  const after = afterMarkers(found, query.get('key-marker') ?? '', query.get('upload-id-marker') ?? '');
  const page = after.slice(0, maxUploads);
  const last = after.length > page.length ? page.at(-1) : undefined;
  return xml('ListMultipartUploadsResult', {
    Bucket: bucket.name,
    KeyMarker: encodeListed(query.get('key-marker') ?? '', encoding),
    UploadIdMarker: query.get('upload-id-marker') ?? '',
    NextKeyMarker: last && encodeListed(last.key, encoding),
    NextUploadIdMarker: last?.uploadId,
    Prefix: encodeListed(prefix, encoding),
    EncodingType: encoding,
    MaxUploads: maxUploads,
    IsTruncated: last !== undefined,
    Upload: page.map((upload) => ({
      UploadId: upload.uploadId,
      Key: encodeListed(upload.key, encoding),
      Initiator: OWNER,
      Owner: OWNER,
      StorageClass: upload.storageClass,
      Initiated: isoTime(upload.initiatedMs),
      ChecksumAlgorithm: upload.checksum?.algorithm,
      ChecksumType: upload.checksum?.type,
    })),
  });
}

/** With both markers the list goes on within the key; with the key alone, after it. */
function afterMarkers(uploads: readonly Upload[], keyMarker: string, idMarker: string): readonly Upload[] {
  if (keyMarker === '') return uploads;
  const marker = uploads.findIndex((one) => one.key === keyMarker && one.uploadId === idMarker);
  if (marker >= 0) return uploads.slice(marker + 1);
  return uploads.filter((one) => Buffer.compare(Buffer.from(one.key), Buffer.from(keyMarker)) > 0);
}
