// Routes of function "api" for orders of erasure: given, stopped, looked at. Under IAM they are a permission of their own
// (Icehouse.grantErase).
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { dynamodb } from '../adapters/clients.ts';
import { createErasures } from '../adapters/erasures.ts';
import { config } from '../adapters/host.ts';
import { systemRandom } from '../adapters/random.ts';
import { HOUR_MS } from '../domain/time.ts';
import {
  type ErasureAnswer,
  type ErasureDeps,
  findErasure,
  listErasures,
  orderErasureOf,
  stopErasureOf,
} from '../stages/erasures.ts';
import type { Clock } from '../stages/ports.ts';
import { type TargetDeps, targetOf } from '../stages/target.ts';
import { json, problem } from './answers.ts';
import { callerOf } from './caller.ts';
import * as door from './request-body.ts';

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;
type Deps = Omit<ErasureDeps, 'erasures'> & TargetDeps & { readonly clock: Clock };

export function erasureRoutes(
  given: Deps,
  bodyOf: (event: Event) => string,
): Record<string, (event: Event) => Promise<Result>> {
  const { clock } = given;
  const deps = { ...given, erasures: createErasures({ client: dynamodb(), tableName: config.table }) };

  return {
    'POST /v1/erasures': async (event) => {
      const body = door.parseBody(door.erasureBody, bodyOf(event));
      const { requested_by: requestedBy, legal_basis: legalBasis } = body;
      const caller = callerOf(event, requestedBy, clock.nowMs());
      const executesAtMs = caller.nowMs + stopMs(body.stop_hours, config.erasureDelayMs);
      const target = await targetOf(deps, body);
      if (target.kind === 'problem') return problem(target.problem);
      const wish = { id: systemRandom.token(), requestedBy, legalBasis, executesAtMs };
      return answer(202, await orderErasureOf(deps, target.assetId, wish, caller));
    },

    'GET /v1/erasures': async (event) => {
      const query = door.parse(door.erasureQuery, event.queryStringParameters ?? {}, 'query');
      return json(200, await listErasures(deps, query, clock.nowMs()));
    },

    'GET /v1/erasures/{erasure_id}': async (event) =>
      answer(200, await findErasure(deps, idOf(event), clock.nowMs())),

    'POST /v1/erasures/{erasure_id}/stop': async (event) => {
      const { user_id: userId, reason } = door.parseBody(door.stopErasureBody, bodyOf(event));
      const caller = callerOf(event, userId, clock.nowMs());
      return answer(200, await stopErasureOf(deps, idOf(event), { userId, reason }, caller));
    },
  };
}

/** An order may leave more time to stop it than the stack does, never less. Throws Refusal 400. */
function stopMs(stopHours: number | undefined, leastMs: number): number {
  if (stopHours === undefined) return leastMs;
  if (stopHours * HOUR_MS >= leastMs) return stopHours * HOUR_MS;
  const leastHours = Math.ceil(leastMs / HOUR_MS);
  throw door.invalid(
    'STOP_TIME_TOO_SHORT',
    'stop_hours',
    `stop_hours: ${stopHours} is less than the time that this stack leaves to stop an erasure.`,
    `Send ${leastHours} or more, or leave it out; the prop erasureDelay of the stack is the least.`,
  );
}

function answer(status: 200 | 202, result: ErasureAnswer): Result {
  return result.kind === 'erasure' ? json(status, result.erasure) : problem(result.problem);
}

function idOf(event: Event): string {
  return door.parse(door.erasureId, event.pathParameters?.erasure_id, 'erasure_id');
}
