// The simulation as `npm run sim` plays it: no seed breaks an invariant, no cell stays empty, the sweep alone is enough,
// and mistakes put into the code are caught.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Mutation, mutated } from './mutate.ts';
import { MUTATIONS } from './mutations.ts';
import { simulate } from './simulate.ts';
import type { Tally } from './tally.ts';

const PROGRAM = join(import.meta.dirname, 'program.ts');

/** What the program prints; its exit code is 1 when it found something. */
async function sim(...options: string[]): Promise<{ readonly code: number; readonly json: unknown }> {
  const run = promisify(execFile)(process.execPath, [PROGRAM, ...options, '--json'], {
    maxBuffer: 64 * 1024 ** 2,
  });
  return run.then(
    ({ stdout }) => ({ code: 0, json: JSON.parse(stdout) }),
    (error) => ({ code: error.code, json: JSON.parse(error.stdout) }),
  );
}

test('2,000 seeds break no invariant and leave no cell empty', { timeout: 180_000 }, async () => {
  const { code, json } = await sim('--seeds', '2000');

  const { seeds, failed, empty, lives } = json as Tally & { readonly empty: readonly string[] };
  expect({ seeds, failed, empty }).toEqual({ seeds: 2_000, failed: [], empty: [] });
  expect(lives.deleted).toBeGreaterThan(1_000);
  expect(lives.restored).toBeGreaterThan(200);
  expect(code).toBe(0);
});

test('the sweep alone brings all records to rest', { timeout: 180_000 }, async () => {
  const { json } = await sim('--only-sweep', '--seeds', '200', '--from', '10001');

  const { failed, records, faults } = json as Tally;
  expect(failed).toEqual([]);
  expect(records).toBeGreaterThan(250);
  expect(faults['message lost'] ?? 0).toBe(0);
});

test('a seed plays the same life again', async () => {
  const first = await simulate(42, { story: true });
  const second = await simulate(42, { story: true });

  expect(first.story.length).toBeGreaterThan(50);
  expect(second).toEqual(first);
});

describe('mistakes in the code', () => {
  test('are as many as promised, each at its place', () => {
    const places = MUTATIONS.map((mutation) => [mutation.name, mutated(mutation).length > 0]);

    expect(places.length).toBeGreaterThanOrEqual(27);
    expect(places.filter(([, isApplied]) => !isApplied)).toEqual([]);
  });

  test('that do not apply are said', () => {
    const gone: Mutation = {
      name: 'gone',
      file: 'lambdas/stages/due.ts',
      find: 'nowhere to be found',
      replace: '',
    };
    const often: Mutation = { name: 'often', file: 'lambdas/stages/due.ts', find: 'record', replace: '' };

    expect(() => mutated(gone)).toThrow(/0 times/);
    expect(() => mutated(often)).toThrow(/must be there once/);
  });

  test('are caught: one of them', { timeout: 180_000 }, async () => {
    const { code, json } = await sim('--teeth', '--only', 'checksum', '--seeds', '1000');

    const results = json as readonly { readonly name: string; readonly caught: unknown }[];
    expect(results.length).toBe(1);
    expect(results.filter(({ caught }) => caught === null)).toEqual([]);
    expect(code).toBe(0);
  });
});
