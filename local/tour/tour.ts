// The tour: four videos through their lives with compressed time, and a look from outside at what is left.

import { setTimeout } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { IcehouseApi } from '../../cli/api.ts';
import { boardOn } from '../../cli/board.ts';
import { type Screen, screenOn } from '../../cli/screen.ts';
import type { Running } from '../boot.ts';
import { findingsOfFidelity } from './brought-back.ts';
import { type Finding, findingsOf, findingsOverall } from './findings.ts';
import { beginLife, type Life, live } from './life.ts';
import { TOUR_VIDEOS } from './videos.ts';

const WHAT_IS_SIMULATED = [
  'Real: the stack as `cdk deploy` would deploy it, its functions, every byte and checksum.',
  'Simulated: Mux and AWS, by engines on this machine; and time, which runs faster.',
  'The first copy is killed in the middle, and goes on when its lease has run out.',
];

/** Answers the exit code: 0 when every finding is right. */
export async function runTour(running: Running): Promise<number> {
  const screen = screenOn(process.stdout, { colour: true });
  const { simulator } = running;
  if (!simulator) throw new Error('The tour needs the Mux simulator.');
  for (const line of WHAT_IS_SIMULATED) screen.print(screen.paint('dim', line));
  screen.print(`\nFour videos, their delete requests filed at ${running.cloud.urls.api}:\n`);
  const startedMs = Date.now();
  const lives = await Promise.all(TOUR_VIDEOS.map((video) => beginLife({ simulator, video })));
  const stuck = await liveAll(lives, running, screen);
  const findings = stuck ?? (await findAll(lives, running, screen));
  const seconds = Math.round((Date.now() - startedMs) / 1_000);
  const wrong = findings.filter(({ isRight }) => !isRight).length;
  screen.print(
    wrong === 0
      ? `\n${screen.paint('green', `All ${findings.length} findings are as they should be`)}, after ${seconds} s.`
      : `\n${screen.paint('red', `${wrong} of ${findings.length} findings are not as they should be.`)}`,
  );
  return wrong === 0 ? 0 : 1;
}

/** Answers what went wrong, if anything did. */
async function liveAll(
  lives: readonly Life[],
  running: Running,
  screen: Screen,
): Promise<readonly Finding[] | undefined> {
  const api = new IcehouseApi({
    base: new URL(running.cloud.urls.api),
    authorize: async () => ({}),
    fetch,
    sleep,
  });
  const board = boardOn(screen);
  const draw = setInterval(() => board.draw(lives.map(({ seen }) => seen)), 200);
  const outcomes = await Promise.allSettled(lives.map((life) => live(life, api, () => killCopiers(running))));
  clearInterval(draw);
  board.draw(lives.map(({ seen }) => seen));
  board.done();
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [String(outcome.reason)] : [],
  );
  for (const text of failures) screen.print(screen.paint('red', text));
  if (failures.length > 0) screen.print('The logs of the functions are kept with --data DIR.');
  return failures.length > 0
    ? failures.map((text) => ({ isRight: false, subject: 'life', text }))
    : undefined;
}

const sleep = (ms: number) => setTimeout(ms);

/** Kills every process of the archive function and one worker, as crashes or reclaimed machines would. Answers how many. */
function killCopiers({ cloud }: Running): number {
  const pidsOf = (suffix: string) => {
    const name = cloud.plan.functions.find((planned) => planned.name.endsWith(suffix))?.name ?? '';
    return cloud.processes(name);
  };
  const pids = [...pidsOf('-archive'), ...pidsOf('-copy').slice(0, 1)];
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  return pids.length;
}

async function findAll(
  lives: readonly Life[],
  running: Running,
  screen: Screen,
): Promise<readonly Finding[]> {
  const { cloud, simulator, mux } = running;
  const s3 = new S3Client({
    endpoint: cloud.urls.s3,
    region: 'us-east-1',
    credentials: cloud.owner,
    forcePathStyle: true,
  });
  const all: Finding[] = [];
  for (const life of lives) {
    screen.print(`\n${screen.paint('bold', life.video.title)}`);
    const findings = simulator ? await findingsOf(life, s3, simulator, mux.url) : [];
    if (life.video.isFull) findings.push(...(await findingsOfFidelity(life, cloud.urls.api)));
    for (const finding of findings) print(finding, screen);
    all.push(...findings);
  }
  screen.print(`\n${screen.paint('bold', 'Overall')}`);
  const overall = await findingsOverall(lives, running, s3);
  for (const finding of overall) print(finding, screen);
  s3.destroy();
  return [...all, ...overall];
}

function print({ isRight, subject, text }: Finding, { paint, print: say }: Screen): void {
  say(`  ${isRight ? paint('green', '✓') : paint('red', '✗')} ${subject.padEnd(9)} ${text}`);
}
