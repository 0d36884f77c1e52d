// Object Lock, as far as an archive meets it. Pages are below https://docs.aws.amazon.com/AmazonS3/latest/.
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { refusalOf, row } from '../../contract/s3/subject.ts';
import { type LocalServer, startLocalServer } from './local-server.ts';

const Bucket = 'locked';
const MINUTE_MS = 60_000;
const DENIED = { status: 403, code: 'AccessDenied' };
/** A client's clock may differ by so much from the server's that a retention of five minutes ends. */
const LATER_MS = 10 * MINUTE_MS;

let server: LocalServer;
beforeAll(async () => {
  server = await startLocalServer();
  await server.s3.createBucket({ Bucket, ObjectLockEnabledForBucket: true });
});
afterAll(() => server.close());

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS);

/** Puts an object, under a retention of five minutes where a mode is given. */
async function put(Key: string, mode?: 'GOVERNANCE' | 'COMPLIANCE') {
  const lock = mode && { ObjectLockMode: mode, ObjectLockRetainUntilDate: inMinutes(5) };
  const { VersionId } = await server.s3.putObject({ Bucket, Key, Body: 'kept', ...lock });
  return { Bucket, Key, VersionId };
}

describe('a bucket', () => {
  row('documented', 'API/API_CreateBucket.html', 'made with Object Lock keeps versions', async () => {
    const { Status } = await server.s3.getBucketVersioning({ Bucket });
    const { ObjectLockConfiguration } = await server.s3.getObjectLockConfiguration({ Bucket });

    expect(Status).toBe('Enabled');
    expect(ObjectLockConfiguration).toEqual({ ObjectLockEnabled: 'Enabled' });
  });

  row('documented', 'userguide/object-lock.html', 'with Object Lock keeps its versioning', async () => {
    const suspend = server.s3.putBucketVersioning({
      Bucket,
      VersioningConfiguration: { Status: 'Suspended' },
    });

    expect(await refusalOf(suspend)).toEqual({ status: 409, code: 'InvalidBucketState' });
  });

  row('documented', 'userguide/object-lock.html', 'without Object Lock locks nothing', async () => {
    await server.s3.putObject({ Bucket: 'bkt', Key: 'free', Body: 'free' });
    const at = { Bucket: 'bkt', Key: 'free' };
    const lock = { ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: inMinutes(5) } as const;
    const refused = { status: 400, code: 'InvalidRequest' };

    expect(await refusalOf(server.s3.putObject({ ...at, Body: 'x', ...lock }))).toEqual(refused);
    expect(await refusalOf(server.s3.putObjectLegalHold({ ...at, LegalHold: { Status: 'ON' } }))).toEqual(
      refused,
    );
    expect(await refusalOf(server.s3.getObjectLockConfiguration({ Bucket: 'bkt' }))).toEqual({
      status: 404,
      code: 'ObjectLockConfigurationNotFoundError',
    });
    expect(await (await server.s3.getObject(at)).Body?.transformToString()).toBe('free');
  });

  row('documented', 'userguide/object-lock.html', 'gives its own retention to what has none', async () => {
    await server.s3.createBucket({ Bucket: 'ruled' });
    const configure = (Rule?: object) =>
      server.s3.putObjectLockConfiguration({
        Bucket: 'ruled',
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule },
      });
    const early = await refusalOf(configure());
    await server.s3.putBucketVersioning({
      Bucket: 'ruled',
      VersioningConfiguration: { Status: 'Enabled' },
    });
    await configure({ DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } });

    await server.s3.putObject({ Bucket: 'ruled', Key: 'a', Body: 'a' });

    const head = await server.s3.headObject({ Bucket: 'ruled', Key: 'a' });
    expect(early).toEqual({ status: 409, code: 'InvalidBucketState' });
    expect(head.ObjectLockMode).toBe('COMPLIANCE');
    const days = ((head.ObjectLockRetainUntilDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(1, 2);
  });
});

describe('a version under retention', () => {
  row('documented', 'userguide/object-lock.html', 'is hidden by a marker and stays', async () => {
    const at = await put('hidden', 'COMPLIANCE');

    const marker = await server.s3.deleteObject({ Bucket, Key: at.Key });

    expect(marker.DeleteMarker).toBe(true);
    expect(await refusalOf(server.s3.deleteObject(at))).toEqual(DENIED);
    expect(await (await server.s3.getObject(at)).Body?.transformToString()).toBe('kept');
    await server.s3.deleteObject({ Bucket, Key: at.Key, VersionId: marker.VersionId });
    expect((await server.s3.headObject({ Bucket, Key: at.Key })).VersionId).toBe(at.VersionId);
  });

  row('reported', 'github.com/versity/versitygw/issues/1567', 'stays while others of a list go', async () => {
    const kept = await put('list/kept', 'GOVERNANCE');
    const free = await put('list/free');
    const Objects = [kept, free].map(({ Key, VersionId }) => ({ Key, VersionId }));

    const { Deleted, Errors } = await server.s3.deleteObjects({ Bucket, Delete: { Objects } });

    expect(Deleted?.map(({ Key }) => Key)).toEqual(['list/free']);
    expect(Errors).toMatchObject([{ Key: 'list/kept', VersionId: kept.VersionId, Code: 'AccessDenied' }]);
  });

  row('documented', 'userguide/object-lock.html', 'in GOVERNANCE mode yields to the bypass', async () => {
    const at = await put('bypassed', 'GOVERNANCE');
    const shorter = { ...at, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: inMinutes(1) } } as const;
    const bypass = { BypassGovernanceRetention: true };

    expect(await refusalOf(server.s3.putObjectRetention(shorter))).toEqual(DENIED);
    await server.s3.putObjectRetention({ ...shorter, ...bypass });
    expect(await refusalOf(server.s3.deleteObject(at))).toEqual(DENIED);
    await server.s3.deleteObject({ ...at, ...bypass });

    expect((await refusalOf(server.s3.headObject(at))).status).toBe(404);
  });

  row('reported', 'github.com/ceph/ceph/pull/42505', 'becomes COMPLIANCE by the bypass only', async () => {
    const at = await put('stricter', 'GOVERNANCE');
    const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: inMinutes(9) } as const;

    expect(await refusalOf(server.s3.putObjectRetention({ ...at, Retention }))).toEqual(DENIED);
    await server.s3.putObjectRetention({ ...at, Retention, BypassGovernanceRetention: true });

    expect((await server.s3.getObjectRetention(at)).Retention?.Mode).toBe('COMPLIANCE');
  });

  row('documented', 'userguide/object-lock.html', 'in COMPLIANCE mode can only be kept longer', async () => {
    const at = await put('compliant', 'COMPLIANCE');
    const change = (Mode: 'GOVERNANCE' | 'COMPLIANCE', minutes: number) =>
      server.s3.putObjectRetention({
        ...at,
        Retention: { Mode, RetainUntilDate: inMinutes(minutes) },
        BypassGovernanceRetention: true,
      });

    expect(await refusalOf(change('COMPLIANCE', 1))).toEqual(DENIED);
    expect(await refusalOf(change('GOVERNANCE', 9))).toEqual(DENIED);
    const none = server.s3.putObjectRetention({ ...at, Retention: {}, BypassGovernanceRetention: true });
    expect(await refusalOf(none)).toEqual(DENIED);
    const removal = server.s3.deleteObject({ ...at, BypassGovernanceRetention: true });
    expect(await refusalOf(removal)).toEqual(DENIED);
    await change('COMPLIANCE', 9);

    const { Retention } = await server.s3.getObjectRetention(at);
    expect(Retention?.Mode).toBe('COMPLIANCE');
    expect((Retention?.RetainUntilDate?.getTime() ?? 0) - Date.now()).toBeGreaterThan(8 * MINUTE_MS);
  });

  row('documented', 'API/API_PutObjectRetention.html', 'is locked after it was written, too', async () => {
    const at = await put('later');
    const none = await refusalOf(server.s3.getObjectRetention(at));
    const past = { ...at, Retention: { Mode: 'COMPLIANCE', RetainUntilDate: new Date(0) } } as const;
    const refused = await refusalOf(server.s3.putObjectRetention(past));
    const RetainUntilDate = inMinutes(5);

    await server.s3.putObjectRetention({ ...at, Retention: { Mode: 'COMPLIANCE', RetainUntilDate } });

    expect(none).toEqual({ status: 404, code: 'NoSuchObjectLockConfiguration' });
    expect(refused).toEqual({ status: 400, code: 'InvalidArgument' });
    expect(await server.s3.headObject(at)).toMatchObject({
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: RetainUntilDate,
    });
  });
});

row('documented', 'userguide/object-lock.html', 'a legal hold stays until it is lifted', async () => {
  const { VersionId } = await server.s3.putObject({
    ...{ Bucket, Key: 'held', Body: 'held' },
    ObjectLockLegalHoldStatus: 'ON',
  });
  const at = { Bucket, Key: 'held', VersionId };

  const refused = await refusalOf(server.s3.deleteObject({ ...at, BypassGovernanceRetention: true }));
  const shown = await server.s3.getObjectLegalHold(at);
  await server.s3.putObjectLegalHold({ ...at, LegalHold: { Status: 'OFF' } });
  await server.s3.deleteObject(at);

  expect(refused).toEqual(DENIED);
  expect(shown.LegalHold?.Status).toBe('ON');
  expect((await refusalOf(server.s3.headObject(at))).status).toBe(404);
});

row(
  'assumed',
  'API/API_CreateMultipartUpload.html',
  'a retention given to an upload outlives a restart of the server and ends at its date',
  async () => {
    const Key = 'parts';
    const { UploadId } = await server.s3.createMultipartUpload({
      ...{ Bucket, Key },
      StorageClass: 'DEEP_ARCHIVE',
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: inMinutes(5),
    });
    const part = await server.s3.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: 'part' });
    const Parts = [{ PartNumber: 1, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 }];
    const done = { Bucket, Key, UploadId, MultipartUpload: { Parts } };
    const { VersionId } = await server.s3.completeMultipartUpload(done);

    await server.restart();
    const early = await refusalOf(server.s3.deleteObject({ Bucket, Key, VersionId }));
    await server.restart({ nowMs: () => Date.now() + LATER_MS });
    const head = await server.s3.headObject({ Bucket, Key, VersionId });
    await server.s3.deleteObject({ Bucket, Key, VersionId });

    expect(early).toEqual(DENIED);
    expect(head.ObjectLockMode).toBe('COMPLIANCE');
    expect((await refusalOf(server.s3.headObject({ Bucket, Key, VersionId }))).status).toBe(404);
  },
);
