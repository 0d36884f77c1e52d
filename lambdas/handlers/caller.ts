// Who calls: the user that the call names, and the identity that the gateway vouches for.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Caller } from '../domain/decisions.ts';
import { invalid } from './request-body.ts';

type Event = Pick<APIGatewayProxyEventV2, 'requestContext'>;

interface Authorizer {
  readonly iam?: { readonly userArn?: unknown };
  readonly jwt?: { readonly claims?: { readonly sub?: unknown } };
  readonly lambda?: { readonly principalId?: unknown } | null;
}

/** Longer than any ARN, and short enough for a history. */
const LONGEST = 512;

/**
 * The ARN of who signed the call, `jwt:` and the subject of the token, or `authorizer:` and the `principalId` in the
 * context of a Lambda authorizer; undefined where the gateway vouches for nobody.
 */
export function principalOf({ requestContext }: Event): string | undefined {
  const { authorizer: { iam, jwt, lambda } = {} } = requestContext as { authorizer?: Authorizer };
  return (
    named('', iam?.userArn) ?? named('jwt:', jwt?.claims?.sub) ?? named('authorizer:', lambda?.principalId)
  );
}

function named(prefix: string, id: unknown): string | undefined {
  return typeof id === 'string' && id !== '' ? `${prefix}${id}`.slice(0, LONGEST) : undefined;
}

/** The user named in the body, else who signed the call. Throws Refusal 400 where nobody is known by either. */
export function callerOf(event: Event, userId: string | undefined, nowMs: number): Caller {
  const principal = principalOf(event);
  const actor = userId ?? principal;
  if (actor === undefined) {
    const action = 'Name the user who wants this; the authorizer of this API vouches for nobody.';
    throw invalid('INVALID_FIELD', 'user_id', 'user_id is required: nothing else says who calls.', action);
  }
  return { nowMs, actor, principal, requestId: event.requestContext.requestId };
}
