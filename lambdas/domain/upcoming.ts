// What is going to be deleted, day by day: counts and sums, what is held, what the limits put off; which archives end. Pure.
import { expectedEndMs, ITS_END, isEndSaid } from './archive-end.ts';
import { type DeletionLimits, isHeld } from './brake.ts';
import type { AssetRecord, Hold } from './record.ts';
import { ITS_DATE } from './summary.ts';
import { DAY_MS, iso } from './time.ts';

export interface UpcomingEntry {
  readonly asset_id: string;
  readonly title?: string;
  readonly group_id?: string;
  readonly deleted_by_user_id: string;
  readonly reason?: string;
  /** `delete_only`: it goes without a copy. */
  readonly mode?: AssetRecord['mode'];
  readonly expiration_date: string;
  /** When its date has come, by the schedule: it goes then unless something keeps it. */
  readonly due_at: string;
  /** When it is going to be deleted; null while a hold without an end keeps it. */
  readonly deletes_at: string | null;
  readonly hold?: Hold;
  /** When a dry run would have deleted it. */
  readonly rehearsed_at?: string;
  /** When the bus was told of this date. */
  readonly foretold_at?: string;
  /** What its deletion waits for, but its date. */
  readonly waiting_for?: string;
  readonly size_bytes: number;
  /** Seconds. */
  readonly duration: number;
}

/** `dueMs`: by the schedule and the notice. */
export function upcomingEntry(record: AssetRecord, dueMs: number, nowMs: number): UpcomingEntry {
  const { asset_id, title, group_id, deleted_by_user_id, reason, mode, expiration_date, rehearsed_at } =
    record;
  const hold = isHeld(record.hold, nowMs) ? record.hold : undefined;
  const waiting_for = record.waiting_for === ITS_DATE ? undefined : record.waiting_for;
  const { foretold } = record;
  return {
    asset_id,
    title,
    group_id,
    deleted_by_user_id,
    reason,
    mode,
    expiration_date,
    due_at: iso(dueMs),
    deletes_at: deletesAt(record, hold, waiting_for, dueMs),
    hold,
    rehearsed_at,
    foretold_at: foretold?.expiration_date === expiration_date ? foretold.said_at : undefined,
    waiting_for,
    size_bytes: record.archive?.size_bytes ?? 0,
    duration: record.duration ?? 0,
  };
}

/** An archive that ends: what it was made from is long gone from the platform. */
export interface EndingEntry
  extends Pick<
    UpcomingEntry,
    'asset_id' | 'title' | 'group_id' | 'deleted_by_user_id' | 'hold' | 'waiting_for'
  > {
  readonly archive_until: string;
  /** When it is going to end; null while a hold without an end keeps it. */
  readonly ends_at: string | null;
  /** When the bus was told of this date. */
  readonly foretold_at?: string;
  readonly size_bytes: number;
}

/** Undefined for a record whose archive does not end. */
export function endingEntry(record: AssetRecord, nowMs: number): EndingEntry | undefined {
  const { asset_id, title, group_id, deleted_by_user_id, archive_until, end_foretold } = record;
  const endsMs = record.status === 'deleted' ? expectedEndMs(record, nowMs) : undefined;
  if (!archive_until || endsMs === undefined) return undefined;
  const hold = isHeld(record.hold, nowMs) ? record.hold : undefined;
  const waiting_for = record.waiting_for === ITS_END ? undefined : record.waiting_for;
  return {
    asset_id,
    title,
    group_id,
    deleted_by_user_id,
    archive_until,
    ends_at: deletesAt(record, hold, waiting_for, endsMs),
    hold,
    foretold_at: isEndSaid(record) ? end_foretold?.said_at : undefined,
    waiting_for,
    size_bytes: record.archive?.size_bytes ?? 0,
  };
}

/** What waits for something else than its date is looked at again when it wakes, and not before. */
function deletesAt(
  { wake_at }: AssetRecord,
  hold: Hold | undefined,
  waitingFor: string | undefined,
  dueMs: number,
): string | null {
  if (hold && !hold.until) return null;
  const times = [iso(dueMs), hold?.until ?? '', waitingFor ? (wake_at ?? '') : ''];
  return times.reduce((latest, time) => (time > latest ? time : latest));
}

export interface UpcomingDay {
  /** UTC. */
  readonly date: string;
  readonly count: number;
  /** Of these, kept by a hold of their own. */
  readonly held: number;
  readonly size_bytes: number;
  /** Seconds. */
  readonly duration: number;
}

/** By the day on which each is due, earliest first. */
export function byDay(entries: readonly UpcomingEntry[]): readonly UpcomingDay[] {
  const days = Map.groupBy(entries, ({ due_at }) => due_at.slice(0, 10));
  const sum = (of: readonly UpcomingEntry[], pick: (entry: UpcomingEntry) => number) =>
    of.reduce((all, entry) => all + pick(entry), 0);
  return [...days]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([date, of]) => ({
      date,
      count: of.length,
      held: of.filter(({ hold }) => hold).length,
      size_bytes: sum(of, ({ size_bytes }) => size_bytes),
      duration: sum(of, ({ duration }) => duration),
    }));
}

/** The limits let fewer go than are due. */
export interface PutOff {
  /** The first day, UTC, at whose end some are left that were due. */
  readonly from: string;
  /** The most that are left at the end of a day. */
  readonly most: number;
  /** The day on which the last of them goes; null when the limits let none go. */
  readonly until: string | null;
}

/** A day at which this has not ended is as good as never. */
const MOST_DAYS = 3_660;

/**
 * Day for day what the limits let go of what is due, each user within the own limit; `countedToday` is used up already.
 * What is held counts for nothing. Undefined when everything goes on its day.
 */
export function putOff(
  entries: readonly UpcomingEntry[],
  limits: DeletionLimits,
  countedToday: number,
  nowMs: number,
): PutOff | undefined {
  const today = iso(nowMs).slice(0, 10);
  const going = entries.filter(({ hold }) => !hold);
  const dueOn = Map.groupBy(going, ({ due_at }) => later(due_at.slice(0, 10), today));
  const perDay = Math.min(limits.perDay, limits.perHour * 24);
  const last = [...dueOn.keys()].toSorted().at(-1) ?? today;
  const left = new Map<string, number>();
  let found: { from: string; most: number } | undefined;
  for (let day = 0; day < MOST_DAYS; day++) {
    const date = iso(Date.parse(today) + day * DAY_MS).slice(0, 10);
    for (const { deleted_by_user_id: user } of dueOn.get(date) ?? [])
      left.set(user, (left.get(user) ?? 0) + 1);
    letGo(left, day === 0 ? Math.max(0, perDay - countedToday) : perDay, limits.perUserDay);
    const rest = [...left.values()].reduce((sum, count) => sum + count, 0);
    if (rest > 0) found = { from: found?.from ?? date, most: Math.max(found?.most ?? 0, rest) };
    if (rest === 0 && date >= last) return found && { ...found, until: date };
  }
  return found && { ...found, until: null };
}

function letGo(left: Map<string, number>, perDay: number, perUser: number): void {
  let room = perDay;
  for (const [user, count] of left) {
    const goes = Math.min(count, perUser, room);
    room -= goes;
    left.set(user, count - goes);
  }
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}
