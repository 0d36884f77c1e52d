// Faults for chosen requests: each waits for the requests it matches, strikes as often as it was told to, and is gone.

export interface Fault {
  readonly match: {
    readonly method?: string;
    /** A regular expression that must match somewhere in the path. */
    readonly path?: string;
    /** Requests for this asset, be it to the API, its master or its captions. */
    readonly assetId?: string;
  };
  /** So many matching requests pass first. Default 0. */
  readonly after?: number;
  /** How often it strikes. Default 1. */
  readonly times?: number | 'always';
  readonly effect: Effect;
}

export type Effect =
  /** Answered so, without any other effect. 429 has the body Mux gives it. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number }
  /** Everything happens, but later. Real milliseconds. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The request takes effect, the client never learns of it. */
  | { readonly kind: 'lose-answer'; readonly how: 'reset' | '504' }
  /** No further byte after so many of the body; 0 means not even the headers. The connection stays open. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** The connection breaks after so many bytes of the body; 0 means before the headers. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Downloads: the body ends orderly, but so many bytes short of what Content-Range promises. */
  | { readonly kind: 'short'; readonly missingBytes: number }
  /** Downloads: the file lacks so many bytes at its end until so long after it became ready. */
  | { readonly kind: 'grow'; readonly missingBytes: number; readonly forMs: number }
  /** Downloads: from this request on the file is another one of the same size, with another ETag. */
  | { readonly kind: 'change' };

const KINDS = ['status', 'delay', 'lose-answer', 'stall', 'cut', 'short', 'grow', 'change'];

export interface FaultedRequest {
  readonly method: string;
  readonly path: string;
  readonly assetId?: string;
}

interface ArmedFault {
  readonly fault: Fault;
  seen: number;
}

export class FaultPlan {
  #armed: ArmedFault[] = [];

  /** Throws TypeError or SyntaxError for a fault that could never strike as meant. */
  add(fault: Fault): void {
    if (!KINDS.includes(fault.effect?.kind))
      throw new TypeError(`Unknown fault effect ${fault.effect?.kind}`);
    if (!fault.match) throw new TypeError('A fault needs a match; {} matches every request');
    new RegExp(fault.match.path ?? '');
    this.#armed.push({ fault, seen: 0 });
  }

  /** Faults that still wait or strike. */
  list(): readonly Fault[] {
    return this.#armed.map(({ fault }) => fault);
  }

  clear(): void {
    this.#armed = [];
  }

  /** The effects on one request, in the order in which the faults were added. */
  strike(request: FaultedRequest): Effect[] {
    const matching = this.#armed.filter(({ fault }) => matches(fault, request));
    const striking = matching.filter((armed) => {
      armed.seen += 1;
      return armed.seen > (armed.fault.after ?? 0);
    });
    this.#armed = this.#armed.filter((armed) => !isSpent(armed));
    return striking.map(({ fault }) => fault.effect);
  }
}

function matches({ match }: Fault, request: FaultedRequest): boolean {
  return (
    (match.method === undefined || match.method === request.method) &&
    (match.path === undefined || new RegExp(match.path).test(request.path)) &&
    (match.assetId === undefined || match.assetId === request.assetId)
  );
}

function isSpent({ fault, seen }: ArmedFault): boolean {
  return fault.times !== 'always' && seen >= (fault.after ?? 0) + (fault.times ?? 1);
}

/** The effect of one kind among those that struck. */
export function effectOf<K extends Effect['kind']>(effects: readonly Effect[], kind: K) {
  return effects.find((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
}
