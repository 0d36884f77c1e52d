// What an operation answers, and how its headers and values are written.
import { type XmlTree, xmlDocument } from './xml.ts';

export interface S3Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<Buffer>;
}

export function empty(status: number, headers: Record<string, string | undefined> = {}): S3Response {
  return { status, headers: present(headers) };
}

export function xml(
  root: string,
  tree: XmlTree | string,
  headers: Record<string, string | undefined> = {},
): S3Response {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...present(headers) },
    body: xmlDocument(root, tree),
  };
}

export function present(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** `2026-11-22T10:15:00.000Z`, as XML gives times. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** `Sun, 22 Nov 2026 10:15:00 GMT`, as headers give times. */
export function httpTime(ms: number): string {
  return new Date(ms).toUTCString();
}
