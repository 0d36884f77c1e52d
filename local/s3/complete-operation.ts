// CompleteMultipartUpload: everything is checked against the parts on disk, then one rename makes the object.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bucket } from './buckets.ts';
import { bucketOf, type Call, keyOf, xmlBodyOf } from './call.ts';
import { type Checksum, checksumElement, checksumHeader, checksumOfParts } from './checksums.ts';
import { writeCondition } from './conditions.ts';
import { writeSynced } from './durable-files.ts';
import { S3Error } from './errors.ts';
import { uploadOf } from './multipart-operations.ts';
import { versionIdHeader } from './object-headers.ts';
import { quoted, type S3Response, xml } from './response.ts';
import { multipartEtag, type Upload, type UploadedPart } from './uploads.ts';
import type { StoredPart, Version } from './versions.ts';
import type { XmlNode } from './xml.ts';

const MIN_PART_BYTES = 5 * 1024 ** 2;

export async function completeMultipartUpload(call: Call): Promise<S3Response> {
  const { request, store } = call;
  const bucket = await bucketOf(call);
  const key = keyOf(call);
  const listed = (await xmlBodyOf(call, 'CompleteMultipartUpload')).all('Part');
  if (listed.length === 0) throw new S3Error('MalformedXML');
  const precondition = writeCondition(request);
  const earlier = await earlierCompletion(call, bucket, key);
  if (earlier)
    return xml('CompleteMultipartUploadResult', resultOf(call, earlier), versionIdHeader(bucket, earlier));
  const upload = await uploadOf(call);
  const version = await store.uploads.exclusively(upload, async () => {
    const present = await store.uploads.parts(await uploadOf(call));
    const chosen = chooseParts(upload, listed, present);
    const sizeBytes = chosen.reduce((sum, part) => sum + part.sizeBytes, 0);
    checkSize(call, sizeBytes);
    const checksum = wholeChecksum(upload, chosen);
    checkChecksum(call, upload, checksum);
    const dir = store.uploads.directory(upload);
    await writeSynced(join(dir, 'parts.json'), JSON.stringify(chosen.map(storedPart)));
    const { storageClass, contentHeaders, metadata, uploadId, lock, kmsKey } = upload;
    const head = {
      ...{ storageClass, contentHeaders, metadata, uploadId, sizeBytes, checksum, lock, kmsKey },
      lastModifiedMs: store.nowMs(),
      etag: multipartEtag(chosen),
      partCount: chosen.length,
    };
    const placed = await store.versions.place(bucket, key, dir, head, precondition);
    await removeUnlisted(placed, present, chosen);
    return placed;
  });
  return xml('CompleteMultipartUploadResult', resultOf(call, version), versionIdHeader(bucket, version));
}

/** The object this upload has become already, where the server is set to answer a repeated Complete with it. */
async function earlierCompletion(call: Call, bucket: Bucket, key: string): Promise<Version | undefined> {
  if (call.store.repeatedComplete === 'NoSuchUpload') return undefined;
  const uploadId = call.request.query.get('uploadId');
  return (await call.store.versions.all(bucket.name, key)).find((one) => one.uploadId === uploadId);
}

/** The parts the client lists, as we have them. Throws MalformedXML, InvalidPart(Order), EntityTooSmall. */
function chooseParts(
  upload: Upload,
  listed: readonly XmlNode[],
  present: readonly UploadedPart[],
): UploadedPart[] {
  const byNumber = new Map(present.map((part) => [part.partNumber, part]));
  let previous = 0;
  const chosen = listed.map((entry) => {
    const partNumber = Number(entry.text('PartNumber'));
    if (!Number.isInteger(partNumber) || partNumber < 1) throw new S3Error('MalformedXML');
    if (partNumber <= previous)
      throw new S3Error('InvalidPartOrder', { fields: { UploadId: upload.uploadId } });
    previous = partNumber;
    return matchPart(upload, entry, partNumber, byNumber.get(partNumber));
  });
  for (const part of chosen.slice(0, -1)) {
    if (part.sizeBytes < MIN_PART_BYTES) {
      throw new S3Error('EntityTooSmall', {
        fields: { ProposedSize: part.sizeBytes, MinSizeAllowed: MIN_PART_BYTES, PartNumber: part.partNumber },
      });
    }
  }
  return chosen;
}

function matchPart(
  upload: Upload,
  entry: XmlNode,
  partNumber: number,
  part: UploadedPart | undefined,
): UploadedPart {
  const etag = entry.text('ETag');
  if (etag === undefined) throw new S3Error('MalformedXML');
  if (part === undefined || etag.replace(/^"|"$/g, '') !== part.etag) {
    throw new S3Error('InvalidPart', {
      fields: { UploadId: upload.uploadId, PartNumber: partNumber, ETag: etag },
    });
  }
  if (upload.checksum === undefined) return part;
  const given = entry.text(checksumElement(upload.checksum.algorithm));
  if (given === undefined && upload.checksum.type === 'COMPOSITE') {
    const name = upload.checksum.algorithm.toLowerCase();
    throw new S3Error('InvalidRequest', {
      message: `The upload was created using a ${name} checksum. The complete request must include the checksum for each part. It was missing for part ${partNumber} in the request.`,
    });
  }
  if (given !== undefined && given !== part.digest?.toString('base64')) {
    throw new S3Error('InvalidPart', { fields: { UploadId: upload.uploadId, PartNumber: partNumber } });
  }
  return part;
}

function checkSize(call: Call, sizeBytes: number): void {
  const asked = call.request.header('x-amz-mp-object-size');
  if (asked === undefined || asked === String(sizeBytes)) return;
  throw new S3Error('InvalidRequest', {
    message: `The provided 'x-amz-mp-object-size' header value ${asked} does not match what was computed: ${sizeBytes}`,
  });
}

function wholeChecksum(upload: Upload, parts: readonly UploadedPart[]): Checksum | undefined {
  if (upload.checksum === undefined) return undefined;
  const { algorithm, type } = upload.checksum;
  const consecutive = parts.every((part, at) => part.partNumber === at + 1);
  if (type === 'COMPOSITE' && !consecutive) {
    throw new S3Error('InternalError', {
      message: 'Part numbers must be consecutive and begin with 1 when a composite checksum is used.',
    });
  }
  const digests = parts.map(({ digest, sizeBytes }) => {
    if (digest === undefined) throw new S3Error('InternalError');
    return { digest, sizeBytes };
  });
  return checksumOfParts(algorithm, type, digests);
}

/** Compares what the client computed with what we did. */
function checkChecksum(call: Call, upload: Upload, checksum: Checksum | undefined): void {
  const type = call.request.header('x-amz-checksum-type');
  if (type !== undefined && type !== upload.checksum?.type) {
    throw new S3Error('InvalidRequest', {
      message: `The upload was created using the ${upload.checksum?.type ?? 'default'} checksum mode. The complete request must use the same checksum mode.`,
    });
  }
  const given = [...call.request.amzHeaders].find(([name]) => /^x-amz-checksum-(crc|sha|md5|xx)/.test(name));
  if (given === undefined) return;
  if (checksum === undefined || given[0] !== checksumHeader(checksum.algorithm)) {
    throw new S3Error('InvalidRequest', { message: `${given[0]} is not the checksum of this upload.` });
  }
  if (given[1] === checksum.value || given[1] === checksum.value.replace(/-\d+$/, '')) return;
  throw new S3Error('BadDigest', {
    message: `The ${checksum.algorithm.toLowerCase()} you specified did not match what we received.`,
  });
}

function storedPart(part: UploadedPart): StoredPart {
  const { partNumber, file, sizeBytes, digest } = part;
  return { partNumber, file, sizeBytes, checksum: digest?.toString('base64') };
}

/** Parts that were uploaded and not listed are freed; a kill right here leaves them until the version goes. */
async function removeUnlisted(
  version: Version,
  present: readonly UploadedPart[],
  chosen: readonly UploadedPart[],
): Promise<void> {
  const kept = new Set(chosen);
  for (const part of present) {
    if (!kept.has(part)) await rm(join(version.dir, part.file), { force: true });
  }
  await rm(join(version.dir, 'upload.json'), { force: true });
}

function resultOf(call: Call, version: Version): Record<string, string | undefined> {
  const { checksum } = version;
  const host = call.request.header('host') ?? 'localhost';
  return {
    Location: `http://${host}/${version.bucket}/${encodeURIComponent(version.key)}`,
    Bucket: version.bucket,
    Key: version.key,
    ETag: quoted(version.etag),
    ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type }),
  };
}
