// Playable MP4s of any size made from nothing: the same bytes at the same offset every time, no disk, random access.
// Every frame is a grey picture followed by a filler unit (H.264 type 12), whose bytes decoders skip.
import { createHash } from 'node:crypto';
import { box, fileType, GREY_PICTURE, movie, u32, u64 } from './mp4-boxes.ts';

export interface GeneratedSpec {
  readonly sizeBytes: number;
  /** Kept to the millisecond. */
  readonly durationSeconds: number;
  /** Files of different seeds differ everywhere. Default 1. */
  readonly seed?: number;
}

export interface GeneratedMp4 extends Required<GeneratedSpec> {
  /** The bytes `start` to `end` inclusive, as HTTP counts. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
  /** Fills the whole target with the bytes from `offset` on. */
  fill(target: Buffer, offset: number): void;
}

const MAGIC = Buffer.from('icehouse-generated-mp4\0\0', 'latin1');
const MARK_BYTES = 8 + MAGIC.length + 20;
const FRAMES_PER_SECOND = 25;
const CHUNK_BYTES = 256 * 1024;
const NOISE_BYTES = 1024 * 1024;
/** Each block of this size begins with its own number, so that no two ranges of a file are equal. */
const STAMP_EVERY_BYTES = 4096;
const PICTURE_UNIT = Buffer.concat([u32(GREY_PICTURE.length), GREY_PICTURE]);
/** The picture, the length of the filler unit, its type, and one byte of filling. */
const MIN_SAMPLE_BYTES = PICTURE_UNIT.length + 4 + 2;
const MAX_SAMPLE_BYTES = 2 ** 31;

/** Throws RangeError when the file would be too small to be a video, or one frame too large. */
export function generatedMp4({ sizeBytes, durationSeconds, seed = 1 }: GeneratedSpec): GeneratedMp4 {
  const layout = layOut(sizeBytes, Math.round(durationSeconds * 1000), seed);
  const noise = makeNoise(seed);
  const fill = (target: Buffer, offset: number) => {
    fillWithNoise(target, offset, noise);
    fillFrames(target, offset, layout);
    overlay(target, offset, layout.head, 0);
  };
  async function* read(start: number, end: number) {
    for (let at = start; at <= Math.min(end, sizeBytes - 1); at += CHUNK_BYTES) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.min(end, sizeBytes - 1) - at + 1));
      fill(chunk, at);
      yield chunk;
    }
  }
  return { sizeBytes, durationSeconds, seed, read, fill };
}

/** The file that these first bytes (128 are enough) say they begin; undefined for any other file. */
export function recogniseGenerated(head: Buffer): GeneratedMp4 | undefined {
  const at = head.indexOf(MAGIC);
  if (at < 0 || head.length < at + MAGIC.length + 20) return undefined;
  const numbers = head.subarray(at + MAGIC.length);
  return generatedMp4({
    sizeBytes: Number(numbers.readBigUInt64BE(0)),
    durationSeconds: Number(numbers.readBigUInt64BE(8)) / 1000,
    seed: numbers.readUInt32BE(16),
  });
}

/** Lower-case hex. Takes about a second per GiB. */
export async function sha256OfGenerated(mp4: GeneratedMp4): Promise<string> {
  const hash = createHash('sha256');
  const memory = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = 0; at < mp4.sizeBytes; at += CHUNK_BYTES) {
    const chunk = memory.subarray(0, Math.min(CHUNK_BYTES, mp4.sizeBytes - at));
    mp4.fill(chunk, at);
    hash.update(chunk);
  }
  return hash.digest('hex');
}

interface Layout {
  /** Everything before the first frame. */
  readonly head: Buffer;
  readonly frameCount: number;
  readonly frameBytes: number;
  /** What each frame begins with. */
  readonly frameHead: Buffer;
}

function layOut(sizeBytes: number, durationMs: number, seed: number): Layout {
  const mark = box('free', MAGIC, u64(sizeBytes), u64(durationMs), u32(seed));
  const start = Buffer.concat([fileType(), mark]);
  const plain = { count: 1, sizeBytes: 0, durationMs, offsetBytes: 0 };
  const movieBytes = movie(plain).length;
  const boxBytes = sizeBytes - start.length - movieBytes;
  const mdat =
    boxBytes > 0xffffffff ? Buffer.concat([u32(1), Buffer.from('mdat'), u64(boxBytes)]) : mdatHead(boxBytes);
  const mediaBytes = boxBytes - mdat.length;
  const frameCount = Math.min(
    Math.max(1, Math.round((durationMs / 1000) * FRAMES_PER_SECOND)),
    Math.floor(mediaBytes / MIN_SAMPLE_BYTES),
  );
  // What is left over after the last whole frame lies at the end of mdat, where no sample refers to it.
  const frameBytes = Math.floor(mediaBytes / frameCount);
  if (durationMs < 1 || mediaBytes < MIN_SAMPLE_BYTES || frameBytes > MAX_SAMPLE_BYTES) {
    throw new RangeError(
      `No MP4 of ${sizeBytes} bytes and ${durationMs} ms can be made; at least ${MIN_SIZE_BYTES} bytes.`,
    );
  }
  const offsetBytes = start.length + movieBytes + mdat.length;
  const moov = movie({ count: frameCount, sizeBytes: frameBytes, durationMs, offsetBytes });
  const filler = Buffer.concat([u32(frameBytes - PICTURE_UNIT.length - 4), Buffer.from([0x0c])]);
  return {
    head: Buffer.concat([start, moov, mdat]),
    frameCount,
    frameBytes,
    frameHead: Buffer.concat([PICTURE_UNIT, filler]),
  };
}

function mdatHead(boxBytes: number): Buffer {
  return Buffer.concat([u32(Math.max(0, boxBytes)), Buffer.from('mdat')]);
}

/** The smallest file there is: one frame. */
export const MIN_SIZE_BYTES =
  fileType().length +
  MARK_BYTES +
  movie({ count: 1, sizeBytes: 0, durationMs: 1, offsetBytes: 0 }).length +
  8 +
  MIN_SAMPLE_BYTES;

/** No byte is zero: a decoder must never take two of them for the start of another unit. */
function makeNoise(seed: number): Buffer {
  const noise = Buffer.allocUnsafe(NOISE_BYTES);
  let state = (seed * 0x9e3779b1) >>> 0 || 1;
  for (let at = 0; at < NOISE_BYTES; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    noise[at] = state & 0xff || 1;
  }
  return noise;
}

function fillWithNoise(target: Buffer, offset: number, noise: Buffer): void {
  for (let done = 0; done < target.length; ) {
    done += noise.copy(target, done, (offset + done) % NOISE_BYTES);
  }
  const firstStamp = Math.floor(offset / STAMP_EVERY_BYTES);
  const lastStamp = Math.floor((offset + target.length - 1) / STAMP_EVERY_BYTES);
  for (let index = firstStamp; index <= lastStamp; index += 1) {
    overlay(target, offset, stamp(index), index * STAMP_EVERY_BYTES);
  }
}

/** The number of a block in six bytes of seven bits, none of them zero. */
function stamp(index: number): Uint8Array {
  const bytes = new Uint8Array(6);
  for (let at = 0, rest = index; at < bytes.length; at += 1, rest = Math.floor(rest / 128))
    bytes[at] = 128 + (rest % 128);
  return bytes;
}

function fillFrames(
  target: Buffer,
  offset: number,
  { head, frameCount, frameBytes, frameHead }: Layout,
): void {
  const first = Math.max(0, Math.floor((offset - head.length) / frameBytes));
  for (let index = first; index < frameCount; index += 1) {
    const at = head.length + index * frameBytes;
    if (at >= offset + target.length) return;
    overlay(target, offset, frameHead, at);
  }
}

/** Copies the part of `bytes`, which lie at `at` in the file, that falls into the target, which lies at `offset`. */
function overlay(target: Buffer, offset: number, bytes: Uint8Array, at: number): void {
  const from = Math.max(at, offset);
  const to = Math.min(at + bytes.length, offset + target.length);
  if (from < to) target.set(bytes.subarray(from - at, to - at), from - offset);
}
