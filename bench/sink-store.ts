// What the sink keeps of uploads and objects: sizes and CRC32s, no bytes. Refuses what S3 would refuse of them.
import { createHash, randomUUID } from 'node:crypto';
import { combineParts, crc32, encodeCrc32 } from '../lambdas/domain/crc32.ts';
import { openBody, readText } from '../local/s3/body.ts';
import { announcedChecksum, verifyDigests } from '../local/s3/body-file.ts';
import { checksumHeader, startChecksum } from '../local/s3/checksums.ts';
import { S3Error } from '../local/s3/errors.ts';
import type { S3Request } from '../local/s3/request.ts';
import type { Authenticated } from '../local/s3/signature.ts';
import { XmlNode, xmlDocument } from '../local/s3/xml.ts';

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** All that is left of bytes once they have passed. */
interface Received {
  readonly partNumber: number;
  readonly sizeBytes: number;
  /** Base64. */
  readonly crc32: string;
  readonly etag: string;
}

const MIN_PART_BYTES = 5 * 1024 ** 2;

export class SinkStore {
  readonly #uploads = new Map<string, Map<number, Received>>();
  readonly #objects = new Map<string, Received>();

  /** Throws S3Error; NotImplemented for calls that no contender needs. */
  async run(request: S3Request, auth: Authenticated): Promise<Answer> {
    const { method, query } = request;
    const uploadId = query.get('uploadId');
    if (request.key === undefined) {
      if (method === 'HEAD') return {};
      throw new S3Error('NotImplemented');
    }
    if (method === 'POST' && query.has('uploads')) return this.#create(request);
    if (method === 'PUT' && uploadId !== undefined)
      return this.#putPart(request, auth, this.#parts(uploadId));
    if (method === 'POST' && uploadId !== undefined) return this.#complete(request, auth, uploadId);
    if (method === 'GET' && uploadId !== undefined) return listParts(this.#parts(uploadId));
    if (method === 'DELETE' && uploadId !== undefined) {
      this.#uploads.delete(uploadId);
      return { status: 204 };
    }
    if (method === 'PUT') return this.#putObject(request, auth);
    if (method === 'HEAD') return this.#head(request.path);
    throw new S3Error('NotImplemented');
  }

  #parts(uploadId: string): Map<number, Received> {
    const parts = this.#uploads.get(uploadId);
    if (!parts) throw new S3Error('NoSuchUpload');
    return parts;
  }

  #create({ bucket, key }: S3Request): Answer {
    const UploadId = randomUUID();
    this.#uploads.set(UploadId, new Map());
    return { body: xmlDocument('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId }) };
  }

  async #putPart(request: S3Request, auth: Authenticated, parts: Map<number, Received>): Promise<Answer> {
    const part = await receive(request, auth);
    parts.set(part.partNumber, part);
    return { headers: headersOf(part, request) };
  }

  async #putObject(request: S3Request, auth: Authenticated): Promise<Answer> {
    const object = await receive(request, auth);
    this.#objects.set(request.path, object);
    return { headers: headersOf(object, request) };
  }

  async #complete(request: S3Request, auth: Authenticated, uploadId: string): Promise<Answer> {
    const text = await readText(openBody(request, auth));
    const parts = chosenParts(
      XmlNode.parse(text, 'CompleteMultipartUpload').all('Part'),
      this.#parts(uploadId),
    );
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    const whole = combineParts(parts);
    const announcedBytes = request.header('x-amz-mp-object-size') ?? String(sizeBytes);
    if (announcedBytes !== String(sizeBytes)) throw new S3Error('InvalidRequest');
    const isFull = request.header('x-amz-checksum-type') === 'FULL_OBJECT';
    if (isFull && request.header('x-amz-checksum-crc32') !== whole) throw new S3Error('BadDigest');
    const etag = `"${uploadId}-${parts.length}"`;
    this.#objects.set(request.path, { partNumber: 0, sizeBytes, crc32: whole, etag });
    this.#uploads.delete(uploadId);
    const result = { Bucket: request.bucket, Key: request.key, ETag: etag };
    const headers = { 'content-type': 'application/xml', 'x-amz-version-id': uploadId };
    return { headers, body: xmlDocument('CompleteMultipartUploadResult', result) };
  }

  #head(path: string): Answer {
    const object = this.#objects.get(path);
    if (!object) throw new S3Error('NoSuchKey');
    return {
      headers: {
        'content-length': String(object.sizeBytes),
        'last-modified': new Date().toUTCString(),
        etag: object.etag,
        'x-amz-checksum-crc32': object.crc32,
        'x-amz-checksum-type': 'FULL_OBJECT',
      },
    };
  }
}

/** Reads a body to its end. Throws IncompleteBody, BadDigest and what else is wrong with it. */
async function receive(request: S3Request, auth: Authenticated): Promise<Received> {
  const body = openBody(request, auth);
  if (body.sizeBytes === undefined) throw new S3Error('MissingContentLength');
  const announced = announcedChecksum(request);
  const other = announced && announced !== 'CRC32' ? startChecksum(announced) : undefined;
  const md5 = request.header('content-md5') === undefined ? undefined : createHash('md5');
  let crc = 0;
  for await (const piece of body.bytes) {
    crc = crc32(piece, crc);
    other?.update(piece);
    md5?.update(piece);
  }
  const sum = encodeCrc32(crc);
  verifyDigests(request, body, {
    sizeBytes: body.sizeBytes,
    md5: md5?.digest() ?? Buffer.alloc(0),
    checksum: announced && { algorithm: announced, digest: other?.digest() ?? Buffer.from(sum, 'base64') },
  });
  const partNumber = Number(request.query.get('partNumber') ?? 0);
  return { partNumber, sizeBytes: body.sizeBytes, crc32: sum, etag: `"${crc.toString(16)}"` };
}

/** The parts that Complete lists. Throws MalformedXML, InvalidPart, InvalidPartOrder, EntityTooSmall. */
function chosenParts(listed: readonly XmlNode[], present: ReadonlyMap<number, Received>): Received[] {
  if (listed.length === 0) throw new S3Error('MalformedXML');
  const parts = listed.map((entry) => {
    const part = present.get(Number(entry.text('PartNumber')));
    const etag = entry.text('ETag')?.replaceAll('"', '');
    if (part === undefined || part.etag !== `"${etag}"`) throw new S3Error('InvalidPart');
    if ((entry.text('ChecksumCRC32') ?? part.crc32) !== part.crc32) throw new S3Error('InvalidPart');
    return part;
  });
  const isRising = parts.every((part, at) => part.partNumber > (parts[at - 1]?.partNumber ?? 0));
  if (!isRising) throw new S3Error('InvalidPartOrder');
  if (parts.slice(0, -1).some((part) => part.sizeBytes < MIN_PART_BYTES)) throw new S3Error('EntityTooSmall');
  return parts;
}

function headersOf(received: Received, request: S3Request): Record<string, string> {
  const sentCrc32 = announcedChecksum(request) === 'CRC32';
  return { etag: received.etag, ...(sentCrc32 && { [checksumHeader('CRC32')]: received.crc32 }) };
}

function listParts(parts: ReadonlyMap<number, Received>): Answer {
  const Part = [...parts.values()]
    .sort((one, other) => one.partNumber - other.partNumber)
    .map(({ partNumber, sizeBytes, etag, crc32: crc }) => ({
      PartNumber: partNumber,
      Size: sizeBytes,
      ETag: etag,
      ChecksumCRC32: crc,
    }));
  return { body: xmlDocument('ListPartsResult', { IsTruncated: false, Part }) };
}
