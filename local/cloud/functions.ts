// Lambda: a pool of warm processes for each function, synchronous and asynchronous invocation, retries and
// failure records. What waits is kept in memory only: the sweep wakes what a crash of this machine forgets.
import { randomUUID } from 'node:crypto';
import { type Clockwork, scaledTimeoutMs } from './clockwork.ts';
import { FunctionProcess, handlerFile, type Outcome } from './function-process.ts';
import type { PlannedFunction } from './plan.ts';

export interface FunctionsOptions {
  readonly clockwork: Clockwork;
  /** Processes of the function at once, unless it reserves its own number. */
  concurrencyOf(planned: PlannedFunction): number;
  /** For a process that is about to start; `kill` ends it, as a reclaimed machine would. */
  environmentOf(planned: PlannedFunction, kill: () => void): Promise<Record<string, string>>;
  log(planned: PlannedFunction, line: string): void;
  sendToQueue(queueArn: string, body: string): Promise<void>;
  /** Lambda sends failure records with the function's own role. */
  onFailureSent?(planned: PlannedFunction, queueArn: string): void;
  onError(message: string): void;
}

interface Pool {
  readonly planned: PlannedFunction;
  readonly processes: Set<FunctionProcess>;
  readonly idle: FunctionProcess[];
  readonly waiting: (() => void)[];
  busy: number;
  memoryPeakBytes: number;
}

/** The waits before the first and the second retry (Lambda guide, asynchronous invocation). */
const RETRY_SECONDS = [60, 120];

export class Functions {
  readonly #options: FunctionsOptions;
  readonly #pools: readonly Pool[];
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(planned: readonly PlannedFunction[], options: FunctionsOptions) {
    planned.forEach(handlerFile);
    this.#options = options;
    this.#pools = planned.map((one) => ({
      planned: one,
      processes: new Set(),
      idle: [],
      waiting: [],
      busy: 0,
      memoryPeakBytes: 0,
    }));
  }

  /** By logical id, name or ARN. */
  find(id: string): PlannedFunction | undefined {
    return this.#poolOf(id)?.planned;
  }

  /** RequestResponse. Waits for a free process where AWS would throttle. */
  async invoke(id: string, payload: string, awsRequestId: string = randomUUID()): Promise<Outcome> {
    const pool = this.#poolOf(id);
    if (!pool) throw new Error(`no function ${id}`);
    await this.#enter(pool);
    try {
      return this.#closed ? CLOSED : await this.#runIn(pool, payload, awsRequestId);
    } finally {
      pool.busy -= 1;
      pool.waiting.shift()?.();
    }
  }

  /**
   * Event: accepted at once, retried as the function says, then recorded at its failure destination. Resolves when
   * the first attempt has ended, however it ended; never rejects.
   */
  async invokeAsync(id: string, payload: string): Promise<void> {
    const complain = (error: unknown) =>
      this.#options.onError(`asynchronous invocation of ${id}: ${String(error)}`);
    const awsRequestId = randomUUID();
    try {
      const outcome = await this.invoke(id, payload, awsRequestId);
      this.#afterAttempt(id, payload, awsRequestId, 1, outcome).catch(complain);
    } catch (error) {
      complain(error);
    }
  }

  /** Process ids of a function, busy or warm. */
  processes(id: string): number[] {
    return [...(this.#poolOf(id)?.processes ?? [])].flatMap(({ alive, pid }) => (alive && pid ? pid : []));
  }

  /** Bytes by function name; 0 where the system does not tell. */
  memoryPeaks(): Record<string, number> {
    return Object.fromEntries(
      this.#pools.map(({ planned, memoryPeakBytes }) => [planned.name, memoryPeakBytes]),
    );
  }

  /** Gives running invocations a moment, then kills every process. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const endMs = Date.now() + graceMs;
    while (this.#pools.some(({ busy }) => busy > 0) && Date.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    for (const pool of this.#pools) for (const process of pool.processes) process.kill();
  }

  #poolOf(id: string): Pool | undefined {
    return this.#pools.find(({ planned }) => [planned.logicalId, planned.name, planned.arn].includes(id));
  }

  async #enter(pool: Pool): Promise<void> {
    const limit = pool.planned.reservedConcurrency ?? this.#options.concurrencyOf(pool.planned);
    while (pool.busy >= limit) await new Promise<void>((resolve) => pool.waiting.push(resolve));
    pool.busy += 1;
  }

  async #runIn(pool: Pool, payload: string, awsRequestId: string): Promise<Outcome> {
    const { planned } = pool;
    const process = await this.#takeProcess(pool);
    const timeoutMs = scaledTimeoutMs(planned.timeoutSeconds, this.#options.clockwork.timeScale);
    const outcome = await process.invoke(payload, timeoutMs, {
      functionName: planned.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: planned.arn,
      memoryLimitInMB: String(planned.memoryMb),
      awsRequestId,
      logGroupName: `/aws/lambda/${planned.name}`,
      logStreamName: String(process.pid),
    });
    pool.memoryPeakBytes = Math.max(pool.memoryPeakBytes, process.memoryPeakBytes);
    if (process.alive) pool.idle.push(process);
    else pool.processes.delete(process);
    if (!outcome.ok) this.#options.log(planned, JSON.stringify({ request: awsRequestId, ...outcome.fault }));
    return outcome;
  }

  async #takeProcess(pool: Pool): Promise<FunctionProcess> {
    for (let warm = pool.idle.pop(); warm; warm = pool.idle.pop()) {
      if (warm.alive) return warm;
      pool.processes.delete(warm);
    }
    const { planned } = pool;
    const environment = await this.#options.environmentOf(planned, () => cold.kill());
    if (this.#closed) throw new Error('the cloud is closing');
    const cold: FunctionProcess = new FunctionProcess(planned, environment, (line) =>
      this.#options.log(planned, line),
    );
    pool.processes.add(cold);
    return cold;
  }

  async #afterAttempt(
    id: string,
    payload: string,
    awsRequestId: string,
    attempts: number,
    outcome: Outcome,
  ): Promise<void> {
    const planned = this.find(id);
    if (outcome.ok || !planned || this.#closed) return;
    const { maximumRetryAttempts, onFailure } = planned.asyncInvoke;
    if (attempts <= maximumRetryAttempts) {
      await this.#sleep(RETRY_SECONDS[attempts - 1] ?? 0);
      const next = await this.invoke(id, payload, awsRequestId);
      return this.#afterAttempt(id, payload, awsRequestId, attempts + 1, next);
    }
    if (!onFailure) return;
    const record = failureRecord(planned, payload, awsRequestId, attempts, outcome.fault);
    this.#options.onFailureSent?.(planned, onFailure);
    await this.#options.sendToQueue(onFailure, JSON.stringify(record));
  }

  #sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, (1000 * seconds) / this.#options.clockwork.timeScale);
      this.#timers.add(timer);
    });
  }
}

const CLOSED: Outcome = {
  ok: false,
  fault: { errorType: 'Cloud.Closed', errorMessage: 'the cloud is closing' },
};

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function failureRecord(
  { arn }: PlannedFunction,
  payload: string,
  requestId: string,
  attempts: number,
  responsePayload: unknown,
) {
  return {
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId,
      functionArn: `${arn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(payload) as unknown,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload,
  };
}
