// What Mux answers when it refuses, in the error family of the house. Mux has three shapes of error body; all are read here.
// Never keeps the SDK's error as cause: its message is the whole body, and a body may quote a presigned URL back at us.
import { APIError } from '@mux/mux-node';
import { type IcehouseError, PermanentError, SetUpError, TransientError } from '../domain/failures.ts';

/** Waited after a 429 without Retry-After, which is how Mux sends them (github.com/muxinc/next-video/issues/309). */
const DEFAULT_RETRY_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 3600;

/** What is said ends up on the record, and an item of the ledger has its limits. */
const MOST_MESSAGES = 5;
const LONGEST_MESSAGE = 500;

const NOT_FOUND = 'MUX_NOT_FOUND';
const CREDENTIAL_ACTION =
  'Put an access token of this Mux environment with Mux Video read and write into the secret, then request again.';

/**
 * The messages of an error body: `{error: {messages}}` from the API, `{errors}` with a 429, `{message}` from the
 * stream hosts. Query strings are cut, since they may be signatures. Empty for a body of none of these shapes.
 */
export function muxMessages(body: unknown): readonly string[] {
  const { error, errors, message } = fieldsOf(body);
  const inner = fieldsOf(error);
  const found = [inner.messages, inner.message, error, errors, message].flat();
  return found
    .filter((each) => typeof each === 'string')
    .slice(0, MOST_MESSAGES)
    .map(withoutQueries);
}

/** Seconds to stay away after a 429: Retry-After (seconds or a date) if there is one; undefined for any other error. */
export function retryAfterSeconds(error: unknown, nowMs: number): number | undefined {
  if (!(error instanceof APIError) || error.status !== 429) return undefined;
  const header = error.headers?.get('retry-after') ?? '';
  const seconds = /^\d+(\.\d+)?$/.test(header) ? Number(header) : (Date.parse(header) - nowMs) / 1000;
  if (Number.isNaN(seconds)) return DEFAULT_RETRY_SECONDS;
  return Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_RETRY_SECONDS);
}

/** True for the translation of a 404 that Mux itself gave. */
export function isNotFound(error: unknown): boolean {
  return error instanceof PermanentError && error.code === NOT_FOUND;
}

/** Any error of an SDK call but a 429. `call` says what was asked, for people. */
export function translateMuxError(error: unknown, call: string): IcehouseError {
  const status = error instanceof APIError ? error.status : undefined;
  if (!(error instanceof APIError) || status === undefined) return unreachable(error, call);
  const said = `Mux answered ${status} to "${call}": ${wordsOf(error)}`;
  // Mux does not redirect: below 400 a proxy speaks.
  if (status >= 500 || status < 400 || status === 408 || status === 409)
    return new TransientError('MUX_UNAVAILABLE', said);
  switch (status) {
    case 401:
      return new SetUpError('MUX_UNAUTHORIZED', said, { action: CREDENTIAL_ACTION, retryable: true });
    case 403:
      return new SetUpError('MUX_FORBIDDEN', said, { action: CREDENTIAL_ACTION, retryable: true });
    case 404:
      return notFound(error, said);
    default:
      return new PermanentError('MUX_REFUSED', said, {
        action:
          'Read what Mux says; correct the asset or ask Mux support with the request id, then request again.',
        retryable: true,
      });
  }
}

/**
 * Only Mux's own words tell that an asset does not exist: `{error: {type: "not_found", messages}}`
 * (github.com/muxinc/mux-python/issues/37). Anything else, HTML or JSON, may be a proxy speaking.
 */
function notFound(error: APIError, said: string): IcehouseError {
  const { type, messages } = fieldsOf(fieldsOf(error.error).error);
  const isMux = type === 'not_found' || (type === undefined && Array.isArray(messages));
  const isJson = error.headers?.get('content-type')?.includes('json') === true;
  if (!isMux || !isJson) return new TransientError('MUX_UNAVAILABLE', said);
  return new PermanentError(NOT_FOUND, said, {
    action: 'Check the asset id and the environment of the token.',
  });
}

function unreachable(error: unknown, call: string): TransientError {
  const why = withoutQueries(causesOf(error).join(': ').trim());
  return new TransientError('MUX_UNREACHABLE', `No answer from Mux to "${call}": ${why}`);
}

/** "Connection error" says little; the system's own words are two causes further down. */
function causesOf(error: unknown): string[] {
  return error instanceof Error ? [error.message, ...causesOf(error.cause)] : [];
}

function wordsOf(error: APIError): string {
  const requestId = error.headers?.get('x-request-id') ?? 'none';
  return `${muxMessages(error.error).join('; ') || 'no message'} (request id ${requestId})`;
}

function withoutQueries(text: string): string {
  return text.slice(0, LONGEST_MESSAGE).replace(/(\bhttps?:\/\/[^\s?"'<>]+)\?[^\s"'<>]*/gi, '$1?[cut]');
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
