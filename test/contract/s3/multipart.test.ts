// Contract: multipart uploads, as the copy of a master relies on them.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { CompletedPart, CreateMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { openSubject, refusalOf, row, type Subject } from './subject.ts';

let subject: Subject;
beforeAll(async () => {
  subject = await openSubject();
});
afterAll(() => subject.close());

const MIB = 1024 * 1024;
const FIRST = Buffer.alloc(5 * MIB, 'a');
const SECOND = Buffer.alloc(100_000, 'b');
const WHOLE = Buffer.concat([FIRST, SECOND]);

function base64Crc(...bytes: Buffer[]): string {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(crc32(Buffer.concat(bytes)));
  return out.toString('base64');
}

interface Target {
  Bucket: string;
  Key: string;
  UploadId: string | undefined;
}

async function begin(name: string, more: Partial<CreateMultipartUploadCommandInput> = {}): Promise<Target> {
  const at = { Bucket: subject.bucket, Key: subject.prefix + name };
  const { UploadId } = await subject.s3.createMultipartUpload({
    ...at,
    ChecksumAlgorithm: 'CRC32',
    ChecksumType: 'FULL_OBJECT',
    ...more,
  });
  return { ...at, UploadId };
}

async function send(target: Target, PartNumber: number, Body: Buffer): Promise<CompletedPart> {
  const { ETag, ChecksumCRC32 } = await subject.s3.uploadPart({ ...target, PartNumber, Body });
  return { PartNumber, ETag, ChecksumCRC32 };
}

async function sendBoth(target: Target): Promise<CompletedPart[]> {
  return [await send(target, 1, FIRST), await send(target, 2, SECOND)];
}

describe('CompleteMultipartUpload', () => {
  row(
    'documented',
    'API/API_CompleteMultipartUpload.html',
    'the object is its parts, with the CRC32 of the whole',
    async () => {
      const target = await begin('whole', { StorageClass: 'GLACIER_IR', Metadata: { token: 't1' } });
      const Parts = await sendBoth(target);

      const done = await subject.s3.completeMultipartUpload({
        ...target,
        MultipartUpload: { Parts },
        ChecksumCRC32: base64Crc(WHOLE),
        ChecksumType: 'FULL_OBJECT',
        MpuObjectSize: WHOLE.length,
      });

      const head = await subject.s3.headObject({
        Bucket: target.Bucket,
        Key: target.Key,
        ChecksumMode: 'ENABLED',
      });
      expect(done.ChecksumCRC32).toBe(base64Crc(WHOLE));
      expect(done.VersionId).toBe(head.VersionId);
      expect(head).toMatchObject({
        ChecksumCRC32: base64Crc(WHOLE),
        ChecksumType: 'FULL_OBJECT',
        ContentLength: WHOLE.length,
        StorageClass: 'GLACIER_IR',
        Metadata: { token: 't1' },
      });
    },
  );

  row(
    'reported',
    'userguide/checking-object-integrity.html',
    'its ETag is the MD5 of the MD5s and their number',
    async () => {
      const target = await begin('etag');
      const Parts = await sendBoth(target);
      const md5s = [FIRST, SECOND].map((bytes) => createHash('md5').update(bytes).digest());

      const done = await subject.s3.completeMultipartUpload({ ...target, MultipartUpload: { Parts } });

      expect(done.ETag).toBe(`"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-2"`);
    },
  );

  row('documented', 'API/API_GetObject.html', 'a range may span parts', async () => {
    const target = await begin('span');
    const Parts = await sendBoth(target);
    await subject.s3.completeMultipartUpload({ ...target, MultipartUpload: { Parts } });
    const { Bucket, Key } = target;

    const got = await subject.s3.getObject({ Bucket, Key, Range: `bytes=${5 * MIB - 2}-${5 * MIB + 1}` });

    expect(await got.Body?.transformToString()).toBe('aabb');
  });

  row(
    'documented',
    'API/API_CompleteMultipartUpload.html',
    'a wrong whole CRC32 is BadDigest and nothing is made',
    async () => {
      const target = await begin('bad-crc');
      const Parts = await sendBoth(target);

      const done = subject.s3.completeMultipartUpload({
        ...target,
        MultipartUpload: { Parts },
        ChecksumCRC32: base64Crc(FIRST),
        ChecksumType: 'FULL_OBJECT',
      });

      expect(await refusalOf(done)).toEqual({ status: 400, code: 'BadDigest' });
      const { Bucket, Key } = target;
      expect((await refusalOf(subject.s3.headObject({ Bucket, Key }))).status).toBe(404);
    },
  );

  row(
    'documented',
    'API/API_CompleteMultipartUpload.html',
    'a wrong MpuObjectSize is InvalidRequest',
    async () => {
      const target = await begin('bad-size');
      const Parts = await sendBoth(target);

      const done = subject.s3.completeMultipartUpload({
        ...target,
        MultipartUpload: { Parts },
        MpuObjectSize: WHOLE.length + 1,
      });

      expect(await refusalOf(done)).toEqual({ status: 400, code: 'InvalidRequest' });
    },
  );

  row(
    'documented',
    'API/API_CompleteMultipartUpload.html',
    'parts out of order are InvalidPartOrder',
    async () => {
      const target = await begin('order');
      const Parts = (await sendBoth(target)).reverse();

      const done = subject.s3.completeMultipartUpload({ ...target, MultipartUpload: { Parts } });

      expect(await refusalOf(done)).toEqual({ status: 400, code: 'InvalidPartOrder' });
    },
  );

  row(
    'documented',
    'API/API_CompleteMultipartUpload.html',
    'a part that is not there is InvalidPart',
    async () => {
      const target = await begin('missing');
      const Parts = await sendBoth(target);

      const done = subject.s3.completeMultipartUpload({
        ...target,
        MultipartUpload: { Parts: [...Parts, { PartNumber: 3, ETag: '"00000000000000000000000000000000"' }] },
      });

      expect(await refusalOf(done)).toEqual({ status: 400, code: 'InvalidPart' });
    },
  );

  row(
    'documented',
    'API/API_CompleteMultipartUpload.html',
    'a part under 5 MiB before the last is EntityTooSmall',
    async () => {
      const target = await begin('small');
      const Parts = [await send(target, 1, SECOND), await send(target, 2, SECOND)];

      const done = subject.s3.completeMultipartUpload({ ...target, MultipartUpload: { Parts } });

      expect(await refusalOf(done)).toEqual({ status: 400, code: 'EntityTooSmall' });
    },
  );

  row(
    'documented',
    'API/API_CompleteMultipartUpload.html',
    'If-None-Match: * refuses an existing key',
    async () => {
      const target = await begin('taken');
      const Parts = [await send(target, 1, SECOND)];
      await subject.s3.putObject({ Bucket: target.Bucket, Key: target.Key, Body: 'first' });

      const done = subject.s3.completeMultipartUpload({
        ...target,
        MultipartUpload: { Parts },
        IfNoneMatch: '*',
      });

      expect(await refusalOf(done)).toEqual({ status: 412, code: 'PreconditionFailed' });
    },
  );

  row(
    'documented',
    'userguide/checking-object-integrity.html',
    'a COMPOSITE checksum is that of the part checksums',
    async () => {
      const target = await begin('composite', { ChecksumType: undefined });
      const Parts = await sendBoth(target);
      const crcs = [FIRST, SECOND].map((bytes) => Buffer.from(base64Crc(bytes), 'base64'));

      const done = await subject.s3.completeMultipartUpload({ ...target, MultipartUpload: { Parts } });

      expect(done.ChecksumCRC32).toBe(`${base64Crc(...crcs)}-2`);
      expect(done.ChecksumType).toBe('COMPOSITE');
    },
  );

  row(
    'reported',
    'github.com/apache/opendal/pull/4580',
    'a COMPOSITE one wants the checksum of every part',
    async () => {
      const target = await begin('composite-bare', { ChecksumType: 'COMPOSITE' });
      const { PartNumber, ETag } = await send(target, 1, SECOND);

      const done = subject.s3.completeMultipartUpload({
        ...target,
        MultipartUpload: { Parts: [{ PartNumber, ETag }] },
      });

      expect(await refusalOf(done)).toEqual({ status: 400, code: 'InvalidRequest' });
    },
  );
});

describe('UploadPart', () => {
  row(
    'documented',
    'API/API_UploadPart.html',
    'a part whose CRC32 is wrong does not become visible',
    async () => {
      const target = await begin('corrupt');

      const sent = subject.s3.uploadPart({
        ...target,
        PartNumber: 1,
        Body: SECOND,
        ChecksumCRC32: base64Crc(FIRST),
      });

      expect(await refusalOf(sent)).toEqual({ status: 400, code: 'BadDigest' });
      expect((await subject.s3.listParts(target)).Parts ?? []).toEqual([]);
    },
  );

  row('documented', 'API/API_UploadPart.html', 'the same part number again replaces the part', async () => {
    const target = await begin('again');
    await send(target, 1, SECOND);

    await send(target, 1, Buffer.from('newer'));

    const { Parts } = await subject.s3.listParts(target);
    expect(Parts?.map((part) => part.Size)).toEqual([5]);
  });

  row('documented', 'API/API_UploadPart.html', 'part numbers go from 1 to 10,000', async () => {
    const target = await begin('numbers');

    const refusal = await refusalOf(subject.s3.uploadPart({ ...target, PartNumber: 10_001, Body: 'x' }));

    expect(refusal).toEqual({ status: 400, code: 'InvalidArgument' });
  });

  row('documented', 'API/API_UploadPart.html', 'an unknown upload is NoSuchUpload', async () => {
    const target = await begin('gone');
    await subject.s3.abortMultipartUpload(target);

    const part = await refusalOf(subject.s3.uploadPart({ ...target, PartNumber: 1, Body: 'x' }));
    const list = await refusalOf(subject.s3.listParts(target));
    const abort = await refusalOf(subject.s3.abortMultipartUpload(target));

    expect([part, list, abort]).toEqual(Array(3).fill({ status: 404, code: 'NoSuchUpload' }));
  });
});

describe('ListParts and ListMultipartUploads', () => {
  row(
    'documented',
    'API/API_ListParts.html',
    'parts come by number, with size and CRC32, in pages',
    async () => {
      const target = await begin('list');
      for (const number of [3, 1, 2]) await send(target, number, Buffer.from(`part ${number}`));

      const first = await subject.s3.listParts({ ...target, MaxParts: 2 });
      const rest = await subject.s3.listParts({ ...target, PartNumberMarker: first.NextPartNumberMarker });

      expect(first.Parts?.map((part) => part.PartNumber)).toEqual([1, 2]);
      expect(first).toMatchObject({
        IsTruncated: true,
        ChecksumAlgorithm: 'CRC32',
        ChecksumType: 'FULL_OBJECT',
      });
      expect(rest.Parts?.map((part) => part.PartNumber)).toEqual([3]);
      expect(rest.IsTruncated).toBe(false);
      expect(rest.Parts?.[0]).toMatchObject({ Size: 6, ChecksumCRC32: base64Crc(Buffer.from('part 3')) });
    },
  );

  row(
    'documented',
    'API/API_ListMultipartUploads.html',
    'unfinished uploads are found by prefix',
    async () => {
      const one = await begin('unfinished/1');
      const two = await begin('unfinished/2', { StorageClass: 'DEEP_ARCHIVE' });

      const { Uploads } = await subject.s3.listMultipartUploads({
        Bucket: subject.bucket,
        Prefix: `${subject.prefix}unfinished/`,
      });

      expect(Uploads?.map((upload) => upload.UploadId)).toEqual([one.UploadId, two.UploadId]);
      expect(Uploads?.[1]?.StorageClass).toBe('DEEP_ARCHIVE');
    },
  );
});

describe('lib-storage', () => {
  row(
    'documented',
    'API/API_CompleteMultipartUpload.html',
    'an Upload at its defaults arrives whole',
    async () => {
      const at = { Bucket: subject.bucket, Key: `${subject.prefix}managed` };

      await new Upload({ client: subject.s3, params: { ...at, Body: WHOLE } }).done();

      const got = await subject.s3.getObject(at);
      const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
      expect(bytes.equals(WHOLE)).toBe(true);
    },
  );
});

describe('UploadPartCopy', () => {
  // Only of sources above 5 MB can a range be copied.
  const SOURCE = Buffer.concat([Buffer.alloc(6 * MIB, 'c'), SECOND]);

  async function source(name: string, StorageClass?: 'GLACIER') {
    const at = { Bucket: subject.bucket, Key: subject.prefix + name };
    const { VersionId } = await subject.s3.putObject({ ...at, Body: SOURCE, StorageClass });
    return `${at.Bucket}/${at.Key}?versionId=${VersionId}`;
  }

  row(
    'documented',
    'API/API_UploadPartCopy.html',
    'ranges of one version become parts, with the CRC32 of the whole',
    async () => {
      const CopySource = await source('copied-from');
      const target = await begin('copied-to');
      const ranges = [`bytes=0-${6 * MIB - 1}`, `bytes=${6 * MIB}-${SOURCE.length - 1}`];
      const Parts: CompletedPart[] = [];
      for (const [index, CopySourceRange] of ranges.entries()) {
        const PartNumber = index + 1;
        const { CopyPartResult } = await subject.s3.uploadPartCopy({
          ...{ ...target, CopySource, CopySourceRange, PartNumber },
        });
        Parts.push({ PartNumber, ETag: CopyPartResult?.ETag, ChecksumCRC32: CopyPartResult?.ChecksumCRC32 });
      }

      const done = await subject.s3.completeMultipartUpload({
        ...target,
        MultipartUpload: { Parts },
        ChecksumCRC32: base64Crc(SOURCE),
        ChecksumType: 'FULL_OBJECT',
      });

      expect(Parts[1]?.ChecksumCRC32).toBe(base64Crc(SECOND));
      expect(done.ChecksumCRC32).toBe(base64Crc(SOURCE));
    },
  );

  row('documented', 'userguide/restoring-objects.html', 'a source in Glacier is refused', async () => {
    const CopySource = await source('copied-frozen', 'GLACIER');
    const target = await begin('copied-from-frozen');

    const copy = subject.s3.uploadPartCopy({ ...target, CopySource, PartNumber: 1 });

    expect((await refusalOf(copy)).status).toBe(403);
  });

  row('assumed', 'API/API_UploadPartCopy.html', 'a range beyond the source is refused', async () => {
    const CopySource = await source('copied-beyond');
    const target = await begin('copied-from-beyond');
    const CopySourceRange = `bytes=0-${SOURCE.length}`;

    const copy = subject.s3.uploadPartCopy({ ...target, CopySource, CopySourceRange, PartNumber: 1 });

    expect((await refusalOf(copy)).status).toBe(400);
  });
});
