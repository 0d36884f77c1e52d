// Goes through a Mux library, or the assets named of it, and makes a row of each at once: a whole asset is soon forgotten.
import type { PlatformAsset } from '../../lambdas/domain/asset.ts';
import { type MuxLibrary, type Window, windowOf } from './mux-library.ts';
import type { AdviceRow } from './report.ts';

export interface ReadingOrder {
  /** None: all that Mux lists, up to `most`. */
  readonly assetIds: readonly string[];
  readonly most: number;
  readonly windowDays: number;
}

export interface Reading {
  readonly rows: readonly AdviceRow[];
  readonly window: Window;
  /** Asked for by name, but Mux has none of it. */
  readonly missing: readonly string[];
  /** Listed in a form that could not be read. */
  readonly unreadable: number;
}

type ToRow = (asset: PlatformAsset, deliveredSeconds: number) => AdviceRow;

/** `count` is told how many assets have been read. */
export async function readLibrary(
  library: MuxLibrary,
  order: ReadingOrder,
  nowMs: number,
  toRow: ToRow,
  count: (assets: number) => void,
): Promise<Reading> {
  const window = windowOf(order.windowDays, nowMs);
  const read = order.assetIds.length > 0 ? readNamed : readListed;
  return { window, ...(await read(library, order, window, toRow, count)) };
}

/** Two calls each: the whole account's usage would be many for a few assets. */
async function readNamed(
  library: MuxLibrary,
  { assetIds }: ReadingOrder,
  window: Window,
  toRow: ToRow,
  count: (assets: number) => void,
): Promise<Omit<Reading, 'window'>> {
  const rows: AdviceRow[] = [];
  const missing: string[] = [];
  for (const assetId of assetIds) {
    const asset = await library.asset(assetId);
    if (!asset) missing.push(assetId);
    else rows.push(toRow(asset, (await library.deliveredSeconds(window, assetId)).get(assetId) ?? 0));
    count(rows.length);
  }
  return { rows, missing, unreadable: 0 };
}

async function readListed(
  library: MuxLibrary,
  { most }: ReadingOrder,
  window: Window,
  toRow: ToRow,
  count: (assets: number) => void,
): Promise<Omit<Reading, 'window'>> {
  const delivered = await library.deliveredSeconds(window);
  const rows: AdviceRow[] = [];
  let unreadable = 0;
  for await (const page of library.pages()) {
    const wanted = page.assets.slice(0, most - rows.length);
    rows.push(...wanted.map((asset) => toRow(asset, delivered.get(asset.id) ?? 0)));
    unreadable += page.unreadable;
    count(rows.length);
    if (rows.length >= most) break;
  }
  return { rows, missing: [], unreadable };
}
