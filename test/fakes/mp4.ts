// The smallest file that passes for a whole video: ftyp, moov with a movie header, mdat filled with one byte.
// Box layout: ISO/IEC 14496-12, 4.2 and 8.2.2.

export interface AnMp4 {
  readonly seconds?: number;
  /** Of the whole file; at least 160. */
  readonly sizeBytes?: number;
  /** What mdat is filled with: two files of one size that differ have different fills. */
  readonly fill?: number;
}

export function anMp4({ seconds = 30, sizeBytes = 1_000, fill = 7 }: AnMp4 = {}): Uint8Array {
  const head = Buffer.concat([FTYP, box('moov', movieHeader(seconds))]);
  // Written where it stays: some are large, and the simulation makes thousands.
  const file = Buffer.alloc(sizeBytes, fill);
  head.copy(file);
  headerOf('mdat', sizeBytes - head.length).copy(file, head.length);
  return file;
}

function movieHeader(seconds: number): Buffer {
  const content = Buffer.alloc(100);
  content.writeUInt32BE(1_000, 12);
  content.writeUInt32BE(Math.round(seconds * 1_000), 16);
  return box('mvhd', content);
}

function box(type: string, content: Buffer): Buffer {
  return Buffer.concat([headerOf(type, 8 + content.length), content]);
}

/** Of a box of so many bytes, these eight among them. */
function headerOf(type: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(sizeBytes);
  header.write(type, 4, 'latin1');
  return header;
}

const FTYP = box('ftyp', Buffer.from('isom\x00\x00\x02\x00isommp41', 'latin1'));
