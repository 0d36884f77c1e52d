// What Mux charges by, read from an asset's own JSON: resolution tier, video quality, static renditions. Pure.
import type { ResolutionTier } from '../contract/mux-prices.ts';
import type { PlatformAsset } from './asset.ts';
import { knownTier, tierOf } from './prices.ts';
import type { BilledAs } from './record.ts';

type Raw = Pick<PlatformAsset, 'raw'>;

/** The names that `video_quality` had before (Mux's OpenAPI file, Asset.encoding_tier). */
const OLD_QUALITIES: ReadonlyMap<unknown, string> = new Map([
  ['baseline', 'basic'],
  ['smart', 'plus'],
  ['premium', 'premium'],
]);

export function billedAs(asset: Raw): BilledAs {
  const { resolution_tier, video_quality, encoding_tier } = asset.raw;
  return {
    resolution_tier: word(resolution_tier),
    video_quality: word(video_quality) ?? OLD_QUALITIES.get(encoding_tier),
    has_static_renditions: staticRenditionTiers(asset).length > 0,
  };
}

/**
 * The tier of each MP4 that is stored or will be: one that was skipped or went wrong costs nothing.
 * One that does not say its tier counts as large as the video.
 */
export function staticRenditionTiers({ raw }: Raw): readonly ResolutionTier[] {
  const { files } = fieldsOf(raw.static_renditions);
  const kept = (Array.isArray(files) ? files : []).map(fieldsOf).filter(({ status }) => !isMissing(status));
  const ofVideo = tierOf(word(raw.resolution_tier));
  if (kept.length > 0) return kept.map(({ resolution_tier }) => knownTier(word(resolution_tier)) ?? ofVideo);
  // The older `mp4_support` says that there are some before their files are listed.
  return isOn(raw.mp4_support) ? [ofVideo] : [];
}

function isMissing(status: unknown): boolean {
  return status === 'skipped' || status === 'errored';
}

function isOn(mp4Support: unknown): boolean {
  return typeof mp4Support === 'string' && mp4Support !== '' && mp4Support !== 'none';
}

/** One of Mux's words, known to us or not; anything longer or stranger is none. */
function word(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,40}$/.test(value) ? value : undefined;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
