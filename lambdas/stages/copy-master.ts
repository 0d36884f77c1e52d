// Copies parts of a master by Range, several at a time, until they are all in the vault or the time is over.
// It is given part numbers and knows nothing of the record: the archive stage hands it all that ListParts lacks; where
// many copy at the same time, what is left of them (copy-along.ts).
import { SourceLapsedError } from '../domain/failures.ts';
import { type PartPlan, partSize, rangeOf } from '../domain/part-plan.ts';
import { withRetries } from './part-retry.ts';
import type { Clock, PartInfo, Source, Vault } from './ports.ts';

export interface CopyPorts {
  readonly vault: Pick<Vault, 'uploadPart'>;
  readonly source: Pick<Source, 'read'>;
  readonly clock: Clock;
}

export interface CopyJob {
  readonly url: string;
  readonly key: string;
  readonly uploadId: string;
  readonly plan: PartPlan;
  /** The ETag of the one representation that all ranges must come from; its size is the plan's. */
  readonly etag?: string;
  /** Taken one by one as parts are begun, so that who gives them can leave out what others have copied meanwhile. */
  readonly partNumbers: Iterable<number>;
  /** How many parts are under way at once: 4 unless told. */
  readonly concurrency?: number;
  /** No part is begun that would probably not be done by then. In the clock's milliseconds. */
  readonly deadlineMs: number;
  /** Cuts parts under way short, without an error: what was copied is answered. */
  readonly signal?: AbortSignal;
  /** Bytes that this call has copied so far, after each part. */
  readonly onProgress?: (copiedBytes: number) => void;
}

/** The parts that this call copied, in the order in which they were done. */
export interface CopyOutcome {
  readonly kind: 'complete' | 'out-of-time';
  readonly parts: readonly PartInfo[];
}

const CONCURRENCY = 4;

/**
 * Throws SourceLapsedError (after the parts under way have ended), SourceChangedError, PermanentError, and
 * TransientError when a part failed five times. Parts that S3 has by then stay: ListParts shows them.
 */
export async function copyParts(ports: CopyPorts, job: CopyJob): Promise<CopyOutcome> {
  const run = new CopyRun(ports, job);
  const cut = () => run.stop(job.signal?.reason);
  job.signal?.addEventListener('abort', cut);
  if (job.signal?.aborted) cut();
  await Promise.all(Array.from({ length: job.concurrency ?? CONCURRENCY }, () => run.work()));
  job.signal?.removeEventListener('abort', cut);
  if (run.failure !== undefined && !job.signal?.aborted) throw run.failure;
  return { kind: run.isComplete ? 'complete' : 'out-of-time', parts: run.parts };
}

/** What the workers of one call share. */
class CopyRun {
  readonly parts: PartInfo[] = [];
  failure: unknown;
  readonly #ports: CopyPorts;
  readonly #job: CopyJob;
  readonly #halt = new AbortController();
  readonly #queue: Iterator<number>;
  #begun = 0;
  #isDrained = false;
  #copiedBytes = 0;
  /** What a part has been taking: a moving average, 0 before the first one is done. */
  #partMs = 0;

  constructor(ports: CopyPorts, job: CopyJob) {
    this.#ports = ports;
    this.#job = job;
    this.#queue = job.partNumbers[Symbol.iterator]();
  }

  /** No part is left to begin, and those begun are in the vault. */
  get isComplete(): boolean {
    return this.#isDrained && this.parts.length === this.#begun;
  }

  stop(reason: unknown): void {
    this.failure ??= reason;
    this.#halt.abort(reason);
  }

  async work(): Promise<void> {
    while (this.#mayBegin()) {
      const next = this.#queue.next();
      if (next.done) {
        this.#isDrained = true;
        return;
      }
      this.#begun += 1;
      try {
        this.#finished(await this.#copyPart(next.value));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #mayBegin(waitMs = 0): boolean {
    const remainingMs = this.#job.deadlineMs - this.#ports.clock.nowMs() - waitMs;
    return this.failure === undefined && remainingMs > 2 * this.#partMs;
  }

  #copyPart(partNumber: number): Promise<PartInfo> {
    const goOn = (waitMs: number) => this.#mayBegin(waitMs);
    return withRetries({ clock: this.#ports.clock, spread: partNumber, goOn }, () =>
      this.#tryPart(partNumber),
    );
  }

  async #tryPart(partNumber: number): Promise<PartInfo> {
    const { url, key, uploadId, plan, etag } = this.#job;
    const { vault, source, clock } = this.#ports;
    const startedMs = clock.nowMs();
    // Whichever side fails, the other must let its connection go at once.
    const attempt = new AbortController();
    const signal = AbortSignal.any([this.#halt.signal, attempt.signal]);
    try {
      const body = source.read(url, rangeOf(plan, partNumber), { sizeBytes: plan.sizeBytes, etag }, signal);
      const sizeBytes = partSize(plan, partNumber);
      const part = await vault.uploadPart({ key, uploadId, partNumber, sizeBytes, body, signal });
      this.#paced(clock.nowMs() - startedMs);
      return part;
    } finally {
      attempt.abort();
    }
  }

  #paced(tookMs: number): void {
    this.#partMs = this.#partMs === 0 ? tookMs : (3 * this.#partMs + tookMs) / 4;
  }

  #finished(part: PartInfo): void {
    this.parts.push(part);
    this.#copiedBytes += part.sizeBytes;
    this.#job.onProgress?.(this.#copiedBytes);
  }

  /** A lapsed URL still feeds the downloads that it began; after any other failure those would be in vain. */
  #failed(error: unknown): void {
    if (error instanceof SourceLapsedError) this.failure ??= error;
    else this.stop(error);
  }
}
