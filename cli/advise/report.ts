// Advice on many assets as one document: each with the figures it rests on, what would save most first. Pure.
import type { MuxPrices } from '../../lambdas/contract/mux-prices.ts';
import {
  type Advice,
  type AdviceOptions,
  adviceOn,
  type Figures,
  type LeaveReason,
} from '../../lambdas/domain/advice.ts';
import type { PlatformAsset } from '../../lambdas/domain/asset.ts';
import { billedAs, staticRenditionTiers } from '../../lambdas/domain/billing.ts';
import { PRICES_AS_OF } from '../../lambdas/domain/prices.ts';
import { DAY_MS, iso } from '../../lambdas/domain/time.ts';
import { judge } from '../../lambdas/domain/verdict.ts';
import { millionths } from '../cost/money.ts';
import type { Reading } from './reading.ts';

export interface AdviceRow {
  readonly asset_id: string;
  readonly title?: string;
  readonly advice: Advice['kind'];
  /** Why it is best left on Mux. */
  readonly reason?: LeaveReason;
  /** Why it cannot be archived, in words. */
  readonly obstacle?: string;
  /** By following the advice. */
  readonly saves_usd_per_month: number;
  /** Seconds; absent when Mux does not say. */
  readonly duration?: number;
  readonly resolution_tier?: string;
  readonly video_quality?: string;
  readonly static_renditions: number;
  /** Seconds, in the window. */
  readonly delivered_seconds: number;
  readonly figures?: RowFigures;
}

/** Dollars of a month where the name says so, else once. */
export interface RowFigures {
  readonly master_bytes: number;
  readonly size_is_assumed: boolean;
  readonly mbps: number;
  readonly break_even_mbps: number;
  readonly mux_unwatched_usd_per_month: number;
  readonly mux_cold_usd_per_month: number;
  readonly mux_standard_usd_per_month: number;
  readonly vault_usd_per_month: number;
  readonly archiving_usd: number;
  readonly restoring_usd: number;
  /** Null when it never pays. */
  readonly payback_months: number | null;
}

export interface Thresholds {
  readonly storage_class: string;
  /** Absent: by the resolution tier. */
  readonly mbps?: number;
  readonly watched_seconds: number;
  readonly min_seconds: number;
  readonly min_saving_usd_per_month: number;
  readonly max_payback_months: number;
  readonly restored_share: number;
}

export interface AdviceReport {
  readonly source: 'mux';
  readonly currency: 'USD';
  readonly prices_as_of: string;
  readonly window: { readonly from: string; readonly to: string };
  readonly thresholds: Thresholds;
  readonly rows: readonly AdviceRow[];
  readonly missing: readonly string[];
  readonly unreadable: number;
}

export function adviceReport(reading: Reading, options: AdviceOptions): AdviceReport {
  const { rows, window, missing, unreadable } = reading;
  return {
    source: 'mux',
    currency: 'USD',
    prices_as_of: PRICES_AS_OF,
    window: { from: iso(window.fromMs), to: iso(window.toMs) },
    thresholds: {
      storage_class: options.storageClass,
      mbps: options.mbps,
      watched_seconds: options.watchedSeconds,
      min_seconds: options.minSeconds,
      min_saving_usd_per_month: options.minSavingUsd,
      max_payback_months: options.maxPaybackMonths,
      restored_share: options.restoredShare,
    },
    rows: rows.toSorted((one, other) => other.saves_usd_per_month - one.saves_usd_per_month),
    missing,
    unreadable,
  };
}

export function adviceRow(
  asset: PlatformAsset,
  deliveredSeconds: number,
  options: AdviceOptions,
  prices: MuxPrices,
  nowMs: number,
): AdviceRow {
  const { resolution_tier, video_quality } = billedAs(asset);
  const staticRenditions = staticRenditionTiers(asset);
  const obstacle = obstacleOf(asset);
  const candidate = {
    durationSeconds: asset.durationSeconds,
    resolutionTier: resolution_tier,
    videoQuality: video_quality,
    staticRenditions,
    ageDays: asset.createdAtMs === undefined ? undefined : (nowMs - asset.createdAtMs) / DAY_MS,
    deliveredSeconds,
    obstacle,
  };
  const advice = adviceOn(candidate, options, prices);
  return {
    asset_id: asset.id,
    title: asset.meta?.title,
    advice: advice.kind,
    reason: advice.kind === 'leave_on_mux' ? advice.reason : undefined,
    obstacle,
    saves_usd_per_month: advice.kind === 'leave_on_mux' ? 0 : millionths(advice.savesUsd),
    duration: asset.durationSeconds,
    resolution_tier,
    video_quality,
    static_renditions: staticRenditions.length,
    delivered_seconds: deliveredSeconds,
    figures: advice.figures && rowFigures(advice.figures),
  };
}

function obstacleOf(asset: PlatformAsset): string | undefined {
  const verdict = judge(asset);
  if (verdict.kind === 'refuse') return verdict.message;
  return verdict.kind === 'wait' ? `${verdict.waitingFor}.` : undefined;
}

function rowFigures(figures: Figures): RowFigures {
  return {
    master_bytes: figures.masterBytes,
    size_is_assumed: figures.isSizeAssumed,
    mbps: Math.round(figures.mbps * 100) / 100,
    break_even_mbps: Math.round(figures.breakEvenMbps * 100) / 100,
    mux_unwatched_usd_per_month: millionths(figures.muxUsd),
    mux_cold_usd_per_month: millionths(figures.muxColdUsd),
    mux_standard_usd_per_month: millionths(figures.muxStandardUsd),
    vault_usd_per_month: millionths(figures.vaultUsd),
    archiving_usd: millionths(figures.archivingUsd),
    restoring_usd: millionths(figures.restoreUsd),
    payback_months:
      figures.paybackMonths === undefined ? null : Math.round(figures.paybackMonths * 100) / 100,
  };
}
