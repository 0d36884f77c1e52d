// GETs over undici whose bodies come in large blocks. A block is refilled once the next is asked for, so a download of
// any size lives in two of them; while its reader works on one, the other fills, and when it is full the sender waits.
import type { IncomingHttpHeaders } from 'node:http';
import type { Agent, Dispatcher } from 'undici';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read once. Ending the iteration early, or `stop`, lets go of the connection. Throws undici's errors. */
  readonly blocks: AsyncIterableIterator<Uint8Array>;
  stop(): void;
}

/** Larger ones leave the processor's cache, smaller ones stop and start the sender more often: both cost CPU. */
const BLOCK_BYTES = 1024 * 1024;
/** The rest of a block takes what still comes when its sender is told to wait. */
const FULL_BYTES = (BLOCK_BYTES * 3) / 4;

/** Keeps the memory of downloads that have ended for those to come. */
export class Downloads {
  readonly #agent: Agent;
  readonly #spare: Block[] = [];

  /** The agent must connect by `blockConnector`. */
  constructor(agent: Agent) {
    this.#agent = agent;
  }

  /** Throws undici's errors, and the reason of `signal`. */
  async get(url: URL, headers: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    const running = new Download(this.#spare);
    const abort = () => running.fail(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    running.onEnd = () => signal?.removeEventListener('abort', abort);
    const path = url.pathname + url.search;
    this.#agent.dispatch({ origin: url.origin, path, method: 'GET', headers }, running);
    const started = await running.started.promise;
    return { ...started, blocks: running.blocks(), stop: () => running.fail(new Error('unread')) };
  }
}

class Download implements Dispatcher.DispatchHandler {
  readonly started = Promise.withResolvers<{ status: number; headers: IncomingHttpHeaders }>();
  onEnd: () => void = () => undefined;
  readonly #spare: Block[];
  #filling: Block;
  #lent: Block;
  #controller: Dispatcher.DispatchController | undefined;
  #outcome: { readonly error?: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(spare: Block[]) {
    this.#spare = spare;
    this.#filling = spare.pop() ?? new Block();
    this.#lent = spare.pop() ?? new Block();
  }

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
      this.#spare.push(this.#filling.cleared(), this.#lent.cleared());
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
    this.onEnd();
    if ('error' in outcome) this.started.reject(outcome.error);
    this.#wake();
  }
}

/** Memory that is larger than is asked of it, as a rule, and grows when it is not. */
class Block {
  sizeBytes = 0;
  #memory = Buffer.allocUnsafeSlow(BLOCK_BYTES);

  add(chunk: Uint8Array): void {
    const neededBytes = this.sizeBytes + chunk.length;
    if (neededBytes > this.#memory.length) this.#grow(neededBytes);
    this.#memory.set(chunk, this.sizeBytes);
    this.sizeBytes = neededBytes;
  }

  #grow(neededBytes: number): void {
    const larger = Buffer.allocUnsafeSlow(neededBytes + BLOCK_BYTES);
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
