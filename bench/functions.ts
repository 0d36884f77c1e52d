// `npm run bench:functions`: how large each function's bundle is, and what a cold start costs before it can do anything.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Command, InvalidArgumentError } from 'commander';
import { ENVIRONMENT } from '../lambdas/contract/environment.ts';
import { type BundledName, FUNCTIONS, OPTIONAL_FUNCTIONS } from '../lambdas/contract/names.ts';
import { bundle } from '../lib/bundle.ts';
import { NODE_OPTIONS } from '../lib/function-sizes.ts';
import { table } from './table.ts';

const MOST_BYTES = 1_000_000;
const MOST_INIT_MS = 250;

/** What those above the limit need it for. Why no less is possible: docs/decisions/0034-bundles.md. */
const STAGE = 'put together as every stage is, with S3, DynamoDB, Lambda, EventBridge, SQS, Mux and undici';
const REASONS: Readonly<Partial<Record<BundledName, string>>> = {
  api: 'what a stage has but SQS, and 115 KB of OpenAPI that it serves',
  copy: 'S3, DynamoDB, Lambda and SQS clients, Mux, undici',
  ...Object.fromEntries(
    ['master', 'archive', 'expire', 'restore', 'cancel', 'purge'].map((name) => [name, STAGE]),
  ),
};

interface Figures {
  readonly name: BundledName;
  readonly bytes: number;
  readonly gzipBytes: number;
  /** CPU time of the import: what it takes on a core that nobody else uses. */
  readonly initMs: number;
  /** As it passed on this machine, which others may have used meanwhile. */
  readonly elapsedMs: number;
}

const IMPORT = `
  const startedMs = performance.now();
  const used = process.cpuUsage();
  await import(process.argv[1]);
  const { user, system } = process.cpuUsage(used);
  console.log(JSON.stringify({ initMs: (user + system) / 1000, elapsedMs: performance.now() - startedMs }));
`;

/** Whatever a function may read of its environment: nothing is called, so any name will do. */
const VARIABLES = [
  ...[ENVIRONMENT.table, ENVIRONMENT.bucket, ENVIRONMENT.bus, ENVIRONMENT.muxSecret, ENVIRONMENT.copyQueue],
  ...[ENVIRONMENT.copyDeadLetters, ENVIRONMENT.webhookDeadLetters, ENVIRONMENT.signingSecret],
  ...[ENVIRONMENT.webhookUrl(1), ENVIRONMENT.webhookQueue(1), ENVIRONMENT.auditFunction],
  ENVIRONMENT.bearerTokens,
  ...Object.values(ENVIRONMENT.functionOf),
];
const CHILD_ENVIRONMENT = {
  ...Object.fromEntries(VARIABLES.map((name) => [name, 'https://example.com/any'])),
  ...{ NODE_OPTIONS, AWS_REGION: 'eu-central-1', PATH: process.env.PATH },
};

const ON_ONE_CORE = process.platform === 'linux' && availableParallelism() > 1 ? ['taskset', '-c', '0'] : [];

function coldStart(file: string): Pick<Figures, 'initMs' | 'elapsedMs'> {
  const node = [process.execPath, '--input-type=module', '--eval', IMPORT, pathToFileURL(file).href];
  const [program = '', ...args] = [...ON_ONE_CORE, ...node];
  return JSON.parse(execFileSync(program, args, { env: CHILD_ENVIRONMENT, encoding: 'utf8' }));
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function measure(directory: string, name: BundledName, runs: number): Figures {
  const file = join(directory, name, 'index.mjs');
  const code = readFileSync(file);
  const starts = Array.from({ length: runs }, () => coldStart(file));
  return {
    name,
    bytes: code.length,
    gzipBytes: gzipSync(code).length,
    initMs: median(starts.map(({ initMs }) => initMs)),
    elapsedMs: median(starts.map(({ elapsedMs }) => elapsedMs)),
  };
}

function faultsOf({ name, bytes, initMs }: Figures): readonly string[] {
  return [
    ...(bytes <= MOST_BYTES || REASONS[name]
      ? []
      : [`${name}: ${kilobytes(bytes)} KB, and no reason is given`]),
    ...(initMs <= MOST_INIT_MS ? [] : [`${name}: ${initMs.toFixed(0)} ms, and ${MOST_INIT_MS} are allowed`]),
  ];
}

function asText(figures: readonly Figures[]): string {
  const head = ['function', 'KB', 'KB gzip', 'init ms', 'elapsed ms'];
  const rows = figures.map(({ name, bytes, gzipBytes, initMs, elapsedMs }) => [
    name,
    ...[kilobytes(bytes), kilobytes(gzipBytes), initMs.toFixed(0), elapsedMs.toFixed(0)],
  ]);
  const large = figures.filter(({ bytes }) => bytes > MOST_BYTES);
  const reasons = large.map(({ name }) => `${name}: ${REASONS[name] ?? '?'}`);
  const why = reasons.length > 0 ? `\n\nAbove ${kilobytes(MOST_BYTES)} KB:\n${reasons.join('\n')}` : '';
  return `${table(head, rows)}${why}`;
}

function kilobytes(bytes: number): string {
  return Math.round(bytes / 1_000).toLocaleString('en');
}

function parseRuns(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('Give a number from 1 to 99.');
  return Number(text);
}

const { runs, json } = new Command('npm run bench:functions --')
  .description(
    'Prints the size of each bundle, minified and zipped, and the time that its import takes on one core.',
  )
  .option('--runs <number>', 'cold starts per function; medians are shown', parseRuns, 5)
  .option('--json', 'print the figures as JSON', false)
  .parse()
  .opts<{ runs: number; json: boolean }>();

const directory = bundle();
const figures = [...FUNCTIONS, ...OPTIONAL_FUNCTIONS].map((name) => measure(directory, name, runs));
const faults = figures.flatMap(faultsOf);
process.stdout.write(json ? `${JSON.stringify({ figures, faults }, null, 2)}\n` : `${asText(figures)}\n`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
