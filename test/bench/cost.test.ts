// Against bills worked out by hand.
import { expect, test } from 'vitest';
import { cpuBoundMegabytesPerSecond, lambdaCost, requestCost } from '../../bench/cost.ts';

test('a terabyte at 75 MB/s on 1,024 MB is 13,333 GB-seconds and 149 invocations of 90 s', () => {
  // 13,333.33 x $0.0000133334 = $0.177779, 149 x $0.0000002 = $0.00003
  expect(lambdaCost(75, 1024)).toBeCloseTo(0.17781, 5);
});

// 200 masters of 5 GB, 75 parts of 64 MiB each: 15,000 parts, 200 Creates, 200 Completes.
test.each([
  // 15,200 x $0.005/1,000 + 200 x $0.05/1,000
  ['DEEP_ARCHIVE', 0.086],
  // 15,200 x $0.005/1,000 + 200 x $0.03/1,000
  ['GLACIER', 0.082],
  // 15,400 x $0.02/1,000: this class bills every part at its own rate
  ['GLACIER_IR', 0.308],
] as const)('the requests of a terabyte into %s cost $%d', (storageClass, usd) => {
  const cost = requestCost(storageClass);

  expect(cost).toMatchObject({ partSizeBytes: 67_108_864, parts: 15_000 });
  expect(cost.usd).toBeCloseTo(usd, 6);
});

test('the CPU of a function bounds its rate by its share of a core', () => {
  // 1,769 MB are a whole core: 1 GiB in 2 s are 536.87 MB/s.
  expect(cpuBoundMegabytesPerSecond(2, 1769)).toBeCloseTo(536.87, 2);
  expect(cpuBoundMegabytesPerSecond(2, 3538)).toBeCloseTo(536.87, 2);
});
