// `icehouse list`: the assets that Icehouse knows, by status or group.
import { type Command, Option } from 'commander';
import { STATUSES } from '../../lambdas/domain/record.ts';
import type { BrakeAnswer, IcehouseApi, ListQuery, Page } from '../api.ts';
import { count } from '../arguments.ts';
import { counting } from '../cost/counting.ts';
import { recordTable } from '../list-table.ts';
import { urlText } from '../place.ts';
import { CommandError } from '../problems.ts';
import { type OpenSession, type Session, show } from '../session.ts';

interface Options {
  readonly status?: string;
  readonly group?: string;
  readonly limit: number;
  readonly all?: true;
  readonly wouldHaveGone?: true;
}

/** The most that the API gives at once. */
const PAGE_LIMIT = 100;

export function addList(program: Command, open: OpenSession): void {
  program
    .command('list')
    .summary('the assets that Icehouse knows')
    .description('Lists assets by status, by group, or both.')
    .addOption(new Option('--status <status>', 'only these').choices(STATUSES))
    .option('--group <id>', 'only of this group')
    .addOption(new Option('--limit <n>', 'at most so many').argParser(count).default(50))
    .addOption(new Option('--all', 'all there are').conflicts('limit'))
    .addOption(
      new Option('--would-have-gone', 'all that a dry run would have deleted').conflicts(['status', 'limit']),
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ icehouse list --status failed\n  $ icehouse list --all --json | jq -r .data[].asset_id',
    )
    .action(async (options: Options, command: Command) => {
      const session = open(command);
      session.nameApi();
      const page = options.wouldHaveGone
        ? await rehearsed(session, options.group)
        : await upTo(session, options.all ? Number.POSITIVE_INFINITY : options.limit, {
            status: options.status,
            group_id: options.group,
          });
      const isTold = !session.json && (page.data.length === 0 || options.wouldHaveGone === true);
      const told = isTold ? about(options, page, await deletionsOf(session), session.apiUrl) : [];
      show(session, page, () => {
        const table = page.data.length > 0 ? [recordTable(page.data, session.screen, session.nowMs())] : [];
        const more = page.next_cursor ? ['There are more: --all, or a higher --limit.'] : [];
        return [...table, ...told, ...more].join('\n\n');
      });
    });
}

/** Undefined where whoever asks may not know it, or this API does not say. */
async function deletionsOf({ api }: Session): Promise<BrakeAnswer['deletions'] | undefined> {
  try {
    return (await api.brake()).deletions;
  } catch (error) {
    if (error instanceof CommandError) return undefined;
    throw error;
  }
}

/** What an empty list, or one of a dry run, means at this very API. */
function about(
  { wouldHaveGone }: Options,
  { data }: Page,
  deletions: BrakeAnswer['deletions'] | undefined,
  apiUrl: URL,
): readonly string[] {
  const place = urlText(apiUrl);
  if (data.length > 0) {
    const next = `Deletions are on at ${place} now: what is listed here is deleted at its next turn.`;
    return deletions === 'on' ? [next] : [];
  }
  if (deletions === undefined) return [`None at ${place}.`];
  if (!wouldHaveGone)
    return [`None at ${place}. Deletions are ${deletions === 'on' ? 'on' : 'in dry-run'} there.`];
  return deletions === 'on'
    ? [`None at ${place}: deletions are on there, so that what is due is deleted.`]
    : [`None at ${place}, in dry-run: what is due from now on is listed here.`];
}

/** The dry run's list: proved at their date, and deleted if deletions were on. */
async function rehearsed(session: Session, group_id: string | undefined): Promise<Page> {
  const all = (status: string) => upTo(session, Number.POSITIVE_INFINITY, { status, group_id });
  const page = await all('archived');
  const data = [...page.data, ...(await all('scheduled')).data];
  return { ...page, data: data.filter(({ rehearsed_at }) => rehearsed_at !== undefined) };
}

/** As many pages as it takes, as one; how many there are in all nobody knows beforehand. */
async function upTo(session: Session, most: number, query: ListQuery): Promise<Page> {
  const progress = counting(session, 'records read', session.json);
  try {
    return await pagesOf(session.api, most, query, progress.count);
  } finally {
    progress.done();
  }
}

async function pagesOf(
  api: IcehouseApi,
  most: number,
  query: ListQuery,
  count: (done: number) => void,
): Promise<Page> {
  const data: Page['data'][number][] = [];
  let cursor: string | undefined;
  for (;;) {
    const limit = Math.min(PAGE_LIMIT, most - data.length);
    const page = await api.list({ ...query, limit, cursor });
    data.push(...page.data);
    // A cursor that does not move would never end.
    const isLast = !page.next_cursor || page.next_cursor === cursor || data.length >= most;
    if (isLast) return { ...page, data };
    count(data.length);
    cursor = page.next_cursor ?? undefined;
  }
}
