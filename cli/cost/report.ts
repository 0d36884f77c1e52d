// What the archives of a list cost and save, as one document: by status, now, and once what waits is deleted. Pure.
import type { MuxPrices } from '../../lambdas/contract/mux-prices.ts';
import { isArchiveOnly } from '../../lambdas/domain/modes.ts';
import { knownQuality, knownTier, PRICES_AS_OF, tierOf } from '../../lambdas/domain/prices.ts';
import {
  ASSUMED_SIDECARS,
  type Baseline,
  breakEvenMonths,
  type Costs,
  costsOf,
  savedUsd,
  sumOf,
  type Video,
} from '../../lambdas/domain/savings.ts';
import type { PublicRecord } from '../api.ts';
import { millionths } from './money.ts';

/** One archive, as far as its costs go. */
export interface Entry {
  readonly assetId: string;
  readonly status: string;
  /** Where the video's bytes are, by its record. */
  readonly location: PublicRecord['location'];
  readonly archiveKey: string;
  readonly video: Omit<Video, 'durationSeconds'> & { readonly durationSeconds: number | undefined };
  readonly isBillingKnown: boolean;
  /** Nothing is ever to delete it from Mux. */
  readonly isKept?: boolean;
}

/** Undefined when nothing of it lies in the vault. */
export function entryOf(record: PublicRecord): Entry | undefined {
  const { archive, billed_as, location } = record;
  if (!archive || location === 'mux' || location === 'none') return undefined;
  const count = 1 + archive.captions.length + (archive.sidecars?.length ?? 0);
  const sizeBytes = archive.sidecar_bytes ?? ASSUMED_SIDECARS.sizeBytes;
  return {
    assetId: record.asset_id,
    status: record.status,
    location,
    archiveKey: `${archive.bucket}/${archive.key}/${archive.version_id}`,
    video: {
      durationSeconds: record.duration,
      resolutionTier: billed_as?.resolution_tier,
      videoQuality: billed_as?.video_quality,
      // The record says that there are some, not which: one, as large as the video.
      staticRenditions: billed_as?.has_static_renditions ? [tierOf(billed_as.resolution_tier)] : [],
      storageClass: archive.storage_class,
      masterBytes: archive.size_bytes,
      sidecars: { count, sizeBytes },
    },
    isKept: isArchiveOnly(record),
    isBillingKnown: Boolean(knownTier(billed_as?.resolution_tier) && knownQuality(billed_as?.video_quality)),
  };
}

export interface CostReport {
  readonly currency: 'USD';
  readonly prices_as_of: string;
  readonly months: number;
  readonly records: number;
  readonly by_status: readonly (Totals & { readonly status: string })[];
  /** Archives whose video is gone from Mux, less what those cost whose video is on Mux too. */
  readonly now: Totals;
  /** The same when every archive that waits for its date has been deleted from Mux. */
  readonly once_deleted: Totals;
  readonly left_out: {
    readonly nothing_archived: number;
    readonly same_archive_as_another: number;
    readonly unknown_duration: readonly string[];
    /** What those of unknown duration cost in the vault all the same. */
    readonly unknown_duration_vault_usd_per_month: number;
  };
  readonly assumptions: readonly string[];
}

export interface Totals {
  readonly assets: number;
  readonly minutes: number;
  readonly size_bytes: number;
  readonly vault_usd_per_month: number;
  /** What Mux charges, or would, for all of them: the least; as they were while nobody watches; and watched. */
  readonly mux_cold_usd_per_month: number;
  readonly mux_unwatched_usd_per_month: number;
  readonly mux_standard_usd_per_month: number;
  /** Once: the requests that archived them. */
  readonly archiving_usd: number;
  /** Once: bringing all of them back to Mux. */
  readonly restoring_usd: number;
  /** Less than nothing where Mux is paid besides. */
  readonly saves_against_mux_cold: Saving;
  readonly saves_against_mux_standard: Saving;
}

export interface Saving {
  readonly usd_per_month: number;
  readonly usd_over_months: number;
  /** Null when it never pays. */
  readonly break_even_months: number | null;
}

type Known = Entry & { readonly costs: Costs; readonly minutes: number };

export function costReport(
  entries: readonly Entry[],
  read: { readonly records: number; readonly months: number; readonly isOwnPrices: boolean },
  prices: MuxPrices,
): CostReport {
  const single = onePerArchive(entries);
  const known = single.flatMap((entry) => knownCosts(entry, prices));
  const unknown = single.filter(({ video }) => video.durationSeconds === undefined);
  const isGone = ({ location }: Known) => location === 'vault';
  const isGoing = (entry: Known) => isGone(entry) || (WAITING.includes(entry.status) && !entry.isKept);
  const byStatus = Map.groupBy(known, ({ status }) => status);
  return {
    currency: 'USD',
    prices_as_of: PRICES_AS_OF,
    months: read.months,
    records: read.records,
    by_status: [...byStatus].map(([status, each]) => ({ status, ...totals(each, isGone, read.months) })),
    now: totals(known, isGone, read.months),
    once_deleted: totals(known, isGoing, read.months),
    left_out: {
      nothing_archived: read.records - entries.length,
      same_archive_as_another: entries.length - single.length,
      unknown_duration: unknown.map(({ assetId }) => assetId),
      unknown_duration_vault_usd_per_month: millionths(
        sumOf(unknown.map(({ video }) => costsOf({ ...video, durationSeconds: 0 }, prices))).vaultUsd,
      ),
    },
    assumptions: assumptions(known, read.isOwnPrices),
  };
}

/** On their way off Mux, but for those that are never deleted. */
const WAITING: readonly string[] = ['archived', 'scheduled', 'deleting'];

/** A restored video that is deleted again uses its old archive: it is paid for once, by the record that needs it most. */
function onePerArchive(entries: readonly Entry[]): readonly Entry[] {
  const byArchive = Map.groupBy(entries, ({ archiveKey }) => archiveKey);
  return [...byArchive.values()].flatMap(
    (same) => same.find(({ location }) => location === 'vault') ?? same.slice(-1),
  );
}

function knownCosts(entry: Entry, prices: MuxPrices): Known[] {
  const { durationSeconds } = entry.video;
  if (durationSeconds === undefined) return [];
  const costs = costsOf({ ...entry.video, durationSeconds }, prices);
  return [{ ...entry, costs, minutes: durationSeconds / 60 }];
}

/** `isOff` says whose place on Mux is saved; all others only add what the vault costs. */
function totals(entries: readonly Known[], isOff: (entry: Known) => boolean, months: number): Totals {
  const all = sumOf(entries.map(({ costs }) => costs));
  const saved = { ...all, mux: sumOf(entries.filter(isOff).map(({ costs }) => costs)).mux };
  return {
    assets: entries.length,
    minutes: Math.round(entries.reduce((sum, { minutes }) => sum + minutes, 0) * 100) / 100,
    size_bytes: entries.reduce((sum, { video }) => sum + video.masterBytes, 0),
    vault_usd_per_month: millionths(all.vaultUsd),
    mux_cold_usd_per_month: millionths(all.mux.coldUsd),
    mux_unwatched_usd_per_month: millionths(all.mux.after90DaysUsd),
    mux_standard_usd_per_month: millionths(all.mux.standardUsd),
    archiving_usd: millionths(all.archivingUsd),
    restoring_usd: millionths(all.restore.totalUsd),
    saves_against_mux_cold: saving(saved, months, 'coldUsd'),
    saves_against_mux_standard: saving(saved, months, 'standardUsd'),
  };
}

function saving(costs: Costs, months: number, baseline: Baseline): Saving {
  const breakEven = breakEvenMonths(costs, baseline);
  return {
    usd_per_month: millionths(costs.mux[baseline] - costs.vaultUsd),
    usd_over_months: millionths(savedUsd(costs, months, baseline)),
    break_even_months: breakEven === undefined ? null : Math.round(breakEven * 100) / 100,
  };
}

function assumptions(known: readonly Known[], isOwnPrices: boolean): readonly string[] {
  const unbilled = known.filter(({ isBillingKnown }) => !isBillingKnown).length;
  const withFiles = known.filter(({ video }) => video.staticRenditions.length > 0).length;
  return [
    isOwnPrices
      ? "Mux's prices are list prices, with those of MUX_PRICES in their place."
      : "Mux's prices are list prices without volume discounts; MUX_PRICES sets your own.",
    "S3's prices are those of us-east-1. What the stack itself costs to run is not in it.",
    'Nobody would watch them: Mux cold is its storage price after 90 days without a view, without static renditions.',
    'A month has 30 days. An archive is charged for the minimum of its storage class, also where it ends sooner.',
    'A restore reads back by the cheapest tier, over the internet, and Mux encodes again what is not basic.',
    ...(unbilled > 0
      ? [`${unbilled} of them do not say what Mux charged by: taken as 1080p, or plus, where it is missing.`]
      : []),
    ...(withFiles > 0
      ? [
          `${withFiles} of them had static renditions, at least one each as large as the video: ` +
            'as they were, Mux would never have charged them as cold.',
        ]
      : []),
  ];
}
