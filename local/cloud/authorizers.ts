// Lambda authorizers of the HTTP API: what a call must bring, what the function is told, and how long its answer counts.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
import type { Outcome } from './function-process.ts';
import type { PlannedAuthorizer } from './plan.ts';

/** The event of the route, of which an authorizer sees all but the body. */
export interface RouteEvent {
  readonly routeKey: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: object;
}

export type Verdict =
  | { readonly kind: 'allowed'; readonly context: unknown }
  | { readonly kind: 'refused'; readonly statusCode: 401 | 403 | 500; readonly text: string };

interface Kept {
  readonly verdict: Verdict;
  readonly untilMs: number;
}

/** API Gateway waits no longer (quotas of HTTP APIs). */
const LIMIT_MS = 10_000;

const UNAUTHORIZED: Verdict = { kind: 'refused', statusCode: 401, text: 'Unauthorized' };
const FORBIDDEN: Verdict = { kind: 'refused', statusCode: 403, text: 'Forbidden' };
const BROKEN: Verdict = { kind: 'refused', statusCode: 500, text: 'Internal Server Error' };

export class Authorizers {
  readonly #invoke: (functionArn: string, payload: string) => Promise<Outcome>;
  readonly #timeScale: number;
  readonly #kept = new Map<string, Kept>();

  constructor(invoke: (functionArn: string, payload: string) => Promise<Outcome>, timeScale = 1) {
    this.#invoke = invoke;
    this.#timeScale = timeScale;
  }

  async judge(authorizer: PlannedAuthorizer, event: RouteEvent): Promise<Verdict> {
    const identity = authorizer.identitySources.map((source) => partOf(source, event));
    if (identity.some((value) => !value)) return UNAUTHORIZED;
    const key = JSON.stringify([authorizer.logicalId, ...identity]);
    const kept = this.#kept.get(key);
    if (kept && Date.now() < kept.untilMs) return kept.verdict;
    const { body: _, isBase64Encoded: __, ...rest } = event;
    const asked = { ...rest, type: 'REQUEST', identitySource: identity };
    const verdict = await this.#ask(authorizer, JSON.stringify(asked));
    const keptMs = (1000 * authorizer.ttlSeconds) / this.#timeScale;
    // Without identity sources nothing is kept, as without a time.
    if (verdict !== BROKEN && identity.length > 0)
      this.#kept.set(key, { verdict, untilMs: Date.now() + keptMs });
    return verdict;
  }

  async #ask({ functionArn }: PlannedAuthorizer, payload: string): Promise<Verdict> {
    const { promise: tooLate, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), LIMIT_MS);
    const outcome = await Promise.race([this.#invoke(functionArn, payload), tooLate]);
    clearTimeout(timer);
    return outcome?.ok ? verdictOf(JSON.parse(outcome.payload)) : BROKEN;
  }
}

function partOf(source: string, { headers, routeKey }: RouteEvent): string | undefined {
  return source === '$context.routeKey'
    ? routeKey
    : headers[source.replace('$request.header.', '').toLowerCase()];
}

/** A simple response. Whatever has another form is an error of the function's. */
function verdictOf(answer: unknown): Verdict {
  if (typeof answer !== 'object' || answer === null || !('isAuthorized' in answer)) return BROKEN;
  const context = 'context' in answer ? answer.context : null;
  if (answer.isAuthorized === true) return { kind: 'allowed', context };
  return answer.isAuthorized === false ? FORBIDDEN : BROKEN;
}
