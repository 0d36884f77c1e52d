// Which archives a drill tries: drawn at random over the whole ledger, of which never more than the sample is held.
import { crc32 } from '../../lambdas/domain/crc32.ts';
import type { IcehouseApi, PublicRecord } from '../api.ts';

/** What holds an archive and rests; others are under way to one of these. */
const STATUSES = ['archived', 'deleted'] as const;
const PAGE_LIMIT = 100;

export interface Sample {
  readonly records: readonly PublicRecord[];
  /** Archives that it was drawn from. */
  readonly drawnFrom: number;
}

/** The same ledger, seed and number give the same sample: reservoir sampling (Vitter's algorithm R) over the API's list. */
export async function drawSample(
  api: Pick<IcehouseApi, 'list'>,
  count: number,
  seed: string,
): Promise<Sample> {
  const random = randomOf(seed);
  const records: PublicRecord[] = [];
  let drawnFrom = 0;
  for await (const record of archives(api)) {
    drawnFrom += 1;
    if (records.length < count) records.push(record);
    else {
      const place = Math.floor(random() * drawnFrom);
      if (place < count) records[place] = record;
    }
  }
  return { records, drawnFrom };
}

async function* archives(api: Pick<IcehouseApi, 'list'>): AsyncGenerator<PublicRecord> {
  for (const status of STATUSES) {
    let cursor: string | undefined;
    do {
      const page = await api.list({ status, limit: PAGE_LIMIT, cursor });
      for (const record of page.data) if (record.archive) yield record;
      // A cursor that does not move would never end.
      cursor = page.next_cursor === cursor ? undefined : (page.next_cursor ?? undefined);
    } while (cursor !== undefined);
  }
}

/** Numbers from 0 up to 1, the same for the same seed: Mulberry32. */
function randomOf(seed: string): () => number {
  let state = crc32(Buffer.from(seed));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
