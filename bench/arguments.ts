// The options of `npm run bench`, parsed once.
import { Command, InvalidArgumentError } from 'commander';
import { CONTENDER_NAMES, type ContenderName } from './contenders.ts';

export interface BenchOptions {
  readonly sizeBytes: number;
  readonly runs: number;
  readonly only: readonly ContenderName[];
  readonly json: boolean;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  MB: 1e6,
  GB: 1e9,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/** `1GiB`, `500 MB`, `1048576`. Throws InvalidArgumentError. */
export function parseSize(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text) ?? [];
  const sizeBytes = Math.round(Number(number) * (UNITS[unit] ?? Number.NaN));
  if (number === '' || !(sizeBytes > 0)) throw new InvalidArgumentError('Give a size such as 1GiB or 500MB.');
  return sizeBytes;
}

function parseRuns(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('Give a number from 1 to 99.');
  return Number(text);
}

function parseOnly(text: string): ContenderName[] {
  return text.split(',').map((name) => {
    const found = CONTENDER_NAMES.find((one) => one === name.trim());
    if (!found) throw new InvalidArgumentError(`Give names among ${CONTENDER_NAMES.join(', ')}.`);
    return found;
  });
}

/** Ends the process for `--help` and for options that are wrong. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const command = new Command('npm run bench --')
    .description('Moves a file from a TLS server to an S3 sink by each program, and says what it costs.')
    .option('--size <size>', 'of the file', parseSize, 2 * 1024 ** 3)
    .option('--runs <number>', 'per program; medians are shown', parseRuns, 3)
    .option('--only <names>', `among ${CONTENDER_NAMES.join(', ')}`, parseOnly, [...CONTENDER_NAMES])
    .option('--json', 'print the figures as JSON', false)
    .parse(argv, { from: 'user' });
  const { size, runs, only, json } = command.opts<{
    size: number;
    runs: number;
    only: ContenderName[];
    json: boolean;
  }>();
  return { sizeBytes: size, runs, only, json };
}
