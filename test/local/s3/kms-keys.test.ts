// A bucket with a customer's KMS key: what each call asks of KMS, after "Permissions" of its page in the S3 API reference.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LocalServer, startLocalServer } from './local-server.ts';

const Bucket = 'bkt';
const KEY_ARN = 'arn:aws:kms:us-east-1:000000000000:key/ours';
const object = { Bucket, Key: 'a' };

let server: LocalServer;
let UploadId: string | undefined;
const refused = new Set<string>();
const asked: string[] = [];

beforeAll(async () => {
  server = await startLocalServer({
    authorize: (_, action, resource) => {
      if (resource === KEY_ARN) asked.push(action);
      return !refused.has(action);
    },
  });
  await server.s3.putObject({ Bucket, Key: 'before', Body: 'x' });
  const byDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY_ARN } as const;
  const Rules = [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: true }];
  await server.s3.putBucketEncryption({ Bucket, ServerSideEncryptionConfiguration: { Rules } });
  await server.s3.putObject({ ...object, Body: 'x', StorageClass: 'GLACIER' });
  await server.s3.putObject({ Bucket, Key: 'readable', Body: 'x' });
  ({ UploadId } = await server.s3.createMultipartUpload({ Bucket, Key: 'b' }));
});
beforeEach(() => {
  refused.clear();
  asked.length = 0;
});
afterAll(() => server.close());

const calls: [name: string, run: () => Promise<unknown>, needed: string[]][] = [
  ['PUT', () => server.s3.putObject({ Bucket, Key: 'c', Body: 'x' }), ['kms:GenerateDataKey']],
  ['GET', () => server.s3.getObject({ Bucket, Key: 'readable' }), ['kms:Decrypt']],
  ['GET of what was there before the key', () => server.s3.getObject({ Bucket, Key: 'before' }), []],
  ['HEAD', () => server.s3.headObject(object), []],
  [
    'HEAD with its checksum',
    () => server.s3.headObject({ ...object, ChecksumMode: 'ENABLED' }),
    ['kms:Decrypt'],
  ],
  [
    'CreateMultipartUpload',
    () => server.s3.createMultipartUpload({ Bucket, Key: 'd' }),
    ['kms:GenerateDataKey'],
  ],
  [
    'UploadPart',
    () => server.s3.uploadPart({ Bucket, Key: 'b', UploadId, PartNumber: 1, Body: 'x' }),
    ['kms:GenerateDataKey', 'kms:Decrypt'],
  ],
  ['ListParts', () => server.s3.listParts({ Bucket, Key: 'b', UploadId }), ['kms:Decrypt']],
  ['RestoreObject', () => server.s3.restoreObject({ ...object, RestoreRequest: { Days: 1 } }), []],
  ['AbortMultipartUpload', () => server.s3.abortMultipartUpload({ Bucket, Key: 'b', UploadId }), []],
  ['DELETE', () => server.s3.deleteObject({ Bucket, Key: 'c' }), []],
];

test.each(calls)('%s asks of the key for exactly what it needs', async (_name, run, needed) => {
  await run();

  expect(asked).toEqual(needed);
});

test('whoever may not decrypt reads nothing, and whoever may not encrypt writes nothing', async () => {
  refused.add('kms:Decrypt').add('kms:GenerateDataKey');

  const [read, written] = await Promise.allSettled([
    server.s3.getObject({ Bucket, Key: 'readable' }),
    server.s3.putObject({ Bucket, Key: 'e', Body: 'x' }),
  ]);

  expect(read).toMatchObject({ status: 'rejected', reason: { name: 'AccessDenied' } });
  expect(written).toMatchObject({ status: 'rejected', reason: { name: 'AccessDenied' } });
});

test('an object says which key it is encrypted with, and its ETag is no MD5', async () => {
  const head = await server.s3.headObject({ Bucket, Key: 'readable' });

  expect(head).toMatchObject({
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: KEY_ARN,
    BucketKeyEnabled: true,
  });
  expect(head.ETag).not.toBe(`"${createHash('md5').update('x').digest('hex')}"`);
});
