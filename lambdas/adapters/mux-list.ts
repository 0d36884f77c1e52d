// Finding the assets made since a moment in a list that has no filter and whose order is stated nowhere.
import * as z from 'zod';
import { TransientError } from '../domain/failures.ts';
import type { ListedAsset } from '../stages/ports.ts';
import { createdAtMs } from './mux-asset.ts';

const ListPage = z.object({ data: z.array(z.unknown()), next_cursor: z.string().nullish() });

/** 100 assets each: the most that Mux gives. */
const MOST_PAGES = 50;

/**
 * The raw assets created at or after `sinceMs`, and those that do not say when. Reads to the end of the list, unless the
 * pages so far show that it is sorted newest first (as Mux's example and reputation say) and have passed the moment.
 * Throws TransientError MUX_LIST_UNFINISHED when the bound on pages ended the search: what was not read may hold the
 * very asset that is looked for; and MUX_UNREADABLE for a page that is none, which must not look like an empty list.
 */
export async function listCreatedSince(
  sinceMs: number,
  fetchPage: (cursor: string | undefined) => Promise<unknown>,
): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { data, next_cursor } = readPage(await fetchPage(cursor));
    seen.push(...data);
    if (!next_cursor || isPast(seen, sinceMs)) return within(seen, sinceMs);
    cursor = next_cursor;
  }
  throw new TransientError(
    'MUX_LIST_UNFINISHED',
    `The list of assets is longer than ${MOST_PAGES} pages, and its order does not tell where the new ones end.`,
  );
}

function readPage(page: unknown): z.infer<typeof ListPage> {
  const parsed = ListPage.safeParse(page);
  if (parsed.success) return parsed.data;
  throw new TransientError('MUX_UNREADABLE', 'Mux sent a list of assets that we cannot read.');
}

const ListedJson = z.object({
  id: z.string().min(1),
  master_access: z.string().nullish().catch(undefined),
});

/** One page as an audit needs it. Throws MUX_UNREADABLE for a page that is none, or an asset without an id. */
export function readAssets(page: unknown): { assets: readonly ListedAsset[]; nextCursor: string | null } {
  const { data, next_cursor } = readPage(page);
  const assets = data.map((raw) => {
    const asset = ListedJson.safeParse(raw).data;
    if (!asset) throw new TransientError('MUX_UNREADABLE', 'Mux listed an asset without an id.');
    return { id: asset.id, isMasterOpen: asset.master_access === 'temporary' };
  });
  return { assets, nextCursor: next_cursor || null };
}

function within(assets: readonly unknown[], sinceMs: number): readonly unknown[] {
  return assets.filter((asset) => !isBefore(createdAtMs(asset), sinceMs));
}

/** Mux cuts its times to the second, so one second before the moment may still be after it. */
function isBefore(ms: number | undefined, sinceMs: number): boolean {
  return ms !== undefined && ms <= sinceMs - 1000;
}

function isPast(assets: readonly unknown[], sinceMs: number): boolean {
  const times = assets.map(createdAtMs);
  const sorted = times.every(
    (ms, at) => ms !== undefined && ms <= (times[at - 1] ?? Number.POSITIVE_INFINITY),
  );
  return sorted && isBefore(times.at(-1), sinceMs);
}
