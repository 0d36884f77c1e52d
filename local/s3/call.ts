// What every operation is given: the request, who signed it, and the rooms of the store.
import { type Body, openBody, readText } from './body.ts';
import type { Bucket, Buckets } from './buckets.ts';
import type { DataDir } from './data-dir.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { Authenticated } from './signature.ts';
import type { Thaws } from './thaws.ts';
import type { Uploads } from './uploads.ts';
import type { Version, Versions } from './versions.ts';
import { XmlNode } from './xml.ts';

export interface Store {
  readonly dir: DataDir;
  readonly buckets: Buckets;
  readonly versions: Versions;
  readonly uploads: Uploads;
  readonly thaws: Thaws;
  readonly nowMs: () => number;
  readonly repeatedComplete: 'NoSuchUpload' | 'success';
}

/**
 * Whether the caller may do the action (`s3:GetObject`) on the resource (an ARN). With `isLook` it was not asked for: whoever may
 * not is only not shown something.
 */
export type Authorize = (action: string, resource: string, isLook?: boolean) => boolean;

export interface Call {
  readonly request: S3Request;
  readonly auth: Authenticated;
  readonly authorize: Authorize;
  readonly store: Store;
}

/** Throws NoSuchBucket. */
export function bucketOf(call: Call): Promise<Bucket> {
  return call.store.buckets.get(call.request.bucket ?? '');
}

export function keyOf(call: Call): string {
  if (call.request.key === undefined) throw new S3Error('InternalError');
  return call.request.key;
}

export function bodyOf(call: Call): Body {
  return openBody(call.request, call.auth);
}

/** The request document. Throws MalformedXML. */
export async function xmlBodyOf(call: Call, root: string): Promise<XmlNode> {
  return XmlNode.parse(await readText(bodyOf(call)), root);
}

/** The version a GET or HEAD means. Throws NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker. */
export async function versionOf(call: Call, bucket: Bucket): Promise<Version> {
  return requireVersion(call.store, bucket, keyOf(call), call.request.query.get('versionId'));
}

export async function requireVersion(
  store: Store,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): Promise<Version> {
  const version = await store.versions.find(bucket.name, key, versionId);
  if (version === undefined) {
    if (versionId === undefined) throw new S3Error('NoSuchKey', { fields: { Key: key } });
    throw new S3Error('NoSuchVersion', { fields: { Key: key, VersionId: versionId } });
  }
  if (!version.deleteMarker) return version;
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  if (versionId === undefined) throw new S3Error('NoSuchKey', { fields: { Key: key }, headers });
  throw new S3Error('MethodNotAllowed', { headers: { ...headers, allow: 'DELETE' } });
}

/** A whole number in a query parameter. Throws InvalidArgument. */
export function numberIn(call: Call, name: string, fallback: number, max: number): number {
  const text = call.request.query.get(name);
  if (text === undefined || text === '') return fallback;
  if (!/^\d{1,10}$/.test(text)) {
    throw new S3Error('InvalidArgument', {
      message: `Provided ${name} not an integer or within integer range`,
      fields: { ArgumentName: name, ArgumentValue: text },
    });
  }
  return Math.min(Number(text), max);
}

/** `action` without its `s3:`, `path` as in the ARN: `bucket` or `bucket/key`. Throws AccessDenied. */
export function requireAction(authorize: Authorize, action: string, path: string): void {
  const resource = path === '*' ? path : `arn:aws:s3:::${path}`;
  if (authorize(`s3:${action}`, resource)) return;
  const because = `because no identity-based policy allows the s3:${action} action`;
  const message = `You are not authorized to perform: s3:${action} on resource: "${resource}" ${because}`;
  throw new S3Error('AccessDenied', { message });
}
