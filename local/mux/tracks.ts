// Text and further audio tracks: added by URL, changed, deleted (mux.md, section 3).
import { badRequest, notFound } from './answers.ts';
import { download, drain, readText } from './download.ts';
import type { InputSettings, StoredAsset, Track } from './model.ts';
import type { CreateTrack, UpdateTrack } from './parameters.ts';
import { emitTrack } from './webhooks.ts';
import { newId, schedule, type World } from './world.ts';

/** A track in preparation. Throws a 400 when its name is taken in its group, which Mux documents as not allowed. */
export function newTrack(
  siblings: readonly Track[],
  settings: Omit<InputSettings, 'url' | 'overlay_settings'>,
): Track {
  const { type = 'text', language_code = 'und', closed_captions = false, passthrough } = settings;
  const name = settings.name ?? languageName(language_code);
  refuseTakenName(siblings, type, name);
  const common = { id: newId(), type, status: 'preparing', language_code, name } as const;
  const text = { text_type: 'subtitles', text_source: 'uploaded', closed_captions } as const;
  return { ...common, ...(type === 'text' ? text : { primary: false }), ...(passthrough && { passthrough }) };
}

function refuseTakenName(siblings: readonly Track[], type: Track['type'], name: string | undefined): void {
  if (name !== undefined && siblings.some((other) => other.type === type && other.name === name))
    throw badRequest(`A ${type} track with the name ${name} exists already`);
}

function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(code) ?? code;
  } catch {
    return code;
  }
}

export function createTrack(world: World, stored: StoredAsset, body: CreateTrack): Track {
  if (stored.asset.status !== 'ready') throw badRequest('Asset is not ready');
  const track = newTrack(stored.asset.tracks ?? [], body);
  stored.asset.tracks = [...(stored.asset.tracks ?? []), track];
  stored.inputs.push({ settings: body });
  emitTrack(world, stored, 'created', track);
  prepareTrack(world, stored, track, body.url);
  return track;
}

export function prepareTrack(world: World, stored: StoredAsset, track: Track, url: string): void {
  const work = { kind: 'track', assetId: stored.asset.id, trackId: track.id ?? '', url } as const;
  schedule(world, work, world.behaviour.trackMs);
}

/** Downloads what the track is made from. */
export async function finishTrack(
  world: World,
  stored: StoredAsset,
  trackId: string,
  url: string,
  signal: AbortSignal,
) {
  const track = stored.asset.tracks?.find(({ id }) => id === trackId);
  if (!track) return;
  try {
    if (track.type === 'text') stored.captions[trackId] = webVtt(await readText(download(url, signal)));
    else await drain(download(url, signal));
    track.status = 'ready';
    emitTrack(world, stored, 'ready', track);
  } catch (error) {
    signal.throwIfAborted();
    track.status = 'errored';
    emitTrack(world, stored, 'errored', track, String(error));
  }
}

/** Mux also takes SubRip; the simulator does not. */
function webVtt(text: string): string {
  if (!text.replace(/^\uFEFF/, '').startsWith('WEBVTT')) throw new TypeError('The file is not WebVTT');
  return text;
}

function findTrack(stored: StoredAsset, trackId: string): Track {
  const track = stored.asset.tracks?.find(({ id }) => id === trackId);
  if (!track) throw notFound();
  return track;
}

export function updateTrack(stored: StoredAsset, trackId: string, change: UpdateTrack): Track {
  const track = findTrack(stored, trackId);
  const siblings = stored.asset.tracks?.filter((other) => other !== track) ?? [];
  refuseTakenName(siblings, track.type, change.name);
  return Object.assign(track, change);
}

export function deleteTrack(world: World, stored: StoredAsset, trackId: string): void {
  const track = findTrack(stored, trackId);
  if (track.type === 'video' || track.primary)
    throw badRequest('Video and primary audio tracks cannot be deleted');
  stored.asset.tracks = stored.asset.tracks?.filter(({ id }) => id !== trackId);
  delete stored.captions[trackId];
  emitTrack(world, stored, 'deleted', track);
}
