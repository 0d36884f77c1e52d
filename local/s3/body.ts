// The body of a request as plain bytes: framing removed, length and payload hash checked by the time it ends.
import { createHash } from 'node:crypto';
import { decodeAwsChunked } from './aws-chunked.ts';
import { notImplemented, S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import type { Authenticated } from './signature.ts';

export interface Body {
  /** Undefined when the client did not say. */
  readonly sizeBytes: number | undefined;
  /** To be read once. Throws IncompleteBody, XAmzContentSHA256Mismatch and signature errors at its end. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Empty until the bytes have been read. */
  readonly trailers: ReadonlyMap<string, string>;
}

const MAX_XML_BYTES = 8 * 1024 * 1024;

/** Throws MissingContentLength, NotImplemented for payload kinds this server does not know. */
export function openBody(request: S3Request, auth: Authenticated): Body {
  const trailers = new Map<string, string>();
  // The stream must outlive an error in whoever reads it, or the client would never see the answer.
  const source: AsyncIterable<Buffer> = request.stream.iterator({ destroyOnReturn: false });
  if (!auth.payload.startsWith('STREAMING-')) {
    const sizeBytes = parseSize(request.header('content-length'));
    const hash = auth.payload === 'UNSIGNED-PAYLOAD' ? undefined : auth.payload;
    return { sizeBytes, trailers, bytes: checked(source, sizeBytes, hash) };
  }
  const kind =
    /^STREAMING-(UNSIGNED-PAYLOAD|AWS4-HMAC-SHA256-PAYLOAD)(-TRAILER)?$/.exec(auth.payload) ?? undefined;
  if (kind === undefined) throw notImplemented(`x-amz-content-sha256 ${auth.payload}`);
  const sizeBytes = parseSize(request.header('x-amz-decoded-content-length'));
  if (sizeBytes === undefined) throw new S3Error('MissingContentLength');
  const decoded = decodeAwsChunked(source, {
    signing: kind[1] === 'AWS4-HMAC-SHA256-PAYLOAD' ? auth.signing : undefined,
    hasTrailers: kind[2] !== undefined,
    trailers,
  });
  return { sizeBytes, trailers, bytes: checked(decoded, sizeBytes, undefined) };
}

function parseSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new S3Error('InvalidArgument', { message: 'Bad content length' });
  return Number(text);
}

async function* checked(
  source: AsyncIterable<Buffer>,
  sizeBytes: number | undefined,
  sha256Hex: string | undefined,
): AsyncGenerator<Buffer> {
  const hash = sha256Hex === undefined ? undefined : createHash('sha256');
  let seen = 0;
  for await (const piece of source) {
    seen += piece.length;
    if (sizeBytes !== undefined && seen > sizeBytes) break;
    hash?.update(piece);
    yield piece;
  }
  if (sizeBytes !== undefined && seen !== sizeBytes) throw new S3Error('IncompleteBody');
  if (hash && hash.digest('hex') !== sha256Hex) throw new S3Error('XAmzContentSHA256Mismatch');
}

/** A request document, small enough to hold. */
export async function readText(body: Body): Promise<string> {
  const pieces: Buffer[] = [];
  let total = 0;
  for await (const piece of body.bytes) {
    total += piece.length;
    if (total > MAX_XML_BYTES) throw new S3Error('MaxMessageLengthExceeded');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
