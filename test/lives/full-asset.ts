// An asset that uses every attribute a customer can set, and what it says of itself, for lives that must not lose any.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Simulator } from '../../local/mux/simulator.ts';

const MEDIA = join(import.meta.dirname, '../fixtures/media');

export const FILM = join(MEDIA, 'motion-and-tone.mp4');
/** As sha256sum prints it. */
export const FILM_SHA256 = '049a7298d2ca93708d5581798d6477a7b12cbecc5711116dce33742d0f871ab1';
export const CAPTIONS = join(MEDIA, 'motion-and-tone.en.vtt');
export const ENGLISH = readFileSync(CAPTIONS, 'utf8');
export const GERMAN = 'WEBVTT\n\n00:00.500 --> 00:09.500\nGrüße aus dem Eishaus: „alles noch da“.\n';
export const LOGO = fileURLToPath(new URL('../../local/mux/poster.jpg', import.meta.url));

/** What a customer chose and expects to find again, each by its own name at Mux. */
export const CHOSEN = {
  passthrough: 'course-17/lesson-3',
  meta: { title: 'Lektion 3: Gletscher', creator_id: 'teacher-1', external_id: 'row-17' },
  max_resolution_tier: '2160p',
  video_quality: 'premium',
  normalize_audio: true,
  thumbnail_time: 2.5,
  generate_shots: true,
} as const;

export const RENDITIONS = [
  { resolution: 'highest', passthrough: 'download' },
  { resolution: 'audio-only', passthrough: 'podcast' },
] as const;

export async function addFullAsset(simulator: Simulator) {
  const settings = { url: 'https://uploads.example.com/lesson-3.mov?token=secret', language_code: 'fr' };
  const overlay_settings = { vertical_align: 'bottom', horizontal_align: 'right', width: '10%' } as const;
  return simulator.addAsset({
    file: FILM,
    captions: [
      { text: ENGLISH, language_code: 'en', name: 'English', passthrough: 'cc-en' },
      { text: GERMAN, language_code: 'de', name: 'Deutsch (Untertitel)', closed_captions: true },
    ],
    inputs: [
      { settings: { ...settings, name: 'Version originale' } },
      { settings: { url: `${simulator.hostFile('logo.jpg', LOGO)}?token=secret`, overlay_settings } },
    ],
    attributes: {
      ...CHOSEN,
      encoding_tier: 'premium',
      created_at: '1700000000',
      // Of one policy two.
      playback_ids: (['public', 'signed', 'public'] as const).map((policy, at) => ({
        id: `full${at}${Date.now()}`,
        policy,
      })),
      shots: { status: 'completed', shots_manifest_url: 'https://image.example.com/shots.json?token=secret' },
      static_renditions: {
        files: RENDITIONS.map((rendition) => ({
          ...rendition,
          id: `rendition-${rendition.resolution}`,
          name: rendition.resolution === 'audio-only' ? 'audio.m4a' : 'highest.mp4',
          ext: rendition.resolution === 'audio-only' ? 'm4a' : 'mp4',
          type: 'standard',
          status: 'ready',
        })),
      },
    },
  });
}
