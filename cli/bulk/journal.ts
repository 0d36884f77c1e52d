// The report of a run, which is its journal too: one line of CSV per row, on the disk before the next is counted as done.
// Whoever dies at any moment finds there what was done; a line that was cut off in the middle is taken away.
import { open, readFile, truncate } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { plain } from '../format.ts';
import { usageError } from './bulk-problems.ts';

const COLUMNS = [
  'command',
  'line',
  'asset_id',
  'outcome',
  'code',
  'message',
  'at',
  'record_id',
  'digest',
] as const;

/** `failed` is tried again by the next run, `refused` only when asked to. */
export type Entry = Readonly<Record<(typeof COLUMNS)[number], string>>;

export interface Journal extends AsyncDisposable {
  /** The last entry of each asset, of runs of this command before this one. */
  readonly before: ReadonlyMap<string, Entry>;
  add(entry: Entry): Promise<void>;
}

export const NO_JOURNAL: Journal = {
  before: new Map(),
  add: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
};

/** Throws CommandError REPORT_UNREADABLE for a file that is there and is none of ours. */
export async function openJournal(path: string, command: string): Promise<Journal> {
  const { entries, bytes, whole } = await readEntries(path);
  if (whole < bytes) await truncate(path, whole);
  const file = await open(path, 'a');
  const { size } = await file.stat();
  if (size === 0) await file.appendFile(`${COLUMNS.join(',')}\n`);
  let last: Promise<void> = Promise.resolve();
  const append = async (text: string) => {
    await file.appendFile(text);
    await file.datasync();
  };
  return {
    before: lastOf(entries, command),
    add(entry) {
      // One after the other, so that no two lines run into each other.
      last = last.then(() => append(`${COLUMNS.map((column) => quoted(entry[column])).join(',')}\n`));
      return last;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/** What earlier runs came to, for who only looks: the file stays as it is, also where there is none. Throws as above. */
export async function readJournal(path: string, command: string): Promise<Journal['before']> {
  return lastOf((await readEntries(path)).entries, command);
}

function lastOf(entries: readonly Entry[], command: string): Journal['before'] {
  return new Map(entries.flatMap((entry) => (entry.command === command ? [[entry.asset_id, entry]] : [])));
}

/** `whole`: how many of its bytes are lines that were not cut off. */
async function readEntries(path: string) {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const whole = bytes.lastIndexOf('\n') + 1;
  return { entries: parseEntries(path, bytes.subarray(0, whole)), bytes: bytes.length, whole };
}

function parseEntries(path: string, bytes: Buffer): readonly Entry[] {
  try {
    const lines = parse(bytes, { columns: true, bom: true }) as Entry[];
    const isOurs = lines.every((line) => COLUMNS.every((column) => typeof line[column] === 'string'));
    if (!isOurs || (bytes.length > 0 && !bytes.toString('utf8', 0, 100).startsWith('command,')))
      throw new Error('It has other columns.');
    return lines;
  } catch (error) {
    const detail = `${path} is there, and is no report of this command: ${error instanceof Error ? error.message : error}`;
    throw usageError('REPORT_UNREADABLE', detail, 'Move it away, or name another with --report.');
  }
}

/** Always on one line; and nothing that a spreadsheet would take for a formula. */
function quoted(text: string): string {
  const line = plain(text);
  const safe = /^[=+\-@]/.test(line) ? `'${line}` : line;
  return /[",;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
