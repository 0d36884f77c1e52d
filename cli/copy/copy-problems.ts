// What can go wrong with a copy, for somebody at a terminal: the engine's errors with advice for the command line.
import { s3ErrorCode, s3Status } from '../../lambdas/adapters/vault-errors.ts';
import {
  PermanentError,
  SourceChangedError,
  SourceLapsedError,
  TransientError,
} from '../../lambdas/domain/failures.ts';
import { CommandError, EXIT } from '../problems.ts';

const GOES_ON = 'Run the same command again: it goes on with the parts that S3 has by then.';

/** The engine's own advice is for whoever runs a stack. */
const ACTIONS: Readonly<Record<string, string>> = {
  SOURCE_REFUSED:
    'Give the URL that serves the file itself; `curl -sIL -o /dev/null -w "%{url_effective}" URL` shows where a redirect ends.',
  VAULT_BUCKET_MISSING: 'Check the name of the bucket, and AWS_ENDPOINT_URL_S3 if you set it.',
  VAULT_DENIED:
    'Check who you are (`aws sts get-caller-identity`) and that you may s3:PutObject, s3:GetObject, s3:AbortMultipartUpload, ' +
    's3:ListMultipartUploadParts and s3:ListBucketMultipartUploads.',
  VAULT_REFUSED: 'Look the code up in the S3 API reference.',
  ARCHIVE_REFUSED_BY_S3: 'Run the same command again.',
};

/** The stop that Ctrl-C asks for. */
export function interrupted(): CommandError {
  const detail = 'The copy was stopped; the upload and its parts stay in S3.';
  return problem('INTERRUPTED', detail, GOES_ON, EXIT.interrupted);
}

/** What is none of ours is thrown on as it is. */
export function copyProblem(error: unknown): unknown {
  if (error instanceof TransientError) return transient(error);
  if (error instanceof PermanentError)
    return problem(error.code, error.message, actionFor(error), EXIT.refused, error);
  if (error instanceof SourceLapsedError) {
    const action =
      'Check the URL. A signed one that has lapsed: get a new one; parts already copied are kept.';
    return problem(error.code, error.message, action, EXIT.refused, error);
  }
  if (error instanceof SourceChangedError) {
    const detail = `${error.message} Parts of two files are never mixed: nothing was stored.`;
    return problem(
      error.code,
      detail,
      'Run the command again when the file is at rest.',
      EXIT.refused,
      error,
    );
  }
  return error;
}

function transient(error: TransientError): CommandError {
  const region = elsewhere(error.cause);
  if (region) return problem('WRONG_REGION', error.message, region, EXIT.refused, error);
  const action = /CERT|SELF_SIGNED/.test(error.message)
    ? 'Name the authority that signed the certificate by NODE_EXTRA_CA_CERTS=/path/to/ca.pem.'
    : `Check the address and your network. ${GOES_ON}`;
  return problem(error.code, error.message, action, EXIT.unreachable, error);
}

function actionFor(error: PermanentError): string {
  const region = elsewhere(error.cause);
  if (region) return region;
  if (error.code.startsWith('MASTER_')) return 'Nothing was stored. Without --media any file is copied.';
  return ACTIONS[error.code] ?? error.action;
}

/** A bucket of another region answers 301, or complains of the signature's region. */
function elsewhere(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null) return undefined;
  if (s3Status(cause) !== 301 && s3ErrorCode(cause) !== 'AuthorizationHeaderMalformed') return undefined;
  const { $response } = cause as { $response?: { headers?: Record<string, string> } };
  const region = $response?.headers?.['x-amz-bucket-region'];
  return `Set AWS_REGION to the region of the bucket${region ? `, ${region}` : ''}.`;
}

export function problem(
  code: string,
  detail: string,
  action: string,
  exitCode: (typeof EXIT)[keyof typeof EXIT],
  cause?: unknown,
): CommandError {
  return new CommandError({ title: 'Not copied', code, detail, action }, exitCode, { cause });
}
