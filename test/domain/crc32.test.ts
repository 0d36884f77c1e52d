import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { combineCrc32, combineParts, crc32, decodeCrc32, encodeCrc32 } from '../../lambdas/domain/crc32.ts';

// The check value of CRC-32/ISO-HDLC: https://reveng.sourceforge.io/crc-catalogue/all.htm
const DIGITS = Buffer.from('123456789');
const CHECK = 0xcbf43926;

test('has the check value of the catalogue', () => {
  expect(crc32(DIGITS)).toBe(CHECK);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test('goes on where it was', () => {
  expect(crc32(DIGITS.subarray(4), crc32(DIGITS.subarray(0, 4)))).toBe(CHECK);
});

test('is written in base64 with the most significant byte first', () => {
  expect(encodeCrc32(CHECK)).toBe('y/Q5Jg==');
  expect(decodeCrc32('y/Q5Jg==')).toBe(CHECK);
  expect(encodeCrc32(0)).toBe('AAAAAA==');
  expect(() => decodeCrc32('y/Q5')).toThrow(RangeError);
});

test('combines two parts into the check value', () => {
  expect(combineCrc32(crc32(DIGITS.subarray(0, 3)), crc32(DIGITS.subarray(3)), 6)).toBe(CHECK);
});

test('combines parts of every length as if they had been one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
      expect(combineCrc32(crc32(a), crc32(b), b.length)).toBe(crc32(Buffer.concat([a, b])));
    }),
  );
});

test('combines over lengths beyond 32 bits', () => {
  // Followed by n zero bytes: 6 GiB in one step equals 3 x 2 GiB.
  const twoGib = 2 ** 31;
  const inSteps = [1, 2, 3].reduce((crc) => combineCrc32(crc, 0, twoGib), CHECK);

  expect(combineCrc32(CHECK, 0, 3 * twoGib)).toBe(inSteps);
});

test('combines the parts of an object in order', () => {
  const whole = randomBytes(1000);
  const parts = [whole.subarray(0, 400), whole.subarray(400, 401), whole.subarray(401)];

  const combined = combineParts(
    parts.map((part) => ({ crc32: encodeCrc32(crc32(part)), sizeBytes: part.length })),
  );

  expect(combined).toBe(encodeCrc32(crc32(whole)));
  expect(combineParts([])).toBe('AAAAAA==');
});

test('combines 10,000 parts in a moment', () => {
  const parts = Array.from({ length: 10_000 }, () => ({ crc32: 'y/Q5Jg==', sizeBytes: 67_108_863 }));
  combineParts(parts.slice(0, 200));
  const started = performance.now();

  combineParts(parts);

  // About 10 ms; the bound leaves room for a busy machine.
  expect(performance.now() - started).toBeLessThan(250);
});
