// What Mux is asked to make when an asset comes back: every attribute of the old one that can be set again, and nothing
// that costs money twice or was never asked for (no directives, no test flag, no master access).
// Values pass through as Mux gave them, so that a tier or policy invented later is asked for by its own name.
import type { PlatformAsset, Track } from './asset.ts';
import { type PlaybackPolicy, policiesOf } from './finishing-steps.ts';

export interface RestoreInput {
  readonly url: string;
  readonly type?: 'text';
  readonly text_type?: 'subtitles';
  readonly language_code?: string;
  readonly name?: string;
  readonly closed_captions?: boolean;
  readonly passthrough?: string;
}

export interface Rendition {
  readonly resolution: string;
  readonly passthrough?: string;
}

/** The body of `POST /video/v1/assets`, in Mux's words. */
export interface RestoreRequest {
  readonly inputs: readonly RestoreInput[];
  readonly playback_policies?: readonly string[];
  readonly advanced_playback_policies?: readonly PlaybackPolicy[];
  readonly passthrough?: string;
  readonly meta?: PlatformAsset['meta'];
  readonly max_resolution_tier?: string;
  readonly video_quality?: string;
  readonly static_renditions?: readonly Rendition[];
  readonly normalize_audio?: true;
  readonly generate_shots?: true;
}

export interface RestoreSource {
  readonly masterUrl: string;
  readonly like: PlatformAsset;
  readonly texts: readonly { readonly url: string; readonly trackId: string }[];
  /** Only what a video cannot do without, for a platform that refused the rest. */
  readonly isPlain?: boolean;
}

export function restoreRequest(source: RestoreSource): RestoreRequest {
  const full = fullRequest(source);
  return source.isPlain ? plain(full) : full;
}

/** The attributes that a plain request goes without. */
export function leftOutOfPlain(source: RestoreSource): readonly string[] {
  const { inputs: _, playback_policies, passthrough, meta, ...rest } = fullRequest(source);
  return Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : name));
}

/** A DRM configuration may be what no longer exists: it is asked for once more when the asset is finished. */
function plain({ inputs, passthrough, meta, ...rest }: RestoreRequest): RestoreRequest {
  const advanced = rest.advanced_playback_policies?.map(({ policy }) => policy) ?? [];
  const open = rest.playback_policies ?? advanced.filter((policy) => policy !== 'drm');
  return { inputs, playback_policies: open.length > 0 ? open : undefined, passthrough, meta };
}

function fullRequest({ masterUrl, like, texts }: RestoreSource): RestoreRequest {
  const { raw } = like;
  const renditions = staticRenditions(raw);
  return {
    inputs: [{ url: masterUrl, ...primaryAudio(like.tracks) }, ...textInputs(like.tracks, texts)],
    ...playbackPolicies(like),
    passthrough: like.passthrough,
    meta: like.meta,
    // Without it the default of 1080p would shrink a larger video.
    max_resolution_tier: textOf(raw.max_resolution_tier),
    video_quality: textOf(raw.video_quality) ?? QUALITY_OF_TIER[textOf(raw.encoding_tier) ?? ''],
    static_renditions: renditions.length > 0 ? renditions : undefined,
    normalize_audio: raw.normalize_audio === true ? true : undefined,
    generate_shots: raw.generate_shots === true ? true : undefined,
  };
}

/** `encoding_tier` was replaced by `video_quality`; the two must not be sent together. */
const QUALITY_OF_TIER: Record<string, string | undefined> = {
  baseline: 'basic',
  smart: 'plus',
  premium: 'premium',
};

/** What Mux fills in by itself when nobody named the audio. Sent back, it would become a choice. */
const UNNAMED = new Set(['', 'und', 'auto', 'Default']);

function primaryAudio(tracks: readonly Track[]): Pick<RestoreInput, 'name' | 'language_code'> {
  const audio = tracks.filter((track) => track.type === 'audio');
  const primary = audio.find((track) => track.primary) ?? audio[0];
  return { name: named(primary?.name), language_code: named(primary?.languageCode) };
}

function named(value: string | undefined): string | undefined {
  return value === undefined || UNNAMED.has(value) ? undefined : value;
}

function textInputs(tracks: readonly Track[], texts: RestoreSource['texts']): RestoreInput[] {
  return texts.flatMap(({ url, trackId }) => {
    const track = tracks.find((each) => each.id === trackId && each.type === 'text');
    if (!track) return [];
    return [
      {
        url,
        type: 'text' as const,
        text_type: 'subtitles' as const,
        language_code: track.languageCode ?? 'und',
        name: track.name,
        closed_captions: track.closedCaptions,
        passthrough: track.passthrough,
      },
    ];
  });
}

/** One entry for each distinct policy: whether create takes the same policy twice is stated nowhere. */
function playbackPolicies(like: PlatformAsset): Partial<RestoreRequest> {
  const { distinct } = policiesOf(like);
  if (distinct.length === 0) return {};
  if (distinct.some(({ policy }) => policy === 'drm')) return { advanced_playback_policies: distinct };
  return { playback_policies: distinct.map(({ policy }) => policy) };
}

/** Ready files only: a rendition that was skipped or failed once would be again. `highest` is not mixed with sizes. */
function staticRenditions(raw: PlatformAsset['raw']): Rendition[] {
  const files = listOf(fieldsOf(raw.static_renditions).files).map(fieldsOf);
  const made = files.flatMap(({ resolution, status, passthrough }) =>
    typeof resolution === 'string' && status === 'ready'
      ? [{ resolution, passthrough: textOf(passthrough) }]
      : [],
  );
  const wanted = made.length > 0 ? made : renditionsOfMp4Support(raw);
  if (!wanted.some(({ resolution }) => resolution === 'highest')) return wanted;
  return wanted.filter(({ resolution }) => resolution === 'highest' || resolution === 'audio-only');
}

/** The option that static renditions replaced. Its caps at 1080p only bite on an asset that is larger. */
function renditionsOfMp4Support(raw: PlatformAsset['raw']): Rendition[] {
  const large = ['1440p', '2160p'].includes(textOf(raw.resolution_tier) ?? '');
  const video = raw.resolution_tier === 'audio-only' ? 'audio-only' : 'highest';
  const capped = large ? '1080p' : video;
  const resolutions: Record<string, string[] | undefined> = {
    standard: [video],
    'capped-1080p': [capped],
    'audio-only': ['audio-only'],
    'audio-only,capped-1080p': ['audio-only', capped],
  };
  const chosen = new Set(resolutions[textOf(raw.mp4_support) ?? ''] ?? []);
  return [...chosen].map((resolution) => ({ resolution }));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
