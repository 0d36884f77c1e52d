// How much memory and time each function gets, and why.
import type { BundledName } from '../lambdas/contract/names.ts';

export interface FunctionSize {
  /** Lambda gives 1 vCPU per 1,769 MB. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
}

/** 512 MB are bought for the 0.29 vCPU: a cold start that parses a megabyte of SDK stays below a second or two. */
const DEFAULT_MEMORY_MB = 512;

export const FUNCTION_SIZES: Readonly<Record<BundledName, FunctionSize>> = {
  /** An HTTP API gives up after 30 s. */
  api: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 29 },
  /** Answers before any Mux call, so it is slow only when something is wrong. */
  webhook: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 10 },
  /** Ends before the next minute's run begins. */
  sweep: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 55 },
  master: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 120 },
  /**
   * Relaying 75 MB/s, which is about what one function's network gives, takes 0.5 to 0.6 vCPU: 1,024 MB are
   * 0.58. The copy streams and needs at most 256 MB of them. A run moves some 40 GB; the next run goes on.
   */
  archive: { memoryMb: 1024, timeoutSeconds: 900 },
  /** One segment, 60 to 120 s of work at that rate, and time to spare for a slow network. */
  copy: { memoryMb: 1024, timeoutSeconds: 300 },
  /** Goes through all there is, page by page; the sweep goes on with what one run leaves. */
  audit: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 900 },
  /** One small PUT. */
  trail: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 30 },
  expire: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 120 },
  restore: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 300 },
  cancel: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 120 },
  /** Goes through the folders of one lineage and through the trail, page by page, in as many runs as it takes. */
  purge: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 300 },
  /** A receiver has 5 s to answer; the rest is for the secret and for the queue. */
  tell: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 20 },
  /** API Gateway waits 10 s for it. */
  authorize: { memoryMb: DEFAULT_MEMORY_MB, timeoutSeconds: 10 },
};

/** A small young generation is collected often: a copy takes 121 MiB instead of 130. */
export const NODE_OPTIONS = '--enable-source-maps --max-semi-space-size=4';
