// `icehouse audit-log`: who did what and what was refused, day by day, read from the vault itself.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { DAY_MS } from '../../lambdas/domain/time.ts';
import { id } from '../arguments.ts';
import { EXIT } from '../problems.ts';
import type { OpenScreen } from '../session.ts';
import type { Found, TrailReader } from '../trail/read-trail.ts';
import { bucketOption, vaultPlace } from '../trail/which-vault.ts';

interface Options {
  readonly bucket?: string;
  readonly from?: string;
  readonly to?: string;
  readonly asset?: string;
  readonly user?: string;
  readonly csv?: true;
}

const MORE = `
This speaks to AWS directly, not to the API: credentials are those of the AWS CLI,
which need s3:ListBucket on the vault and s3:GetObject on its trail/*.
AWS_ENDPOINT_URL_S3 names another S3. Days are of UTC; without any, it is today.
An entry is there some seconds after what it tells. With --json, one JSON array.

Example:
  $ icehouse audit-log --from 2026-12-01 --to 2026-12-24 --user teacher-7
  $ icehouse audit-log --from 2026-12-01 --csv > december.csv`;

export function addAuditLog(program: Command, open: OpenScreen, s3: { readonly pathStyle: boolean }): void {
  program
    .command('audit-log')
    .summary('who did what, and what was refused')
    .description(
      'Lists the audit trail in the vault, sorted by time: every transition of every record, every refusal of a call that ' +
        'was to change something, with user, principal, request id and cause. Ends with 1 when an entry cannot be read.',
    )
    .addOption(bucketOption())
    .addOption(new Option('--from <day>', 'first day, as 2026-12-24').argParser(day))
    .addOption(new Option('--to <day>', 'last day').argParser(day))
    .addOption(new Option('--asset <id>', 'of this asset only').argParser(id))
    .option('--user <id>', 'by this user, or this principal, only')
    .addOption(new Option('--csv', 'as CSV'))
    .addHelpText('after', MORE)
    .action(async (options: Options, command: Command) => {
      const session = open(command);
      if (options.csv && session.json) command.error('error: --csv and --json exclude each other');
      const today = new Date(session.nowMs()).toISOString().slice(0, 10);
      const { to = today, from = options.to ?? today } = options;
      if (from > to) command.error(`error: --from ${from} is after --to ${to}`);
      const where = { ...vaultPlace(command, session, options.bucket), pathStyle: s3.pathStyle };
      // The AWS libraries are loaded by the commands that need them.
      const [{ withTrail }, lines] = await Promise.all([
        import('../trail/open-trail.ts'),
        import('../trail/trail-lines.ts'),
      ]);
      const { screen, json } = session;
      const line = options.csv ? lines.trailCsvLine : (found: Found) => lines.trailLine(found, screen);
      const out = json ? jsonLines(screen.print) : textLines(screen.print, line);
      if (options.csv) screen.print(lines.TRAIL_CSV_HEAD);
      const unread = await withTrail(where, (trail) => listDays(trail, { ...options, from, to }, out.each));
      out.end();
      if (unread > 0) session.exitWith(EXIT.refused);
    });
}

/** Answers how many could not be read. */
async function listDays(
  trail: TrailReader,
  { from, to, asset, user }: Options & { readonly from: string; readonly to: string },
  each: (found: Found) => void,
): Promise<number> {
  let unread = 0;
  for (let ms = Date.parse(from); ms <= Date.parse(to); ms += DAY_MS) {
    for await (const found of trail.ofDay(new Date(ms).toISOString().slice(0, 10), asset)) {
      const { entry } = found;
      if (entry.kind === 'unreadable') unread += 1;
      // What cannot be read may be anybody's.
      else if (user !== undefined && entry.actor.id !== user && entry.actor.principal !== user) continue;
      each(found);
    }
  }
  return unread;
}

interface Out {
  each(found: Found): void;
  end(): void;
}

function textLines(print: (text: string) => void, line: (found: Found) => string): Out {
  return { each: (found) => print(line(found)), end: () => {} };
}

/** One array in the end, and yet each entry as soon as it is there. */
function jsonLines(print: (text: string) => void): Out {
  let count = 0;
  return {
    each({ key, entry }: Found): void {
      print(`${count === 0 ? '[' : ','}${JSON.stringify({ ...entry, key })}`);
      count += 1;
    },
    end: () => print(count === 0 ? '[]' : ']'),
  };
}

function day(text: string): string {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  // 31 February is one to the parser, but comes back as another.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text)
    throw new InvalidArgumentError('A day as 2026-12-24.');
  return text;
}
