// Least privilege, proved: drives the whole stack, then says what AWS would have refused and which grants nobody used.
// `--resources` also names what no action touched. `--remove-each` takes the used actions away one by one and shows that each is missed; `--only TEXT` picks some.
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { FunctionAccess } from '../cloud/access.ts';
import { shortName } from '../crash/effects.ts';
import { explanationOf } from './explained.ts';
import { openPlace, type Place, untilSignal } from './place.ts';
import { RUNS, type Run } from './traffic.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);

const OPTIONS = {
  resources: { type: 'boolean' },
  'remove-each': { type: 'boolean' },
  only: { type: 'string' },
} as const;
const { values: options } = parseArgs({ options: OPTIONS });

async function main(): Promise<boolean> {
  const denied: string[] = [];
  await using place = await openPlace((line) => denied.push(line));
  const failures = await drive(place, RUNS);
  for (const text of failures) say(`FAILED  ${text}`);
  const report = place.cloud.access();
  const unexplained = printReport(report);
  const isRight = failures.length + denied.length + unexplained === 0;
  return options['remove-each'] ? (await removeEach(place, report, denied)) && isRight : isRight;
}

/** Answers the runs that failed. */
async function drive(place: Place, runs: readonly Run[]): Promise<string[]> {
  const failures: string[] = [];
  const startedMs = Date.now();
  const drive = async ({ name, run }: Run) => {
    await run(place).catch((error: unknown) => failures.push(`${name}: ${String(error)}`));
    say(`ran     ${name} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`);
  };
  await inLanes(runs, drive);
  return failures;
}

/** So many lives at once as a laptop can take. */
const LANES = 3;

async function inLanes(runs: readonly Run[], drive: (run: Run) => Promise<void>): Promise<void> {
  const waiting = [...runs];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await drive(next);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Answers how many unused actions nothing explains. */
function printReport(report: readonly FunctionAccess[]): number {
  let unexplained = 0;
  for (const { functionName, denied, used, unused, untouched } of report) {
    const name = shortName(functionName);
    say(`\n${name}: ${used.length} actions used, ${denied.length} denied`);
    for (const { action, resource, times } of denied)
      say(`  DENIED  ${action} on ${resource}, ${times} times`);
    for (const action of unused) {
      const why = explanationOf(name, action);
      if (why === undefined) unexplained += 1;
      say(`  unused  ${action}${why === undefined ? '  (NOT EXPLAINED)' : `  (${why})`}`);
    }
    // Where no action of a statement was used at all, the lines above have said it.
    if (!options.resources) continue;
    const partly = untouched.filter(({ actions }) => actions.some((action) => used.includes(action)));
    for (const { actions, resource } of partly) say(`  untouched  ${resource}  by ${actions.join(', ')}`);
  }
  return unexplained;
}

/** Each used action is taken away, and the traffic driven until AWS would refuse something. */
async function removeEach(
  place: Place,
  report: readonly FunctionAccess[],
  denied: string[],
): Promise<boolean> {
  const grants = report.flatMap(({ functionName, used }) => used.map((action) => ({ functionName, action })));
  const chosen = grants.filter(({ functionName, action }) =>
    `${shortName(functionName)} ${action}`.includes(options.only ?? ''),
  );
  let needless = 0;
  for (const { functionName, action } of chosen) {
    const giveBack = place.cloud.withdraw(functionName, action);
    const isMissed = await misses(place, denied);
    giveBack();
    if (!isMissed) needless += 1;
    say(`${isMissed ? 'missed  ' : 'NEEDLESS'}  ${shortName(functionName)} ${action}`);
  }
  return needless === 0;
}

/** Whether the traffic meets a refusal, or fails without one, before it is through. */
async function misses(place: Place, denied: readonly string[]): Promise<boolean> {
  const before = denied.length;
  const over = new AbortController();
  const driven = inLanes(RUNS, ({ run }) => run(untilSignal(place, over.signal)));
  const failed = driven.then(
    () => false,
    () => true,
  );
  const refused = async () => {
    while (!over.signal.aborted && denied.length === before) await setTimeout(50);
    return denied.length > before;
  };
  const isMissed = await Promise.race([failed, refused()]);
  over.abort();
  await driven.catch(() => {});
  return isMissed;
}

process.exitCode = (await main()) ? 0 : 1;
