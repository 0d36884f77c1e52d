// All that is random in a simulated life comes from one seed, so that the seed alone plays the same life again.

export interface Chance {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** True with this probability, 0 to 1. */
  is(probability: number): boolean;
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  /** Any number from `low` to `high`. */
  between(low: number, high: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** 32 lower-case hex digits. */
  token(): string;
  shuffle<T>(items: readonly T[]): T[];
}

/** Marsaglia's xorshift on 128 bits of state, filled from the seed by the finalizer of MurmurHash3. */
export function chanceOf(seed: number): Chance {
  let [a, b, c, d] = [mixed(seed), mixed(seed + 1), mixed(seed + 2), mixed(seed + 3) | 1];

  function bits(): number {
    const t = d ^ (d << 11);
    [d, c, b] = [c, b, a];
    a = (a ^ (a >>> 19) ^ (t ^ (t >>> 8))) | 0;
    return a >>> 0;
  }

  const next = () => bits() / 2 ** 32;
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    is: (probability) => next() < probability,
    between: (low, high) => low + next() * (high - low),
    pick: (choices) => choices[below(choices.length)] ?? choices[0],
    token: () =>
      Array.from({ length: 4 }, bits)
        .map((word) => word.toString(16).padStart(8, '0'))
        .join(''),
    shuffle(items) {
      const all = [...items];
      for (let at = all.length - 1; at > 0; at -= 1) {
        const other = below(at + 1);
        [all[at], all[other]] = [all[other] as never, all[at] as never];
      }
      return all;
    },
  };
}

function mixed(seed: number): number {
  let h = Math.imul(seed + 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x27d4eb2f);
  return h ^ (h >>> 15);
}
