// The client's calls for somebody at a terminal: whatever goes wrong is one error with what, why and what to do.

import { NotIcehouseError, ProblemError, UnreachableError } from '../client/errors.ts';
import * as client from '../client/transport.ts';
import { isLoopback } from './credentials.ts';
import { notIcehouse, refused, unreachable } from './problems.ts';

export type { Call, Fetch, Transport } from '../client/transport.ts';

/** Answers the JSON object of a 2xx. Throws CommandError: refused, unreachable, or not Icehouse. */
export function send(transport: client.Transport, call: client.Call): Promise<Record<string, unknown>> {
  return explained(transport.base, call.method, client.send(transport, call));
}

/** The bytes of a file, also of one too large for the API, which names another place. Throws as `send` does. */
export function receive(transport: client.Transport, path: string): Promise<Uint8Array> {
  return explained(transport.base, 'GET', client.receive(transport, path));
}

/** What the client threw, as CommandError. */
export async function explained<T>(base: URL, method: client.Call['method'], answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProblemError) throw refused(error.status, error.problem);
    if (error instanceof NotIcehouseError) throw notIcehouse(base, error.status);
    if (!(error instanceof UnreachableError)) throw error;
    const { url, cause } = error;
    throw unreachable(url, cause, { isLocal: isLoopback(url), isRead: method === 'GET' });
  }
}
