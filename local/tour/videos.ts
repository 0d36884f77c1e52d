// The four videos of the tour.
import { join } from 'node:path';
import type { AddAsset } from '../mux/simulator.ts';

export interface TourVideo {
  readonly title: string;
  /** Where its life ends: taken back before the deletion, or deleted and brought back. */
  readonly end: 'restored' | 'cancelled';
  /** Kill the archive function in the middle of the copy. */
  readonly killed?: boolean;
  /** With all that a customer can set: how much of it comes back is told. */
  readonly isFull?: boolean;
  readonly add: AddAsset;
}

const MEDIA = join(import.meta.dirname, '../../test/fixtures/media');

const GIB = 1024 ** 3;

export const CAPTIONS_FILE = join(MEDIA, 'motion-and-tone.en.vtt');

export const TOUR_VIDEOS: readonly TourVideo[] = [
  {
    title: '1 GiB, killed',
    end: 'restored',
    killed: true,
    add: { generated: { sizeBytes: GIB, durationSeconds: 3_600, seed: 7 } },
  },
  {
    title: 'Short, captions',
    end: 'restored',
    isFull: true,
    add: {
      file: join(MEDIA, 'motion-and-tone.mp4'),
      captions: [{ file: CAPTIONS_FILE, language_code: 'en', name: 'English' }],
      policies: ['public', 'signed'],
      attributes: {
        video_quality: 'premium',
        encoding_tier: 'premium',
        max_resolution_tier: '2160p',
        normalize_audio: true,
        thumbnail_time: 2.5,
        generate_shots: true,
        static_renditions: {
          files: [
            { resolution: 'highest', name: 'highest.mp4', ext: 'mp4', type: 'standard', status: 'ready' },
          ],
        },
      },
    },
  },
  { title: 'Audio only', end: 'restored', add: { file: join(MEDIA, 'tone.m4a') } },
  {
    title: 'Taken back',
    end: 'cancelled',
    add: { generated: { sizeBytes: 40_000_000, durationSeconds: 90, seed: 11 } },
  },
];
