// `npm run bench:sweep`: what one sweep reads of a ledger that grows, while what is due stays the same.
import { performance } from 'node:perf_hooks';
import { Command, InvalidArgumentError } from 'commander';
import { createLedger } from '../lambdas/adapters/ledger.ts';
import { sweep } from '../lambdas/stages/sweep.ts';
import { recordingDispatch } from '../test/fakes/recorders.ts';
import { atScale, scaleTable } from './sweep/arithmetic.ts';
import { type Engine, startEngine } from './sweep/engine.ts';
import { type Due, dueRecords, openMaster, waitingRecord } from './sweep/population.ts';
import { countCalls, itemsRead } from './sweep/reads.ts';
import { table } from './table.ts';

/** The issue's own bound: with a hundred due, a sweep reads fewer items than this. */
const READS_BOUND = 200;

/** What is due each time. Requests in line cost a count of the open masters beside: shown apart, since that has its own bound. */
const CASES: readonly { readonly name: string; readonly due: Due; readonly isBounded: boolean }[] = [
  { name: 'steps and expiries', due: { step: 80, admit: 0, expire: 20 }, isBounded: true },
  { name: 'requests in line too', due: { step: 60, admit: 20, expire: 20 }, isBounded: false },
];
const DUE = 100;

/** As many as are open in a usual hour; no more than 1,000 can be. */
const OPEN_MASTERS = 300;
const MOST_OPEN_MASTERS = 1_000;

const NOW_MS = Date.UTC(2026, 10, 22, 12);
const LEASE_MS = 90_000;

interface Figures {
  readonly records: number;
  readonly due: string;
  readonly woken: number;
  readonly itemsRead: number;
  readonly byKey: number;
  readonly byQuery: number;
  readonly queries: number;
  readonly partitions: number;
  readonly writes: number;
  readonly seconds: number;
  readonly isBounded: boolean;
}

/** Each run finds a new hundred due: those of the run before are leased by then. */
async function measure(
  engine: Engine,
  records: number,
  { name, due, isBounded }: (typeof CASES)[number],
): Promise<Figures> {
  await engine.put(dueRecords(`${records} ${name}`, due, NOW_MS));
  const client = engine.newClient();
  const counts = countCalls(client);
  const dispatch = recordingDispatch();
  const failures: unknown[] = [];
  const sweeping = {
    ledger: createLedger({ client, tableName: engine.tableName }),
    dispatch,
    // The sweep paces itself; the benchmark does not wait for it.
    clock: { nowMs: () => NOW_MS, sleep: async () => {} },
    leaseMs: LEASE_MS,
    openMasters: MOST_OPEN_MASTERS,
  };
  const log = { info: () => {}, error: (_: string, fields: unknown) => void failures.push(fields) };
  const startedMs = performance.now();
  await sweep('step', sweeping, log);
  const seconds = (performance.now() - startedMs) / 1_000;
  client.destroy();
  if (failures.length > 0) throw new Error(`The sweep complained: ${JSON.stringify(failures[0])}`);
  return {
    records,
    due: name,
    woken: dispatch.invocations.length,
    itemsRead: itemsRead(counts),
    byKey: counts.gets,
    byQuery: counts.scanned,
    queries: counts.calls.Query ?? 0,
    partitions: counts.partitions.size,
    writes: counts.writes,
    seconds,
    isBounded,
  };
}

async function measureAll(sizes: readonly number[]): Promise<Figures[]> {
  await using engine = await startEngine();
  await engine.put(Array.from({ length: OPEN_MASTERS }, (_, at) => openMaster(at, NOW_MS)));
  const figures: Figures[] = [];
  let filled = 0;
  for (const [round, records] of sizes.entries()) {
    const startedMs = performance.now();
    // The open masters, and those due now and in the rounds before, are among the records.
    const waiting = records - OPEN_MASTERS - (round + 1) * CASES.length * DUE;
    await engine.fill(filled, waiting, (at) => waitingRecord(at, NOW_MS));
    filled = waiting;
    for (const one of CASES) figures.push(await measure(engine, records, one));
    const seconds = (performance.now() - startedMs) / 1_000;
    process.stderr.write(`${thousands(records)} records: filled and swept in ${seconds.toFixed(0)} s\n`);
  }
  return figures;
}

function costTable(figures: readonly Figures[]): string {
  const head = [
    '100 due',
    'records',
    'woken',
    'read',
    'by query',
    'by key',
    'queries',
    'partitions',
    'writes',
    's',
  ];
  const rows = figures.map((one) => [
    one.due,
    ...[one.records, one.woken, one.itemsRead, one.byQuery, one.byKey, one.queries].map(thousands),
    ...[one.partitions, one.writes].map(thousands),
    one.seconds.toFixed(2),
  ]);
  return table(head, rows);
}

/** What is not as the issue wants it. A cost that grows with what is stored is a fault in every case. */
function faultsOf(figures: readonly Figures[]): readonly string[] {
  return figures.flatMap((one) => {
    const where = `${thousands(one.records)} records, ${one.due}`;
    const least = Math.min(...figures.filter(({ due }) => due === one.due).map(({ itemsRead }) => itemsRead));
    return [
      ...(one.woken === DUE ? [] : [`${where}: woke ${one.woken} of ${DUE}`]),
      ...(one.isBounded && one.itemsRead >= READS_BOUND
        ? [`${where}: read ${one.itemsRead} items, and fewer than ${READS_BOUND} are allowed`]
        : []),
      ...(one.itemsRead > least
        ? [`${where}: read ${one.itemsRead} items, and ${least} of another size`]
        : []),
    ];
  });
}

function thousands(count: number): string {
  return count.toLocaleString('en');
}

function parseSizes(text: string): number[] {
  const sizes = text.split(',').map(Number);
  const isRising = sizes.every(
    (size, at) => Number.isSafeInteger(size) && size >= (sizes[at - 1] ?? 0) + 1_000,
  );
  if (!isRising)
    throw new InvalidArgumentError('Give rising sizes, each at least 1,000 above the one before.');
  return sizes;
}

const command = new Command('npm run bench:sweep --')
  .description(
    `Sweeps a ledger once for each size, with ${DUE} records due. A million take four minutes on an idle machine.`,
  )
  .option('--records <sizes>', 'rising, comma-separated', parseSizes, [1_000, 100_000, 1_000_000])
  .option('--json', 'print the figures as JSON', false)
  .parse();
const { records, json } = command.opts<{ records: number[]; json: boolean }>();

const figures = await measureAll(records);
const faults = faultsOf(figures);
if (json) process.stdout.write(`${JSON.stringify({ figures, scale: atScale(), faults }, null, 2)}\n`);
else process.stdout.write(`${costTable(figures)}\n\n${scaleTable()}\n`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
