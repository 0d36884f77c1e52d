// What Mux is asked to make when an asset comes back: every attribute of the old one that can be set again, and nothing
// that costs money twice or was never asked for (no directives, no test flag, no master access).
// Values pass through as Mux gave them, so that a tier or policy invented later is asked for by its own name.
import type { PlatformAsset, Track } from './asset.ts';
import { type PlaybackPolicy, policiesOf } from './playback-policies.ts';
import { type Rendition, renditionsOfCreate } from './static-renditions.ts';
import { type WantedText, wantedTexts } from './text-tracks.ts';

export interface RestoreInput {
  readonly url: string;
  readonly type?: 'text';
  readonly text_type?: 'subtitles';
  readonly language_code?: string;
  readonly name?: string;
  readonly closed_captions?: boolean;
  readonly passthrough?: string;
}

/** An input of a create, or the body of `POST …/tracks`. */
export type TextInput = RestoreInput & Required<Pick<RestoreInput, 'type' | 'text_type' | 'language_code'>>;

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

/** The attributes of the asset that a plain request goes without. */
export function leftOutOfPlain(source: RestoreSource): readonly string[] {
  const { inputs, playback_policies, passthrough, meta, max_resolution_tier, ...rest } = fullRequest(source);
  const { advanced_playback_policies: playback_ids, ...others } = rest;
  const isTierKept = KNOWN_TIERS.has(max_resolution_tier ?? '');
  const [{ name, language_code } = {}, ...texts] = inputs;
  const hasTracks = name !== undefined || language_code !== undefined || texts.length > 0;
  const left = Object.entries({
    tracks: hasTracks || undefined,
    playback_ids,
    max_resolution_tier: isTierKept ? undefined : max_resolution_tier,
    ...others,
  });
  return left.flatMap(([attribute, value]) => (value === undefined ? [] : attribute));
}

/** What may be refused (a name, a caption, a DRM configuration) is asked for once more when the asset is finished. */
function plain({ inputs, passthrough, meta, ...rest }: RestoreRequest): RestoreRequest {
  const advanced = rest.advanced_playback_policies?.map(({ policy }) => policy) ?? [];
  const open = rest.playback_policies ?? advanced.filter((policy) => policy !== 'drm');
  return {
    inputs: inputs.slice(0, 1).map(({ url }) => ({ url })),
    playback_policies: open.length > 0 ? open : undefined,
    passthrough,
    meta,
    // Mux would make 1080p of any larger video; the three tiers are older than all that may be refused.
    max_resolution_tier: KNOWN_TIERS.has(rest.max_resolution_tier ?? '')
      ? rest.max_resolution_tier
      : undefined,
  };
}

const KNOWN_TIERS = new Set(['1080p', '1440p', '2160p']);

function fullRequest({ masterUrl, like, texts }: RestoreSource): RestoreRequest {
  const { raw } = like;
  const renditions = renditionsOfCreate(like);
  return {
    inputs: [
      { url: masterUrl, ...primaryAudio(like.tracks) },
      ...wantedTexts(like.tracks, texts).map(textInput),
    ],
    ...playbackPolicies(like),
    passthrough: like.passthrough,
    meta: like.meta,
    // Without it the default of 1080p would shrink a larger video.
    max_resolution_tier: textOf(raw.max_resolution_tier),
    video_quality: textOf(raw.video_quality) ?? QUALITY_OF_TIER[textOf(raw.encoding_tier) ?? ''],
    static_renditions: renditions.length > 0 ? renditions : undefined,
    normalize_audio: raw.normalize_audio === true ? true : undefined,
    generate_shots: hasShots(raw) ? true : undefined,
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

export function isUnnamed(value: string): boolean {
  return UNNAMED.has(value);
}

/** How the audio of the master was named by somebody; empty where nobody did. */
export function primaryAudio(tracks: readonly Track[]): Pick<RestoreInput, 'name' | 'language_code'> {
  const primary = primaryOf(tracks);
  return { name: named(primary?.name), language_code: named(primary?.languageCode) };
}

export function primaryOf(tracks: readonly Track[]): Track | undefined {
  const audio = tracks.filter((track) => track.type === 'audio');
  return audio.find((track) => track.primary) ?? audio[0];
}

function named(value: string | undefined): string | undefined {
  return value === undefined || isUnnamed(value) ? undefined : value;
}

export function textInput({ trackId: _, ...settings }: WantedText): TextInput {
  return { type: 'text', text_type: 'subtitles', ...settings };
}

/** One entry for each distinct policy: whether create takes the same policy twice is stated nowhere. */
function playbackPolicies(like: PlatformAsset): Partial<RestoreRequest> {
  const { distinct } = policiesOf(like);
  if (distinct.length === 0) return {};
  if (distinct.some(({ policy }) => policy === 'drm')) return { advanced_playback_policies: distinct };
  return { playback_policies: distinct.map(({ policy }) => policy) };
}

/** Asked for at the create, or afterwards: then only the shots themselves tell. */
export function hasShots({ generate_shots, shots }: PlatformAsset['raw']): boolean {
  const status = typeof shots === 'object' && shots !== null && 'status' in shots ? shots.status : undefined;
  return generate_shots === true || status === 'completed' || status === 'pending';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
