// Decodes the aws-chunked framing of a body as it streams by, and checks the signature of every chunk.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html
import { createHash } from 'node:crypto';
import { S3Error } from './errors.ts';
import { hmacHex, type SigningContext, sameSignature, sha256 } from './signature.ts';

const MAX_LINE_BYTES = 16_384;
const MIN_CHUNK_BYTES = 8192;

/** A body that ends before its frame does. */
function incomplete(): S3Error {
  return new S3Error('IncompleteBody');
}

class FrameReader {
  readonly #source: AsyncIterator<Buffer>;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done) return false;
    this.#buffer = this.#buffer.length === 0 ? next.value : Buffer.concat([this.#buffer, next.value]);
    return true;
  }

  /** Up to CRLF, without it; undefined at the end of the stream. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#buffer.toString('latin1', 0, end);
        this.#buffer = this.#buffer.subarray(end + 2);
        return line;
      }
      if (this.#buffer.length > MAX_LINE_BYTES) throw incomplete();
      if (!(await this.#more())) {
        if (this.#buffer.length > 0) throw incomplete();
        return undefined;
      }
    }
  }

  /** Exactly so many bytes, in the pieces they came in, not copied. */
  async *take(sizeBytes: number): AsyncGenerator<Buffer> {
    let left = sizeBytes;
    while (left > 0) {
      if (this.#buffer.length === 0 && !(await this.#more())) throw incomplete();
      const piece = this.#buffer.subarray(0, left);
      this.#buffer = this.#buffer.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Lets go of the source, wherever it stands: as long as it is held, nobody else can read on. */
  async release(): Promise<void> {
    await this.#source.return?.();
  }

  /** Reads to the end, so that the connection can be used again. */
  async drain(): Promise<void> {
    this.#buffer = Buffer.alloc(0);
    while (await this.#more()) this.#buffer = Buffer.alloc(0);
  }
}

export interface ChunkedOptions {
  /** Given for STREAMING-AWS4-HMAC-SHA256-*: every chunk's signature is chained to the one before. */
  readonly signing?: SigningContext;
  readonly hasTrailers: boolean;
  /** Filled with the trailers, lower case, once the body has been read. */
  readonly trailers: Map<string, string>;
}

/** Throws IncompleteBody, InvalidChunkSizeError and SignatureDoesNotMatch while it is read. */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  options: ChunkedOptions,
): AsyncGenerator<Buffer> {
  const reader = new FrameReader(source);
  try {
    yield* decodeFrames(reader, options);
  } finally {
    await reader.release();
  }
}

async function* decodeFrames(reader: FrameReader, options: ChunkedOptions): AsyncGenerator<Buffer> {
  let signature = options.signing?.signature ?? '';
  let smallChunkBytes: number | undefined;
  for (let number = 1; ; number++) {
    const { sizeBytes, given } = parseChunkHeader(await reader.line());
    if (sizeBytes > 0 && smallChunkBytes !== undefined) throw smallChunk(number - 1, smallChunkBytes);
    if (sizeBytes < MIN_CHUNK_BYTES) smallChunkBytes = sizeBytes;
    const hash = options.signing && createHash('sha256');
    for await (const piece of reader.take(sizeBytes)) {
      hash?.update(piece);
      yield piece;
    }
    if (options.signing && hash) {
      signature = checkChunk(options.signing, signature, hash.digest('hex'), given);
    }
    if (sizeBytes === 0) break;
    if ((await reader.line()) !== '') throw incomplete();
  }
  if (options.hasTrailers) await readTrailers(reader, options, signature);
  await reader.drain();
}

function parseChunkHeader(line: string | undefined): { sizeBytes: number; given: string } {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line ?? '');
  if (match?.[1] === undefined) throw incomplete();
  return { sizeBytes: Number.parseInt(match[1], 16), given: match[2] ?? '' };
}

function smallChunk(number: number, sizeBytes: number): S3Error {
  return new S3Error('InvalidChunkSizeError', { fields: { Chunk: number, BadChunkSize: sizeBytes } });
}

function checkChunk(signing: SigningContext, previous: string, bodyHash: string, given: string): string {
  const { timestamp, scope, signingKey } = signing;
  const toSign = ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scope, previous, sha256(''), bodyHash].join('\n');
  if (!sameSignature(hmacHex(signingKey, toSign), given)) throw new S3Error('SignatureDoesNotMatch');
  return given;
}

async function readTrailers(reader: FrameReader, options: ChunkedOptions, previous: string): Promise<void> {
  for (let line = await reader.line(); line; line = await reader.line()) {
    const colon = line.indexOf(':');
    if (colon < 1) throw incomplete();
    options.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  if (options.signing === undefined) return;
  const { timestamp, scope, signingKey } = options.signing;
  const signed = [...options.trailers].filter(([name]) => name !== 'x-amz-trailer-signature');
  const text = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const toSign = ['AWS4-HMAC-SHA256-TRAILER', timestamp, scope, previous, sha256(text)].join('\n');
  const given = options.trailers.get('x-amz-trailer-signature') ?? '';
  if (!sameSignature(hmacHex(signingKey, toSign), given)) throw new S3Error('SignatureDoesNotMatch');
}
