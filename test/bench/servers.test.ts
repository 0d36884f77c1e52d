// The benchmark's servers are its judges: the origin serves what it says, the sink refuses what is wrong.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchFile } from '../../bench/file.ts';
import { answer as answerAsOrigin } from '../../bench/origin.ts';
import { answer as answerAsSink, CREDENTIALS } from '../../bench/sink.ts';
import { SinkStore } from '../../bench/sink-store.ts';
import { tlsIdentity } from '../../bench/tls/identity.ts';

const MIB = 1_048_576;
const identity = tlsIdentity();
const origin = createServer(identity, (...call) => answerAsOrigin(benchFile(3 * MIB), ...call));
const store = new SinkStore();
const sink = createServer(identity, (...call) => void answerAsSink(store, ...call));
const ca = identity.cert;
const agent = new Agent({ connect: { ca } });
let s3: S3Client;

beforeAll(async () => {
  const listening = [origin, sink].map(
    (server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)),
  );
  await Promise.all(listening);
  s3 = new S3Client({ ...connection(), credentials: CREDENTIALS });
});
afterAll(async () => {
  await agent.close();
  s3.destroy();
  for (const server of [origin, sink]) server.close().closeAllConnections();
});

function urlOf(server: typeof origin): string {
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function connection() {
  return {
    endpoint: urlOf(sink),
    region: 'us-east-1',
    maxAttempts: 1,
    requestHandler: { httpsAgent: { ca } },
    // Such requests go through an agent of the SDK's own, which does not know our certificate.
    expectContinueHeader: false,
  };
}

test('the origin serves ranges of one file, the whole of which has the CRC32 that it says', async () => {
  const get = async (range?: string) => {
    const { statusCode, headers, body } = await request(urlOf(origin), {
      dispatcher: agent,
      headers: range ? { range } : {},
    });
    return { statusCode, headers, bytes: Buffer.from(await body.arrayBuffer()) };
  };

  const whole = await get();
  const part = await get('bytes=1000-2000999');

  expect(whole.statusCode).toBe(200);
  expect(whole.bytes).toHaveLength(3 * MIB);
  expect(crc32(whole.bytes)).toBe(benchFile(3 * MIB).crc32());
  expect(part.headers['content-range']).toBe(`bytes 1000-2000999/${3 * MIB}`);
  expect(part.headers.etag).toBe(whole.headers.etag);
  expect(part.bytes.equals(whole.bytes.subarray(1000, 2_001_000))).toBe(true);
});

test('a file that is longer than its block repeats, and so does its CRC32', () => {
  const file = benchFile(65 * MIB);

  const start = file.slice(0, MIB);
  const again = file.slice(64 * MIB, 2 * MIB);

  expect(again.equals(start)).toBe(true);
  expect(file.crc32()).toBe(crc32(again, crc32(file.slice(0, 64 * MIB))));
});

describe('the sink', () => {
  const target = { Bucket: 'bench', Key: 'file' };
  const bytes = Buffer.alloc(5 * MIB, 7);
  const begin = async () => ({
    ...target,
    UploadId: (await s3.send(new CreateMultipartUploadCommand(target))).UploadId,
  });
  const sendPart = async (upload: Awaited<ReturnType<typeof begin>>, PartNumber: number) => {
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: bytes }));
    return { PartNumber, ETag };
  };

  test('knows size and CRC32 of an object made of parts', async () => {
    const upload = await begin();
    const Parts = [await sendPart(upload, 1), await sendPart(upload, 2)];

    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));

    const head = await s3.send(new HeadObjectCommand(target));
    const whole = Buffer.alloc(4);
    whole.writeUInt32BE(crc32(Buffer.alloc(10 * MIB, 7)));
    expect(head).toMatchObject({ ContentLength: 10 * MIB, ChecksumCRC32: whole.toString('base64') });
  });

  test.each([
    ['another CRC32', { ChecksumCRC32: 'AAAAAA==' }, 'BadDigest'],
    ['another MD5', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'BadDigest'],
  ])('refuses a body of %s than announced', async (_, wrong, name) => {
    const put = s3.send(new PutObjectCommand({ ...target, Body: bytes, ...wrong }));

    await expect(put).rejects.toMatchObject({ name });
  });

  test('refuses a stranger', async () => {
    const stranger = new S3Client({
      ...connection(),
      credentials: { ...CREDENTIALS, secretAccessKey: 'wrong' },
    });

    await expect(stranger.send(new HeadObjectCommand(target))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    stranger.destroy();
  });

  test.each([
    ['another size', { MpuObjectSize: 1 }, 'InvalidRequest'],
    ['another CRC32', { ChecksumCRC32: 'AAAAAA==', ChecksumType: 'FULL_OBJECT' as const }, 'BadDigest'],
  ])('completes nothing that has %s than announced', async (_, wrong, name) => {
    const upload = await begin();
    const Parts = [await sendPart(upload, 1)];

    const completing = s3.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...wrong }),
    );

    await expect(completing).rejects.toMatchObject({ name });
  });
});
