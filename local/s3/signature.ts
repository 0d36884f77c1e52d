// AWS Signature Version 4, as header and as presigned URL.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';

const SKEW_MS = 15 * 60_000;
const MAX_EXPIRES_SECONDS = 7 * 86_400;

/** What the chunk signatures of a streamed body are chained to. */
export interface SigningContext {
  readonly signingKey: Buffer;
  readonly timestamp: string;
  readonly scope: string;
  readonly signature: string;
}

export interface Authenticated {
  readonly accessKeyId: string;
  /** The value of x-amz-content-sha256; UNSIGNED-PAYLOAD for a presigned URL that does not say. */
  readonly payload: string;
  readonly signing: SigningContext;
}

interface Claim {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly timestamp: string;
  readonly payload: string;
  readonly presigned: boolean;
}

/** Throws the S3 error of whatever is wrong: no credentials, unknown key, skew, expiry, signature. */
export function authenticate(
  request: S3Request,
  credentials: (accessKeyId: string) => string | undefined,
  nowMs: number,
): Authenticated {
  const presigned = request.query.has('X-Amz-Algorithm');
  const claim = presigned ? claimFromQuery(request) : claimFromHeader(request);
  checkTime(request, claim, nowMs);
  checkEverythingSigned(request, claim);
  const secret = credentials(claim.accessKeyId);
  if (secret === undefined)
    throw new S3Error('InvalidAccessKeyId', { fields: { AWSAccessKeyId: claim.accessKeyId } });
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const key = signingKey(secret, claim);
  const toSign = ['AWS4-HMAC-SHA256', claim.timestamp, scope, sha256(canonicalRequest(request, claim))].join(
    '\n',
  );
  if (!sameSignature(hmacHex(key, toSign), claim.signature)) throw new S3Error('SignatureDoesNotMatch');
  return {
    accessKeyId: claim.accessKeyId,
    payload: claim.payload,
    signing: { signingKey: key, timestamp: claim.timestamp, scope, signature: claim.signature },
  };
}

function claimFromHeader(request: S3Request): Claim {
  const header = request.header('authorization');
  if (header === undefined) throw new S3Error('AccessDenied');
  if (!header.startsWith('AWS4-HMAC-SHA256 ')) {
    throw new S3Error('InvalidRequest', {
      message: 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    });
  }
  const fields = new Map(
    header
      .slice('AWS4-HMAC-SHA256 '.length)
      .split(',')
      .map((pair): [string, string] => {
        const at = pair.indexOf('=');
        return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
      }),
  );
  const payload = request.header('x-amz-content-sha256');
  if (payload === undefined) {
    throw new S3Error('InvalidRequest', {
      message: 'Missing required header for this request: x-amz-content-sha256',
    });
  }
  return {
    ...credentialOf(fields.get('Credential'), 'AuthorizationHeaderMalformed'),
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';'),
    signature: fields.get('Signature') ?? '',
    timestamp: request.header('x-amz-date') ?? httpDateToTimestamp(request.header('date')),
    payload,
    presigned: false,
  };
}

function claimFromQuery(request: S3Request): Claim {
  if (request.query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    throw new S3Error('AuthorizationQueryParametersError');
  return {
    ...credentialOf(request.query.get('X-Amz-Credential'), 'AuthorizationQueryParametersError'),
    signedHeaders: (request.query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: request.query.get('X-Amz-Signature') ?? '',
    timestamp: request.query.get('X-Amz-Date') ?? '',
    payload: request.header('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD',
    presigned: true,
  };
}

function credentialOf(
  text: string | undefined,
  code: 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError',
): { accessKeyId: string; date: string; region: string; service: string } {
  const match = /^(.+)\/(\d{8})\/([^/]+)\/(s3)\/aws4_request$/.exec(text ?? '');
  const [, accessKeyId, date, region, service] = match ?? [];
  if (!accessKeyId || !date || !region || !service) throw new S3Error(code);
  return { accessKeyId, date, region, service };
}

function checkTime(request: S3Request, claim: Claim, nowMs: number): void {
  const signedAtMs = timestampToMs(claim.timestamp);
  if (Number.isNaN(signedAtMs) || !claim.timestamp.startsWith(claim.date)) {
    throw new S3Error(claim.presigned ? 'AuthorizationQueryParametersError' : 'AccessDenied');
  }
  if (!claim.presigned) {
    if (Math.abs(nowMs - signedAtMs) > SKEW_MS) throw skewed(claim.timestamp, nowMs);
    return;
  }
  const expiresText = request.query.get('X-Amz-Expires') ?? '';
  const expires = Number(expiresText);
  if (!/^\d+$/.test(expiresText) || expires < 1 || expires > MAX_EXPIRES_SECONDS) {
    throw new S3Error('AuthorizationQueryParametersError', {
      message: `X-Amz-Expires must be between 1 and ${MAX_EXPIRES_SECONDS} seconds.`,
    });
  }
  if (signedAtMs - nowMs > SKEW_MS)
    throw new S3Error('AccessDenied', { message: 'Request is not yet valid' });
  if (nowMs > signedAtMs + expires * 1000) {
    throw new S3Error('AccessDenied', {
      message: 'Request has expired',
      fields: {
        'X-Amz-Expires': expires,
        Expires: new Date(signedAtMs + expires * 1000).toISOString(),
        ServerTime: new Date(nowMs).toISOString(),
      },
    });
  }
}

function skewed(timestamp: string, nowMs: number): S3Error {
  return new S3Error('RequestTimeTooSkewed', {
    fields: {
      RequestTime: timestamp,
      ServerTime: new Date(nowMs).toISOString(),
      MaxAllowedSkewMilliseconds: SKEW_MS,
    },
  });
}

/** S3 refuses x-amz- headers that the signature does not cover: a proxy could have put them there. */
function checkEverythingSigned(request: S3Request, claim: Claim): void {
  const unsigned = Object.keys(request.stream.headers).filter(
    (name) =>
      (name === 'host' || (name.startsWith('x-amz-') && name !== 'x-amz-content-sha256')) &&
      !claim.signedHeaders.includes(name),
  );
  if (unsigned.length > 0) {
    throw new S3Error('AccessDenied', {
      message: 'There were headers present in the request which were not signed',
      fields: { HeadersNotSigned: unsigned.join(', ') },
    });
  }
}

function canonicalRequest(request: S3Request, claim: Claim): string {
  const query = request.queryPairs
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .sort()
    .join('&');
  const headers = claim.signedHeaders.map((name) => {
    const value = request.stream.headers[name];
    const text = Array.isArray(value) ? value.join(',') : (value ?? '');
    return `${name}:${text.trim().replace(/ +/g, ' ')}\n`;
  });
  return [
    request.method,
    request.path.split('/').map(uriEncode).join('/'),
    query,
    headers.join(''),
    claim.signedHeaders.join(';'),
    claim.payload,
  ].join('\n');
}

function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function signingKey(secret: string, claim: Claim): Buffer {
  return [claim.date, claim.region, claim.service, 'aws4_request'].reduce(
    (key, text) => createHmac('sha256', key).update(text).digest(),
    Buffer.from(`AWS4${secret}`),
  );
}

export function hmacHex(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function sameSignature(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}

/** `20261122T101500Z` to milliseconds; NaN when malformed. */
function timestampToMs(timestamp: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function httpDateToTimestamp(date: string | undefined): string {
  const ms = Date.parse(date ?? '');
  return Number.isNaN(ms) ? '' : `${new Date(ms).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
}
