// What one archive costs, and what Mux would charge for the same video: per month, once, and until it has paid for itself.
// Pure; all prices are those of prices.ts. Months have 30 days.
import type { MuxPrices, ResolutionTier } from '../contract/mux-prices.ts';
import type { StorageClass } from '../contract/names.ts';
import { planParts } from './part-plan.ts';
import { DAYS_PER_MONTH, GB_BYTES, qualityOf, S3_PRICES, tierOf } from './prices.ts';

/** A video in the vault, or one that could be. */
export interface Video {
  readonly durationSeconds: number;
  /** In Mux's words; unknown ones count as 1080p and plus. */
  readonly resolutionTier: string | undefined;
  readonly videoQuality: string | undefined;
  /** One for each file, by the resolution that Mux charges for it. */
  readonly staticRenditions: readonly ResolutionTier[];
  readonly storageClass: StorageClass;
  readonly masterBytes: number;
  /** Manifest, captions and pictures. */
  readonly sidecars: { readonly count: number; readonly sizeBytes: number };
}

/** Where they are not known: manifest, one caption, poster and storyboard of an ordinary video. */
export const ASSUMED_SIDECARS: Video['sidecars'] = { count: 4, sizeBytes: 100_000 };

/** US dollars a month for keeping it on Mux. */
export interface MuxMonth {
  /** Somebody watched it within 30 days. */
  readonly standardUsd: number;
  /** Nobody has for 30 and for 90 days: the discount, unless static renditions keep Mux from giving it. */
  readonly after30DaysUsd: number;
  readonly after90DaysUsd: number;
  /** As the line above, once static renditions are removed: the least that Mux charges, and so the honest baseline. */
  readonly coldUsd: number;
}

export interface Costs {
  readonly mux: MuxMonth;
  /** US dollars a month. */
  readonly vaultUsd: number;
  /** US dollars, once: the requests that put it into the vault. */
  readonly archivingUsd: number;
  /** US dollars for one restore to Mux. */
  readonly restore: RestoreCosts;
  /** The vault's dollars a month by the number of months that S3 charges for at least. */
  readonly minimums: readonly { readonly months: number; readonly usdPerMonth: number }[];
}

export interface RestoreCosts {
  readonly retrievalUsd: number;
  /** The thawed copy, for as long as it stays readable. */
  readonly temporaryCopyUsd: number;
  readonly egressUsd: number;
  readonly encodingUsd: number;
  /** Mux charges a basic asset for a month even if it is deleted sooner. */
  readonly firstMonthUsd: number;
  readonly totalUsd: number;
}

export type Baseline = 'coldUsd' | 'standardUsd';

/** mux.com/docs/pricing/controlling-video-costs: basic assets are charged for one month of storage at least. */
const BASIC_MINIMUM_MONTHS = 1;

/** Unless a stack says otherwise. */
const USUAL_THAW_DAYS = 7;

export function costsOf(video: Video, prices: MuxPrices): Costs {
  const vaultUsd = vaultMonth(video);
  const months = S3_PRICES.minimumDays[video.storageClass] / DAYS_PER_MONTH;
  return {
    mux: muxMonth(video, prices),
    vaultUsd,
    archivingUsd: archivingUsd(video),
    restore: restoreCosts(video, prices),
    minimums: [{ months, usdPerMonth: vaultUsd }],
  };
}

function muxMonth(video: Video, prices: MuxPrices): MuxMonth {
  const { after30Days, after90Days } = prices.coldDiscounts;
  const plainUsd = storageMonthUsd(video, prices);
  const perMinute = prices.staticRenditionUsdPerMinuteMonth[qualityOf(video.videoQuality)];
  const renditionsUsd = total(video.staticRenditions.map((tier) => perMinute[tier] * minutesOf(video)));
  const standardUsd = plainUsd + renditionsUsd;
  // Eligible is what has no MP4s: mux.com/blog/introducing-our-coolest-pricing-lever-yet-automatic-cold-storage
  const isBlocked = video.staticRenditions.length > 0;
  return {
    standardUsd,
    after30DaysUsd: isBlocked ? standardUsd : plainUsd * (1 - after30Days),
    after90DaysUsd: isBlocked ? standardUsd : plainUsd * (1 - after90Days),
    coldUsd: plainUsd * (1 - after90Days),
  };
}

function storageMonthUsd(video: Video, prices: MuxPrices): number {
  const { videoQuality, resolutionTier } = video;
  const perMinute = prices.storageUsdPerMinuteMonth[qualityOf(videoQuality)][tierOf(resolutionTier)];
  return perMinute * minutesOf(video);
}

function minutesOf({ durationSeconds }: Video): number {
  return durationSeconds / 60;
}

/** The master in its class with what Glacier adds to each object; all else at STANDARD, readable at once. */
function vaultMonth({ storageClass, masterBytes, sidecars }: Video): number {
  const { storageUsdPerGbMonth, minimumBytes, overheadBytes } = S3_PRICES;
  const { own, standard } = overheadBytes[storageClass];
  const ownBytes = Math.max(masterBytes, minimumBytes[storageClass]) + own;
  const standardBytes = standard + sidecars.sizeBytes;
  return (
    gb(ownBytes) * storageUsdPerGbMonth[storageClass] + gb(standardBytes) * storageUsdPerGbMonth.STANDARD
  );
}

/** One Create, the parts, one Complete, and a PUT for each sidecar. */
function archivingUsd({ storageClass, masterBytes, sidecars }: Video): number {
  const { putUsd, partUsd } = S3_PRICES;
  const { partCount } = planParts(masterBytes);
  return (1 + partCount) * partUsd[storageClass] + putUsd[storageClass] + sidecars.count * putUsd.STANDARD;
}

function restoreCosts(video: Video, prices: MuxPrices): RestoreCosts {
  const quality = qualityOf(video.videoQuality);
  const encodingUsd = prices.encodingUsdPerMinute[quality][tierOf(video.resolutionTier)] * minutesOf(video);
  const firstMonthUsd = quality === 'basic' ? BASIC_MINIMUM_MONTHS * storageMonthUsd(video, prices) : 0;
  const retrievalUsd = cheapestRetrievalUsd(video);
  const temporaryCopyUsd = thawedCopyUsd(video);
  const egressUsd = gb(video.masterBytes) * S3_PRICES.egressUsdPerGb;
  const totalUsd = retrievalUsd + temporaryCopyUsd + egressUsd + encodingUsd + firstMonthUsd;
  return { retrievalUsd, temporaryCopyUsd, egressUsd, encodingUsd, firstMonthUsd, totalUsd };
}

function cheapestRetrievalUsd({ storageClass, masterBytes }: Video): number {
  const offers = Object.values(S3_PRICES.retrieval[storageClass]);
  return Math.min(...offers.map((offer) => gb(masterBytes) * offer.usdPerGb + offer.usdPerRequest));
}

/** GLACIER_IR is read as it is. */
function thawedCopyUsd({ storageClass, masterBytes }: Video): number {
  if (storageClass === 'GLACIER_IR') return 0;
  return (gb(masterBytes) * S3_PRICES.storageUsdPerGbMonth.STANDARD * USUAL_THAW_DAYS) / DAYS_PER_MONTH;
}

function gb(sizeBytes: number): number {
  return sizeBytes / GB_BYTES;
}

/** A master of so many bytes would cost as much in the vault as on Mux, cold. */
export function breakEvenBytes({ storageClass, masterBytes }: Video, { mux, vaultUsd }: Costs): number {
  const perGbUsd = S3_PRICES.storageUsdPerGbMonth[storageClass];
  return Math.max(0, masterBytes + ((mux.coldUsd - vaultUsd) / perGbUsd) * GB_BYTES);
}

/** Of basic assets: what Mux will charge for the rest of its minimum though the asset is gone. */
export function unspentMinimumUsd(video: Video, ageDays: number, prices: MuxPrices): number {
  const leftMonths = Math.max(0, BASIC_MINIMUM_MONTHS - ageDays / DAYS_PER_MONTH);
  return qualityOf(video.videoQuality) === 'basic' ? leftMonths * storageMonthUsd(video, prices) : 0;
}

/** Of many together; of none it is all zeros. */
export function sumOf(costs: readonly Costs[]): Costs {
  const sum = (pick: (each: Costs) => number) => total(costs.map(pick));
  const byMonths = Map.groupBy(
    costs.flatMap((each) => each.minimums),
    ({ months }) => months,
  );
  return {
    mux: {
      standardUsd: sum(({ mux }) => mux.standardUsd),
      after30DaysUsd: sum(({ mux }) => mux.after30DaysUsd),
      after90DaysUsd: sum(({ mux }) => mux.after90DaysUsd),
      coldUsd: sum(({ mux }) => mux.coldUsd),
    },
    vaultUsd: sum(({ vaultUsd }) => vaultUsd),
    archivingUsd: sum(({ archivingUsd }) => archivingUsd),
    restore: {
      retrievalUsd: sum(({ restore }) => restore.retrievalUsd),
      temporaryCopyUsd: sum(({ restore }) => restore.temporaryCopyUsd),
      egressUsd: sum(({ restore }) => restore.egressUsd),
      encodingUsd: sum(({ restore }) => restore.encodingUsd),
      firstMonthUsd: sum(({ restore }) => restore.firstMonthUsd),
      totalUsd: sum(({ restore }) => restore.totalUsd),
    },
    minimums: [...byMonths].map(([months, each]) => ({
      months,
      usdPerMonth: total(each.map(({ usdPerMonth }) => usdPerMonth)),
    })),
  };
}

function total(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0);
}

/** What is saved if the archive ends after so many months, with all it cost: negative when Mux had been cheaper. */
export function savedUsd(
  costs: Costs,
  months: number,
  baseline: Baseline,
  onceUsd = costs.archivingUsd,
): number {
  const keptUsd = costs.minimums.map((each) => Math.max(months, each.months) * each.usdPerMonth);
  return months * costs.mux[baseline] - onceUsd - total(keptUsd);
}

/**
 * Months from which on the archive has paid for itself, and goes on doing so, even if it were removed right then and S3
 * charged for the rest of its minimum. Undefined when it never does: the vault costs as much as Mux.
 */
export function breakEvenMonths(
  costs: Costs,
  baseline: Baseline,
  onceUsd = costs.archivingUsd,
): number | undefined {
  if (costs.mux[baseline] <= costs.vaultUsd) return undefined;
  // Between the ends of the minimums the saving grows along straight lines: the first of them that reaches zero tells.
  const ends = costs.minimums.map(({ months }) => months).toSorted((one, other) => one - other);
  const start = [...ends].reverse().find((months) => savedUsd(costs, months, baseline, onceUsd) < 0) ?? 0;
  const later = costs.minimums.filter(({ months }) => months <= start);
  const growthUsd = costs.mux[baseline] - total(later.map(({ usdPerMonth }) => usdPerMonth));
  return start + Math.max(0, -savedUsd(costs, start, baseline, onceUsd)) / growthUsd;
}
