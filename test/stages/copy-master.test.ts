import { describe, expect, test } from 'vitest';
import { SourceChangedError, SourceLapsedError, TransientError } from '../../lambdas/domain/failures.ts';
import { missingParts, type PartPlan, planParts } from '../../lambdas/domain/part-plan.ts';
import { type CopyJob, copyParts } from '../../lambdas/stages/copy-master.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { MemorySource } from '../fakes/source-memory.ts';
import { MemoryVault } from '../fakes/vault-memory.ts';

const URL_OF_MASTER = 'https://mezzanine.mux.com/a/mezzanine.mp4?signature=secret';
const KEY = 'mux/env/asset/1/master.mp4';
const PART = 5 * 1_048_576;
const ALL_PARTS_OF = (plan: PartPlan) => missingParts(plan, []);

async function setUp(sizeBytes: number) {
  const source = new MemorySource();
  const vault = new MemoryVault();
  const clock = manualClock();
  const bytes = Buffer.alloc(sizeBytes);
  for (let at = 0; at < sizeBytes; at += 1000) bytes.writeUInt8((at / 1000) % 251, at);
  source.files.set(URL_OF_MASTER, { bytes, etag: '"one"' });
  const plan = planParts(sizeBytes, PART);
  const uploadId = await vault.createUpload({
    key: KEY,
    contentType: 'video/mp4',
    storageClass: 'GLACIER',
    token: 't',
  });
  const job: CopyJob = {
    url: URL_OF_MASTER,
    key: KEY,
    uploadId,
    plan,
    etag: '"one"',
    partNumbers: ALL_PARTS_OF(plan),
    deadlineMs: clock.nowMs() + 600_000,
  };
  const stored = () => vault.uploads.get(uploadId)?.parts;
  const storedBytes = () =>
    Buffer.concat([...(stored() ?? [])].sort(([a], [b]) => a - b).map(([, part]) => part.bytes));
  return { source, vault, clock, bytes, plan, job, ports: { source, vault, clock }, stored, storedBytes };
}

describe('copyParts', () => {
  test.each([
    ['an empty file', 0, [0]],
    ['one byte', 1, [1]],
    ['exactly one part', PART, [PART]],
    ['one part and a byte', PART + 1, [PART, 1]],
    ['three parts and a bit', 3 * PART + 77, [PART, PART, PART, 77]],
  ])('copies %s exactly', async (_, sizeBytes, sizes) => {
    const { ports, job, bytes, storedBytes } = await setUp(sizeBytes);

    const outcome = await copyParts(ports, job);

    expect(outcome.kind).toBe('complete');
    expect(outcome.parts.map((part) => part.sizeBytes).sort((a, b) => b - a)).toEqual(sizes);
    expect(storedBytes().equals(bytes)).toBe(true);
  });

  test('reads only the parts it is told, and says how far it is', async () => {
    const { ports, job, source } = await setUp(4 * PART);
    const progress: number[] = [];

    await copyParts(ports, { ...job, partNumbers: [2, 4], onProgress: (bytes) => progress.push(bytes) });

    expect(source.reads).toEqual([
      { start: PART, end: 2 * PART - 1 },
      { start: 3 * PART, end: 4 * PART - 1 },
    ]);
    expect(progress).toEqual([PART, 2 * PART]);
  });

  test('has at most as many parts under way as it may', async () => {
    const { ports, job, source } = await setUp(8 * PART);
    let underWay = 0;
    let most = 0;
    source.onRead = () => {
      most = Math.max(most, ++underWay);
    };
    ports.vault.onPart = () => {
      underWay -= 1;
    };

    await copyParts(ports, { ...job, concurrency: 3 });

    expect(most).toBe(3);
  });

  test.each(['cut', 'unavailable'] as const)(
    'reads a part again when its connection is %s',
    async (fault) => {
      const { ports, job, source, bytes, storedBytes } = await setUp(3 * PART);
      source.faults.set(PART, [fault, fault]);

      const outcome = await copyParts(ports, job);

      expect(outcome.kind).toBe('complete');
      expect(source.reads.filter(({ start }) => start === PART)).toHaveLength(3);
      expect(storedBytes().equals(bytes)).toBe(true);
    },
  );

  test('sends a part again when S3 says that its CRC differs', async () => {
    const { ports, job, vault } = await setUp(2 * PART);
    const answers = [new TransientError('VAULT_UNAVAILABLE', 'S3 answered BadDigest (400).')];
    vault.onPart = (partNumber) => {
      const answer = partNumber === 2 ? answers.pop() : undefined;
      if (answer) throw answer;
    };

    const outcome = await copyParts(ports, job);

    expect(outcome.kind).toBe('complete');
    expect(vault.sent.filter((partNumber) => partNumber === 2)).toHaveLength(2);
  });

  test('waits longer where the source is busy than where a connection broke', async () => {
    const waits = async (fault: 'busy' | 'cut') => {
      const { ports, job, source, clock } = await setUp(PART);
      source.faults.set(0, [fault]);
      const startedMs = clock.nowMs();
      await copyParts(ports, job);
      return clock.nowMs() - startedMs;
    };

    expect(await waits('cut')).toBeLessThan(1_000);
    expect(await waits('busy')).toBeGreaterThanOrEqual(2_000);
  });

  test('gives up after five attempts and keeps what is there', async () => {
    const { ports, job, source, stored } = await setUp(2 * PART);
    source.faults.set(PART, Array(10).fill('cut'));

    await expect(copyParts(ports, { ...job, concurrency: 1 })).rejects.toThrow(TransientError);

    expect(source.reads.filter(({ start }) => start === PART)).toHaveLength(5);
    expect([...(stored()?.keys() ?? [])]).toEqual([1]);
  });

  test('says that the source lapsed, after the parts under way are done', async () => {
    const { ports, job, source, stored } = await setUp(6 * PART);
    source.faults.set(2 * PART, ['lapsed']);

    await expect(copyParts(ports, { ...job, concurrency: 3 })).rejects.toThrow(SourceLapsedError);

    expect([...(stored()?.keys() ?? [])].sort()).toEqual([1, 2]);
    expect(source.reads).toHaveLength(3);
  });

  test('goes on with a fresh URL and copies only what is missing', async () => {
    const { ports, job, source, plan, vault, bytes, storedBytes } = await setUp(6 * PART);
    source.faults.set(2 * PART, ['lapsed']);
    await copyParts(ports, { ...job, concurrency: 3 }).catch(() => undefined);
    source.files.set('https://mezzanine.mux.com/fresh', { bytes, etag: '"one"' });
    source.reads.length = 0;

    const listed = (await vault.listParts(job)) ?? [];
    const partNumbers = missingParts(plan, listed);
    const outcome = await copyParts(ports, { ...job, url: 'https://mezzanine.mux.com/fresh', partNumbers });

    expect(outcome.kind).toBe('complete');
    expect(source.reads.map(({ start }) => start / PART + 1).sort()).toEqual([3, 4, 5, 6]);
    expect(storedBytes().equals(bytes)).toBe(true);
  });

  test('stops when the file became another one, and cuts the parts under way', async () => {
    const { ports, job, source, bytes, stored } = await setUp(6 * PART);
    const cut: number[] = [];
    source.onRead = ({ start }, signal) => {
      if (start === PART) source.files.set(URL_OF_MASTER, { bytes, etag: '"two"' });
      if (start !== 0) return undefined;
      // The first part hangs until it is cut.
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(void cut.push(start))));
    };

    await expect(copyParts(ports, { ...job, concurrency: 2 })).rejects.toThrow(SourceChangedError);

    expect(cut).toEqual([0]);
    expect(stored()?.size).toBe(0);
  });

  test('begins no part that would not be done by the deadline', async () => {
    const { ports, job, clock, source } = await setUp(10 * PART);
    source.onRead = () => clock.sleep(10_000);

    const outcome = await copyParts(ports, { ...job, concurrency: 1, deadlineMs: clock.nowMs() + 55_000 });

    // Parts take 10 s: one that begins needs more than 20 s, so the last one begins at 30 s.
    expect(outcome.kind).toBe('out-of-time');
    expect(outcome.parts.map((part) => part.partNumber)).toEqual([1, 2, 3, 4]);
  });

  test('begins nothing when the deadline is over', async () => {
    const { ports, job, clock, source } = await setUp(PART);

    const outcome = await copyParts(ports, { ...job, deadlineMs: clock.nowMs() });

    expect(outcome).toEqual({ kind: 'out-of-time', parts: [] });
    expect(source.reads).toEqual([]);
  });

  test('answers what it has when it is told to stop', async () => {
    const { ports, job, source } = await setUp(6 * PART);
    const stop = new AbortController();
    source.onRead = ({ start }) => {
      if (start === 2 * PART) stop.abort(new Error('The function is about to be frozen.'));
    };

    const outcome = await copyParts(ports, { ...job, concurrency: 1, signal: stop.signal });

    expect(outcome.kind).toBe('out-of-time');
    expect(outcome.parts.map((part) => part.partNumber)).toEqual([1, 2]);
  });

  test('has nothing to do when no part is missing', async () => {
    const { ports, job } = await setUp(PART);

    expect(await copyParts(ports, { ...job, partNumbers: [] })).toEqual({ kind: 'complete', parts: [] });
  });
});
