// Contract: a body that does not match its checksum never becomes an object.
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
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

/** The check values of "123456789", from the catalogue of parametrised CRC algorithms and RFC 3174, FIPS 180. */
const CHECK_VALUES = {
  ChecksumCRC32: Buffer.from('cbf43926', 'hex').toString('base64'),
  ChecksumCRC32C: Buffer.from('e3069283', 'hex').toString('base64'),
  ChecksumCRC64NVME: Buffer.from('ae8b14860a799888', 'hex').toString('base64'),
  ChecksumSHA1: Buffer.from('f7c3bc1d808e04732adf679965ccc34ca7ae3441', 'hex').toString('base64'),
  ChecksumSHA256: Buffer.from(
    '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
    'hex',
  ).toString('base64'),
} satisfies Partial<PutObjectCommandInput>;

const NAMES = Object.keys(CHECK_VALUES) as (keyof typeof CHECK_VALUES)[];

describe('checksums in headers', () => {
  for (const name of NAMES) {
    row(
      'documented',
      'userguide/checking-object-integrity.html',
      `a right ${name} is kept and shown`,
      async () => {
        const put = await subject.s3.putObject({
          ...at(name),
          Body: '123456789',
          [name]: CHECK_VALUES[name],
        });

        const head = await subject.s3.headObject({ ...at(name), ChecksumMode: 'ENABLED' });

        expect(put[name]).toBe(CHECK_VALUES[name]);
        expect(head[name]).toBe(CHECK_VALUES[name]);
        expect(head.ChecksumType).toBe('FULL_OBJECT');
      },
    );

    row(
      'documented',
      'API/API_PutObject.html',
      `a wrong ${name} is BadDigest and leaves nothing`,
      async () => {
        const put = subject.s3.putObject({
          ...at(`bad-${name}`),
          Body: '12345678X',
          [name]: CHECK_VALUES[name],
        });

        expect(await refusalOf(put)).toEqual({ status: 400, code: 'BadDigest' });
        expect((await refusalOf(subject.s3.headObject(at(`bad-${name}`)))).status).toBe(404);
      },
    );
  }

  row('documented', 'API/API_PutObject.html', 'a wrong Content-MD5 is BadDigest', async () => {
    const ContentMD5 = createHash('md5').update('other').digest('base64');

    const refusal = await refusalOf(subject.s3.putObject({ ...at('md5'), Body: 'this', ContentMD5 }));

    expect(refusal).toEqual({ status: 400, code: 'BadDigest' });
  });

  row('documented', 'API/API_HeadObject.html', 'without checksum mode no checksum is shown', async () => {
    await subject.s3.putObject({ ...at('quiet'), Body: 'x' });

    const head = await subject.s3.headObject(at('quiet'));

    expect(head.ChecksumCRC32).toBeUndefined();
  });
});

describe('checksums in trailers', () => {
  row(
    'documented',
    'API/sigv4-streaming-trailers.html',
    'a stream arrives with its CRC32 trailer checked',
    async () => {
      const Body = Readable.from([Buffer.alloc(100_000, 1), Buffer.alloc(50_000, 2)], { objectMode: false });

      const put = await subject.s3.putObject({ ...at('stream'), Body, ContentLength: 150_000 });

      const head = await subject.s3.headObject(at('stream'));
      expect(put.ChecksumCRC32).toMatch(/^[A-Za-z0-9+/]{6}==$/);
      expect(head).toMatchObject({ ContentLength: 150_000 });
      expect(head.ContentEncoding).toBeUndefined();
    },
  );

  row(
    'reported',
    'github.com/aws/aws-sdk-js-v3/issues/6859',
    'a chunk under 8 KiB before the last is refused',
    async () => {
      const Body = Readable.from([Buffer.alloc(1000, 1), Buffer.alloc(50_000, 2)], { objectMode: false });

      const put = subject.s3.putObject({ ...at('small-chunks'), Body, ContentLength: 51_000 });

      expect((await refusalOf(put)).code).toBe('InvalidChunkSizeError');
    },
  );
});
