// What `icehouse advise` reads from Mux itself: assets and how much of them was watched. It only ever sends GET.
import * as z from 'zod';
import type { Governor } from '../../lambdas/adapters/governor.ts';
import { toAssetNamed, toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import { createMuxCall } from '../../lambdas/adapters/mux-call.ts';
import { isNotFound } from '../../lambdas/adapters/mux-errors.ts';
import type { PlatformAsset } from '../../lambdas/domain/asset.ts';
import { NotYetError, TransientError } from '../../lambdas/domain/failures.ts';
import { DAY_MS, HOUR_MS } from '../../lambdas/domain/time.ts';
import type { Clock } from '../../lambdas/stages/ports.ts';

export interface MuxAccess {
  readonly tokenId: string;
  readonly tokenSecret: string;
  readonly baseUrl: string;
}

export interface AssetPage {
  readonly assets: readonly PlatformAsset[];
  /** Assets in a form that we cannot read. */
  readonly unreadable: number;
}

export interface MuxLibrary {
  /** Undefined when Mux has none of this id. */
  asset(assetId: string): Promise<PlatformAsset | undefined>;
  /** All assets, 100 at a time. */
  pages(): AsyncIterable<AssetPage>;
  /** Seconds of each asset that were delivered in the window; whoever is not in it was not watched. */
  deliveredSeconds(window: Window, assetId?: string): Promise<ReadonlyMap<string, number>>;
}

/** Between two calls: two a second, of the five or so that Mux allows all users of an account together. */
const GAP_MS = 500;
const MOST_TRIES = 6;
const FIRST_WAIT_MS = 1_000;

/** Throws IcehouseErrors: what Mux refused, or what it still said after six tries. */
export function openMuxLibrary(access: MuxAccess, clock: Clock, gapMs = GAP_MS): MuxLibrary {
  const { call } = createMuxCall({
    credentials: async () => access,
    baseUrls: { api: access.baseUrl },
    governor: pace(clock, gapMs),
    purpose: 'prepare',
    clock,
    log: { info: () => undefined, error: () => undefined },
  });
  const get = (what: string, path: string, query: Record<string, unknown> = {}) =>
    patiently(clock, () => call(what, 'other', (mux) => mux.get<unknown>(path, { query })));
  return {
    async asset(assetId) {
      try {
        return toAssetNamed(assetId, unwrapped(await get(`read ${assetId}`, `/video/v1/assets/${assetId}`)));
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },

    async *pages() {
      let cursor: string | undefined;
      do {
        const page = readPage(await get('list assets', '/video/v1/assets', { limit: 100, cursor }));
        yield readAssets(page.data);
        // A cursor that does not move would never end.
        cursor = page.next_cursor === cursor ? undefined : (page.next_cursor ?? undefined);
      } while (cursor);
    },

    async deliveredSeconds({ fromMs, toMs }, assetId) {
      const timeframe = [fromMs, toMs].map((ms) => String(ms / 1000));
      const seconds = new Map<string, number>();
      // Until a page brings nothing new: how many rows make a full one is for Mux to say.
      for (let page = 1, seen = -1; seen < seconds.size; page++) {
        seen = seconds.size;
        const query = { timeframe, page, limit: 100, asset_id: assetId };
        const { data } = readPage(await get('read delivery usage', '/video/v1/delivery-usage', query));
        for (const row of data.map(readUsage)) seconds.set(row.asset_id, row.delivered_seconds);
        if (assetId) break;
      }
      return seconds;
    },
  };
}

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Delivery usage is counted every hour, is known up to 12 hours ago and kept for 90 days (Mux's OpenAPI file). */
export const LONGEST_WINDOW_DAYS = 90;

/** Whole hours, so that both ends lie within what Mux keeps. */
export function windowOf(days: number, nowMs: number): Window {
  return {
    fromMs: Math.ceil((nowMs - days * DAY_MS) / HOUR_MS) * HOUR_MS,
    toMs: Math.floor(nowMs / HOUR_MS - 12) * HOUR_MS,
  };
}

/** One call after the other with a gap between them; after a 429 none until Mux wants them again. */
function pace(clock: Clock, gapMs: number): Governor {
  let freeAtMs = 0;
  return {
    async take() {
      const atMs = Math.max(clock.nowMs(), freeAtMs);
      freeAtMs = atMs + gapMs;
      if (atMs > clock.nowMs()) await clock.sleep(atMs - clock.nowMs());
    },
    async slowDown(_, seconds) {
      freeAtMs = Math.max(freeAtMs, clock.nowMs() + seconds * 1_000);
    },
  };
}

/** Reading twice does no harm. After a 429 the pace has the wait. */
async function patiently<T>(clock: Clock, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const passes = error instanceof NotYetError || error instanceof TransientError;
      if (!passes || attempt === MOST_TRIES) throw error;
      if (error instanceof TransientError) await clock.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
  }
}

const Page = z.object({ data: z.array(z.unknown()), next_cursor: z.string().nullish() });
const Usage = z.object({ asset_id: z.string(), delivered_seconds: z.number().min(0) });

/** A proxy's answer must not look like an empty list: nothing watched would mean "archive it". */
function readPage(json: unknown): z.infer<typeof Page> {
  const page = Page.safeParse(json);
  if (page.success) return page.data;
  throw new TransientError('MUX_UNREADABLE', 'Mux sent a list that we cannot read.');
}

function readUsage(json: unknown): z.infer<typeof Usage> {
  const row = Usage.safeParse(json);
  if (row.success) return row.data;
  throw new TransientError('MUX_UNREADABLE', 'Mux sent delivery usage that we cannot read.');
}

function readAssets(rows: readonly unknown[]): AssetPage {
  const assets = rows.flatMap((row) => {
    try {
      return [toPlatformAsset(row)];
    } catch (error) {
      if (error instanceof TransientError) return [];
      throw error;
    }
  });
  return { assets, unreadable: rows.length - assets.length };
}

function unwrapped(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'data' in json ? json.data : undefined;
}
