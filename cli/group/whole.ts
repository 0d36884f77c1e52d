// A group as one, however many stretches the API answers it in: summed up, and walked through from end to end.
import type { Group, GroupOffer, GroupWalk, Tier } from '../../client/icehouse.ts';
import type { IcehouseApi } from '../api.ts';
import { CommandError } from '../problems.ts';

/** All stretches of a group as one answer. */
export async function wholeGroup(
  api: IcehouseApi,
  groupId: string,
  wish: { readonly tier?: Tier; readonly need_by?: string } = {},
  onRead: (records: number) => void = () => undefined,
): Promise<Group> {
  let sum = await api.group(groupId, wish);
  for (let cursor = sum.next_cursor; cursor !== null; ) {
    const next = await api.group(groupId, { ...wish, cursor });
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
    playing: a.playing + b.playing,
    earlier_lives: a.earlier_lives + b.earlier_lives,
    erasures: [...new Set([...a.erasures, ...b.erasures])],
    duration: a.duration + b.duration,
    archived_bytes: a.archived_bytes + b.archived_bytes,
    next_deletion_at: [a.next_deletion_at, b.next_deletion_at].filter(isSaid).sort()[0] ?? null,
    restore: {
      ...restore,
      free: restore.free + b.restore.free,
      from_vault: restore.from_vault + b.restore.from_vault,
      under_way: restore.under_way + b.restore.under_way,
      impossible: restore.impossible + b.restore.impossible,
      superseded: restore.superseded + b.restore.superseded,
      from_vault_bytes: restore.from_vault_bytes + b.restore.from_vault_bytes,
      estimated_cost_usd: restore.estimated_cost_usd + b.restore.estimated_cost_usd,
      ready_by: latest(restore.ready_by, b.restore.ready_by),
      tiers: addedCounts(restore.tiers, b.restore.tiers),
      reason: reasonOf(restore, b.restore),
      meets_need_by: inTime(restore.meets_need_by, b.restore.meets_need_by),
      offers: addedOffers(restore.offers, b.restore.offers),
    },
  };
}

/** Of a stretch that reads something back, and of the one that is the latest of those that are not in time. */
function reasonOf(a: Group['restore'], b: Group['restore']): string {
  if (a.from_vault === 0) return b.reason;
  if (b.meets_need_by !== false) return a.reason;
  return a.meets_need_by === false && latest(a.ready_by, b.ready_by) === a.ready_by ? a.reason : b.reason;
}

function addedOffers(a: readonly GroupOffer[], b: readonly GroupOffer[]): readonly GroupOffer[] {
  const tiers = [...new Set([...a, ...b].map(({ tier }) => tier))];
  return tiers.flatMap((tier) => {
    const [one, two] = [...a, ...b].filter((offer) => offer.tier === tier);
    if (!one || !two) return one ?? [];
    return {
      tier,
      videos: one.videos + two.videos,
      total_usd: one.total_usd + two.total_usd,
      ready_by: latest(one.ready_by, two.ready_by) ?? one.ready_by,
      meets_need_by: inTime(one.meets_need_by, two.meets_need_by),
    };
  });
}

function inTime(a: boolean | null, b: boolean | null): boolean | null {
  return a === null || b === null ? (a ?? b) : a && b;
}

/** Times are UTC with milliseconds, so that the greater text is the later one. */
function latest(a: string | null, b: string | null): string | null {
  return [a, b].filter(isSaid).sort().at(-1) ?? null;
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
