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
  /** US dollars for keeping a minute of one static rendition for a month, by the resolution of the rendition. */
  readonly staticRenditionUsdPerMinuteMonth: PricesByQuality;
  /** The part of the storage price that is taken off when nobody has watched for 30 and for 90 days, 0 to 1. */
  readonly coldDiscounts: { readonly after30Days: number; readonly after90Days: number };
}

/** Any of them; whatever is left out is the list price. */
export interface MuxPriceOverrides {
  readonly storageUsdPerMinuteMonth?: PartialPrices;
  readonly encodingUsdPerMinute?: PartialPrices;
  readonly staticRenditionUsdPerMinuteMonth?: PartialPrices;
  readonly coldDiscounts?: Partial<MuxPrices['coldDiscounts']>;
}

export type PartialPrices = Readonly<
  Partial<Record<VideoQuality, Partial<Readonly<Record<ResolutionTier, number>>>>>
>;

/** Dearer than this no price of a minute is: a figure beyond it is a slip of the pen. */
const LARGEST_USD = 1_000;

/** The same object once it has been looked at. Throws a RangeError that names the first field which is no price. */
export function muxPriceOverrides(given: unknown): MuxPriceOverrides {
  const { coldDiscounts, ...tables } = fields('muxPrices', given, [
    'storageUsdPerMinuteMonth',
    'encodingUsdPerMinute',
    'staticRenditionUsdPerMinuteMonth',
    'coldDiscounts',
  ]);
  for (const [name, table] of Object.entries(tables)) {
    for (const [quality, row] of Object.entries(fields(`muxPrices.${name}`, table, VIDEO_QUALITIES))) {
      numbers(`muxPrices.${name}.${quality}`, row, RESOLUTION_TIERS, LARGEST_USD);
    }
  }
  if (coldDiscounts !== undefined) {
    numbers('muxPrices.coldDiscounts', coldDiscounts, ['after30Days', 'after90Days'], 1);
  }
  return given as MuxPriceOverrides;
}

function numbers(path: string, given: unknown, names: readonly string[], most: number): void {
  for (const [name, value] of Object.entries(fields(path, given, names))) {
    if (typeof value === 'number' && value >= 0 && value <= most) continue;
    throw new RangeError(
      `${path}.${name}: expected a number from 0 to ${most}, got ${JSON.stringify(value)}.`,
    );
  }
}

/** An object with no other fields than these. */
function fields(path: string, given: unknown, names: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new RangeError(`${path}: expected an object, got ${JSON.stringify(given)}.`);
  }
  for (const name of Object.keys(given)) {
    if (!names.includes(name))
      throw new RangeError(`${path}.${name}: not known; expected ${names.join(', ')}.`);
  }
  return { ...given };
}
