// Follows thousands of records to their rest: by lists of who is under way, since a look at each would cost the API a call
// per record and round.
import type { Status } from '../../lambdas/domain/record.ts';
import type { IcehouseApi } from '../api.ts';
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

/** Answers the records that failed. A record is at rest when two rounds in a row did not meet it under way. */
export async function waitForAll(
  waiting: Waiting,
): Promise<readonly { assetId: string; code: string; message: string }[]> {
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
  return failedOf(waiting, new Set(recordIds));
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

async function failedOf(waiting: Waiting, wanted: ReadonlySet<string>) {
  const failed = [];
  for await (const { asset_id, failure } of recordsIn(waiting, { status: 'failed' })) {
    if (!wanted.has(asset_id)) continue;
    failed.push({ assetId: asset_id, code: failure?.code ?? 'FAILED', message: failure?.message ?? '' });
  }
  return failed;
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
