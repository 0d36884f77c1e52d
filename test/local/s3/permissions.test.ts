// Which permissions each call asks for, after "Required permissions for Amazon S3 API operations" in the S3 user guide.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type LocalServer, startLocalServer } from './local-server.ts';

const Bucket = 'bkt';
const BUCKET = 'arn:aws:s3:::bkt';

let server: LocalServer;
let VersionId: string | undefined;
let UploadId: string | undefined;
const refused = new Set<string>();
const asked: string[] = [];

beforeAll(async () => {
  server = await startLocalServer({
    authorize: (_, action, resource) => {
      asked.push(`${action} ${resource}`);
      return !refused.has(action);
    },
  });
  await server.s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } });
  ({ VersionId } = await server.s3.putObject({ Bucket, Key: 'a', Body: 'x', StorageClass: 'GLACIER' }));
  ({ UploadId } = await server.s3.createMultipartUpload({ Bucket, Key: 'b' }));
});
beforeEach(() => {
  refused.clear();
  asked.length = 0;
});
afterAll(() => server.close());

const calls: [name: string, run: () => Promise<unknown>, needed: string[]][] = [
  ['HEAD', () => server.s3.headObject({ Bucket, Key: 'a' }), [`s3:GetObject ${BUCKET}/a`]],
  [
    'HEAD of a version',
    () => server.s3.headObject({ Bucket, Key: 'a', VersionId }),
    [`s3:GetObjectVersion ${BUCKET}/a`],
  ],
  ['PUT', () => server.s3.putObject({ Bucket, Key: 'c', Body: 'x' }), [`s3:PutObject ${BUCKET}/c`]],
  [
    'PUT with a lock',
    () => server.s3.putObject({ Bucket, Key: 'c', Body: 'x', ObjectLockLegalHoldStatus: 'ON' }),
    [`s3:PutObjectLegalHold ${BUCKET}/c`, `s3:PutObject ${BUCKET}/c`],
  ],
  [
    'copy',
    () => server.s3.copyObject({ Bucket, Key: 'c', CopySource: 'bkt/c' }),
    [`s3:PutObject ${BUCKET}/c`, `s3:GetObject ${BUCKET}/c`],
  ],
  [
    'UploadPart',
    () => server.s3.uploadPart({ Bucket, Key: 'b', UploadId, PartNumber: 1, Body: 'x' }),
    [`s3:PutObject ${BUCKET}/b`],
  ],
  [
    'ListParts',
    () => server.s3.listParts({ Bucket, Key: 'b', UploadId }),
    [`s3:ListMultipartUploadParts ${BUCKET}/b`],
  ],
  [
    'ListMultipartUploads',
    () => server.s3.listMultipartUploads({ Bucket }),
    [`s3:ListBucketMultipartUploads ${BUCKET}`],
  ],
  [
    'AbortMultipartUpload',
    () => server.s3.abortMultipartUpload({ Bucket, Key: 'b', UploadId }),
    [`s3:AbortMultipartUpload ${BUCKET}/b`],
  ],
  ['ListObjectsV2', () => server.s3.listObjectsV2({ Bucket }), [`s3:ListBucket ${BUCKET}`]],
  ['ListObjectVersions', () => server.s3.listObjectVersions({ Bucket }), [`s3:ListBucketVersions ${BUCKET}`]],
  [
    'RestoreObject of a version',
    () => server.s3.restoreObject({ Bucket, Key: 'a', VersionId, RestoreRequest: { Days: 1 } }),
    [`s3:RestoreObject ${BUCKET}/a`],
  ],
  ['DELETE', () => server.s3.deleteObject({ Bucket, Key: 'c' }), [`s3:DeleteObject ${BUCKET}/c`]],
];

test.each(calls)('%s asks for exactly what it needs', async (_name, run, needed) => {
  // What the call itself finds wrong, such as a lock in a bucket without locks, comes after its permission.
  await run().catch(() => undefined);

  expect(asked).toEqual(needed);
});

test('DeleteObjects is refused object by object', async () => {
  refused.add('s3:DeleteObjectVersion');

  const { Deleted, Errors } = await server.s3.deleteObjects({
    Bucket,
    Delete: { Objects: [{ Key: 'a', VersionId }, { Key: 'd' }] },
  });

  expect(Deleted).toMatchObject([{ Key: 'd', DeleteMarker: true }]);
  expect(Errors).toMatchObject([{ Key: 'a', Code: 'AccessDenied' }]);
});

test('a legal hold is shown only to who may see it', async () => {
  const object = { Bucket: 'locked', Key: 'a' };
  await server.s3.createBucket({ Bucket: 'locked', ObjectLockEnabledForBucket: true });
  await server.s3.putObject({ ...object, Body: 'x', ObjectLockLegalHoldStatus: 'ON' });
  const shown = await server.s3.headObject(object);
  refused.add('s3:GetObjectLegalHold');

  const hidden = await server.s3.headObject(object);

  expect([shown.ObjectLockLegalHoldStatus, hidden.ObjectLockLegalHoldStatus]).toEqual(['ON', undefined]);
});

describe('an object that is not there', () => {
  test('is missing for who may list the bucket', async () => {
    const answer = server.s3.getObject({ Bucket, Key: 'nothing' });

    await expect(answer).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  test('is denied to who may not', async () => {
    refused.add('s3:ListBucket');

    const answer = server.s3.getObject({ Bucket, Key: 'nothing' });

    await expect(answer).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});
