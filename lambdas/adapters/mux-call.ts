// One call to Mux: the governor's slot first, one attempt, a bound on the time, errors in our own words.
import { Mux } from '@mux/mux-node';
import type { Purpose } from '../contract/names.ts';
import { NotYetError, TransientError } from '../domain/failures.ts';
import type { Clock, Log } from '../stages/ports.ts';
import type { Governor, Verb } from './governor.ts';
import { retryAfterSeconds, translateMuxError } from './mux-errors.ts';
import type { MuxCredentials } from './secrets.ts';
import { wholeFetch } from './whole-fetch.ts';

export interface MuxCallOptions {
  /** Asked before every call, so that a rotated secret is used without a new client. */
  readonly credentials: () => Promise<MuxCredentials>;
  readonly baseUrls: { readonly api: string };
  readonly governor: Governor;
  readonly purpose: Purpose;
  readonly clock: Clock;
  readonly log: Log;
  /** From the first byte sent to the last byte read. Default 20 s. */
  readonly timeoutMs?: number;
}

/** What the SDK's promises can do: the parsed answer together with its headers. */
export type Send<T> = (client: Mux) => { withResponse(): Promise<{ data: T; response: Response }> };

export interface MuxCall {
  take(verb: Verb, patienceMs?: number): Promise<void>;
  /** For a slot that was taken before. `what` names the call in errors and logs. */
  send<T>(what: string, verb: Verb, send: Send<T>): Promise<T>;
  /** `take`, then `send`. */
  call<T>(what: string, verb: Verb, send: Send<T>, patienceMs?: number): Promise<T>;
}

const DEFAULT_TIMEOUT_MS = 20_000;

export function createMuxCall(options: MuxCallOptions): MuxCall {
  const { governor, purpose, clock, log, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  let client: { readonly of: string; readonly mux: Mux } | undefined;

  async function currentClient(): Promise<Mux> {
    const { tokenId, tokenSecret } = await options.credentials();
    const of = `${tokenId}:${tokenSecret}`;
    if (client?.of !== of)
      client = { of, mux: createClient(tokenId, tokenSecret, options.baseUrls.api, timeoutMs) };
    return client.mux;
  }

  async function slowDown(verb: Verb, seconds: number): Promise<void> {
    try {
      await governor.slowDown(verb, seconds);
    } catch (error) {
      // Not worth losing the answer of a create for: the next 429 says it again.
      log.error('could not tell the governor to slow down', {
        code: 'GOVERNOR_FAILED',
        error: String(error),
      });
    }
  }

  async function send<T>(what: string, verb: Verb, ask: Send<T>): Promise<T> {
    const answer = await ask(await currentClient())
      .withResponse()
      .catch(async (error: unknown) => {
        const seconds = retryAfterSeconds(error, clock.nowMs());
        if (seconds === undefined) throw translateMuxError(error, what);
        log.info('mux asked for fewer calls', { call: what, verb, purpose, seconds });
        await slowDown(verb, seconds);
        throw new NotYetError(clock.nowMs() + seconds * 1000, 'Mux asked for fewer calls');
      });
    const pauseSeconds = pauseAfter(answer.response.headers);
    if (pauseSeconds !== undefined) await slowDown(verb, pauseSeconds);
    return checked(what, answer.data, answer.response);
  }

  // Whatever makes something anew is paid as a restore, also a playback id for a request that was taken back.
  const take = (verb: Verb, patienceMs?: number) =>
    governor.take(verb, verb === 'post' ? 'restore' : purpose, patienceMs);
  return {
    take,
    send,
    async call(what, verb, ask, patienceMs) {
      await take(verb, patienceMs);
      return send(what, verb, ask);
    },
  };
}

/** Below this part of Mux's bucket calls go on one by one, so that production traffic keeps what is left of it. */
const LOW_SHARE = 0.2;

/**
 * Mux says how much of its bucket is left, but not when it is full again: an empty one is given a second, a low one
 * loses us the burst (0 s), and nothing changes above that.
 * https://www.mux.com/blog/protect-your-prod-environment-new-rate-limit-controls
 */
function pauseAfter(headers: Headers): number | undefined {
  const remaining = countIn(headers, 'x-ratelimit-remaining');
  const limit = countIn(headers, 'x-ratelimit-limit');
  if (remaining === 0) return 1;
  return remaining !== undefined && limit !== undefined && remaining < LOW_SHARE * limit ? 0 : undefined;
}

function countIn(headers: Headers, name: string): number | undefined {
  const text = headers.get(name) ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The SDK takes a page of HTML for an empty list: a proxy's answer must not look like "nothing there". */
function checked<T>(what: string, data: T, response: Response): T {
  if (response.status === 204 || response.headers.get('content-type')?.includes('json')) return data;
  throw new TransientError(
    'MUX_UNREADABLE',
    `Mux answered ${response.status} to "${what}", but not with JSON.`,
  );
}

/** Every option that the SDK would else read from the environment is given, and it logs nothing: URLs are secrets here. */
function createClient(tokenId: string, tokenSecret: string, baseURL: string, timeoutMs: number): Mux {
  return new Mux({
    tokenId,
    tokenSecret,
    authorizationToken: null,
    webhookSecret: null,
    jwtSigningKey: null,
    jwtPrivateKey: null,
    baseURL,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: 'off',
    fetch: fetchWithin(timeoutMs),
  });
}

/**
 * The SDK's own timer stops at the headers; this one also bounds the body. No redirect is followed: it could lead anywhere,
 * and make of a DELETE a GET whose 200 looks like an answer to the DELETE.
 */
function fetchWithin(timeoutMs: number): typeof fetch {
  return (url, init) => {
    const signals = [init?.signal, AbortSignal.timeout(timeoutMs)].filter((signal) => !!signal);
    return wholeFetch(url, { ...init, signal: AbortSignal.any(signals) });
  };
}
