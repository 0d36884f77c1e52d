// Every price that Icehouse reckons with, in one place, dated, each with its source. Pure.
import type {
  MuxPriceOverrides,
  MuxPrices,
  PricesByQuality,
  ResolutionTier,
  VideoQuality,
} from '../contract/mux-prices.ts';
import type { StorageClass } from '../contract/names.ts';
import type { Tier } from './record.ts';

/** When the figures below were last looked up. */
export const PRICES_AS_OF = '2026-11-22';

/** Mux's list prices: mux.com/pricing. */
export const MUX_PRICES: MuxPrices = {
  storageUsdPerMinuteMonth: {
    basic: { 'audio-only': 0.0003, '720p': 0.0024, '1080p': 0.003, '1440p': 0.006, '2160p': 0.012 },
    plus: { 'audio-only': 0.0003, '720p': 0.0024, '1080p': 0.003, '1440p': 0.006, '2160p': 0.012 },
    premium: { 'audio-only': 0.0003, '720p': 0.0024, '1080p': 0.003, '1440p': 0.006, '2160p': 0.012 },
  },
  encodingUsdPerMinute: {
    basic: { 'audio-only': 0, '720p': 0, '1080p': 0, '1440p': 0, '2160p': 0 },
    plus: { 'audio-only': 0.0025, '720p': 0.025, '1080p': 0.03125, '1440p': 0.0625, '2160p': 0.125 },
    premium: { 'audio-only': 0.0025, '720p': 0.0384, '1080p': 0.048, '1440p': 0.096, '2160p': 0.192 },
  },
  coldDiscounts: { after30Days: 0.4, after90Days: 0.6 },
  staticRenditionUsdPerMinuteMonth: 0.0024,
};

/** The list prices with a customer's own in their place. Throws a RangeError that names what is not a price. */
export function withOverrides(overrides: MuxPriceOverrides): MuxPrices {
  return {
    storageUsdPerMinuteMonth: merged(MUX_PRICES.storageUsdPerMinuteMonth, overrides.storageUsdPerMinuteMonth),
    encodingUsdPerMinute: merged(MUX_PRICES.encodingUsdPerMinute, overrides.encodingUsdPerMinute),
    coldDiscounts: { ...MUX_PRICES.coldDiscounts, ...overrides.coldDiscounts },
    staticRenditionUsdPerMinuteMonth:
      overrides.staticRenditionUsdPerMinuteMonth ?? MUX_PRICES.staticRenditionUsdPerMinuteMonth,
  };
}

function merged(list: PricesByQuality, own: MuxPriceOverrides['storageUsdPerMinuteMonth']): PricesByQuality {
  return {
    basic: { ...list.basic, ...own?.basic },
    plus: { ...list.plus, ...own?.plus },
    premium: { ...list.premium, ...own?.premium },
  };
}

export interface RetrievalPrice {
  readonly usdPerGb: number;
  readonly usdPerRequest: number;
  /** Upper end of what AWS says it takes. */
  readonly withinMs: number;
}

export interface S3Prices {
  /** US dollars for a GB (10^9 bytes) kept for a month. */
  readonly storageUsdPerGbMonth: Readonly<Record<StorageClass | 'STANDARD', number>>;
  readonly retrieval: Readonly<Record<StorageClass, Readonly<Partial<Record<Tier, RetrievalPrice>>>>>;
  /** From S3 to the internet, which is where Mux fetches it. */
  readonly egressUsdPerGb: number;
}

/** The customer's words as one of the tiers that have a price; unknown ones count as 1080p. */
export function tierOf(resolutionTier: string | undefined): ResolutionTier {
  const known: readonly string[] = ['audio-only', '720p', '1080p', '1440p', '2160p'];
  return known.includes(resolutionTier ?? '') ? (resolutionTier as ResolutionTier) : '1080p';
}

/** As above; unknown ones count as plus, which is what Mux takes by default. */
export function qualityOf(videoQuality: string | undefined): VideoQuality {
  return videoQuality === 'basic' || videoQuality === 'premium' ? videoQuality : 'plus';
}
