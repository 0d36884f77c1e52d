// Sends an event to a receiver: https to public addresses only, no redirect followed, no answer read but for its status.
// The address is checked at connect time, on the very answer of DNS that is connected to, as for downloads.
import type { Dispatcher } from 'undici';
import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import { receiverUrlProblem } from '../contract/receiver-url.ts';
import { type IcehouseError, PermanentError, TransientError } from '../domain/failures.ts';
import type { Post } from '../stages/ports.ts';
import { guardedLookup } from './source-guard.ts';

export interface PostOptions {
  /** Also allows loopback hosts, and plain http to them. Only the embedded cloud sets it. */
  readonly loopback: boolean;
  /** For the whole exchange, connecting included. @default 5 s, as Mux gives its own receivers */
  readonly limitMs?: number;
}

/** What is read of an answer so that its connection can serve the next event; of a longer one the connection is closed. */
const MOST_ANSWER_BYTES = 16 * 1024;

/** Errors: RECEIVER_REFUSED (permanent), RECEIVER_ANSWERED, RECEIVER_TIMEOUT, RECEIVER_UNREACHABLE (transient). */
export function createPost({ loopback, limitMs = 5_000 }: PostOptions): Post {
  const agent = new Agent({
    connect: { lookup: guardedLookup({ hosts: [], loopback }), timeout: limitMs },
    keepAliveTimeout: 10_000,
  });
  return async (url, body, headers) => {
    const problem = receiverUrlProblem(url, { loopback });
    if (problem) throw refused(`The URL of the receiver cannot be used: expected ${problem}.`);
    const signal = AbortSignal.timeout(limitMs);
    const { origin, pathname, search } = new URL(url);
    const to = { origin, path: pathname + search, method: 'POST' as const };
    const statusCode = await exchange(agent, { ...to, body, headers: { ...headers }, signal }, limitMs);
    if (statusCode < 200 || statusCode > 299) {
      throw new TransientError('RECEIVER_ANSWERED', `The receiver answered ${statusCode}.`);
    }
  };
}

type Options = Omit<Dispatcher.RequestOptions, 'signal'> & { readonly signal: AbortSignal };

async function exchange(agent: Dispatcher, options: Options, limitMs: number): Promise<number> {
  try {
    const answer = await request.call(agent, options);
    // The status is the answer; what becomes of the rest changes nothing.
    await answer.body.dump({ limit: MOST_ANSWER_BYTES, signal: options.signal }).catch(() => {});
    return answer.statusCode;
  } catch (error) {
    if (options.signal.aborted) {
      throw new TransientError('RECEIVER_TIMEOUT', `No answer within ${limitMs / 1_000} s.`, {
        cause: error,
      });
    }
    throw unreachable(error);
  }
}

function unreachable(error: unknown): IcehouseError {
  // The guard's own word about private addresses.
  if (error instanceof PermanentError) return refused(error.message);
  const { code, message } = error as { code?: string; message?: string };
  const said = `The receiver could not be reached: ${code ?? message}.`;
  return new TransientError('RECEIVER_UNREACHABLE', said, { cause: error });
}

function refused(message: string): PermanentError {
  const action = 'Correct the URL in the prop webhooks.urls and deploy.';
  return new PermanentError('RECEIVER_REFUSED', message, { action, retryable: true });
}
