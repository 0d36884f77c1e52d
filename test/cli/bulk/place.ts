// A directory of its own for a CSV and its report.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export interface Place extends Disposable {
  readonly file: string;
  readonly reportFile: string;
  readonly write: (text: string) => void;
  readonly report: () => readonly Record<string, string>[];
}

export function placeWith(text: string): Place {
  const directory = mkdtempSync(join(tmpdir(), 'icehouse-bulk-'));
  const file = join(directory, 'videos.csv');
  const reportFile = `${file}.icehouse-report.csv`;
  const write = (content: string) => writeFileSync(file, content);
  write(text);
  return {
    file,
    reportFile,
    write,
    report: () => parse(readFileSync(reportFile), { columns: true }) as Record<string, string>[],
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
}
