// What moving one terabyte costs: the functions' time and S3's requests, from a rate and a part size.
import type { StorageClass } from '../lambdas/contract/names.ts';
import { planParts } from '../lambdas/domain/part-plan.ts';
import { CLASS_PUT, LAMBDA_GB_SECOND, LAMBDA_REQUEST, STAGED_AT_STANDARD, STANDARD_PUT } from './prices.ts';

const TERABYTE = 1e12;
const GIB = 1024 ** 3;

/** The masters that the terabyte is made of: about an hour at 11 Mbit/s each. */
const MASTER_BYTES = 5e9;

/** Lambda gives 1 vCPU per 1,769 MB: docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEMORY_MB_PER_VCPU = 1769;

/** An invocation of the copy function moves about so much. */
const INVOCATION_SECONDS = 90;

/** What a function of that size would move if nothing but this machine's CPU held it back. */
export function cpuBoundMegabytesPerSecond(cpuSecondsPerGiB: number, memoryMb: number): number {
  return (Math.min(1, memoryMb / MEMORY_MB_PER_VCPU) * GIB) / 1e6 / cpuSecondsPerGiB;
}

/** In USD, the function's time and invocations. */
export function lambdaCost(megabytesPerSecond: number, memoryMb: number): number {
  const seconds = TERABYTE / 1e6 / megabytesPerSecond;
  const invocations = Math.ceil(seconds / INVOCATION_SECONDS);
  return seconds * (memoryMb / 1024) * LAMBDA_GB_SECOND.usd + invocations * LAMBDA_REQUEST.usd;
}

export interface RequestCost {
  readonly partSizeBytes: number;
  readonly parts: number;
  readonly usd: number;
}

/** Create, the parts and Complete of each master. Small requests beside them (ListParts, HEAD) are left out. */
export function requestCost(storageClass: StorageClass): RequestCost {
  const { partSizeBytes, partCount } = planParts(MASTER_BYTES);
  const masters = TERABYTE / MASTER_BYTES;
  const own = CLASS_PUT[storageClass].usd;
  const staged = STAGED_AT_STANDARD.has(storageClass) ? STANDARD_PUT.usd : own;
  const usd = masters * ((1 + partCount) * staged + own);
  return { partSizeBytes, parts: masters * partCount, usd };
}
