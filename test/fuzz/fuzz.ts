// How the fuzz tests run: a fixed seed, so that what fails once fails again. FUZZ_RUNS asks for longer sessions (so many
// runs of every property), FUZZ_SEED for another path through them; a failure prints its seed, path and smallest example.
import fc from 'fast-check';

const { FUZZ_RUNS, FUZZ_SEED } = process.env;

const SEED = 20_261_122;

export function runs<T>(usual: number, examples: T[] = []): fc.Parameters<T> {
  return { numRuns: Number(FUZZ_RUNS ?? usual), seed: Number(FUZZ_SEED ?? SEED), examples };
}

/** For a test's timeout, which a longer session needs more of. */
export function timeoutMs(usualRuns: number): number {
  return 30_000 * Math.max(1, Number(FUZZ_RUNS ?? usualRuns) / usualRuns);
}

/** Words that JavaScript objects answer to without having been given them. */
export const PROTOTYPE_KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
];

/** JSON of any shape; some of it with such keys of its own, numbers at the edges, and texts of any bytes. */
export function anyJson(): fc.Arbitrary<unknown> {
  const key = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...PROTOTYPE_KEYS) },
    { weight: 4, arbitrary: oddText() },
  );
  const leaf = fc.oneof(fc.boolean(), fc.constant(null), fc.integer(), oddNumber(), oddText());
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.array(fc.tuple(key, tie('tree')), { maxLength: 4 }).map(fromEntries),
    ),
  }));
  return tree;
}

export function oddText(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '',
      ' ',
      '\u0000',
      '\ud800',
      '../../etc/passwd',
      '%2e%2e%2f',
      'a#b',
      'null',
      '💥',
      'x'.repeat(3_000),
    ),
  );
}

export function oddNumber(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(-1, -0, 0.5, 2 ** 53, 1e200, 5e-324, Number.MAX_SAFE_INTEGER, -(2 ** 63)),
  );
}

/** As JSON.parse makes them: `__proto__` becomes a key like any other. */
export function fromEntries(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries);
}

/** What was right once, with some of its fields missing, some of another kind, and some that nobody knows. */
export function broken(genuine: Readonly<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const names = Object.keys(genuine);
  return fc
    .record({
      dropped: fc.subarray(names, { maxLength: Math.min(2, names.length) }),
      changed: fc.array(fc.tuple(fc.constantFrom(...names), anyJson()), { maxLength: 3 }),
      added: fc.array(fc.tuple(fc.oneof(fc.constantFrom(...PROTOTYPE_KEYS), oddText()), anyJson()), {
        maxLength: 1,
      }),
    })
    .map(({ dropped, changed, added }) =>
      fromEntries([
        ...Object.entries(genuine).filter(([name]) => !dropped.includes(name)),
        ...changed,
        ...added,
      ]),
    );
}
