// What every governor promises (law 5), on a clock that the test moves. Rates are Icehouse's defaults.
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import {
  type Governor,
  PERSONS_PATIENCE_MS,
  type Rates,
  STEPS_PATIENCE_MS,
} from '../../lambdas/adapters/governor.ts';
import type { Purpose } from '../../lambdas/contract/names.ts';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import type { Clock } from '../../lambdas/stages/ports.ts';
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts';

const RATES: Rates = { post: 0.5, other: 2.5 };
/** Half of 2.5 calls a second is for preparing: one call each 800 ms, five at once after a pause. */
const INTERVAL_MS = 800;
const BURST = 5;
const MINUTE_MS = 60_000;
/** How far a simulated minute moves at a time. */
const TICK_MS = 200;

/** Each call answers a way to make governors that share their state, as the functions of one stack do. */
export type MakeGovernors = () => Promise<(clock: Clock, rates: Rates, patienceMs: number) => Governor>;

/** `backlog`: steps that wait at once. Where each call takes milliseconds, fewer show the same. */
export function governorContract(makeGovernors: MakeGovernors, { backlog = 500 } = {}): void {
  grantingSlots(makeGovernors);
  keepingTheRate(makeGovernors);
  drainingABacklog(makeGovernors, backlog);
  slowingDown(makeGovernors);
}

function grantingSlots(makeGovernors: MakeGovernors): void {
  test('grants a burst of five at once, sleeps for slots up to 2 s away, and then says when', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);

    const grantedAtMs = [];
    for (let call = 0; call < 5; call++) {
      await governor.take('other', 'prepare');
      grantedAtMs.push(clock.nowMs() - startMs);
    }
    await governor.take('other', 'prepare');
    grantedAtMs.push(clock.nowMs() - startMs);

    expect(grantedAtMs).toStrictEqual([0, 0, 0, 0, 0, 800]);
  });

  test('tells each refused caller a time of its own from the first free slot on, and spends no slot then', async () => {
    const clock = manualClock({ sleep: 'wait' });
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);
    // Five at once, then the slots at 800 and 1600 ms, which are slept for.
    const takers = Array.from({ length: 7 }, () => governor.take('other', 'prepare'));
    await until(() => clock.sleepers() === 2);

    const refused = [await refusal(governor), await refusal(governor), await refusal(governor)];

    await clock.advance(2_000);
    await Promise.all(takers);
    const next = governor.take('other', 'prepare');
    await until(() => clock.sleepers() === 1);
    await clock.advance(400);
    await next;
    expect(refused.map((error) => error.atMs - startMs)).toStrictEqual([2_400, 4_000, 5_600]);
    expect(clock.nowMs() - startMs).toBe(2_400);
    expect(refused[0]?.waitingFor).toBe('a slot of the Mux rate limit (prepare)');
  });

  test('keeps the purposes and the verbs apart', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);
    for (let call = 0; call < 5; call++) await governor.take('other', 'restore');

    await governor.take('other', 'prepare');
    await governor.take('other', 'delete');
    await governor.take('post', 'restore');

    expect(clock.nowMs() - startMs).toBe(0);
  });

  test('lets restores POST twice at once and then every two seconds', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);

    const grantedAtMs = [];
    for (let call = 0; call < 4; call++) {
      await governor.take('post', 'restore');
      grantedAtMs.push(clock.nowMs() - startMs);
    }

    expect(grantedAtMs).toStrictEqual([0, 0, 2_000, 4_000]);
  });

  test.each(['prepare', 'delete'] as const)('has no POST for the purpose %s', async (purpose) => {
    const governor = (await makeGovernors())(manualClock(), RATES, PERSONS_PATIENCE_MS);

    const take = governor.take('post', purpose);

    await expect(take).rejects.toThrow('No share of the Mux rate limit');
  });

  test('saves up no more than the burst in an hour of silence', async () => {
    const clock = manualClock();
    const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);
    await governor.take('other', 'prepare');
    await clock.advance(3_600_000);
    const startMs = clock.nowMs();

    const grantedAtMs = [];
    for (let call = 0; call < 7; call++) {
      await governor.take('other', 'prepare');
      grantedAtMs.push(clock.nowMs() - startMs);
    }

    expect(grantedAtMs).toStrictEqual([0, 0, 0, 0, 0, 800, 1_600]);
  });
}

function keepingTheRate(makeGovernors: MakeGovernors): void {
  test('serves fifty callers at once, each at its own time, without granting a slot twice', async () => {
    const clock = manualClock({ sleep: 'wait' });
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES, STEPS_PATIENCE_MS);

    const grantedAtMs = await serveAll(governor, clock, 50);

    const sleptFor = Array.from({ length: 25 }, (_, n) => 800 * (n + 1));
    const cameAgain = Array.from({ length: 20 }, (_, n) => 20_800 + 1_600 * n);
    expect(grantedAtMs.map((ms) => ms - startMs)).toStrictEqual([0, 0, 0, 0, 0, ...sleptFor, ...cameAgain]);
  });

  test.each([1, 2, 3])(
    'never exceeds rate times window plus burst, whatever the pauses (seed %i)',
    async (seed) => {
      const clock = manualClock();
      const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);
      const random = seeded(seed);

      const grantedAtMs: number[] = [];
      for (let call = 0; call < 100; call++) {
        // Mostly short pauses, now and then one long enough to save up credit.
        await clock.advance(Math.floor(random() < 0.1 ? random() * 10_000 : random() * 500));
        if (await granted(governor)) grantedAtMs.push(clock.nowMs());
      }

      expect(grantedAtMs.length).toBeGreaterThan(50);
      expect(mostOverRate(grantedAtMs)).toBeLessThanOrEqual(BURST);
    },
  );

  test('grants two functions whose clocks are a second apart no more than that second allows', async () => {
    const clock = manualClock();
    const make = await makeGovernors();
    const onTime = make(clock, RATES, PERSONS_PATIENCE_MS);
    const ahead: Clock = { nowMs: () => clock.nowMs() + 1_000, sleep: (ms) => clock.sleep(ms) };
    const fast = make(ahead, RATES, PERSONS_PATIENCE_MS);
    const random = seeded(4);

    const grantedAtMs: number[] = [];
    for (let call = 0; call < 200; call++) {
      await clock.advance(Math.floor(random() < 0.05 ? random() * 10_000 : random() * 500));
      if (await granted(random() < 0.5 ? fast : onTime)) grantedAtMs.push(clock.nowMs());
    }

    // One second is at most two intervals of 800 ms begun.
    expect(mostOverRate(grantedAtMs)).toBeLessThanOrEqual(BURST + 2);
    const seconds = ((grantedAtMs.at(-1) ?? 0) - (grantedAtMs[0] ?? 0)) / 1_000;
    expect(grantedAtMs.length).toBeGreaterThan(seconds);
  });
}

function drainingABacklog(makeGovernors: MakeGovernors, backlog: number): void {
  test('drains a backlog near the configured rate, though all are woken at the same second of a minute', {
    timeout: 120_000,
  }, async () => {
    const clock = manualClock({ sleep: 'wait' });
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES, STEPS_PATIENCE_MS);

    const { grantedAtMs, longestStepMs } = await drain(governor, clock, backlog, 3);

    // 1500 calls at one each 800 ms are 20 minutes; the lease of a step is 90 s.
    expect(clock.nowMs() - startMs).toBeLessThan(1.4 * 3 * backlog * INTERVAL_MS);
    expect(grantedAtMs.length).toBeLessThan(1.1 * 3 * backlog);
    // The clock may move on a tick, which is less than one interval, before a caller sees its grant.
    expect(mostOverRate(grantedAtMs)).toBeLessThanOrEqual(BURST + 1);
    expect(longestStepMs).toBeLessThan(90_000);
  });

  test('promises no place more than an hour after the first free slot, however many are refused', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const makeGovernor = await makeGovernors();
    // One slot each 20 s, one place each 40 s: 91 lie within an hour, the first and the last counted.
    const governor = makeGovernor(clock, { post: 0.5, other: 0.1 }, PERSONS_PATIENCE_MS);
    await governor.slowDown('other', 60);

    const placesMs: number[] = [];
    for (let call = 0; call < 100; call++) placesMs.push((await refusal(governor)).atMs - startMs);

    expect(placesMs.slice(0, 2)).toStrictEqual([60_000, 100_000]);
    expect(placesMs.slice(90)).toStrictEqual(Array(10).fill(61 * MINUTE_MS));
  });

  test('begins the queue anew when its last place has passed', async () => {
    const clock = manualClock();
    const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);
    await governor.slowDown('other', 60);
    for (let call = 0; call < 5; call++) await refusal(governor);
    await clock.advance(10 * MINUTE_MS);
    const startMs = clock.nowMs();
    await governor.slowDown('other', 60);

    const refused = [await refusal(governor), await refusal(governor)];

    expect(refused.map((error) => error.atMs - startMs)).toStrictEqual([60_000, 61_600]);
  });
}

function slowingDown(makeGovernors: MakeGovernors): void {
  test('grants nothing for as long as a 429 asks, and no burst after it', async () => {
    const clock = manualClock({ sleep: 'wait' });
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);
    await governor.take('other', 'prepare');
    await governor.slowDown('other', 30);

    const refused = await refusal(governor);
    await clock.advance(30_000);
    const grantedAtMs = await serveAll(governor, clock, 3);

    expect(refused.atMs - startMs).toBe(30_000);
    expect(grantedAtMs.map((ms) => ms - startMs)).toStrictEqual([30_000, 30_800, 31_600]);
  });

  test('never shortens a wait', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);
    await governor.slowDown('other', 60);

    await governor.slowDown('other', 5);

    expect((await refusal(governor)).atMs - startMs).toBe(60_000);
  });

  test('slows down every purpose of the verb, since Mux counts them in one bucket, and no other verb', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);
    await governor.slowDown('other', 60);

    const refused = [];
    for (const purpose of ['prepare', 'delete', 'restore'] as const)
      refused.push(await refusal(governor, purpose));
    const post = governor.take('post', 'restore');

    expect(refused.map((error) => error.atMs - startMs)).toStrictEqual([60_000, 60_000, 60_000]);
    await expect(post).resolves.toBeUndefined();
  });

  test('takes the burst away and leaves the pace when no pause is asked for', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES, PERSONS_PATIENCE_MS);
    await governor.take('other', 'prepare');
    await governor.slowDown('other', 0);

    const grantedAtMs = [];
    for (let call = 0; call < 3; call++) {
      await governor.take('other', 'prepare');
      grantedAtMs.push(clock.nowMs() - startMs);
    }

    expect(grantedAtMs).toStrictEqual([0, 800, 1_600]);
  });
}

async function refusal(governor: Governor, purpose: Purpose = 'prepare'): Promise<NotYetError> {
  const error = await governor.take('other', purpose).catch((thrown: unknown) => thrown);
  if (!(error instanceof NotYetError)) throw new Error(`Expected a NotYetError, got ${String(error)}`);
  return error;
}

async function granted(governor: Governor): Promise<boolean> {
  try {
    await governor.take('other', 'prepare');
    return true;
  } catch (error) {
    if (error instanceof NotYetError) return false;
    throw error;
  }
}

/** Callers that come back at the time they were told; answers when each was served. */
async function serveAll(governor: Governor, clock: ManualClock, callers: number): Promise<number[]> {
  const grantedAtMs: number[] = [];
  async function caller(): Promise<void> {
    const error = await governor.take('other', 'prepare').catch((thrown: unknown) => thrown);
    if (error === undefined) return void grantedAtMs.push(clock.nowMs());
    if (!(error instanceof NotYetError)) throw error;
    await clock.sleep(error.atMs - clock.nowMs());
    return caller();
  }
  const all = Promise.all(Array.from({ length: callers }, caller));
  while (grantedAtMs.length < callers) {
    await until(() => clock.sleepers() + grantedAtMs.length === callers);
    if (clock.sleepers() > 0) await clock.advance(INTERVAL_MS);
  }
  await all;
  return grantedAtMs;
}

/** What the sweep wakes at most in one run. */
const WAKES_PER_MINUTE = 100;

/**
 * Steps of so many calls one after another, as the minute's sweep wakes them: earliest first, their functions started
 * within two seconds. A step that is refused begins anew at or after the time it was told.
 */
async function drain(governor: Governor, clock: ManualClock, steps: number, calls: number) {
  const random = seeded(5);
  const grantedAtMs: number[] = [];
  const waiting = Array.from({ length: steps }, () => clock.nowMs());
  const running = new Set<Promise<void>>();
  let longestStepMs = 0;

  async function step(): Promise<void> {
    const startedMs = clock.nowMs();
    await clock.sleep(Math.floor(random() * 2_000));
    for (let call = 0; call < calls; call++) {
      const error = await governor.take('other', 'prepare').catch((thrown: unknown) => thrown);
      if (error instanceof NotYetError) return void waiting.push(error.atMs);
      if (error !== undefined) throw error;
      grantedAtMs.push(clock.nowMs());
      await clock.sleep(150);
    }
    longestStepMs = Math.max(longestStepMs, clock.nowMs() - startedMs);
  }

  while (waiting.length + running.size > 0) {
    waiting.sort((a, b) => a - b);
    const due = waiting.filter((atMs) => atMs <= clock.nowMs()).length;
    for (const _ of waiting.splice(0, Math.min(due, WAKES_PER_MINUTE))) {
      const run: Promise<void> = step().finally(() => running.delete(run));
      running.add(run);
    }
    for (let ms = 0; ms < MINUTE_MS && waiting.length + running.size > 0; ms += TICK_MS) {
      await until(() => clock.sleepers() === running.size);
      await clock.advance(TICK_MS);
    }
  }
  return { grantedAtMs, longestStepMs };
}

/** Over all windows that begin and end with a grant: the most grants beyond one per interval. */
function mostOverRate(grantedAtMs: readonly number[]): number {
  let most = 0;
  for (const [first, fromMs] of grantedAtMs.entries()) {
    for (const [index, toMs] of grantedAtMs.slice(first).entries())
      most = Math.max(most, index + 1 - Math.floor((toMs - fromMs) / INTERVAL_MS));
  }
  return most;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(1);
}

/** Numbers from 0 to 1 that are the same in each run: the generator of Park and Miller. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
