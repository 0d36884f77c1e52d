// `icehouse cost`: what the archives cost, and what they save against leaving the videos on Mux.
import { type Command, Option } from 'commander';
import { STATUSES } from '../../lambdas/domain/record.ts';
import type { ListQuery } from '../api.ts';
import { count } from '../arguments.ts';
import { costView } from '../cost/cost-view.ts';
import { counting } from '../cost/counting.ts';
import { pricesFrom } from '../cost/money.ts';
import { costReport, type Entry, entryOf } from '../cost/report.ts';
import { type OpenSession, type Session, show } from '../session.ts';

interface Options {
  readonly status?: string;
  readonly group?: string;
  readonly months: number;
}

const MORE = `
Mux charges much less for what nobody has watched for 90 days, and what is archived
is mostly that: the saving is told against this cold storage first, and against
standard storage second. A video that is still on Mux, or on it again, saves nothing.
Prices are list prices; the variable MUX_PRICES (JSON, as the prop muxPrices) holds yours.

Example:
  $ icehouse cost --status deleted --months 36`;

/** The most that the API gives at once. */
const PAGE_LIMIT = 100;

/** `muxPrices`: the variable MUX_PRICES. */
export function addCost(
  program: Command,
  open: OpenSession,
  { muxPrices }: { readonly muxPrices: string | undefined },
): void {
  program
    .command('cost')
    .summary('what the archives cost and save')
    .description('Reckons what the archives cost a month and what they save against Mux. It changes nothing.')
    .addOption(new Option('--status <status>', 'only these').choices(STATUSES))
    .option('--group <id>', 'only of this group')
    .addOption(new Option('--months <n>', 'what they come to over so many').argParser(count).default(12))
    .addHelpText('after', MORE)
    .action(async ({ status, group, months }: Options, command: Command) => {
      const session = open(command);
      const { prices, isOwn: isOwnPrices } = pricesFrom(muxPrices);
      const { records, entries } = await readAll(session, { status, group_id: group });
      const report = costReport(entries, { records, months, isOwnPrices }, prices);
      show(session, report, () => costView(report, session.screen));
    });
}

/** Of each record only what the costs need, so that a long list fits into memory. */
async function readAll(session: Session, query: ListQuery): Promise<{ records: number; entries: Entry[] }> {
  const progress = counting(session, 'records read', session.json);
  const entries: Entry[] = [];
  let records = 0;
  let cursor: string | undefined;
  try {
    do {
      const page = await session.api.list({ ...query, limit: PAGE_LIMIT, cursor });
      records += page.data.length;
      entries.push(...page.data.flatMap((record) => entryOf(record) ?? []));
      progress.count(records);
      // A cursor that does not move would never end.
      cursor = page.next_cursor === cursor ? undefined : (page.next_cursor ?? undefined);
    } while (cursor);
  } finally {
    progress.done();
  }
  return { records, entries };
}
