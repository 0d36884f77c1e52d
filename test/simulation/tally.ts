// What many seeds add up to: sums that any number of workers can bring together.
import { allCells } from './cells.ts';
import type { Outcome } from './simulate.ts';

export interface Tally {
  seeds: number;
  /** Assets that somebody asked to delete. */
  records: number;
  events: number;
  days: number;
  /** Times a record came to each of these statuses. */
  readonly lives: Record<string, number>;
  readonly faults: Record<string, number>;
  readonly cells: Record<string, number>;
  /** The seeds that broke an invariant, with what they broke. */
  readonly failed: { readonly seed: number; readonly violations: readonly string[] }[];
}

export function newTally(): Tally {
  return { seeds: 0, records: 0, events: 0, days: 0, lives: {}, faults: {}, cells: {}, failed: [] };
}

export function addOutcome(tally: Tally, outcome: Outcome): void {
  const { seed, violations, lives, faults, cells, records, events, days } = outcome;
  const failed = violations.length > 0 ? [{ seed, violations }] : [];
  merge(tally, { seeds: 1, records, events, days, lives, faults, cells, failed });
}

export function merge(
  tally: Tally,
  more: Readonly<Omit<Tally, 'lives' | 'faults' | 'cells'>> & Pick<Outcome, 'lives' | 'faults' | 'cells'>,
): void {
  tally.seeds += more.seeds;
  tally.records += more.records;
  tally.events += more.events;
  tally.days += more.days;
  for (const name of ['lives', 'faults', 'cells'] as const) {
    for (const [key, count] of Object.entries(more[name])) tally[name][key] = (tally[name][key] ?? 0) + count;
  }
  tally.failed.push(...more.failed);
}

/** Cells that came less often than once in a thousand seeds; fewer seeds than that say nothing. */
export function emptyCells(tally: Tally): readonly string[] {
  const least = Math.max(1, Math.floor(tally.seeds / 1_000));
  return allCells().filter((cell) => (tally.cells[cell] ?? 0) < least);
}
