// Sends a PUT whose body is produced while it is sent, over node:http or node:https with connections that are kept.
// Each piece of the body is on its way before the next is asked for, so its memory can be used again.
import * as http from 'node:http';
import * as https from 'node:https';

/** A request as the SDK signs it. */
export interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
}

export interface PutAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface PutAgents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

const CONNECT_MS = 10_000;
const STALL_MS = 60_000;

export function createPutAgents(): PutAgents {
  // The time after which a connection that nobody uses is closed.
  const options = { keepAlive: true, timeout: CONNECT_MS };
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

/** `content-length` must be among the headers. Throws what `body` throws, what the connection throws, and an AbortError. */
export async function put(
  agents: PutAgents,
  signed: SignedRequest,
  body: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<PutAnswer> {
  const request = open(agents, signed, signal);
  let leftBytes = Number(signed.headers['content-length']);
  const counted = (piece: Uint8Array) => {
    leftBytes -= piece.length;
  };
  // Whichever fails first, the other ends with it: a broken body breaks the request, an early answer stops the body.
  // An answer right after the last byte is not early, and its connection is kept.
  const [answer] = await Promise.all([
    answerTo(request).finally(() => leftBytes === 0 || request.destroy()),
    pump(body, request, counted).catch((error) => request.destroy(error)),
  ]);
  return answer;
}

function open(agents: PutAgents, signed: SignedRequest, signal: AbortSignal | undefined): http.ClientRequest {
  const { protocol, hostname, port, path, query = {}, headers } = signed;
  const search = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value ?? ''))}`,
  );
  const options = { method: 'PUT', hostname, port, path: `${path}?${search.join('&')}`, headers, signal };
  const request =
    protocol === 'https:'
      ? https.request({ ...options, agent: agents.https })
      : http.request({ ...options, agent: agents.http });
  request.setTimeout(STALL_MS, () => request.destroy(new Error(`No byte passed for ${STALL_MS} ms.`)));
  // Node sets the time above when the connection stands; until then this one counts.
  request.once('socket', (socket) => socket.connecting && socket.setTimeout(CONNECT_MS));
  return request;
}

async function answerTo(request: http.ClientRequest): Promise<PutAnswer> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject);
    // Node drops the connection of an answer 101 and says nothing else.
    request.on('close', () => reject(new Error('The connection was closed without an answer.')));
  });
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(pieces).toString(),
  };
}

async function pump(
  body: AsyncIterable<Uint8Array>,
  request: http.ClientRequest,
  onPiece: (piece: Uint8Array) => void,
): Promise<void> {
  let goOn: () => void = () => undefined;
  request.once('close', () => goOn());
  for await (const piece of body) {
    if (request.destroyed) return;
    onPiece(piece);
    await new Promise<void>((resolve) => {
      goOn = resolve;
      request.write(piece, () => resolve());
    });
  }
  // The answer may come first, but the connection is free for the next request only when this one counts as sent.
  await new Promise<void>((resolve) => {
    goOn = resolve;
    request.end(resolve);
  });
}
