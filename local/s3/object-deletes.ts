// Deleting: delete markers in versioned buckets, real removal of versions.
import { createHash } from 'node:crypto';
import { readText } from './body.ts';
import { announcedChecksum } from './body-file.ts';
import type { Bucket } from './buckets.ts';
import { bodyOf, bucketOf, type Call, keyOf, requireAction } from './call.ts';
import { checksumHeader, startChecksum } from './checksums.ts';
import { S3Error } from './errors.ts';
import { requireDeletable } from './object-lock.ts';
import { empty, type S3Response, xml } from './response.ts';
import { XmlNode } from './xml.ts';

interface Deletion {
  /** Of the marker made, or of the version removed; undefined in a bucket without versioning. */
  readonly versionId?: string;
  readonly deleteMarker: boolean;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export async function deleteObject(call: Call): Promise<S3Response> {
  const bucket = await bucketOf(call);
  const deletion = await deleteOne(call, bucket, keyOf(call), call.request.query.get('versionId'));
  return empty(204, {
    'x-amz-version-id': deletion.versionId,
    'x-amz-delete-marker': deletion.deleteMarker ? 'true' : undefined,
  });
}

async function deleteOne(call: Call, bucket: Bucket, key: string, versionId?: string): Promise<Deletion> {
  const { versions, thaws, nowMs } = call.store;
  if (versionId === undefined && bucket.versioning !== undefined) return addMarker(call, bucket, key);
  const removed = await versions.remove(bucket.name, key, versionId ?? 'null', ({ lock }) =>
    requireDeletable(call.request, lock, nowMs()),
  );
  if (removed) await thaws.forget(removed);
  return { versionId, deleteMarker: removed?.deleteMarker ?? false };
}

async function addMarker(call: Call, bucket: Bucket, key: string): Promise<Deletion> {
  const { dir, versions, nowMs } = call.store;
  const marker = await versions.place(bucket, key, await dir.temporaryDirectory(), {
    deleteMarker: true,
    lastModifiedMs: nowMs(),
    sizeBytes: 0,
    etag: '',
    storageClass: 'STANDARD',
    contentHeaders: {},
    metadata: {},
  });
  return { versionId: marker.versionId, deleteMarker: true };
}

const MAX_KEYS = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export async function deleteObjects(call: Call): Promise<S3Response> {
  const bucket = await bucketOf(call);
  const request = XmlNode.parse(await verifiedText(call), 'Delete');
  const objects = request.all('Object');
  if (objects.length === 0 || objects.length > MAX_KEYS) throw new S3Error('MalformedXML');
  const quiet = request.text('Quiet') === 'true';
  const deleted: Record<string, string | boolean | undefined>[] = [];
  const errors: Record<string, string | undefined>[] = [];
  for (const object of objects) {
    const key = object.text('Key');
    const versionId = object.text('VersionId');
    if (key === undefined || key === '') throw new S3Error('MalformedXML');
    try {
      const action = versionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion';
      requireAction(call.authorize, action, `${bucket.name}/${key}`);
      deleted.push(deletedEntry(key, versionId, await deleteOne(call, bucket, key, versionId)));
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      errors.push({ Key: key, VersionId: versionId, Code: error.code, Message: error.message });
    }
  }
  return xml('DeleteResult', { Deleted: quiet ? [] : deleted, Error: errors });
}

function deletedEntry(
  key: string,
  versionId: string | undefined,
  deletion: Deletion,
): Record<string, string | boolean | undefined> {
  return {
    Key: key,
    VersionId: versionId,
    DeleteMarker: deletion.deleteMarker || undefined,
    DeleteMarkerVersionId: deletion.deleteMarker ? deletion.versionId : undefined,
  };
}

/** DeleteObjects must come with a digest of its document, and is refused when they differ. */
async function verifiedText(call: Call): Promise<string> {
  const { request } = call;
  const body = bodyOf(call);
  const algorithm = announcedChecksum(request);
  const md5 = request.header('content-md5');
  if (algorithm === undefined && md5 === undefined) {
    throw new S3Error('InvalidRequest', {
      message: 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    });
  }
  const text = await readText(body);
  if (md5 !== undefined && createHash('md5').update(text).digest('base64') !== md5) {
    throw new S3Error('BadDigest');
  }
  if (algorithm === undefined) return text;
  const running = startChecksum(algorithm);
  running.update(Buffer.from(text));
  const name = checksumHeader(algorithm);
  if (running.digest().toString('base64') !== (request.header(name) ?? body.trailers.get(name))) {
    throw new S3Error('BadDigest');
  }
  return text;
}
