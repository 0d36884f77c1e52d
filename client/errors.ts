// What a call can end in: refused by Icehouse, answered by nobody, or answered by something else.

/** An RFC 9457 problem document; what stands in front of the API may say less. */
export interface Refusal {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  /** The field that it is about, a dotted path. */
  readonly field?: string;
  /** What to do now. */
  readonly action?: string;
  readonly current_asset_id?: string;
  readonly [extension: string]: unknown;
}

/** The API said no. */
export class ProblemError extends Error {
  /** Stable, for programs: `NOT_TRACKED`; `HTTP_403` where something in front of the API spoke. */
  readonly code: string;
  readonly status: number;
  /** The answer's body. */
  readonly problem: Refusal;

  constructor(status: number, problem: Refusal) {
    const code = typeof problem.code === 'string' ? problem.code : `HTTP_${status}`;
    const words = problem.detail ?? problem.message ?? problem.title;
    super(typeof words === 'string' ? words : code);
    this.name = 'ProblemError';
    this.code = code;
    this.status = status;
    this.problem = problem;
  }

  /** Worth the same call again later: 429, or 5xx. */
  get passing(): boolean {
    return isPassing(this.status);
  }
}

/** Nobody answered; a call that changes something may have been carried out all the same, and asking again does no harm. */
export class UnreachableError extends Error {
  readonly code = 'UNREACHABLE';
  readonly url: URL;

  constructor(url: URL, cause: unknown) {
    super(`No answer from ${url.origin}.`, { cause });
    this.name = 'UnreachableError';
    this.url = url;
  }
}

/** Somebody answered, but not Icehouse: is the URL right? */
export class NotIcehouseError extends Error {
  readonly code = 'NOT_ICEHOUSE';
  readonly status: number;

  constructor(base: URL, status: number) {
    super(`${base.href} answered ${status} with something that Icehouse never says.`);
    this.name = 'NotIcehouseError';
    this.status = status;
  }
}

export function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}
