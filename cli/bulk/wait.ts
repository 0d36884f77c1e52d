// Follows thousands of records to their rest: by lists of who is under way, since a look at each would cost the API a call
// per record and round.
import type { Status } from '../../lambdas/domain/record.ts';
import type { IcehouseApi, PublicRecord } from '../api.ts';
import type { Pace } from './pace.ts';
import type { Progress } from './run.ts';

/** In the order that a record goes through, so that one that moves on while the lists are read is met further down. */
export const UNDER_WAY: Readonly<Record<'import' | 'restore', readonly Status[]>> = {
  import: ['requested', 'preparing', 'archiving'],
  restore: ['deleting', 'thawing', 'uploading'],
};

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
const PAGE = 100;

export interface Waiting {
  readonly api: IcehouseApi;
  readonly command: 'import' | 'restore';
  readonly recordIds: readonly string[];
  readonly pace: Pace;
  readonly sleep: (ms: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface AtRest {
  readonly failed: readonly { assetId: string; code: string; message: string }[];
  /** Where they came to rest, how many of each; `failed` always, also when it is none. */
  readonly byStatus: Readonly<Record<string, number>>;
}

/** A record is at rest when two rounds in a row did not meet it under way. */
export async function waitForAll(waiting: Waiting): Promise<AtRest> {
  const { command, recordIds, signal, sleep, onProgress } = waiting;
  let missing: ReadonlySet<string> = new Set();
  let resting: ReadonlySet<string> = new Set();
  let waitMs = FIRST_WAIT_MS;
  const total = recordIds.length;
  while (!signal.aborted && resting.size < total) {
    const { ids, counts } = await roundOf(waiting, UNDER_WAY[command], new Set(recordIds));
    const gone = new Set(recordIds.filter((id) => !ids.has(id)));
    const before = resting.size;
    resting = new Set([...gone].filter((id) => missing.has(id) || resting.has(id)));
    missing = gone;
    onProgress({ total, done: resting.size, counts });
    waitMs = resting.size === before ? Math.min(waitMs * 1.5, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    if (resting.size < total) await sleep(gone.size === total ? FIRST_WAIT_MS : waitMs);
  }
  return restOf(waiting, new Set(recordIds));
}

async function roundOf(waiting: Waiting, statuses: readonly Status[], wanted: ReadonlySet<string>) {
  const ids = new Set<string>();
  const counts: Record<string, number> = {};
  for (const status of statuses) {
    for await (const { asset_id } of recordsIn(waiting, { status })) {
      if (!wanted.has(asset_id) || ids.has(asset_id)) continue;
      ids.add(asset_id);
      counts[status] = (counts[status] ?? 0) + 1;
    }
  }
  return { ids, counts };
}

/** In the order of a life too, after those that matter most. */
const RESTS: readonly Status[] = [
  ...(['failed', 'archived', 'scheduled', 'deleting', 'deleted', 'thawing', 'uploading'] as const),
  ...(['restored', 'cancelled', 'purging', 'purged'] as const),
];

/**
 * Who failed, and the sum by status. By lists as long as they cost no more than a look at each would: a ledger may hold
 * many more in a status, and the oldest come first. Then by a look at each that is left.
 */
async function restOf(waiting: Waiting, wanted: ReadonlySet<string>): Promise<AtRest> {
  const { api, pace, signal } = waiting;
  const failed: AtRest['failed'][number][] = [];
  const left = new Set(wanted);
  const byStatus: Record<string, number> = {};
  const found = ({ asset_id, status, failure }: PublicRecord) => {
    if (!left.delete(asset_id)) return;
    byStatus[status] = (byStatus[status] ?? 0) + 1;
    if (status === 'failed')
      failed.push({ assetId: asset_id, code: failure?.code ?? 'FAILED', message: failure?.message ?? '' });
  };
  let read = 0;
  for (const status of RESTS) {
    if (signal.aborted || left.size === 0 || read >= wanted.size * PAGE) break;
    for await (const record of recordsIn(waiting, { status })) {
      found(record);
      read += 1;
      if (left.size === 0 || read >= wanted.size * PAGE) break;
    }
  }
  for (const id of left) {
    if (signal.aborted) break;
    const record = await pace.call(() => api.status(id));
    // By an id of the lineage another record may answer.
    found({ ...record, asset_id: id });
  }
  return { failed, byStatus: { ...byStatus, failed: failed.length } };
}

/** All records of a status or a group, page by page at the pace of the calls. */
export async function* recordsIn(
  { api, pace }: Pick<Waiting, 'api' | 'pace'>,
  query: { status?: string; group_id?: string },
) {
  let cursor: string | undefined;
  do {
    const page = await pace.call(() => api.list({ ...query, limit: PAGE, cursor }));
    yield* page.data;
    // A cursor that does not move would never end.
    cursor = page.next_cursor && page.next_cursor !== cursor ? page.next_cursor : undefined;
  } while (cursor);
}
