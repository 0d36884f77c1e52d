// One GET over undici whose body comes in large blocks. A block is refilled once the next is asked for, so a download
// of any size lives in two of them; while its reader works on one, the other fills, and when it is full the sender waits.
import type { IncomingHttpHeaders } from 'node:http';
import type { Agent, Dispatcher } from 'undici';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read once. Ending the iteration early, or `stop`, lets go of the connection. Throws undici's errors. */
  readonly blocks: AsyncIterableIterator<Uint8Array>;
  stop(): void;
}

const FIRST_BLOCK_BYTES = 32 * 1024;
const FULL_BYTES = Number(process.env.FULL ?? 256) * 1024;

/** Throws undici's errors, and the reason of `signal`. */
export async function download(
  agent: Agent,
  url: URL,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Answer> {
  signal?.throwIfAborted();
  const running = new Download();
  const abort = () => running.fail(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  running.onDone = () => signal?.removeEventListener('abort', abort);
  agent.dispatch({ origin: url.origin, path: url.pathname + url.search, method: 'GET', headers }, running);
  const { status, headers: answered } = await running.started.promise;
  return { status, headers: answered, blocks: running.blocks(), stop: () => running.fail(new Error('unread')) };
}

class Download implements Dispatcher.DispatchHandler {
  readonly started = Promise.withResolvers<{ status: number; headers: IncomingHttpHeaders }>();
  onDone: () => void = () => undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #filling = new Block();
  #lent = new Block();
  #outcome: { readonly error?: unknown } | undefined;
  #wake: () => void = () => undefined;

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#outcome) controller.abort(new Error('given up before it began'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // Informational answers come before the real one.
    if (status >= 200) this.started.resolve({ status, headers });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#filling.add(chunk);
    if (this.#filling.sizeBytes >= FULL_BYTES) controller.pause();
    this.#wake();
  }

  onResponseEnd(): void {
    this.#end({});
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#end({ error });
  }

  /** Ends it from our side. Nothing happens once it has ended. */
  fail(error: unknown): void {
    if (this.#outcome) return;
    this.#end({ error });
    this.#controller?.abort(error instanceof Error ? error : new Error(String(error)));
  }

  async *blocks(): AsyncGenerator<Uint8Array> {
    try {
      while (await this.#some()) {
        const block = this.#filling;
        this.#filling = this.#lent.cleared();
        this.#lent = block;
        this.#controller?.resume();
        yield block.bytes();
      }
    } finally {
      this.fail(new Error('unread'));
    }
  }

  /** False at the end. */
  async #some(): Promise<boolean> {
    while (this.#filling.sizeBytes === 0 && !this.#outcome) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#outcome && 'error' in this.#outcome) throw this.#outcome.error;
    return this.#filling.sizeBytes > 0;
  }

  #end(outcome: { readonly error?: unknown }): void {
    if (this.#outcome) return;
    this.#outcome = outcome;
    this.onDone();
    if ('error' in outcome) this.started.reject(outcome.error);
    this.#wake();
  }
}

/** Memory that grows to what it is asked to hold and keeps that size. */
class Block {
  sizeBytes = 0;
  #memory = Buffer.alloc(0);

  add(chunk: Uint8Array): void {
    const neededBytes = this.sizeBytes + chunk.length;
    if (neededBytes > this.#memory.length) this.#grow(neededBytes);
    this.#memory.set(chunk, this.sizeBytes);
    this.sizeBytes = neededBytes;
  }

  #grow(neededBytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(neededBytes, 2 * this.#memory.length, FIRST_BLOCK_BYTES));
    larger.set(this.bytes());
    this.#memory = larger;
  }

  cleared(): this {
    this.sizeBytes = 0;
    return this;
  }

  bytes(): Uint8Array {
    return this.#memory.subarray(0, this.sizeBytes);
  }
}
