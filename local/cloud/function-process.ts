// One process of one function, seen from outside: start, one invocation at a time, kill at the timeout.
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CloudError } from './cloud-error.ts';
import type { FunctionFault, HostMessage, InvokeMessage } from './function-host.ts';
import type { PlannedFunction } from './plan.ts';

export type Outcome =
  | { readonly ok: true; readonly payload: string }
  | { readonly ok: false; readonly fault: FunctionFault };

/** Lambda gives a bundle 10 s to load, outside of the function's timeout (Lambda guide, runtime environment). */
const LOAD_MS = 10_000;

/** Where our own Node keeps what it compiles, function processes may too; the host hides it from the function. */
const { NODE_COMPILE_CACHE } = process.env;

export class FunctionProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<Outcome>;
  readonly #loaded: Promise<Outcome>;
  /** Bytes of memory that the process has held at most, as far as the system says. */
  memoryPeakBytes = 0;
  alive = true;

  constructor(planned: PlannedFunction, environment: Record<string, string>, onLine: (line: string) => void) {
    const [file, exportName] = handlerFile(planned);
    this.#child = fork(join(import.meta.dirname, 'function-host.ts'), [file, exportName], {
      env: { ...environment, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', onLine);
    }
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.alive = false;
        resolve(exitFault(error.message));
      });
      this.#child.once('exit', (code, signal) => {
        this.alive = false;
        resolve(exitFault(signal ? `signal: ${signal}` : `exit status ${code}`));
      });
    });
    this.#loaded = this.#answer(LOAD_MS, `Init phase exceeded ${LOAD_MS / 1000} seconds`);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async invoke(payload: string, timeoutMs: number, context: InvokeMessage['context']): Promise<Outcome> {
    const loaded = await this.#loaded;
    if (!loaded.ok) {
      this.kill();
      return loaded;
    }
    const answer = this.#answer(timeoutMs, `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`);
    const message: InvokeMessage = { payload, deadlineMs: Date.now() + timeoutMs, context };
    // A process that was killed in the meantime cannot be told; its exit is the answer.
    this.#child.send(message, () => {});
    const outcome = await answer;
    this.#readMemoryPeak();
    return outcome;
  }

  kill(): void {
    this.alive = false;
    this.#child.kill('SIGKILL');
  }

  /** The next message, the exit or, after `limitMs`, a kill. */
  async #answer(limitMs: number, limitMessage: string): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const onMessage = (message: unknown) => resolve(outcomeOf(message as HostMessage));
    const timer = setTimeout(() => {
      this.#readMemoryPeak();
      this.kill();
      resolve({ ok: false, fault: { errorType: 'Sandbox.Timedout', errorMessage: limitMessage } });
    }, limitMs);
    this.#child.once('message', onMessage);
    const outcome = await Promise.race([promise, this.#exited]);
    clearTimeout(timer);
    this.#child.off('message', onMessage);
    return outcome;
  }

  /** Only Linux tells a process's high-water mark; elsewhere the peak stays 0. */
  #readMemoryPeak(): void {
    const file = `/proc/${this.pid}/status`;
    if (!this.alive || !existsSync(file)) return;
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8')) ?? [];
    this.memoryPeakBytes = Math.max(this.memoryPeakBytes, 1024 * Number(kilobytes ?? 0));
  }
}

function outcomeOf(message: HostMessage): Outcome {
  if (message.kind === 'fault') return { ok: false, fault: message.fault };
  return { ok: true, payload: message.kind === 'result' ? message.payload : '' };
}

function exitFault(how: string): Outcome {
  const fault = { errorType: 'Runtime.ExitError', errorMessage: `Error: Runtime exited with error: ${how}` };
  return { ok: false, fault };
}

/** `folder/index.handler` is the export `handler` of `folder/index.mjs` (or `.js`). */
export function handlerFile({ logicalId, bundleDirectory, handler }: PlannedFunction): [string, string] {
  const dot = handler.lastIndexOf('.');
  const base = join(bundleDirectory, handler.slice(0, dot));
  const file = ['.mjs', '.js', '.cjs'].map((extension) => base + extension).find((path) => existsSync(path));
  if (file) return [file, handler.slice(dot + 1)];
  const message = `${logicalId}: its handler ${handler} has no file ${base}.mjs. Look at Handler and at the bundle.`;
  throw new CloudError('TEMPLATE_NOT_UNDERSTOOD', message);
}
