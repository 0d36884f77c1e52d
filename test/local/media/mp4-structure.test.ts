import { open } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { generatedMp4 } from '../../../local/media/generated-mp4.ts';
import { type RandomAccess, readMp4 } from '../../../local/media/mp4-structure.ts';
import { AUDIO, VIDEO } from '../mux/fixtures.ts';

function memory(bytes: Buffer): RandomAccess {
  async function* read(start: number, end: number) {
    yield bytes.subarray(start, end + 1);
  }
  return { sizeBytes: bytes.length, read };
}

async function load(path: string): Promise<Buffer> {
  await using file = await open(path);
  return file.readFile();
}

describe('what an MP4 says about itself', () => {
  // The numbers are ffprobe's.
  test('is read from a real video with sound', async () => {
    const structure = await readMp4(memory(await load(VIDEO.path)));

    expect(structure?.durationSeconds).toBeCloseTo(10, 1);
    expect(structure?.tracks).toMatchObject([
      { type: 'video', encoding: 'avc1', width: 640, height: 360, framesPerSecond: 25 },
      { type: 'audio', encoding: 'mp4a', channels: 2, sampleRate: 48_000 },
    ]);
  });

  test('is read from a real file with sound alone', async () => {
    const structure = await readMp4(memory(await load(AUDIO.path)));

    expect(structure?.tracks.map(({ type }) => type)).toEqual(['audio']);
  });

  test('is read from a file too large for 32 bits without reading the file', async () => {
    const structure = await readMp4(generatedMp4({ sizeBytes: 6 * 2 ** 30, durationSeconds: 3600 }));

    expect(structure?.durationSeconds).toBe(3600);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.000\nHello')],
    ['zeros', Buffer.alloc(5000)],
  ])('is not found in %s', async (_, bytes) => {
    expect(await readMp4(memory(bytes))).toBeUndefined();
  });

  test('is not found in a video that was cut off', async () => {
    const bytes = await load(VIDEO.path);

    expect(await readMp4(memory(bytes.subarray(0, bytes.length - 1)))).toBeUndefined();
  });
});
