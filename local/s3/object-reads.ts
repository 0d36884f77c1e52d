// Reading an object: GET, HEAD and GetObjectAttributes.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { bucketOf, type Call, versionOf } from './call.ts';
import { checksumElement, checksumHeader } from './checksums.ts';
import { type ByteRange, checkReadConditions, parseRange } from './conditions.ts';
import { notImplemented, S3Error } from './errors.ts';
import { versionHeaders, versionIdHeader } from './object-headers.ts';
import type { S3Request } from './request.ts';
import { httpTime, present, type S3Response, xml } from './response.ts';
import type { StoredPart, Version } from './versions.ts';
import type { XmlTree } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export async function getObject(call: Call): Promise<S3Response> {
  const { request, store } = call;
  const bucket = await bucketOf(call);
  const version = await versionOf(call, bucket);
  requireReadable(call, version);
  checkReadConditions(request, version);
  const range = parseRange(request.header('range'), version.sizeBytes);
  const whole = { start: 0, end: version.sizeBytes - 1 };
  const parts = await store.versions.parts(version);
  return {
    status: range ? 206 : 200,
    headers: {
      ...versionHeaders(bucket, version, store.thaws),
      ...sizeHeaders(version, range),
      ...(range ? {} : checksumHeaders(request, version)),
      ...responseOverrides(request),
    },
    body: readParts(version, parts, range ?? whole),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html */
export async function headObject(call: Call): Promise<S3Response> {
  const { request, store } = call;
  const bucket = await bucketOf(call);
  const version = await versionOf(call, bucket);
  checkReadConditions(request, version);
  const range = parseRange(request.header('range'), version.sizeBytes);
  return {
    status: range ? 206 : 200,
    headers: {
      ...versionHeaders(bucket, version, store.thaws),
      ...sizeHeaders(version, range),
      ...(range ? {} : checksumHeaders(request, version)),
      ...responseOverrides(request),
    },
  };
}

/** An archived object is readable while a thawed copy of it stands. Throws InvalidObjectState. */
export function requireReadable(call: Call, version: Version): void {
  if (call.store.thaws.isReadable(version)) return;
  throw new S3Error('InvalidObjectState', { fields: { StorageClass: version.storageClass } });
}

function sizeHeaders(version: Version, range: ByteRange | undefined): Record<string, string> {
  if (range === undefined) return { 'content-length': String(version.sizeBytes) };
  return {
    'content-length': String(range.end - range.start + 1),
    'content-range': `bytes ${range.start}-${range.end}/${version.sizeBytes}`,
  };
}

function checksumHeaders(request: S3Request, version: Version): Record<string, string> {
  if (request.header('x-amz-checksum-mode')?.toUpperCase() !== 'ENABLED' || !version.checksum) return {};
  const { algorithm, value, type } = version.checksum;
  return { [checksumHeader(algorithm)]: value, 'x-amz-checksum-type': type };
}

/** `response-content-type` and its kin name the header the answer shall carry instead. */
function responseOverrides(request: S3Request): Record<string, string> {
  return Object.fromEntries(
    [...request.query]
      .filter(([name]) => name.startsWith('response-'))
      .map(([name, value]) => [name.slice('response-'.length), value]),
  );
}

/** The bytes of the range, part file after part file; a part outside the range is not opened. */
export async function* readParts(
  version: Version,
  parts: readonly StoredPart[],
  range: ByteRange,
): AsyncGenerator<Buffer> {
  let partStart = 0;
  for (const part of parts) {
    const start = Math.max(0, range.start - partStart);
    const end = Math.min(part.sizeBytes - 1, range.end - partStart);
    partStart += part.sizeBytes;
    if (start > end) continue;
    yield* createReadStream(join(version.dir, part.file), { start, end });
  }
}

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export async function getObjectAttributes(call: Call): Promise<S3Response> {
  const bucket = await bucketOf(call);
  const version = await versionOf(call, bucket);
  const asked = (call.request.header('x-amz-object-attributes') ?? '').split(',').map((one) => one.trim());
  if (!asked.every((one) => ATTRIBUTES.includes(one))) {
    throw new S3Error('InvalidArgument', { message: 'Invalid attribute name specified.' });
  }
  const { checksum } = version;
  const tree: XmlTree = {
    ETag: version.etag,
    Checksum: checksum && {
      [checksumElement(checksum.algorithm)]: checksum.value,
      ChecksumType: checksum.type,
    },
    ObjectParts: asked.includes('ObjectParts') ? await partAttributes(call, version) : undefined,
    StorageClass: version.storageClass,
    ObjectSize: version.sizeBytes,
  };
  const chosen = Object.fromEntries(Object.entries(tree).filter(([name]) => asked.includes(name)));
  return xml('GetObjectAttributesResponse', chosen, {
    'last-modified': httpTime(version.lastModifiedMs),
    ...versionIdHeader(bucket, version),
  });
}

async function partAttributes(call: Call, version: Version): Promise<XmlTree | undefined> {
  if (version.partCount === undefined) return undefined;
  if (call.request.header('x-amz-max-parts') || call.request.header('x-amz-part-number-marker')) {
    throw notImplemented('paging of GetObjectAttributes');
  }
  const parts = await call.store.versions.parts(version);
  if (parts.length > 1000) throw notImplemented('GetObjectAttributes with ObjectParts above 1,000 parts');
  const algorithm = version.checksum?.algorithm;
  return {
    TotalPartsCount: version.partCount,
    PartNumberMarker: 0,
    NextPartNumberMarker: parts.at(-1)?.partNumber ?? 0,
    MaxParts: 1000,
    IsTruncated: false,
    Part:
      algorithm &&
      parts.map((part) => ({
        PartNumber: part.partNumber,
        Size: part.sizeBytes,
        ...present({ [checksumElement(algorithm)]: part.checksum }),
      })),
  };
}
