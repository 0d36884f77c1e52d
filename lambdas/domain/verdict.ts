// Whether an asset may be archived at all, and what a restore could not bring back. Pure.
import type { PlatformAsset, Track } from './asset.ts';
import type { AssetRecord, Loss } from './record.ts';

export type Verdict =
  | { readonly kind: 'archive' }
  | { readonly kind: 'wait'; readonly waitingFor: string }
  | { readonly kind: 'refuse'; readonly code: string; readonly message: string; readonly action: string };

/** Test assets, running live streams and errored assets are refused; assets still in preparation are waited for. */
export function judge(asset: PlatformAsset): Verdict {
  if (asset.isTest) {
    return {
      kind: 'refuse',
      code: 'TEST_ASSET',
      message: 'This is a Mux test asset: watermarked, cut to 10 s, and removed by Mux after 24 hours.',
      action: 'Nothing to do: Mux removes it by itself.',
    };
  }
  if (asset.isLive) {
    return {
      kind: 'refuse',
      code: 'LIVE_STREAM_RUNNING',
      message: 'The live stream that records this asset is still running; there is no master yet.',
      action: 'End the live stream, then send the delete request again.',
    };
  }
  if (asset.status === 'errored') {
    return {
      kind: 'refuse',
      code: 'ASSET_ERRORED',
      message: `Mux could not process this asset, so it has no master to archive${details(asset.errors)}.`,
      action:
        'There is nothing that could be kept. If it is not wanted, ask for its deletion without a copy: POST /v1/delete-requests/delete-only (icehouse delete-only).',
    };
  }
  if (asset.status === 'preparing') return { kind: 'wait', waitingFor: 'Mux is still preparing the asset' };
  return { kind: 'archive' };
}

function details(errors: readonly string[] | undefined): string {
  return errors?.length ? ` (${errors.join('; ')})` : '';
}

/** Text tracks that viewers can see; a final live transcript stands in for the live one. */
export function textTracks(asset: PlatformAsset): readonly Track[] {
  const texts = asset.tracks.filter(({ type, status }) => type === 'text' && (status ?? 'ready') === 'ready');
  const hasFinal = texts.some(({ textSource }) => textSource === 'generated_live_final');
  return hasFinal ? texts.filter(({ textSource }) => textSource !== 'generated_live') : texts;
}

/** Text tracks that Mux is still working on: nothing of them can be downloaded yet. */
export function pendingTexts(asset: PlatformAsset): readonly Track[] {
  return asset.tracks.filter(({ type, status }) => type === 'text' && status === 'preparing');
}

/** What a restore of this asset cannot bring back, as far as asset and inputs tell. */
export function lossesOf(
  asset: PlatformAsset,
  inputInfo: readonly Record<string, unknown>[] | undefined,
): readonly Loss[] {
  return [
    ...loss(asset.playbackIds.length > 0, {
      code: 'NEW_PLAYBACK_IDS',
      attribute: 'playback_ids[].id',
      detail:
        'Mux gives new asset and playback ids; stored URLs must be looked up by GET /v1/playback-ids/{id}.',
    }),
    ...furtherAudio(asset).map((track) => ({
      code: 'ADDITIONAL_AUDIO_TRACK',
      attribute: `tracks[${track.id}]`,
      detail: `The master holds the primary audio only; the track "${track.name ?? track.languageCode ?? track.id}" would be lost.`,
    })),
    ...surroundTracks(asset).map(({ id, channels }) => ({
      code: 'SURROUND_SOUND',
      attribute: `tracks[${id}].max_channels`,
      detail: `The audio has ${channels} channels; Mux does not say whether its master keeps more than two.`,
    })),
    ...loss(overlayInputs(inputInfo).length > 0, {
      code: 'OVERLAY',
      attribute: 'inputs[].overlay_settings',
      detail: 'The asset was made with an overlay image; a restore does not apply it again.',
    }),
    ...loss(
      textTracks(asset).some(({ textSource = 'uploaded' }) => !['uploaded', 'embedded'].includes(textSource)),
      {
        code: 'TEXT_SOURCE',
        attribute: 'tracks[].text_source',
        detail: 'Generated captions come back as uploaded ones, with the same text.',
      },
    ),
    ...loss(
      textTracks(asset).some(({ textSource }) => textSource === 'embedded'),
      {
        code: 'EMBEDDED_CAPTIONS',
        attribute: 'tracks[].text_source',
        detail:
          'Captions that came inside the video file come back as uploaded ones, with the same text; Mux may find them in the master a second time.',
      },
    ),
    ...drmConfigurations(asset).map((id) => ({
      code: 'DRM_CONFIGURATION',
      attribute: 'playback_ids[].drm_configuration_id',
      detail: `DRM-protected playback ids come back only while the DRM configuration ${id} still exists at Mux.`,
    })),
    ...loss(typeof asset.raw.live_stream_id === 'string', {
      code: 'LIVE_STREAM_LINK',
      attribute: 'live_stream_id',
      detail: 'The link to the live stream and its recording times cannot be set on a new asset.',
    }),
    ...loss(typeof asset.raw.source_asset_id === 'string', {
      code: 'CLIP_SOURCE',
      attribute: 'source_asset_id',
      detail: 'The new asset no longer says which asset it was clipped from; its content is whole.',
    }),
    ...loss(Array.isArray(asset.raw.directives) && asset.raw.directives.length > 0, {
      code: 'DIRECTIVES',
      attribute: 'directives',
      detail: 'Directives are not given to the new asset: Mux would run their paid jobs once more.',
    }),
  ];
}

/** A text track that cannot be downloaded, with the way on where there is one. */
export function unreachableCaption(asset: PlatformAsset, track: Track): Loss {
  return {
    code: 'CAPTION_UNREACHABLE',
    attribute: `tracks[${track.id}]`,
    detail: `The captions "${track.name ?? track.languageCode ?? track.id}" could not be downloaded${wayToCaptions(asset, track)}`,
  };
}

/** Nobody sees more of the video by a signed id than before, which is why that one is advised; we add none ourselves. */
function wayToCaptions({ playbackIds }: PlatformAsset, { status }: Track): string {
  if (status === 'preparing') return ': Mux was still preparing them.';
  const has = (policy: string) => playbackIds.some((each) => each.policy === policy);
  if (has('public')) return ' through any playback id.';
  if (has('signed'))
    return ' through its signed playback ids: put a signing key into the Mux secret (signing_key_id, signing_private_key).';
  const why = playbackIds.length === 0 ? 'there is no playback id' : 'all playback ids are DRM-protected';
  return `: ${why}. Add a signed playback id in Mux, and a signing key to the Mux secret.`;
}

/**
 * The losses for the record. One that was not said before takes the time of saying away: it is set again when the bus
 * has been told (stages/stage.ts), and the notice before deletion starts anew then (law 7).
 */
export function withLosses(
  record: AssetRecord,
  losses: readonly Loss[],
): Pick<AssetRecord, 'losses' | 'losses_said_at'> {
  const known = new Set(record.losses.map(nameOf));
  const isNew = losses.some((loss) => !known.has(nameOf(loss)));
  return { losses, losses_said_at: isNew ? undefined : record.losses_said_at };
}

function nameOf({ code, attribute }: Loss): string {
  return `${code} ${attribute}`;
}

function loss(applies: boolean, entry: Loss): readonly Loss[] {
  return applies ? [entry] : [];
}

function furtherAudio(asset: PlatformAsset): readonly Track[] {
  const primary = primaryAudio(asset);
  return asset.tracks.filter((track) => track.type === 'audio' && track !== primary);
}

export function primaryAudio({ tracks }: PlatformAsset): Track | undefined {
  const audio = tracks.filter(({ type }) => type === 'audio');
  return audio.find((track) => track.primary) ?? audio[0];
}

/** Of the primary audio alone: the others are lost anyway. */
function surroundTracks(asset: PlatformAsset): readonly { id: string; channels: number }[] {
  const id = primaryAudio(asset)?.id;
  const raw = Array.isArray(asset.raw.tracks) ? asset.raw.tracks.map(fieldsOf) : [];
  const channels = raw.find((track) => track.id === id)?.max_channels;
  return id !== undefined && typeof channels === 'number' && channels > 2 ? [{ id, channels }] : [];
}

function drmConfigurations({ playbackIds }: PlatformAsset): readonly string[] {
  const drm = playbackIds.filter(({ policy }) => policy === 'drm');
  return [...new Set(drm.map(({ drmConfigurationId }) => drmConfigurationId ?? 'they were made with'))];
}

export interface OverlayInput {
  /** With its query, which may be a secret; absent where the platform does not say. */
  readonly url?: string;
}

/** The inputs that were laid over the video, in their order. */
export function overlayInputs(
  inputInfo: readonly Record<string, unknown>[] | undefined,
): readonly OverlayInput[] {
  return (inputInfo ?? []).flatMap((input) => {
    const { overlay_settings, url } = fieldsOf(input.settings);
    return overlay_settings ? [{ url: typeof url === 'string' ? url : undefined }] : [];
  });
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
