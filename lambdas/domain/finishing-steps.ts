// What a restored asset still lacks once it is ready: what create cannot set, may refuse, or did not take. Pure.
import type { PlatformAsset, Track } from './asset.ts';
import { missingPolicies, type PlaybackPolicy } from './playback-policies.ts';
import { hasShots, primaryAudio, primaryOf, type TextInput, textInput } from './restore-request.ts';
import { missingRenditions, type Rendition } from './static-renditions.ts';
import { type WantedText, wantedTexts } from './text-tracks.ts';

/** What a track can be told by PATCH, in Mux's words. */
export interface TrackChange {
  readonly name?: string;
  readonly language_code?: string;
  readonly closed_captions?: boolean;
  readonly passthrough?: string;
}

/** One call each. `attribute`: what the asset goes without if the platform refuses it. */
export type FinishingStep =
  | { readonly kind: 'thumbnail'; readonly attribute: string; readonly seconds: number }
  | {
      readonly kind: 'track';
      readonly attribute: string;
      readonly trackId: string;
      readonly change: TrackChange;
    }
  | { readonly kind: 'text'; readonly attribute: string; readonly input: TextInput }
  | { readonly kind: 'playback-id'; readonly attribute: string; readonly policy: PlaybackPolicy }
  | { readonly kind: 'rendition'; readonly attribute: string; readonly rendition: Rendition }
  | { readonly kind: 'shots'; readonly attribute: string };

/** Which step it is, however often the asset is looked at: its attribute, and what within that. Never a URL. */
export function nameOfStep(step: FinishingStep): string {
  switch (step.kind) {
    case 'track':
      return `${step.attribute} ${step.trackId}`;
    case 'text':
      return `${step.attribute} ${step.input.language_code} ${step.input.name ?? ''}`;
    case 'playback-id':
      return `${step.attribute} ${step.policy.policy} ${step.policy.drm_configuration_id ?? ''}`;
    case 'rendition':
      return `${step.attribute} ${step.rendition.resolution}`;
    default:
      return step.attribute;
  }
}

export interface Finishing {
  /** Freshly read: what it has is not asked for again. */
  readonly asset: PlatformAsset;
  readonly like: PlatformAsset;
  /** The archived captions, with URLs that can be read. */
  readonly texts: readonly { readonly url: string; readonly trackId: string }[];
  /** The create went without captions: those that are missing are added. Else Mux may only not show them yet. */
  readonly areTextsMissing: boolean;
}

/** Changes first, then what is added: done twice, the steps add nothing. */
export function finishingSteps(finishing: Finishing): readonly FinishingStep[] {
  const { asset, like } = finishing;
  return [
    ...thumbnail(asset, like),
    ...audioName(asset, like),
    ...texts(finishing),
    ...missingPolicies(asset, like).map((policy) => ({
      kind: 'playback-id' as const,
      attribute: 'playback_ids',
      policy,
    })),
    ...missingRenditions(asset, like).map((rendition) => ({
      kind: 'rendition' as const,
      attribute: 'static_renditions',
      rendition,
    })),
    ...(hasShots(like.raw) && !hasShots(asset.raw) && asset.raw.shots === undefined
      ? [{ kind: 'shots' as const, attribute: 'generate_shots' }]
      : []),
  ];
}

function thumbnail(asset: PlatformAsset, like: PlatformAsset): FinishingStep[] {
  const seconds = like.raw.thumbnail_time;
  if (typeof seconds !== 'number' || asset.raw.thumbnail_time === seconds) return [];
  return [{ kind: 'thumbnail', attribute: 'thumbnail_time', seconds }];
}

/** Where create did not take the name or the language of the audio. */
function audioName(asset: PlatformAsset, like: PlatformAsset): FinishingStep[] {
  const track = primaryOf(asset.tracks);
  return track ? changeOf(track, primaryAudio(like.tracks)) : [];
}

function texts({ asset, like, texts: archived, areTextsMissing }: Finishing): FinishingStep[] {
  const wanted = wantedTexts(like.tracks, archived);
  const partners = partnersOf(wanted, asset.tracks);
  return wanted.flatMap((text): FinishingStep[] => {
    const track = partners.get(text);
    if (track) return changeOf(track, changeable(text));
    return areTextsMissing ? [{ kind: 'text', attribute: 'tracks', input: textInput(text) }] : [];
  });
}

/** By name, which is unique among text tracks; what has none left is taken by its language. */
function partnersOf(wanted: readonly WantedText[], tracks: readonly Track[]): Map<WantedText, Track> {
  const unpaired = tracks.filter(({ type, status }) => type === 'text' && status !== 'errored');
  const partners = new Map<WantedText, Track>();
  for (const isByName of [true, false]) {
    for (const text of wanted) {
      const at = unpaired.findIndex(
        ({ name, languageCode }) => languageCode === text.language_code && (!isByName || name === text.name),
      );
      const [track] = at < 0 || partners.has(text) ? [] : unpaired.splice(at, 1);
      if (track) partners.set(text, track);
    }
  }
  return partners;
}

function changeable({ name, closed_captions, passthrough }: WantedText): TrackChange {
  return { name, closed_captions, passthrough };
}

/** Only what somebody had set and is not so yet; false is what Mux shows where nobody did. */
function changeOf(track: Track, wanted: TrackChange): FinishingStep[] {
  const { name, languageCode: language_code, closedCaptions = false, passthrough } = track;
  const is = { name, language_code, closed_captions: closedCaptions, passthrough };
  const differing = Object.entries(wanted).filter(
    ([key, value]) => value !== undefined && value !== is[key as keyof TrackChange],
  );
  if (differing.length === 0) return [];
  return [{ kind: 'track', attribute: 'tracks', trackId: track.id, change: Object.fromEntries(differing) }];
}
