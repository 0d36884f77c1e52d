// Downloads from the platform over undici: probes, pinned ranges and small files, every byte counted.
// A URL with its query is a secret: no error or log of this file holds one.
import Agent from 'undici/lib/dispatcher/agent.js';
import {
  IcehouseError,
  PermanentError,
  SourceChangedError,
  SourceLapsedError,
  TransientError,
} from '../domain/failures.ts';
import type { Probe, Source } from '../stages/ports.ts';
import { blockConnector } from './block-connector.ts';
import { Downloads } from './download.ts';
import { checkSourceUrl, guardedLookup, nameOf, type SourceRules } from './source-guard.ts';

export interface SourceOptions extends SourceRules {
  /** Milliseconds; without an answer or a byte for so long, the request fails. */
  readonly connectTimeoutMs?: number;
  readonly stallTimeoutMs?: number;
}

/** A transfer slower than this, after a minute's grace, is given up: a trickle must not hold a function for ever. */
const SLOWEST_BYTES_PER_SECOND = 64 * 1024;
const GRACE_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const PROBE_BYTES = 1024;

export function createSource(options: SourceOptions): Source & { close(): Promise<void> } {
  const agent = new Agent({
    connect: blockConnector({
      allowH2: false,
      timeout: options.connectTimeoutMs ?? 10_000,
      lookup: guardedLookup(options),
    }),
    headersTimeout: options.stallTimeoutMs ?? 30_000,
    bodyTimeout: options.stallTimeoutMs ?? 30_000,
    keepAliveTimeout: 10_000,
  });
  const downloads = new Downloads(agent);
  const get = (url: string, headers: Record<string, string>, signal?: AbortSignal) =>
    request(downloads, checkSourceUrl(url, options), headers, signal);

  return {
    async probe(url) {
      const answer = await get(url, { range: `bytes=0-${PROBE_BYTES - 1}` }, deadline(PROBE_BYTES));
      return readProbe(answer);
    },

    async *read(url, range, expect, signal) {
      const sizeBytes = range.end - range.start + 1;
      if (sizeBytes <= 0) return;
      const headers = { range: `bytes=${range.start}-${range.end}`, ...ifRange(expect.etag) };
      const answer = await get(url, headers, deadline(sizeBytes, signal));
      checkRange(answer, range, expect);
      yield* counted(answer, sizeBytes);
    },

    async *readAll(url, expect, signal) {
      const answer = await get(url, {}, deadline(expect.sizeBytes, signal));
      if (answer.status !== 200) throw unexpected(answer);
      checkSame(answer, Number(answer.header('content-length') ?? expect.sizeBytes), expect);
      yield* counted(answer, expect.sizeBytes);
    },

    async fetchSmall(url, maxBytes, limitMs) {
      const limit = limitMs === undefined ? undefined : AbortSignal.timeout(Math.max(1, Math.ceil(limitMs)));
      const answer = await get(url, {}, deadline(maxBytes, limit));
      if (answer.status === 404) {
        answer.stop();
        return undefined;
      }
      if (answer.status !== 200) throw unexpected(answer);
      return readSmall(answer, maxBytes);
    },

    close: () => agent.close(),
  };
}

interface Answer {
  /** The URL without its query. */
  readonly name: string;
  readonly status: number;
  header(name: string): string | undefined;
  /** In large blocks, each valid until the next is asked for. */
  readonly blocks: AsyncIterableIterator<Uint8Array>;
  /** Lets go of the connection when the body will not be read. */
  stop(): void;
  readonly signal: AbortSignal | undefined;
}

async function request(
  downloads: Downloads,
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const name = nameOf(url);
  try {
    const asked = { ...headers, 'accept-encoding': 'identity', 'user-agent': 'icehouse' };
    const { headers: answered, ...rest } = await downloads.get(url, asked, signal);
    const header = (field: string) => [answered[field]].flat()[0];
    if ((header('content-encoding') ?? 'identity') === 'identity') return { ...rest, name, header, signal };
    rest.stop();
    throw refused(`${name} answers compressed although identity was asked for.`);
  } catch (error) {
    throw translate(error, name, signal);
  }
}

async function readProbe(answer: Answer): Promise<Probe> {
  const etag = answer.header('etag');
  // A date that cannot be read is NaN, and counts as none.
  const lastModifiedMs = Date.parse(answer.header('last-modified') ?? '') || undefined;
  const whole = contentRange(answer);
  if (answer.status === 416 && whole?.totalBytes === 0) {
    answer.stop();
    return { sizeBytes: 0, etag, lastModifiedMs, ranged: true, head: new Uint8Array(0) };
  }
  if (answer.status !== 206 && answer.status !== 200) throw unexpected(answer);
  const ranged = answer.status === 206;
  const sizeBytes = ranged ? whole?.totalBytes : Number(answer.header('content-length') ?? Number.NaN);
  if (sizeBytes === undefined || !Number.isSafeInteger(sizeBytes) || (ranged && whole?.start !== 0)) {
    answer.stop();
    throw refused(`${answer.name} does not say how large it is.`);
  }
  const head = await readHead(answer, Math.min(PROBE_BYTES, sizeBytes));
  return { sizeBytes, etag, lastModifiedMs, ranged, head };
}

/** The first bytes; the rest of the body, if any, is not downloaded. */
async function readHead(answer: Answer, lengthBytes: number): Promise<Uint8Array> {
  const head = new Uint8Array(lengthBytes);
  let filled = 0;
  for await (const chunk of passing(answer)) {
    head.set(chunk.subarray(0, lengthBytes - filled), filled);
    filled = Math.min(lengthBytes, filled + chunk.length);
    if (filled === lengthBytes) break;
  }
  if (filled < lengthBytes) throw short(answer, lengthBytes, filled);
  return head;
}

async function readSmall(answer: Answer, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of passing(answer)) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw refused(`${answer.name} has more than ${maxBytes} bytes.`);
    // The block is filled anew once the next is asked for.
    chunks.push(Uint8Array.from(chunk));
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** The body as it comes; its errors are translated, and the connection is let go when the reader stops early. */
async function* passing(answer: Answer): AsyncGenerator<Uint8Array> {
  try {
    yield* answer.blocks;
  } catch (error) {
    throw translate(error, answer.name, answer.signal);
  }
}

async function* counted(answer: Answer, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let passed = 0;
  for await (const chunk of passing(answer)) {
    passed += chunk.length;
    if (passed > sizeBytes) {
      throw new TransientError(
        'SOURCE_LONG',
        `${answer.name} sent more than the ${sizeBytes} bytes asked for.`,
      );
    }
    yield chunk;
  }
  if (passed < sizeBytes) throw short(answer, sizeBytes, passed);
}

type Expected = { readonly sizeBytes: number; readonly etag?: string };

/** A weak ETag must not be sent as a condition for ranges (RFC 9110, 13.1.5). */
function ifRange(etag: string | undefined): Record<string, string> {
  return etag?.startsWith('"') ? { 'if-range': etag } : {};
}

/** Lets only the 206 pass that carries exactly the bytes asked for, of the very representation expected. */
function checkRange(answer: Answer, range: { start: number; end: number }, expect: Expected): void {
  const { status } = answer;
  if (status === 200 || status === 412 || status === 416) {
    answer.stop();
    throw new SourceChangedError(`${answer.name} answered ${status} to a range of the file that it was.`);
  }
  if (status !== 206) {
    answer.stop();
    throw statusError(answer);
  }
  const got = contentRange(answer);
  if (got?.totalBytes !== undefined) checkSame(answer, got.totalBytes, expect);
  if (got?.start === range.start && got.end === range.end && got.totalBytes !== undefined) return;
  answer.stop();
  throw new TransientError(
    'SOURCE_WRONG_RANGE',
    `${answer.name} answered another range than the one asked for.`,
  );
}

function checkSame(answer: Answer, sizeBytes: number, expect: Expected): void {
  const etag = answer.header('etag');
  if (sizeBytes === expect.sizeBytes && (expect.etag === undefined || etag === expect.etag)) return;
  answer.stop();
  throw new SourceChangedError(
    `${answer.name} is not the file it was: expected ${expect.sizeBytes} bytes with ETag ${expect.etag ?? 'any'}, ` +
      `got ${sizeBytes} with ${etag ?? 'none'}.`,
  );
}

function contentRange(answer: Answer): { start?: number; end?: number; totalBytes?: number } | undefined {
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(answer.header('content-range') ?? '');
  if (!match) return undefined;
  const number = (text: string | undefined) =>
    text === undefined || text === '*' ? undefined : Number(text);
  return { start: number(match[1]), end: number(match[2]), totalBytes: number(match[3]) };
}

function unexpected(answer: Answer): Error {
  answer.stop();
  return statusError(answer);
}

/**
 * 404 counts as lapsed, not as refused: a signed URL whose file was cleared away answers so, and a lapsed source is
 * asked for again through the API, which also finds out if the asset is really gone.
 */
function statusError({ name, status }: Answer): Error {
  if ([401, 403, 404, 410].includes(status)) return new SourceLapsedError(`${name} answered ${status}.`);
  if (status === 429 || status === 503)
    return new TransientError('SOURCE_BUSY', `${name} answered ${status}.`);
  if (status === 408 || status >= 500)
    return new TransientError('SOURCE_UNAVAILABLE', `${name} answered ${status}.`);
  return refused(`${name} answered ${status}; redirects are not followed.`);
}

function translate(error: unknown, name: string, signal?: AbortSignal): unknown {
  if (error instanceof IcehouseError) return error;
  if (signal?.aborted && !isTimeout(signal.reason)) return signal.reason;
  const { code, name: kind } = error as { code?: unknown; name?: string };
  const why = typeof code === 'string' ? code : kind;
  return new TransientError('SOURCE_UNAVAILABLE', `Reading ${name} failed: ${why}.`, { cause: error });
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

function deadline(sizeBytes: number, signal?: AbortSignal): AbortSignal {
  const longestMs = GRACE_MS + Math.ceil((sizeBytes / SLOWEST_BYTES_PER_SECOND) * 1000);
  const timeout = AbortSignal.timeout(Math.min(longestMs, LONGEST_TIMER_MS));
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

function short(answer: Answer, expectedBytes: number, gotBytes: number): TransientError {
  return new TransientError('SOURCE_SHORT', `${answer.name} sent ${gotBytes} of ${expectedBytes} bytes.`);
}

function refused(message: string): PermanentError {
  return new PermanentError('SOURCE_REFUSED', message, {
    action: 'Look at what the source answers; send the request again when it serves the file.',
    retryable: true,
  });
}
