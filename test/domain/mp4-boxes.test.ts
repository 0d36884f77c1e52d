import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoxStream } from '../../lambdas/domain/box-stream.ts';
import {
  type BoxVerdict,
  beginWalk,
  durationDiffers,
  MAX_HEADERS,
  stepWalk,
} from '../../lambdas/domain/mp4-boxes.ts';

// Files made with ffmpeg (see their README); ffprobe says that both last 10.000 s.
const VIDEO = readFileSync(new URL('../fixtures/media/motion-and-tone.mp4', import.meta.url));
const AUDIO = readFileSync(new URL('../fixtures/media/tone.m4a', import.meta.url));

const u32 = (n: number) => Buffer.from([n >>> 24, n >>> 16, n >>> 8, n]);
const u64 = (n: bigint) => Buffer.concat([u32(Number(n >> 32n)), u32(Number(n & 0xffffffffn))]);
const box = (type: string, ...content: Buffer[]) => {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body]);
};
const largeBox = (type: string, content: Buffer) =>
  Buffer.concat([u32(1), Buffer.from(type, 'latin1'), u64(BigInt(16 + content.length)), content]);
const FTYP = box('ftyp', Buffer.from('isom\x00\x00\x02\x00isommp41', 'latin1'));
const MDAT = box('mdat', Buffer.alloc(100, 7));
const mvhd0 = (timescale: number, duration: number) =>
  box('mvhd', u32(0), u32(0), u32(0), u32(timescale), u32(duration), Buffer.alloc(80));
const mvhd1 = (timescale: number, duration: bigint) =>
  box('mvhd', u32(0x01000000), u64(0n), u64(0n), u32(timescale), u64(duration), Buffer.alloc(80));
const TRAK = box('trak', Buffer.alloc(50));
const MOOV = box('moov', mvhd0(1000, 30_500), TRAK);
const join = (...parts: Buffer[]) => Buffer.concat(parts);

function walk(file: Buffer): BoxVerdict & { reads: number } {
  let state = beginWalk(file.length);
  let reads = 0;
  for (; state.kind === 'walking'; reads += 1) {
    const { offset, length } = state.need;
    state = stepWalk(state, file.subarray(offset, offset + length));
  }
  return { ...state, reads };
}

describe('what is a whole video', () => {
  test.each([
    ['moov first', join(FTYP, MOOV, MDAT), ['ftyp', 'moov', 'mdat']],
    ['moov last', join(FTYP, MDAT, MOOV), ['ftyp', 'mdat', 'moov']],
    [
      'with free, wide and uuid',
      join(FTYP, box('free'), box('wide'), MDAT, box('uuid', Buffer.alloc(16)), MOOV),
      undefined,
    ],
    ['with a 64-bit mdat', join(FTYP, largeBox('mdat', Buffer.alloc(40)), MOOV), undefined],
    ['with an mdat to the end', join(FTYP, MOOV, u32(0), Buffer.from('mdat'), Buffer.alloc(999)), undefined],
    ['with a vendor box that fits', join(FTYP, MOOV, MDAT, box('©abc', Buffer.alloc(3))), undefined],
    [
      'with a zero behind the last box in moov',
      join(FTYP, box('moov', mvhd0(1000, 30_500), TRAK, u32(0)), MDAT),
      undefined,
    ],
  ])('%s', (_, file, boxes) => {
    const verdict = walk(file);

    expect(verdict).toMatchObject({ kind: 'media', durationSeconds: 30.5, walkedBytes: file.length });
    if (boxes) expect(verdict).toMatchObject({ boxes });
  });

  test('a 64-bit movie header', () => {
    const file = join(FTYP, box('moov', TRAK, mvhd1(90_000, 900_000n * 3600n)), MDAT);

    expect(walk(file)).toMatchObject({ kind: 'media', durationSeconds: 36_000 });
  });

  test('a movie header that does not know the duration', () => {
    const unknown = join(FTYP, box('moov', mvhd0(1000, 0xffffffff)), MDAT);

    expect(walk(unknown)).toMatchObject({ kind: 'media', durationSeconds: undefined });
  });

  test('real files of ffmpeg, with few reads', () => {
    const video = walk(VIDEO);
    const audio = walk(AUDIO);

    expect(video).toMatchObject({ kind: 'media', durationSeconds: expect.closeTo(10, 1) });
    expect(audio).toMatchObject({ kind: 'media', durationSeconds: expect.closeTo(10, 1) });
    expect(video.reads).toBeLessThan(12);
  });

  test('a fragmented file, whose duration is not compared', () => {
    const moov = box('moov', mvhd0(1000, 30_500), box('mvex', box('trex', Buffer.alloc(24))));
    const file = join(
      FTYP,
      moov,
      box('sidx', Buffer.alloc(20)),
      box('moof', Buffer.alloc(20)),
      MDAT,
      box('mfra'),
    );

    expect(walk(file)).toMatchObject({ kind: 'media', durationSeconds: undefined, walkedBytes: file.length });
  });

  test('a fragmented file of thousands of boxes after a bounded number of reads', () => {
    const fragment = join(box('moof', Buffer.alloc(8)), box('mdat', Buffer.alloc(8)));
    const file = join(FTYP, box('moov', mvhd0(1000, 0), box('mvex')), ...Array<Buffer>(5000).fill(fragment));

    const verdict = walk(file);

    expect(verdict).toMatchObject({ kind: 'media' });
    expect(verdict.reads).toBe(MAX_HEADERS + 1);
    expect(verdict.kind === 'media' && verdict.walkedBytes).toBeLessThan(file.length);
  });
});

describe('what is refused', () => {
  test.each([
    ['an empty file', Buffer.alloc(0), 'MASTER_NOT_MEDIA'],
    ['one byte', Buffer.from('x'), 'MASTER_NOT_MEDIA'],
    [
      'an HTML page',
      Buffer.from('<!doctype html><html><body>Access denied</body></html>'),
      'MASTER_NOT_MEDIA',
    ],
    ['zeros', Buffer.alloc(4096), 'MASTER_NOT_MEDIA'],
    ['boxes without ftyp', join(MOOV, MDAT), 'MASTER_NOT_MEDIA'],
    ['no mdat', join(FTYP, MOOV), 'MASTER_TRUNCATED'],
    ['no moov', join(FTYP, MDAT), 'MASTER_TRUNCATED'],
    ['a cut mdat', join(FTYP, MOOV, MDAT).subarray(0, -1), 'MASTER_TRUNCATED'],
    ['a cut moov', join(FTYP, MDAT, MOOV).subarray(0, -1), 'MASTER_TRUNCATED'],
    [
      'a cut 64-bit header',
      join(FTYP, MOOV, largeBox('mdat', MDAT)).subarray(0, FTYP.length + MOOV.length + 12),
      'MASTER_TRUNCATED',
    ],
    [
      'an absurd 64-bit size',
      join(FTYP, MOOV, u32(1), Buffer.from('mdat'), u64(2n ** 63n)),
      'MASTER_TRUNCATED',
    ],
    ['a byte too many', join(FTYP, MOOV, MDAT, Buffer.from([0])), 'MASTER_PADDED'],
    ['zeros behind the last box', join(FTYP, MOOV, MDAT, Buffer.alloc(1024)), 'MASTER_PADDED'],
    [
      'text behind the last box',
      join(FTYP, MOOV, MDAT, Buffer.from('<html>Internal error</html>')),
      'MASTER_PADDED',
    ],
    ['noise in the middle', join(FTYP, Buffer.alloc(64, 0xee), MOOV, MDAT), 'MASTER_DAMAGED'],
    ['a moov without mvhd', join(FTYP, box('moov', TRAK), MDAT), 'MASTER_DAMAGED'],
    [
      'a box larger than its moov',
      join(FTYP, box('moov', mvhd0(1, 1), u32(999), Buffer.from('trak')), MDAT),
      'MASTER_DAMAGED',
    ],
    [
      'a movie header that is too short',
      join(FTYP, box('moov', box('mvhd', u32(0))), MDAT),
      'MASTER_DAMAGED',
    ],
    [
      'endless small boxes',
      join(FTYP, ...Array<Buffer>(600).fill(box('free')), MOOV, MDAT),
      'MASTER_DAMAGED',
    ],
  ])('%s', (_, file, code) => {
    expect(walk(file)).toMatchObject({ kind: 'refused', code });
  });

  test.each([
    ['a video', VIDEO],
    ['an audio file', AUDIO],
    ['moov last', join(FTYP, MDAT, MOOV)],
    ['moov first', join(FTYP, MOOV, MDAT)],
  ])('%s that was cut, at whatever byte', (_, file) => {
    fc.assert(
      fc.property(fc.nat({ max: file.length - 1 }), (length) => {
        expect(walk(file.subarray(0, length)).kind).toBe('refused');
      }),
      { numRuns: 1000 },
    );
  });

  test('nothing breaks the walk: any bytes get a verdict', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(['media', 'refused']).toContain(walk(join(FTYP, Buffer.from(noise))).kind);
      }),
    );
  });
});

describe('driven by a stream', () => {
  function stream(file: Buffer, chunkBytes: number): BoxVerdict {
    const boxes = new BoxStream(file.length);
    for (let at = 0; at < file.length; at += chunkBytes) boxes.push(file.subarray(at, at + chunkBytes));
    return boxes.verdict();
  }

  test.each([1, 7, 16, 4096, 1 << 20])('finds the same in chunks of %i bytes', (chunkBytes) => {
    const { reads: _, ...expected } = walk(VIDEO);

    expect(stream(VIDEO, chunkBytes)).toEqual(expected);
  });

  test('refuses a stream that ended early', () => {
    const boxes = new BoxStream(VIDEO.length);
    boxes.push(VIDEO.subarray(0, 5));

    expect(boxes.verdict()).toMatchObject({ kind: 'refused', code: 'MASTER_TRUNCATED' });
  });
});

test.each([
  [30.5, 30.5, false],
  [30.5, 31.4, false],
  [30.5, 32, true],
  [1, 3, true],
  [43_200, 43_230, false],
  [43_200, 43_300, true],
])('a file of %d s for an asset of %d s: differs %s', (found, expected, differs) => {
  expect(durationDiffers(found, expected)).toBe(differs);
});
