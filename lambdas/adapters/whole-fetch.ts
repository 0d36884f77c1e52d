// Fetch for calls whose answer is small and wanted whole, over node:http and node:https. Node 24's own fetch ends the process
// (an assertion of its parser that nobody can catch) when a server closes while it waits for whoever reads the answer, as it
// does while a long answer is decompressed: github.com/nodejs/undici, Parser.finish, `!this.paused`.
import * as http from 'node:http';
import * as https from 'node:https';

export interface WholeRequest {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
}

/**
 * Answers once the whole body is there. No redirect is followed and nothing is decompressed. Throws what the
 * connection throws (ECONNRESET for an answer that breaks off), the reason of `signal`, and a TypeError for a body that is no string.
 */
export async function wholeFetch(url: string | URL | Request, options: WholeRequest = {}): Promise<Response> {
  const { body, signal } = options;
  if (url instanceof Request || (body != null && typeof body !== 'string'))
    throw new TypeError('Only a URL is fetched, and only text is sent.');
  const to = new URL(url);
  const { request } = to.protocol === 'https:' ? https : http;
  // To say nothing of it is to take any coding: RFC 9110, 12.5.3.
  const headers = Object.fromEntries([['accept-encoding', 'identity'], ...new Headers(options.headers)]);
  // Node itself says it for the usual verbs only: the body of a DELETE would be no part of the request.
  if (typeof body === 'string') headers['content-length'] = String(Buffer.byteLength(body));
  try {
    const sent = request(to, { method: options.method, headers, signal: signal ?? undefined });
    return await answerTo(sent.end(body ?? undefined));
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}

async function answerTo(request: http.ClientRequest): Promise<Response> {
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    // It stays: whatever goes wrong after the answer began must not go unheard, which would end the process.
    request.on('response', resolve).on('error', reject);
    // Node drops the connection of an answer 101 and says nothing else.
    request.on('close', () => reject(new Error('The connection was closed without an answer.')));
  });
  const pieces: Buffer[] = [];
  for await (const piece of answer) pieces.push(piece);
  const { statusCode: status = 0, statusMessage: statusText } = answer;
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  // Of these a Response takes no body, not even an empty one.
  const isBodiless = [204, 205, 304].includes(status);
  return new Response(isBodiless ? null : Buffer.concat(pieces), { status, statusText, headers });
}
