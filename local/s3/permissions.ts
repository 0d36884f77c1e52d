// What a request needs to be allowed, in the words of IAM. Who may do it is the caller's business: `authorize` answers.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
import {
  createBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  putBucketEncryption,
  putBucketVersioning,
} from './bucket-operations.ts';
import { type Authorize, type Call, requireAction } from './call.ts';
import { S3Error } from './errors.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './list-operations.ts';
import {
  getObjectLegalHold,
  getObjectLockConfiguration,
  getObjectRetention,
  putObjectLegalHold,
  putObjectLockConfiguration,
  putObjectRetention,
} from './lock-operations.ts';
import { abortMultipartUpload, listMultipartUploads, listParts } from './multipart-operations.ts';
import { deleteObject, deleteObjects } from './object-deletes.ts';
import { getObject, getObjectAttributes, headObject } from './object-reads.ts';
import type { S3Request } from './request.ts';
import type { S3Response } from './response.ts';
import { restoreObject } from './restore-operation.ts';

type Operation = (call: Call) => Promise<S3Response>;

const ON_BUCKET: ReadonlyMap<Operation, string> = new Map([
  [headBucket, 'ListBucket'],
  [listObjects, 'ListBucket'],
  [listObjectsV2, 'ListBucket'],
  [listObjectVersions, 'ListBucketVersions'],
  [listMultipartUploads, 'ListBucketMultipartUploads'],
  [createBucket, 'CreateBucket'],
  [getBucketLocation, 'GetBucketLocation'],
  [getBucketVersioning, 'GetBucketVersioning'],
  [putBucketVersioning, 'PutBucketVersioning'],
  [putBucketEncryption, 'PutEncryptionConfiguration'],
  [getObjectLockConfiguration, 'GetBucketObjectLockConfiguration'],
  [putObjectLockConfiguration, 'PutBucketObjectLockConfiguration'],
]);

/** Any other operation on an object writes it, or a part of it: `PutObject`. */
const ON_OBJECT: ReadonlyMap<Operation, readonly string[]> = new Map<Operation, readonly string[]>([
  [getObject, ['GetObject']],
  [headObject, ['GetObject']],
  [getObjectAttributes, ['GetObject', 'GetObjectAttributes']],
  [getObjectRetention, ['GetObjectRetention']],
  [getObjectLegalHold, ['GetObjectLegalHold']],
  [putObjectRetention, ['PutObjectRetention']],
  [putObjectLegalHold, ['PutObjectLegalHold']],
  [listParts, ['ListMultipartUploadParts']],
  [abortMultipartUpload, ['AbortMultipartUpload']],
  [restoreObject, ['RestoreObject']],
  [deleteObject, ['DeleteObject']],
]);

/** Of these, an exact version is an action of its own. */
const BY_VERSION: Readonly<Record<string, string>> = {
  GetObject: 'GetObjectVersion',
  GetObjectAttributes: 'GetObjectVersionAttributes',
  DeleteObject: 'DeleteObjectVersion',
};

/** What a header adds to the operation that it comes with. */
const BY_HEADER = {
  'x-amz-object-lock-mode': 'PutObjectRetention',
  'x-amz-object-lock-legal-hold': 'PutObjectLegalHold',
  'x-amz-bypass-governance-retention': 'BypassGovernanceRetention',
} as const;

/** Throws AccessDenied. DeleteObjects asks for each object on its own, when it comes to it. */
export function requirePermission(operation: Operation, request: S3Request, authorize: Authorize): void {
  const onBucket = ON_BUCKET.get(operation);
  if (operation === listBuckets) requireAction(authorize, 'ListAllMyBuckets', '*');
  else if (onBucket !== undefined) requireAction(authorize, onBucket, request.bucket ?? '');
  else requireOnObjects(operation, request, authorize);
}

function requireOnObjects(operation: Operation, request: S3Request, authorize: Authorize): void {
  const resource = `${request.bucket}/${request.key ?? '*'}`;
  for (const [header, action] of Object.entries(BY_HEADER)) {
    if (request.header(header) !== undefined) requireAction(authorize, action, resource);
  }
  if (operation === deleteObjects) return;
  const hasVersion = request.query.has('versionId');
  for (const action of ON_OBJECT.get(operation) ?? ['PutObject']) {
    requireAction(authorize, (hasVersion && BY_VERSION[action]) || action, resource);
  }
  const source = request.header('x-amz-copy-source');
  if (source !== undefined) requireCopySource(authorize, source);
}

/** That an object is missing is told only to who may list the bucket (API_GetObject.html, "Permissions"). */
export function asTold(
  error: unknown,
  operation: Operation,
  request: S3Request,
  authorize: Authorize,
): unknown {
  const isMissing = error instanceof S3Error && ['NoSuchKey', 'NoSuchVersion'].includes(error.code);
  const isRead = [getObject, headObject, getObjectAttributes].includes(operation);
  if (!isMissing || !isRead) return error;
  return authorize('s3:ListBucket', `arn:aws:s3:::${request.bucket}`) ? error : new S3Error('AccessDenied');
}

/** Headers that only who has the permission gets to see (API_HeadObject.html, `x-amz-object-lock-*`). */
const SHOWN_BY_PERMISSION = {
  'x-amz-object-lock-mode': 's3:GetObjectRetention',
  'x-amz-object-lock-retain-until-date': 's3:GetObjectRetention',
  'x-amz-object-lock-legal-hold': 's3:GetObjectLegalHold',
} as const;

export function asShown(response: S3Response, request: S3Request, authorize: Authorize): S3Response {
  const headers = { ...response.headers };
  for (const [header, action] of Object.entries(SHOWN_BY_PERMISSION)) {
    if (headers[header] === undefined) continue;
    if (!authorize(action, `arn:aws:s3:::${request.bucket}/${request.key}`, true)) delete headers[header];
  }
  return { ...response, headers };
}

function requireCopySource(authorize: Authorize, source: string): void {
  const [path = '', versionId] = source.replace(/^\//, '').split('?versionId=');
  const action = versionId === undefined ? 'GetObject' : 'GetObjectVersion';
  requireAction(authorize, action, decodeURIComponent(path));
}
