#!/usr/bin/env node
// `npm run sim`: plays videos' lives by the hundred thousand, everything going wrong that can, and says what broke.
import { Command, InvalidArgumentError } from 'commander';
import { MUTATIONS } from './mutations.ts';
import { run } from './run.ts';
import { simulate } from './simulate.ts';
import { emptyCells, type Tally } from './tally.ts';

interface Options {
  readonly seeds: number;
  readonly seed?: number;
  readonly from: number;
  readonly workers?: number;
  readonly onlySweep?: boolean;
  readonly teeth?: boolean;
  readonly only?: string;
  readonly json?: boolean;
}

const number = (text: string) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('must be a whole number, at least 1');
  return value;
};

const program = new Command('npm run sim --')
  .description(
    'Plays simulated lives of videos: the real stages on in-memory ports with virtual time. Each seed decides the order ' +
      'of events and every fault: crashes between any two effects, lost, late, doubled and forged webhooks, Mux and S3 ' +
      'failing, races, clock skew, and what users do meanwhile. Ends with 1 when an invariant broke or a cell stayed empty.',
  )
  .option('--seeds <n>', 'how many seeds to play', number, 2_000)
  .option('--seed <s>', 'play this one seed and tell its story, event by event', number)
  .option('--from <s>', 'the first seed', number, 1)
  .option('--workers <n>', 'threads (default: one per core)', number)
  .option('--only-sweep', 'lose every webhook and every message: the sweep alone carries on')
  .option('--teeth', 'put mistakes into the code, one after the other, and see that each is caught')
  .option('--only <text>', 'with --teeth: only mistakes whose name has this text')
  .option('--json', 'one JSON document instead of text')
  .parse();

const options = program.opts<Options>();
if (options.seed !== undefined) process.exitCode = await tellStory(options.seed);
else if (options.teeth) process.exitCode = await showTeeth();
else process.exitCode = await playSeeds();

async function tellStory(seed: number): Promise<number> {
  const { violations, story } = await simulate(seed, { story: true, onlySweep: options.onlySweep });
  if (options.json) console.log(JSON.stringify({ seed, violations, story }));
  else
    for (const line of [...story, ...violations.map(inWords), inWordsCount(violations.length)])
      console.log(line);
  return violations.length > 0 ? 1 : 0;
}

function inWords(violation: string): string {
  return `VIOLATION ${violation}`;
}

function inWordsCount(count: number): string {
  return count === 0 ? 'No invariant was broken.' : `${count} invariants were broken.`;
}

async function playSeeds(): Promise<number> {
  const startedMs = performance.now();
  const { seeds, from: firstSeed, workers, onlySweep } = options;
  const onProgress = progress(seeds, startedMs);
  const tally = await run({ firstSeed, seeds, workers, modes: { onlySweep }, onProgress });
  const seconds = (performance.now() - startedMs) / 1_000;
  // With nothing but the sweep there are no webhooks and no messages, and their cells say nothing.
  const empty = onlySweep || seeds < 1_000 ? [] : emptyCells(tally);
  if (options.json) console.log(JSON.stringify({ seconds, ...tally, empty }));
  else for (const line of report(tally, empty, seconds)) console.log(line);
  return tally.failed.length > 0 || empty.length > 0 ? 1 : 0;
}

function progress(seeds: number, startedMs: number): (tally: Tally) => void {
  let saidMs = startedMs;
  return (tally) => {
    const nowMs = performance.now();
    if (nowMs - saidMs < 5_000) return;
    saidMs = nowMs;
    const leftSeconds = ((nowMs - startedMs) / 1_000) * (seeds / tally.seeds - 1);
    console.error(
      `${tally.seeds} of ${seeds} seeds, ${tally.failed.length} failed, about ${Math.ceil(leftSeconds)} s left`,
    );
  };
}

function report(tally: Tally, empty: readonly string[], seconds: number): string[] {
  const { seeds, records, events, days, lives, faults, cells, failed } = tally;
  const sum = (counts: Record<string, number>) =>
    Object.values(counts).reduce((all, count) => all + count, 0);
  const killed = Object.entries(faults).filter(([name]) => name.startsWith('killed '));
  const listed = (counts: Record<string, number>) =>
    Object.entries(counts)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => `  ${String(count).padStart(9)}  ${name}`);
  return [
    `${seeds} seeds, ${records} records, ${events} events, ${Math.round(days / 365)} years of virtual time in ${seconds.toFixed(1)} s`,
    'Times a record became:',
    ...listed(lives),
    `Faults: ${sum(faults)}, of these ${sum(Object.fromEntries(killed))} processes killed:`,
    ...listed(faults),
    `Cells (status x event x fate): ${Object.keys(cells).length} seen, ${sum(cells)} times; ${empty.length} of those required are empty`,
    ...empty.map((cell) => `  empty: ${cell}`),
    `Violations: ${failed.length} seeds`,
    ...failed
      .slice(0, 20)
      .flatMap(({ seed, violations }) => [
        `  seed ${seed}: ${violations[0]}`,
        `    npm run sim -- --seed ${seed}`,
      ]),
  ];
}

/** Each mistake must be caught within the seeds; the one that is not is a promise nobody keeps. */
async function showTeeth(): Promise<number> {
  let missed = 0;
  const results = [];
  const chosen = MUTATIONS.filter(({ name }) => name.includes(options.only ?? ''));
  for (const mutation of chosen) {
    const startedMs = performance.now();
    const tally = await run({
      firstSeed: options.from,
      seeds: options.seeds,
      workers: options.workers,
      mutation,
      stopsAtFirst: true,
    });
    const [caught] = tally.failed;
    if (!caught) missed += 1;
    const seconds = (performance.now() - startedMs) / 1_000;
    results.push({
      name: mutation.name,
      file: mutation.file,
      caught: caught ?? null,
      seeds: tally.seeds,
      seconds,
    });
    const verdict = caught
      ? `caught by seed ${caught.seed}: ${caught.violations[0]}`
      : `NOT CAUGHT in ${tally.seeds} seeds`;
    if (!options.json) console.log(`${mutation.name}\n    ${verdict} (${seconds.toFixed(1)} s)`);
  }
  if (options.json) console.log(JSON.stringify(results));
  else console.log(`${chosen.length - missed} of ${chosen.length} mistakes caught`);
  return missed > 0 ? 1 : 0;
}
