// What AWS charges in us-east-1, without free tier. Every price with its source and the day it was looked up.
import type { StorageClass } from '../lambdas/contract/names.ts';
import { PRICES_AS_OF, S3_PRICES } from '../lambdas/domain/prices.ts';

export interface Price {
  readonly usd: number;
  readonly source: string;
  /** When the source was read. */
  readonly date: string;
}

const S3 = { source: 'https://aws.amazon.com/s3/pricing/', date: PRICES_AS_OF };
const LAMBDA = { source: 'https://aws.amazon.com/lambda/pricing/', date: '2026-11-22' };

/** Per GB-second on arm64; a GB is 1,024 MB here. */
export const LAMBDA_GB_SECOND: Price = { usd: 0.0000133334, ...LAMBDA };

export const LAMBDA_REQUEST: Price = { usd: 0.0000002, ...LAMBDA };

/** PUT, COPY, POST and LIST in the standard class. */
export const STANDARD_PUT: Price = { usd: S3_PRICES.putUsd.STANDARD, ...S3 };

/** One PUT, COPY or POST into the class. */
export const CLASS_PUT: Readonly<Record<StorageClass, Price>> = {
  GLACIER_IR: { usd: S3_PRICES.putUsd.GLACIER_IR, ...S3 },
  GLACIER: { usd: S3_PRICES.putUsd.GLACIER, ...S3 },
  DEEP_ARCHIVE: { usd: S3_PRICES.putUsd.DEEP_ARCHIVE, ...S3 },
};

/**
 * The classes that bill CreateMultipartUpload and UploadPart at the standard class's rate, and only the Complete at
 * their own. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html (read 2026-11-22)
 */
export const STAGED_AT_STANDARD: ReadonlySet<StorageClass> = new Set(['GLACIER', 'DEEP_ARCHIVE']);
