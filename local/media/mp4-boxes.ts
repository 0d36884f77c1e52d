// Writes the boxes of an MP4 that holds one H.264 track of equally large samples in one chunk (ISO/IEC 14496-12).

/** A grey 320 x 180 picture as x264 encodes it (`ffmpeg -f lavfi -i color=gray:size=320x180 -frames:v 1 -qp 30`). */
const SPS = Buffer.from('674d400cdc1419f9f011000003000100000300320f142b80', 'hex');
const PPS = Buffer.from('68ee044b20', 'hex');
export const GREY_PICTURE = Buffer.from(
  '6588843ffeb5cecd818be6632c4a7161ced32400024efed0e813c23636003460002ca40f5d21a5388c95e9',
  'hex',
);
const WIDTH = 320;
const HEIGHT = 180;

/** Samples in ticks of one millisecond, which is the timescale of the file and of its track. */
export interface SampleTable {
  readonly count: number;
  readonly sizeBytes: number;
  readonly durationMs: number;
  /** Where the first sample begins in the file. */
  readonly offsetBytes: number;
}

export function box(type: string, ...contents: Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

export function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4);
  return bytes;
}

export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function fileType(): Buffer {
  return box('ftyp', Buffer.from('isom'), u32(512), Buffer.from('isomiso2avc1mp41'));
}

/** The movie box; its length does not depend on the numbers in the table, but for one `stts` row. */
export function movie(samples: SampleTable): Buffer {
  const mvhd = full(
    'mvhd',
    u32(0, 0, 1000, samples.durationMs, 0x10000),
    u16(0x100),
    zeros(10),
    matrix(),
    zeros(24),
    u32(2),
  );
  return box('moov', mvhd, track(samples));
}

function track(samples: SampleTable): Buffer {
  const tkhd = box(
    'tkhd',
    u32(3, 0, 0, 1, 0, samples.durationMs),
    zeros(16),
    matrix(),
    u32(WIDTH * 0x10000, HEIGHT * 0x10000),
  );
  const mdhd = full('mdhd', u32(0, 0, 1000, samples.durationMs), u16(0x55c4, 0));
  const hdlr = full('hdlr', u32(0), Buffer.from('vide'), zeros(12), Buffer.from('VideoHandler\0'));
  const vmhd = box('vmhd', u32(1), zeros(8));
  const dinf = box('dinf', full('dref', u32(1), box('url ', u32(1))));
  const minf = box('minf', vmhd, dinf, sampleTable(samples));
  return box('trak', tkhd, box('mdia', mdhd, hdlr, minf));
}

function sampleTable(samples: SampleTable): Buffer {
  const each = Math.floor(samples.durationMs / samples.count);
  const last = samples.durationMs - each * (samples.count - 1);
  return box(
    'stbl',
    full('stsd', u32(1), sampleEntry()),
    full('stts', u32(2, samples.count - 1, each, 1, last)),
    full('stsc', u32(1, 1, samples.count, 1)),
    full('stsz', u32(samples.sizeBytes, samples.count)),
    full('stco', u32(1, samples.offsetBytes)),
  );
}

function sampleEntry(): Buffer {
  const head = [
    zeros(6),
    u16(1),
    zeros(16),
    u16(WIDTH, HEIGHT),
    u32(0x480000, 0x480000, 0),
    u16(1),
    zeros(32),
  ];
  const avcC = box(
    'avcC',
    Buffer.from([1, ...SPS.subarray(1, 4), 0xff, 0xe1]),
    u16(SPS.length),
    SPS,
    Buffer.from([1]),
    u16(PPS.length),
    PPS,
  );
  return box('avc1', ...head, u16(0x18, 0xffff), avcC);
}

/** A box with version 0 and no flags. */
function full(type: string, ...contents: Uint8Array[]): Buffer {
  return box(type, u32(0), ...contents);
}

function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

function zeros(length: number): Buffer {
  return Buffer.alloc(length);
}

/** The picture is shown as it is: the unit matrix. */
function matrix(): Buffer {
  return u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
}
