// Routes of function "api" that look ahead and change nothing: what a request would come to, and what goes next.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createBrake } from '../adapters/brake.ts';
import { dynamodb } from '../adapters/clients.ts';
import { PERSONS_PATIENCE_MS } from '../adapters/governor.ts';
import { clock, config, ledger, log } from '../adapters/host.ts';
import { platformFor } from '../adapters/platform-host.ts';
import { checkAsset } from '../stages/check.ts';
import { type UpcomingDeps, upcoming } from '../stages/upcoming.ts';
import { json, problem } from './answers.ts';
import * as door from './request-body.ts';

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

function upcomingDeps(): UpcomingDeps {
  const { table: tableName, deletions, deletionLimits: limits, minNoticeMs, noticeBeforeMs } = config;
  return {
    ledger,
    log,
    deletions,
    limits,
    brake: createBrake({ client: dynamodb(), tableName, limits }),
    settings: { minNoticeMs, noticeBeforeMs, ticks: config.expirySchedule },
  };
}

export const outlookRoutes: Record<string, (event: Event) => Promise<Result>> = {
  'GET /v1/assets/{asset_id}/check': async (event) => {
    const assetId = door.parse(door.assetId, event.pathParameters?.asset_id, 'asset_id');
    const ports = { ledger, platform: platformFor('restore', PERSONS_PATIENCE_MS) };
    const answer = await checkAsset(ports, assetId, config, clock.nowMs());
    return answer.kind === 'check' ? json(200, answer.check) : problem(answer.problem);
  },

  'GET /v1/upcoming': async (event) => {
    const query = door.parse(door.upcomingQuery, event.queryStringParameters ?? {}, 'query');
    return json(200, await upcoming(upcomingDeps(), query, clock.nowMs()));
  },
};
