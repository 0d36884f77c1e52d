// What is going to be deleted within so many days, and which archives end: read from the wake index, where archives lie by the time they wake,
// page by page and without a scan.
import { PermanentError } from '../domain/failures.ts';
import { isWaiting } from '../domain/modes.ts';
import { DAY_MS, iso, type Ticks } from '../domain/time.ts';
import {
  byDay,
  type EndingEntry,
  endingEntry,
  putOff,
  type UpcomingEntry,
  upcomingEntry,
} from '../domain/upcoming.ts';
import { dueMs } from './due.ts';
import { type BrakeState, brakeState, type HoldAllDeps } from './hold-all.ts';
import type { Ledger } from './ports.ts';

export interface UpcomingDeps extends HoldAllDeps {
  readonly ledger: Pick<Ledger, 'asleep' | 'countStatus'>;
  readonly settings: { readonly minNoticeMs: number; readonly noticeBeforeMs: number; readonly ticks: Ticks };
}

export interface UpcomingQuery {
  readonly days: number;
  /** 1 to 1,000. */
  readonly limit: number;
  readonly cursor?: string;
}

export type Upcoming = Awaited<ReturnType<typeof upcoming>>;

/** One read of the ledger: what a BatchGetItem takes. */
const PAGE = 100;

/** How far it is counted what is not archived yet. */
const MOST_COUNTED = 1_000;

/** Throws PermanentError INVALID_CURSOR. Days, sums and what is put off are those of the page. */
export async function upcoming(deps: UpcomingDeps, query: UpcomingQuery, nowMs: number) {
  const start = query.cursor === undefined ? undefined : decode(query.cursor);
  const untilMs = start?.until ?? nowMs + query.days * DAY_MS;
  const [page, brake, underWay] = await Promise.all([
    read(deps, { after: start?.after, untilMs, limit: query.limit }, nowMs),
    brakeState(deps, nowMs),
    countUnderWay(deps.ledger),
  ]);
  const isWhole = start === undefined && page.after === null;
  return {
    now: iso(nowMs),
    until: iso(untilMs),
    ...stateOf(brake, deps.settings.noticeBeforeMs),
    days: byDay(page.entries),
    /** Null for a page of many: only who has them all can say. */
    put_off: isWhole ? (putOff(page.entries, deps.limits, brake.counted.day, nowMs) ?? null) : null,
    under_way: underWay,
    data: page.entries,
    ending: page.ending,
    next_cursor: page.after === null ? null : encode({ until: untilMs, after: page.after }),
  };
}

function stateOf({ deletions, hold, limits, counted }: BrakeState, noticeBeforeMs: number) {
  return { deletions, hold, limits, counted, notice_before_seconds: noticeBeforeMs / 1_000 };
}

/** The index has them by when they wake, which is their tick, their notice before it, or what they wait for after it. */
async function read(
  { ledger, settings }: UpcomingDeps,
  { after: from, untilMs, limit }: { after: string | undefined; untilMs: number; limit: number },
  nowMs: number,
) {
  const entries: UpcomingEntry[] = [];
  const ending: EndingEntry[] = [];
  let after: string | null | undefined = from;
  let seen = 0;
  do {
    const most = Math.min(PAGE, limit - seen);
    const page = await ledger.asleep('expire', { after: after ?? undefined, untilMs, limit: most });
    seen += most;
    after = page.after;
    for (const record of page.records) {
      const end = endingEntry(record, nowMs);
      if (end && expectedBy(end, untilMs)) ending.push(end);
      const due = dueMs(record, settings);
      if (isWaiting(record.status) && due <= untilMs) entries.push(upcomingEntry(record, due, nowMs));
    }
  } while (after !== null && seen < limit);
  return { entries: entries.toSorted(byDate), ending: ending.toSorted(byEnd), after };
}

/** By its date: what a hold or anything else makes of that stands beside it. */
function expectedBy({ archive_until }: EndingEntry, untilMs: number): boolean {
  return Date.parse(archive_until) <= untilMs;
}

function byEnd(one: EndingEntry, other: EndingEntry): number {
  if (one.archive_until === other.archive_until) return one.asset_id < other.asset_id ? -1 : 1;
  return one.archive_until < other.archive_until ? -1 : 1;
}

function byDate(one: UpcomingEntry, other: UpcomingEntry): number {
  if (one.due_at === other.due_at) return one.asset_id < other.asset_id ? -1 : 1;
  return one.due_at < other.due_at ? -1 : 1;
}

/** Whatever their dates are: they are not in that index yet, or no more. */
async function countUnderWay(ledger: UpcomingDeps['ledger']) {
  const statuses = ['requested', 'preparing', 'archiving', 'deleting'] as const;
  const counts = await Promise.all(statuses.map((status) => ledger.countStatus(status, MOST_COUNTED)));
  const [requested = 0, preparing = 0, archiving = 0, deleting = 0] = counts;
  return { requested, preparing, archiving, deleting };
}

interface Cursor {
  /** Where the list ends, ms since the epoch: the same on every page. */
  readonly until: number;
  readonly after: string;
}

function encode(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function decode(text: string): Cursor {
  const cursor = parseJson(text);
  if (isCursor(cursor)) return cursor;
  throw new PermanentError('INVALID_CURSOR', 'The cursor is not one this list has given.', {
    action: 'Start the list again without a cursor.',
  });
}

function isCursor(value: unknown): value is Cursor {
  if (typeof value !== 'object' || value === null || !('until' in value && 'after' in value)) return false;
  const { until, after } = value;
  const isTime = Number.isInteger(until) && Number(until) >= 0 && Number(until) <= 8e15;
  return isTime && typeof after === 'string' && /^[!-}]{1,600}$/.test(after);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    // Not one of ours: what is said of it is said above.
    return undefined;
  }
}
