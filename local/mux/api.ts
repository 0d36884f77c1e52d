// The API host: which path and verb is which call. What is not here answers Mux's 404.
import { type Answer, badRequest, created, noContent, notFound, ok } from './answers.ts';
import { listAssets } from './asset-list.ts';
import { showAsset } from './asset-view.ts';
import { addPlaybackId, createAsset, deleteAsset, findAsset, updateAsset } from './assets.ts';
import { listDeliveryUsage } from './delivery-usage.ts';
import { putMasterAccess } from './masters.ts';
import type { Environment, StoredAsset } from './model.ts';
import { parse } from './parameters.ts';
import { beginShots, deleteShots, findShots } from './shots.ts';
import { createStaticRendition, deleteStaticRendition } from './static-renditions.ts';
import { createTrack, deleteTrack, updateTrack } from './tracks.ts';
import { ALL_PERMISSIONS, answerRegistrations } from './webhook-registrations.ts';
import { emitAsset } from './webhooks.ts';
import { assetOfPlaybackId, type World } from './world.ts';

export interface ApiCall {
  readonly world: World;
  readonly environment: Environment;
  readonly query: URLSearchParams;
  readonly body: unknown;
}

type Handler = (call: ApiCall, asset: StoredAsset, id: string) => Answer | Promise<Answer>;

/** Calls on one asset, by verb and by what follows `/video/v1/assets/{A}`; `{}` stands for a further id. */
const assetCalls: Record<string, Handler> = {
  'GET ': ({ world }, stored) => ok(showAsset(world, stored)),
  'PATCH ': ({ world, body }, stored) => {
    updateAsset(world, stored, parse.updateAsset(body));
    return ok(showAsset(world, stored));
  },
  'GET /input-info': (_, stored) => ok(stored.inputs),
  'PUT /master-access': ({ world, body }, stored) => {
    putMasterAccess(world, stored, field(body, 'master_access'));
    return ok(showAsset(world, stored));
  },
  'DELETE /thumbnail-time': ({ world }, stored) => {
    delete stored.asset.thumbnail_time;
    emitAsset(world, stored, 'video.asset.updated');
    return noContent();
  },
  'POST /tracks': ({ world, body }, stored) => created(createTrack(world, stored, parse.createTrack(body))),
  'PATCH /tracks/{}': ({ world, body }, stored, id) => {
    const track = updateTrack(stored, id, parse.updateTrack(body));
    emitAsset(world, stored, 'video.asset.updated');
    return ok(track);
  },
  'DELETE /tracks/{}': ({ world }, stored, id) => {
    deleteTrack(world, stored, id);
    return noContent();
  },
  'POST /playback-ids': ({ world, body }, stored) => {
    return created(addPlaybackId(world, stored, parse.createPlaybackId(body)));
  },
  'GET /playback-ids/{}': (_, stored, id) => ok(findPlaybackId(stored, id)),
  'DELETE /playback-ids/{}': ({ world }, stored, id) => {
    const gone = findPlaybackId(stored, id);
    stored.asset.playback_ids = stored.asset.playback_ids?.filter((one) => one !== gone);
    emitAsset(world, stored, 'video.asset.updated');
    return noContent();
  },
  'GET /shots': (_, stored) => ok(findShots(stored)),
  'POST /shots': ({ world }, stored) => created(beginShots(world, stored)),
  'DELETE /shots': ({ world }, stored) => {
    deleteShots(world, stored);
    return noContent();
  },
  'POST /static-renditions': ({ world, body }, stored) =>
    created(createStaticRendition(world, stored, parse.createStaticRendition(body))),
  'DELETE /static-renditions/{}': ({ world }, stored, id) => {
    deleteStaticRendition(world, stored, id);
    return noContent();
  },
};

function findPlaybackId({ asset }: StoredAsset, id: string) {
  const found = asset.playback_ids?.find((one) => one.id === id);
  if (!found) throw notFound();
  return found;
}

const otherCalls: Record<string, (call: ApiCall) => Answer> = {
  'GET /system/v1/whoami': ({ environment }) => ok(whoAmI(environment)),
  'GET /video/v1/assets': ({ world, environment, query }) => listAssets(world, environment, query),
  'POST /video/v1/assets': ({ world, environment, body }) =>
    created(showAsset(world, createAsset(world, environment, parse.createAsset(body)))),
  'GET /video/v1/delivery-usage': ({ world, environment, query }) =>
    listDeliveryUsage(world, environment, query),
  'GET /video/v1/drm-configurations': ({ environment }) =>
    ok((environment.drmConfigurations ?? []).map((id) => ({ id }))),
};

function whoAmI({ id, name, type, permissions = ALL_PERMISSIONS }: Environment) {
  return {
    permissions,
    organization_name: 'Simulator',
    organization_id: 'simorg',
    environment_type: type,
    environment_name: name,
    environment_id: id,
    access_token_name: 'Simulator token',
  };
}

/** The asset named in a path of the API, for faults that are meant for one asset. */
export function assetIdIn(path: string): string | undefined {
  return /^\/video\/v1\/assets\/([^/]+)/.exec(path)?.[1];
}

export async function answerApi(call: ApiCall, method: string, path: string): Promise<Answer> {
  const { world, environment } = call;
  const other = otherCalls[`${method} ${path}`];
  if (other) return other(call);
  const registrations = /^\/system\/v1\/webhooks(?:\/([^/]+))?$/.exec(path);
  if (registrations) return answerRegistrations(call, method, registrations[1]);
  const playbackId = /^\/video\/v1\/playback-ids\/([^/]+)$/.exec(path)?.[1];
  if (playbackId && method === 'GET') return ok(ownerOf(world, environment, playbackId));
  const uploadId = /^\/video\/v1\/uploads\/([^/]+)$/.exec(path)?.[1];
  if (uploadId && method === 'GET') return ok(uploadOf(world, environment, uploadId));
  const drmConfiguration = /^\/video\/v1\/drm-configurations\/([^/]+)$/.exec(path)?.[1];
  if (drmConfiguration && method === 'GET' && environment.drmConfigurations?.includes(drmConfiguration))
    return ok({ id: drmConfiguration });
  const [, assetId = '', rest = ''] = /^\/video\/v1\/assets\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (assetId && rest === '' && method === 'DELETE') return deleteAsset(world, environment, assetId);
  const [, collection = rest, id = ''] = /^(\/[^/]+)\/([^/]+)$/.exec(rest) ?? [];
  const handler = assetCalls[`${method} ${collection}${id && '/{}'}`];
  if (!handler) throw notFound();
  return handler(call, findAsset(world, environment, assetId), id);
}

function ownerOf(world: World, environment: Environment, playbackId: string) {
  const stored = assetOfPlaybackId(world, playbackId);
  if (stored?.environmentId !== environment.id) throw notFound();
  const { policy } = findPlaybackId(stored, playbackId);
  return { id: playbackId, policy, object: { id: stored.asset.id, type: 'asset' } };
}

/** Uploads are known only by the assets that they became: nothing can be uploaded here. */
function uploadOf({ store }: World, environment: Environment, uploadId: string) {
  const stored = Object.values(store.state.assets).find(
    ({ asset, environmentId }) => asset.upload_id === uploadId && environmentId === environment.id,
  );
  if (!stored) throw notFound();
  const { id: asset_id } = stored.asset;
  return { id: uploadId, timeout: 3_600, status: 'asset_created', cors_origin: '*', asset_id };
}

function field(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) throw badRequest('The body must be a JSON object');
  return (body as Record<string, unknown>)[name];
}
