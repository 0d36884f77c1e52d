// Delivery usage as Mux reports it: who was shown how much. GET /video/v1/delivery-usage; SDK 15.3, delivery-usage.d.ts.
import * as z from 'zod';
import { TransientError } from '../domain/failures.ts';

const Page = z.object({ data: z.array(z.unknown()) });
const Usage = z.object({ asset_id: z.string(), delivered_seconds: z.number().min(0) });

/** The query of one asset's report; both ends in seconds, as Mux takes them. */
export function usageQuery(assetId: string, sinceMs: number, untilMs: number): Record<string, unknown> {
  return { asset_id: assetId, timeframe: [sinceMs, untilMs].map((ms) => String(ms / 1_000)), limit: 100 };
}

/**
 * Of one asset, from the page that was asked for it. Throws TransientError MUX_UNREADABLE for whatever is no report: a
 * proxy's answer must not look like "nobody watched it".
 */
export function deliveredSecondsIn(page: unknown, assetId: string): number {
  const rows = Page.safeParse(page).data?.data.map((row) => Usage.safeParse(row).data);
  if (!rows?.every((row) => row !== undefined))
    throw new TransientError('MUX_UNREADABLE', 'Mux sent delivery usage that we cannot read.');
  const own = rows.filter(({ asset_id }) => asset_id === assetId);
  return own.reduce((sum, { delivered_seconds }) => sum + delivered_seconds, 0);
}
