// What the contract suite cannot say: the wire, the errors of S3, and a whole copy between two real servers.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { CreateBucketCommand, DeleteObjectCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSource } from '../../lambdas/adapters/source.ts';
import { createVault, parseThaw } from '../../lambdas/adapters/vault.ts';
import { combineParts } from '../../lambdas/domain/crc32.ts';
import { missingParts, planParts } from '../../lambdas/domain/part-plan.ts';
import { copyParts } from '../../lambdas/stages/copy-master.ts';
import { startOrigin } from '../fakes/http-origin.ts';
import { startS3Vault } from '../fakes/s3-vault.ts';

const MIB = 1_048_576;
const CLOCK = { nowMs: () => Date.now(), sleep: (ms: number) => setTimeout(ms) };

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('on the embedded S3 server', () => {
  let s3: Awaited<ReturnType<typeof startS3Vault>>;
  beforeAll(async () => {
    s3 = await startS3Vault();
  });
  afterAll(() => s3.close());

  test('tells a missing bucket from a missing object', async () => {
    const elsewhere = createVault({ client: s3.client, bucket: 'no-such-bucket' });
    const missing = expect.objectContaining({ code: 'VAULT_BUCKET_MISSING' });

    await expect(elsewhere.head({ key: 'mux/a' })).rejects.toThrow(missing);
    await expect(
      elsewhere.put({ key: 'mux/a', contentType: 'a/b', token: 't', body: Buffer.of(1) }),
    ).rejects.toThrow(missing);
    expect(await s3.vault.head({ key: 'mux/a' })).toBeUndefined();
  });

  test('says that it was denied, by the SDK and by the streamed part alike', async () => {
    const stranger = createVault({ client: s3.clientWith('wrong-secret'), bucket: 'vault' });
    const denied = expect.objectContaining({ code: 'VAULT_DENIED' });
    const target = { key: 'mux/a', uploadId: 'x', partNumber: 1, sizeBytes: 9 };

    await expect(stranger.head({ key: 'mux/a' })).rejects.toThrow(denied);
    await expect(stranger.listUploads('mux/a')).rejects.toThrow(denied);
    await expect(stranger.uploadPart({ ...target, body: chunks('123456789') })).rejects.toThrow(denied);
    await stranger.close();
  });

  test('refuses a bucket without versions unless it is told that one will do', async () => {
    await s3.client.send(new CreateBucketCommand({ Bucket: 'plain' }));
    const small = { key: 'a', contentType: 'a/b', token: 't', body: Buffer.of(1) };
    const strict = createVault({ client: s3.client, bucket: 'plain' });
    const lenient = createVault({ client: s3.client, bucket: 'plain', unversioned: true });

    await expect(strict.put(small)).rejects.toThrow(expect.objectContaining({ code: 'VAULT_UNVERSIONED' }));
    expect(await lenient.put(small)).toMatchObject({ version_id: 'null' });
    expect(await lenient.head({ key: 'a', versionId: 'null' })).toMatchObject({ versionId: 'null' });
  });

  // API/API_DeleteObjects.html: "to remove a specific version" names a delete marker as well (documented)
  test('removes a delete marker as it removes a version', async () => {
    const key = 'mux/marked';
    await s3.vault.put({ key, contentType: 'a/b', token: 't', body: Buffer.of(1) });
    await s3.client.send(new DeleteObjectCommand({ Bucket: 'vault', Key: key }));
    const { versions } = await s3.vault.listVersions({ prefix: key });

    const kept = await s3.vault.removeVersions(versions);

    expect(versions.map(({ isDeleteMarker }) => isDeleteMarker).sort()).toEqual([false, true]);
    expect(kept).toEqual([]);
    expect((await s3.vault.listVersions({ prefix: key })).versions).toEqual([]);
  });

  test('signs a URL that reads one version, and nothing when its token is changed', async () => {
    const put = (text: string) =>
      s3.vault.put({ key: 'mux/b', contentType: 'a/b', token: 't', body: Buffer.from(text) });
    const { version_id: versionId } = await put('first');
    await put('second');

    const url = await s3.vault.presign({ key: 'mux/b', versionId, token: 'abc', expiresSeconds: 60 });

    expect(await (await fetch(url)).text()).toBe('first');
    expect((await fetch(url.replace('=abc', '=abd'))).status).toBe(403);
  });

  test('copies 64 MiB from a web server, resumed after a stop, and reads back the same', async () => {
    const bytes = Buffer.alloc(64 * MIB + 5);
    for (let at = 0; at < bytes.length - 4; at += 512) bytes.writeUInt32BE(at, at);
    const origin = await startOrigin(bytes);
    const source = createSource({ hosts: [], loopback: true });
    const ports = { source, vault: s3.vault, clock: CLOCK };
    const probe = await source.probe(origin.url);
    const plan = planParts(probe.sizeBytes);
    const key = 'mux/env/big/1/master.mp4';
    const uploadId = await s3.vault.createUpload({
      key,
      contentType: 'video/mp4',
      storageClass: 'GLACIER_IR',
      token: 't',
    });
    const stop = new AbortController();
    const job = { url: origin.url, key, uploadId, plan, etag: probe.etag, deadlineMs: Date.now() + 60_000 };

    const onProgress = () => stop.abort();
    const interrupted = await copyParts(ports, {
      ...job,
      partNumbers: missingParts(plan, []),
      signal: stop.signal,
      onProgress,
    });
    const listed = (await s3.vault.listParts({ key, uploadId })) ?? [];
    const rest = await copyParts(ports, { ...job, partNumbers: missingParts(plan, listed) });
    const parts = (await s3.vault.listParts({ key, uploadId })) ?? [];
    const crc32 = combineParts(parts);
    const done = await s3.vault.completeUpload({ key, uploadId, parts, sizeBytes: plan.sizeBytes, crc32 });

    expect([interrupted.kind, rest.kind]).toEqual(['out-of-time', 'complete']);
    expect(listed.length + rest.parts.length).toBe(5);
    const stored = await s3.client.send(
      new GetObjectCommand({ Bucket: 'vault', Key: key, VersionId: done?.versionId }),
    );
    const hash = createHash('sha256');
    for await (const chunk of stored.Body as AsyncIterable<Uint8Array>) hash.update(chunk);
    expect(hash.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    await source.close();
    await origin.close();
  });
});

describe('a streamed part on the wire', () => {
  let close: () => Promise<unknown> = async () => undefined;
  afterEach(() => close());

  /** A server in place of S3, and a vault that talks to it. */
  async function vaultOn(answer: (request: IncomingMessage, response: ServerResponse) => void) {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret', sessionToken: 'session' };
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-west-1',
      credentials,
      maxAttempts: 1,
    });
    const vault = createVault({ client, bucket: 'vault', bucketOwner: '123456789012' });
    close = async () => {
      server.closeAllConnections();
      await Promise.all([vault.close(), new Promise((resolve) => server.close(resolve))]);
    };
    return vault;
  }

  const target = { key: 'mux/a b/ü.mp4', uploadId: 'id/with+signs=', partNumber: 7, sizeBytes: 9 };

  test('is framed as one chunk with its CRC32 behind, as AWS documents it', async () => {
    let seen: { request: IncomingMessage; body: string } | undefined;
    const vault = await vaultOn(async (request, response) => {
      const all: Buffer[] = [];
      for await (const chunk of request) all.push(chunk);
      seen = { request, body: Buffer.concat(all).toString('latin1') };
      response.writeHead(200, { etag: '"abc"', 'x-amz-checksum-crc32': 'y/Q5Jg==' });
      response.end();
    });

    const part = await vault.uploadPart({ ...target, body: chunks('1234', '56789') });

    expect(part).toEqual({ partNumber: 7, sizeBytes: 9, etag: '"abc"', crc32: 'y/Q5Jg==' });
    expect(seen?.body).toBe('9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n');
    expect(seen?.request.method).toBe('PUT');
    const [path, query] = seen?.request.url?.split('?') ?? [];
    expect(path).toBe('/vault/mux/a%20b/%C3%BC.mp4');
    expect(query?.split('&').sort()).toEqual([
      'partNumber=7',
      'uploadId=id%2Fwith%2Bsigns%3D',
      'x-id=UploadPart',
    ]);
    expect(seen?.request.headers).toMatchObject({
      'content-length': String(seen?.body.length),
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '9',
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-trailer': 'x-amz-checksum-crc32',
      'x-amz-sdk-checksum-algorithm': 'CRC32',
      'x-amz-expected-bucket-owner': '123456789012',
      'x-amz-security-token': 'session',
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDTEST\/\d{8}\/eu-west-1\/s3\/aws4_request/,
      ),
    });
    expect(seen?.request.headers).not.toHaveProperty('transfer-encoding');
    expect(seen?.request.headers).not.toHaveProperty('x-amz-checksum-crc32');
  });

  test('is sent again by the copy when S3 stored another CRC', async () => {
    const vault = await vaultOn((request, response) => {
      request.resume().on('end', () => response.writeHead(200, { 'x-amz-checksum-crc32': 'AAAAAA==' }).end());
    });

    await expect(vault.uploadPart({ ...target, body: chunks('123456789') })).rejects.toThrow(
      expect.objectContaining({ name: 'TransientError', code: 'VAULT_CRC_DIFFERS' }),
    );
  });

  test.each([
    [503, 'SlowDown', 'VAULT_BUSY'],
    [500, 'InternalError', 'VAULT_UNAVAILABLE'],
    [400, 'BadDigest', 'VAULT_UNAVAILABLE'],
    [400, 'RequestTimeout', 'VAULT_UNAVAILABLE'],
    [403, 'AccessDenied', 'VAULT_DENIED'],
    [404, 'NoSuchUpload', 'UPLOAD_GONE'],
    [404, 'NoSuchBucket', 'VAULT_BUCKET_MISSING'],
    [400, 'InvalidArgument', 'VAULT_REFUSED'],
  ])('that is answered %i %s fails as %s', async (status, code, expected) => {
    const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
    const vault = await vaultOn((request, response) => {
      request.resume().on('end', () => response.writeHead(status).end(xml));
    });

    await expect(vault.uploadPart({ ...target, body: chunks('123456789') })).rejects.toThrow(
      expect.objectContaining({ code: expected }),
    );
  });

  test('that is answered before it is sent, or cut, fails and lets go of the source', async () => {
    let ended = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        while (true) yield Buffer.alloc(65_536);
      } finally {
        ended = true;
      }
    }
    const vault = await vaultOn((request) => request.once('data', () => request.destroy()));

    const sending = vault.uploadPart({ ...target, sizeBytes: 1024 * MIB, body: endless() });

    await expect(sending).rejects.toThrow(expect.objectContaining({ name: 'TransientError' }));
    await vi.waitFor(() => expect(ended).toBe(true));
  });

  test('is cut at once when its source fails: no hang, nothing uncaught', async () => {
    const uncaught = vi.fn();
    process.on('uncaughtException', uncaught);
    let cut: () => void = () => undefined;
    const wasCut = new Promise<void>((resolve) => {
      cut = resolve;
    });
    const vault = await vaultOn((request) => {
      request.resume().on('error', () => undefined);
      request.on('close', cut);
    });
    const broken = new Error('the source broke off');
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(65_536);
      throw broken;
    }

    await expect(vault.uploadPart({ ...target, sizeBytes: MIB, body: breaking() })).rejects.toBe(broken);

    await wasCut;
    expect(uncaught).not.toHaveBeenCalled();
    process.off('uncaughtException', uncaught);
  });
});

describe('parseThaw', () => {
  test.each([
    [undefined, undefined],
    ['ongoing-request="true"', { ongoing: true }],
    [
      'ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"',
      { ongoing: false, untilMs: Date.UTC(2012, 11, 21) },
    ],
  ])('reads %j', (header, thaw) => {
    expect(parseThaw(header)).toEqual(thaw);
  });
});
