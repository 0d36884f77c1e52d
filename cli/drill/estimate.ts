// What trying an archive costs and how long S3 takes: by the API's quote, else by the list prices.

import { GB_BYTES, MUX_PRICES, S3_PRICES, tierOf } from '../../lambdas/domain/prices.ts';
import type { Tier } from '../../lambdas/domain/record.ts';
import { thawOffers } from '../../lambdas/domain/thaw.ts';
import type { IcehouseApi, PublicRecord } from '../api.ts';
import { CommandError, EXIT } from '../problems.ts';

export interface Estimate {
  readonly costUsd: number;
  readonly withinSeconds: number;
  readonly by: 'quote' | 'list prices';
}

/** `onMux`: the master leaves S3 a second time, and Mux bills a month of basic storage at least, at its list price. */
export async function estimate(
  api: Pick<IcehouseApi, 'quote'>,
  record: PublicRecord,
  tier: Tier,
  onMux = false,
): Promise<Estimate> {
  const reading = await readingOf(api, record, tier);
  return onMux ? { ...reading, costUsd: reading.costUsd + trialUsd(record) } : reading;
}

function trialUsd({ archive, duration = 0, billed_as }: PublicRecord): number {
  const perMinute = MUX_PRICES.storageUsdPerMinuteMonth.basic[tierOf(billed_as?.resolution_tier)];
  return ((archive?.size_bytes ?? 0) / GB_BYTES) * S3_PRICES.egressUsdPerGb + (duration / 60) * perMinute;
}

/** A drill pays for no encoding at Mux, so that item of the quote is left out. */
async function readingOf(
  api: Pick<IcehouseApi, 'quote'>,
  { asset_id, archive }: PublicRecord,
  tier: Tier,
): Promise<Estimate> {
  const quote = await api.quote(asset_id).catch((error: unknown) => {
    // An API of earlier days has no quotes, and some records none to give.
    if (error instanceof CommandError && error.exitCode === EXIT.refused) return undefined;
    throw error;
  });
  const offer = quote?.offers.find((each) => each.tier === tier) ?? quote?.offers[0];
  if (offer) {
    const items = offer.items.filter(({ item }) => item !== 'encoding');
    const costUsd = items.reduce((sum, { usd }) => sum + usd, 0);
    return { costUsd, withinSeconds: offer.within_seconds, by: 'quote' };
  }
  const offers = archive ? thawOffers(archive.storage_class, archive.size_bytes) : [];
  const listed = offers.find((each) => each.tier === tier) ?? offers[0];
  return { costUsd: listed?.costUsd ?? 0, withinSeconds: (listed?.withinMs ?? 0) / 1000, by: 'list prices' };
}
