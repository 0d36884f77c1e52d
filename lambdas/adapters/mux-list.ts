// Finding the assets made since a moment in a list that has no filter and whose order is stated nowhere.
import { TransientError } from '../domain/failures.ts';
import { createdAtMs } from './mux-asset.ts';

export interface ListPage {
  readonly data: readonly unknown[];
  readonly next_cursor: string | null | undefined;
}

/** 100 assets each: the most that Mux gives. */
const MOST_PAGES = 50;

/**
 * The raw assets created at or after `sinceMs`, and those that do not say when. Reads to the end of the list, unless the
 * pages so far show that it is sorted newest first (as Mux's example and reputation say) and have passed the moment.
 * Throws TransientError MUX_LIST_UNFINISHED when the bound on pages ended the search: what was not read may hold the
 * very asset that is looked for.
 */
export async function listCreatedSince(
  sinceMs: number,
  fetchPage: (cursor: string | undefined) => Promise<ListPage>,
): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { data, next_cursor } = await fetchPage(cursor);
    seen.push(...data);
    if (!next_cursor || isPast(seen, sinceMs)) return within(seen, sinceMs);
    cursor = next_cursor;
  }
  throw new TransientError(
    'MUX_LIST_UNFINISHED',
    `The list of assets is longer than ${MOST_PAGES} pages, and its order does not tell where the new ones end.`,
  );
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
