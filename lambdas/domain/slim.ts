// Partial deletes: what can be taken from an asset that stays at the platform, what that frees, and how it is undone. Pure.
import type { MuxPrices } from '../contract/mux-prices.ts';
import type { PlatformAsset } from './asset.ts';
import { billedAs, staticRenditionTiers } from './billing.ts';
import { cutQueries } from './manifest.ts';
import { millionths, PRICES_AS_OF, qualityOf } from './prices.ts';
import type { StoredObject } from './record.ts';
import { ASSUMED_SIDECARS, costsOf, type Video } from './savings.ts';
import { primaryAudio } from './verdict.ts';

export const SLIM_SCOPES = ['static_renditions', 'track', 'playback_id'] as const;
export type SlimScope = (typeof SLIM_SCOPES)[number];

export interface SlimWish {
  readonly scope: SlimScope;
  /** Of the rendition, the track or the playback id; absent: all there are in the scope. */
  readonly id?: string;
  readonly reason: string;
  readonly isDryRun: boolean;
  /** For what can be neither saved nor made again. */
  readonly acceptLoss: boolean;
}

/** One thing that can be taken, in Mux's words; `raw` is the whole of what Mux says of it. */
export interface SlimPart {
  readonly kind: 'static_rendition' | 'text_track' | 'audio_track' | 'playback_id';
  readonly id: string;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Where the text of a track lies in the vault. */
export interface SavedText extends StoredObject {
  readonly bucket: string;
  readonly track_id: string;
}

/** All that the scope has, or the one that is named. Neither the video nor its primary audio can be taken. */
export function partsOf(asset: PlatformAsset, { scope, id }: Pick<SlimWish, 'scope' | 'id'>): SlimPart[] {
  const all = ALL[scope](asset);
  return id === undefined ? all : all.filter((part) => part.id === id);
}

const ALL: Readonly<Record<SlimScope, (asset: PlatformAsset) => SlimPart[]>> = {
  static_renditions: ({ raw }) =>
    filesOf(raw)
      .filter(isMade)
      .flatMap((file) => part('static_rendition', file)),
  track: (asset) => {
    const primaryId = primaryAudio(asset)?.id;
    return listOf(asset.raw.tracks).flatMap((track) => {
      if (track.type === 'text') return part('text_track', track);
      return track.type === 'audio' && track.id !== primaryId ? part('audio_track', track) : [];
    });
  },
  playback_id: ({ raw }) => listOf(raw.playback_ids).flatMap((playback) => part('playback_id', playback)),
};

function part(kind: SlimPart['kind'], raw: SlimPart['raw']): SlimPart[] {
  return typeof raw.id === 'string' && raw.id !== '' ? [{ kind, id: raw.id, raw }] : [];
}

/** Whether a track of this id is there that nobody can take: the video, or its primary audio. */
export function isNeeded(asset: PlatformAsset, { scope, id }: Pick<SlimWish, 'scope' | 'id'>): boolean {
  const isTrack = scope === 'track' && asset.tracks.some((track) => track.id === id);
  return isTrack && partsOf(asset, { scope, id }).length === 0;
}

/** The parts as the API shows them. Dollars are those of a month. */
export function shownParts(asset: PlatformAsset, parts: readonly SlimPart[], prices: MuxPrices) {
  return parts.map(({ kind, id, raw }) => ({
    kind,
    id,
    name: textOf(raw.name),
    resolution: textOf(raw.resolution),
    language_code: textOf(raw.language_code),
    policy: textOf(raw.policy),
    size_bytes: sizeOf(raw),
    usd_per_month: kind === 'static_rendition' ? renditionUsd(asset, raw, prices) : 0,
  }));
}

/** Null where Mux does not say how long the video is. */
function renditionUsd(asset: PlatformAsset, file: SlimPart['raw'], prices: MuxPrices): number | null {
  const { durationSeconds } = asset;
  const [tier] = staticRenditionTiers({ raw: { ...asset.raw, static_renditions: { files: [file] } } });
  if (durationSeconds === undefined || tier === undefined) return null;
  const perMinute = prices.staticRenditionUsdPerMinuteMonth[qualityOf(billedAs(asset).video_quality)];
  return millionths((perMinute[tier] * durationSeconds) / 60);
}

/** What Mux charges less: while the video is watched, and once nobody has watched it for 90 days. */
export function freedBy(asset: PlatformAsset, parts: readonly SlimPart[], prices: MuxPrices) {
  const after = without(asset, parts);
  const [before, then] = [muxMonth(asset, prices), muxMonth(after, prices)];
  const sizes = parts.flatMap(({ raw }) => sizeOf(raw) ?? []);
  return {
    currency: 'USD' as const,
    prices_as_of: PRICES_AS_OF,
    usd_per_month: before && then ? millionths(before.standardUsd - then.standardUsd) : null,
    unwatched_usd_per_month: before && then ? millionths(before.after90DaysUsd - then.after90DaysUsd) : null,
    size_bytes: sizes.length > 0 ? sizes.reduce((sum, size) => sum + size, 0) : null,
    detail: detailOf(parts, staticRenditionTiers(after).length),
  };
}

function detailOf(parts: readonly SlimPart[], renditionsLeft: number): string {
  const [first] = parts;
  if (!first) return 'Nothing is there to be taken.';
  if (first.kind === 'playback_id') return 'Mux does not charge for playback ids.';
  if (first.kind !== 'static_rendition') return 'No price of tracks is known: none is reckoned.';
  return renditionsLeft > 0
    ? `${renditionsLeft} stay: as long as there are any, Mux may not count the asset as cold when nobody watches it.`
    : 'Without static renditions Mux may count the asset as cold when nobody watches it (its page of 2024; docs/prices.md).';
}

/** The asset as it will be. */
export function without(asset: PlatformAsset, parts: readonly SlimPart[]): PlatformAsset {
  const ids = new Set(parts.map(({ id }) => id));
  const files = filesOf(asset.raw).filter(({ id }) => !ids.has(String(id)));
  return { ...asset, raw: { ...asset.raw, static_renditions: { files } } };
}

function muxMonth(asset: PlatformAsset, prices: MuxPrices) {
  const { durationSeconds } = asset;
  if (durationSeconds === undefined) return undefined;
  const { resolution_tier: resolutionTier, video_quality: videoQuality } = billedAs(asset);
  const video: Video = {
    durationSeconds,
    resolutionTier,
    videoQuality,
    staticRenditions: staticRenditionTiers(asset),
    // Nothing of the vault is asked for.
    storageClass: 'DEEP_ARCHIVE',
    masterBytes: 0,
    sidecars: ASSUMED_SIDECARS,
  };
  return costsOf(video, prices).mux;
}

/** The exact call that brings it back, or what comes nearest to it. */
export function undoOf(assetId: string, { kind, raw }: SlimPart, saved: SavedText | undefined): string {
  const post = (path: string, body: object) =>
    `POST https://api.mux.com/video/v1/assets/${assetId}/${path} ${JSON.stringify(body)}`;
  const { resolution, language_code = 'und', name, passthrough, closed_captions } = raw;
  switch (kind) {
    case 'static_rendition':
      return `${post('static-renditions', { resolution, passthrough })}: Mux makes it anew, under the same name.`;
    case 'text_track': {
      const url = '<URL of the saved WebVTT>';
      const body = {
        url,
        type: 'text',
        text_type: 'subtitles',
        language_code,
        name,
        closed_captions,
        passthrough,
      };
      const where = saved ? `aws s3 presign s3://${saved.bucket}/${saved.key} --expires-in 3600` : undefined;
      return where ? `${post('tracks', body)}: the URL is what ${where} prints.` : `${post('tracks', body)}`;
    }
    case 'audio_track': {
      const url = '<URL of your own file>';
      return `${post('tracks', { url, type: 'audio', language_code, name, passthrough })}: the master does not hold it.`;
    }
    case 'playback_id': {
      const { policy, drm_configuration_id } = raw;
      return `${post('playback-ids', { policy, drm_configuration_id })}: another id; the same one cannot be had again.`;
    }
    default:
      return kind satisfies never;
  }
}

/** What whoever takes them has to know. */
export function warningsOf(asset: PlatformAsset, wish: SlimWish, parts: readonly SlimPart[]): string[] {
  return [
    ...(parts.length === 0 ? [nothingOf(asset, wish)] : []),
    ...parts.flatMap((each) => warningOf(each)),
    ...(wish.scope === 'playback_id' && parts.length > 0 && parts.length === asset.playbackIds.length
      ? ['No playback id is left then: nobody can watch it, and its captions and poster cannot be archived.']
      : []),
    ...(wish.scope === 'static_renditions' && filesOf(asset.raw).some(({ id }) => typeof id !== 'string')
      ? [
          `Files of the older mp4_support have no id: PUT …/assets/${asset.id}/mp4-support {"mp4_support":"none"} removes them.`,
        ]
      : []),
  ];
}

function nothingOf({ id: assetId }: PlatformAsset, { scope, id }: SlimWish): string {
  return `Asset ${assetId} has no ${scope}${id === undefined ? '' : ` ${id}`} at Mux: nothing to take.`;
}

function warningOf({ kind, id, raw }: SlimPart): string[] {
  switch (kind) {
    case 'static_rendition':
      return [`Links to the file end: …/${textOf(raw.name) ?? id}.`];
    case 'playback_id':
      return [
        `Whoever has the ${textOf(raw.policy) ?? ''} id ${id} can watch no more: pages and players that name it stop.`,
      ];
    case 'audio_track':
      return [`Nothing here can save audio track ${id}: it goes for good (accept_loss).`];
    case 'text_track':
      return [];
    default:
      return kind satisfies never;
  }
}

/** As it is kept in the vault: the customer's words as they are, and no query of any URL. */
export function keptRaw({ raw }: SlimPart): unknown {
  return cutQueries(raw);
}

function filesOf(raw: PlatformAsset['raw']): readonly SlimPart['raw'][] {
  const { static_renditions } = raw;
  return listOf((static_renditions as { files?: unknown } | null | undefined)?.files);
}

/** What was skipped or went wrong is no file. */
function isMade({ status }: SlimPart['raw']): boolean {
  return status !== 'skipped' && status !== 'errored';
}

function sizeOf({ filesize }: SlimPart['raw']): number | undefined {
  const bytes = typeof filesize === 'string' && /^\d{1,15}$/.test(filesize) ? Number(filesize) : filesize;
  return typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : [];
}
