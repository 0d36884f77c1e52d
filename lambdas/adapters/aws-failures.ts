// Turns what the AWS SDK throws into the error family: denied, missing, throttled and unavailable are four errors.
import { IcehouseError, SetUpError, TransientError } from '../domain/failures.ts';

/** Names the two codes' families: `LEDGER_DENIED`, `LEDGER_MISSING`, `LEDGER_THROTTLED`, `LEDGER_UNAVAILABLE`. */
export interface AwsPlace {
  readonly code:
    | 'LEDGER'
    | 'GOVERNOR'
    | 'BRAKE'
    | 'BUS'
    | 'DISPATCH'
    | 'COPY_QUEUE'
    | 'DEAD_LETTERS'
    | 'DELIVERY_QUEUE'
    | 'MUX_SECRET'
    | 'SIGNING_SECRET'
    | 'BEARER_TOKENS';
  /** What a person would look for in the console: `table icehouse-ledger`. */
  readonly name: string;
}

/** DecryptionFailure: the KMS key of a secret is disabled, or not for this role. */
const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'DecryptionFailure',
  'UnrecognizedClientException',
]);
const MISSING = new Set(['ResourceNotFoundException', 'QueueDoesNotExist']);
const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Runs one AWS call. Errors that are neither ours nor known are faults of the code and go through as they are. */
export async function atAws<T>(place: AwsPlace, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translated(place, error);
  }
}

function translated(place: AwsPlace, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof IcehouseError) return error;
  if (DENIED.has(error.name)) return denied(place, error);
  if (MISSING.has(error.name)) return missing(place, error);
  const said = `The ${place.name}: ${error.name}: ${error.message}`;
  if (THROTTLED.has(error.name)) {
    return new TransientError(`${place.code}_THROTTLED`, said, { cause: error });
  }
  return isPassing(error) ? new TransientError(`${place.code}_UNAVAILABLE`, said, { cause: error }) : error;
}

function denied(place: AwsPlace, cause: Error): SetUpError {
  return new SetUpError(`${place.code}_DENIED`, `Not allowed to use the ${place.name}: ${cause.message}`, {
    action: `Give this function's role access to the ${place.name}, then retry.`,
    retryable: true,
    cause,
  });
}

function missing(place: AwsPlace, cause: Error): SetUpError {
  return new SetUpError(`${place.code}_MISSING`, `There is no ${place.name}: ${cause.message}`, {
    action: `Deploy the stack again, or correct the variable that names the ${place.name}, then retry.`,
    retryable: true,
    cause,
  });
}

/** Timeouts and broken connections have no HTTP status; of the answers, those from 500 on are the service's fault. */
function isPassing(error: Error & { code?: unknown; $metadata?: { httpStatusCode?: number } }): boolean {
  const status = error.$metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500;
  return (
    error.name === 'TimeoutError' || (typeof error.code === 'string' && /^E(?!RR_)[A-Z_]+$/.test(error.code))
  );
}
