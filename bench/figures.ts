// From single runs to the figures of the table: medians, and how they compare.
import type { Measured } from './measure.ts';

export interface Figures {
  readonly cpuSecondsPerGiB: number;
  readonly megabytesPerSecond: number;
  readonly peakRssMiB: number | undefined;
}

const GIB = 1024 ** 3;

/** The middle one; of an even number the mean of the middle two. Throws RangeError for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
  if (middle.length === 0) throw new RangeError('There is no median of nothing.');
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

export function figuresOf(runs: readonly Measured[], sizeBytes: number): Figures {
  const peaks = runs.flatMap(({ peakRssBytes }) => peakRssBytes ?? []);
  return {
    cpuSecondsPerGiB: median(runs.map(({ cpuSeconds }) => cpuSeconds)) / (sizeBytes / GIB),
    megabytesPerSecond: sizeBytes / 1e6 / median(runs.map(({ wallSeconds }) => wallSeconds)),
    peakRssMiB: peaks.length === 0 ? undefined : median(peaks) / 1024 ** 2,
  };
}
