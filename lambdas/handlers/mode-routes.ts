// Routes of function "api" whose permission is one of their own: the deletion without a copy.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { config } from '../adapters/host.ts';
import type { AssetRecord } from '../domain/record.ts';
import type { Clock } from '../stages/ports.ts';
import { type Answer, type RequestDeps, requestDeletion } from '../stages/request.ts';
import { targetOf } from '../stages/target.ts';
import { problem } from './answers.ts';
import { callerOf } from './caller.ts';
import * as door from './request-body.ts';

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

/** Of the asset itself: what an earlier request, or the asset that it was restored from, left in the vault is not touched. */
function nothingIsKept({ archive, restored_from }: AssetRecord): string {
  const end =
    archive || restored_from
      ? 'only the copy that the vault has from before can bring the video back, and an erasure removes that'
      : 'no restore brings them back';
  return `NOTHING_IS_KEPT: no copy is made. At its date picture, sound, captions and metadata are gone for good, and ${end}; POST …/cancel takes the request back until then.`;
}

export function modeRoutes(
  deps: RequestDeps & { readonly clock: Pick<Clock, 'nowMs'> },
  bodyOf: (event: Event) => string,
  answer: (result: Answer) => Result,
): Record<string, (event: Event) => Promise<Result>> {
  return {
    'POST /v1/delete-requests/delete-only': async (event) => {
      const nowMs = deps.clock.nowMs();
      const body = door.parseBody(door.deleteOnlyBody, bodyOf(event));
      const wish = { ...door.deletionWish(body, config, nowMs), mode: 'delete_only' } as const;
      const caller = callerOf(event, body.deleted_by_user_id, nowMs);
      const target = await targetOf(deps, body);
      if (target.kind === 'problem') return problem(target.problem);
      const result = await requestDeletion(deps, { ...wish, asset_id: target.assetId }, caller);
      return answer(result.kind === 'record' ? { ...result, warning: nothingIsKept(result.record) } : result);
    },
  };
}
