import { describe, expect, test } from 'vitest';
import { figuresOf, median } from '../../bench/figures.ts';
import { parseTimes } from '../../bench/measure.ts';

test.each([
  [[3], 3],
  [[5, 1, 3], 3],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test('there is no median of nothing', () => {
  expect(() => median([])).toThrow(RangeError);
});

test('figures are medians, per GiB, in decimal megabytes and binary mebibytes', () => {
  const run = (cpuSeconds: number, wallSeconds: number, peakRssBytes?: number) => ({
    cpuSeconds,
    wallSeconds,
    peakRssBytes,
  });

  const figures = figuresOf([run(4, 10, 104_857_600), run(9, 2, 1), run(2, 4, 209_715_200)], 2_147_483_648);

  expect(figures).toEqual({ cpuSecondsPerGiB: 2, megabytesPerSecond: 536.870912, peakRssMiB: 100 });
  expect(figuresOf([run(1, 1)], 1).peakRssMiB).toBeUndefined();
});

describe("the shell's times", () => {
  test.each([
    ['dash', '0m0.001000s 0m0.002000s\n0m1.250000s 0m0.500000s\n', 1.75],
    ['bash', '0m0.001s 0m0.002s\n2m1.000s 0m0.500s\n', 121.5],
  ])('of %s count all children, user and system', (_, text, expected) => {
    expect(parseTimes(text)).toBe(expected);
  });

  test('that cannot be read are an error', () => {
    expect(() => parseTimes('')).toThrow();
  });
});
