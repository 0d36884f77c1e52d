// Whether a video on Mux is worth archiving, or would do with fewer files there, or is best left alone. Pure.
// Measured against Mux's own cold storage, which is what a video that nobody watches costs there.
import type { MuxPrices, ResolutionTier } from '../contract/mux-prices.ts';
import type { StorageClass } from '../contract/names.ts';
import { tierOf } from './prices.ts';
import {
  ASSUMED_SIDECARS,
  breakEvenBytes,
  breakEvenMonths,
  costsOf,
  unspentMinimumUsd,
  type Video,
} from './savings.ts';

/** A video on Mux, as far as it is known. */
export interface Candidate {
  /** Undefined when Mux does not say. */
  readonly durationSeconds: number | undefined;
  readonly resolutionTier: string | undefined;
  readonly videoQuality: string | undefined;
  readonly staticRenditions: readonly ResolutionTier[];
  /** Of the master; unknown for most, since Mux does not say: reckoned from the bitrate then. */
  readonly masterBytes?: number;
  readonly ageDays: number | undefined;
  /** Seconds delivered to viewers in the window that was looked at. */
  readonly deliveredSeconds: number;
  /** Why it cannot be archived at all, in words. */
  readonly obstacle?: string;
}

export interface AdviceOptions {
  readonly storageClass: StorageClass;
  /** Of the masters, megabits a second; by the resolution tier when it is not given. */
  readonly mbps?: number;
  /** Watched for longer than this in the window is watched. */
  readonly watchedSeconds: number;
  readonly minSeconds: number;
  readonly minSavingUsd: number;
  readonly maxPaybackMonths: number;
  /** The part of the archives that somebody will want back on Mux, 0 to 1. */
  readonly restoredShare: number;
}

export const ADVICE_DEFAULTS: AdviceOptions = {
  storageClass: 'DEEP_ARCHIVE',
  watchedSeconds: 0,
  minSeconds: 30,
  minSavingUsd: 0.001,
  maxPaybackMonths: 12,
  restoredShare: 0.1,
};

/**
 * Assumed: what encoders usually make of each resolution, at the upper end. A master is Mux's stored form of the upload,
 * and Mux does not say its size.
 */
export const ASSUMED_MBPS: Readonly<Record<ResolutionTier, number>> = {
  'audio-only': 0.32,
  '720p': 5,
  '1080p': 8,
  '1440p': 16,
  '2160p': 45,
};

/** About one asset. Dollars are US dollars a month unless the name says otherwise. */
export interface Figures {
  readonly masterBytes: number;
  /** Not known but reckoned from `mbps`. */
  readonly isSizeAssumed: boolean;
  readonly mbps: number;
  /** From this bitrate on the vault costs as much as Mux. */
  readonly breakEvenMbps: number;
  /** What Mux charges while nobody watches, with its static renditions. */
  readonly muxUsd: number;
  /** The same without static renditions. */
  readonly muxColdUsd: number;
  readonly muxStandardUsd: number;
  readonly vaultUsd: number;
  /** Once: requests, and what is left of Mux's first month. */
  readonly archivingUsd: number;
  /** Once, if it is restored. */
  readonly restoreUsd: number;
  /** Against Mux's cold storage, with the restored share; undefined when it never pays. */
  readonly paybackMonths: number | undefined;
}

export type LeaveReason =
  | 'not_archivable'
  | 'duration_unknown'
  | 'watched_lately'
  | 'too_short'
  | 'bitrate_too_high'
  | 'saving_too_small'
  | 'pays_back_too_late';

export type Advice =
  | { readonly kind: 'archive'; readonly savesUsd: number; readonly figures: Figures }
  | { readonly kind: 'remove_static_renditions'; readonly savesUsd: number; readonly figures: Figures }
  | { readonly kind: 'leave_on_mux'; readonly reason: LeaveReason; readonly figures?: Figures };

export function adviceOn(candidate: Candidate, options: AdviceOptions, prices: MuxPrices): Advice {
  if (candidate.obstacle) return leave('not_archivable');
  const { durationSeconds } = candidate;
  if (durationSeconds === undefined) return leave('duration_unknown');
  const figures = figuresOf(candidate, durationSeconds, options, prices);
  if (candidate.deliveredSeconds > options.watchedSeconds) return leave('watched_lately', figures);
  const against = whyNotArchived(durationSeconds, figures, options);
  if (!against) return { kind: 'archive', savesUsd: figures.muxUsd - figures.vaultUsd, figures };
  const leanerUsd = figures.muxUsd - figures.muxColdUsd;
  if (candidate.staticRenditions.length > 0 && leanerUsd >= options.minSavingUsd) {
    return { kind: 'remove_static_renditions', savesUsd: leanerUsd, figures };
  }
  return leave(against, figures);
}

function leave(reason: LeaveReason, figures?: Figures): Advice {
  return { kind: 'leave_on_mux', reason, figures };
}

/** What archiving adds to removing the static renditions, which anybody can do without it: that alone must be worth it. */
function whyNotArchived(
  durationSeconds: number,
  { muxColdUsd, vaultUsd, paybackMonths }: Figures,
  options: AdviceOptions,
): LeaveReason | undefined {
  if (durationSeconds < options.minSeconds) return 'too_short';
  if (muxColdUsd <= vaultUsd) return 'bitrate_too_high';
  if (muxColdUsd - vaultUsd < options.minSavingUsd) return 'saving_too_small';
  const isSoon = paybackMonths !== undefined && paybackMonths <= options.maxPaybackMonths;
  return isSoon ? undefined : 'pays_back_too_late';
}

function figuresOf(
  candidate: Candidate,
  durationSeconds: number,
  options: AdviceOptions,
  prices: MuxPrices,
): Figures {
  const bytesPerMbps = (durationSeconds * 1e6) / 8;
  const assumedMbps = options.mbps ?? ASSUMED_MBPS[tierOf(candidate.resolutionTier)];
  const masterBytes = candidate.masterBytes ?? Math.round(assumedMbps * bytesPerMbps);
  const video: Video = {
    ...candidate,
    durationSeconds,
    masterBytes,
    storageClass: options.storageClass,
    sidecars: ASSUMED_SIDECARS,
  };
  const costs = costsOf(video, prices);
  const unspentUsd = unspentMinimumUsd(video, candidate.ageDays ?? 0, prices);
  const archivingUsd = costs.archivingUsd + unspentUsd;
  const onceUsd = archivingUsd + options.restoredShare * costs.restore.totalUsd;
  return {
    masterBytes,
    isSizeAssumed: candidate.masterBytes === undefined,
    mbps: masterBytes / bytesPerMbps,
    breakEvenMbps: breakEvenBytes(video, costs) / bytesPerMbps,
    muxUsd: costs.mux.after90DaysUsd,
    muxColdUsd: costs.mux.coldUsd,
    muxStandardUsd: costs.mux.standardUsd,
    vaultUsd: costs.vaultUsd,
    archivingUsd,
    restoreUsd: costs.restore.totalUsd,
    paybackMonths: breakEvenMonths(costs, 'coldUsd', onceUsd),
  };
}
