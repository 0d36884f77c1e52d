// The checksums of S3: which a request asks for, the running value over a body, and the value of a whole from its parts.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { combineCrcs, RunningCrc } from './crc.ts';
import { notImplemented, S3Error } from './errors.ts';

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends with `-<parts>`. */
  readonly value: string;
  readonly type: ChecksumType;
}

const DIGEST_BYTES: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

/** Throws NotImplemented for algorithms S3 may know and this server does not. */
export function parseAlgorithm(text: string): ChecksumAlgorithm {
  const found = CHECKSUM_ALGORITHMS.find((name) => name === text.toUpperCase());
  if (found === undefined) throw notImplemented(`the checksum algorithm ${text}`);
  return found;
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The element and field name, such as `ChecksumCRC32`. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

/** The type a multipart upload gets when it does not ask, or the error of one it cannot have. */
export function checksumTypeFor(algorithm: ChecksumAlgorithm, asked: string | undefined): ChecksumType {
  const sha = algorithm === 'SHA1' || algorithm === 'SHA256';
  const wanted = asked ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const possible =
    (wanted === 'COMPOSITE' && algorithm !== 'CRC64NVME') || (wanted === 'FULL_OBJECT' && !sha);
  if (!possible) {
    throw new S3Error('InvalidRequest', {
      message: `The ${wanted} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    });
  }
  return wanted;
}

export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  if (algorithm === 'CRC32C' || algorithm === 'CRC64NVME') return new RunningCrc(algorithm);
  if (algorithm === 'SHA1' || algorithm === 'SHA256') return createHash(algorithm.toLowerCase());
  let crc = 0;
  return {
    update: (bytes) => {
      crc = crc32(bytes, crc);
    },
    digest: () => {
      const out = Buffer.alloc(4);
      out.writeUInt32BE(crc);
      return out;
    },
  };
}

/** Base64 to bytes; undefined when it is not a digest of this algorithm. */
export function decodeDigest(algorithm: ChecksumAlgorithm, base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  const good = bytes.length === DIGEST_BYTES[algorithm] && bytes.toString('base64') === base64;
  return good ? bytes : undefined;
}

/** The checksum of an object made of parts. */
export function checksumOfParts(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly { digest: Buffer; sizeBytes: number }[],
): Checksum {
  if (type === 'COMPOSITE') {
    const whole = startChecksum(algorithm);
    for (const part of parts) whole.update(part.digest);
    return { algorithm, type, value: `${whole.digest().toString('base64')}-${parts.length}` };
  }
  if (algorithm === 'SHA1' || algorithm === 'SHA256') throw new S3Error('InternalError');
  const pieces = parts.map((part) => ({ crc: part.digest, sizeBytes: part.sizeBytes }));
  return { algorithm, type, value: combineCrcs(algorithm, pieces).toString('base64') };
}
