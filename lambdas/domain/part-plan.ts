// How a file of a known size is cut into the parts of a multipart upload: arithmetic only.
import { PermanentError } from './failures.ts';

const MIB = 1024 ** 2;

/** S3's limits (user guide, "Amazon S3 multipart upload limits"): the last part may be smaller. */
export const MIN_PART_BYTES = 5 * MIB;
export const MAX_PART_BYTES = 5 * 1024 * MIB;
export const MAX_PARTS = 10_000;
/** 48.8 TiB, which S3 calls 50 TB: the largest object, and the most that 10,000 parts can carry. */
export const MAX_OBJECT_BYTES = MAX_PARTS * MAX_PART_BYTES;

// Small files get small parts: a killed function loses little, progress is fine-grained, and 64 requests cost nothing.
// From 1 GiB on each request costs money (in GLACIER_IR four times the Standard rate) and a fixed
// wait of about 0.2 s, so parts are 64 MiB. Memory does not depend on it: parts are streamed.
const SMALL_FILE_BYTES = 1024 * MIB;
const SMALL_PART_BYTES = 16 * MIB;
const LARGE_PART_BYTES = 64 * MIB;

export interface PartPlan {
  readonly sizeBytes: number;
  readonly partSizeBytes: number;
  /** 1 to 10,000; an empty file is one empty part. */
  readonly partCount: number;
}

/** First and last byte, both inclusive as in HTTP; `end` is `start - 1` for the one part of an empty file. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The plan for a file. `partSizeBytes` is given when a copy goes on that began with it.
 * Throws PermanentError MASTER_TOO_LARGE above 48.8 TiB and RangeError for numbers that are no plan.
 */
export function planParts(sizeBytes: number, partSizeBytes = defaultPartSize(sizeBytes)): PartPlan {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
    throw new RangeError(`No file has ${sizeBytes} bytes.`);
  if (sizeBytes > MAX_OBJECT_BYTES) throw tooLarge(sizeBytes);
  const partCount = Math.max(1, Math.ceil(sizeBytes / partSizeBytes));
  const allowed =
    partSizeBytes >= MIN_PART_BYTES && partSizeBytes <= MAX_PART_BYTES && partCount <= MAX_PARTS;
  if (!allowed || !Number.isSafeInteger(partSizeBytes)) {
    throw new RangeError(`S3 takes no ${partCount} parts of ${partSizeBytes} bytes.`);
  }
  return { sizeBytes, partSizeBytes, partCount };
}

/** For a source without Range: parts are held in memory until S3 has them, so they stay as small as may be. */
export function planStream(sizeBytes: number): PartPlan {
  return planParts(sizeBytes, Math.max(SMALL_PART_BYTES, smallestThatFits(sizeBytes)));
}

function defaultPartSize(sizeBytes: number): number {
  const usual = sizeBytes <= SMALL_FILE_BYTES ? SMALL_PART_BYTES : LARGE_PART_BYTES;
  return Math.max(usual, smallestThatFits(sizeBytes));
}

function smallestThatFits(sizeBytes: number): number {
  return Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB;
}

export function rangeOf(plan: PartPlan, partNumber: number): ByteRange {
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > plan.partCount) {
    throw new RangeError(`There is no part ${partNumber} of ${plan.partCount}.`);
  }
  const start = (partNumber - 1) * plan.partSizeBytes;
  return { start, end: Math.min(start + plan.partSizeBytes, plan.sizeBytes) - 1 };
}

export function partSize(plan: PartPlan, partNumber: number): number {
  const { start, end } = rangeOf(plan, partNumber);
  return end - start + 1;
}

/** The part numbers that S3's list lacks, or holds with another size than the plan's. */
export function missingParts(
  plan: PartPlan,
  listed: readonly { partNumber: number; sizeBytes: number }[],
): number[] {
  const sizes = new Map(listed.map((part) => [part.partNumber, part.sizeBytes]));
  const numbers = Array.from({ length: plan.partCount }, (_, index) => index + 1);
  return numbers.filter((partNumber) => sizes.get(partNumber) !== partSize(plan, partNumber));
}

/** Consecutive part numbers, both inclusive. */
export interface Segment {
  readonly first: number;
  readonly last: number;
}

/**
 * The segments that many workers share: every part of `partNumbers` (ascending) is in exactly one. A segment starts at
 * a multiple of its size, so that a plan made again later cuts the same ones.
 */
export function planSegments(
  plan: PartPlan,
  partNumbers: readonly number[],
  segmentBytes: number,
): readonly Segment[] {
  const partsEach = Math.max(1, Math.floor(segmentBytes / plan.partSizeBytes));
  const starts = new Set(partNumbers.map((n) => n - ((n - 1) % partsEach)));
  return [...starts].map((first) => ({ first, last: Math.min(first + partsEach - 1, plan.partCount) }));
}

function tooLarge(sizeBytes: number): PermanentError {
  return new PermanentError(
    'MASTER_TOO_LARGE',
    `The master has ${sizeBytes} bytes; S3 stores at most ${MAX_OBJECT_BYTES} in one object.`,
    { action: 'Keep this asset on the platform, or archive it in pieces by hand.' },
  );
}
