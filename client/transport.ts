// One JSON call over HTTP: authorized, with a time limit, tried again where that is harmless, its answer judged.
import { isPassing, NotIcehouseError, ProblemError, UnreachableError } from './errors.ts';

export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Answers the headers to send, those of the request included: with a signature, or a token. */
export type Authorize = (request: OutgoingRequest) => Promise<Readonly<Record<string, string>>>;

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** From the root of the API, already escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
}

export interface Transport {
  /** The API without /v1, with its stage if it has one. */
  readonly base: URL;
  readonly authorize: Authorize;
  readonly fetch: Fetch;
  readonly sleep: (ms: number) => Promise<void>;
}

/** API Gateway gives up after 29 s, so nobody answers later. */
const TIMEOUT_MS = 30_000;
const READ_ATTEMPTS = 4;
const FIRST_RETRY_MS = 250;

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly location: string | null;
  readonly retryAfterSeconds?: number;
}

type Answer = Answered | { readonly cause: unknown };

/** Answers the JSON object of a 2xx. Throws ProblemError, UnreachableError and NotIcehouseError. */
export async function send(transport: Transport, call: Call): Promise<Record<string, unknown>> {
  return judge(transport.base, await persistently(transport, call));
}

/** The bytes of a file, also of one too large for the API, which names another place. Throws as `send` does. */
export async function receive(transport: Transport, path: string): Promise<Uint8Array> {
  const call: Call = { method: 'GET', path };
  const answer = await persistently(transport, call);
  if (!('cause' in answer) && answer.status === 200) return answer.bytes;
  if (!('cause' in answer) && answer.status === 307 && answer.location)
    return receiveElsewhere(transport, call, new URL(answer.location, transport.base));
  judge(transport.base, answer);
  throw new NotIcehouseError(transport.base, 200);
}

/** The URL is signed in itself and of another host: it gets no credentials of ours. */
async function receiveElsewhere(transport: Transport, call: Call, url: URL): Promise<Uint8Array> {
  const answer = await exchangeAt({ ...transport, authorize: async () => ({}) }, call, url);
  if ('cause' in answer) throw new UnreachableError(url, answer.cause);
  if (answer.status === 200) return answer.bytes;
  throw new ProblemError(answer.status, { detail: `${url.host} answered ${answer.status}.` });
}

async function persistently(transport: Transport, call: Call): Promise<Answer> {
  // Only reads are tried again: whether a write was carried out is for the caller to ask.
  const attempts = call.method === 'GET' ? READ_ATTEMPTS : 1;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await exchangeAt(transport, call, urlOf(transport.base, call));
    const passes = 'cause' in answer || isPassing(answer.status);
    if (!passes || attempt === attempts) return answer;
    await transport.sleep(FIRST_RETRY_MS * 2 ** (attempt - 1));
  }
}

async function exchangeAt({ authorize, fetch }: Transport, call: Call, url: URL): Promise<Answer> {
  const body = call.body && JSON.stringify(call.body);
  const plain = { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) };
  const headers = await authorize({ method: call.method, url, headers: plain, body });
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    // A redirect is not followed: it would carry the credentials to a host nobody named.
    const response = await fetch(url, { method: call.method, headers, body, signal, redirect: 'manual' });
    const retryAfterSeconds = secondsUntilRetry(response.headers);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const { status, headers: answered } = response;
    const text = new TextDecoder().decode(bytes);
    return { status, text, bytes, location: answered.get('location'), retryAfterSeconds };
  } catch (cause) {
    return { cause };
  }
}

function judge(base: URL, answer: Answer): Record<string, unknown> {
  if ('cause' in answer) throw new UnreachableError(base, answer.cause);
  const body = jsonObject(answer.text);
  if (answer.status >= 200 && answer.status < 300 && body) return body;
  const isFromApi = answer.status >= 400 && body && ('code' in body || 'message' in body || 'detail' in body);
  if (isFromApi || isPassing(answer.status))
    throw new ProblemError(answer.status, withRetryAfter(answer, body ?? {}));
  throw new NotIcehouseError(base, answer.status);
}

/** Seconds, or a date that is counted from the server's own. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after */
function secondsUntilRetry(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? '';
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const seconds = (Date.parse(text) - Date.parse(headers.get('date') ?? '')) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/** The problem's own word, else the header's: whatever stands in front of the API speaks by headers. */
function withRetryAfter(
  { retryAfterSeconds }: Answered,
  body: Record<string, unknown>,
): Record<string, unknown> {
  return retryAfterSeconds === undefined ? body : { retry_after_seconds: retryAfterSeconds, ...body };
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function urlOf(base: URL, { path, query = {} }: Call): URL {
  // The base may end in a stage (`/prod`), which `new URL(path, base)` would drop.
  const url = new URL(base.pathname.replace(/\/+$/, '') + path, base);
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  // As Signature Version 4 escapes (RFC 3986): the signature covers the query as it is sent.
  url.search = given.map(([name, value]) => `${name}=${escape3986(String(value))}`).join('&');
  return url;
}

function escape3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
