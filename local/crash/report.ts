// What the sweep prints: progress while it runs, at the end one table and a line for each life that went wrong.
import { grid } from '../../cli/table.ts';
import type { Point } from './door.ts';
import type { LifeName } from './life.ts';
import type { Tried } from './sweep.ts';
import { WRONGS } from './verdict.ts';

/** One kind of life, and all that was tried of it. */
export interface LifeResult {
  readonly name: LifeName;
  readonly effects: readonly string[];
  readonly tried: readonly Tried[];
  readonly seconds: number;
}

export function nameOf({ effect, nth, when }: Point): string {
  return `${when} ${effect} #${nth}`;
}

const isTried = ({ lived }: Tried) => lived.watch.struck;

/** `points` counts those at which a function was killed; `unmet` those that did not come in any of their lives. */
export function table(results: readonly LifeResult[]): string {
  const head = ['life', 'effects', 'points', 'unmet', ...WRONGS, 'seconds'];
  const rows = results.map(({ name, effects, tried, seconds }) => [
    name,
    String(effects.length),
    String(tried.filter(isTried).length),
    String(tried.filter((one) => !isTried(one)).length),
    ...WRONGS.map((wrong) => String(countOf(tried, wrong))),
    seconds.toFixed(0),
  ]);
  return grid([head, ...rows]).text;
}

function countOf(tried: readonly Tried[], wrong: string): number {
  return tried.filter(({ violations }) => violations.some((one) => one.wrong === wrong)).length;
}

/** Lines for people: what went wrong where, and how to see it again. */
export function complaints(results: readonly LifeResult[]): string[] {
  return results.flatMap(({ tried }) =>
    tried.flatMap(({ name, point, violations, lived }) => {
      const replay = `--life ${name} --point "${point.effect} #${point.nth}" --when ${point.when}`;
      return violations.map(
        ({ wrong, text }) =>
          `${wrong}: ${name}, ${nameOf(point)} (${lived.watch.assetId}): ${text}\n  ${replay}`,
      );
    }),
  );
}

export function unmet(results: readonly LifeResult[]): string[] {
  return results.flatMap(({ name, tried }) =>
    tried.filter((one) => !isTried(one)).map(({ point }) => `unmet: ${name}, ${nameOf(point)}`),
  );
}

export function asJson(results: readonly LifeResult[], denied: readonly string[]): string {
  const lives = results.map(({ name, effects, tried, seconds }) => ({
    life: name,
    effects,
    seconds,
    points: tried.map(({ point, lived, violations }) => ({
      ...point,
      killed: lived.watch.struck,
      asset_id: lived.watch.assetId,
      seconds: lived.seconds,
      violations,
    })),
  }));
  return `${JSON.stringify({ lives, denied }, undefined, 2)}\n`;
}
