// The sweep: a life is lived once undisturbed and its effects are written down; then it is lived again for each of
// them twice, killed before it and killed after it, many lives side by side.
import type { Point } from './door.ts';
import type { CrashHouse } from './house.ts';
import { type LifeName, type Lived, live } from './life.ts';
import { doubleOf, judge, liveAssets, type Violation } from './verdict.ts';

export interface Trial {
  readonly name: LifeName;
  readonly point: Point;
}

/** A life that was tried, and what is wrong with it. */
export interface Tried extends Trial {
  readonly lived: Lived;
  readonly violations: readonly Violation[];
}

export interface SweepOptions {
  /** Lives at a time. */
  readonly sideBySide: number;
  /** How long one life may take before it counts as stuck. */
  readonly patienceMs: number;
  readonly onTried?: (tried: Tried) => void;
}

/** Whether a poll or a second look at the governor is needed depends on the moment: a point that did not come gets so many lives. */
const MOST_LIVES_PER_POINT = 4;

export class Sweep {
  readonly #house: CrashHouse;
  readonly #options: SweepOptions;
  #lives = 0;

  constructor(house: CrashHouse, options: SweepOptions) {
    this.#house = house;
    this.#options = options;
  }

  /** The effects of an undisturbed life, in order. Throws when even that one does not come to its end. */
  async record(name: LifeName): Promise<readonly string[]> {
    const lived = await this.#live(name);
    const violations = await judge(this.#house, lived);
    if (violations.length > 0)
      throw new Error(`A ${name} life without any crash is wrong: ${JSON.stringify(violations)}`);
    return lived.watch.effects;
  }

  /** In the order in which they ended; a trial whose point never came has `struck` false in its watch. */
  async tryAll(trials: readonly Trial[]): Promise<readonly Tried[]> {
    const queue = [...trials];
    const tried: Tried[] = [];
    const worker = async () => {
      for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
        const one = await this.#try(trial);
        tried.push(one);
        this.#options.onTried?.(one);
      }
    };
    await Promise.all(Array.from({ length: this.#options.sideBySide }, worker));
    const atMux = await liveAssets(this.#house);
    return tried.map((one) => ({ ...one, violations: [...one.violations, ...doubleOf(one.lived, atMux)] }));
  }

  async #try(trial: Trial): Promise<Tried> {
    for (let lives = 1; ; lives += 1) {
      const lived = await this.#live(trial.name, trial.point);
      const violations = await judge(this.#house, lived);
      const isOver = lived.watch.struck || violations.length > 0 || lives === MOST_LIVES_PER_POINT;
      if (isOver) return { ...trial, lived, violations };
    }
  }

  #live(name: LifeName, point?: Point): Promise<Lived> {
    this.#lives += 1;
    const { patienceMs } = this.#options;
    return live(this.#house, name, { number: this.#lives, point, patienceMs });
  }
}

/** Before and after each effect; a name that comes again is told apart by how often it came before. */
export function pointsOf(effects: readonly string[]): readonly Point[] {
  return effects.flatMap((effect, index) => {
    const nth = effects.slice(0, index + 1).filter((one) => one === effect).length;
    return [
      { effect, nth, when: 'before' as const },
      { effect, nth, when: 'after' as const },
    ];
  });
}

/** `count` of them by chance, the same ones for the same seed (mulberry32). */
export function handful<T>(all: readonly T[], count: number, seed: number): readonly T[] {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const left = [...all];
  const chosen = Array.from({ length: Math.min(count, left.length) }, () =>
    left.splice(Math.floor(random() * left.length), 1),
  );
  return chosen.flat();
}
