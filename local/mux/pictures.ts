// The image host: thumbnails and storyboards of one test card (mux.md, section 7), whatever the video shows.
import { readFileSync } from 'node:fs';
import { type Answer, type AnswerBody, json, playbackRefusal } from './answers.ts';
import { isAudioOnly } from './asset-view.ts';
import type { StoredAsset } from './model.ts';
import { readable } from './playback.ts';
import type { World } from './world.ts';

export const PICTURE = /^\/([^/]+)\/((?:thumbnail|storyboard)\.(?:jpg|png|webp)|storyboard\.(?:vtt|json))$/;

/** A test card of 320 x 180; as PNG and WebP a single pixel will do. */
const JPEG = readFileSync(new URL('./poster.jpg', import.meta.url));
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const WEBP = Buffer.from('UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==', 'base64');

/** Throws a refusal; that an asset without pictures answers like one that is not there is assumed. */
export function picture(world: World, playbackId: string, file: string, query: URLSearchParams): Answer {
  const isThumbnail = file.startsWith('thumbnail');
  const { stored, parameters } = readable(world, playbackId, query, isThumbnail ? 't' : 's');
  if (isAudioOnly(stored.asset)) throw playbackRefusal(world.behaviour.audioOnlyPicture);
  if (file === 'storyboard.json') return json(200, storyboard(imageUrl(world, playbackId, query), stored));
  if (file === 'storyboard.vtt') return typed('text/vtt', cues(imageUrl(world, playbackId, query), stored));
  const extension = file.split('.').at(-1);
  if (extension === 'png') return typed('image/png', PNG);
  if (extension === 'webp') return typed('image/webp', WEBP);
  return typed('image/jpeg', isThumbnail ? jpegAt(timeOf(stored, parameters.get('time'))) : JPEG);
}

/** Every thumbnail looks the same; the comment in it tells which moment was asked for. */
function jpegAt(seconds: number): Buffer {
  const text = Buffer.from(`time=${seconds}`);
  const head = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
  return Buffer.concat([JPEG.subarray(0, 2), head, text, JPEG.subarray(2)]);
}

/** Unless asked for, the asset's own thumbnail time, or else the middle of the video (spec, thumbnail). */
function timeOf({ asset }: StoredAsset, asked: string | null): number {
  const seconds = Number(asked ?? asset.thumbnail_time ?? (asset.duration ?? 0) / 2);
  if (!(seconds >= 0)) throw playbackRefusal(400);
  return seconds;
}

/** A signed storyboard names its picture with the token that it was read by: else no player could show it. Assumed. */
function imageUrl(world: World, playbackId: string, query: URLSearchParams): string {
  const token = query.get('token');
  return `${world.origin}/${playbackId}/storyboard.jpg${token ? `?token=${token}` : ''}`;
}

function storyboard(url: string, { asset }: StoredAsset) {
  const duration = asset.duration ?? 0;
  return { url, tile_width: 320, tile_height: 180, duration, tiles: [{ start: 0, x: 0, y: 0 }] };
}

function cues(url: string, { asset }: StoredAsset): Buffer {
  const end = new Date((asset.duration ?? 0) * 1000).toISOString().slice(11, 23);
  return Buffer.from(`WEBVTT\n\n00:00:00.000 --> ${end}\n${url}#xywh=0,0,320,180\n`);
}

function typed(type: string, bytes: Uint8Array): Answer {
  const body: AnswerBody = { kind: 'bytes', bytes };
  return { status: 200, headers: { 'content-type': type }, body };
}
