// What a retrieved archive has to stand before it counts as one that can be played.
import { readFile } from 'node:fs/promises';
import { durationDiffers } from '../../lambdas/domain/mp4-boxes.ts';
import type { Retrieved } from '../retrieve/order.ts';
import { checkCaptions } from './check-captions.ts';
import { type Demuxed, type DemuxedTrack, demux } from './demux.ts';
import type { Check } from './report.ts';

/** The index is exact, so any packet that is missing shows: the shortest, of audio, lasts about 20 ms. */
const PACKET_SECONDS = 0.01;

export interface Expected {
  readonly seconds?: number;
  readonly tracks: readonly { readonly type: string }[];
  readonly maxResolutionTier?: unknown;
}

/** `durationSeconds`: of the record, where the manifest names none. */
export async function checkArchive(
  retrieved: Retrieved,
  durationSeconds: number | undefined,
): Promise<{ readonly checks: readonly Check[]; readonly expected: Expected }> {
  const pathOf = (wanted: RegExp) => retrieved.files.filter(({ name }) => wanted.test(name));
  const [master] = pathOf(/^master\./);
  const [manifest] = pathOf(/^manifest\.json$/);
  const { check, expected } = await readManifest(manifest?.at, durationSeconds);
  const texts = pathOf(/\.vtt$/);
  const checks = [
    ...(master
      ? [passed('crc32', `CRC32 ${master.crc32}`, `${master.size_bytes} bytes, CRC32 ${master.crc32}`)]
      : []),
    check,
    ...(master ? mediaChecks(await demux(master.at), expected) : []),
    ...(await Promise.all(texts.map(({ name, at }) => webVttCheck(name, at)))),
  ];
  return { checks, expected };
}

async function readManifest(
  path: string | undefined,
  durationSeconds: number | undefined,
): Promise<{ readonly check: Check; readonly expected: Expected }> {
  const wanted = 'a manifest with the asset in it';
  const nothing: Expected = { seconds: durationSeconds, tracks: [] };
  if (!path) return { check: failed('manifest', wanted, 'none'), expected: nothing };
  try {
    const { asset, captions } = JSON.parse(await readFile(path, 'utf8'));
    const seconds = typeof asset.duration === 'number' ? asset.duration : durationSeconds;
    const tracks: readonly { type: string }[] = Array.isArray(asset.tracks) ? asset.tracks : [];
    const found = `asset ${asset.id}, ${tracks.length} tracks, ${captions.length} captions`;
    return {
      check: passed('manifest', wanted, found),
      expected: { seconds, tracks, maxResolutionTier: asset.max_resolution_tier },
    };
  } catch (error) {
    return { check: failed('manifest', wanted, String(error)), expected: nothing };
  }
}

export function mediaChecks(media: Demuxed, expected: Expected): readonly Check[] {
  if (media.kind === 'unreadable') return [failed('format', 'a media file', media.why)];
  return [
    verdict(
      'format',
      media.tracks.length > 0,
      'a media file with tracks',
      `${media.format}, ${media.tracks.length} tracks`,
    ),
    durationCheck(media.seconds, expected.seconds),
    tracksCheck(media.tracks, expected),
    ...media.tracks.map(packetsCheck),
  ];
}

function durationCheck(foundSeconds: number, wantedSeconds: number | undefined): Check {
  if (wantedSeconds === undefined) return passed('duration', 'not known', `${foundSeconds} s`);
  const isSame = !durationDiffers(foundSeconds, wantedSeconds);
  return verdict('duration', isSame, `${wantedSeconds} s, as in the manifest`, `${foundSeconds} s`);
}

/** Of several audio tracks a master may hold the primary one alone, which the record names as a loss. */
function tracksCheck(found: readonly DemuxedTrack[], { tracks }: Expected): Check {
  const count = (list: readonly { readonly type: string }[], type: string) =>
    list.filter((track) => track.type === type).length;
  const [video, audio] = [count(tracks, 'video'), count(tracks, 'audio')];
  const [hasVideo, hasAudio] = [count(found, 'video'), count(found, 'audio')];
  const isSame = hasVideo === video && (hasAudio === audio || (audio > 1 && hasAudio === 1));
  const shown = found.map(({ type, codec }) => `${type} (${codec})`).join(', ') || 'none';
  if (video + audio === 0) return verdict('tracks', found.length > 0, 'the manifest names none', shown);
  const alone = audio > 1 ? ', or the primary audio alone' : '';
  return verdict('tracks', isSame, `${video} video, ${audio} audio${alone}`, shown);
}

function packetsCheck({ type, codec, packets, saidSeconds, reachedSeconds }: DemuxedTrack): Check {
  const isWhole = packets > 0 && Math.abs(saidSeconds - reachedSeconds) <= PACKET_SECONDS;
  const found = `${packets} packets up to ${reachedSeconds.toFixed(3)} s`;
  return verdict('packets', isWhole, `${type} (${codec}) up to ${saidSeconds.toFixed(3)} s`, found);
}

async function webVttCheck(name: string, path: string): Promise<Check> {
  const seen = checkCaptions(await readFile(path));
  return verdict('webvtt', seen.ok, `${name} is WebVTT`, seen.ok ? `${seen.cues} cues` : seen.why);
}

function verdict(name: string, ok: boolean, expected: string, found: string): Check {
  return { name, ok, expected, found };
}
const passed = (name: string, expected: string, found: string) => verdict(name, true, expected, found);
const failed = (name: string, expected: string, found: string) => verdict(name, false, expected, found);
