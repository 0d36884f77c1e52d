// Function "api". Every route but the webhook: parses at the door, asks the request stage, answers in JSON.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { audits, startAudit } from '../adapters/audit-host.ts';
import { createBrake } from '../adapters/brake.ts';
import { createCalls } from '../adapters/calls.ts';
import { dynamodb, eventBridge } from '../adapters/clients.ts';
import { PERSONS_PATIENCE_MS, paceOf } from '../adapters/governor.ts';
import { clock, config, ledger, log, waking } from '../adapters/host.ts';
import { platformFor } from '../adapters/platform-host.ts';
import { systemRandom } from '../adapters/random.ts';
import type { Caller } from '../domain/decisions.ts';
import type { HoldWish } from '../domain/decisions-hold.ts';
import { NotYetError, PermanentError, SetUpError } from '../domain/failures.ts';
import type { Problem } from '../domain/problem.ts';
import { publicRecord, publicRecordOf } from '../domain/public-record.ts';
import { quoteRestore } from '../domain/quote.ts';
import type { AssetRecord } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { reasonOfId, whereabouts } from '../domain/whereabouts.ts';
import { placeOf } from '../stages/admission.ts';
import { beginAudit, isIdle } from '../stages/audit-start.ts';
import { findAudit, publicAudit } from '../stages/audit-view.ts';
import { brakeState, type HoldAllDeps, holdAll, releaseAll } from '../stages/hold-all.ts';
import { type Followed, followPlaybackId, followTrack, laterLives, lineageOf } from '../stages/lineage.ts';
import { findRecord } from '../stages/notice.ts';
import type { Calls } from '../stages/ports.ts';
import {
  type Answer,
  cancelRequest,
  holdAsset,
  notTracked,
  type RequestDeps,
  releaseAsset,
  requestDeletion,
  requestRestore,
  reschedule,
  restorableOf,
} from '../stages/request.ts';
import { targetOf } from '../stages/target.ts';
import { json, problem } from './answers.ts';
import { noteCall } from './call-notes.ts';
import { callerOf as whoCalls } from './caller.ts';
import { erasureRoutes } from './erasure-routes.ts';
import { groupRoutes } from './group-routes.ts';
import { modeRoutes } from './mode-routes.ts';
import { openapiRoutes } from './openapi-route.ts';
import { outlookRoutes } from './outlook-routes.ts';
import * as door from './request-body.ts';
import { slimRoutes } from './slim-routes.ts';
import { vaultRoutes } from './vault-routes.ts';

type Event = APIGatewayProxyEventV2;
type Route = (event: Event) => Promise<APIGatewayProxyStructuredResultV2>;

const deps: RequestDeps = {
  ledger,
  waking,
  log,
  rates: config,
  storageClass: config.storageClass,
  platform: () => platformFor('restore', PERSONS_PATIENCE_MS),
};

/** What the place of a request in line is told from. */
const line = { ledger, clock, intervalMs: paceOf(config.muxRates, 'other', 'prepare').intervalMs };

const holdAllDeps: HoldAllDeps = {
  brake: createBrake({ client: dynamodb(), tableName: config.table, limits: config.deletionLimits }),
  log,
  deletions: config.deletions,
  limits: config.deletionLimits,
};

/** Made by the first that has something to tell. */
const calls: Calls = {
  tell: (call) => createCalls({ client: eventBridge(), busName: config.busName() }).tell(call),
};

const NO_SUCH_AUDIT: Problem = {
  status: 404,
  code: 'NO_SUCH_AUDIT',
  detail: 'There is no audit of this id.',
  action: 'Begin one with POST /v1/audits (icehouse audit --start); GET /v1/audits/latest shows the latest.',
};

const ROUTES: Record<string, Route> = {
  'POST /v1/delete-requests': async (event) => {
    const body = door.parseBody(door.deleteRequestBody, bodyOf(event));
    const wish = door.deletionWish(body, config, clock.nowMs());
    const caller = callerOf(event, body.deleted_by_user_id);
    const target = await targetOf(deps, body);
    if (target.kind === 'problem') return problem(target.problem);
    return answer(await requestDeletion(deps, { ...wish, asset_id: target.assetId }, caller));
  },

  'GET /v1/delete-requests': async (event) => {
    const { group_id: groupId, ...rest } = door.parse(
      door.listQuery,
      event.queryStringParameters ?? {},
      'query',
    );
    const { records, nextCursor } = await ledger.list({ ...rest, groupId });
    const later = await laterLives(ledger, records);
    const data = records.map((record) => publicRecordOf(record, later.get(record.asset_id) ?? []));
    return json(200, { data, next_cursor: nextCursor });
  },

  'GET /v1/delete-requests/{asset_id}': async (event) => {
    const record = await tracked(event);
    const later = (await laterLives(ledger, [record])).get(record.asset_id) ?? [];
    return json(200, { ...publicRecordOf(record, later), ...(await placeOf(record, line)) });
  },

  'PATCH /v1/delete-requests/{asset_id}': async (event) => {
    const dates = door.rescheduleWish(door.parseBody(door.rescheduleBody, bodyOf(event)), clock.nowMs());
    const wish = { ...dates, leastKeptMs: config.minRetentionMs };
    return answer(await reschedule(deps, idOf(event), wish, callerOf(event, wish.userId)));
  },

  'POST /v1/delete-requests/{asset_id}/cancel': cancel,
  'DELETE /v1/delete-requests/{asset_id}': cancel,

  'POST /v1/delete-requests/{asset_id}/restore': async (event) => {
    const { tier, need_by, user_id, reason } = door.parseBody(door.restoreBody, bodyOf(event));
    if (tier && need_by) throw door.invalid('BOTH_WISHES', 'need_by', 'tier and need_by exclude each other.');
    const needByMs = need_by === undefined ? undefined : door.futureDate(need_by, 'need_by', clock.nowMs());
    const wish = { tier, needByMs, reason, token: systemRandom.token() };
    return answer(await requestRestore(deps, idOf(event), wish, callerOf(event, user_id)));
  },

  'GET /v1/delete-requests/{asset_id}/quote': async (event) => {
    const { need_by } = door.parse(door.quoteQuery, event.queryStringParameters ?? {}, 'query');
    const needByMs = need_by === undefined ? undefined : door.futureDate(need_by, 'need_by', clock.nowMs());
    const assetId = idOf(event);
    const record = await restorableOf(ledger, assetId);
    if (!record) return problem(notTracked(assetId));
    const quoted = quoteRestore(record, needByMs, deps.rates, clock.nowMs());
    return quoted.kind === 'quote' ? json(200, quoted.quote) : problem(quoted.problem);
  },

  'PUT /v1/delete-requests/{asset_id}/hold': async (event) => {
    const { wish, caller } = holdOf(event);
    return answer(await holdAsset(deps, idOf(event), wish, caller));
  },

  'DELETE /v1/delete-requests/{asset_id}/hold': async (event) => {
    const { user_id, reason } = door.parseBody(door.releaseBody, bodyOf(event));
    return answer(await releaseAsset(deps, idOf(event), reason, callerOf(event, user_id)));
  },

  'GET /v1/hold': async () => json(200, await brakeState(holdAllDeps, clock.nowMs())),

  'PUT /v1/hold': async (event) => {
    const { wish, caller } = holdOf(event);
    const held = await holdAll(holdAllDeps, wish, caller);
    if (held.kind === 'problem') return problem(held.problem);
    return json(200, { ...held.state, warnings: [UNDER_WAY] });
  },

  'DELETE /v1/hold': async (event) => {
    const { user_id, reason } = door.parseBody(door.releaseBody, bodyOf(event));
    return json(200, await releaseAll(holdAllDeps, reason, callerOf(event, user_id)));
  },

  'POST /v1/audits': async (event) => {
    door.parseBody(door.noBody, bodyOf(event));
    const audit = await beginAudit(audits, clock);
    if (isIdle(audit, clock.nowMs())) await startAudit({ audit_id: audit.id });
    return json(202, await publicAudit(audits, audit, 0, clock.nowMs()));
  },

  'GET /v1/audits/{audit_id}': async (event) => {
    const id = door.parse(door.auditId, event.pathParameters?.audit_id, 'audit_id');
    const { cursor } = door.parse(door.auditQuery, event.queryStringParameters ?? {}, 'query');
    const audit = await findAudit(audits, id);
    return audit
      ? json(200, await publicAudit(audits, audit, cursor, clock.nowMs()))
      : problem(NO_SUCH_AUDIT);
  },

  'GET /v1/assets/{asset_id}': async (event) => {
    const assetId = idOf(event);
    const chain = await lineageOf(ledger, assetId);
    return chain ? json(200, whereabouts(chain.records, now())) : problem(notTracked(assetId));
  },

  ...vaultRoutes,
  ...outlookRoutes,
  ...slimRoutes(bodyOf),
  ...modeRoutes({ ...deps, clock }, bodyOf, answer),
  ...openapiRoutes,
  ...erasureRoutes({ ...deps, clock }, bodyOf),
  ...groupRoutes({ ...deps, clock, refusal: (error) => refusalOf(error, 'one of many') }, bodyOf),

  'GET /v1/playback-ids/{playback_id}': async (event) => {
    const playbackId = door.parse(door.assetId, event.pathParameters?.playback_id, 'playback_id');
    const found = await followPlaybackId(ledger, playbackId);
    if (!found) return problem(notTracked(playbackId));
    return json(200, {
      playback_id: playbackId,
      current_playback_id: found.currentId ?? null,
      ...whereaboutsOfId(found),
    });
  },

  'GET /v1/tracks/{track_id}': async (event) => {
    const trackId = door.parse(door.assetId, event.pathParameters?.track_id, 'track_id');
    const found = await followTrack(ledger, trackId);
    if (!found) return problem(notTracked(trackId));
    const { currentId, archivedAs } = found;
    return json(200, {
      track_id: trackId,
      current_track_id: currentId ?? null,
      // Of text tracks that were archived: as WebVTT, whether anything plays or not.
      archived_text: archivedAs && `/v1/assets/${archivedAs.assetId}/sidecars/${archivedAs.trackId}.vtt`,
      ...whereaboutsOfId(found),
    });
  },
};

/** Whoever looked just before the hold was put sends its DELETE only while its proof is fresh. */
const UNDER_WAY = 'A DELETE whose proof was already made may still go out within 60 s.';

function holdOf(event: Event): { wish: HoldWish; caller: Caller } {
  const { reason, user_id: userId, until } = door.parseBody(door.holdBody, bodyOf(event));
  const untilMs = until === undefined ? undefined : door.futureDate(until, 'until', clock.nowMs());
  return { wish: { reason, userId, untilMs }, caller: callerOf(event, userId) };
}

async function cancel(event: Event): Promise<APIGatewayProxyStructuredResultV2> {
  const { user_id, reason } = door.parseBody(door.cancelBody, bodyOf(event));
  return answer(await cancelRequest(deps, idOf(event), callerOf(event, user_id), reason));
}

export async function handler(event: Event): Promise<APIGatewayProxyStructuredResultV2> {
  const answer = await answerTo(event);
  await noteCall(event, answer, clock.nowMs(), { calls, log });
  return answer;
}

async function answerTo(event: Event): Promise<APIGatewayProxyStructuredResultV2> {
  const route = Object.hasOwn(ROUTES, event.routeKey) ? ROUTES[event.routeKey] : undefined;
  if (!route) return problem(noSuchRoute(event));
  try {
    return await route(event);
  } catch (error) {
    return problem(refusalOf(error, event.routeKey));
  }
}

function noSuchRoute({ requestContext: { http } }: Event): Problem {
  const action = `Use one of: ${Object.keys(ROUTES).join(', ')}.`;
  return { status: 404, code: 'NO_SUCH_ROUTE', detail: `There is no ${http.method} ${http.path}.`, action };
}

function refusalOf(error: unknown, route: string): Problem {
  if (error instanceof door.Refusal) return error.problem;
  if (error instanceof PermanentError && error.code === 'INVALID_CURSOR') {
    return {
      status: 400,
      code: error.code,
      field: 'cursor',
      detail: error.message,
      action: error.action,
    };
  }
  log.error('call failed', { route, error });
  if (error instanceof NotYetError) {
    const seconds = Math.max(1, Math.ceil((error.atMs - clock.nowMs()) / 1_000));
    return { status: 503, code: 'NOT_NOW', detail: error.message, retry_after_seconds: seconds };
  }
  // What the record's item is, people must know; the answers of AWS are for the log alone.
  if (error instanceof SetUpError && isOfItem(error.code)) {
    return { status: 503, code: error.code, detail: error.message, action: error.action };
  }
  const action = 'Send the same call again; if it keeps failing, look at the log of the api function.';
  return {
    status: 503,
    code: 'TEMPORARILY_UNAVAILABLE',
    detail: 'The call could not be served.',
    action,
    retry_after_seconds: 5,
  };
}

function isOfItem(code: string): boolean {
  return code === 'LEDGER_SCHEMA_NEWER' || code === 'LEDGER_ITEM_UNREADABLE';
}

function answer(result: Answer): APIGatewayProxyStructuredResultV2 {
  if (result.kind === 'problem') return problem(result.problem);
  const { record, outcome, warning } = result;
  const shown = publicRecord(record);
  const warnings = warning ? [...shown.warnings, warning] : shown.warnings;
  return json(result.status, { ...shown, warnings, outcome });
}

function whereaboutsOfId({ records, currentId }: Followed) {
  return { ...whereabouts(records, now()), reason: reasonOfId(records, currentId) };
}

function now(): string {
  return iso(clock.nowMs());
}

async function tracked(event: Event): Promise<AssetRecord> {
  const assetId = idOf(event);
  const record = await findRecord(ledger, assetId);
  if (!record) throw new door.Refusal(notTracked(assetId));
  return record;
}

function idOf(event: Event): string {
  return door.parse(door.assetId, event.pathParameters?.asset_id, 'asset_id');
}

function bodyOf(event: Event): string {
  const body = event.body ?? '';
  return event.isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
}

function callerOf(event: Event, userId: string | undefined): Caller {
  return whoCalls(event, userId, clock.nowMs());
}
