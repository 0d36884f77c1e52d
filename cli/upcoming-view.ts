// What is going to be deleted, for people: a row for each day, what stops or delays it, and each asset if asked for.
import type { Upcoming, UpcomingEntry } from '../client/icehouse.ts';
import { bytes, clockTime, day, minute, plain } from './format.ts';
import type { Screen } from './screen.ts';
import { grid } from './table.ts';

export function upcomingView(
  upcoming: Upcoming,
  screen: Screen,
  { isListed }: { isListed: boolean },
): string {
  const { data, until } = upcoming;
  const title =
    data.length === 0
      ? `Nothing is due until ${minute(until)}.`
      : `${data.length} due until ${minute(until)}.`;
  const parts = [screen.paint('bold', title)];
  if (data.length > 0) parts.push(dayTable(upcoming, screen));
  if (isListed && data.length > 0) parts.push(entryTable(data, screen));
  if (isListed && upcoming.ending.length > 0) parts.push(endingTable(upcoming, screen));
  const notes = notesOf(upcoming);
  if (notes.length > 0) {
    const rows = notes.map((note) => [screen.paint('yellow', '!'), note]);
    parts.push(grid(rows, { indent: 2, widths: [1, screen.columns - 6] }).text);
  }
  return parts.join('\n\n');
}

function dayTable({ days }: Upcoming, { paint }: Screen): string {
  const head = ['day (UTC)', 'assets', 'held', 'archived', 'length'].map((name) => paint('dim', name));
  const rows = days.map(({ date, count, held, size_bytes, duration }) => [
    day(date),
    String(count),
    held > 0 ? paint('yellow', String(held)) : '-',
    bytes(size_bytes),
    clockTime(duration),
  ]);
  return grid([head, ...rows], { indent: 2 }).text;
}

function entryTable(data: readonly UpcomingEntry[], screen: Screen): string {
  const rows = data.map((entry) => [
    entry.asset_id,
    entry.deletes_at ? minute(entry.deletes_at) : 'not before it is released',
    screen.paint('dim', plain(whyOf(entry))),
  ]);
  return grid(rows, { indent: 2 }).text;
}

function endingTable({ ending }: Upcoming, screen: Screen): string {
  const head = ['archives that end', 'when', ''].map((name) => screen.paint('dim', name));
  const rows = ending.map((entry) => [
    entry.asset_id,
    entry.ends_at ? minute(entry.ends_at) : 'not before it is released',
    screen.paint('dim', plain(reasonOf(entry))),
  ]);
  return grid([head, ...rows], { indent: 2 }).text;
}

function whyOf(entry: UpcomingEntry): string {
  return entry.mode === 'delete_only' ? `WITHOUT a copy; ${reasonOf(entry)}` : reasonOf(entry);
}

type Why = Pick<UpcomingEntry, 'hold' | 'waiting_for' | 'title' | 'deleted_by_user_id'>;

function reasonOf({ hold, waiting_for, title, deleted_by_user_id }: Why): string {
  if (hold) return `held by ${hold.user_id}: ${hold.reason}`;
  if (waiting_for) return `waits for ${waiting_for}`;
  return title ? `${title} (${deleted_by_user_id})` : deleted_by_user_id;
}

function notesOf({ deletions, hold, put_off: late, under_way: other, limits, ending }: Upcoming): string[] {
  const rest = other.requested + other.preparing + other.archiving;
  return [
    ...(deletions === 'dry-run' ? ['Deletions are in dry-run: nothing of this is deleted.'] : []),
    ...(hold ? [plain(`Everything is held by ${hold.user_id}: ${hold.reason}`)] : []),
    ...(late
      ? [
          `More is due than the limits let go (${limits.per_hour} an hour, ${limits.per_day} a day, ` +
            `${limits.per_user_day} a day for one user): from ${day(late.from)} up to ${late.most} are left over, ` +
            `${late.until ? `the last of them goes on ${day(late.until)}.` : 'and they never go.'}`,
        ]
      : []),
    ...(rest > 0
      ? [`${rest} requests are not archived yet; they are deleted when they are, not before.`]
      : []),
    ...(ending.length > 0
      ? [`${ending.length} archives come to their end: what is in them cannot be restored after that.`]
      : []),
    ...(other.deleting > 0 ? [`${other.deleting} are being deleted now.`] : []),
  ];
}
