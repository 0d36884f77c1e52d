// Least privilege, proved: drives the whole stack, then says what AWS would have refused and which grants nobody used.
// `--resources` also names what no action touched. `--remove-each` drives one run after the other, then takes the used
// actions away one by one and shows that each is missed; `--only TEXT` picks some.
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
  const [failures, firstUsers] = options['remove-each']
    ? await driveInTurn(place)
    : [await drive(place, RUNS), new Map()];
  for (const text of failures) say(`FAILED  ${text}`);
  const report = place.cloud.access();
  const unexplained = printReport(report);
  const isRight = failures.length + denied.length + unexplained === 0;
  say(`\n${denied.length} calls denied, ${unexplained} unused grants that nothing explains.`);
  return options['remove-each'] ? (await removeEach(place, report, firstUsers, denied)) && isRight : isRight;
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

/** By function and action, the run that used it first. */
type FirstUsers = ReadonlyMap<string, Run>;

const grantName = (functionName: string, action: string) => `${shortName(functionName)} ${action}`;

/** One run after the other, so that each use has its run. */
async function driveInTurn(place: Place): Promise<[string[], FirstUsers]> {
  const failures: string[] = [];
  const firstUsers = new Map<string, Run>();
  for (const run of RUNS) {
    failures.push(...(await drive(place, [run])));
    for (const { functionName, used } of place.cloud.access()) {
      for (const grant of used.map((action) => grantName(functionName, action)))
        if (!firstUsers.has(grant)) firstUsers.set(grant, run);
    }
  }
  return [failures, firstUsers];
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

/** Each used action is taken away, and the run that used it driven until AWS would refuse something. */
async function removeEach(
  place: Place,
  report: readonly FunctionAccess[],
  firstUsers: FirstUsers,
  denied: readonly string[],
): Promise<boolean> {
  const grants = report.flatMap(({ functionName, used }) => used.map((action) => ({ functionName, action })));
  const chosen = grants.filter(({ functionName, action }) =>
    grantName(functionName, action).includes(options.only ?? ''),
  );
  let missed = 0;
  let explained = 0;
  for (const { functionName, action } of chosen) {
    const first = firstUsers.get(grantName(functionName, action));
    const giveBack = place.cloud.withdraw(functionName, action);
    // What Lambda itself does with the role needs no run; and what one run did once, another may have to do again.
    const isMissed =
      (first !== undefined && (await misses(place, [first], denied))) || (await misses(place, RUNS, denied));
    giveBack();
    const why = explanationOf(shortName(functionName), action);
    if (isMissed) missed += 1;
    else if (why !== undefined) explained += 1;
    const verdict = isMissed ? 'missed  ' : why === undefined ? 'NEEDLESS' : 'explained';
    say(`${verdict}  ${grantName(functionName, action)}${isMissed || !why ? '' : `  (${why})`}`);
  }
  say(`\n${chosen.length} actions taken away one by one: ${missed} missed, ${explained} explained.`);
  return missed + explained === chosen.length;
}

/** Whether the runs meet a refusal, or fail without one, before they are through. */
async function misses(place: Place, runs: readonly Run[], denied: readonly string[]): Promise<boolean> {
  const before = denied.length;
  const over = new AbortController();
  const driven = inLanes(runs, ({ run }) => run(untilSignal(place, over.signal)));
  const failed = driven.then(
    () => false,
    () => true,
  );
  const refused = async () => {
    while (!over.signal.aborted && denied.length === before) await setTimeout(50);
    return denied.length > before;
  };
  // A run that is through may have met its refusal a moment before.
  const isMissed = (await Promise.race([failed, refused()])) || denied.length > before;
  over.abort();
  await driven.catch(() => {});
  return isMissed;
}

process.exitCode = (await main()) ? 0 : 1;
