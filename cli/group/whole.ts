// A group as one, however many stretches the API answers it in: summed up, and walked through from end to end.
import type { Group, GroupWalk } from '../../client/icehouse.ts';
import type { IcehouseApi } from '../api.ts';
import { CommandError } from '../problems.ts';

/** All stretches of a group as one answer. */
export async function wholeGroup(
  api: IcehouseApi,
  groupId: string,
  needBy: string | undefined,
  onRead: (records: number) => void = () => undefined,
): Promise<Group> {
  let sum = await api.group(groupId, { need_by: needBy });
  for (let cursor = sum.next_cursor; cursor !== null; ) {
    const next = await api.group(groupId, { need_by: needBy, cursor });
    sum = added(sum, next);
    onRead(sum.records);
    // A cursor that does not move would never end.
    if (next.next_cursor === cursor) break;
    cursor = next.next_cursor;
  }
  return { ...sum, whole: true, next_cursor: null };
}

function added(a: Group, b: Group): Group {
  const { restore } = a;
  return {
    ...a,
    records: a.records + b.records,
    by_status: addedCounts(a.by_status, b.by_status),
    failures: addedCounts(a.failures, b.failures),
    duration: a.duration + b.duration,
    archived_bytes: a.archived_bytes + b.archived_bytes,
    next_deletion_at: [a.next_deletion_at, b.next_deletion_at].filter(isSaid).sort()[0] ?? null,
    restore: {
      ...restore,
      free: restore.free + b.restore.free,
      from_vault: restore.from_vault + b.restore.from_vault,
      impossible: restore.impossible + b.restore.impossible,
      superseded: restore.superseded + b.restore.superseded,
      from_vault_bytes: restore.from_vault_bytes + b.restore.from_vault_bytes,
      estimated_cost_usd: restore.estimated_cost_usd + b.restore.estimated_cost_usd,
      ready_by: [restore.ready_by, b.restore.ready_by].filter(isSaid).sort().at(-1) ?? null,
    },
  };
}

function isSaid(time: string | null): time is string {
  return time !== null;
}

type Counts = Readonly<Record<string, number>>;

function addedCounts(a: Counts, b: Counts): Counts {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

export interface Walking {
  /** One stretch, from the cursor on. */
  readonly step: (cursor: string | undefined) => Promise<GroupWalk>;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onProgress: (done: number, counts: Counts) => void;
}

/** A stretch is safe to repeat: what is done stays done. */
const ATTEMPTS = 5;
const FIRST_RETRY_MS = 1_000;

/** Repeats until the whole group is through; all stretches as one answer. */
export async function walkThrough(walking: Walking): Promise<GroupWalk> {
  let sum: GroupWalk | undefined;
  let cursor: string | undefined;
  for (;;) {
    const walk = await patiently(walking, cursor);
    sum = {
      ...walk,
      records: (sum?.records ?? 0) + walk.records,
      outcomes: addedCounts(sum?.outcomes ?? {}, walk.outcomes),
      problems: [...(sum?.problems ?? []), ...walk.problems],
    };
    walking.onProgress(sum.records, sum.outcomes);
    if (walk.next_cursor === null || walk.next_cursor === cursor) return sum;
    cursor = walk.next_cursor;
  }
}

async function patiently({ step, sleep }: Walking, cursor: string | undefined): Promise<GroupWalk> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await step(cursor);
    } catch (error) {
      const isPassing = error instanceof CommandError && error.passing;
      if (!isPassing || attempt === ATTEMPTS) throw error;
      await sleep(FIRST_RETRY_MS * 2 ** (attempt - 1));
    }
  }
}
