// What can go wrong between you and the queues, with what to do about it.
import { CommandError, EXIT, type ExitCode } from '../problems.ts';

export const NEEDED =
  'sqs:ReceiveMessage, sqs:DeleteMessage, sqs:ChangeMessageVisibility and sqs:GetQueueAttributes on the queues of dead letters, and sqs:SendMessage on the queue that letters go back to';

const DENIED =
  /AccessDenied|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|ExpiredToken|InvalidSecurity/;

/** What is no answer of SQS, nor a failure to get one, is thrown on as it is. */
export function sqsProblem(error: unknown, url: URL): unknown {
  if (!(error instanceof Error) || error instanceof CommandError) return error;
  const said = `${url.href}: ${error.message || error.name}`;
  if (/QueueDoesNotExist|NonExistentQueue/.test(error.name)) {
    return problem(
      'QUEUE_MISSING',
      said,
      'Compare the URL with the outputs of the stack.',
      EXIT.refused,
      error,
    );
  }
  if (error.name === 'CredentialsProviderError') {
    return problem(
      'NO_CREDENTIALS',
      said,
      'Sign in (`aws sso login`, AWS_PROFILE, AWS_ACCESS_KEY_ID …).',
      EXIT.refused,
      error,
    );
  }
  if (DENIED.test(error.name)) {
    const action = `Check who you are (\`aws sts get-caller-identity\`) and that you may ${NEEDED}.`;
    return problem('QUEUE_DENIED', said, action, EXIT.refused, error);
  }
  if (/Region is missing/.test(error.message)) {
    return problem('NO_REGION', said, 'Set AWS_REGION, or `region` in your AWS profile.', EXIT.usage, error);
  }
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status === undefined || status >= 500) {
    return problem(
      'UNREACHABLE',
      said,
      'Check the URL of the queue and your network, then try again.',
      EXIT.unreachable,
      error,
    );
  }
  return problem('QUEUE_REFUSED', said, 'Look the error up in the SQS API reference.', EXIT.refused, error);
}

function problem(
  code: string,
  detail: string,
  action: string,
  exitCode: ExitCode,
  cause: Error,
): CommandError {
  return new CommandError({ title: 'The queue cannot be used', code, detail, action }, exitCode, { cause });
}
