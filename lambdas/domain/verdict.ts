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
      action: 'Delete it in Mux if it is not wanted; there is nothing that could be kept.',
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
    ...loss(hasOverlay(inputInfo), {
      code: 'OVERLAY',
      attribute: 'inputs[].overlay_settings',
      detail: 'The asset was made with an overlay image; a restore does not apply it again.',
    }),
    ...loss(
      textTracks(asset).some(({ textSource }) => textSource !== undefined && textSource !== 'uploaded'),
      {
        code: 'TEXT_SOURCE',
        attribute: 'tracks[].text_source',
        detail: 'Generated or embedded captions come back as uploaded ones, with the same text.',
      },
    ),
    ...loss(
      asset.playbackIds.some(({ policy }) => policy === 'drm') &&
        asset.playbackIds.every(({ policy }) => policy === 'drm'),
      {
        code: 'DRM_ONLY',
        attribute: 'playback_ids[].policy',
        detail: 'All playback ids are DRM-protected: captions cannot be fetched through them.',
      },
    ),
    ...loss(typeof asset.raw.live_stream_id === 'string', {
      code: 'LIVE_STREAM_LINK',
      attribute: 'live_stream_id',
      detail: 'The link to the live stream and its recording times cannot be set on a new asset.',
    }),
  ];
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
  const audio = asset.tracks.filter(({ type }) => type === 'audio');
  const primary = audio.find((track) => track.primary) ?? audio[0];
  return audio.filter((track) => track !== primary);
}

function hasOverlay(inputInfo: readonly Record<string, unknown>[] | undefined): boolean {
  return (inputInfo ?? []).some(({ settings }) => {
    return (
      typeof settings === 'object' &&
      settings !== null &&
      'overlay_settings' in settings &&
      settings.overlay_settings
    );
  });
}
