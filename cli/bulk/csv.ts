// A table out of a CSV file as spreadsheets write them: with a byte order mark, semicolons or tabs, CRLF, and quotes.
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { usageError } from './bulk-problems.ts';

export interface Line {
  /** Of the file, counted from 1: where the row begins. */
  readonly number: number;
  readonly fields: readonly string[];
}

const DELIMITERS = [',', ';', '\t'];

/** The lines that are not empty, as a stream; the first is the header. Throws CommandError CSV_UNREADABLE. */
export async function* readLines(input: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const { first, all } = await peek(input);
  const parser = parse({
    bom: true,
    trim: true,
    delimiter: delimiterOf(first),
    // An empty line counts, and a short row is told by its line and not by the parser's words.
    relax_column_count: true,
  });
  const source = Readable.from(all);
  source.on('error', (error) => parser.destroy(error));
  let number = 1;
  try {
    for await (const fields of source.pipe(parser) as AsyncIterable<string[]>) {
      if (fields.some(Boolean)) yield { number, fields };
      number += 1 + fields.join().split('\n').length - 1;
    }
  } catch (error) {
    throw unreadable(number, error);
  } finally {
    source.destroy();
  }
}

/** Header names hold none of them, so whichever the first line has is what the file is separated by. */
function delimiterOf(firstLine: string): string {
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, count: firstLine.split(delimiter).length }));
  return counts.reduce((a, b) => (b.count > a.count ? b : a)).delimiter;
}

/** The first line, and everything from the beginning. */
async function peek(input: AsyncIterable<Buffer>) {
  const iterator = input[Symbol.asyncIterator]();
  const seen: Buffer[] = [];
  let text = '';
  while (!/[\r\n]/.test(text)) {
    const { done, value } = await iterator.next();
    if (done) break;
    seen.push(value);
    text += value.toString('latin1');
  }
  async function* all() {
    yield* seen;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { first: text.split(/[\r\n]/)[0] ?? '', all: all() };
}

function unreadable(line: number, error: unknown) {
  const detail = error instanceof Error ? error.message : String(error);
  // A file that is not there says so itself.
  const isOfCsv = error instanceof Error && 'code' in error && /^(CSV|INVALID)_/.test(String(error.code));
  return usageError(
    'CSV_UNREADABLE',
    isOfCsv ? `From line ${line} on: ${detail}.` : detail,
    isOfCsv ? 'Save it as CSV (UTF-8), with quotes closed.' : 'Check the name of the file.',
  );
}
