// How an audit reads records: many side by side, and one that cannot be read does not stand in the way of the others.
import { SetUpError } from '../domain/failures.ts';
import type { AssetRecord } from '../domain/record.ts';
import type { Ledger } from './ports.ts';

type Reading = Pick<Ledger, 'get'>;

/** Reads of the ledger and HEADs of the vault at a time. */
const SIDE_BY_SIDE = 10;

/** One item is at fault; with any other error of the set-up nothing can be read, and nothing may be judged. */
const OF_ONE_ITEM = new Set(['LEDGER_ITEM_UNREADABLE', 'LEDGER_SCHEMA_NEWER']);

export interface RecordsRead {
  readonly records: ReadonlyMap<string, AssetRecord>;
  /** Why the record of an asset could not be read. */
  readonly unreadable: ReadonlyMap<string, SetUpError>;
}

/** The records of these assets, as far as there are any. */
export async function recordsOf(
  ledger: Reading,
  assetIds: readonly (string | undefined)[],
): Promise<RecordsRead> {
  const wanted = [...new Set(assetIds)].filter((id) => id !== undefined);
  const read = await sideBySide(wanted, async (id) => ({ id, found: await readOne(ledger, id) }));
  const records = new Map<string, AssetRecord>();
  const unreadable = new Map<string, SetUpError>();
  for (const { id, found } of read) {
    if (found instanceof SetUpError) unreadable.set(id, found);
    else if (found) records.set(id, found);
  }
  return { records, unreadable };
}

/** What cannot be read any more has changed. */
export async function isUnchanged(ledger: Reading, { asset_id, version }: AssetRecord): Promise<boolean> {
  const found = await readOne(ledger, asset_id);
  return !(found instanceof SetUpError) && found?.version === version;
}

async function readOne(ledger: Reading, assetId: string): Promise<AssetRecord | SetUpError | undefined> {
  try {
    return await ledger.get(assetId);
  } catch (error) {
    if (error instanceof SetUpError && OF_ONE_ITEM.has(error.code)) return error;
    throw error;
  }
}

export async function sideBySide<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return results;
}
