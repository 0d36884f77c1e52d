// Contract: listings, versions and deletion.
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

async function putAll(names: readonly string[]): Promise<void> {
  for (const name of names) await subject.s3.putObject({ ...at(name), Body: name });
}

function names(objects: readonly { Key?: string; Prefix?: string }[] | undefined): string[] {
  return (objects ?? []).map((one) => (one.Key ?? one.Prefix ?? '').slice(subject.prefix.length));
}

describe('ListObjectsV2', () => {
  row('documented', 'API/API_ListObjectsV2.html', 'keys come in the order of their UTF-8 bytes', async () => {
    await putAll(['order/b', 'order/B', 'order/a-b', 'order/a/b', 'order/\u{1F600}', 'order/\uFF5E']);

    const page = await subject.s3.listObjectsV2({ Bucket: subject.bucket, Prefix: at('order/').Key });

    expect(names(page.Contents)).toEqual([
      'order/B',
      'order/a-b',
      'order/a/b',
      'order/b',
      'order/\uFF5E',
      'order/\u{1F600}',
    ]);
  });

  row(
    'documented',
    'API/API_ListObjectsV2.html',
    'a delimiter folds keys into common prefixes, page by page',
    async () => {
      await putAll(['fold/a', 'fold/b/1', 'fold/b/2', 'fold/c', 'fold/d/1']);
      const query = { Bucket: subject.bucket, Prefix: at('fold/').Key, Delimiter: '/', MaxKeys: 2 };

      const first = await subject.s3.listObjectsV2(query);
      const rest = await subject.s3.listObjectsV2({
        ...query,
        ContinuationToken: first.NextContinuationToken,
      });

      expect([names(first.Contents), names(first.CommonPrefixes)]).toEqual([['fold/a'], ['fold/b/']]);
      expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2 });
      expect([names(rest.Contents), names(rest.CommonPrefixes)]).toEqual([['fold/c'], ['fold/d/']]);
      expect(rest.IsTruncated).toBe(false);
    },
  );

  row('documented', 'API/API_ListObjectsV2.html', 'start-after begins behind a key', async () => {
    await putAll(['after/1', 'after/2', 'after/3']);

    const page = await subject.s3.listObjectsV2({
      Bucket: subject.bucket,
      Prefix: at('after/').Key,
      StartAfter: at('after/1').Key,
    });

    expect(names(page.Contents)).toEqual(['after/2', 'after/3']);
  });

  row('documented', 'API/API_ListObjects.html', 'the first generation pages by marker', async () => {
    await putAll(['v1/1', 'v1/2', 'v1/3']);
    const query = { Bucket: subject.bucket, Prefix: at('v1/').Key };

    const first = await subject.s3.listObjects({ ...query, MaxKeys: 2 });
    const rest = await subject.s3.listObjects({ ...query, Marker: at('v1/2').Key });

    expect([names(first.Contents), first.IsTruncated]).toEqual([['v1/1', 'v1/2'], true]);
    expect([names(rest.Contents), rest.IsTruncated]).toEqual([['v1/3'], false]);
  });
});

describe('versions', () => {
  row(
    'documented',
    'userguide/DeletingObjectVersions.html',
    'a plain delete hides the object behind a marker',
    async () => {
      const put = await subject.s3.putObject({ ...at('hidden'), Body: 'still there' });

      const deleted = await subject.s3.deleteObject(at('hidden'));

      expect(deleted.DeleteMarker).toBe(true);
      expect(await refusalOf(subject.s3.getObject(at('hidden')))).toEqual({ status: 404, code: 'NoSuchKey' });
      const old = await subject.s3.getObject({ ...at('hidden'), VersionId: put.VersionId });
      expect(await old.Body?.transformToString()).toBe('still there');
      const listed = await subject.s3.listObjectsV2({ Bucket: subject.bucket, Prefix: at('hidden').Key });
      expect(listed.KeyCount).toBe(0);
    },
  );

  row(
    'documented',
    'userguide/ManagingDelMarkers.html',
    'removing the marker brings the object back',
    async () => {
      await subject.s3.putObject({ ...at('back'), Body: 'back' });
      const { VersionId } = await subject.s3.deleteObject(at('back'));

      const removed = await subject.s3.deleteObject({ ...at('back'), VersionId });

      expect(removed).toMatchObject({ DeleteMarker: true, VersionId });
      const got = await subject.s3.getObject(at('back'));
      expect(await got.Body?.transformToString()).toBe('back');
    },
  );

  row('documented', 'API/API_GetObject.html', 'GET of a delete marker by its version is 405', async () => {
    await subject.s3.putObject({ ...at('marked'), Body: 'x' });
    const { VersionId } = await subject.s3.deleteObject(at('marked'));

    const refusal = await refusalOf(subject.s3.getObject({ ...at('marked'), VersionId }));

    expect(refusal).toEqual({ status: 405, code: 'MethodNotAllowed' });
  });

  row(
    'documented',
    'API/API_ListObjectVersions.html',
    'versions come newest first, markers among them, in pages',
    async () => {
      const one = await subject.s3.putObject({ ...at('many'), Body: '1' });
      const two = await subject.s3.putObject({ ...at('many'), Body: '2' });
      const marker = await subject.s3.deleteObject(at('many'));
      const query = { Bucket: subject.bucket, Prefix: at('many').Key };

      const first = await subject.s3.listObjectVersions({ ...query, MaxKeys: 2 });
      const rest = await subject.s3.listObjectVersions({
        ...query,
        KeyMarker: first.NextKeyMarker,
        VersionIdMarker: first.NextVersionIdMarker,
      });

      expect(first.DeleteMarkers?.map((one) => [one.VersionId, one.IsLatest])).toEqual([
        [marker.VersionId, true],
      ]);
      expect(first.Versions?.map((one) => [one.VersionId, one.IsLatest])).toEqual([[two.VersionId, false]]);
      expect(first.IsTruncated).toBe(true);
      expect(rest.Versions?.map((one) => one.VersionId)).toEqual([one.VersionId]);
      expect(rest.IsTruncated).toBe(false);
    },
  );

  row('documented', 'API/API_DeleteObjects.html', 'many versions go in one request', async () => {
    const one = await subject.s3.putObject({ ...at('bulk/1'), Body: '1' });
    const two = await subject.s3.putObject({ ...at('bulk/&2'), Body: '2' });

    const { Deleted, Errors } = await subject.s3.deleteObjects({
      Bucket: subject.bucket,
      Delete: {
        Objects: [
          { Key: at('bulk/1').Key, VersionId: one.VersionId },
          { Key: at('bulk/&2').Key, VersionId: two.VersionId },
        ],
      },
    });

    expect(names(Deleted)).toEqual(['bulk/1', 'bulk/&2']);
    expect(Errors ?? []).toEqual([]);
    const left = await subject.s3.listObjectVersions({ Bucket: subject.bucket, Prefix: at('bulk/').Key });
    expect(left.Versions ?? []).toEqual([]);
  });

  row('documented', 'API/API_DeleteObject.html', 'deleting what is not there is 204', async () => {
    const { VersionId } = await subject.s3.putObject({ ...at('twice'), Body: 'x' });
    await subject.s3.deleteObject({ ...at('twice'), VersionId });

    const again = await subject.s3.deleteObject({ ...at('twice'), VersionId });

    expect(again.$metadata.httpStatusCode).toBe(204);
  });

  row(
    'documented',
    'API/API_GetBucketVersioning.html',
    'the bucket says that it keeps versions',
    async () => {
      const { Status } = await subject.s3.getBucketVersioning({ Bucket: subject.bucket });

      expect(Status).toBe('Enabled');
    },
  );
});
