// What would come of a request to delete an asset, before anybody makes it: verdict, losses, size and price. Pure.
import type { MuxPrices } from '../contract/mux-prices.ts';
import type { StorageClass } from '../contract/names.ts';
import { ASSUMED_MBPS } from './advice.ts';
import type { PlatformAsset } from './asset.ts';
import { billedAs, staticRenditionTiers } from './billing.ts';
import { refusedLosses, type Weight, weightOf } from './loss-policy.ts';
import { millionths, PRICES_AS_OF, S3_PRICES, tierOf } from './prices.ts';
import { publicRecord } from './public-record.ts';
import type { AssetRecord, Loss } from './record.ts';
import { ASSUMED_SIDECARS, costsOf, type Video } from './savings.ts';
import { retrievals } from './thaw.ts';
import { DAY_MS, iso } from './time.ts';
import { judge } from './verdict.ts';

/** What the answer depends on beside the asset: the stack's settings. */
export interface CheckRates {
  readonly storageClass: StorageClass;
  readonly muxPrices: MuxPrices;
  readonly onLoss: 'warn' | 'hold';
  readonly graceDays: number;
}

export interface Checked {
  readonly assetId: string;
  /** Undefined when Mux has none of this id. */
  readonly asset: PlatformAsset | undefined;
  readonly losses: readonly Loss[];
  readonly record: AssetRecord | undefined;
  /** The asset that this one was restored from. */
  readonly restoredFrom: string | undefined;
}

export type CheckVerdict = 'archive' | 'wait' | 'hold' | 'refuse' | 'gone';

export type Check = ReturnType<typeof checkOf>;

export function checkOf(checked: Checked, rates: CheckRates, nowMs: number) {
  const { assetId, asset, record } = checked;
  const losses = checked.losses.map((loss) => ({ ...loss, weight: weightOf(loss.code) satisfies Weight }));
  const video = asset && videoOf(asset, record, rates.storageClass);
  return {
    asset_id: assetId,
    checked_at: iso(nowMs),
    ...verdictOf(checked, rates),
    tracked: record ? trackedAs(record) : null,
    restored_from: checked.restoredFrom,
    at_mux: asset ? atMux(asset) : null,
    losses,
    size: video ? sizeOf(video, record) : null,
    prices: video ? pricesOf(video, rates.muxPrices) : null,
    /** The date of a request that names none. */
    default_expiration_date: iso(nowMs + rates.graceDays * DAY_MS),
  };
}

interface Answered {
  readonly verdict: CheckVerdict;
  readonly code?: string;
  readonly reason: string;
  readonly action?: string;
}

/** As a request would meet it now, whether there is one already or not. */
function verdictOf({ asset, losses, record }: Checked, { onLoss }: CheckRates): Answered {
  if (!asset) return { verdict: 'gone', reason: 'Mux has no asset of this id.' };
  const verdict = judge(asset);
  if (verdict.kind === 'refuse') {
    const { code, message, action } = verdict;
    return { verdict: 'refuse', code, reason: message, action };
  }
  if (verdict.kind === 'wait') return { verdict: 'wait', reason: `${verdict.waitingFor}.` };
  const accepted_losses = record?.accepted_losses;
  const refused = refusedLosses({ losses, accepted_losses }, onLoss).map(({ code }) => code);
  if (refused.length === 0)
    return { verdict: 'archive', reason: 'It can be archived, deleted and brought back.' };
  return {
    verdict: 'hold',
    code: 'LOSS_REFUSED',
    reason: `A restore would lose something that policy refuses: ${[...new Set(refused)].join(', ')}.`,
    action: `To go on all the same, send the delete request with "accept_loss": ${JSON.stringify([...new Set(refused)])}.`,
  };
}

function trackedAs(record: AssetRecord) {
  const { status, life, summary, expiration_date, next_action_at, hold, current_asset_id } =
    publicRecord(record);
  return { status, life, summary, expiration_date, next_action_at, hold, current_asset_id };
}

function atMux(asset: PlatformAsset) {
  const { resolution_tier, video_quality } = billedAs(asset);
  const ofType = (type: string) => asset.tracks.filter((track) => track.type === type).length;
  return {
    status: asset.status,
    title: asset.meta?.title,
    duration: asset.durationSeconds,
    created_at: asset.createdAtMs === undefined ? undefined : iso(asset.createdAtMs),
    resolution_tier,
    video_quality,
    playback_ids: asset.playbackIds.map(({ id, policy }) => ({ id, policy })),
    audio_tracks: ofType('audio'),
    text_tracks: ofType('text'),
    static_renditions: staticRenditionTiers(asset).length,
    master: asset.master.kind,
    is_live: asset.isLive,
    is_test: asset.isTest,
  };
}

/** Undefined for one whose length Mux does not say: nothing can be reckoned from it. */
function videoOf(
  asset: PlatformAsset,
  record: AssetRecord | undefined,
  storageClass: StorageClass,
): Video | undefined {
  const { archive } = record ?? {};
  const { durationSeconds } = asset;
  if (durationSeconds === undefined) return undefined;
  const { resolution_tier: resolutionTier, video_quality: videoQuality } = billedAs(asset);
  const assumedBytes = Math.round((durationSeconds * mbpsOf(asset) * 1e6) / 8);
  return {
    durationSeconds,
    resolutionTier,
    videoQuality,
    staticRenditions: staticRenditionTiers(asset),
    storageClass: archive?.storage_class ?? storageClass,
    masterBytes: archive?.size_bytes ?? assumedBytes,
    sidecars: ASSUMED_SIDECARS,
  };
}

function mbpsOf(asset: PlatformAsset): number {
  return ASSUMED_MBPS[asset.audioOnly ? 'audio-only' : tierOf(billedAs(asset).resolution_tier)];
}

/** Exact only once it is in the vault: Mux does not say how large a master is. */
function sizeOf({ masterBytes }: Video, record: AssetRecord | undefined) {
  return { bytes: masterBytes, is_estimate: record?.archive === undefined };
}

/** Dollars of a month where the name says so, else once. */
function pricesOf(video: Video, muxPrices: MuxPrices) {
  const { mux, vaultUsd, archivingUsd, restore } = costsOf(video, muxPrices);
  return {
    currency: 'USD',
    prices_as_of: PRICES_AS_OF,
    storage_class: video.storageClass,
    archiving_usd: millionths(archivingUsd),
    vault_usd_per_month: millionths(vaultUsd),
    vault_minimum_days: S3_PRICES.minimumDays[video.storageClass],
    mux_usd_per_month: millionths(mux.standardUsd),
    mux_cold_usd_per_month: millionths(mux.after90DaysUsd),
    /** By the cheapest tier. */
    restoring_usd: millionths(restore.totalUsd),
    restore_tiers: retrievals(video.storageClass, video.masterBytes).map(({ tier, withinMs }) => ({
      tier,
      within_seconds: withinMs / 1_000,
    })),
  };
}
