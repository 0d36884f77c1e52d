// What Mux charges, in the shape in which a customer may give the prices of an own contract (prop `muxPrices`).

export const RESOLUTION_TIERS = ['audio-only', '720p', '1080p', '1440p', '2160p'] as const;
export type ResolutionTier = (typeof RESOLUTION_TIERS)[number];

export const VIDEO_QUALITIES = ['basic', 'plus', 'premium'] as const;
export type VideoQuality = (typeof VIDEO_QUALITIES)[number];

export type PricesByQuality = Readonly<Record<VideoQuality, Readonly<Record<ResolutionTier, number>>>>;

export interface MuxPrices {
  /** US dollars for keeping a minute of video for a month. */
  readonly storageUsdPerMinuteMonth: PricesByQuality;
  /** US dollars for encoding a minute of video once. */
  readonly encodingUsdPerMinute: PricesByQuality;
  /** The part of the storage price that is taken off when nobody has watched for 30 and for 90 days, 0 to 1. */
  readonly coldDiscounts: { readonly after30Days: number; readonly after90Days: number };
  /** US dollars for keeping a minute of one static rendition for a month. */
  readonly staticRenditionUsdPerMinuteMonth: number;
}

/** Any of them; whatever is left out is the list price. */
export interface MuxPriceOverrides {
  readonly storageUsdPerMinuteMonth?: PartialPrices;
  readonly encodingUsdPerMinute?: PartialPrices;
  readonly coldDiscounts?: Partial<MuxPrices['coldDiscounts']>;
  readonly staticRenditionUsdPerMinuteMonth?: number;
}

type PartialPrices = Readonly<
  Partial<Record<VideoQuality, Partial<Readonly<Record<ResolutionTier, number>>>>>
>;
