import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  missingParts,
  partSize,
  planParts,
  planSegments,
  planStream,
  rangeOf,
} from '../../lambdas/domain/part-plan.ts';

const MIB = 1_048_576;
const GIB = 1_073_741_824;
const TIB = 1_099_511_627_776;
const LARGEST = 53_687_091_200_000;

describe('planParts', () => {
  test.each([
    ['an empty file is one empty part', 0, 16 * MIB, 1],
    ['one byte', 1, 16 * MIB, 1],
    ['exactly one part', 16 * MIB, 16 * MIB, 1],
    ['one part and a byte', 16 * MIB + 1, 16 * MIB, 2],
    ['1 GiB is the last with small parts', GIB, 16 * MIB, 64],
    ['a byte more than 1 GiB', GIB + 1, 64 * MIB, 17],
    ['200 GB', 200_000_000_000, 64 * MIB, 2_981],
    ['10,000 parts of 64 MiB', 625 * GIB, 64 * MIB, 10_000],
    ['a byte more than fits in those', 625 * GIB + 1, 65 * MIB, 9_847],
    ['5 TiB', 5 * TIB, 525 * MIB, 9_987],
    ['the largest object S3 keeps', LARGEST, 5_368_709_120, 10_000],
  ])('%s', (_, sizeBytes, partSizeBytes, partCount) => {
    const plan = planParts(sizeBytes);

    expect(plan).toEqual({ sizeBytes, partSizeBytes, partCount });
  });

  test('refuses what S3 cannot keep, with a code', () => {
    expect(() => planParts(LARGEST + 1)).toThrow(expect.objectContaining({ code: 'MASTER_TOO_LARGE' }));
  });

  test.each([-1, 0.5, Number.NaN])('refuses %s as a size', (sizeBytes) => {
    expect(() => planParts(sizeBytes)).toThrow(RangeError);
  });

  test.each([
    ['smaller than 5 MiB', 5 * MIB - 1],
    ['larger than 5 GiB', 5 * GIB + 1],
    ['too small for 10,000 parts', 5 * MIB],
  ])('refuses a part size %s', (_, partSizeBytes) => {
    expect(() => planParts(49 * GIB, partSizeBytes)).toThrow(RangeError);
  });

  test('goes on with the part size that a copy began with', () => {
    expect(planParts(100 * MIB, 64 * MIB).partCount).toBe(2);
  });

  test('a stream is cut as small as S3 allows, at least 16 MiB', () => {
    expect(planStream(10 * GIB)).toMatchObject({ partSizeBytes: 16 * MIB, partCount: 640 });
    expect(planStream(200_000_000_000)).toMatchObject({ partSizeBytes: 20 * MIB });
  });

  test('every plan keeps the limits and covers the file without gap or overlap', () => {
    const sizes = fc.oneof(
      fc.maxSafeNat().map((n) => n % (LARGEST + 1)),
      fc.nat({ max: 100 * MIB }),
    );
    fc.assert(
      fc.property(sizes, fc.nat(), (sizeBytes, pick) => {
        const plan = planParts(sizeBytes);
        const partNumber = 1 + (pick % plan.partCount);
        const range = rangeOf(plan, partNumber);
        const next = partNumber < plan.partCount ? rangeOf(plan, partNumber + 1).start : sizeBytes;

        expect(plan.partCount).toBeLessThanOrEqual(10_000);
        expect(plan.partSizeBytes).toBeLessThanOrEqual(5 * GIB);
        expect(plan.partSizeBytes % MIB).toBe(0);
        expect(rangeOf(plan, 1).start).toBe(0);
        expect(range.end + 1).toBe(next);
        if (partNumber < plan.partCount) expect(range.end - range.start + 1).toBe(plan.partSizeBytes);
      }),
    );
  });
});

describe('missingParts', () => {
  const plan = planParts(40 * MIB);

  test('all parts when S3 holds none', () => {
    expect(missingParts(plan, [])).toEqual([1, 2, 3]);
  });

  test('the parts that S3 lacks, and one that has another size', () => {
    const listed = [
      { partNumber: 1, sizeBytes: 16 * MIB },
      { partNumber: 2, sizeBytes: 16 * MIB - 1 },
    ];

    expect(missingParts(plan, listed)).toEqual([2, 3]);
  });

  test('the last part is as large as what is left', () => {
    expect(partSize(plan, 3)).toBe(8 * MIB);
    expect(() => partSize(plan, 4)).toThrow(RangeError);
  });
});

describe('planSegments', () => {
  const partsOf = (segments: readonly { first: number; last: number }[]) =>
    segments.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, at) => first + at));

  test.each([
    ['a master smaller than a segment is one', GIB, 4 * GIB, [[1, 64]]],
    ['a master of exactly one segment is one', 4 * GIB, 4 * GIB, [[1, 64]]],
    [
      'a byte more is two',
      4 * GIB + 1,
      4 * GIB,
      [
        [1, 64],
        [65, 65],
      ],
    ],
    [
      'a segment that is no multiple of the part is rounded down',
      10 * GIB,
      4 * GIB + 63 * MIB,
      [
        [1, 64],
        [65, 128],
        [129, 160],
      ],
    ],
    [
      'a segment smaller than a part is one part',
      40 * MIB,
      5 * MIB,
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    ],
    ['an empty file is one', 0, 4 * GIB, [[1, 1]]],
  ])('%s', (_, sizeBytes, segmentBytes, expected) => {
    const plan = planParts(sizeBytes);

    const segments = planSegments(plan, missingParts(plan, []), segmentBytes);

    expect(segments.map(({ first, last }) => [first, last])).toEqual(expected);
  });

  test('names only segments that lack something, cut as they were before', () => {
    const plan = planParts(10 * GIB);

    const segments = planSegments(plan, [70, 71, 160], 4 * GIB);

    expect(segments).toEqual([
      { first: 65, last: 128 },
      { first: 129, last: 160 },
    ]);
  });

  test('none where nothing is missing', () => {
    expect(planSegments(planParts(10 * GIB), [], 4 * GIB)).toEqual([]);
  });

  const sizes = fc.maxSafeNat().map((n) => n % (LARGEST + 1));
  const segmentSizes = fc.integer({ min: 5 * MIB, max: 64 * GIB });

  test('any plan: every part is in exactly one, and none is larger than was asked for or than one part', () => {
    fc.assert(
      fc.property(sizes, segmentSizes, (sizeBytes, segmentBytes) => {
        const plan = planParts(sizeBytes);

        const segments = planSegments(plan, missingParts(plan, []), segmentBytes);

        expect(partsOf(segments)).toEqual(Array.from({ length: plan.partCount }, (_, at) => at + 1));
        for (const { first, last } of segments) {
          const bytes = (last - first + 1) * plan.partSizeBytes;
          expect(bytes).toBeLessThanOrEqual(Math.max(segmentBytes, plan.partSizeBytes));
        }
      }),
      { numRuns: 50 },
    );
  });

  test('any part missing: the same cuts as of the whole, those alone that lack something', () => {
    const missing = fc.uniqueArray(fc.integer({ min: 1, max: 160 }));
    fc.assert(
      fc.property(missing, segmentSizes, (numbers, segmentBytes) => {
        const plan = planParts(10 * GIB);
        const ascending = numbers.toSorted((a, b) => a - b);

        const whole = planSegments(plan, missingParts(plan, []), segmentBytes);
        const left = planSegments(plan, ascending, segmentBytes);

        const lacking = whole.filter(({ first, last }) => numbers.some((n) => n >= first && n <= last));
        expect(left).toEqual(lacking);
      }),
    );
  });
});
