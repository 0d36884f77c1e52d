// Stage "purge": removes all that the vault, and on an order of erasure also Mux and the ledger, hold of a lineage.
import type { Next, Work } from './stage.ts';

export async function purge({ record }: Work): Promise<Next> {
  if (record.status !== 'purging') return { kind: 'rest' };
  throw new Error('Not built yet.');
}
