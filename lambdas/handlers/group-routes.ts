// Routes of function "api" for many videos at once, and for the one that somebody looks for: batch, groups, find.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { config } from '../adapters/host.ts';
import { systemRandom } from '../adapters/random.ts';
import { type BatchDeps, type BatchItem, requestMany } from '../stages/batch.ts';
import { find } from '../stages/find.ts';
import { mapGroup } from '../stages/group-map.ts';
import { type GroupAction, walkGroup } from '../stages/group-walk.ts';
import { noSuchGroup, viewGroup } from '../stages/groups.ts';
import { json, problem } from './answers.ts';
import { callerOf } from './caller.ts';
import * as door from './request-body.ts';

type Event = APIGatewayProxyEventV2;
type Route = (event: Event) => Promise<APIGatewayProxyStructuredResultV2>;

export function groupRoutes(deps: BatchDeps, bodyOf: (event: Event) => string): Record<string, Route> {
  const { clock, ledger } = deps;

  async function walk(event: Event, action: GroupAction, userId: string, cursor: string | undefined) {
    const caller = callerOf(event, userId, clock.nowMs());
    const done = await walkGroup(deps, groupOf(event), action, caller, cursor);
    const isEmpty = done.done && cursor === undefined && done.records === 0;
    return isEmpty ? problem(noSuchGroup(done.group_id)) : json(200, done);
  }

  /** A wish that does not fit is answered in its place, and stops none of the others. */
  function itemOf(
    event: Event,
    item: unknown,
  ): BatchItem | { kind: 'problem'; problem: door.Refusal['problem'] } {
    try {
      const nowMs = clock.nowMs();
      const body = door.parse(door.deleteRequestBody, item, 'item');
      const wish = door.deletionWish(body, config, nowMs);
      return { kind: 'item', named: body, wish, caller: callerOf(event, body.deleted_by_user_id, nowMs) };
    } catch (error) {
      if (error instanceof door.Refusal) return { kind: 'problem', problem: error.problem };
      throw error;
    }
  }

  return {
    'POST /v1/delete-requests/batch': async (event) => {
      const { items } = door.parseBody(door.batch, bodyOf(event), door.LARGEST_BATCH_BYTES);
      const answers = await requestMany(
        deps,
        items.map((item) => itemOf(event, item)),
      );
      return json(200, { data: answers });
    },

    'GET /v1/groups/{group_id}': async (event) => {
      const { tier, need_by, cursor } = door.parse(
        door.groupQuery,
        event.queryStringParameters ?? {},
        'query',
      );
      const wish = { tier, needByMs: oneWish(tier, need_by, clock.nowMs()), cursor };
      const answer = await viewGroup(deps, groupOf(event), wish);
      return answer.kind === 'view' ? json(200, answer.view) : problem(answer.problem);
    },

    'GET /v1/groups/{group_id}/map': async (event) => {
      const query = door.parse(door.groupMapQuery, event.queryStringParameters ?? {}, 'query');
      const groupId = groupOf(event);
      const map = await mapGroup(deps, groupId, query);
      return map ? json(200, map) : problem(noSuchGroup(groupId));
    },

    'POST /v1/groups/{group_id}/cancel': async (event) => {
      const { user_id, reason, cursor } = door.parseBody(door.groupCancelBody, bodyOf(event));
      return walk(event, { kind: 'cancel', reason }, user_id, cursor);
    },

    'POST /v1/groups/{group_id}/restore': async (event) => {
      const body = door.parseBody(door.groupRestoreBody, bodyOf(event));
      const { tier, need_by, user_id, reason, cursor } = body;
      const needByMs = oneWish(tier, need_by, clock.nowMs());
      const wish = () => ({ tier, needByMs, reason, token: systemRandom.token() });
      return walk(event, { kind: 'restore', wish }, user_id, cursor);
    },

    'GET /v1/find': async (event) => {
      const { q, cursor } = door.parse(door.findQuery, event.queryStringParameters ?? {}, 'query');
      return json(200, await find(ledger, q, cursor));
    },
  };
}

function groupOf(event: Event): string {
  return door.parse(door.groupId, event.pathParameters?.group_id, 'group_id');
}

/** By when, in ms since the epoch. Throws Refusal 400 for both wishes at once. */
function oneWish(tier: string | undefined, needBy: string | undefined, nowMs: number): number | undefined {
  if (tier && needBy) throw door.invalid('BOTH_WISHES', 'need_by', 'tier and need_by exclude each other.');
  return needBy === undefined ? undefined : door.futureDate(needBy, 'need_by', nowMs);
}
