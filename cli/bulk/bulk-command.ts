// What the two commands over many rows share: their options, where rows and report are, the interrupt, the end.
import { createReadStream } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { count } from '../arguments.ts';
import { EXIT } from '../problems.ts';
import type { Session } from '../session.ts';
import { bulkView, countsText, summaryText } from './bulk-screen.ts';
import { readLines } from './csv.ts';
import { type Journal, NO_JOURNAL, openJournal } from './journal.ts';
import { Pace } from './pace.ts';
import { type Rows, readRows, type Sheet } from './rows.ts';
import { run, type Summary, type Task } from './run.ts';
import { waitForAll } from './wait.ts';

export interface BulkOptions {
  readonly rate: number;
  readonly report?: string;
  readonly retryFailed?: true;
  readonly dryRun?: true;
  readonly wait?: true;
}

/** API Gateway lets 50 calls a second through unless the stack says otherwise: most of it stays for others. */
const DEFAULT_RATE = 10;
const HIGHEST_RATE = 50;

export function addBulkOptions(command: Command): Command {
  return command
    .addOption(new Option('--rate <n>', 'calls per second').argParser(rate).default(DEFAULT_RATE))
    .option('--report <file>', 'where the report goes (FILE.csv.icehouse-report.csv unless given)')
    .option('--retry-failed', 'send rows again that an earlier run was refused')
    .addOption(new Option('--dry-run', 'judge and count the rows, and send nothing').conflicts('to'));
}

function rate(text: string): number {
  const perSecond = count(text);
  if (perSecond > HIGHEST_RATE)
    throw new InvalidArgumentError(`At most ${HIGHEST_RATE}: the API lets no more through.`);
  return perSecond;
}

/** `-` is standard input. */
export function readFileRows<Order>(
  file: string,
  sheet: Sheet<Order>,
  defaults: Readonly<Record<string, string | undefined>>,
): Promise<Rows<Order>> {
  const input: AsyncIterable<Buffer> = file === '-' ? process.stdin : createReadStream(file);
  return readRows(readLines(input), sheet, defaults);
}

/** Beside the file; of standard input and queries there is one only when it is named. */
export function reportPath(file: string | undefined, options: BulkOptions): string | undefined {
  return options.report ?? (file === undefined || file === '-' ? undefined : `${file}.icehouse-report.csv`);
}

type BulkTask<Order> = Pick<Task<Order>, 'rows' | 'send'> & { readonly command: 'import' | 'restore' };

/** Sends the rows, follows them where that is asked for, and says what came of them. */
export async function runBulk<Order>(
  session: Session,
  options: BulkOptions,
  report: string | undefined,
  task: BulkTask<Order>,
): Promise<void> {
  const { nowMs, sleep } = session;
  session.nameApi();
  const pace = new Pace(options.rate, session);
  const stop = new AbortController();
  const onInterrupt = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort();
  };
  // Not by `once`: what gives the terminal its cursor back ends the program when it finds itself the only listener.
  process.on('SIGINT', onInterrupt);
  try {
    const summary = await sendAll(session, report, {
      ...task,
      pace,
      nowMs,
      signal: stop.signal,
      retryRefused: options.retryFailed === true,
    });
    if (!session.json) session.screen.print(summaryText(summary, report, session.screen));
    const follow = { ...task, ...session, pace, sleep: until(stop.signal, sleep), signal: stop.signal };
    const rest = options.wait && !stop.signal.aborted ? await followAll(session, summary, follow) : undefined;
    const failed = rest?.failed ?? [];
    if (session.json)
      session.screen.print(
        JSON.stringify(
          { ...documentOf(task, summary, report), ...(options.wait && { failed, at_rest: rest?.byStatus }) },
          null,
          2,
        ),
      );
    session.exitWith(exitCodeOf(summary, failed.length, stop.signal));
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

async function sendAll<Order>(
  session: Session,
  report: string | undefined,
  task: Omit<Task<Order>, 'journal' | 'onProgress'>,
): Promise<Summary> {
  await using journal: Journal = report ? await openJournal(report, task.command) : NO_JOURNAL;
  const view = bulkView(session, task.command);
  return await run({ ...task, journal, onProgress: view.progress }).finally(view.done);
}

async function followAll(
  session: Session,
  { recordIds }: Summary,
  waiting: Omit<Parameters<typeof waitForAll>[0], 'recordIds' | 'onProgress'>,
) {
  const view = bulkView(session, 'at rest');
  const rest = await waitForAll({ ...waiting, recordIds, onProgress: view.progress }).finally(view.done);
  if (session.json) return rest;
  for (const { assetId, code, message } of rest.failed)
    session.screen.print(`✗ ${assetId}: ${code}: ${message}`);
  session.screen.print(`At rest: ${countsText(rest.byStatus)}`);
  return rest;
}

/** A sleep that ends with the wish to stop. */
function until(signal: AbortSignal, sleep: (ms: number) => Promise<void>): (ms: number) => Promise<void> {
  const stopped = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  return (ms) => Promise.race([sleep(ms), stopped]);
}

function documentOf<Order>({ command, rows }: BulkTask<Order>, summary: Summary, report: string | undefined) {
  return {
    command,
    rows: rows.rows.length,
    outcomes: summary.counts,
    done_before: summary.doneBefore,
    duplicates: rows.duplicates.map(({ line, assetId, first }) => ({
      line,
      asset_id: assetId,
      first_line: first,
    })),
    bad: summary.bad.map(({ line, asset_id, outcome, code, message }) => ({
      line: Number(line),
      asset_id,
      outcome,
      code,
      message,
    })),
    interrupted: summary.wasInterrupted,
    report: report ?? null,
  };
}

function exitCodeOf(summary: Summary, failed: number, signal: AbortSignal) {
  if (signal.aborted) return EXIT.interrupted;
  return summary.bad.length + failed > 0 ? EXIT.refused : EXIT.ok;
}
