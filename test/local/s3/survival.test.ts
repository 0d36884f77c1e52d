// What survives: restarts with a thaw under way, and kill -9 in the middle of an upload.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CompletedPart, S3 } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RestoreEvent } from '../../../local/s3/server.ts';
import { clientFor, startLocalServer } from './local-server.ts';

describe('a thaw under way', () => {
  const at = { Bucket: 'bkt', Key: 'frozen' };
  const RestoreRequest = { Days: 1, GlacierJobParameters: { Tier: 'Standard' } } as const;

  test('is finished by the next server, which sends the event', async () => {
    const events: RestoreEvent[] = [];
    const server = await startLocalServer({ thawMs: 1000, onEvent: (event) => void events.push(event) });
    await server.s3.putObject({ ...at, Body: 'frozen', StorageClass: 'DEEP_ARCHIVE' });
    await server.s3.restoreObject({ ...at, RestoreRequest });

    await server.restart();
    const early = await server.s3.headObject(at);
    await vi.waitFor(async () => {
      expect((await server.s3.headObject(at)).Restore).toMatch(/^ongoing-request="false"/);
      expect(events.map((event) => event['detail-type'])).toContain('Object Restore Completed');
    }, 5000);
    await server.close();

    expect(early.Restore).toBe('ongoing-request="true"');
  });

  test('whose event could not be delivered is announced again', async () => {
    const events: RestoreEvent[] = [];
    const server = await startLocalServer({
      thawMs: 0,
      onEvent: (event) => {
        if (event['detail-type'] === 'Object Restore Completed') throw new Error('The bus is away.');
      },
    });
    await server.s3.putObject({ ...at, Body: 'frozen', StorageClass: 'GLACIER' });
    await server.s3.restoreObject({ ...at, RestoreRequest });
    await sleep(100);

    await server.restart({ onEvent: (event) => void events.push(event) });
    await vi.waitFor(() => {
      expect(events.map((event) => event['detail-type'])).toEqual(['Object Restore Completed']);
    }, 5000);
    await server.close();

    expect(events[0]?.detail.object.key).toBe('frozen');
  });

  test('lapses when its days are over', async () => {
    let nowMs = Date.now();
    const server = await startLocalServer({ thawMs: 0, nowMs: () => nowMs });
    const clientAt = (time: string) => {
      nowMs = Date.parse(time);
      return clientFor(server.url, nowMs - Date.now());
    };

    const early = clientAt('2026-11-22T10:30:00Z');
    await early.putObject({ ...at, Body: 'frozen', StorageClass: 'GLACIER' });
    await early.restoreObject({ ...at, RestoreRequest: { ...RestoreRequest, Days: 3 } });
    const during = await early.headObject(at);
    const after = await clientAt('2026-11-26T00:00:00Z').headObject(at);
    await server.close();

    // Three days from the 22nd, 10:30, rounded up to midnight, as the restoring-objects page reckons.
    expect(during.Restore).toBe('ongoing-request="false", expiry-date="Thu, 26 Nov 2026 00:00:00 GMT"');
    expect(after.Restore).toBeUndefined();
  });
});

describe('versioning', () => {
  test('a suspended bucket writes null versions beside the old ones', async () => {
    const server = await startLocalServer();
    const at = { Bucket: 'bkt', Key: 'k' };
    const setVersioning = (Status: 'Enabled' | 'Suspended') =>
      server.s3.putBucketVersioning({ Bucket: 'bkt', VersioningConfiguration: { Status } });
    await server.s3.putObject({ ...at, Body: 'before' });
    await setVersioning('Enabled');
    const kept = await server.s3.putObject({ ...at, Body: 'enabled' });
    await setVersioning('Suspended');

    await server.s3.putObject({ ...at, Body: 'suspended' });

    const { Versions = [] } = await server.s3.listObjectVersions({ Bucket: 'bkt' });
    const current = await server.s3.getObject(at);
    await server.close();
    expect(Versions.map((one) => one.VersionId)).toEqual(['null', kept.VersionId]);
    expect(await current.Body?.transformToString()).toBe('suspended');
  });
});

describe('a repeated Complete', () => {
  test.each([
    ['NoSuchUpload', 404],
    ['success', 200],
  ] as const)('answers %s as the server is set', async (repeatedComplete, status) => {
    const server = await startLocalServer({ repeatedComplete });
    const at = { Bucket: 'bkt', Key: 'k' };
    const { UploadId } = await server.s3.createMultipartUpload(at);
    const { ETag, ChecksumCRC32 } = await server.s3.uploadPart({ ...at, UploadId, PartNumber: 1, Body: 'x' });
    const complete = () =>
      server.s3.completeMultipartUpload({
        ...at,
        UploadId,
        MultipartUpload: { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32 }] },
      });
    await complete();

    const again = await complete().then(
      (answer) => answer.$metadata.httpStatusCode,
      (error: { $metadata: { httpStatusCode: number } }) => error.$metadata.httpStatusCode,
    );
    await server.close();

    expect(again).toBe(status);
  });
});

describe('kill -9', () => {
  let dataDir: string;
  let child: ChildProcess;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 's3-kill-'));
  });
  afterEach(async () => {
    await kill();
    await rm(dataDir, { recursive: true });
  });

  async function boot(): Promise<S3> {
    const program = join(import.meta.dirname, 'serve.ts');
    child = spawn(process.execPath, [program, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('The server has no output.');
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
    return clientFor(url);
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  const MIB = 1024 * 1024;
  const at = { Bucket: 'bkt', Key: 'killed' };
  const PART = Buffer.alloc(5 * MIB, 'p');

  async function uploadOne(s3: S3): Promise<CompletedPart & { UploadId: string }> {
    await s3.createBucket({ Bucket: 'bkt' });
    const { UploadId = '' } = await s3.createMultipartUpload(at);
    const { ETag, ChecksumCRC32 } = await s3.uploadPart({ ...at, UploadId, PartNumber: 1, Body: PART });
    return { UploadId, ETag, ChecksumCRC32 };
  }

  test('during UploadPart leaves the finished parts and no half one', async () => {
    const s3 = await boot();
    const { UploadId, ETag } = await uploadOne(s3);
    const slow = s3.uploadPart({ ...at, UploadId, PartNumber: 2, Body: Buffer.alloc(60 * MIB) });
    slow.catch(() => undefined);
    while ((await readdir(join(dataDir, 'tmp'))).length === 0) await sleep(1);

    await kill();
    await expect(slow).rejects.toThrow();
    const next = await boot();

    const { Parts = [] } = await next.listParts({ ...at, UploadId });
    expect(Parts.map((part) => [part.PartNumber, part.Size, part.ETag])).toEqual([[1, PART.length, ETag]]);
    expect(await readdir(join(dataDir, 'tmp'))).toEqual([]);
  });

  test.each([0, 3, 9])('%i ms into Complete leaves the object or the upload, whole', async (delayMs) => {
    const s3 = await boot();
    const { UploadId, ETag, ChecksumCRC32 } = await uploadOne(s3);
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32 }] };
    const complete = s3.completeMultipartUpload({ ...at, UploadId, MultipartUpload }).catch(() => undefined);
    await sleep(delayMs);

    await kill();
    await complete;
    const next = await boot();

    const uploads = (await next.listMultipartUploads({ Bucket: 'bkt' })).Uploads ?? [];
    if (uploads.length > 0) await next.completeMultipartUpload({ ...at, UploadId, MultipartUpload });
    const got = await next.getObject(at);
    const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(PART)).toBe(true);
  });
});
