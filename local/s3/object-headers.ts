// The headers an object comes with and goes out with: content headers, user metadata, storage class.

import type { Bucket } from './buckets.ts';
import { S3Error } from './errors.ts';
import { lockHeaders } from './object-lock.ts';
import type { S3Request } from './request.ts';
import { httpTime, present, quoted } from './response.ts';
import { isArchived, type Thaws } from './thaws.ts';
import type { Version } from './versions.ts';

const CONTENT_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];
const META = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;
const STORAGE_CLASSES = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
]);

export interface ObjectHeaders {
  readonly storageClass: string;
  readonly contentHeaders: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Throws InvalidStorageClass and MetadataTooLarge. */
export function readObjectHeaders(request: S3Request): ObjectHeaders {
  const storageClass = request.header('x-amz-storage-class') ?? 'STANDARD';
  if (!STORAGE_CLASSES.has(storageClass)) throw new S3Error('InvalidStorageClass');
  return { storageClass, contentHeaders: contentHeaders(request), metadata: userMetadata(request) };
}

function contentHeaders(request: S3Request): Record<string, string> {
  const found = Object.fromEntries(CONTENT_HEADERS.map((name) => [name, request.header(name)]));
  // aws-chunked is how the body travelled; S3 does not keep it.
  const encoding = found['content-encoding']
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== 'aws-chunked' && one !== '')
    .join(',');
  return present({
    ...found,
    'content-type': found['content-type'] ?? 'binary/octet-stream',
    'content-encoding': encoding === '' ? undefined : encoding,
  });
}

function userMetadata(request: S3Request): Record<string, string> {
  const metadata = [...request.amzHeaders]
    .filter(([name]) => name.startsWith(META))
    .map(([name, value]): [string, string] => [name.slice(META.length), value]);
  const total = metadata.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (total > MAX_METADATA_BYTES) throw new S3Error('MetadataTooLarge');
  return Object.fromEntries(metadata);
}

/** What HEAD and GET say of a version, without length and range. */
export function versionHeaders(bucket: Bucket, version: Version, thaws: Thaws): Record<string, string> {
  const { storageClass } = version;
  return {
    ...version.contentHeaders,
    ...Object.fromEntries(Object.entries(version.metadata).map(([name, value]) => [META + name, value])),
    ...present({
      etag: quoted(version.etag),
      'last-modified': httpTime(version.lastModifiedMs),
      'accept-ranges': 'bytes',
      'x-amz-storage-class': storageClass === 'STANDARD' ? undefined : storageClass,
      'x-amz-restore': isArchived(storageClass) ? restoreHeader(thaws, version) : undefined,
      ...kmsHeaders(version.kmsKey),
      ...versionIdHeader(bucket, version),
      ...lockHeaders(version.lock),
    }),
  };
}

export function versionIdHeader(bucket: Bucket, version: { versionId: string }): Record<string, string> {
  return bucket.versioning === undefined ? {} : { 'x-amz-version-id': version.versionId };
}

/** SSE-S3 says nothing here, though S3 itself says AES256: nobody looks. */
function kmsHeaders(kmsKey: string | undefined): Record<string, string | undefined> {
  const SSE = 'x-amz-server-side-encryption';
  return {
    [SSE]: kmsKey && 'aws:kms',
    [`${SSE}-aws-kms-key-id`]: kmsKey,
    [`${SSE}-bucket-key-enabled`]: kmsKey && 'true',
  };
}

function restoreHeader(thaws: Thaws, version: Version): string | undefined {
  const state = thaws.stateOf(version);
  if (state === undefined) return undefined;
  if (state.ongoing) return 'ongoing-request="true"';
  return `ongoing-request="false", expiry-date="${httpTime(state.expiresMs)}"`;
}
