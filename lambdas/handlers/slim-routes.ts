// Route of function "api" that takes parts from an asset which stays at Mux.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { createBrake } from '../adapters/brake.ts';
import { dynamodb, s3 } from '../adapters/clients.ts';
import { PERSONS_PATIENCE_MS } from '../adapters/governor.ts';
import { clock, config, ledger, log } from '../adapters/host.ts';
import { platformFor } from '../adapters/platform-host.ts';
import { systemRandom } from '../adapters/random.ts';
import { createSource } from '../adapters/source.ts';
import { createVault } from '../adapters/vault.ts';
import { type SlimDeps, slimAsset } from '../stages/slim.ts';
import { json, problem } from './answers.ts';
import { callerOf } from './caller.ts';
import * as door from './request-body.ts';

type Event = APIGatewayProxyEventV2;
type Result = APIGatewayProxyStructuredResultV2;

let deps: SlimDeps | undefined;

/** Made once per environment, so that whose token it is need not be asked each time. */
function openDeps(): SlimDeps {
  const { table: tableName, deletions, deletionLimits: limits, muxPrices, bucket, bucketOwner } = config;
  deps ??= {
    ledger,
    log,
    deletions,
    muxPrices,
    random: systemRandom,
    platform: platformFor('restore', PERSONS_PATIENCE_MS),
    source: createSource({ hosts: config.sourceHosts, loopback: config.sourceLoopback }),
    vault: createVault({ client: s3(), bucket, bucketOwner }),
    brake: createBrake({ client: dynamodb(), tableName, limits }),
  };
  return deps;
}

export function slimRoutes(
  bodyOf: (event: Event) => string,
): Record<string, (event: Event) => Promise<Result>> {
  return {
    'POST /v1/assets/{asset_id}/slim': async (event) => {
      const assetId = door.parse(door.assetId, event.pathParameters?.asset_id, 'asset_id');
      const body = door.parseBody(door.slimBody, bodyOf(event));
      const { scope, id, reason, user_id, dry_run: isDryRun = false, accept_loss: acceptLoss = false } = body;
      if (id === undefined && scope !== 'static_renditions' && !isDryRun)
        throw door.invalid('ID_REQUIRED', 'id', `id is required: which ${scope} of the asset is to go?`);
      const caller = callerOf(event, user_id, clock.nowMs());
      const answer = await slimAsset(
        openDeps(),
        assetId,
        { scope, id, reason, isDryRun, acceptLoss },
        caller,
      );
      return answer.kind === 'slimmed' ? json(200, answer.slimmed) : problem(answer.problem);
    },
  };
}
