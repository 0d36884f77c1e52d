// Walks the top-level boxes of an MP4 and says which bytes it needs next, so that a file that was cut, padded or is no
// MP4 at all is refused after a few small reads. Pure: Range reads or a passing stream can drive it.
// Box layout: ISO/IEC 14496-12, 4.2 (boxes), 8.2.2 (mvhd), 8.8.1 (mvex).

export interface BoxWalking {
  readonly kind: 'walking';
  /** The bytes to hand to the next step: exactly these. Never before the offset of an earlier need. */
  readonly need: { readonly offset: number; readonly length: number };
  readonly sizeBytes: number;
  /** Types of the top-level boxes so far. */
  readonly boxes: readonly string[];
  readonly headersRead: number;
  /** Where the moov that the walk is inside of ends. */
  readonly moovEnd?: number;
  readonly hasMovieHeader: boolean;
  readonly durationSeconds?: number;
  readonly fragmented: boolean;
}

export type BoxVerdict =
  | {
      readonly kind: 'media';
      /** Of the movie header; absent for fragmented files, whose header does not know it. */
      readonly durationSeconds?: number;
      readonly boxes: readonly string[];
      /** Less than the file's size when a fragmented file has more boxes than are read. */
      readonly walkedBytes: number;
    }
  | { readonly kind: 'refused'; readonly code: BoxRefusal; readonly message: string };

export type BoxRefusal = 'MASTER_NOT_MEDIA' | 'MASTER_TRUNCATED' | 'MASTER_PADDED' | 'MASTER_DAMAGED';

/** A fragmented file has two boxes every few seconds: beyond this many headers its size alone speaks for it. */
export const MAX_HEADERS = 512;

const HEADER_BYTES = 16;
/** A header and all that is read of a movie header, in one go. */
const CHILD_BYTES = 48;
const REQUIRED = ['ftyp', 'moov', 'mdat'];
const KNOWN = new Set(
  'ftyp moov mdat free skip wide uuid pdin moof mfra styp sidx ssix prft emsg meta meco udta imda pnot'.split(
    ' ',
  ),
);

export function beginWalk(sizeBytes: number): BoxWalking | BoxVerdict {
  const walk: BoxWalking = {
    kind: 'walking',
    need: { offset: 0, length: 0 },
    sizeBytes,
    boxes: [],
    headersRead: 0,
    hasMovieHeader: false,
    fragmented: false,
  };
  return sizeBytes === 0 ? refused('MASTER_NOT_MEDIA', 'The file is empty.') : goTo(walk, 0);
}

/** `bytes` are those that `walk.need` named. */
export function stepWalk(walk: BoxWalking, bytes: Uint8Array): BoxWalking | BoxVerdict {
  if (bytes.length !== walk.need.length) throw new RangeError('These are not the bytes that the walk needs.');
  if (walk.headersRead >= MAX_HEADERS) return tooManyBoxes(walk);
  const counted = { ...walk, headersRead: walk.headersRead + 1 };
  return walk.moovEnd === undefined ? stepTop(counted, bytes) : stepInMoov(counted, bytes, walk.moovEnd);
}

function stepTop(walk: BoxWalking, bytes: Uint8Array): BoxWalking | BoxVerdict {
  const box = readHeader(bytes, walk.sizeBytes - walk.need.offset);
  if (walk.boxes.length === 0 && box?.type !== 'ftyp') {
    return refused('MASTER_NOT_MEDIA', 'The file does not begin with an ftyp box: it is no MP4.');
  }
  if (box === undefined || !box.fits) return misfit(walk, box?.type);
  const next = { ...walk, boxes: [...walk.boxes, box.type] };
  const start = walk.need.offset;
  if (box.type !== 'moov') return goTo(next, start + box.sizeBytes);
  return goInMoov(next, start + box.headerBytes, start + box.sizeBytes);
}

function stepInMoov(walk: BoxWalking, bytes: Uint8Array, moovEnd: number): BoxWalking | BoxVerdict {
  const box = readHeader(bytes, moovEnd - walk.need.offset);
  if (!box?.fits) return refused('MASTER_DAMAGED', 'A box inside moov is larger than moov.');
  const next = walk.need.offset + box.sizeBytes;
  if (box.type === 'mvex') return goInMoov({ ...walk, fragmented: true }, next, moovEnd);
  if (box.type !== 'mvhd') return goInMoov(walk, next, moovEnd);
  const header = readMovieHeader(bytes.subarray(box.headerBytes, box.sizeBytes));
  if (header === undefined) return refused('MASTER_DAMAGED', 'The movie header (mvhd) is too short.');
  return goInMoov({ ...walk, hasMovieHeader: true, durationSeconds: header.durationSeconds }, next, moovEnd);
}

function goTo(walk: BoxWalking, offset: number): BoxWalking | BoxVerdict {
  if (offset === walk.sizeBytes) return finish(walk);
  const length = Math.min(HEADER_BYTES, walk.sizeBytes - offset);
  return { ...walk, need: { offset, length }, moovEnd: undefined };
}

function goInMoov(walk: BoxWalking, offset: number, moovEnd: number): BoxWalking | BoxVerdict {
  // QuickTime may close a container with a 32-bit zero.
  if (moovEnd - offset >= 8) {
    return { ...walk, moovEnd, need: { offset, length: Math.min(CHILD_BYTES, moovEnd - offset) } };
  }
  if (walk.hasMovieHeader) return goTo(walk, moovEnd);
  return refused('MASTER_DAMAGED', 'moov holds no movie header (mvhd).');
}

interface BoxHeader {
  readonly type: string;
  readonly headerBytes: number;
  readonly sizeBytes: number;
  readonly fits: boolean;
}

/** Undefined when there is no room for a header or the type is not four printable characters. */
function readHeader(bytes: Uint8Array, roomBytes: number): BoxHeader | undefined {
  if (bytes.length < 8) return undefined;
  const view = viewOf(bytes);
  const type = Buffer.from(bytes.subarray(4, 8)).toString('latin1');
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) return undefined;
  const size32 = view.getUint32(0);
  if (size32 === 1 && bytes.length < 16) return { type, headerBytes: 16, sizeBytes: roomBytes, fits: false };
  const headerBytes = size32 === 1 ? 16 : 8;
  const announced = size32 === 1 ? Number(view.getBigUint64(8)) : size32;
  const sizeBytes = size32 === 0 ? roomBytes : announced;
  return { type, headerBytes, sizeBytes, fits: sizeBytes >= headerBytes && sizeBytes <= roomBytes };
}

function readMovieHeader(content: Uint8Array): { durationSeconds?: number } | undefined {
  const long = content[0] === 1;
  if (content.length < (long ? 32 : 20)) return undefined;
  const view = viewOf(content);
  const timescale = view.getUint32(long ? 20 : 12);
  const duration = long ? view.getBigUint64(24) : BigInt(view.getUint32(16));
  const unknown =
    duration === 0n || duration === (long ? 0xffffffffffffffffn : 0xffffffffn) || timescale === 0;
  return unknown ? {} : { durationSeconds: Number(duration) / timescale };
}

function finish(walk: BoxWalking): BoxVerdict {
  const missing = REQUIRED.filter((type) => !walk.boxes.includes(type));
  if (missing.length > 0) {
    return refused(
      'MASTER_TRUNCATED',
      `The file ends without ${missing.join(' and ')}: it was cut or is no video.`,
    );
  }
  return media(walk, walk.sizeBytes);
}

/** The next bytes are no box that fits: what follows a whole file is padding, else something is missing. */
function misfit(walk: BoxWalking, type: string | undefined): BoxVerdict {
  const where = `at byte ${walk.need.offset} of ${walk.sizeBytes}`;
  if (type !== undefined && KNOWN.has(type)) {
    return refused('MASTER_TRUNCATED', `The ${type} box ${where} reaches beyond the end: the file was cut.`);
  }
  if (REQUIRED.every((required) => walk.boxes.includes(required))) {
    return refused(
      'MASTER_PADDED',
      `What follows ${where} is no MP4 box: something was appended or the file was cut.`,
    );
  }
  if (walk.need.length < 8)
    return refused('MASTER_TRUNCATED', `The file was cut ${where}, inside a box header.`);
  return refused(
    'MASTER_DAMAGED',
    `What follows ${where} is no MP4 box, and moov or mdat has not been seen yet.`,
  );
}

function tooManyBoxes(walk: BoxWalking): BoxVerdict {
  const whole = REQUIRED.every((required) => walk.boxes.includes(required));
  if (walk.fragmented && whole) return media(walk, walk.need.offset);
  return refused('MASTER_DAMAGED', `The file has more than ${MAX_HEADERS} boxes and is not fragmented.`);
}

function media({ boxes, fragmented, durationSeconds }: BoxWalking, walkedBytes: number): BoxVerdict {
  return { kind: 'media', durationSeconds: fragmented ? undefined : durationSeconds, boxes, walkedBytes };
}

/** Whether a file's duration is not the asset's: more than 1 s and 0.1 % apart (edit lists, audio priming). */
export function durationDiffers(foundSeconds: number, expectedSeconds: number): boolean {
  return Math.abs(foundSeconds - expectedSeconds) > 1 + expectedSeconds / 1000;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function refused(code: BoxRefusal, message: string): BoxVerdict {
  return { kind: 'refused', code, message };
}
