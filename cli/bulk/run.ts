// The rows of a file, one call each: a few at once, at a steady pace, each result in the journal before it counts.
import { CommandError, EXIT } from '../problems.ts';
import { usageError } from './bulk-problems.ts';
import type { Entry, Journal } from './journal.ts';
import { type Pace, passes } from './pace.ts';
import type { Row, Rows } from './rows.ts';

export interface Done {
  /** What came of the call, in one word. */
  readonly outcome: string;
  /** The record that the answer is about: of an id of the lineage, another one. */
  readonly recordId: string;
  readonly message?: string;
}

export interface Task<Order> {
  /** `import` or `restore`: a report may hold runs of both. */
  readonly command: string;
  readonly rows: Rows<Order>;
  readonly send: (row: Row<Order>) => Promise<Done>;
  readonly journal: Journal;
  readonly pace: Pace;
  /** Rows that an earlier run was refused are sent once more. */
  readonly retryRefused: boolean;
  readonly nowMs: () => number;
  /** Stops taking rows; those under way are brought to their end. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface Progress {
  readonly total: number;
  readonly done: number;
  readonly counts: Readonly<Record<string, number>>;
}

export interface Summary {
  /** Rows that are to be sent by this run. */
  readonly total: number;
  /** Rows that an earlier run had done, and is not asked to do again. */
  readonly doneBefore: number;
  readonly duplicates: number;
  /** By outcome; of this run. */
  readonly counts: Readonly<Record<string, number>>;
  /** Rows that were refused or failed, also by an earlier run whose word still stands. */
  readonly bad: readonly Entry[];
  /** Ids of the records that were reached, in this run or before. */
  readonly recordIds: readonly string[];
  readonly wasInterrupted: boolean;
}

const AT_ONCE = 8;

/** So many rows in a row that nobody served: it is not the rows. */
const FAILURES_IN_A_ROW = 10;

/** Refusals, which are for a person to look at, and failures, which the next run tries again. */
const BAD = ['refused', 'failed'];

/** Throws CommandError CSV_CHANGED before any call, and what stops everybody: no credentials, no API. */
export async function run<Order>(task: Task<Order>): Promise<Summary> {
  const { standing, queue } = leftOf(task.rows, task.journal.before, task.retryRefused);
  const total = queue.length;
  const entries: Entry[] = [];
  const counts: Record<string, number> = {};
  let failuresInARow = 0;
  let stop: unknown;

  const isOver = () => stop !== undefined || task.signal.aborted;
  await noteDuplicates(task);
  task.onProgress({ total, done: 0, counts });
  const worker = async () => {
    for (let row = queue.shift(); row && !isOver(); row = queue.shift()) {
      const entry = await sendRow(row, task).catch((error: unknown) => {
        stop ??= error;
      });
      if (!entry) return;
      await task.journal.add(entry);
      entries.push(entry);
      counts[entry.outcome] = (counts[entry.outcome] ?? 0) + 1;
      failuresInARow = entry.outcome === 'failed' ? failuresInARow + 1 : 0;
      if (failuresInARow >= FAILURES_IN_A_ROW) stop ??= keepsFailing(entry);
      task.onProgress({ total, done: entries.length, counts });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (stop !== undefined) throw stop;
  return {
    total,
    doneBefore: standing.length,
    duplicates: task.rows.duplicates.length,
    counts,
    bad: [...standing, ...entries].filter(isBad).sort((a, b) => Number(a.line) - Number(b.line)),
    recordIds: [...new Set([...standing, ...entries].flatMap(({ record_id }) => record_id || []))],
    wasInterrupted: task.signal.aborted && entries.length < total,
  };
}

/** What earlier runs came to that is not to be tried again, and the rows that are. Throws CommandError CSV_CHANGED. */
export function leftOf<Order>(
  { rows }: Rows<Order>,
  before: Journal['before'],
  retryRefused: boolean,
): { readonly standing: readonly Entry[]; readonly queue: Row<Order>[] } {
  refuseChanged(rows, before);
  const standing: Entry[] = [];
  const queue: Row<Order>[] = [];
  for (const row of rows) {
    const entry = standingEntry(row, before.get(row.assetId), retryRefused);
    if (entry) standing.push(entry);
    else queue.push(row);
  }
  return { standing, queue };
}

export function isBad({ outcome }: Pick<Entry, 'outcome'>): boolean {
  return BAD.includes(outcome);
}

/** What an earlier run came to with this row, if that is not to be tried again. */
function standingEntry<Order>(
  row: Row<Order>,
  entry: Entry | undefined,
  retryRefused: boolean,
): Entry | undefined {
  if (!entry || entry.outcome === 'failed') return undefined;
  return entry.outcome === 'refused' && (retryRefused || entry.digest !== row.digest) ? undefined : entry;
}

/** Rows that were sent as they were then: sending them as they are now would ask for two things of one asset. */
function refuseChanged<Order>(rows: readonly Row<Order>[], before: Journal['before']): void {
  const changed = rows.filter(({ assetId, digest }) => {
    const entry = before.get(assetId);
    return entry !== undefined && !isBad(entry) && entry.digest !== digest;
  });
  const [first] = changed;
  if (!first) return;
  const lines = changed.slice(0, 10).map(({ line }) => line);
  throw usageError(
    'CSV_CHANGED',
    `${changed.length} rows ask for something else than when they were sent by an earlier run: line ${lines.join(', ')}${changed.length > lines.length ? ' …' : ''}.`,
    'Give the rows (and options) as they were to go on; or move the report away to send every row anew.',
  );
}

/** Named once, by the first run that meets them. */
async function noteDuplicates<Order>({ command, rows, journal, nowMs }: Task<Order>): Promise<void> {
  if (journal.before.size > 0) return;
  for (const { line, assetId, first } of rows.duplicates) {
    const at = new Date(nowMs()).toISOString();
    const message = `Named in line ${first} already.`;
    const empty = { code: '', record_id: '', digest: '' };
    // Under no asset's id: the entry of the first row is the one that stands for it.
    await journal.add({
      ...empty,
      command: `${command}-duplicate`,
      line: String(line),
      asset_id: assetId,
      outcome: 'duplicate',
      message,
      at,
    });
  }
}

/** Throws what would meet every other row as well. */
async function sendRow<Order>(row: Row<Order>, { command, pace, send, nowMs }: Task<Order>): Promise<Entry> {
  const entry = (of: Partial<Entry> & { outcome: string }): Entry => ({
    command,
    line: String(row.line),
    asset_id: row.assetId,
    code: '',
    message: '',
    record_id: '',
    digest: row.digest,
    at: new Date(nowMs()).toISOString(),
    ...of,
  });
  try {
    const { outcome, recordId, message = '' } = await pace.call(() => send(row));
    return entry({ outcome, record_id: recordId, message });
  } catch (error) {
    if (!(error instanceof CommandError) || isForAll(error)) throw error;
    return entry({ outcome: passes(error) ? 'failed' : 'refused', code: error.code, message: error.message });
  }
}

function isForAll({ code, problem }: CommandError): boolean {
  return code === 'NOT_ICEHOUSE' || problem.status === 401 || problem.status === 403;
}

function keepsFailing({ code, message }: Entry): CommandError {
  const problem = {
    title: 'Stopped',
    code: 'API_KEEPS_FAILING',
    detail: `${FAILURES_IN_A_ROW} rows in a row were not served; the last: ${code}: ${message}`,
    action: 'What was done is in the report. Run the same command again later: it goes on from there.',
  };
  return new CommandError(problem, EXIT.unreachable);
}
