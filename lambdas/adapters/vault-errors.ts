// Translates what S3 answers into our error family: missing bucket, denied, busy, refused and passing faults are told apart.
import { IcehouseError, PermanentError, TransientError } from '../domain/failures.ts';

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
  const said = `${doing} failed: S3 answered ${code}${status ? ` (${status})` : ''}.`;
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
  if (DENIED.has(code) || (status === 403 && code !== 'InvalidObjectState')) return denied(said, error);
  return new PermanentError('VAULT_REFUSED', said, {
    action: 'Look the code up in the S3 API reference; retry when its cause is gone.',
    retryable: true,
    cause: error,
  });
}

export function bucketMissing(message: string, cause?: unknown): PermanentError {
  return new PermanentError('VAULT_BUCKET_MISSING', message, {
    action: 'Check that the bucket exists and that BUCKET_NAME names it, then retry.',
    retryable: true,
    cause,
  });
}

function denied(message: string, cause: unknown): PermanentError {
  return new PermanentError('VAULT_DENIED', message, {
    action: "Check the function's role, the bucket policy and the account that owns the bucket, then retry.",
    retryable: true,
    cause,
  });
}
