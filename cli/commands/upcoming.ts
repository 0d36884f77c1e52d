// `icehouse upcoming`: what is going to be deleted within so many days, day by day.
import { type Command, Option } from 'commander';
import type { Upcoming, UpcomingEntry } from '../../client/icehouse.ts';
import { byDay, putOff } from '../../lambdas/domain/upcoming.ts';
import type { IcehouseApi } from '../api.ts';
import { count } from '../arguments.ts';
import { type OpenSession, show } from '../session.ts';
import { upcomingView } from '../upcoming-view.ts';

interface Options {
  readonly days: number;
  readonly list?: true;
}

/** The most that the API gives at once. */
const PAGE_LIMIT = 1_000;

export function addUpcoming(program: Command, open: OpenSession): void {
  program
    .command('upcoming')
    .summary('what is going to be deleted, and which archives end')
    .description(
      'Shows day by day what is going to be deleted from Mux: how many, how much, what is held, and whether more is due than ' +
        'the limits let go; and which archives come to their end. `icehouse hold` keeps one, `icehouse cancel` takes its request back.',
    )
    .addOption(new Option('--days <n>', 'within so many days, at most 120').argParser(count).default(7))
    .option('--list', 'each asset, too')
    .addHelpText('after', '\nExample:\n  $ icehouse upcoming --days 7 --list')
    .action(async ({ days, list }: Options, command: Command) => {
      const session = open(command);
      const upcoming = await all(session.api, days);
      show(session, upcoming, () => upcomingView(upcoming, session.screen, { isListed: list === true }));
    });
}

/** Every page as one, with the days and what is put off of them all. */
async function all(api: IcehouseApi, days: number): Promise<Upcoming> {
  const data: UpcomingEntry[] = [];
  const ending: Upcoming['ending'][number][] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await api.upcoming({ days, limit: PAGE_LIMIT, cursor });
    data.push(...page.data);
    ending.push(...page.ending);
    // A cursor that does not move would never end.
    if (!page.next_cursor || page.next_cursor === cursor) return { ...page, ...summed(page, data), ending };
    cursor = page.next_cursor;
  }
}

function summed({ limits, counted, now }: Upcoming, data: readonly UpcomingEntry[]) {
  const { per_hour: perHour, per_day: perDay, per_user_day: perUserDay } = limits;
  const sorted = data.toSorted((one, other) => (one.due_at < other.due_at ? -1 : 1));
  const late = putOff(sorted, { perHour, perDay, perUserDay }, counted.day, Date.parse(now));
  return { data: sorted, days: byDay(sorted), put_off: late ?? null };
}
