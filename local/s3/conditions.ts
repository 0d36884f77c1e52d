// Conditional requests and byte ranges, as RFC 9110 and the S3 pages of GetObject and PutObject have them.
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import { httpTime, quoted } from './response.ts';
import type { Precondition, Version } from './versions.ts';

function matches(list: string, etag: string): boolean {
  return list.split(',').some((one) => {
    const bare = one.trim().replace(/^"|"$/g, '');
    return bare === '*' || bare === etag;
  });
}

/** Throws PreconditionFailed (412) and NotModified (304). */
export function checkReadConditions(request: S3Request, version: Version): void {
  const modifiedSeconds = Math.floor(version.lastModifiedMs / 1000);
  const ifMatch = request.header('if-match');
  const ifNoneMatch = request.header('if-none-match');
  const unmodified = secondsOf(request.header('if-unmodified-since'));
  const modified = secondsOf(request.header('if-modified-since'));
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, version.etag)) throw failed('If-Match');
  } else if (unmodified !== undefined && modifiedSeconds > unmodified) throw failed('If-Unmodified-Since');
  const headers = { etag: quoted(version.etag), 'last-modified': httpTime(version.lastModifiedMs) };
  if (ifNoneMatch !== undefined) {
    if (matches(ifNoneMatch, version.etag)) throw new S3Error('NotModified', { headers });
  } else if (modified !== undefined && modifiedSeconds <= modified) {
    throw new S3Error('NotModified', { headers });
  }
}

function secondsOf(date: string | undefined): number | undefined {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', { fields: { Condition: condition } });
}

/** For PutObject and CompleteMultipartUpload: `If-None-Match: *` and `If-Match: etag`. */
export function writeCondition(request: S3Request): Precondition {
  const ifMatch = request.header('if-match');
  const ifNoneMatch = request.header('if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new S3Error('NotImplemented', { message: 'If-None-Match on a write must be *.' });
  }
  return (current) => {
    const exists = current !== undefined && !current.deleteMarker;
    if (ifNoneMatch !== undefined && exists) throw failed('If-None-Match');
    if (ifMatch === undefined) return;
    if (!exists) throw new S3Error('NoSuchKey');
    if (!matches(ifMatch, current.etag)) throw failed('If-Match');
  };
}

export interface ByteRange {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/**
 * Undefined means the whole object: no range, one that does not parse, or several, which S3 does not serve.
 * Throws InvalidRange.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (match === null || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  if (start >= sizeBytes || (first === '' && Number(last) === 0)) {
    throw new S3Error('InvalidRange', {
      headers: { 'content-range': `bytes */${sizeBytes}` },
      fields: { RangeRequested: header ?? '', ActualObjectSize: sizeBytes },
    });
  }
  return { start, end };
}
