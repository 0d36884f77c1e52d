// The Mux adapter against a server that answers as the test says: what goes over the wire, and what becomes of each refusal.
import { generateKeyPairSync, verify } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Governor } from '../../lambdas/adapters/governor.ts';
import { createMux, type MuxOptions } from '../../lambdas/adapters/mux.ts';
import { toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import { NotYetError } from '../../lambdas/domain/failures.ts';
import { finishingSteps } from '../../lambdas/domain/finishing-steps.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { archiveProof } from '../fakes/proofs.ts';
import { recordingLog } from '../fakes/recorders.ts';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

interface Seen {
  readonly method?: string;
  readonly url?: string;
  readonly authorization?: string;
  readonly body?: unknown;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Gives these answers, one per request, and keeps the requests. */
async function stub(...answers: Answer[]): Promise<{ api: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const api = await listen(async (request, response) => {
    const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>);
    const text = Buffer.concat(chunks).toString();
    const { method, url, headers } = request;
    seen.push({
      method,
      url,
      authorization: headers.authorization,
      body: text ? JSON.parse(text) : undefined,
    });
    const { status, body, headers: given } = answers.shift() ?? { status: 500 };
    const isText = typeof body === 'string';
    response.writeHead(status, {
      'content-type': isText ? 'text/html' : 'application/json',
      'x-request-id': 'req1',
      ...given,
    });
    response.end(isText || body === undefined ? body : JSON.stringify(body));
  });
  return { api, seen };
}

function recordingGovernor() {
  const said: string[] = [];
  const governor: Governor = {
    take: async (verb, purpose) => void said.push(`take ${verb} ${purpose}`),
    slowDown: async (verb, seconds) => void said.push(`slow ${verb} ${seconds}`),
  };
  return { governor, said };
}

const CREDENTIALS = { tokenId: 'token-id', tokenSecret: 'token-secret-9f31' };

function muxAt(api: string, change: Partial<MuxOptions> = {}) {
  const { governor, said } = recordingGovernor();
  const clock = manualClock();
  const log = recordingLog();
  const mux = createMux({
    credentials: async () => CREDENTIALS,
    baseUrls: { api, stream: 'https://stream.mux.test/', image: 'https://image.mux.test/' },
    governor,
    purpose: 'prepare',
    clock,
    log,
    ...change,
  });
  return { mux, said, clock, log };
}

const asset = (more: object = {}) => ({ id: 'asset1', status: 'ready', ...more });
const error = (type: string, ...messages: string[]) => ({ error: { type, messages } });

describe('a call', () => {
  test('takes a slot of its verb and purpose, and names the token by HTTP Basic', async () => {
    const { api, seen } = await stub({ status: 200, body: { data: asset({ later: 1 }) } });
    const { mux, said } = muxAt(api);

    const found = await mux.inspect('asset1');

    expect(found?.raw).toEqual(asset({ later: 1 }));
    expect(said).toEqual(['take other prepare']);
    // printf token-id:token-secret-9f31 | base64
    expect(seen).toEqual([
      {
        method: 'GET',
        url: '/video/v1/assets/asset1',
        authorization: 'Basic dG9rZW4taWQ6dG9rZW4tc2VjcmV0LTlmMzE=',
      },
    ]);
  });

  test('is not made when the governor has no slot', async () => {
    const { api, seen } = await stub();
    const none = new NotYetError(5, 'a slot');
    const governor: Governor = { take: () => Promise.reject(none), slowDown: async () => undefined };
    const { mux } = muxAt(api, { governor });

    await expect(mux.inspect('asset1')).rejects.toBe(none);

    expect(seen).toEqual([]);
  });

  test('takes nothing from the environment that the SDK would read', async () => {
    const { api, seen } = await stub({ status: 200, body: { data: asset() } });
    vi.stubEnv('MUX_AUTHORIZATION_TOKEN', 'other');
    vi.stubEnv('MUX_BASE_URL', 'http://127.0.0.1:1');
    vi.stubEnv('MUX_LOG', 'debug');
    const { mux } = muxAt(api);

    await mux.inspect('asset1');

    expect(seen[0]?.authorization).toMatch(/^Basic /);
  });

  test('uses a rotated secret at once', async () => {
    const { api, seen } = await stub(
      { status: 200, body: { data: asset() } },
      { status: 200, body: { data: asset() } },
    );
    const secrets = [CREDENTIALS, { tokenId: 'a', tokenSecret: 'b' }];
    const { mux } = muxAt(api, { credentials: async () => secrets.shift() ?? CREDENTIALS });

    await mux.inspect('asset1');
    await mux.inspect('asset1');

    // printf a:b | base64
    expect(seen[1]?.authorization).toBe('Basic YTpi');
  });
});

describe('the owner of an id', () => {
  // Documented: schema GetAssetOrLiveStreamIdResponse, and Upload: asset_id only in state asset_created.
  test.each([
    ['playback', { id: 'id1', policy: 'public', object: { type: 'asset', id: 'asset1' } }, 'asset'],
    [
      'playback',
      { id: 'id1', policy: 'public', object: { type: 'live_stream', id: 'live1' } },
      'live-stream',
    ],
    [
      'upload',
      { id: 'id1', status: 'asset_created', asset_id: 'asset1', url: 'https://x.test/?s=1' },
      'asset',
    ],
    ['upload', { id: 'id1', status: 'waiting', timeout: 3_600 }, 'no-asset'],
  ] as const)('of a %s id is told by %j', async (kind, data, expected) => {
    const { api, seen } = await stub({ status: 200, body: { data } });
    const { mux, said } = muxAt(api);

    const owner = await mux.ownerOf(kind, 'id1');

    expect(owner?.kind).toBe(expected);
    expect(said).toEqual(['take other prepare']);
    expect(seen[0]?.url).toBe(`/video/v1/${kind === 'playback' ? 'playback-ids' : 'uploads'}/id1`);
  });

  test.each([
    ['playback', { id: 'id1', object: { type: 'space', id: 'space1' } }],
    ['playback', { id: 'id2', object: { type: 'asset', id: 'asset1' } }],
    ['upload', { id: 'id2', asset_id: 'asset1' }],
    ['upload', { id: 'id1', asset_id: '../asset1' }],
    ['upload', []],
  ] as const)('of a %s id is not guessed from %j', async (kind, data) => {
    const { api } = await stub({ status: 200, body: { data } });
    const { mux } = muxAt(api);

    await expect(mux.ownerOf(kind, 'id1')).rejects.toMatchObject({ code: 'MUX_UNREADABLE' });
  });
});

describe('a refusal', () => {
  const gone = "The requested resource either doesn't exist or you don't have access to it.";

  test.each([
    [
      '401',
      { status: 401, body: error('unauthorized', 'Unauthorized request') },
      'MUX_UNAUTHORIZED',
      'Unauthorized request',
    ],
    ['403', { status: 403, body: error('forbidden', 'No write') }, 'MUX_FORBIDDEN', 'No write'],
    ['400', { status: 400, body: error('invalid_parameters', 'One', 'Two') }, 'MUX_REFUSED', 'One; Two'],
    ['422', { status: 422, body: error('invalid_parameters', 'Three') }, 'MUX_REFUSED', 'Three'],
    [
      'a singular message',
      { status: 400, body: { error: { type: 'x', message: 'Four' } } },
      'MUX_REFUSED',
      'Four',
    ],
    [
      "the stream hosts' shape",
      { status: 400, body: { code: 3, message: 'Invalid parameter' } },
      'MUX_REFUSED',
      'Invalid parameter',
    ],
    ['a list of errors', { status: 400, body: { errors: ['Five'] } }, 'MUX_REFUSED', 'Five'],
    ['a text', { status: 400, body: 'what' }, 'MUX_REFUSED', 'no message'],
    ['409', { status: 409, body: error('conflict', 'Locked') }, 'MUX_UNAVAILABLE', 'Locked'],
    ['500', { status: 500 }, 'MUX_UNAVAILABLE', 'no message'],
    ['503', { status: 503, body: '<html>' }, 'MUX_UNAVAILABLE', 'no message'],
    ['a 404 that is a page of a proxy', { status: 404, body: '<html>' }, 'MUX_UNAVAILABLE', 'no message'],
    ['an answer that is no JSON', { status: 200, body: '<html>' }, 'MUX_UNREADABLE', 'not with JSON'],
    ['half of an asset', { status: 200, body: { data: { id: 'asset1' } } }, 'MUX_UNREADABLE', 'status'],
  ])('by %s is asked for once and gets our own words', async (_, answer, code, words) => {
    const { api, seen } = await stub(answer);
    const { mux } = muxAt(api);

    const refusal = await mux.inspect('asset1').catch((error: unknown) => error);

    expect(refusal).toMatchObject({ code, message: expect.stringContaining(words) });
    expect(seen).toHaveLength(1);
  });

  test('names the request id and what a person should do', async () => {
    const { api } = await stub({ status: 401, body: error('unauthorized', 'Unauthorized request') });
    const { mux } = muxAt(api);

    await expect(mux.inspect('asset1')).rejects.toMatchObject({
      message: 'Mux answered 401 to "read asset1": Unauthorized request (request id req1)',
      action: expect.stringContaining('access token'),
      retryable: true,
    });
  });

  test('by 404 is an answer where the asset may be gone', async () => {
    const answer = { status: 404, body: error('not_found', gone) };
    const { api } = await stub(answer, answer, answer);
    const { mux } = muxAt(api);

    expect(await mux.inspect('asset1')).toBeUndefined();
    expect(await mux.inputInfo('asset1')).toBeUndefined();
    await expect(mux.releaseMaster('asset1')).resolves.toBeUndefined();
  });

  test('by 404 to the request for a master sends the stage to look again', async () => {
    const { api } = await stub({ status: 404, body: error('not_found', gone) });
    const { mux } = muxAt(api);

    await expect(mux.requestMaster('asset1')).rejects.toMatchObject({ code: 'MUX_ASSET_VANISHED' });
  });

  test('never carries the token or a signed URL, in error or log', async () => {
    const leak = 'Cannot fetch https://vault.test/master.mp4?X-Amz-Signature=feed&x-icehouse-token=cafe now';
    const answer = (status: number) => ({ status, body: { ...error('invalid_input', leak), message: leak } });
    const statuses = [400, 401, 403, 422, 429, 500];
    const { api } = await stub(...statuses.map(answer));
    const { mux, log } = muxAt(api);
    const like = toPlatformAsset(asset());

    const errors = [];
    for (const _ of statuses) {
      const order = { masterUrl: 'https://vault.test/master.mp4?X-Amz-Signature=feed', like, texts: [] };
      errors.push(await mux.createAsset(order).catch((error: unknown) => error));
    }

    const said = inspect([errors, log.lines], { depth: 20, showHidden: true });
    expect(said).toContain('https://vault.test/master.mp4?[cut] now');
    expect(said).not.toMatch(/feed|cafe|9f31|dG9rZW4/);
  });
});

describe('a limit', () => {
  const NOW_MS = Date.UTC(2026, 10, 1);
  const tooMany = { errors: ['Too many requests, retry later.'] };

  test.each([
    ['no Retry-After', {}, 5],
    ['seconds', { 'retry-after': '7' }, 7],
    ['a date', { 'retry-after': 'Sun, 01 Nov 2026 00:00:30 GMT' }, 30],
    ['a date in the past', { 'retry-after': 'Sun, 01 Nov 2026 00:00:00 GMT' }, 1],
    ['nonsense', { 'retry-after': 'soon' }, 5],
    ['a year', { 'retry-after': '31536000' }, 3600],
  ])('with %s slows everybody down and says when to come again', async (_, headers, seconds) => {
    const { api } = await stub({ status: 429, body: tooMany, headers });
    const { mux, said } = muxAt(api);

    await expect(mux.inspect('asset1')).rejects.toMatchObject({
      code: 'NOT_YET',
      atMs: NOW_MS + seconds * 1000,
    });

    expect(said).toEqual(['take other prepare', `slow other ${seconds}`]);
  });

  test.each([
    ['used up gives everybody a pause', '0', '50', ['slow other 1']],
    ['used up, of a size not said, gives everybody a pause', '0', '', ['slow other 1']],
    ['nearly used up takes the burst away', '9', '50', ['slow other 0']],
    ['with much left changes nothing', '10', '50', []],
    ['of a size not said changes nothing while some is left', '1', '', []],
    ['in words that are no number changes nothing', 'none', 'some', []],
  ])('%s, and keeps the answer', async (_, remaining, limit, slowed) => {
    const { api } = await stub({
      status: 200,
      body: { data: asset() },
      headers: { 'x-ratelimit-remaining': remaining, 'x-ratelimit-limit': limit },
    });
    const { mux, said } = muxAt(api);

    const found = await mux.inspect('asset1');

    expect(found?.id).toBe('asset1');
    expect(said).toEqual(['take other prepare', ...slowed]);
  });

  test('does not lose the answer of a create to a governor that fails', async () => {
    const { api } = await stub({
      status: 201,
      body: { data: asset() },
      headers: { 'x-ratelimit-remaining': '0' },
    });
    const governor: Governor = {
      take: async () => undefined,
      slowDown: () => Promise.reject(new Error('no table')),
    };
    const { mux, log } = muxAt(api, { governor });

    const made = await mux.createAsset({
      masterUrl: 'https://vault.test/m',
      like: toPlatformAsset(asset()),
      texts: [],
    });

    expect(made.id).toBe('asset1');
    expect(log.lines).toMatchObject([{ level: 'error', fields: { code: 'GOVERNOR_FAILED' } }]);
  });
});

describe('a connection', () => {
  test.each([
    ['sends no headers', (_: IncomingMessage, response: ServerResponse) => void response],
    [
      'stops in the middle of the body',
      (_: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{"data":');
      },
    ],
  ])('that %s is given up in time', async (_, handler) => {
    const { mux } = muxAt(await listen(handler), { timeoutMs: 150 });

    await expect(mux.inspect('asset1')).rejects.toMatchObject({ code: 'MUX_UNREACHABLE' });
  });

  test('that nobody answers says so', async () => {
    const api = await listen(() => undefined);
    await closing.pop()?.();
    const { mux } = muxAt(api);

    await expect(mux.inspect('asset1')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the environment', () => {
  test('is asked for once in five minutes', async () => {
    const who = (environment_id: string) => ({ status: 200, body: { data: { environment_id } } });
    const { api, seen } = await stub(who('env1'), who('env2'));
    const { mux, clock } = muxAt(api);

    const first = await mux.environment();
    await clock.advance(299_999);
    const second = await mux.environment();
    await clock.advance(1);
    const third = await mux.environment();

    expect([first, second, third]).toEqual(['env1', 'env1', 'env2']);
    expect(seen.map(({ url }) => url)).toEqual(['/system/v1/whoami', '/system/v1/whoami']);
  });

  test('that Mux does not name is not made up', async () => {
    const { api } = await stub({ status: 200, body: {} });
    const { mux } = muxAt(api);

    await expect(mux.environment()).rejects.toMatchObject({ code: 'MUX_UNREADABLE' });
  });
});

describe('the master', () => {
  test('is opened and closed by PUT', async () => {
    const open = asset({ master_access: 'temporary', master: { status: 'preparing' } });
    const { api, seen } = await stub(
      { status: 200, body: { data: open } },
      { status: 200, body: { data: asset() } },
    );
    const { mux } = muxAt(api);

    const opened = await mux.requestMaster('asset1');
    await mux.releaseMaster('asset1');

    expect(opened.master).toEqual({ kind: 'preparing' });
    expect(seen).toMatchObject([
      { method: 'PUT', url: '/video/v1/assets/asset1/master-access', body: { master_access: 'temporary' } },
      { method: 'PUT', url: '/video/v1/assets/asset1/master-access', body: { master_access: 'none' } },
    ]);
  });
});

describe('a deletion', () => {
  test.each([
    [204, undefined, 'deleted'],
    [404, error('not_found', 'gone'), 'gone'],
  ])('answered %s spends the one slot it reserved', async (status, body, expected) => {
    const { api, seen } = await stub({ status, body });
    const { mux, said, clock } = muxAt(api, { purpose: 'delete' });
    const slot = await mux.reserveDeletion();

    const outcome = await mux.deleteAsset('asset1', archiveProof('asset1', clock.nowMs()), slot);

    expect(outcome).toBe(expected);
    expect(said).toEqual(['take other delete']);
    expect(seen).toMatchObject([{ method: 'DELETE', url: '/video/v1/assets/asset1' }]);
  });

  test.each([
    ['3f1c9a2e-1111-4222-8333-444455556666', ['3f1c9a2e-1111-4222-8333-444455556666']],
    ['not an id, but a sentence', []],
  ])("whose answer has the id %j tells it, if it can be Mux's own", async (id, expected) => {
    const { api } = await stub({ status: 204, headers: { 'x-request-id': id } });
    const { mux, clock } = muxAt(api, { purpose: 'delete' });
    const heard: string[] = [];

    const slot = await mux.reserveDeletion();
    await mux.deleteAsset('asset1', archiveProof('asset1', clock.nowMs()), slot, (told) => heard.push(told));

    expect(heard).toEqual(expected);
  });

  test('without a proof of its verifier never reaches Mux', async () => {
    const { api, seen } = await stub();
    const { mux, clock } = muxAt(api);
    const slot = await mux.reserveDeletion();
    const forged = { assetId: 'asset1', provedAtMs: clock.nowMs() } as unknown as ReturnType<
      typeof archiveProof
    >;

    await expect(mux.deleteAsset('asset1', forged, slot)).rejects.toThrow('no verifier made this proof');

    expect(seen).toEqual([]);
  });
});

describe('a playback id', () => {
  test.each([
    [204, undefined, 'deleted'],
    [404, error('not_found', 'gone'), 'gone'],
  ])('taken away, answered %s, spends a slot of its own', async (status, body, expected) => {
    const { api, seen } = await stub({ status, body });
    const { mux, said } = muxAt(api, { purpose: 'delete' });

    const outcome = await mux.deletePlaybackId('asset1', 'play1');

    expect(outcome).toBe(expected);
    expect(said).toEqual(['take other delete']);
    expect(seen).toMatchObject([{ method: 'DELETE', url: '/video/v1/assets/asset1/playback-ids/play1' }]);
  });

  test('is made with a slot for POSTs, which are paid as restores whoever makes it', async () => {
    const answer = { status: 201, body: { data: { id: 'play9', policy: 'signed' } } };
    const { api, seen } = await stub(answer, answer);
    const { mux, said } = muxAt(api);

    const made = await mux.createPlaybackId('asset1', 'signed');
    await mux.createPlaybackId('asset1', 'drm', 'drm-configuration1');

    expect(made).toEqual({ id: 'play9', policy: 'signed' });
    expect(said).toEqual(['take post restore', 'take post restore']);
    expect(seen).toMatchObject([
      { method: 'POST', url: '/video/v1/assets/asset1/playback-ids', body: { policy: 'signed' } },
      { body: { policy: 'drm', drm_configuration_id: 'drm-configuration1' } },
    ]);
  });

  test.each([
    ['no id', { data: { policy: 'signed' } }],
    ['nothing in it', { data: null }],
  ])('is not made up from an answer with %s', async (_, body) => {
    const { api } = await stub({ status: 201, body });
    const { mux } = muxAt(api);

    await expect(mux.createPlaybackId('asset1', 'signed')).rejects.toMatchObject({ code: 'MUX_UNREADABLE' });
  });
});

describe('a restore', () => {
  test('creates by POST what can be set at once, then adds the rest', async () => {
    const { api, seen } = await stub(
      { status: 201, body: { data: asset({ id: 'new1', status: 'preparing' }) } },
      { status: 200, body: { data: asset({ id: 'new1' }) } },
      { status: 201, body: { data: { id: 'p9', policy: 'public' } } },
    );
    const { mux, said } = muxAt(api, { purpose: 'restore' });
    const publicIds = (...ids: string[]) => ids.map((id) => ({ id, policy: 'public' }));
    const like = mux.describe(
      asset({ playback_ids: publicIds('p1', 'p2'), thumbnail_time: 4, passthrough: 'mine' }),
    );

    await mux.createAsset({ masterUrl: 'https://vault.test/m?s=1', like, texts: [] });
    const made = mux.describe(asset({ id: 'new1', playback_ids: publicIds('p8') }));
    for (const step of finishingSteps({ asset: made, like, texts: [], areTextsMissing: false }))
      await mux.finishAsset('new1', step);

    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/video/v1/assets',
        body: {
          inputs: [{ url: 'https://vault.test/m?s=1' }],
          playback_policies: ['public'],
          passthrough: 'mine',
        },
      },
      { method: 'PATCH', url: '/video/v1/assets/new1', body: { thumbnail_time: 4 } },
      { method: 'POST', url: '/video/v1/assets/new1/playback-ids', body: { policy: 'public' } },
    ]);
    expect(said).toEqual(['take post restore', 'take other restore', 'take post restore']);
  });

  test('finds what it made by paging through the list, a slot for each page', async () => {
    const created = (id: string, seconds: number) => asset({ id, created_at: String(seconds) });
    const { api, seen } = await stub(
      { status: 200, body: { data: [created('a', 1_700_000_005)], next_cursor: 'more' } },
      { status: 200, body: { data: [created('b', 1_699_999_000)], next_cursor: null } },
    );
    const { mux, said } = muxAt(api, { purpose: 'restore' });

    const found = await mux.createdSince(1_700_000_000_000);

    expect(found.map(({ id }) => id)).toEqual(['a']);
    expect(seen.map(({ url }) => url)).toEqual([
      '/video/v1/assets?limit=100',
      '/video/v1/assets?limit=100&cursor=more',
    ]);
    expect(said).toEqual(['take other restore', 'take other restore']);
  });

  test('does not take the page of a proxy for an empty list', async () => {
    const { api } = await stub({ status: 200, body: '<html>' });
    const { mux } = muxAt(api);

    await expect(mux.createdSince(0)).rejects.toMatchObject({ code: 'MUX_UNREADABLE' });
  });

  test('looks at the inputs as Mux keeps them', async () => {
    const inputs = [
      { settings: { url: 'https://vault.test/m?x-icehouse-token=1' }, file: { container_format: 'mp4' } },
    ];
    const { api, seen } = await stub({ status: 200, body: { data: inputs } });
    const { mux } = muxAt(api);

    expect(await mux.inputInfo('asset1')).toEqual(inputs);
    expect(seen[0]?.url).toBe('/video/v1/assets/asset1/input-info');
  });
});

describe('captions', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const withKey = (signingPrivateKey: string) => ({
    credentials: async () => ({ ...CREDENTIALS, signingKeyId: 'key1', signingPrivateKey }),
  });
  const playing = (...policies: string[]) =>
    toPlatformAsset(asset({ playback_ids: policies.map((policy) => ({ id: `${policy}1`, policy })) }));

  test('are read through a public id where there is one', async () => {
    const { mux } = muxAt('http://unused.test');

    const url = await mux.captionUrl(playing('drm', 'signed', 'public'), 'text1');

    expect(url).toBe('https://stream.mux.test/public1/text/text1.vtt');
  });

  test.each([
    ['base64 of a PEM, as Mux hands it out', Buffer.from(pem).toString('base64')],
    ['a PEM', pem],
  ])('are read through a signed id with a token, the key being %s', async (_, key) => {
    const { mux } = muxAt('http://unused.test', withKey(key));

    const url = new URL((await mux.captionUrl(playing('drm', 'signed'), 'text1')) ?? '');

    const [header = '', claims = '', signature = ''] = url.searchParams.get('token')?.split('.') ?? [];
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(`${url.origin}${url.pathname}`).toBe('https://stream.mux.test/signed1/text/text1.vtt');
    expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key1' });
    // One hour after 2026-11-01T00:00:00Z.
    expect(read(claims)).toEqual({ sub: 'signed1', aud: 'v', kid: 'key1', exp: 1_793_494_800 });
    const signed = Buffer.from(`${header}.${claims}`);
    const isGenuine = verify('RSA-SHA256', signed, publicKey, Buffer.from(signature, 'base64url'));
    expect(isGenuine).toBe(true);
  });

  test.each([
    ['signed ids but no key', playing('signed')],
    ['drm ids only', playing('drm')],
    ['no ids', playing()],
  ])('of an asset with %s cannot be read', async (_, given) => {
    const { mux } = muxAt('http://unused.test');

    expect(await mux.captionUrl(given, 'text1')).toBeUndefined();
  });

  test('come with images, of the time that the asset names for its poster', async () => {
    const { mux } = muxAt('http://unused.test');
    const timed = toPlatformAsset(
      asset({ playback_ids: [{ id: 'p1', policy: 'public' }], thumbnail_time: 7.5 }),
    );

    const images = ['poster.jpg', 'storyboard.jpg', 'storyboard.vtt'] as const;
    const urls = await Promise.all(images.map((image) => mux.imageUrl(timed, image)));

    expect(urls).toEqual([
      'https://image.mux.test/p1/thumbnail.jpg?time=7.5',
      'https://image.mux.test/p1/storyboard.jpg',
      'https://image.mux.test/p1/storyboard.vtt',
    ]);
  });

  test.each([
    ['poster.jpg', 'thumbnail.jpg', { aud: 't', time: '7.5' }],
    ['storyboard.vtt', 'storyboard.vtt', { aud: 's' }],
  ] as const)(
    'come with images for which a signed id needs another token: %s',
    async (image, file, claimed) => {
      const { mux } = muxAt('http://unused.test', withKey(pem));
      const signed = toPlatformAsset(
        asset({ playback_ids: [{ id: 's1', policy: 'signed' }], thumbnail_time: 7.5 }),
      );

      const url = new URL((await mux.imageUrl(signed, image)) ?? '');

      const claims = url.searchParams.get('token')?.split('.')[1] ?? '';
      expect(url.pathname).toBe(`/s1/${file}`);
      expect([...url.searchParams.keys()]).toEqual(['token']);
      // What an open URL says in its query, a signed one says among the claims.
      expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
        ...claimed,
        sub: 's1',
        kid: 'key1',
        exp: 1_793_494_800,
      });
    },
  );

  test('fail in plain words when the signing key is none', async () => {
    const { mux } = muxAt('http://unused.test', withKey('c2VjcmV0LWtleQ=='));

    const failure = await mux.captionUrl(playing('signed'), 'text1').catch((error: unknown) => error);

    expect(failure).toMatchObject({ code: 'MUX_SIGNING_KEY_UNREADABLE', retryable: true });
    expect(inspect(failure, { showHidden: true })).not.toContain('secret-key');
  });
});
