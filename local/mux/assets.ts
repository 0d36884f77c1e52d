// Assets: created from inputs, read, listed, changed, deleted (mux.md, section 3).
import { badRequest, noContent, notFound, Refusal } from './answers.ts';
import { isTrackInput } from './ingest.ts';
import type { Asset, Environment, InputInfo, InputSettings, StoredAsset, Track } from './model.ts';
import type { CreateAsset, CreatePlaybackId } from './parameters.ts';
import { newStaticRendition, refuseMixedRenditions } from './static-renditions.ts';
import { newTrack } from './tracks.ts';
import { emitAsset, emitRendition, emitTrack } from './webhooks.ts';
import { environmentOf, later, newId, schedule, type World } from './world.ts';

const ENCODING_TIERS = { basic: 'baseline', plus: 'smart', premium: 'premium' } as const;

/** Throws the 404 that Mux gives alike for unknown, deleted and another environment's assets. */
export function findAsset(world: World, environment: Environment, assetId: string): StoredAsset {
  const stored = world.store.state.assets[assetId];
  if (stored?.environmentId !== environment.id) throw notFound();
  return stored;
}

export function createAsset(world: World, environment: Environment, body: CreateAsset): StoredAsset {
  const settings: InputSettings[] = body.inputs ?? body.input ?? [];
  const inputs = settings.map((one) => ({ settings: one }));
  const tracks = newTracks(inputs);
  refuseMixedRenditions(world, body.static_renditions ?? []);
  if (body.directives && world.behaviour.directives === 'bad-request')
    throw badRequest('A directive does not exist');
  const playback_ids = newPlaybackIds(world, environment, body);
  const { video_quality } = body;
  const stored = storeAsset(world, environment, {
    max_resolution_tier: body.max_resolution_tier,
    video_quality,
    encoding_tier: ENCODING_TIERS[video_quality],
    master_access: body.master_access,
    playback_ids,
    ingest_type: 'on_demand_url',
    ...copied(body, [
      'passthrough',
      'meta',
      'test',
      'normalize_audio',
      'mp4_support',
      'directives',
      'generate_shots',
    ]),
    ...(tracks.length > 0 && { tracks }),
    ...(body.static_renditions && {
      static_renditions: { files: body.static_renditions.map(newStaticRendition) },
    }),
  });
  const { asset } = stored;
  stored.inputs = inputs;
  emitAsset(world, stored, 'video.asset.created');
  for (const track of tracks) emitTrack(world, stored, 'created', track);
  for (const file of asset.static_renditions?.files ?? []) emitRendition(world, stored, 'created', file);
  schedule(world, { kind: 'ingest', assetId: asset.id }, 0);
  return stored;
}

/** Throws a 400 before anything is stored. */
function newTracks(inputs: readonly InputInfo[]): Track[] {
  const tracks: Track[] = [];
  for (const { settings } of inputs.filter(isTrackInput)) tracks.push(newTrack(tracks, settings ?? {}));
  return tracks;
}

/** An asset with what every asset has, and with what is given. */
export function storeAsset(world: World, environment: Environment, given: Partial<Asset>): StoredAsset {
  const nowMs = Date.now();
  const asset: Asset = {
    id: newId(),
    created_at: String(Math.floor(nowMs / 1000)),
    status: 'preparing',
    progress: { state: 'ingesting', progress: 0 },
    max_resolution_tier: '1080p',
    encoding_tier: 'smart',
    video_quality: 'plus',
    master_access: 'none',
    ...given,
  };
  const stored: StoredAsset = {
    environmentId: environment.id,
    createdAtMs: nowMs,
    listedFromMs: later(world, world.behaviour.listDelayMs),
    asset,
    inputs: [],
    representation: 0,
    captions: {},
  };
  world.store.state.assets[asset.id] = stored;
  return stored;
}

type PlaybackIds = NonNullable<Asset['playback_ids']>;

/** Throws a 400 where the switches say so. */
function newPlaybackIds(world: World, environment: Environment, body: CreateAsset): PlaybackIds {
  const plain = (body.playback_policies ?? body.playback_policy ?? []).map((policy) => ({ policy }));
  const asked: CreatePlaybackId[] = [...plain, ...(body.advanced_playback_policies ?? [])];
  const distinct = [...new Map(asked.map((id) => [JSON.stringify(id), id])).values()];
  const { equalPolicies } = world.behaviour;
  if (equalPolicies === 'bad-request' && distinct.length < asked.length)
    throw badRequest('A playback policy is given twice');
  return (equalPolicies === 'kept' ? asked : distinct).map((id) => newPlaybackId(environment, id));
}

/** That an unknown configuration is refused with 400 is assumed. */
function newPlaybackId({ drmConfigurations }: Environment, id: CreatePlaybackId): PlaybackIds[number] {
  const { drm_configuration_id: wanted } = id;
  if (wanted !== undefined && drmConfigurations && !drmConfigurations.includes(wanted))
    throw badRequest('The DRM configuration does not exist');
  return { id: newId(), ...id };
}

export function addPlaybackId(world: World, stored: StoredAsset, body: CreatePlaybackId) {
  const environment = environmentOf(world, stored);
  if (!environment) throw notFound();
  const playbackId = newPlaybackId(environment, body);
  stored.asset.playback_ids = [...(stored.asset.playback_ids ?? []), playbackId];
  emitAsset(world, stored, 'video.asset.updated');
  return playbackId;
}

function copied<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  const present = keys.filter((key) => from[key] !== undefined);
  return Object.fromEntries(present.map((key) => [key, from[key]])) as Partial<Pick<T, K>>;
}

export function updateAsset(
  world: World,
  stored: StoredAsset,
  change: Pick<Asset, 'passthrough' | 'meta' | 'thumbnail_time'>,
): void {
  Object.assign(stored.asset, change);
  if (stored.asset.passthrough === '') delete stored.asset.passthrough;
  emitAsset(world, stored, 'video.asset.updated');
}

/** Takes captions and master along. `data` of the event is the asset as it was; Mux does not say. */
export async function deleteAsset(world: World, environment: Environment, assetId: string) {
  const { state } = world.store;
  const wasDeleted = state.deleted[assetId] === environment.id;
  if (wasDeleted && world.behaviour.secondDelete === 204) return noContent();
  const stored = findAsset(world, environment, assetId);
  delete state.assets[assetId];
  state.deleted[assetId] = environment.id;
  world.scheduler.dropAsset(assetId);
  emitAsset(world, stored, 'video.asset.deleted');
  const { media } = stored;
  const isShared = Object.values(state.assets).some(
    (other) => JSON.stringify(other.media) === JSON.stringify(media),
  );
  if (media && !isShared) await world.media.remove(media);
  return noContent();
}

/** For the control of tests, which may name any asset. Throws a 404. */
export function anyAsset(world: World, assetId: string): StoredAsset {
  const stored = world.store.state.assets[assetId];
  if (!stored)
    throw new Refusal({ status: 404, body: { kind: 'json', value: { error: `No asset ${assetId}` } } });
  return stored;
}
