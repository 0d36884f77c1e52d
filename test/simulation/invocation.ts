// One run of a function: its own clock, which is a little wrong, and ports that answer late, fail, lose their answer, or
// at which the process dies. What a dead process had begun is never heard of again, as with a killed Lambda.
import { TransientError } from '../../lambdas/domain/failures.ts';
import type { Clock, Source } from '../../lambdas/stages/ports.ts';
import type { Chance } from './chance.ts';
import type { Owner, Timeline } from './timeline.ts';

/** What befalls an invocation, at most once: at its call number `call`, counted over all its ports. */
export type Fate =
  | { readonly kind: 'whole' }
  | { readonly kind: 'fails' | 'loses answer' | 'dies before' | 'dies after'; readonly call: number };

export type Accident = Exclude<Fate['kind'], 'whole'>;
export const ACCIDENTS = ['fails', 'loses answer', 'dies before', 'dies after'] as const;

export interface Surroundings {
  readonly timeline: Timeline;
  readonly chance: Chance;
  /** The most that the clock of an invocation is wrong by, either way. */
  readonly skewMs: number;
  /** Per call, besides its fate; 0 once the faults are over. */
  readonly faultRate: () => number;
  /** How many calls take seconds instead of milliseconds. */
  readonly slowRate: number;
  readonly counted: (fault: string) => void;
  readonly tell: (line: () => string) => void;
}

export type Ending<T> =
  | { readonly kind: 'answer'; readonly answer: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'died' };

/** The longest a call is on its way, each way. */
export const SLOWEST_MS = 4_000;

/** Calls without an effect outside: nobody waits for them and nobody dies at them. */
const PURE = new Set(['describe']);

/** A new one each time: one for all would remember everybody who ever waited for it. */
const forever = () => new Promise<never>(() => undefined);

export class Invocation implements Owner {
  readonly name: string;
  readonly clock: Clock;
  readonly skewMs: number;
  isOver = false;
  /** What has happened to it: its fate, once it has come true. */
  met: Fate['kind'] = 'whole';
  readonly #around: Surroundings;
  readonly #fate: Fate;
  /** Most of its calls take no time: it is run so often that this decides how many lives are played. */
  readonly #isBrisk: boolean;
  #calls = 0;
  #died: (() => void) | undefined;

  constructor(name: string, fate: Fate, around: Surroundings) {
    this.name = name;
    this.#fate = fate;
    this.#isBrisk = name.startsWith('sweep');
    this.#around = around;
    this.skewMs = around.chance.between(-around.skewMs, around.skewMs);
    this.clock = {
      nowMs: () => Math.round(around.timeline.nowMs + this.skewMs),
      sleep: (ms) => around.timeline.sleep(ms, this),
    };
  }

  /** Runs `body` to one of its endings. After `limitMs` the process is killed, whatever it is at. */
  run<T>(body: () => Promise<T>, limitMs: number, ended: (ending: Ending<T>) => void): void {
    const end = (ending: Ending<T>) => {
      if (this.isOver) return;
      this.isOver = true;
      this.#around.tell(() => `${this.name}: ${said(ending)}`);
      ended(ending);
    };
    this.#died = () => end({ kind: 'died' });
    this.#around.timeline.after(limitMs, () => this.#die('at its time limit'), this);
    body().then(
      (answer) => end({ kind: 'answer', answer }),
      (error: unknown) => end({ kind: 'error', error }),
    );
  }

  /** A call of one of its ports. */
  async call<T>(port: string, method: string, effect: () => T | Promise<T>): Promise<T> {
    if (this.isOver) return forever();
    this.#calls += 1;
    const isFated = this.#fate.kind !== 'whole' && this.#fate.call === this.#calls;
    if (isFated || !this.#isBrisk || this.#around.chance.is(0.3)) await this.#pause();
    if (isFated) await this.#strikeBefore(port, method);
    else if (this.#around.chance.is(this.#around.faultRate() / 2)) this.#fail(port, method, 'fails');
    const answer = await effect();
    this.#around.tell(() => `${this.name}: ${port}.${method}`);
    if (this.isOver) return forever();
    // Mostly the way back takes no time that matters: what others do in between is met before the next call.
    if (isFated || this.#around.chance.is(0.3)) await this.#pause();
    if (isFated) await this.#strikeAfter(port, method);
    else if (this.#around.chance.is(this.#around.faultRate() / 2)) this.#fail(port, method, 'loses answer');
    return answer;
  }

  /** The same port, called through this invocation. */
  wrap<T extends object>(name: string, port: T): T {
    return new Proxy(port, {
      get: (target, method) => {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function' || PURE.has(String(method))) return value;
        return (...args: unknown[]) =>
          this.call(name, String(method), () => Reflect.apply(value, target, args) as unknown);
      },
    });
  }

  /** A download breaks off in the middle, too. */
  wrapSource(source: Source): Source {
    const { probe, fetchSmall } = this.wrap('source', source);
    return {
      probe,
      fetchSmall,
      read: (...args) => this.#stream('read', source.read(...args)),
      readAll: (...args) => this.#stream('readAll', source.readAll(...args)),
    };
  }

  async *#stream(method: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const iterator = chunks[Symbol.asyncIterator]();
    for (;;) {
      // Parts of one file arrive at their own paces.
      if (this.#around.chance.is(0.15))
        await this.#around.timeline.sleep(this.#around.chance.between(500, 4_000), this);
      const next = await this.call('source', method, () => iterator.next());
      if (next.done) return;
      yield next.value;
    }
  }

  /** Mostly a network's few milliseconds, now and then seconds. */
  #pause(): Promise<void> {
    const { chance, timeline, slowRate } = this.#around;
    return timeline.sleep(
      chance.is(slowRate) ? chance.between(500, SLOWEST_MS) : chance.between(2, 40),
      this,
    );
  }

  #strikeBefore(port: string, method: string): Promise<never> | undefined {
    if (this.#fate.kind === 'fails') this.#fail(port, method, 'fails');
    return this.#fate.kind === 'dies before' ? this.#die(`before ${port}.${method}`) : undefined;
  }

  #strikeAfter(port: string, method: string): Promise<never> | undefined {
    if (this.#fate.kind === 'loses answer') this.#fail(port, method, 'loses answer');
    return this.#fate.kind === 'dies after' ? this.#die(`after ${port}.${method}`) : undefined;
  }

  #fail(port: string, method: string, kind: 'fails' | 'loses answer'): never {
    this.met = kind;
    this.#around.counted(`${port} ${kind}`);
    this.#around.tell(() => `${this.name}: ${port}.${method} ${kind}`);
    throw new TransientError(`${port.toUpperCase()}_UNAVAILABLE`, `${method}: the ${port} answered 503.`);
  }

  #die(where: string): Promise<never> {
    this.met = where.startsWith('after') ? 'dies after' : 'dies before';
    this.#around.counted(`killed ${this.name.split(' ')[0]}`);
    this.#around.tell(() => `${this.name}: killed ${where}`);
    this.#died?.();
    return forever();
  }
}

function said(ending: Ending<unknown>): string {
  if (ending.kind === 'error') return `threw ${String(ending.error)}`;
  if (ending.kind === 'died') return 'died';
  const answer = ending.answer;
  return answer === undefined ? 'done' : `answered ${JSON.stringify(answer)?.slice(0, 200)}`;
}
