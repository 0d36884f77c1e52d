// Streams a body into a file with backpressure, computing what S3 must know of it on the way.
import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Body } from './body.ts';
import {
  CHECKSUM_ALGORITHMS,
  type ChecksumAlgorithm,
  checksumHeader,
  decodeDigest,
  parseAlgorithm,
  startChecksum,
} from './checksums.ts';
import { notImplemented, S3Error } from './errors.ts';
import type { S3Request } from './request.ts';

export interface WrittenFile {
  readonly sizeBytes: number;
  readonly md5: Buffer;
  /** Of the algorithm asked for by the client or else wanted by the caller. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly digest: Buffer };
}

/** The MD5, but of what a KMS key encrypts, whose entity tag is no digest of it: API_Object.html, "ETag". */
export function entityTag({ md5 }: WrittenFile, kmsKey: string | undefined): Buffer {
  return kmsKey === undefined ? md5 : randomBytes(16);
}

/** Written together: fewer trips to the thread pool, and still a bounded memory. */
const BATCH_BYTES = 256 * 1024;
const NAMED_AS_CHECKSUM = new Set(['x-amz-checksum-algorithm', 'x-amz-checksum-type', 'x-amz-checksum-mode']);

/** Writes and syncs; nothing is visible yet. `wanted` is computed even if the client sends no checksum. */
export async function writeFile(
  path: string,
  bytes: AsyncIterable<Buffer>,
  wanted?: ChecksumAlgorithm,
): Promise<WrittenFile> {
  const md5 = createHash('md5');
  const checksum = wanted === undefined ? undefined : startChecksum(wanted);
  const writer = new BatchWriter(await open(path, 'wx'));
  try {
    for await (const piece of bytes) {
      await writer.add(piece);
      md5.update(piece);
      checksum?.update(piece);
    }
    await writer.finish();
  } finally {
    await writer.close();
  }
  return {
    sizeBytes: writer.sizeBytes,
    md5: md5.digest(),
    checksum: wanted && checksum && { algorithm: wanted, digest: checksum.digest() },
  };
}

/** One batch is on its way to the disk while the next is filled and hashed. */
class BatchWriter {
  sizeBytes = 0;
  readonly #handle: FileHandle;
  #batch: Buffer[] = [];
  #batchBytes = 0;
  #inFlight: Promise<void> = Promise.resolve();

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async add(piece: Buffer): Promise<void> {
    this.#batch.push(piece);
    this.#batchBytes += piece.length;
    this.sizeBytes += piece.length;
    if (this.#batchBytes >= BATCH_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#inFlight;
    this.#inFlight = writeAll(this.#handle, this.#batch);
    // Whoever awaits it next sees the error; until then it must not count as unhandled.
    this.#inFlight.catch(() => undefined);
    this.#batch = [];
    this.#batchBytes = 0;
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#inFlight;
    await this.#handle.sync();
  }

  async close(): Promise<void> {
    await this.#inFlight.catch(() => undefined);
    await this.#handle.close();
  }
}

async function writeAll(handle: FileHandle, pieces: Buffer[]): Promise<void> {
  if (pieces.length === 0) return;
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const { bytesWritten } = await handle.writev(pieces);
  if (bytesWritten === total) return;
  // The kernel may take less than it was given, on a full disk for one: the rest is tried once more, in whole.
  await handle.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
}

/** The checksum the client announces for this body: its algorithm, and a value now or in a trailer. */
export function announcedChecksum(request: S3Request): ChecksumAlgorithm | undefined {
  const named = [...request.amzHeaders.keys(), request.header('x-amz-trailer')?.toLowerCase() ?? '']
    .filter((name) => name.startsWith('x-amz-checksum-') && !NAMED_AS_CHECKSUM.has(name))
    .map((name) => parseAlgorithm(name.slice('x-amz-checksum-'.length)));
  if (named.length > 1) {
    throw new S3Error('InvalidRequest', { message: 'Expecting a single x-amz-checksum- header' });
  }
  return named[0];
}

/** Compares the file with every digest the client sent. Throws BadDigest, InvalidDigest, InvalidRequest. */
export function verifyDigests(request: S3Request, body: Body, written: WrittenFile): void {
  const md5 = request.header('content-md5');
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) throw new S3Error('InvalidDigest');
    if (md5 !== written.md5.toString('base64')) throw new S3Error('BadDigest');
  }
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const name = checksumHeader(algorithm);
    const given = request.header(name) ?? body.trailers.get(name);
    if (given === undefined) continue;
    if (written.checksum?.algorithm !== algorithm) throw notImplemented(`an unannounced ${name}`);
    const digest = decodeDigest(algorithm, given);
    if (digest === undefined) {
      throw new S3Error('InvalidRequest', { message: `Value for ${name} header is invalid.` });
    }
    if (!digest.equals(written.checksum.digest)) {
      throw new S3Error('BadDigest', {
        message: `The ${algorithm} you specified did not match the calculated checksum.`,
      });
    }
  }
  const announced = request.header('x-amz-trailer')?.toLowerCase();
  if (announced?.startsWith('x-amz-checksum-') && !body.trailers.has(announced)) {
    throw new S3Error('IncompleteBody', { message: `The trailer ${announced} was announced and not sent.` });
  }
}
