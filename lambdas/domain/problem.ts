// A refusal in the words of RFC 9457: what was wrong, with which field, and what to do now.

export interface Problem {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  readonly detail: string;
  /** What the caller can do. */
  readonly action?: string;
  /** The field that the refusal is about, dotted path. */
  readonly field?: string;
  readonly current_asset_id?: string;
  /** Names that would have been found. */
  readonly available?: readonly string[];
  readonly retry_after_seconds?: number;
}

const TITLES: Record<number, string> = {
  400: 'The request is not valid',
  401: 'The signature is not valid',
  404: 'Not found',
  409: 'Not possible in this state',
  413: 'The body is too large',
  429: 'Too many requests',
  500: 'Something broke on our side',
  503: 'Not now',
};

/** The body of an `application/problem+json` answer. */
export function problemDocument(problem: Problem) {
  const { retry_after_seconds: _, action = usualAction(problem), ...members } = problem;
  const type = `urn:icehouse:problem:${problem.code.toLowerCase().replaceAll('_', '-')}`;
  return { type, title: TITLES[problem.status] ?? 'Refused', ...members, action };
}

/** No refusal leaves its reader without a next step. */
function usualAction({ status, field }: Problem): string {
  if (status === 401) return 'Check that the webhook secret is the one Mux shows for this endpoint.';
  if (status >= 500) return 'Send the same call again.';
  return field ? `Correct ${field} and send the call again.` : 'Correct the call and send it again.';
}
