// Which operation a request means. What is not in this table is refused with 501: nothing falls through to another.
import { ACCOUNT_ID } from './account.ts';
import {
  createBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketEncryption,
  putBucketVersioning,
} from './bucket-operations.ts';
import type { Call } from './call.ts';
import { completeMultipartUpload } from './complete-operation.ts';
import { notImplemented, S3Error } from './errors.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './list-operations.ts';
import {
  getObjectLegalHold,
  getObjectLockConfiguration,
  getObjectRetention,
  putObjectLegalHold,
  putObjectLockConfiguration,
  putObjectRetention,
} from './lock-operations.ts';
import {
  abortMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from './multipart-operations.ts';
import { deleteObject, deleteObjects } from './object-deletes.ts';
import { getObject, getObjectAttributes, headObject } from './object-reads.ts';
import { putObject } from './object-writes.ts';
import type { S3Request } from './request.ts';
import type { S3Response } from './response.ts';
import { restoreObject } from './restore-operation.ts';

interface Route {
  readonly method: string;
  readonly on: 'service' | 'bucket' | 'object';
  /** Query parameters that make it this operation, `name` or `name=value`. */
  readonly when: readonly string[];
  /** Query parameters it also understands. */
  readonly also: readonly string[];
  readonly run: (call: Call) => Promise<S3Response>;
}

type Level = Route['on'];
const LISTING = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];
const OVERRIDES = ['type', 'language', 'disposition', 'encoding'].map((one) => `response-content-${one}`);
const READING = ['versionId', 'response-cache-control', 'response-expires', ...OVERRIDES];

function route(method: string, on: Level, when: string[], also: string[], run: Route['run']): Route {
  return { method, on, when, also, run };
}

/** The more specific before the more general. */
const ROUTES: readonly Route[] = [
  route('GET', 'service', [], [], listBuckets),
  route('PUT', 'bucket', ['versioning'], [], putBucketVersioning),
  route('PUT', 'bucket', ['object-lock'], [], putObjectLockConfiguration),
  route('PUT', 'bucket', ['encryption'], [], putBucketEncryption),
  route('PUT', 'bucket', [], [], createBucket),
  route('HEAD', 'bucket', [], [], headBucket),
  route('GET', 'bucket', ['location'], [], getBucketLocation),
  route('GET', 'bucket', ['versioning'], [], getBucketVersioning),
  route('GET', 'bucket', ['object-lock'], [], getObjectLockConfiguration),
  route('GET', 'bucket', ['versions'], [...LISTING, 'key-marker', 'version-id-marker'], listObjectVersions),
  route(
    'GET',
    'bucket',
    ['uploads'],
    ['prefix', 'encoding-type', 'max-uploads', 'key-marker', 'upload-id-marker'],
    listMultipartUploads,
  ),
  route(
    'GET',
    'bucket',
    ['list-type=2'],
    [...LISTING, 'continuation-token', 'start-after', 'fetch-owner'],
    listObjectsV2,
  ),
  route('GET', 'bucket', [], [...LISTING, 'marker'], listObjects),
  route('POST', 'bucket', ['delete'], [], deleteObjects),
  route('PUT', 'object', ['partNumber', 'uploadId'], [], uploadPart),
  route('PUT', 'object', ['retention'], ['versionId'], putObjectRetention),
  route('PUT', 'object', ['legal-hold'], ['versionId'], putObjectLegalHold),
  route('PUT', 'object', [], [], putObject),
  route('GET', 'object', ['uploadId'], ['max-parts', 'part-number-marker', 'encoding-type'], listParts),
  route('GET', 'object', ['attributes'], ['versionId'], getObjectAttributes),
  route('GET', 'object', ['retention'], ['versionId'], getObjectRetention),
  route('GET', 'object', ['legal-hold'], ['versionId'], getObjectLegalHold),
  route('GET', 'object', [], READING, getObject),
  route('HEAD', 'object', [], READING, headObject),
  route('POST', 'object', ['uploads'], [], createMultipartUpload),
  route('POST', 'object', ['uploadId'], [], completeMultipartUpload),
  route('POST', 'object', ['restore'], ['versionId'], restoreObject),
  route('DELETE', 'object', ['uploadId'], [], abortMultipartUpload),
  route('DELETE', 'object', [], ['versionId'], deleteObject),
];

/** Headers that are understood, or that change nothing a client could see. */
const KNOWN_HEADERS = new Set(
  [
    'acl algorithm checksum-algorithm checksum-mode checksum-type content-sha256 copy-source copy-source-range credential',
    'date decoded-content-length expected-bucket-owner expires max-parts metadata-directive mp-object-size',
    'bucket-object-lock-enabled bypass-governance-retention object-lock-legal-hold object-lock-mode',
    'object-lock-retain-until-date object-attributes part-number-marker request-payer sdk-checksum-algorithm security-token signature',
    'signedheaders source-expected-bucket-owner storage-class te trailer user-agent',
  ]
    .join(' ')
    .split(' '),
);

/** Throws NotImplemented, MethodNotAllowed, AccessDenied for another account's bucket. */
export function routeOf(request: S3Request): Route {
  const on = request.bucket === undefined ? 'service' : request.key === undefined ? 'bucket' : 'object';
  const found = ROUTES.find(
    (one) => one.method === request.method && one.on === on && one.when.every((what) => asks(request, what)),
  );
  if (found === undefined) throw refusal(request);
  const known = new Set([...found.when.map((what) => what.split('=')[0]), ...found.also]);
  for (const name of request.query.keys()) {
    // S3 ignores parameters that begin with x-, which are for access logs; x-amz- ones are looked at as headers.
    if (!known.has(name) && !/^x-/i.test(name)) throw notImplemented(`the query parameter ${name} here`);
    if (known.has(name) && name === 'versionId' && request.query.get(name) === '') {
      throw new S3Error('InvalidArgument', { message: 'Version id cannot be the empty string' });
    }
  }
  checkHeaders(request);
  return found;
}

function asks(request: S3Request, what: string): boolean {
  const [name = '', value] = what.split('=');
  return request.query.has(name) && (value === undefined || request.query.get(name) === value);
}

function refusal(request: S3Request): S3Error {
  const subresource = [...request.query.keys()].find((name) => !/^x-/i.test(name));
  if (subresource !== undefined) return notImplemented(`${request.method} with ${subresource}`);
  return ['DELETE', 'POST', 'OPTIONS'].includes(request.method)
    ? notImplemented(`${request.method} here`)
    : new S3Error('MethodNotAllowed', { fields: { Method: request.method } });
}

function checkHeaders(request: S3Request): void {
  for (const name of request.amzHeaders.keys()) {
    const bare = name.slice('x-amz-'.length);
    const known = KNOWN_HEADERS.has(bare) || bare.startsWith('meta-') || bare.startsWith('checksum-');
    if (!known) throw notImplemented(`the header ${name}`);
  }
  const acl = request.header('x-amz-acl') ?? 'private';
  if (acl !== 'private' && acl !== 'bucket-owner-full-control') throw notImplemented(`the ACL ${acl}`);
  for (const name of ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner']) {
    if ((request.header(name) ?? ACCOUNT_ID) !== ACCOUNT_ID) throw new S3Error('AccessDenied');
  }
}
