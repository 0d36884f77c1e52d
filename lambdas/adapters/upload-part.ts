// Streams one part to S3: signed by the SDK, sent by node:https, its CRC32 computed as the bytes pass and sent as a
// trailer. Why neither the SDK nor undici sends it: docs/decisions/0008-lean-relay.md
import { type S3Client, UploadPartCommand, type UploadPartCommandInput } from '@aws-sdk/client-s3';
import { crc32, encodeCrc32 } from '../domain/crc32.ts';
import { IcehouseError, TransientError } from '../domain/failures.ts';
import type { PartInfo } from '../stages/ports.ts';
import { type PutAgents, type PutAnswer, put, type SignedRequest } from './put-stream.ts';
import { translateS3Error } from './vault-errors.ts';

export interface PartUpload {
  readonly target: UploadPartCommandInput & { readonly PartNumber: number };
  readonly sizeBytes: number;
  readonly body: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
}

/** The length of a CRC32 in base64, and so of the trailer, is known before the CRC is. */
const TRAILER_NAME = 'x-amz-checksum-crc32';
const CRC_CHARACTERS = 8;

/** Throws what `body` throws, TransientError, or what translateS3Error makes of S3's answer. */
export async function streamPart(client: S3Client, agents: PutAgents, upload: PartUpload): Promise<PartInfo> {
  const doing = `UploadPart ${upload.target.PartNumber} of ${upload.target.Key}`;
  const framed = new FramedBody(upload.body, upload.sizeBytes);
  try {
    const request = await signUploadPart(client, upload.target, upload.sizeBytes);
    const answer = await put(agents, request, framed.bytes(), upload.signal);
    if (answer.status !== 200) throw answeredError(answer);
    return partInfo(upload, answer.headers, framed.crc);
  } catch (error) {
    if (framed.sourceError !== undefined) throw framed.sourceError;
    if (upload.signal?.aborted && !(error instanceof IcehouseError)) throw upload.signal.reason;
    throw translateS3Error(error, doing);
  }
}

function partInfo(upload: PartUpload, headers: PutAnswer['headers'], crc: number): PartInfo {
  const { PartNumber: partNumber, Key } = upload.target;
  const stored = headers[TRAILER_NAME];
  const crc32Base64 = encodeCrc32(crc);
  if (stored !== crc32Base64) {
    throw new TransientError(
      'VAULT_CRC_DIFFERS',
      `UploadPart ${partNumber} of ${Key}: sent CRC32 ${crc32Base64}, S3 says ${stored ?? 'nothing'}.`,
    );
  }
  return { partNumber, sizeBytes: upload.sizeBytes, etag: String(headers.etag), crc32: crc32Base64 };
}

/**
 * The part in aws-chunked framing: one chunk for the whole part, as AWS's own CRT client sends it, then the trailer.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
class FramedBody {
  crc = 0;
  /** What reading the part threw, to be told from what sending it threw. */
  sourceError: unknown;
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #sizeBytes: number;

  constructor(source: AsyncIterable<Uint8Array>, sizeBytes: number) {
    this.#source = source;
    this.#sizeBytes = sizeBytes;
  }

  async *bytes(): AsyncGenerator<Uint8Array> {
    if (this.#sizeBytes > 0) yield Buffer.from(`${this.#sizeBytes.toString(16)}\r\n`);
    yield* this.#counted();
    const end = this.#sizeBytes > 0 ? '\r\n0\r\n' : '0\r\n';
    yield Buffer.from(`${end}${TRAILER_NAME}:${encodeCrc32(this.crc)}\r\n\r\n`);
  }

  async *#counted(): AsyncGenerator<Uint8Array> {
    let passed = 0;
    try {
      for await (const chunk of this.#source) {
        passed += chunk.length;
        this.crc = crc32(chunk, this.crc);
        if (passed > this.#sizeBytes) break;
        yield chunk;
      }
      if (passed !== this.#sizeBytes) {
        throw new TransientError('SOURCE_SHORT', `A part of ${this.#sizeBytes} bytes got ${passed}.`);
      }
    } catch (error) {
      this.sourceError = error;
      throw error;
    }
  }
}

function framedLength(sizeBytes: number): number {
  const chunk = sizeBytes > 0 ? sizeBytes.toString(16).length + sizeBytes + 4 : 0;
  return chunk + 3 + TRAILER_NAME.length + 1 + CRC_CHARACTERS + 4;
}

/** Runs the SDK's own pipeline (endpoint, credentials, signature) and stops where it would send. */
async function signUploadPart(
  client: S3Client,
  target: UploadPartCommandInput,
  sizeBytes: number,
): Promise<SignedRequest> {
  const command = new UploadPartCommand({ ...target, ChecksumAlgorithm: 'CRC32' });
  command.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as SignedRequest;
      // Without a body the SDK puts the CRC of nothing here.
      delete request.headers[TRAILER_NAME];
      Object.assign(request.headers, streamingHeaders(sizeBytes));
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'streamingTrailerHeaders' },
  );
  let signed: SignedRequest | undefined;
  command.middlewareStack.addRelativeTo(
    () => async (args: { request?: unknown }) => {
      signed = args.request as SignedRequest;
      return { response: undefined, output: { $metadata: {} } };
    },
    { relation: 'after', toMiddleware: 'httpSigningMiddleware', name: 'stopAfterSigning' },
  );
  await client.send(command);
  if (signed === undefined) throw new Error('The SDK signed no request.');
  return signed;
}

function streamingHeaders(sizeBytes: number): Record<string, string> {
  return {
    'content-encoding': 'aws-chunked',
    'content-length': String(framedLength(sizeBytes)),
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': String(sizeBytes),
    'x-amz-trailer': TRAILER_NAME,
  };
}

/** An answer in the shape of the SDK's errors, so that both are translated alike. */
function answeredError({ status, text }: PutAnswer): Error {
  const error = new Error(/<Message>([^<]*)/.exec(text)?.[1] ?? 'no message');
  const code = /<Code>([^<]*)/.exec(text)?.[1] ?? 'Unknown';
  return Object.assign(error, { name: code, $metadata: { httpStatusCode: status } });
}
