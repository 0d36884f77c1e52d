// Function "authorize". Says to API Gateway whether the bearer token of a call is good for its route.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html (format 2.0, simple response)
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { secretsManager } from '../adapters/clients.ts';
import { systemClock as clock } from '../adapters/clock.ts';
import { readAuthorizeConfig } from '../adapters/config.ts';
import { createLog } from '../adapters/log.ts';
import { createBearerTokens } from '../adapters/secrets.ts';
import type { Scope } from '../contract/routes.ts';
import { scopeGranted } from '../domain/bearer.ts';

const { bearerTokensId: secretId } = readAuthorizeConfig();
const tokens = createBearerTokens({ client: secretsManager(), secretId, clock });
const log = createLog();

type Event = Pick<APIGatewayRequestAuthorizerEventV2, 'routeKey' | 'headers'>;

interface Verdict {
  readonly isAuthorized: boolean;
  /** What function "api" is told; by `principalId` the history and the trail say whose call it was. */
  readonly context?: { readonly scope: Scope; readonly principalId: string };
}

/** Throws where the secret cannot be read: the caller then gets a 500, and no answer is cached. */
export async function handler({ routeKey, headers }: Event): Promise<Verdict> {
  const scope = scopeGranted(headers?.authorization, await tokens(), routeKey);
  if (scope) return { isAuthorized: true, context: { scope, principalId: `token/${scope}` } };
  log.info('refused', { stage: 'authorize', route: routeKey });
  return { isAuthorized: false };
}
