import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { generatedMp4, MIN_SIZE_BYTES, recogniseGenerated } from '../../../local/media/generated-mp4.ts';

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

function filled(mp4: ReturnType<typeof generatedMp4>, length: number, offset: number): Buffer {
  const target = Buffer.alloc(length);
  mp4.fill(target, offset);
  return target;
}

describe('a generated MP4', () => {
  // The digest is sha256sum's, of the file that ffmpeg decoded without a complaint.
  test('has the same bytes today as on the day it was checked with ffprobe', async () => {
    const mp4 = generatedMp4({ sizeBytes: 100_000, durationSeconds: 10 });

    const bytes = await bytesOf(mp4.read(0, 99_999));

    expect(bytes.length).toBe(100_000);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(
      '1a98253a46b1a181c894b7429d2c6ca9e811dace3317506a90329eb9139b25bb',
    );
  });

  test('gives the same bytes in any pieces', async () => {
    const mp4 = generatedMp4({ sizeBytes: 1_500_001, durationSeconds: 3 });
    const whole = filled(mp4, 1_500_001, 0);

    const pieces = [
      await bytesOf(mp4.read(0, 776)),
      await bytesOf(mp4.read(777, 262_920)),
      filled(mp4, 4095, 262_921),
      await bytesOf(mp4.read(267_016, 1_500_000)),
    ];

    expect(Buffer.concat(pieces).equals(whole)).toBe(true);
  });

  test('has no two equal parts, so that parts in the wrong order cannot go unseen', () => {
    const mp4 = generatedMp4({ sizeBytes: 64 * 1024 * 1024, durationSeconds: 60 });

    const digests = Array.from({ length: 60 }, (_, index) =>
      createHash('sha256')
        .update(filled(mp4, 1024 * 1024, (index + 1) * 1024 * 1024))
        .digest('hex'),
    );

    expect(new Set(digests).size).toBe(60);
  });

  test('differs from one of another seed', () => {
    const one = generatedMp4({ sizeBytes: 50_000, durationSeconds: 1, seed: 1 });
    const other = generatedMp4({ sizeBytes: 50_000, durationSeconds: 1, seed: 2 });

    expect(filled(one, 1000, 40_000).equals(filled(other, 1000, 40_000))).toBe(false);
  });

  test.each([MIN_SIZE_BYTES, 5_000_000, 2 ** 32 + 2000, 5 * 2 ** 40])(
    'of %d bytes ends where its last box ends',
    (sizeBytes) => {
      const mp4 = generatedMp4({ sizeBytes, durationSeconds: 9000 });

      const types: string[] = [];
      let at = 0;
      while (at < sizeBytes) {
        const head = filled(mp4, 16, at);
        const size = head.readUInt32BE(0) === 1 ? Number(head.readBigUInt64BE(8)) : head.readUInt32BE(0);
        types.push(head.toString('latin1', 4, 8));
        at += size;
      }

      expect(at).toBe(sizeBytes);
      expect(types).toEqual(['ftyp', 'free', 'moov', 'mdat']);
    },
  );

  test('refuses to be smaller than one frame', () => {
    expect(() => generatedMp4({ sizeBytes: MIN_SIZE_BYTES - 1, durationSeconds: 1 })).toThrow(RangeError);
  });

  test('is recognised by its first 128 bytes, another file is not', () => {
    const mp4 = generatedMp4({ sizeBytes: 123_456, durationSeconds: 7.5, seed: 9 });

    const { sizeBytes, durationSeconds, seed } = recogniseGenerated(filled(mp4, 128, 0)) ?? {};

    expect({ sizeBytes, durationSeconds, seed }).toEqual({
      sizeBytes: 123_456,
      durationSeconds: 7.5,
      seed: 9,
    });
    expect(recogniseGenerated(Buffer.alloc(128, 'ftyp'))).toBeUndefined();
  });
});
