// Translates what S3 answers into our error family: missing bucket, denied, busy, refused and passing faults are told apart.
import { IcehouseError, PermanentError, SetUpError, TransientError } from '../domain/failures.ts';

/** S3's error codes: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const BUSY = new Set([
  'SlowDown',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
]);
const PASSING = new Set([
  'RequestTimeout',
  'InternalError',
  'OperationAborted',
  'ConditionalRequestConflict',
  'ExpiredToken',
  'RequestTimeTooSkewed',
  'BadDigest',
  'XAmzContentChecksumMismatch',
  'IncompleteBody',
  'InvalidPart',
]);
const DENIED = new Set(['AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AllAccessDisabled']);

export function s3ErrorCode(error: unknown): string {
  const { name, Code } = error as { name?: string; Code?: string };
  return Code ?? name ?? 'Unknown';
}

export function s3Status(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

/** `doing` names the call and the key, as in "CompleteMultipartUpload of mux/…/master.mp4". */
export function translateS3Error(error: unknown, doing: string): IcehouseError {
  if (error instanceof IcehouseError) return error;
  const code = s3ErrorCode(error);
  const status = s3Status(error);
  const { code: network } = error as { code?: unknown };
  const said =
    status === undefined && typeof network === 'string'
      ? `${doing} failed: no answer from S3 (${network}).`
      : `${doing} failed: S3 answered ${code}${status ? ` (${status})` : ''}.`;
  const cause = { cause: error };
  // Aborted, or completed by another worker: whoever comes next sees it in ListParts.
  if (code === 'NoSuchUpload') return new TransientError('UPLOAD_GONE', said, cause);
  if (code === 'NoSuchBucket') return bucketMissing(said, error);
  // The code can be missing where there is no body, as for HEAD.
  if (BUSY.has(code) || status === 503 || status === 429)
    return new TransientError('VAULT_BUSY', said, cause);
  if (PASSING.has(code) || status === undefined || status >= 500 || status < 400) {
    return new TransientError('VAULT_UNAVAILABLE', said, cause);
  }
  // A key that is disabled or gone is a set-up that somebody mends, like a missing grant.
  if (DENIED.has(code) || code.startsWith('KMS') || (status === 403 && code !== 'InvalidObjectState'))
    return denied(said, error);
  return new PermanentError('VAULT_REFUSED', said, {
    action: 'Look the code up in the S3 API reference; retry when its cause is gone.',
    retryable: true,
    cause: error,
  });
}

export function bucketMissing(message: string, cause?: unknown): SetUpError {
  return new SetUpError('VAULT_BUCKET_MISSING', message, {
    action: 'Check that the bucket exists and that BUCKET_NAME names it, then retry.',
    retryable: true,
    cause,
  });
}

function denied(message: string, cause: unknown): SetUpError {
  return new SetUpError('VAULT_DENIED', message, {
    action: "Check the function's role, the bucket policy and the account that owns the bucket, then retry.",
    retryable: true,
    cause,
  });
}

/** Runs a call and translates what it throws. */
export async function attempt<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateS3Error(error, doing);
  }
}

/** As `attempt`, but undefined for the codes that mean "it is not there". */
export async function unless<T>(
  codes: readonly string[],
  doing: string,
  call: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (codes.includes(s3ErrorCode(error))) return undefined;
    throw translateS3Error(error, doing);
  }
}

/** BadDigest: the CRC differs; InvalidRequest: MpuObjectSize differs; the others: our list of parts is wrong. */
const REFUSED_AT_COMPLETE = new Set(['BadDigest', 'InvalidRequest', 'InvalidPartOrder', 'EntityTooSmall']);

export function completeError(error: unknown, key: string, sizeBytes: number): Error {
  if (!REFUSED_AT_COMPLETE.has(s3ErrorCode(error)))
    return translateS3Error(error, `CompleteMultipartUpload of ${key}`);
  return new PermanentError(
    'ARCHIVE_REFUSED_BY_S3',
    `Completing ${key}: expected ${sizeBytes} bytes and our CRC32, S3 answered ${s3ErrorCode(error)}: ${(error as Error).message}`,
    {
      action: 'Nothing was deleted. Retry to copy the master again from the start.',
      retryable: true,
      cause: error,
    },
  );
}

export function thawOutcome(error: unknown, key: string): 'in-progress' | 'readable' {
  const code = s3ErrorCode(error);
  if (code === 'RestoreAlreadyInProgress') return 'in-progress';
  // What is not in an archive class needs no thaw.
  if (code === 'InvalidObjectState' || code === 'ObjectAlreadyInActiveTierError') return 'readable';
  if (code === 'GlacierExpeditedRetrievalNotAvailable') {
    throw new TransientError('EXPEDITED_UNAVAILABLE', `S3 has no expedited capacity now to thaw ${key}.`, {
      cause: error,
    });
  }
  if (code === 'NoSuchKey' || code === 'NoSuchVersion') {
    throw new PermanentError('ARCHIVE_MISSING', `The vault no longer holds this version of ${key}.`, {
      action: 'Look for the object in the bucket with its version id: somebody deleted it.',
      cause: error,
    });
  }
  throw translateS3Error(error, `RestoreObject of ${key}`);
}
