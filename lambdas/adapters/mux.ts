// The video platform, played by Mux: each method of the port as calls of Mux's SDK. Refusals are translated in
// mux-errors.ts, attributes in mux-asset.ts; no token and no signed URL gets into an error or a log from here.
import type Mux from '@mux/mux-node';
import { TransientError } from '../domain/failures.ts';
import { restoreRequest } from '../domain/restore-request.ts';
import type { Platform } from '../stages/ports.ts';
import { createDeletionGuard } from './deletion-guard.ts';
import { SEARCHES_PATIENCE_MS } from './governor.ts';
import { toAssetNamed, toPlatformAsset } from './mux-asset.ts';
import { createMuxCall, type MuxCallOptions, type Send } from './mux-call.ts';
import { isNotFound } from './mux-errors.ts';
import { finishingCall } from './mux-finish.ts';
import { listCreatedSince, readAssets } from './mux-list.ts';
import { ownerPath, readOwner } from './mux-owner.ts';
import { createPlaybackUrls } from './mux-playback.ts';
import { deliveredSecondsIn, usageQuery } from './mux-usage.ts';

export interface MuxOptions extends MuxCallOptions {
  /** `https://api.mux.com`, `https://stream.mux.com` and `https://image.mux.com`, or what stands in for them. */
  readonly baseUrls: { readonly api: string; readonly stream: string; readonly image: string };
}

const ENVIRONMENT_CACHE_MS = 5 * 60_000;

type Whoami = Mux.System.UtilityWhoamiResponse;
type CreateBody = Mux.Video.AssetCreateParams;

/** One Platform for one purpose: its calls are paid from that purpose's share of the governor. */
export function createMux(options: MuxOptions): Platform {
  const { clock, credentials } = options;
  const { take, send, call } = createMuxCall(options);
  const guard = createDeletionGuard(clock, options.log);
  let known: { readonly tokenId: string; readonly id: string; readonly untilMs: number } | undefined;

  const setMaster = (assetId: string, master_access: 'temporary' | 'none') =>
    call(`${master_access === 'none' ? 'close' : 'open'} master of ${assetId}`, 'other', ({ video }) =>
      video.assets.updateMasterAccess(assetId, { master_access }),
    );

  // Not by the SDK's own method, which takes any object for an empty list.
  const listPage = (cursor: string | undefined, patienceMs?: number) =>
    call(
      'list assets',
      'other',
      (mux) => mux.get('/video/v1/assets', { query: { limit: 100, cursor } }),
      patienceMs,
    );

  return {
    describe: toPlatformAsset,
    ...createPlaybackUrls(options),

    async environment() {
      // Of this token: another one may belong to another environment.
      const { tokenId } = await credentials();
      if (known?.tokenId === tokenId && clock.nowMs() < known.untilMs) return known.id;
      const who: Partial<Whoami> | undefined = await call('whoami', 'other', ({ system }) =>
        system.utilities.whoami(),
      );
      const id: unknown = who?.environment_id;
      // It becomes a folder of the vault.
      if (typeof id !== 'string' || !/^[\w-]{1,255}$/.test(id))
        throw new TransientError('MUX_UNREADABLE', 'Mux did not say which environment the token belongs to.');
      known = { tokenId, id, untilMs: clock.nowMs() + ENVIRONMENT_CACHE_MS };
      return id;
    },

    async inspect(assetId) {
      const read = call(`read ${assetId}`, 'other', ({ video }) => video.assets.retrieve(assetId));
      // Wrapped: an answer without an asset in it is not the answer that there is none.
      const answer = await orUndefined(read.then((raw) => ({ raw })));
      return answer && toAssetNamed(assetId, answer.raw);
    },

    async ownerOf(kind, id) {
      const answer = await orUndefined(
        call(`read ${kind} id ${id}`, 'other', (mux) => mux.get<unknown>(ownerPath(kind, id))).then(
          (raw) => ({ raw }),
        ),
      );
      return answer && readOwner(kind, id, answer.raw);
    },

    async inputInfo(assetId, isSearch = false) {
      const what = `read inputs of ${assetId}`;
      const inputs: unknown = await orUndefined(
        call(
          what,
          'other',
          ({ video }) => video.assets.retrieveInputInfo(assetId),
          isSearch ? SEARCHES_PATIENCE_MS : undefined,
        ),
      );
      return Array.isArray(inputs) && inputs.every(isObject) ? inputs : undefined;
    },

    async requestMaster(assetId) {
      const raw = await orUndefined(setMaster(assetId, 'temporary'));
      // Whether it is gone or was never ours is for the stage to find out, by its next look.
      if (raw === undefined)
        throw new TransientError('MUX_ASSET_VANISHED', `Asset ${assetId} was not there.`);
      return toAssetNamed(assetId, raw);
    },

    async releaseMaster(assetId) {
      await orUndefined(setMaster(assetId, 'none'));
    },

    async reserveDeletion() {
      await take('other');
      return guard.grant();
    },

    async deleteAsset(assetId, proof, slot, hear) {
      guard.spend(assetId, proof, slot);
      const done = send(`delete ${assetId}`, 'other', ({ video }) =>
        heard(video.assets.delete(assetId), hear),
      ).then(wasDeleted);
      return (await orUndefined(done)) ?? 'gone';
    },

    async createAsset(create) {
      // The SDK's unions name the tiers and policies of its own day; ours are what Mux itself said of the old asset.
      const body = restoreRequest(create) as CreateBody;
      return toPlatformAsset(
        await call(`create the asset again, like ${create.like.id}`, 'post', ({ video }) =>
          video.assets.create(body),
        ),
      );
    },

    async finishAsset(assetId, step) {
      const { what, verb, ask } = finishingCall(assetId, step);
      await call(what, verb, ask);
    },

    async deletePlaybackId(assetId, playbackId) {
      const what = `take playback id ${playbackId} from ${assetId}`;
      const done = call(what, 'other', ({ video }) => video.assets.deletePlaybackId(assetId, playbackId));
      return (await orUndefined(done.then(wasDeleted))) ?? 'gone';
    },

    async deleteStaticRendition(assetId, renditionId) {
      const what = `take static rendition ${renditionId} from ${assetId}`;
      const done = call(what, 'other', ({ video }) =>
        video.assets.deleteStaticRendition(assetId, renditionId),
      );
      return (await orUndefined(done.then(wasDeleted))) ?? 'gone';
    },

    async deleteTrack(assetId, trackId) {
      const what = `take track ${trackId} from ${assetId}`;
      const done = call(what, 'other', ({ video }) => video.assets.deleteTrack(assetId, trackId));
      return (await orUndefined(done.then(wasDeleted))) ?? 'gone';
    },

    async createPlaybackId(assetId, policy, drm_configuration_id) {
      const body = { policy, drm_configuration_id } as Mux.Video.AssetCreatePlaybackIdParams;
      const answer = call(`add a ${policy} playback id to ${assetId}`, 'post', ({ video }) =>
        video.assets.createPlaybackId(assetId, body),
      );
      // Wrapped: an answer without an id in it is not the answer that there is no asset.
      const said = await orUndefined(answer.then((raw) => ({ raw })));
      if (!said) throw new TransientError('MUX_ASSET_VANISHED', `Asset ${assetId} was not there.`);
      const made: unknown = said.raw;
      if (!isObject(made) || typeof made.id !== 'string')
        throw new TransientError('MUX_UNREADABLE', `Mux answered no playback id for ${assetId}.`);
      return { id: made.id, policy };
    },

    async createdSince(sinceMs) {
      const raw = await listCreatedSince(sinceMs, (cursor) =>
        listPage(cursor, cursor === undefined ? undefined : SEARCHES_PATIENCE_MS),
      );
      return raw.map(toPlatformAsset);
    },

    async deliveredSeconds(assetId, sinceMs, untilMs) {
      const query = usageQuery(assetId, sinceMs, untilMs);
      const read = (mux: Mux) => mux.get('/video/v1/delivery-usage', { query });
      return deliveredSecondsIn(await call(`read delivery usage of ${assetId}`, 'other', read), assetId);
    },

    async listAssets(cursor) {
      return readAssets(await listPage(cursor));
    },
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Mux's own answer is 204. Whoever answers with words may be a proxy, and the asset still there: the next look tells. */
function wasDeleted(body: unknown): 'deleted' {
  if (body === null || body === undefined) return 'deleted';
  throw new TransientError('MUX_UNREADABLE', 'Mux answered a delete with a body, which it does not do.');
}

/** The same answer, whose id at the platform is told on the way. */
function heard<T>(answer: ReturnType<Send<T>>, hear?: (requestId: string) => void): ReturnType<Send<T>> {
  return {
    async withResponse() {
      const whole = await answer.withResponse();
      const id = whole.response.headers.get('x-request-id');
      if (id && /^[\w.:-]{1,200}$/.test(id)) hear?.(id);
      return whole;
    },
  };
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
