// Given: a video that has been deleted and is wanted back, and what is seen of the way.
import { expect } from 'vitest';
import { PermanentError } from '../../lambdas/domain/failures.ts';
import { OwnUnpublishedAsset } from '../../lambdas/domain/verified-archive.ts';
import { type House, type HouseOptions, house } from '../fakes/house.ts';
import { anMp4 } from '../fakes/mp4.ts';

export const KEY = 'mux/environment1/asset1/1/master.mp4';
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A video that has been deleted; nothing has been asked yet. */
export async function deleted(options: HouseOptions = {}, raw: Record<string, unknown> = {}): Promise<House> {
  const home = house(options);
  home.addVideo(anMp4(), raw);
  await home.requestDeletion();
  await home.live();
  expect(home.record().status).toBe('deleted');
  return home;
}

export function refused(message: string): PermanentError {
  return new PermanentError('MUX_REFUSED', message, { action: 'Ask.', retryable: true });
}

export function thawsAsked(home: House): string[] {
  const asked: string[] = [];
  const thaw = home.vault.thaw.bind(home.vault);
  home.vault.thaw = (o) => {
    asked.push(o.tier);
    return thaw(o);
  };
  return asked;
}

/** Assets that were deleted, with the kind of proof that did it. */
export function deletions(home: House): [string, boolean][] {
  const done: [string, boolean][] = [];
  const deleteAsset = home.platform.deleteAsset;
  home.platform.deleteAsset = (id, proof, slot) => {
    done.push([id, OwnUnpublishedAsset.is(proof)]);
    return deleteAsset(id, proof, slot);
  };
  return done;
}

export const FULL = {
  passthrough: 'order 66',
  meta: { title: 'Köln', creator_id: 'user1', external_id: 'video1' },
  max_resolution_tier: '2160p',
  video_quality: 'plus',
  normalize_audio: true,
  generate_shots: true,
  thumbnail_time: 4,
  upload_id: 'upload1',
  hologram: 'of tomorrow',
  playback_ids: [
    { id: 'public1', policy: 'public' },
    { id: 'signed1', policy: 'signed' },
    { id: 'public2', policy: 'public' },
  ],
  static_renditions: {
    files: [
      { id: 'r1', resolution: 'highest', status: 'ready', passthrough: 'big' },
      { id: 'r2', resolution: '720p', status: 'ready' },
    ],
  },
  tracks: [
    { id: 'v1', type: 'video', max_width: 3840 },
    { id: 'a1', type: 'audio', name: 'Deutsch', language_code: 'de', primary: true },
    textTrack('text1', { name: 'English (SDH)', closed_captions: true, passthrough: 'cc' }),
    textTrack('text2', { name: 'English' }),
  ],
};

function textTrack(id: string, more: object) {
  const kind = { type: 'text', text_type: 'subtitles', text_source: 'uploaded', status: 'ready' };
  return { id, ...kind, language_code: 'en', ...more };
}

export async function deletedFull(raw: Record<string, unknown> = {}): Promise<House> {
  const home = house();
  home.addVideo(anMp4(), { ...FULL, ...raw });
  for (const id of ['text1', 'text2']) {
    home.source.files.set(`https://stream.mux.test/public1/text/${id}.vtt`, {
      bytes: Buffer.from('WEBVTT'),
    });
  }
  await home.requestDeletion();
  await home.live();
  expect(home.record().status).toBe('deleted');
  return home;
}

export function comparisonOf(home: House, newAssetId = 'restored1') {
  const bytes = home.vault.bytesOf(`mux/environment1/asset1/1/restored/${newAssetId}.json`);
  return bytes && JSON.parse(new TextDecoder().decode(bytes));
}
