import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TransientError } from '../../lambdas/domain/failures.ts';
import { planParts } from '../../lambdas/domain/part-plan.ts';
import { copyStream, type StreamJob } from '../../lambdas/stages/copy-stream.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { MemorySource } from '../fakes/source-memory.ts';
import { MemoryVault } from '../fakes/vault-memory.ts';

const URL_OF_MASTER = 'https://mezzanine.mux.com/a/mezzanine.mp4';
const KEY = 'mux/env/asset/1/master.mp4';
const PART = 5 * 1_048_576;
const VIDEO = readFileSync(new URL('../fixtures/media/motion-and-tone.mp4', import.meta.url));
// Grown by a box that players skip, so that it has more than two parts.
const SKIP = Buffer.alloc(2 * PART, 'skipped ');
SKIP.writeUInt32BE(SKIP.length, 0);
SKIP.write('free', 4, 'latin1');
const BYTES = Buffer.concat([VIDEO, SKIP]);

async function setUp(bytes: Buffer = BYTES) {
  const source = new MemorySource();
  const vault = new MemoryVault();
  const clock = manualClock();
  source.files.set(URL_OF_MASTER, { bytes, etag: '"one"', ranged: false });
  const uploadId = await vault.createUpload({
    key: KEY,
    contentType: 'video/mp4',
    storageClass: 'GLACIER',
    token: 't',
  });
  const plan = planParts(bytes.length, PART);
  const deadlineMs = clock.nowMs() + 600_000;
  const job: StreamJob = {
    url: URL_OF_MASTER,
    key: KEY,
    uploadId,
    plan,
    etag: '"one"',
    listed: [],
    deadlineMs,
  };
  const stored = () => [...(vault.uploads.get(uploadId)?.parts.values() ?? [])];
  return { source, vault, clock, job, ports: { source, vault, clock }, stored };
}

test('copies a stream part by part and walks its boxes on the way', async () => {
  const { ports, job, source, stored } = await setUp();
  const progress: number[] = [];

  const outcome = await copyStream(ports, { ...job, onProgress: (bytes) => progress.push(bytes) });

  expect(outcome).toMatchObject({ kind: 'complete', verdict: { kind: 'media', walkedBytes: BYTES.length } });
  expect(Buffer.concat(stored().map((part) => part.bytes)).equals(BYTES)).toBe(true);
  expect(stored().map((part) => part.info.sizeBytes)).toEqual([PART, PART, VIDEO.length]);
  expect(source.reads).toHaveLength(1);
  expect(progress).toEqual([PART, 2 * PART, BYTES.length]);
});

test.each([0, 1, PART, PART + 1])('copies %i bytes exactly', async (sizeBytes) => {
  const { ports, job, stored } = await setUp(Buffer.alloc(sizeBytes, 5));

  const outcome = await copyStream(ports, job);

  expect(outcome).toMatchObject({ kind: 'complete', verdict: { kind: 'refused' } });
  expect(Buffer.concat(stored().map((part) => part.bytes))).toHaveLength(sizeBytes);
});

test('sends a part again that failed, without reading the source again', async () => {
  const { ports, job, vault, source } = await setUp();
  const answers = [new TransientError('VAULT_BUSY', 'S3 answered SlowDown (503).')];
  vault.onPart = () => {
    const answer = answers.pop();
    if (answer) throw answer;
  };

  const outcome = await copyStream(ports, job);

  expect(outcome.kind).toBe('complete');
  expect(vault.sent).toEqual([1, 1, 2, 3]);
  expect(source.reads).toHaveLength(1);
});

test('does not send again what S3 holds already', async () => {
  const { ports, job, vault } = await setUp();
  await copyStream(ports, job);
  vault.sent.length = 0;
  const [first, second, third] = (await vault.listParts(job)) ?? [];
  const changed = { ...second, partNumber: 2, sizeBytes: PART, etag: '"x"', crc32: 'AAAAAA==' };

  const outcome = await copyStream(ports, {
    ...job,
    listed: [first, changed, third].flatMap((part) => part ?? []),
  });

  expect(vault.sent).toEqual([2]);
  expect(outcome.parts).toHaveLength(3);
});

test('stops at the deadline with the parts that are stored', async () => {
  const { ports, job, vault, clock } = await setUp();
  vault.onPart = () => void clock.sleep(60_000);

  const outcome = await copyStream(ports, { ...job, deadlineMs: clock.nowMs() + 90_000 });

  expect(outcome.kind).toBe('out-of-time');
  expect(outcome.parts.map((part) => part.partNumber)).toEqual([1, 2]);
});

test('fails when the source breaks off, and leaves the upload to be aborted', async () => {
  const { ports, job, source, stored } = await setUp();
  source.faults.set(0, ['cut']);

  await expect(copyStream(ports, job)).rejects.toThrow(TransientError);

  expect(stored()).toHaveLength(1);
});
