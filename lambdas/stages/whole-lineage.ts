// Every record of a video's lineage, dead branches too: what a purge has to stop, and to go through.
import { assetsOf } from '../domain/lineage-ids.ts';
import type { AssetRecord } from '../domain/record.ts';
import { lineageOf } from './lineage.ts';
import type { Ledger } from './ports.ts';

export interface WholeLineage {
  /** The oldest: it leads an erasure, so that two orders by two ids of a video meet in one place. */
  readonly root: AssetRecord;
  /** The root first, each before those that it was restored as. */
  readonly records: readonly AssetRecord[];
}

/** Undefined when nobody asked to delete any asset of it. */
export async function wholeLineage(ledger: Ledger, assetId: string): Promise<WholeLineage | undefined> {
  const chain = await lineageOf(ledger, assetId);
  if (!chain) return undefined;
  const root = chain.ancestors[0] ?? chain.asked;
  // Those by which the root was found count too: a ledger of earlier days does not know every way down to them.
  const known = [...chain.ancestors, chain.asked];
  const records = new Map(known.map((record) => [record.asset_id, record]));
  // A map is walked in the order of its entries, those too that are added on the way.
  for (const record of records.values()) {
    for (const id of assetsOf(record)) {
      const next = records.has(id) ? undefined : await ledger.get(id);
      if (next) records.set(id, next);
    }
  }
  return { root, records: [...records.values()] };
}
