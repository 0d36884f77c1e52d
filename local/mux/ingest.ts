// Ingest: downloads the inputs of a created asset, looks into the file, and makes the asset ready or errored.
import { type Mp4Structure, type Mp4Track, readMp4 } from '../media/mp4-structure.ts';
import { download, drain } from './download.ts';
import { prepareMaster } from './masters.ts';
import type { Asset, InputInfo, Media, StoredAsset, Track } from './model.ts';
import { beginShots } from './shots.ts';
import { prepareRendition } from './static-renditions.ts';
import { prepareTrack } from './tracks.ts';
import { emitAsset } from './webhooks.ts';
import { later, newId, type World } from './world.ts';

/** The first run downloads, the second finds the file there and ends the ingest. */
export async function ingest(
  world: World,
  stored: StoredAsset,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (stored.media) {
    becomeReady(world, stored);
    return undefined;
  }
  try {
    const media = await world.media.receive(download(stored.inputs[0]?.settings?.url ?? '', signal));
    for (const overlay of overlaysOf(stored)) await drain(download(overlay, signal));
    const structure = await readMp4(world.media.open(media));
    if (structure) {
      takeMedia(stored, media, structure);
      return later(world, world.behaviour.ingestMs);
    }
    fail(world, stored, 'invalid_input', 'The input is not a media file that can be read');
  } catch (error) {
    signal.throwIfAborted();
    fail(world, stored, 'download_failed', `The input could not be downloaded: ${String(error)}`);
  }
  return undefined;
}

function overlaysOf({ inputs }: StoredAsset): string[] {
  return inputs
    .slice(1)
    .flatMap(({ settings }) => (settings?.overlay_settings && settings.url ? [settings.url] : []));
}

/** The names of the error types are assumed. */
function fail(world: World, stored: StoredAsset, type: string, message: string): void {
  const { asset } = stored;
  asset.status = 'errored';
  asset.progress = { state: 'errored', progress: -1 };
  asset.errors = { type, messages: [message] };
  emitAsset(world, stored, 'video.asset.errored');
}

/** Also what an asset added by a test gets from its file. */
export function takeMedia(stored: StoredAsset, media: Media, structure: Mp4Structure): void {
  const [first, ...others] = stored.inputs;
  stored.media = media;
  stored.inputs = [{ ...first, file: describeFile(structure) }, ...others];
  const { asset } = stored;
  asset.duration = structure.durationSeconds;
  asset.tracks = [...structure.tracks.map((track) => mediaTrack(track, first)), ...(asset.tracks ?? [])];
  Object.assign(asset, pictureOf(structure));
}

function describeFile({ tracks }: Mp4Structure): NonNullable<InputInfo['file']> {
  const described = tracks.map(({ type, durationSeconds, encoding, ...rest }) => ({
    type,
    duration: durationSeconds,
    encoding: { avc1: 'h264', mp4a: 'aac' }[encoding] ?? encoding,
    ...(type === 'video'
      ? { width: rest.width, height: rest.height, frame_rate: rest.framesPerSecond }
      : { channels: rest.channels, sample_rate: rest.sampleRate }),
  }));
  return { container_format: 'mov,mp4,m4a,3gp,3g2,mj2', tracks: described };
}

function mediaTrack(track: Mp4Track, input: InputInfo | undefined): Track {
  const common = { id: newId(), type: track.type, status: 'ready', duration: track.durationSeconds } as const;
  if (track.type === 'video') {
    return {
      ...common,
      max_width: track.width,
      max_height: track.height,
      max_frame_rate: track.framesPerSecond,
    };
  }
  const { name = 'Default', language_code = 'und' } = input?.settings ?? {};
  return { ...common, max_channels: track.channels, primary: true, name, language_code };
}

function pictureOf({ tracks }: Mp4Structure): Partial<Asset> {
  const video = tracks.find(({ type }) => type === 'video');
  if (!video) return { resolution_tier: 'audio-only', max_stored_resolution: 'Audio only' };
  const { width = 0, height = 0 } = video;
  const short = Math.min(width, height);
  const divisor = greatestCommonDivisor(width, height);
  return {
    resolution_tier: short <= 720 ? '720p' : short <= 1080 ? '1080p' : short <= 1440 ? '1440p' : '2160p',
    max_stored_resolution: short < 720 ? 'SD' : short < 1080 ? 'HD' : short < 2160 ? 'FHD' : 'UHD',
    max_stored_frame_rate: video.framesPerSecond,
    aspect_ratio: `${width / divisor}:${height / divisor}`,
  };
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one || 1 : greatestCommonDivisor(other, one % other);
}

/** From here on tracks and renditions are made, and a master asked for at creation. */
export function becomeReady(world: World, stored: StoredAsset): void {
  const { asset, inputs } = stored;
  asset.status = 'ready';
  asset.progress = { state: 'completed', progress: 100 };
  emitAsset(world, stored, 'video.asset.ready');
  const waiting = asset.tracks?.filter(({ status }) => status === 'preparing') ?? [];
  const trackInputs = inputs.filter(isTrackInput);
  for (const [index, track] of waiting.entries()) {
    prepareTrack(world, stored, track, trackInputs[index]?.settings?.url ?? '');
  }
  for (const file of asset.static_renditions?.files ?? []) prepareRendition(world, stored, file);
  if (asset.generate_shots) beginShots(world, stored);
  if (asset.master_access === 'temporary') prepareMaster(world, stored);
}

/** Inputs behind the first that become tracks of their own. */
export function isTrackInput({ settings }: InputInfo, index: number): boolean {
  return index > 0 && (settings?.type === 'text' || settings?.type === 'audio');
}
