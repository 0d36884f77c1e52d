// The CRCs against the check values of the catalogue of parametrised CRC algorithms, and against zlib.
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checksumOfParts, startChecksum } from '../../../local/s3/checksums.ts';
import { combineCrcs, RunningCrc } from '../../../local/s3/crc.ts';

const CHECK = Buffer.from('123456789');

function bigEndian(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

describe('running CRCs', () => {
  test.each([
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
  ] as const)('%s of 123456789 is the published check value', (name, expected) => {
    const running = new RunningCrc(name);

    for (const byte of CHECK) running.update(Buffer.from([byte]));

    expect(running.digest().toString('hex')).toBe(expected);
  });
});

describe('combined CRCs', () => {
  test('CRC32 of the parts gives what zlib says of the whole', () => {
    const parts = [70_000, 1, 0, 70_000, 12_345].map((size, at) => Buffer.alloc(size, `part ${at}`));

    const combined = combineCrcs(
      'CRC32',
      parts.map((part) => ({ crc: bigEndian(crc32(part)), sizeBytes: part.length })),
    );

    expect(combined).toEqual(bigEndian(crc32(Buffer.concat(parts))));
  });

  test.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
  ] as const)('%s of two halves gives the published check value of both', (name, expected) => {
    const halves = [CHECK.subarray(0, 4), CHECK.subarray(4)].map((half) => {
      const running = startChecksum(name);
      running.update(half);
      return { digest: running.digest(), sizeBytes: half.length };
    });

    const whole = checksumOfParts(name, 'FULL_OBJECT', halves);

    expect(Buffer.from(whole.value, 'base64').toString('hex')).toBe(expected);
  });

  test('10,000 equal parts are combined in well under a second', () => {
    const part = { crc: bigEndian(0x12345678), sizeBytes: 64 * 1024 * 1024 };
    const startedMs = performance.now();

    combineCrcs('CRC32', Array(10_000).fill(part));

    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});
