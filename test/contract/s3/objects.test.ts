// Contract: objects written and read in one request.
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openSubject, refusalOf, row, type Subject } from './subject.ts';

let subject: Subject;
beforeAll(async () => {
  subject = await openSubject();
});
afterAll(() => subject.close());

function at(name: string): { Bucket: string; Key: string } {
  return { Bucket: subject.bucket, Key: subject.prefix + name };
}

describe('PutObject and GetObject', () => {
  row(
    'documented',
    'API/API_PutObject.html',
    'an object comes back with its metadata and its MD5 as ETag',
    async () => {
      const put = await subject.s3.putObject({
        ...at('greeting.txt'),
        Body: 'hello',
        ContentType: 'text/plain',
        CacheControl: 'no-store',
        Metadata: { token: 'abc' },
      });

      const got = await subject.s3.getObject(at('greeting.txt'));

      expect(put.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
      expect(await got.Body?.transformToString()).toBe('hello');
      expect(got).toMatchObject({ ContentType: 'text/plain', CacheControl: 'no-store', ContentLength: 5 });
      expect(got.Metadata).toEqual({ token: 'abc' });
      expect(got.VersionId).toBe(put.VersionId);
    },
  );

  row(
    'documented',
    'API/API_GetObject.html',
    'an unknown key is NoSuchKey on GET and 404 on HEAD',
    async () => {
      const get = await refusalOf(subject.s3.getObject(at('nowhere')));
      const head = await refusalOf(subject.s3.headObject(at('nowhere')));

      expect(get).toEqual({ status: 404, code: 'NoSuchKey' });
      expect(head).toEqual({ status: 404, code: 'NotFound' });
    },
  );

  row('documented', 'API/API_GetObject.html', 'an unknown version is NoSuchVersion', async () => {
    const put = await subject.s3.putObject({ ...at('versioned'), Body: 'x' });
    const other = put.VersionId?.replace(/^./, (c) => (c === 'a' ? 'b' : 'a'));

    const refusal = await refusalOf(subject.s3.getObject({ ...at('versioned'), VersionId: other }));

    expect(['NoSuchVersion', 'InvalidArgument']).toContain(refusal.code);
  });

  row('documented', 'API/API_HeadBucket.html', 'an unknown bucket is NoSuchBucket', async () => {
    const Bucket = `${subject.bucket}-that-nobody-made-7f3a`;

    const refusal = await refusalOf(subject.s3.listObjectsV2({ Bucket }));

    expect(refusal).toEqual({ status: 404, code: 'NoSuchBucket' });
  });

  row(
    'documented',
    'API/API_GetObject.html',
    'a range is answered with 206 and its place in the whole',
    async () => {
      await subject.s3.putObject({ ...at('digits'), Body: '0123456789' });

      const middle = await subject.s3.getObject({ ...at('digits'), Range: 'bytes=2-4' });
      const suffix = await subject.s3.getObject({ ...at('digits'), Range: 'bytes=-3' });
      const open = await subject.s3.getObject({ ...at('digits'), Range: 'bytes=8-' });

      expect([middle.ContentRange, await middle.Body?.transformToString()]).toEqual(['bytes 2-4/10', '234']);
      expect([suffix.ContentRange, await suffix.Body?.transformToString()]).toEqual(['bytes 7-9/10', '789']);
      expect([open.ContentRange, await open.Body?.transformToString()]).toEqual(['bytes 8-9/10', '89']);
      expect(middle.$metadata.httpStatusCode).toBe(206);
    },
  );

  row('documented', 'API/API_GetObject.html', 'a range beyond the end is InvalidRange', async () => {
    await subject.s3.putObject({ ...at('digits'), Body: '0123456789' });

    const refusal = await refusalOf(subject.s3.getObject({ ...at('digits'), Range: 'bytes=10-12' }));

    expect(refusal).toEqual({ status: 416, code: 'InvalidRange' });
  });

  row(
    'documented',
    'API/API_GetObject.html',
    'response-* parameters override the headers of the answer',
    async () => {
      await subject.s3.putObject({ ...at('page'), Body: 'x', ContentType: 'text/plain' });

      const got = await subject.s3.getObject({
        ...at('page'),
        ResponseContentType: 'video/mp4',
        ResponseContentDisposition: 'attachment; filename="a.mp4"',
      });

      expect(got.ContentType).toBe('video/mp4');
      expect(got.ContentDisposition).toBe('attachment; filename="a.mp4"');
    },
  );

  row('documented', 'API/API_GetObject.html', 'If-Match and If-None-Match are kept', async () => {
    const { ETag } = await subject.s3.putObject({ ...at('conditional'), Body: 'x' });

    const other = await refusalOf(subject.s3.getObject({ ...at('conditional'), IfMatch: '"0"' }));
    const same = await refusalOf(subject.s3.getObject({ ...at('conditional'), IfNoneMatch: ETag }));
    const right = await subject.s3.getObject({ ...at('conditional'), IfMatch: ETag });

    expect(other).toEqual({ status: 412, code: 'PreconditionFailed' });
    expect(same.status).toBe(304);
    expect(await right.Body?.transformToString()).toBe('x');
  });

  row(
    'documented',
    'API/API_PutObject.html',
    'If-None-Match: * refuses to write over an object',
    async () => {
      await subject.s3.putObject({ ...at('once'), Body: 'first', IfNoneMatch: '*' });

      const refusal = await refusalOf(
        subject.s3.putObject({ ...at('once'), Body: 'second', IfNoneMatch: '*' }),
      );

      expect(refusal).toEqual({ status: 412, code: 'PreconditionFailed' });
      const kept = await subject.s3.getObject(at('once'));
      expect(await kept.Body?.transformToString()).toBe('first');
    },
  );

  row('documented', 'API/API_PutObject.html', 'an unknown storage class is refused', async () => {
    const put = subject.s3.putObject({ ...at('class'), Body: 'x', StorageClass: 'ICE' as 'GLACIER' });

    expect(await refusalOf(put)).toEqual({ status: 400, code: 'InvalidStorageClass' });
  });

  row('documented', 'API/API_GetObject.html', 'the bucket of another account is denied', async () => {
    await subject.s3.putObject({ ...at('owned'), Body: 'x' });

    const refusal = await refusalOf(
      subject.s3.getObject({ ...at('owned'), ExpectedBucketOwner: '999999999999' }),
    );

    expect(refusal).toEqual({ status: 403, code: 'AccessDenied' });
  });
});

describe('keys', () => {
  row('documented', 'userguide/object-keys.html', 'keys may hold any UTF-8 and differ by case', async () => {
    const names = ['Case', 'case', 'ü é', 'a+b&c=d', "it's (here)!*", '..', 'x'.repeat(300)];
    for (const name of names) await subject.s3.putObject({ ...at(`keys/${name}`), Body: name });

    const listed = await subject.s3.listObjectsV2({ Bucket: subject.bucket, Prefix: at('keys/').Key });
    const bodies = await Promise.all(
      names.map(async (name) => (await subject.s3.getObject(at(`keys/${name}`))).Body?.transformToString()),
    );

    expect(bodies).toEqual(names);
    expect(listed.KeyCount).toBe(names.length);
  });

  row('documented', 'userguide/object-keys.html', 'a key longer than 1,024 bytes is refused', async () => {
    const Key = subject.prefix + 'k'.repeat(1025 - subject.prefix.length);

    const refusal = await refusalOf(subject.s3.putObject({ Bucket: subject.bucket, Key, Body: 'x' }));

    expect(refusal).toEqual({ status: 400, code: 'KeyTooLongError' });
  });
});

describe('CopyObject', () => {
  row(
    'documented',
    'API/API_CopyObject.html',
    'a copy keeps bytes and metadata and takes its own class',
    async () => {
      await subject.s3.putObject({ ...at('source ü'), Body: 'copied', Metadata: { token: 't' } });

      await subject.s3.copyObject({
        ...at('target'),
        CopySource: encodeURI(`${subject.bucket}/${subject.prefix}source ü`),
        StorageClass: 'GLACIER_IR',
      });

      const got = await subject.s3.getObject(at('target'));
      expect(await got.Body?.transformToString()).toBe('copied');
      expect(got).toMatchObject({ Metadata: { token: 't' }, StorageClass: 'GLACIER_IR' });
    },
  );

  row(
    'documented',
    'API/API_CopyObject.html',
    'a copy onto itself that changes nothing is refused',
    async () => {
      await subject.s3.putObject({ ...at('self'), Body: 'x' });

      const copy = subject.s3.copyObject({
        ...at('self'),
        CopySource: `${subject.bucket}/${subject.prefix}self`,
      });

      expect(await refusalOf(copy)).toEqual({ status: 400, code: 'InvalidRequest' });
    },
  );
});

describe('GetObjectAttributes', () => {
  row('documented', 'API/API_GetObjectAttributes.html', 'it answers what it is asked for', async () => {
    await subject.s3.putObject({ ...at('attributes'), Body: 'hello' });

    const got = await subject.s3.getObjectAttributes({
      ...at('attributes'),
      ObjectAttributes: ['ETag', 'ObjectSize', 'Checksum'],
    });

    expect(got.ETag).toBe('5d41402abc4b2a76b9719d911017c592');
    expect(got.ObjectSize).toBe(5);
    expect(got.Checksum).toEqual({ ChecksumCRC32: 'NhCmhg==', ChecksumType: 'FULL_OBJECT' });
    expect(got.StorageClass).toBeUndefined();
  });
});
