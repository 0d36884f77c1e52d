// Calls over the wire: who signs how, what is tried again, what is told apart.
import { createHash, createHmac } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { authorizationFor, isLoopback } from '../../cli/credentials.ts';
import { type Call, type Fetch, send } from '../../cli/transport.ts';

afterEach(() => vi.unstubAllEnvs());

interface Sent {
  readonly url: URL;
  readonly init: RequestInit;
}

type Reply = () => Response;

const reply = (status: number, body: unknown) => () => new Response(JSON.stringify(body), { status });
const refuse = () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) });
};

/** Sends one call over a network that answers as told; answers what was sent and waited as well. */
async function over(
  base: string,
  replies: readonly Reply[],
  call: Call = { method: 'GET', path: '/v1/x' },
  options: { bearer?: string; region?: string } = {},
) {
  const sent: Sent[] = [];
  const waitsMs: number[] = [];
  const fetch: Fetch = async (url, init) => {
    sent.push({ url, init });
    return (replies[sent.length - 1] ?? replies.at(-1) ?? refuse)();
  };
  const transport = {
    base: new URL(base),
    authorize: authorizationFor(new URL(base), {
      bearer: options.bearer,
      region: async () => options.region,
    }),
    fetch,
    sleep: async (ms: number) => void waitsMs.push(ms),
  };
  const outcome = await send(transport, call).catch((error: unknown) => error);
  return { sent, waitsMs, outcome };
}

const LOCAL = 'http://127.0.0.1:8080';

describe('tries again', () => {
  test('a read whose connection was refused, with growing waits', async () => {
    const { sent, waitsMs, outcome } = await over(LOCAL, [refuse, refuse, reply(200, { ok: 1 })]);

    expect(outcome).toEqual({ ok: 1 });
    expect(sent).toHaveLength(3);
    expect(waitsMs).toEqual([250, 500]);
  });

  test.each([429, 500, 503])('a read answered %i, four times at most', async (status) => {
    const { sent, outcome } = await over(LOCAL, [reply(status, { message: 'not now' })]);

    expect(sent).toHaveLength(4);
    expect(outcome).toMatchObject({ exitCode: 1, code: `HTTP_${status}`, passing: true });
  });

  test('never a write', async () => {
    const { sent, outcome } = await over(LOCAL, [refuse], { method: 'POST', path: '/v1/x', body: {} });

    expect(sent).toHaveLength(1);
    expect(outcome).toMatchObject({ exitCode: 3, code: 'UNREACHABLE' });
  });

  test('never a refusal', async () => {
    const { sent, outcome } = await over(LOCAL, [reply(404, { code: 'NOT_TRACKED', detail: 'no' })]);

    expect(sent).toHaveLength(1);
    expect(outcome).toMatchObject({ exitCode: 1, code: 'NOT_TRACKED', message: 'no' });
  });
});

test('follows no redirect with its credentials', async () => {
  const { sent, outcome } = await over('https://api.example.com', [reply(302, {})], undefined, {
    bearer: 't',
  });

  expect(sent).toHaveLength(1);
  expect(sent[0]?.init.redirect).toBe('manual');
  expect(outcome).toMatchObject({ exitCode: 3, code: 'NOT_ICEHOUSE' });
});

test('keeps the stage of an API Gateway URL', async () => {
  const { sent } = await over('https://api.example.com/prod/', [reply(200, {})], undefined, { bearer: 't' });

  expect(sent[0]?.url.href).toBe('https://api.example.com/prod/v1/x');
});

describe('credentials', () => {
  test('go to no loopback address', async () => {
    const { sent } = await over(LOCAL, [reply(200, {})], undefined, { region: 'eu-west-1' });

    expect(sent[0]?.init.headers).toEqual({ accept: 'application/json' });
  });

  test.each([
    { url: 'http://localhost:1', loopback: true },
    { url: 'http://127.1.2.3', loopback: true },
    { url: 'http://[::1]:8080', loopback: true },
    { url: 'https://127.0.0.1.example.com', loopback: false },
    { url: 'https://localhost.example.com', loopback: false },
    { url: 'http://10.0.0.1', loopback: false },
  ])('$url is loopback: $loopback', ({ url, loopback }) => {
    const result = isLoopback(new URL(url));

    expect(result).toBe(loopback);
  });

  test('sign a call as the Signature Version 4 manual says', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
    vi.stubEnv('AWS_SESSION_TOKEN', 'session');
    const base = 'https://abc123.execute-api.eu-north-1.amazonaws.com/prod';
    const query = { status: 'archived', group_id: "a b*'", cursor: undefined };

    const call: Call = { method: 'PATCH', path: '/v1/x', query, body: { reason: 'ü' } };
    const { sent } = await over(base, [reply(200, {})], call, { region: 'us-east-1' });

    const [request] = sent;
    if (!request) throw new Error('Nothing was sent.');
    const headers = new Headers(request.init.headers);
    expect(request.url.search).toBe('?status=archived&group_id=a%20b%2A%27');
    expect(headers.get('x-amz-security-token')).toBe('session');
    const authorization = headers.get('authorization') ?? '';
    expect(authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-north-1\/execute-api\/aws4_request, SignedHeaders=/,
    );
    expect(authorization.split('Signature=')[1]).toBe(signatureByTheManual(request, headers, authorization));
  });
});

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, step by step. */
function signatureByTheManual({ url, init }: Sent, headers: Headers, authorization: string): string {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const signedHeaders = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? '';
  const headerOf = (name: string) => (name === 'host' ? url.host : headers.get(name));
  const canonicalHeaders = signedHeaders.split(';').map((name) => `${name}:${headerOf(name)}\n`);
  const canonicalRequest = [
    init.method,
    url.pathname,
    url.search.slice(1).split('&').sort().join('&'),
    canonicalHeaders.join(''),
    signedHeaders,
    sha256(String(init.body)),
  ].join('\n');
  const timestamp = headers.get('x-amz-date') ?? '';
  const scope = [timestamp.slice(0, 8), 'eu-north-1', 'execute-api', 'aws4_request'];
  const text = ['AWS4-HMAC-SHA256', timestamp, scope.join('/'), sha256(canonicalRequest)].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, 'AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
  return hmac(key, text).toString('hex');
}
