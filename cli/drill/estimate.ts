// What trying an archive costs and how long S3 takes: by the API's quote, else by the list prices.
import type { PublicRecord } from '../../lambdas/domain/public-record.ts';
import type { Tier } from '../../lambdas/domain/record.ts';
import { thawOffers } from '../../lambdas/domain/thaw.ts';
import type { IcehouseApi } from '../api.ts';
import { CommandError, EXIT } from '../problems.ts';

export interface Estimate {
  readonly costUsd: number;
  readonly withinSeconds: number;
  readonly by: 'quote' | 'list prices';
}

/** A drill encodes nothing at Mux, so that item of the quote is left out. */
export async function estimate(
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
