import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SourceChangedError } from '../../lambdas/domain/failures.ts';
import { checkMaster } from '../../lambdas/stages/check-master.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { MemorySource } from '../fakes/source-memory.ts';

const url = 'https://mezzanine.mux.com/a/mezzanine.mp4';
const VIDEO = readFileSync(new URL('../fixtures/media/motion-and-tone.mp4', import.meta.url));

function setUp(bytes: Uint8Array) {
  const source = new MemorySource();
  source.files.set(url, { bytes, etag: '"one"' });
  const master = { url, sizeBytes: bytes.length, etag: '"one"' };
  return { source, master, ports: { source, clock: manualClock() } };
}

test('accepts a whole video of the right length after a few small reads', async () => {
  const { ports, source, master } = setUp(VIDEO);

  const check = await checkMaster(ports, { ...master, durationSeconds: 10 });

  expect(check.kind).toBe('media');
  expect(source.reads.length).toBeLessThan(12);
  expect(Math.max(...source.reads.map(({ start, end }) => end - start + 1))).toBeLessThanOrEqual(48);
});

test('refuses a video of another length', async () => {
  const { ports, master } = setUp(VIDEO);

  const check = await checkMaster(ports, { ...master, durationSeconds: 30.5 });

  expect(check).toMatchObject({ kind: 'refused', code: 'MASTER_DURATION_DIFFERS' });
});

test('refuses a video that was cut', async () => {
  const { ports, master } = setUp(VIDEO.subarray(0, 300_000));

  expect(await checkMaster(ports, master)).toMatchObject({ kind: 'refused', code: 'MASTER_TRUNCATED' });
});

test('reads again when a read fails', async () => {
  const { ports, source, master } = setUp(VIDEO);
  source.faults.set(0, ['unavailable', 'cut']);

  expect((await checkMaster(ports, master)).kind).toBe('media');
});

test('says when the file is no longer the one that was copied', async () => {
  const { ports, master } = setUp(VIDEO);

  await expect(checkMaster(ports, { ...master, etag: '"two"' })).rejects.toThrow(SourceChangedError);
});
