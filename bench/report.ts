// The benchmark's result as text: one table of programs, one of what a terabyte costs.

import { STORAGE_CLASSES } from '../lambdas/contract/names.ts';
import { FUNCTION_SIZES } from '../lib/function-sizes.ts';
import { cpuBoundMegabytesPerSecond, lambdaCost, requestCost } from './cost.ts';
import type { Figures } from './figures.ts';
import { LAMBDA_GB_SECOND } from './prices.ts';
import { table } from './table.ts';

export interface Result extends Figures {
  readonly name: string;
  readonly title: string;
}

/** What one function's network gives, as far as anybody has published it. */
const NETWORK_MB_PER_SECOND = 75;

export function programTable(results: readonly Result[]): string {
  const ours = results.find(({ name }) => name === 'icehouse');
  const rows = results.map((result) => [
    result.title,
    result.cpuSecondsPerGiB.toFixed(2),
    ours && result !== ours ? `${(ours.cpuSecondsPerGiB / result.cpuSecondsPerGiB).toFixed(2)} x` : '',
    result.megabytesPerSecond.toFixed(0),
    result.peakRssMiB?.toFixed(0) ?? '?',
  ]);
  return table(['', 'CPU s/GiB', 'ours to it', 'MB/s', 'peak MiB'], rows);
}

/** Undefined when our own engine was not measured. */
export function costTable(results: readonly Result[]): string | undefined {
  const ours = results.find(({ name }) => name === 'icehouse');
  if (!ours) return undefined;
  const { memoryMb } = FUNCTION_SIZES.copy;
  const cpuBound = cpuBoundMegabytesPerSecond(ours.cpuSecondsPerGiB, memoryMb);
  const atNetwork = lambdaCost(NETWORK_MB_PER_SECOND, memoryMb);
  const rows = STORAGE_CLASSES.map((storageClass) => {
    const { partSizeBytes, parts, usd } = requestCost(storageClass);
    return [
      storageClass,
      `${partSizeBytes / 1024 ** 2} MiB`,
      String(parts),
      `$${usd.toFixed(3)}`,
      `$${(usd + atNetwork).toFixed(2)}`,
    ];
  });
  return [
    `1 TB (200 masters of 5 GB) on Lambda, arm64, ${memoryMb} MB, us-east-1, prices as of ${LAMBDA_GB_SECOND.date}:`,
    `  at the ${NETWORK_MB_PER_SECOND} MB/s that one function's network gives   $${atNetwork.toFixed(3)}`,
    `  if only a CPU like this one held it back (${cpuBound.toFixed(0)} MB/s)   $${lambdaCost(cpuBound, memoryMb).toFixed(3)}`,
    '',
    table(['class', 'part', 'parts', 'requests', `total at ${NETWORK_MB_PER_SECOND} MB/s`], rows),
  ].join('\n');
}
