// One HTTP request as S3 reads it: bucket, key, query and headers, decoded once, at the door.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors.ts';

export interface S3Request {
  readonly id: string;
  readonly method: string;
  /** The path as decoded, beginning with a slash: what the signature is computed over. */
  readonly path: string;
  /** Undefined for the service itself. */
  readonly bucket: string | undefined;
  /** Undefined for the bucket itself. */
  readonly key: string | undefined;
  readonly queryPairs: readonly (readonly [string, string])[];
  readonly query: ReadonlyMap<string, string>;
  /** The header, or the query parameter of the same `x-amz-` name: presigners move headers there. */
  header(name: string): string | undefined;
  /** Every `x-amz-` name and value, from headers and query, lower case. */
  readonly amzHeaders: ReadonlyMap<string, string>;
  readonly stream: IncomingMessage;
}

const MAX_KEY_BYTES = 1024;

/** Throws InvalidURI and KeyTooLongError. */
export function readRequest(stream: IncomingMessage): S3Request {
  const [rawPath = '/', ...rest] = (stream.url ?? '/').split('?');
  const path = decode(rawPath, false);
  const queryPairs = parseQuery(rest.join('?'));
  const amzHeaders = collectAmzHeaders(stream, queryPairs);
  return {
    id: randomBytes(8).toString('hex').toUpperCase(),
    method: stream.method ?? 'GET',
    path,
    ...splitPath(path, virtualHostBucket(stream.headers.host)),
    queryPairs,
    query: new Map(queryPairs),
    header: (name) => amzHeaders.get(name) ?? single(stream.headers[name]),
    amzHeaders,
    stream,
  };
}

function parseQuery(text: string): [string, string][] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0
        ? [decode(pair, true), '']
        : [decode(pair.slice(0, at), true), decode(pair.slice(at + 1), true)];
    });
}

function decode(text: string, plusIsSpace: boolean): string {
  try {
    return decodeURIComponent(plusIsSpace ? text.replaceAll('+', ' ') : text);
  } catch {
    throw new S3Error('InvalidURI');
  }
}

function collectAmzHeaders(
  stream: IncomingMessage,
  queryPairs: readonly (readonly [string, string])[],
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of queryPairs) {
    if (/^x-amz-/i.test(name)) found.set(name.toLowerCase(), value);
  }
  for (const [name, value] of Object.entries(stream.headers)) {
    const text = single(value);
    if (name.startsWith('x-amz-') && text !== undefined) found.set(name, text);
  }
  return found;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}

/** `bucket.localhost:9000` names its bucket in the host, as SDKs write it for `http://localhost:9000`. */
function virtualHostBucket(host: string | undefined): string | undefined {
  return /^(.+)\.localhost(:\d+)?$/.exec(host ?? '')?.[1];
}

function splitPath(path: string, hostBucket: string | undefined): Pick<S3Request, 'bucket' | 'key'> {
  const rest = path.slice(1);
  const slash = rest.indexOf('/');
  const bucket = hostBucket ?? (slash < 0 ? rest : rest.slice(0, slash));
  const key = hostBucket !== undefined ? rest : slash < 0 ? '' : rest.slice(slash + 1);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError');
  return { bucket: bucket === '' ? undefined : bucket, key: key === '' ? undefined : key };
}
