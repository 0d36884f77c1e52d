// CRC32 as S3 uses it: of bytes as they pass, of a whole object from its parts, and in base64.
import { crc32 as zlibCrc32 } from 'node:zlib';

/** Of `bytes`, going on from `previous` (the CRC of what came before; 0 at the start). Unsigned 32 bits. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  return zlibCrc32(bytes, previous);
}

/** S3 writes a CRC32 as base64 of its four bytes, most significant first. */
export function encodeCrc32(crc: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return bytes.toString('base64');
}

/** Throws RangeError for text that is not four bytes in base64. */
export function decodeCrc32(base64: string): number {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== 4) throw new RangeError(`"${base64}" is no CRC32 in base64.`);
  return bytes.readUInt32BE();
}

/** The CRC of A followed by B, from their CRCs and the length of B. The method is zlib's crc32_combine. */
export function combineCrc32(crcA: number, crcB: number, lengthBytesB: number): number {
  return (multiply(shiftByBytes(lengthBytesB), crcA) ^ crcB) >>> 0;
}

/** The CRC of a whole object from its parts, in order. */
export function combineParts(parts: readonly { crc32: string; sizeBytes: number }[]): string {
  const whole = parts.reduce((crc, part) => combineCrc32(crc, decodeCrc32(part.crc32), part.sizeBytes), 0);
  return encodeCrc32(whole);
}

// Polynomials over GF(2) modulo CRC32's, bits reversed: bit 31 is the coefficient of x^0.
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;

function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product >>> 0;
}

/** x^(2^k) for every k that a length in bits below 2^56 can need. */
const SQUARES: readonly number[] = squares(56);

function squares(count: number): number[] {
  const powers = [ONE >>> 1];
  for (let last = ONE >>> 1; powers.length < count; powers.push(last)) last = multiply(last, last);
  return powers;
}

/** x^(8 n), by which a CRC is multiplied when n bytes follow. */
function shiftByBytes(lengthBytes: number): number {
  let power = ONE;
  let remaining = lengthBytes;
  for (let k = 3; remaining > 0; k += 1, remaining = Math.floor(remaining / 2)) {
    if (remaining % 2 === 1) power = multiply(SQUARES[k] ?? ONE, power);
  }
  return power;
}
