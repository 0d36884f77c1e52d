// Every price that Icehouse reckons with, in one place, dated, each with its source and how far it can be trusted. Pure.
// `documented` stands on a page of Mux or AWS; `reported` in somebody's copy of one; `assumed` is our own judgement.
import {
  type MuxPrices,
  muxPriceOverrides,
  type PartialPrices,
  type PricesByQuality,
  RESOLUTION_TIERS,
  type ResolutionTier,
  VIDEO_QUALITIES,
  type VideoQuality,
} from '../contract/mux-prices.ts';
import type { StorageClass } from '../contract/names.ts';
import type { Tier } from './record.ts';
import { HOUR_MS, MINUTE_MS } from './time.ts';

/** When the figures below were last looked up. */
export const PRICES_AS_OF = '2026-11-22';

/** Mux's list prices without volume discounts, that is for the first 50,000 minutes stored and 5,000 encoded in a month. */
export const MUX_PRICES: MuxPrices = {
  // Reported: mux.com/docs/pricing/video as an undated public copy has it. The 720p rate agrees with what others read in
  // 2026-05. Mux's page on controlling costs says that basic is "slightly higher" than plus; the table has them alike.
  storageUsdPerMinuteMonth: {
    basic: { 'audio-only': 0.00024, '720p': 0.0024, '1080p': 0.003, '1440p': 0.0048, '2160p': 0.0096 },
    plus: { 'audio-only': 0.00024, '720p': 0.0024, '1080p': 0.003, '1440p': 0.0048, '2160p': 0.0096 },
    premium: { 'audio-only': 0.00024, '720p': 0.0036, '1080p': 0.0045, '1440p': 0.0072, '2160p': 0.0144 },
  },
  // Basic documented (free); plus and premium reported, from the same copy. Others read 0.0384 for premium in 2026-05.
  encodingUsdPerMinute: {
    basic: { 'audio-only': 0, '720p': 0, '1080p': 0, '1440p': 0, '2160p': 0 },
    plus: { 'audio-only': 0.0025, '720p': 0.025, '1080p': 0.03125, '1440p': 0.05, '2160p': 0.1 },
    premium: { 'audio-only': 0.0025, '720p': 0.0375, '1080p': 0.046875, '1440p': 0.075, '2160p': 0.15 },
  },
  // Basic and plus reported, from the same copy; premium assumed: half as much again, as in premium's storage.
  staticRenditionUsdPerMinuteMonth: {
    basic: { 'audio-only': 0.00006, '720p': 0.0006, '1080p': 0.00075, '1440p': 0.0012, '2160p': 0.0024 },
    plus: { 'audio-only': 0.00006, '720p': 0.0006, '1080p': 0.00075, '1440p': 0.0012, '2160p': 0.0024 },
    premium: { 'audio-only': 0.00006, '720p': 0.0009, '1080p': 0.001125, '1440p': 0.0018, '2160p': 0.0036 },
  },
  // Documented: mux.com/blog/no-more-waiting-no-more-thawing-automatic-cold-storage-gets-even-cooler (2025-03-04).
  coldDiscounts: { after30Days: 0.4, after90Days: 0.6 },
};

export interface PriceSource {
  readonly figures: string;
  readonly trust: 'documented' | 'reported' | 'assumed';
  readonly source: string;
}

/** What the figures in this file stand on, for docs/prices.md. */
export const PRICE_SOURCES: readonly PriceSource[] = [
  {
    figures: 'Mux: storage, encoding of plus and premium, static renditions of basic and plus',
    trust: 'reported',
    source:
      "an undated public copy of the tables of https://www.mux.com/docs/pricing/video, first step of each scale. Its rate for 720p agrees with what others read in May 2026. Two things do not fit it: Mux's own page on controlling costs calls basic storage slightly dearer than plus, and others read $0.0384 for the encoding of premium",
  },
  {
    figures: 'Mux: encoding of basic is free',
    trust: 'documented',
    source: 'https://mux.com/docs/pricing/controlling-video-costs',
  },
  {
    figures: 'Mux: static renditions of premium',
    trust: 'assumed',
    source: 'half as much again as plus, which is what premium storage costs',
  },
  {
    figures: 'Mux: cold storage',
    trust: 'documented',
    source:
      'https://mux.com/blog/no-more-waiting-no-more-thawing-automatic-cold-storage-gets-even-cooler (March 2025); discounts may differ by contract. That it needs MP4 support to be off is documented for 2024; a later, undated copy of Mux’s pages says that static renditions are kept cold too',
  },
  {
    figures: 'S3: storage, retrieval, requests, egress, minimum durations and sizes, overhead per object',
    trust: 'documented',
    source:
      'https://aws.amazon.com/s3/pricing/ (us-east-1, a copy of 2025) and https://aws.amazon.com/s3/faqs/',
  },
  {
    figures: 'S3: an upgrade of a thaw under way pays for both requests and for the faster retrieval',
    trust: 'documented',
    source: 'https://aws.amazon.com/s3/faqs/, "S3 Restore Speed Upgrade"',
  },
  {
    figures: 'S3: times of retrieval',
    trust: 'documented',
    source:
      'https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html, upper ends, which AWS calls typical',
  },
  {
    figures: 'S3: multipart requests into GLACIER and DEEP_ARCHIVE at the rate of STANDARD',
    trust: 'documented',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html',
  },
  {
    figures: 'Mux fetches over the internet; the free tier of S3 is used up; a month has 30 days',
    trust: 'assumed',
    source: 'the dear end of each',
  },
  {
    figures: 'An asset of unknown quality or resolution is plus in 1080p',
    trust: 'assumed',
    source: 'records made before Icehouse kept what Mux charges by',
  },
];

export interface RetrievalPrice {
  readonly usdPerGb: number;
  readonly usdPerRequest: number;
  /** Upper end of what AWS says it takes. */
  readonly withinMs: number;
}

type AnyClass = StorageClass | 'STANDARD';

export interface S3Prices {
  /** US dollars for a GB (2^30 bytes, as AWS bills) kept for a month. */
  readonly storageUsdPerGbMonth: Readonly<Record<AnyClass, number>>;
  readonly retrieval: Readonly<Record<StorageClass, Readonly<Partial<Record<Tier, RetrievalPrice>>>>>;
  /** US dollars for a GB from S3 to the internet, which is where Mux fetches it. */
  readonly egressUsdPerGb: number;
  /** US dollars for one PUT, COPY, POST or LIST; into GLACIER and DEEP_ARCHIVE a multipart pays this only for its Complete. */
  readonly putUsd: Readonly<Record<AnyClass, number>>;
  /** US dollars for CreateMultipartUpload and each UploadPart. */
  readonly partUsd: Readonly<Record<StorageClass, number>>;
  /** What is deleted or overwritten sooner is charged up to so many days, in proportion. */
  readonly minimumDays: Readonly<Record<StorageClass, number>>;
  /** Smaller objects are charged as if they had so many bytes. */
  readonly minimumBytes: Readonly<Record<StorageClass, number>>;
  /** Bytes per object on top of its own: some at the rate of its class, some at STANDARD's. */
  readonly overheadBytes: Readonly<Record<StorageClass, { readonly own: number; readonly standard: number }>>;
}

/** What AWS means by a GB on its bills: aws.amazon.com/s3/faqs, "How will I be charged". */
export const GB_BYTES = 1024 ** 3;

/** A month on a bill. Assumed: AWS counts the hours of each, Mux the days. */
export const DAYS_PER_MONTH = 30;

/** us-east-1, first step of each scale, no free tier. Documented: aws.amazon.com/s3/pricing in a copy of 2025. */
export const S3_PRICES: S3Prices = {
  // Documented.
  storageUsdPerGbMonth: { STANDARD: 0.023, GLACIER_IR: 0.004, GLACIER: 0.0036, DEEP_ARCHIVE: 0.00099 },
  // Prices documented; times too: docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
  retrieval: {
    DEEP_ARCHIVE: {
      Standard: { usdPerGb: 0.02, usdPerRequest: 0.0001, withinMs: 12 * HOUR_MS },
      Bulk: { usdPerGb: 0.0025, usdPerRequest: 0.000025, withinMs: 48 * HOUR_MS },
    },
    GLACIER: {
      Expedited: { usdPerGb: 0.03, usdPerRequest: 0.01, withinMs: 5 * MINUTE_MS },
      Standard: { usdPerGb: 0.01, usdPerRequest: 0.00005, withinMs: 5 * HOUR_MS },
      Bulk: { usdPerGb: 0, usdPerRequest: 0, withinMs: 12 * HOUR_MS },
    },
    // Readable at once; the tier is only a name there, and the request is the GET.
    GLACIER_IR: { Standard: { usdPerGb: 0.03, usdPerRequest: 0.00001, withinMs: 0 } },
  },
  // Documented, for the first 10 TB in a month. Assumed that Mux fetches over the internet, and that the free 100 GB are used up.
  egressUsdPerGb: 0.09,
  // Documented.
  putUsd: { STANDARD: 0.000005, GLACIER_IR: 0.00002, GLACIER: 0.00003, DEEP_ARCHIVE: 0.00005 },
  // Documented: docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html (GLACIER_IR has no such exception).
  partUsd: { GLACIER_IR: 0.00002, GLACIER: 0.000005, DEEP_ARCHIVE: 0.000005 },
  // Documented.
  minimumDays: { GLACIER_IR: 90, GLACIER: 90, DEEP_ARCHIVE: 180 },
  // Documented.
  minimumBytes: { GLACIER_IR: 128 * 1024, GLACIER: 0, DEEP_ARCHIVE: 0 },
  // Documented.
  overheadBytes: {
    GLACIER_IR: { own: 0, standard: 0 },
    GLACIER: { own: 32 * 1024, standard: 8 * 1024 },
    DEEP_ARCHIVE: { own: 32 * 1024, standard: 8 * 1024 },
  },
};

/** The list prices with a customer's own in their place. Throws a RangeError that names the field which is no price. */
export function withOverrides(given: unknown): MuxPrices {
  const own = muxPriceOverrides(given);
  return {
    storageUsdPerMinuteMonth: merged(MUX_PRICES.storageUsdPerMinuteMonth, own.storageUsdPerMinuteMonth),
    encodingUsdPerMinute: merged(MUX_PRICES.encodingUsdPerMinute, own.encodingUsdPerMinute),
    staticRenditionUsdPerMinuteMonth: merged(
      MUX_PRICES.staticRenditionUsdPerMinuteMonth,
      own.staticRenditionUsdPerMinuteMonth,
    ),
    coldDiscounts: { ...MUX_PRICES.coldDiscounts, ...own.coldDiscounts },
  };
}

function merged(list: PricesByQuality, own: PartialPrices = {}): PricesByQuality {
  return {
    basic: { ...list.basic, ...own.basic },
    plus: { ...list.plus, ...own.plus },
    premium: { ...list.premium, ...own.premium },
  };
}

/** As prices are kept and sent: to a millionth of a dollar. Only who shows them rounds them to cents. */
export function millionths(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}

/** In Mux's words, as one of the tiers that have a price; undefined for an unknown one. */
export function knownTier(resolutionTier: string | undefined): ResolutionTier | undefined {
  return RESOLUTION_TIERS.find((tier) => tier === resolutionTier);
}

/** As above. */
export function knownQuality(videoQuality: string | undefined): VideoQuality | undefined {
  return VIDEO_QUALITIES.find((quality) => quality === videoQuality);
}

/** Assumed: unknown ones count as 1080p. */
export function tierOf(resolutionTier: string | undefined): ResolutionTier {
  return knownTier(resolutionTier) ?? '1080p';
}

/** Assumed: unknown ones count as plus, whose encoding is not free. */
export function qualityOf(videoQuality: string | undefined): VideoQuality {
  return knownQuality(videoQuality) ?? 'plus';
}
