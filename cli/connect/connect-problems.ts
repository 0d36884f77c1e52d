// What can go wrong while a stack is joined with Mux, for somebody at a terminal: what, why, and what to do.
import { CommandError, EXIT, type ExitCode } from '../problems.ts';
import type { Registration, TokenOwner } from './connect-ports.ts';

const TITLE = 'Not connected';

export function problem(
  code: string,
  detail: string,
  action: string,
  exitCode: ExitCode = EXIT.refused,
  cause?: unknown,
): CommandError {
  return new CommandError({ title: TITLE, code, detail, action }, exitCode, { cause });
}

export function tokenRefused(): CommandError {
  return problem(
    'MUX_TOKEN_REFUSED',
    'Mux does not take the token of MUX_TOKEN_ID and MUX_TOKEN_SECRET. Nothing was changed.',
    'Make one in the Mux dashboard: Mux Video read and write, System read and write.',
  );
}

const WHY = {
  wanted: (id: string) => `--environment says ${id}`,
  pinned: (id: string) => `this stack's ledger is bound to ${id}`,
  stored: (id: string) => `the token that this stack has now is of ${id}`,
};

/** One stack serves one environment: a token of another would find none of its assets. */
export function foreignEnvironment(
  { environmentId, environmentName }: TokenOwner,
  other: string,
  why: keyof typeof WHY,
): CommandError {
  const actions = {
    wanted: 'Take a token of that environment, or correct --environment.',
    pinned: 'Take a token of that environment, or deploy a second stack for this one.',
    stored: `Take a token of that environment. If the stack was given the wrong one and nothing was requested yet: --environment ${environmentId}.`,
  };
  const detail = `The token is of the Mux environment ${environmentName} (${environmentId}), and ${WHY[why](other)}. Nothing was changed.`;
  return problem('FOREIGN_ENVIRONMENT', detail, actions[why]);
}

/** `left`: the registration that could not be taken back either. */
export function notStored(cause: unknown, left: Registration | undefined): CommandError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const whatOfIt = left
    ? `The registration ${left.id} (${left.address}) could not be removed again: its events are refused, and its secret is lost`
    : 'The registration was removed again';
  const detail = `Mux made the webhook, but its signing secret could not be stored: ${why} ${whatOfIt}.`;
  const action = left
    ? 'Mend what is said of the secret, then run `icehouse connect --replace`: it makes another and removes this one.'
    : 'Mend what is said of the secret, then run the same command again.';
  return problem('SIGNING_SECRET_NOT_STORED', detail, action, EXIT.refused, cause);
}

export function notAlone(): CommandError {
  return problem(
    'CONNECTED_AT_ONCE',
    'Somebody else changed the secret or the webhooks of this stack meanwhile. No older webhook was removed.',
    'Run `icehouse connect` again when the other one is done: it says what is left to do.',
  );
}

const DENIED =
  /AccessDenied|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|ExpiredToken|InvalidSecurity|DecryptionFailure|EncryptionFailure/;

/** `needed`: the permissions that the call takes. What is no answer of AWS, nor a failure to get one, is thrown on. */
export function awsProblem(error: unknown, what: string, needed: string): unknown {
  if (!(error instanceof Error) || error instanceof CommandError) return error;
  const said = `${what}: ${error.message || error.name}.`.replace(/\.\.$/, '.');
  if (/ResourceNotFound/.test(error.name)) {
    const action = 'Compare its name, the region and the account with those of the stack.';
    return problem('NOT_FOUND', said, action, EXIT.refused, error);
  }
  if (error.name === 'CredentialsProviderError') {
    const action = 'Sign in (`aws sso login`, AWS_PROFILE, AWS_ACCESS_KEY_ID …).';
    return problem('NO_CREDENTIALS', said, action, EXIT.refused, error);
  }
  if (DENIED.test(error.name)) {
    const action = `Check who you are (\`aws sts get-caller-identity\`) and that you may ${needed}.`;
    return problem('DENIED', said, action, EXIT.refused, error);
  }
  if (/Region is missing/.test(error.message)) {
    return problem('NO_REGION', said, 'Set AWS_REGION, or `region` in your AWS profile.', EXIT.usage, error);
  }
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  return status === undefined || status >= 500
    ? problem(
        'UNREACHABLE',
        said,
        'Check your network and run the same command again.',
        EXIT.unreachable,
        error,
      )
    : problem('REFUSED', said, 'Mend what AWS says, then run the same command again.', EXIT.refused, error);
}
