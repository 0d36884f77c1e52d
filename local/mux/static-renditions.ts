// Static renditions: asked for at creation or later, made once the asset is ready (mux.md, section 3).
import { badRequest, notFound } from './answers.ts';
import { isAudioOnly } from './asset-view.ts';
import type { StaticRendition, StoredAsset } from './model.ts';
import type { CreateStaticRendition } from './parameters.ts';
import { emitRendition } from './webhooks.ts';
import { newId, schedule, type World } from './world.ts';

export function newStaticRendition({ resolution, passthrough }: CreateStaticRendition): StaticRendition {
  const isSize = resolution.endsWith('p');
  const isAudio = resolution === 'audio-only';
  return {
    id: newId(),
    name: isAudio ? 'audio.m4a' : `${resolution}.mp4`,
    ext: isAudio ? 'm4a' : 'mp4',
    resolution,
    type: isSize ? 'advanced' : 'standard',
    status: 'preparing',
    ...(passthrough && { passthrough }),
  } as StaticRendition;
}

/** The guide says that exact sizes and `highest` do not go together. That the answer is 400 is assumed. */
export function refuseMixedRenditions(world: World, files: readonly { resolution?: string }[]): void {
  const asked = files.map(({ resolution }) => resolution ?? '');
  if (new Set(asked).size < asked.length)
    throw badRequest('A static rendition of this resolution exists already');
  const isMixed = asked.includes('highest') && asked.some((resolution) => resolution.endsWith('p'));
  if (isMixed && world.behaviour.mixedRenditions === 'bad-request') {
    throw badRequest('highest cannot be combined with exact resolutions');
  }
}

export function createStaticRendition(
  world: World,
  stored: StoredAsset,
  body: CreateStaticRendition,
): StaticRendition {
  const files = stored.asset.static_renditions?.files ?? [];
  refuseMixedRenditions(world, [...files, body]);
  const file = newStaticRendition(body);
  stored.asset.static_renditions = { ...stored.asset.static_renditions, files: [...files, file] };
  emitRendition(world, stored, 'created', file);
  if (stored.asset.status === 'ready') prepareRendition(world, stored, file);
  return file;
}

export function prepareRendition(world: World, stored: StoredAsset, file: StaticRendition): void {
  const work = { kind: 'rendition', assetId: stored.asset.id, renditionId: file.id ?? '' } as const;
  schedule(world, work, world.behaviour.trackMs);
}

/** A rendition larger than the asset, or of a picture there is not, is skipped. */
export function finishRendition(world: World, stored: StoredAsset, renditionId: string): void {
  const file = stored.asset.static_renditions?.files?.find(({ id }) => id === renditionId);
  if (!file) return;
  const video = stored.asset.tracks?.find(({ type }) => type === 'video');
  const asked = Number.parseInt(file.resolution ?? '', 10) || 0;
  const isSkipped = file.ext === 'mp4' && (isAudioOnly(stored.asset) || asked > (video?.max_height ?? 0));
  file.status = isSkipped ? 'skipped' : 'ready';
  if (!isSkipped) Object.assign(file, measures(stored, file));
  emitRendition(world, stored, file.status, file);
}

function measures({ asset, media }: StoredAsset, file: StaticRendition): Partial<StaticRendition> {
  const sizeBytes = media?.sizeBytes ?? 0;
  const bitrate = Math.round((sizeBytes * 8) / (asset.duration || 1));
  const video = asset.tracks?.find(({ type }) => type === 'video');
  const picture = video && file.ext === 'mp4' ? { width: video.max_width, height: video.max_height } : {};
  return { filesize: String(sizeBytes), bitrate, ...picture };
}

export function deleteStaticRendition(world: World, stored: StoredAsset, renditionId: string): void {
  const files = stored.asset.static_renditions?.files ?? [];
  const file = files.find(({ id }) => id === renditionId);
  if (!file) throw notFound();
  stored.asset.static_renditions = { files: files.filter((other) => other !== file) };
  emitRendition(world, stored, 'deleted', file);
}
