// What is known of a purge under way, on the record of its leader.
import type { PurgeState } from '../domain/record.ts';
import type { Work } from './stage.ts';

/** Stored under the claim. */
export async function setPurge(work: Work, set: Partial<PurgeState>): Promise<void> {
  await work.store((record) => {
    const { purge } = record;
    if (!purge) throw new Error(`${record.asset_id} leads no purge.`);
    return { ...record, purge: { ...purge, ...set } };
  });
}
