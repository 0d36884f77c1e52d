// S3's word that an object is readable again: wakes the record that waits for it, and only that. A hint like any notice (law 4).
import { parseKey } from '../contract/keys.ts';
import { lineageOf } from './lineage.ts';
import type { Ledger } from './ports.ts';
import { type Waking, wake } from './wake.ts';

/** Answers the asset whose record was woken. A video that was restored and deleted again is still made of its first asset's master. */
export async function wakeByKey(
  key: string,
  { ledger, waking }: { readonly ledger: Ledger; readonly waking: Waking },
): Promise<string | undefined> {
  const folder = parseKey(key);
  const chain = folder && (await lineageOf(ledger, folder.assetId));
  const waiting = chain?.records.find(({ status, archive }) => status === 'thawing' && archive?.key === key);
  return waiting && (await wake(waiting, waking)) ? waiting.asset_id : undefined;
}
