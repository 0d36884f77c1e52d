// Assets put there by a test or a demo, as if they had been at Mux for long.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type GeneratedSpec, generatedMp4 } from '../media/generated-mp4.ts';
import { readMp4 } from '../media/mp4-structure.ts';
import { showAsset } from './asset-view.ts';
import { storeAsset } from './assets.ts';
import { takeMedia } from './ingest.ts';
import type { Asset, InputInfo, Media, StoredAsset, Track } from './model.ts';
import { newTrack } from './tracks.ts';
import { newId, type World } from './world.ts';

export interface AddAsset {
  /** Default: the first. */
  readonly environmentId?: string;
  /** Path of an MP4 or M4A. */
  readonly file?: string;
  readonly generated?: GeneratedSpec;
  /** WebVTT, by path or as it is; further keys of the track as the API shows them. */
  readonly captions?: readonly (Partial<Track> & { file?: string; text?: string })[];
  /** Default one public. For DRM or chosen ids give `attributes.playback_ids`. */
  readonly policies?: readonly ('public' | 'signed')[];
  /** Any attributes of the asset; they win over what the file says. */
  readonly attributes?: Partial<Asset>;
  /** Tracks without bytes, such as a second audio track. */
  readonly furtherTracks?: readonly Track[];
  /** What input-info shows; default one input with a URL that is no more. */
  readonly inputs?: readonly InputInfo[];
}

export async function addAsset(world: World, add: AddAsset): Promise<Asset> {
  const environment = add.environmentId
    ? world.environments.find(({ id }) => id === add.environmentId)
    : world.environments[0];
  if (!environment) throw new Error(`No environment ${add.environmentId}`);
  const media = await mediaOf(world, add);
  const structure = await readMp4(world.media.open(media));
  if (!structure) throw new Error(`${add.file} is not an MP4 that can be read`);
  const captions = await Promise.all((add.captions ?? []).map(textOf));
  const stored = storeAsset(world, environment, {
    status: 'ready',
    progress: { state: 'completed', progress: 100 },
    ingest_type: 'on_demand_url',
    playback_ids: (add.policies ?? ['public']).map((policy) => ({ id: newId(), policy })),
  });
  stored.inputs = [...(add.inputs ?? [{ settings: { url: 'https://uploads.example.com/gone.mp4' } }])];
  takeMedia(stored, media, structure);
  for (const { track, text } of captions) addCaption(stored, track, text);
  for (const track of add.furtherTracks ?? [])
    stored.asset.tracks?.push({ id: newId(), status: 'ready', ...track });
  Object.assign(stored.asset, add.attributes);
  takeIdAndTime(world, stored);
  await world.store.flush();
  return showAsset(world, stored);
}

async function mediaOf(world: World, { file, generated }: AddAsset): Promise<Media> {
  if (file) return world.media.receive(createReadStream(file));
  const { sizeBytes, durationSeconds, seed } = generatedMp4(
    generated ?? { sizeBytes: 100_000, durationSeconds: 10 },
  );
  return { kind: 'generated', sizeBytes, durationSeconds, seed };
}

async function textOf({ file, text, ...track }: NonNullable<AddAsset['captions']>[number]) {
  return { track, text: text ?? (file ? await readFile(file, 'utf8') : 'WEBVTT\n') };
}

function addCaption(stored: StoredAsset, given: Partial<Track>, text: string): void {
  const track: Track = {
    ...newTrack(stored.asset.tracks ?? [], { language_code: 'en', ...given }),
    status: 'ready',
    ...given,
  };
  stored.asset.tracks?.push(track);
  stored.captions[track.id ?? ''] = text;
}

/** Attributes may have named another id or time of creation than those the asset was stored with. */
function takeIdAndTime(world: World, stored: StoredAsset): void {
  const { assets } = world.store.state;
  for (const [id, other] of Object.entries(assets)) if (other === stored) delete assets[id];
  const createdAtMs = Number(stored.asset.created_at) * 1000;
  assets[stored.asset.id] = createdAtMs < stored.createdAtMs - 1000 ? { ...stored, createdAtMs } : stored;
}
