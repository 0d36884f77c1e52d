// `node bench/bulk.ts`: many videos through the command of a user, on the embedded cloud: imported from a CSV, deleted, and
// restored from a CSV, while the command and the functions are killed. Counts what is published and what is left over.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { PublicRecord } from '../lambdas/domain/public-record.ts';
import { boot, type Running } from '../local/boot.ts';
import type { StartingProcess } from '../local/cloud/cloud.ts';
import type { Simulator } from '../local/mux/simulator.ts';
import { table } from './table.ts';

const ICEHOUSE = join(import.meta.dirname, '../cli/icehouse.ts');

const CLOCKWORK = { sweepSeconds: 1, expireSeconds: 2, thawSeconds: 5, settleSeconds: 0.2 };

/** Ours, in a stack with the usual settings: half of what Mux allows. */
const DEFAULT_RATES = { post: 0.5, other: 2.5 };

interface Options {
  readonly count: number;
  readonly timeScale: number;
  readonly rate: number;
  /** Seconds between two kills of a process of a function. */
  readonly killEvery: number;
  readonly json: boolean;
}

function whole(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 on.');
  return Number(text);
}

/** Of each command: it must also come to its end. */
const MOST_KILLS = 3;

const say = (text: string) => void process.stderr.write(`${text}\n`);

/** One run of the command, as a process of its own; what it prints is passed on. */
function icehouse(api: string, args: readonly string[]): ChildProcess {
  const command = [ICEHOUSE, ...args, '--url', api];
  return spawn(process.execPath, command, { stdio: ['ignore', 'inherit', 'inherit'] });
}

/** Runs the command, killing it some times after a while, until it has ended by itself. Answers how often it was killed. */
async function finishThroughKills(api: string, args: readonly string[], aliveMs: number): Promise<number> {
  for (let kills = 0; ; ) {
    const child = icehouse(api, args);
    const timer = kills < MOST_KILLS ? setTimeout(() => child.kill('SIGKILL'), aliveMs) : undefined;
    const [code, signal] = await once(child, 'exit');
    clearTimeout(timer);
    if (signal === 'SIGKILL') kills += 1;
    else if (code === 0) return kills;
    // A kill of the API's own function may leave a row for the next run.
    else say(`icehouse ${args[0]} ended with ${code}; again.`);
  }
}

/** Kills one of the functions' processes now and then: the one that started last, which is most likely at work. */
function killer(alive: StartingProcess[], everySeconds: number): () => number {
  let killed = 0;
  const timer = setInterval(() => {
    const victim = alive.pop();
    victim?.kill();
    if (victim) killed += 1;
  }, 1_000 * everySeconds);
  return () => {
    clearInterval(timer);
    return killed;
  };
}

async function recordsIn(api: string, status: string): Promise<readonly PublicRecord[]> {
  const records: PublicRecord[] = [];
  let cursor = '';
  do {
    const answer = await fetch(`${api}/v1/delete-requests?status=${status}&limit=100${cursor}`);
    const page = (await answer.json()) as { data?: PublicRecord[]; next_cursor?: string | null };
    // The function that would have answered may just have been killed.
    if (!page.data) return records;
    records.push(...page.data);
    cursor = page.next_cursor ? `&cursor=${encodeURIComponent(page.next_cursor)}` : '';
  } while (cursor);
  return records;
}

async function untilAll(
  api: string,
  status: string,
  count: number,
  onSeen: (records: number) => void = () => undefined,
): Promise<readonly PublicRecord[]> {
  let saidMs = 0;
  for (;;) {
    const records = await recordsIn(api, status);
    if (records.length >= count) return records;
    onSeen(records.length);
    const failed = await recordsIn(api, 'failed');
    if (failed[0]) throw new Error(`${failed[0].asset_id} failed: ${failed[0].summary}`);
    if (Date.now() - saidMs > 10_000) {
      say(`${records.length} of ${count} ${status}`);
      saidMs = Date.now();
    }
    await sleep(1_000);
  }
}

/** All that the simulated Mux has. */
async function assetIdsAt({ url, tokenId, tokenSecret }: Running['mux']): Promise<readonly string[]> {
  const authorization = `Basic ${Buffer.from(`${tokenId}:${tokenSecret}`).toString('base64')}`;
  const ids: string[] = [];
  let cursor = '';
  do {
    const answer = await fetch(`${url}/video/v1/assets?limit=100${cursor}`, { headers: { authorization } });
    if (answer.status === 429) {
      await sleep(1_000);
      continue;
    }
    const page = (await answer.json()) as { data: { id: string }[]; next_cursor?: string | null };
    ids.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor ? `&cursor=${encodeURIComponent(page.next_cursor)}` : '';
  } while (cursor);
  return ids;
}

interface Calls {
  readonly count: number;
  readonly perSecond: number;
  readonly mostInTenSeconds: number;
  readonly refused: number;
}

/** Calls that change something by POST, or all others, from the first to the last. */
function callsOf(simulator: Simulator, isOfVerb: (method: string) => boolean): Calls {
  const seen = simulator.requests().filter(({ method, path }) => isOfVerb(method) && path.includes('/v1/'));
  const atMs = seen.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
  const seconds = ((atMs.at(-1) ?? 0) - (atMs[0] ?? 0)) / 1_000;
  let [mostInTenSeconds, first] = [0, 0];
  for (const [index, ms] of atMs.entries()) {
    while ((atMs[first] ?? 0) <= ms - 10_000) first += 1;
    mostInTenSeconds = Math.max(mostInTenSeconds, index - first + 1);
  }
  const refused = seen.filter(({ status }) => status === 429).length;
  return { count: atMs.length, perSecond: atMs.length / Math.max(1, seconds), mostInTenSeconds, refused };
}

interface Figures {
  readonly imported: number;
  readonly published: number;
  readonly leftOver: number;
  readonly missing: number;
  readonly commandsKilled: number;
  readonly functionsKilled: number;
  readonly importSeconds: number;
  readonly restoreSeconds: number;
  readonly post: Calls;
  readonly other: Calls;
  readonly allowed: { readonly post: number; readonly other: number };
}

async function measure(
  running: Running,
  simulator: Simulator,
  directory: string,
  processes: StartingProcess[],
  options: Options,
): Promise<Figures> {
  const { count, timeScale, rate, killEvery } = options;
  const api = running.cloud.urls.api;
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1) ids.push((await simulator.addAsset({})).id);
  const file = join(directory, 'videos.csv');
  writeFileSync(file, `asset_id\n${ids.join('\n')}\n`);
  // Dead three times within the time that it needs, and never before it has begun.
  const aliveMs = Math.max(1_200, (1_000 * count) / rate / 3);

  const startedMs = Date.now();
  const sending = ['--rate', String(rate), '--retry-failed'];
  let commandsKilled = await finishThroughKills(
    api,
    ['import', file, '--user', 'bench', '--grace-days', '0', ...sending],
    aliveMs,
  );
  await untilAll(api, 'deleted', count);
  const deletedMs = Date.now();
  simulator.clearRecords();

  const stopKilling = killer(processes, killEvery);
  commandsKilled += await finishThroughKills(
    api,
    ['restore', '--from', file, '--tier', 'Bulk', ...sending],
    aliveMs,
  );
  // In the middle, not to the end: at this time scale the last few would be killed again before they have begun.
  const restored = await untilAll(api, 'restored', count, (done) => {
    if (done >= 0.95 * count) stopKilling();
  });
  const restoredMs = Date.now();
  const functionsKilled = stopKilling();
  const calls = {
    post: callsOf(simulator, (method) => method === 'POST'),
    other: callsOf(simulator, (method) => method !== 'POST'),
  };

  const published = new Set(restored.flatMap(({ current_asset_id }) => current_asset_id ?? []));
  const there = new Set(await assetIdsAt(running.mux));
  return {
    imported: count,
    published: [...published].filter((id) => there.has(id)).length,
    leftOver: [...there].filter((id) => !published.has(id)).length,
    missing: count - published.size,
    commandsKilled,
    functionsKilled,
    importSeconds: (deletedMs - startedMs) / 1_000,
    restoreSeconds: (restoredMs - deletedMs) / 1_000,
    ...calls,
    allowed: { post: DEFAULT_RATES.post * timeScale, other: DEFAULT_RATES.other * 0.3 * timeScale },
  };
}

/** Calls that may follow one another at once beside the rate, as the governor grants them. */
const BURST = { post: 2, other: 5 };

/** One more may be on its way longer than the one before. */
const JITTER = 2;

function faultsOf(figures: Figures): readonly string[] {
  const { imported, published, leftOver, post, other, allowed } = figures;
  const mostAllowed = (verb: 'post' | 'other') => 10 * allowed[verb] + BURST[verb] + JITTER;
  return [
    ...(published === imported ? [] : [`${published} of ${imported} are published.`]),
    ...(leftOver === 0 ? [] : [`${leftOver} assets were left beside them.`]),
    ...(post.mostInTenSeconds <= mostAllowed('post') ? [] : ['More POST calls than allowed.']),
    ...(other.mostInTenSeconds <= mostAllowed('other') ? [] : ['More other calls than allowed.']),
  ];
}

function show(figures: Figures): string {
  const { post, other, allowed } = figures;
  const row = (name: string, calls: Calls, perSecond: number) => [
    name,
    ...[
      calls.count,
      calls.perSecond.toFixed(2),
      perSecond.toFixed(2),
      calls.mostInTenSeconds,
      calls.refused,
    ].map(String),
  ];
  const head = ['calls to restore', 'all', 'per second', 'allowed', 'most in 10 s', 'refused by Mux'];
  return [
    `${figures.imported} imported, ${figures.published} published, ${figures.leftOver} left over.`,
    `The command was killed ${figures.commandsKilled} times, a function ${figures.functionsKilled} times.`,
    `Requested and deleted in ${figures.importSeconds.toFixed(0)} s, restored in ${figures.restoreSeconds.toFixed(0)} s.`,
    '',
    table(head, [row('POST', post, allowed.post), row('others', other, allowed.other)]),
  ].join('\n');
}

const command = new Command('node bench/bulk.ts')
  .description(
    'Imports, deletes and restores many videos on the embedded cloud, with kills in the middle. 1,000 take some minutes.',
  )
  .option('--count <n>', 'videos', whole, 1_000)
  .option(
    '--time-scale <n>',
    'divides every duration of the stack, and multiplies the rates to Mux',
    whole,
    30,
  )
  .option('--rate <n>', 'calls of the command per second', whole, 40)
  .option('--kill-every <seconds>', 'a process of a function', whole, 3)
  .option('--json', 'print the figures as JSON', false)
  .parse();
const options = command.opts<Options>();

const directory = mkdtempSync(join(tmpdir(), 'icehouse-bulk-'));
const processes: StartingProcess[] = [];
const running = await boot(
  {
    ...CLOCKWORK,
    timeScale: options.timeScale,
    tour: false,
    exit: false,
    verbose: false,
    port: 0,
    data: join(directory, 'data'),
    onLine: () => {},
    onProcess: async (starting) => {
      processes.push(starting);
      return { ...starting.environment };
    },
  },
  {},
);
try {
  if (!running.simulator) throw new Error('The benchmark runs on the simulator only.');
  const figures = await measure(running, running.simulator, directory, processes, options);
  const faults = faultsOf(figures);
  process.stdout.write(`${options.json ? JSON.stringify({ figures, faults }, null, 2) : show(figures)}\n`);
  for (const fault of faults) say(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
} finally {
  await running.close();
  rmSync(directory, { recursive: true, force: true });
}
