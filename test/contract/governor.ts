// What every governor promises (law 5), on a clock that the test moves. Rates are Icehouse's defaults.
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Governor, Rates } from '../../lambdas/adapters/governor.ts';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import type { Clock } from '../../lambdas/stages/ports.ts';
import { type ManualClock, manualClock } from '../fakes/manual-clock.ts';

const RATES: Rates = { post: 0.5, other: 2.5 };
/** Half of 2.5 calls a second is for preparing: one call each 800 ms, five at once after a pause. */
const INTERVAL_MS = 800;
const BURST = 5;

/** Each call answers a way to make governors that share their state, as the functions of one stack do. */
export type MakeGovernors = () => Promise<(clock: Clock, rates: Rates) => Governor>;

export function governorContract(makeGovernors: MakeGovernors): void {
  grantingSlots(makeGovernors);
  keepingTheRate(makeGovernors);
  slowingDown(makeGovernors);
}

function grantingSlots(makeGovernors: MakeGovernors): void {
  test('grants a burst of five at once, sleeps for slots up to 2 s away, and then says when', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES);

    const grantedAtMs = [];
    for (let call = 0; call < 5; call++) {
      await governor.take('other', 'prepare');
      grantedAtMs.push(clock.nowMs() - startMs);
    }
    await governor.take('other', 'prepare');
    grantedAtMs.push(clock.nowMs() - startMs);

    expect(grantedAtMs).toStrictEqual([0, 0, 0, 0, 0, 800]);
  });

  test('says when the slot would be, for people and for the record, and spends nothing then', async () => {
    const clock = manualClock({ sleep: 'wait' });
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES);
    // Five at once, then the slots at 800 and 1600 ms, which are slept for.
    const takers = Array.from({ length: 7 }, () => governor.take('other', 'prepare'));
    await until(() => clock.sleepers() === 2);

    const refused = [await refusal(governor), await refusal(governor)];

    await clock.advance(2_000);
    await Promise.all(takers);
    expect(refused.map((error) => error.atMs - startMs)).toStrictEqual([2_400, 2_400]);
    expect(refused[0]?.waitingFor).toBe('a slot of the Mux rate limit (prepare)');
  });

  test('keeps the purposes and the verbs apart', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES);
    for (let call = 0; call < 5; call++) await governor.take('other', 'restore');

    await governor.take('other', 'prepare');
    await governor.take('other', 'delete');
    await governor.take('post', 'restore');

    expect(clock.nowMs() - startMs).toBe(0);
  });

  test('lets restores POST twice at once and then every two seconds', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES);

    const grantedAtMs = [];
    for (let call = 0; call < 4; call++) {
      await governor.take('post', 'restore');
      grantedAtMs.push(clock.nowMs() - startMs);
    }

    expect(grantedAtMs).toStrictEqual([0, 0, 2_000, 4_000]);
  });

  test.each(['prepare', 'delete'] as const)('has no POST for the purpose %s', async (purpose) => {
    const governor = (await makeGovernors())(manualClock(), RATES);

    const take = governor.take('post', purpose);

    await expect(take).rejects.toThrow('No share of the Mux rate limit');
  });

  test('saves up no more than the burst in an hour of silence', async () => {
    const clock = manualClock();
    const governor = (await makeGovernors())(clock, RATES);
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
  test('serves fifty callers at once without losing a slot or granting one twice', async () => {
    const clock = manualClock({ sleep: 'wait' });
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES);

    const grantedAtMs = await serveAll(governor, clock, 50);

    const afterBurst = Array.from({ length: 45 }, (_, n) => 800 * (n + 1));
    expect(grantedAtMs.map((ms) => ms - startMs)).toStrictEqual([0, 0, 0, 0, 0, ...afterBurst]);
  });

  test.each([1, 2, 3])(
    'never exceeds rate times window plus burst, whatever the pauses (seed %i)',
    async (seed) => {
      const clock = manualClock();
      const governor = (await makeGovernors())(clock, RATES);
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
    const onTime = make(clock, RATES);
    const fast = make({ nowMs: () => clock.nowMs() + 1_000, sleep: (ms) => clock.sleep(ms) }, RATES);
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

function slowingDown(makeGovernors: MakeGovernors): void {
  test('grants nothing for as long as a 429 asks, and no burst after it', async () => {
    const clock = manualClock({ sleep: 'wait' });
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES);
    await governor.take('other', 'prepare');
    await governor.slowDown('other', 'prepare', 30);

    const refused = await refusal(governor);
    await clock.advance(30_000);
    const grantedAtMs = await serveAll(governor, clock, 3);

    expect(refused.atMs - startMs).toBe(30_000);
    expect(grantedAtMs.map((ms) => ms - startMs)).toStrictEqual([30_000, 30_800, 31_600]);
  });

  test('never shortens a wait', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    const governor = (await makeGovernors())(clock, RATES);
    await governor.slowDown('other', 'prepare', 60);

    await governor.slowDown('other', 'prepare', 5);

    expect((await refusal(governor)).atMs - startMs).toBe(60_000);
  });

  test('slows down only the purpose that met the 429', async () => {
    const clock = manualClock();
    const governor = (await makeGovernors())(clock, RATES);
    await governor.slowDown('other', 'prepare', 60);

    const take = governor.take('other', 'delete');

    await expect(take).resolves.toBeUndefined();
  });
}

async function refusal(governor: Governor): Promise<NotYetError> {
  const error = await governor.take('other', 'prepare').catch((thrown: unknown) => thrown);
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

/** Over all windows that begin and end with a grant: the most grants beyond one per interval. */
function mostOverRate(grantedAtMs: readonly number[]): number {
  const over = grantedAtMs.flatMap((fromMs, first) =>
    grantedAtMs.slice(first).map((toMs, index) => index + 1 - Math.floor((toMs - fromMs) / INTERVAL_MS)),
  );
  return Math.max(...over);
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
