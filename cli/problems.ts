// What can go wrong for somebody at a terminal: one error with what, why and what to do, and an exit code.
import { IcehouseError } from '../lambdas/domain/failures.ts';

export const EXIT = { ok: 0, refused: 1, usage: 2, unreachable: 3, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The API's problem document (RFC 9457), or one of our own in the same shape. */
export interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly code?: string;
  readonly field?: string;
  readonly action?: string;
  readonly [extension: string]: unknown;
}

/** Ends the command. `--json` prints the problem as it is. */
export class CommandError extends IcehouseError {
  readonly code: string;
  readonly problem: Problem;
  readonly exitCode: ExitCode;
  /** Worth asking again later: nobody answered, or the answer was 429 or 5xx. */
  readonly passing: boolean;

  constructor(problem: Problem & { code: string }, exitCode: ExitCode, options?: { cause?: unknown }) {
    super(problem.detail ?? problem.title ?? problem.code, options);
    this.code = problem.code;
    this.problem = problem;
    this.exitCode = exitCode;
    this.passing = exitCode === EXIT.unreachable || isPassingStatus(problem.status ?? 0);
  }
}

export function isPassingStatus(status: number): boolean {
  return status === 429 || status >= 500;
}

/** The API said no. `body` is its answer, a problem document unless something in front of the API spoke. */
export function refused(httpStatus: number, body: Readonly<Record<string, unknown>>): CommandError {
  const code = typeof body.code === 'string' ? body.code : `HTTP_${httpStatus}`;
  const detail = body.detail ?? body.message ?? body.title;
  const problem = { ...body, code, status: httpStatus, ...(typeof detail === 'string' && { detail }) };
  return new CommandError({ ...problem, action: actionFor(problem) }, EXIT.refused);
}

/** The API's own advice, else what usually helps. */
function actionFor(problem: Problem): string {
  if (typeof problem.action === 'string') return problem.action;
  if (problem.code === 'NOT_TRACKED' || problem.status === 404) {
    return 'Check the id; `icehouse list` shows the assets that Icehouse knows, `icehouse find` takes any other id.';
  }
  if (problem.code === 'REQUEST_DIFFERS')
    return '`icehouse reschedule` moves the date of the request there is.';
  if (problem.status === 401 || problem.status === 403) {
    return 'Check the credentials (`aws sts get-caller-identity`, permission execute-api:Invoke), or give --bearer; docs/api.md says which call needs which scope.';
  }
  if (isPassingStatus(problem.status ?? 0)) return 'Try again in a minute; asking twice does no harm.';
  if (problem.status === 400) return 'Correct the request and send it again.';
  return '`icehouse status ASSET` shows where the asset stands.';
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed by the other side',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_SOCKET: 'connection closed by the other side',
};

/** Nobody answered. `sent` says whether the call may have been carried out all the same. */
export function unreachable(
  base: URL,
  cause: unknown,
  call: { isLocal: boolean; isRead: boolean },
): CommandError {
  const start = call.isLocal
    ? 'Is the API running (`npm start -- --no-tour`)? Another one is named by --url or ICEHOUSE_URL, a deployed one by cdk-outputs.json in the working directory.'
    : 'Check --url (or ICEHOUSE_URL) and your network.';
  const again = call.isRead ? '' : ' If it was cut off half way, asking again does no harm.';
  const problem = {
    title: 'Cannot reach the API',
    code: 'UNREACHABLE',
    detail: `No answer from ${base.href}: ${reasonOf(cause)}.`,
    action: start + again,
  };
  return new CommandError(problem, EXIT.unreachable, { cause });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  // fetch wraps what really happened in `cause`.
  const root = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in root ? String(root.code) : '';
  return REASONS[code] ?? (root.message || code);
}

/** Somebody answered, but not Icehouse. */
export function notIcehouse(base: URL, httpStatus: number): CommandError {
  return new CommandError(
    {
      title: 'Not an Icehouse API',
      code: 'NOT_ICEHOUSE',
      detail: `${base.href} answered ${httpStatus} with something that Icehouse never says.`,
      action: 'Check --url (or ICEHOUSE_URL): it is the API without /v1, with its stage if it has one.',
    },
    EXIT.unreachable,
  );
}
