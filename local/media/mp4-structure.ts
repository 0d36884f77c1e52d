// Reads what an MP4 says about itself: its duration and its tracks, by walking the boxes (ISO/IEC 14496-12).

export interface RandomAccess {
  readonly sizeBytes: number;
  /** The bytes `start` to `end` inclusive. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

export interface Mp4Track {
  readonly type: 'video' | 'audio';
  readonly durationSeconds: number;
  /** The four letters of the sample entry, such as `avc1`. */
  readonly encoding: string;
  readonly width?: number;
  readonly height?: number;
  readonly framesPerSecond?: number;
  readonly channels?: number;
  readonly sampleRate?: number;
}

export interface Mp4Structure {
  readonly durationSeconds: number;
  readonly tracks: readonly Mp4Track[];
}

interface Box {
  readonly type: string;
  readonly body: Buffer;
}

const MAX_MOVIE_BYTES = 64 * 1024 * 1024;

/** Undefined when the bytes are not an MP4 with a movie box and at least one audio or video track. */
export async function readMp4(media: RandomAccess): Promise<Mp4Structure | undefined> {
  const moov = await findMovie(media);
  if (!moov) return undefined;
  const boxes = [...children(moov)];
  const header = boxes.find(({ type }) => type === 'mvhd');
  const tracks = boxes.filter(({ type }) => type === 'trak').flatMap(({ body }) => readTrack(body));
  return header && tracks.length > 0 ? { durationSeconds: durationOf(header.body), tracks } : undefined;
}

/** Walks the top-level boxes; each of them must end where the next begins, and the last where the file ends. */
async function findMovie(media: RandomAccess): Promise<Buffer | undefined> {
  let movie: Buffer | undefined;
  for (let at = 0; at < media.sizeBytes; ) {
    const head = await readBytes(media, at, Math.min(at + 15, media.sizeBytes - 1));
    if (head.length < 8) return undefined;
    const declared = head.readUInt32BE(0);
    if (declared === 1 && head.length < 16) return undefined;
    const size =
      declared === 1 ? Number(head.readBigUInt64BE(8)) : declared === 0 ? media.sizeBytes - at : declared;
    if (size < 8 || at + size > media.sizeBytes) return undefined;
    if (at === 0 && head.toString('latin1', 4, 8) !== 'ftyp') return undefined;
    if (head.toString('latin1', 4, 8) === 'moov' && size <= MAX_MOVIE_BYTES) {
      movie = await readBytes(media, at + 8, at + size - 1);
    }
    at += size;
  }
  return movie;
}

async function readBytes(media: RandomAccess, start: number, end: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of media.read(start, end)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function* children(body: Buffer): Generator<Box> {
  for (let at = 0; at + 8 <= body.length; ) {
    const size = body.readUInt32BE(at);
    if (size < 8 || at + size > body.length) return;
    yield { type: body.toString('latin1', at + 4, at + 8), body: body.subarray(at + 8, at + size) };
    at += size;
  }
}

function find(body: Buffer, ...path: string[]): Buffer | undefined {
  return path.reduce<Buffer | undefined>(
    (inside, name) => inside && [...children(inside)].find(({ type }) => type === name)?.body,
    body,
  );
}

/** The duration in `mvhd` and `mdhd`, whose first fields are alike; version 1 has 64-bit times. */
function durationOf(header: Buffer): number {
  if (header[0] === 1) return Number(header.readBigUInt64BE(24)) / header.readUInt32BE(20);
  return header.readUInt32BE(16) / header.readUInt32BE(12);
}

function readTrack(trak: Buffer): Mp4Track[] {
  const handler = find(trak, 'mdia', 'hdlr')?.toString('latin1', 8, 12);
  const header = find(trak, 'mdia', 'mdhd');
  const description = find(trak, 'mdia', 'minf', 'stbl', 'stsd');
  if (!header || !description || description.length < 44) return [];
  const durationSeconds = durationOf(header);
  const encoding = description.toString('latin1', 12, 16);
  // Fields of a sample entry lie at fixed places after its 8 bytes of size and type, which begin at 8.
  if (handler === 'soun') {
    const channels = description.readUInt16BE(32);
    return [
      { type: 'audio', durationSeconds, encoding, channels, sampleRate: description.readUInt32BE(40) >>> 16 },
    ];
  }
  if (handler !== 'vide') return [];
  const frameCount = find(trak, 'mdia', 'minf', 'stbl', 'stsz')?.readUInt32BE(8) ?? 0;
  const framesPerSecond = Math.round((frameCount / durationSeconds) * 1000) / 1000;
  return [
    {
      type: 'video',
      durationSeconds,
      encoding,
      width: description.readUInt16BE(40),
      height: description.readUInt16BE(42),
      framesPerSecond,
    },
  ];
}
