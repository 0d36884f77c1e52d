// Answers of Mux that break its contract: never more than an error of the house, and never the wrong fact. Above all no
// answer but Mux's own 404 says that an asset is gone, for what is gone is given up.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMux } from '../../lambdas/adapters/mux.ts';
import { toAssetNamed, toPlatformAsset } from '../../lambdas/adapters/mux-asset.ts';
import type { PlatformAsset } from '../../lambdas/domain/asset.ts';
import { IcehouseError } from '../../lambdas/domain/failures.ts';
import { cutQueries } from '../../lambdas/domain/manifest.ts';
import type { Platform } from '../../lambdas/stages/ports.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { archiveProof } from '../fakes/proofs.ts';
import { recordingLog } from '../fakes/recorders.ts';
import { anyJson, broken, oddNumber, oddText, runs, timeoutMs } from './fuzz.ts';

const RUNS = 80;

const READY = {
  id: 'asset1',
  status: 'ready',
  created_at: '1793491200',
  duration: 30.5,
  is_live: false,
  test: false,
  resolution_tier: '1080p',
  master_access: 'temporary',
  master: { status: 'ready', url: 'https://mezzanine.mux.test/asset1.mp4?signature=secret-1' },
  playback_ids: [{ id: 'play1', policy: 'public' }],
  tracks: [
    { id: 'video1', type: 'video' },
    { id: 'text1', type: 'text', status: 'ready', text_source: 'uploaded' },
  ],
  passthrough: 'mine',
  meta: { title: 'A title' },
  errors: { messages: ['none'] },
};

const oddMaster = fc.record({
  status: fc.oneof(fc.constantFrom('ready', 'errored'), anyJson()),
  url: fc.oneof(
    fc.constantFrom(
      'javascript:alert(1)',
      'file:///etc/passwd',
      'ftp://x/y',
      'https://',
      'https://mux.test/m',
    ),
    anyJson(),
  ),
});

const oddAsset: fc.Arbitrary<unknown> = fc.oneof(
  broken(READY),
  oddMaster.map((master) => ({ ...READY, master })),
  fc.tuple(oddNumber(), anyJson()).map(([duration, created_at]) => ({ ...READY, duration, created_at })),
  broken({ id: 'track1', type: 'text', name: 'English' }).map((track) => ({ ...READY, tracks: [track] })),
  anyJson(),
);

function expectSound(asset: PlatformAsset): void {
  expect(asset.id).toMatch(/^[\w-]{1,255}$/);
  expect(['preparing', 'ready', 'errored']).toContain(asset.status);
  const { durationSeconds = 1, createdAtMs = 0, master } = asset;
  expect(durationSeconds).toSatisfy((n: number) => n > 0 && n < 1e10);
  expect(() => new Date(createdAtMs).toISOString()).not.toThrow();
  if (master.kind === 'ready') expect(new URL(master.url).protocol).toMatch(/^https?:$/);
  for (const { id } of [...asset.tracks, ...asset.playbackIds]) expect(id).toMatch(/^[\w-]{1,255}$/);
  expect(() => JSON.stringify(cutQueries(asset.raw))).not.toThrow();
}

/** What the promise or the function gives, or the error if it is one of the house; others fail the test. */
async function outcomeOf<T>(run: () => T | Promise<T>): Promise<{ value: T } | { code: string }> {
  try {
    return { value: await run() };
  } catch (error) {
    if (error instanceof IcehouseError) return { code: error.code };
    throw error;
  }
}

describe('an asset', () => {
  test('of arbitrary JSON is sound or MUX_UNREADABLE', async () => {
    await fc.assert(
      fc.asyncProperty(oddAsset, async (raw) => {
        const outcome = await outcomeOf(() => toPlatformAsset(raw));

        if ('code' in outcome) expect(outcome.code).toBe('MUX_UNREADABLE');
        else expectSound(outcome.value);
      }),
      runs(1_000),
    );
  });

  test('is never another one than was asked for', async () => {
    await fc.assert(
      fc.asyncProperty(oddAsset, async (raw) => {
        const outcome = await outcomeOf(() => toAssetNamed('asset2', raw));

        expect(outcome).toEqual({ code: 'MUX_UNREADABLE' });
      }),
      runs(300),
    );
  });

  test('says what is wrong without saying what Mux said', async () => {
    const raw = {
      ...READY,
      status: 'https://secret.test/?signature=1',
      tracks: Array(10_000).fill({ id: 'a b' }),
    };

    const outcome = await outcomeOf(() => toPlatformAsset(raw)).catch(String);

    expect(outcome).toEqual({ code: 'MUX_UNREADABLE' });
    expect(() => toPlatformAsset(raw)).toThrow(/^Mux sent an asset that we cannot read, at .{1,100}$/);
  });
});

/** The bytes of one answer, and whether the connection is cut in the middle of them. */
interface Raw {
  readonly status: number;
  readonly type?: string;
  readonly body: string;
  readonly cut?: boolean;
}

let next: Raw = { status: 500, body: '' };
let mux: Platform;
const server = createServer(
  (request, response) => void request.resume().on('end', () => send(response, next)),
);

function send(response: ServerResponse, { status, type, body, cut }: Raw): void {
  response.writeHead(status, {
    ...(type && { 'content-type': type }),
    ...(cut && { 'content-length': body.length + 99 }),
  });
  response.write(status === 204 || status === 304 ? '' : body, () =>
    cut ? response.destroy() : response.end(),
  );
}

const clock = manualClock();

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  mux = createMux({
    credentials: async () => ({ tokenId: 'id', tokenSecret: 'secret' }),
    baseUrls: { api, stream: 'https://stream.mux.test', image: 'https://image.mux.test' },
    governor: { take: async () => undefined, slowDown: async () => undefined },
    purpose: 'prepare',
    clock,
    log: recordingLog(),
    timeoutMs: 2_000,
  });
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const data = fc.oneof(oddAsset, fc.array(oddAsset, { maxLength: 2 }), anyJson());
const status = fc.oneof(
  { weight: 4, arbitrary: fc.constant(200) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(201, 204, 302, 304, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503),
  },
);
const type = fc.constantFrom(
  'application/json',
  'application/json',
  'application/json; charset=utf-8',
  'text/html',
  'text/plain',
  'application/jsonp',
  undefined,
);
const body = fc.oneof(
  data.map((value) => JSON.stringify({ data: value })),
  fc.tuple(data, anyJson()).map(([value, next_cursor]) => JSON.stringify({ data: value, next_cursor })),
  fc.record({ type: anyJson(), messages: anyJson() }).map((error) => JSON.stringify({ error })),
  anyJson().map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '',
    '{}',
    'null',
    '[]',
    '{"data":',
    '<html><body>404 Not Found</body></html>',
    '"text"',
    '['.repeat(20_000),
  ),
  oddText(),
);
const anyAnswer: fc.Arbitrary<Raw> = fc.record(
  { status, type, body, cut: fc.constantFrom(false, false, false, true) },
  { requiredKeys: ['status', 'body'] },
);

/** Whether Mux itself says, in its own shape, that there is no such asset. */
function isMuxNotFound({ status: code, type: kind, body: text, cut }: Raw): boolean {
  if (code !== 404 || !kind?.includes('json') || cut) return false;
  try {
    const { error } = JSON.parse(text);
    return error?.type === 'not_found' || (error?.type === undefined && Array.isArray(error?.messages));
  } catch {
    return false;
  }
}

type Method = (answer: Raw) => Promise<void>;

async function given<T>(answer: Raw, run: () => Promise<T>): Promise<{ value: T } | { code: string }> {
  next = answer;
  const outcome = await outcomeOf(run);
  if ('code' in outcome) expect(outcome.code).toMatch(/^(MUX_[A-Z_]+|NOT_YET)$/);
  return outcome;
}

const METHODS: Record<string, Method> = {
  async inspect(answer) {
    const outcome = await given(answer, () => mux.inspect('asset1'));
    if ('code' in outcome) return;
    if (outcome.value === undefined) return expectNotFound(answer);
    expectSound(outcome.value);
    expect(outcome.value.id).toBe('asset1');
  },
  async requestMaster(answer) {
    const outcome = await given(answer, () => mux.requestMaster('asset1'));
    if ('value' in outcome) expect(outcome.value.id).toBe('asset1');
  },
  async releaseMaster(answer) {
    await given(answer, () => mux.releaseMaster('asset1'));
  },
  async inputInfo(answer) {
    const outcome = await given(answer, () => mux.inputInfo('asset1'));
    if ('code' in outcome || outcome.value === undefined) return;
    for (const input of outcome.value) expect(typeof input === 'object' && input !== null).toBe(true);
  },
  async environment(answer) {
    // Past what it remembers.
    await clock.advance(10 * 60_000);
    const outcome = await given(answer, () => mux.environment());
    if ('value' in outcome) expect(outcome.value).toMatch(/^[\w-]{1,255}$/);
  },
  async createdSince(answer) {
    const outcome = await given(answer, () => mux.createdSince(0));
    if ('code' in outcome) return;
    expect(JSON.parse(answer.body)).toHaveProperty('data');
    for (const asset of outcome.value) expectSound(asset);
  },
  async createAsset(answer) {
    const order = { masterUrl: 'https://vault.test/m', like: toPlatformAsset(READY), texts: [] };
    const outcome = await given(answer, () => mux.createAsset(order));
    if ('value' in outcome) expectSound(outcome.value);
  },
  async finishAsset(answer) {
    const step = { kind: 'thumbnail', attribute: 'thumbnail_time', seconds: 3 } as const;
    await given(answer, () => mux.finishAsset('asset1', step));
  },
  async deleteAsset(answer) {
    const slot = await mux.reserveDeletion();
    const outcome = await given(answer, () =>
      mux.deleteAsset('asset1', archiveProof('asset1', clock.nowMs()), slot),
    );
    if ('code' in outcome) return;
    if (outcome.value === 'gone') return expectNotFound(answer);
    expect(answer.status).toSatisfy((code: number) => code === 204 || ['', 'null'].includes(answer.body));
  },
};

function expectNotFound(answer: Raw): void {
  expect({ ...answer, isMuxNotFound: isMuxNotFound(answer) }).toMatchObject({ isMuxNotFound: true });
}

describe.each(Object.entries(METHODS))('%s', (_, method) => {
  test(
    'takes any answer for what it is',
    async () => {
      await fc.assert(fc.asyncProperty(anyAnswer, method), runs(RUNS));
    },
    timeoutMs(RUNS),
  );
});

describe('found by fuzzing', () => {
  test.each([
    ['an empty object', { status: 200, type: 'application/json', body: '{}' }],
    ['a list', { status: 200, type: 'application/json', body: '[]' }],
    ['a text', { status: 200, type: 'application/json', body: '"ok"' }],
    ['no data', { status: 200, type: 'application/json', body: '{"data":null}' }],
    [
      'another asset',
      { status: 200, type: 'application/json', body: JSON.stringify({ data: { ...READY, id: 'asset2' } }) },
    ],
    ['a 204', { status: 204, body: '' }],
    [
      'a gateway’s 404 in JSON',
      { status: 404, type: 'application/json', body: '{"message":"no Route matched"}' },
    ],
    ['a 404 without a body', { status: 404, body: '' }],
    ['a 404 with a broken body', { status: 404, type: 'application/json', body: '{"error":{"type":"not_fo' }],
    ['a 404 in HTML', { status: 404, type: 'text/html', body: '<html>' }],
  ])('%s does not mean that the asset is gone', async (_, answer) => {
    next = answer;

    const inspect = mux.inspect('asset1');

    await expect(inspect).rejects.toMatchObject({
      code: expect.stringMatching(/^MUX_(UNREADABLE|UNREACHABLE|UNAVAILABLE)$/),
    });
  });

  test('a list that is none is not an empty list, which would make a second asset', async () => {
    next = { status: 200, type: 'application/json', body: '{}' };

    await expect(mux.createdSince(0)).rejects.toMatchObject({ code: 'MUX_UNREADABLE' });
  });

  test('a delete that is answered with words has not been answered by Mux', async () => {
    const slot = await mux.reserveDeletion();
    next = { status: 200, type: 'application/json', body: '{"ok":true}' };

    const deletion = mux.deleteAsset('asset1', archiveProof('asset1', clock.nowMs()), slot);

    await expect(deletion).rejects.toMatchObject({ code: 'MUX_UNREADABLE' });
  });

  test('an environment that is no name does not become a folder of the vault', async () => {
    await clock.advance(10 * 60_000);
    next = { status: 200, type: 'application/json', body: '{"data":{"environment_id":"../other"}}' };

    await expect(mux.environment()).rejects.toMatchObject({ code: 'MUX_UNREADABLE' });
  });

  test('a time of blanks is no time in 1970, which would hide the asset from a search', () => {
    expect(toPlatformAsset({ ...READY, created_at: '  ' }).createdAtMs).toBeUndefined();
  });

  test('a refusal of a megabyte leaves room for the record', async () => {
    next = {
      status: 422,
      type: 'application/json',
      body: JSON.stringify({ error: { messages: Array(1_000).fill('x'.repeat(1_000)) } }),
    };

    const refusal = await mux.inspect('asset1').catch((error: Error) => error);

    expect(refusal).toMatchObject({ code: 'MUX_REFUSED' });
    expect(String(refusal).length).toBeLessThan(4_000);
  });

  test('a word of a megabyte is looked through for URLs in no time', () => {
    const startedMs = performance.now();

    expect(cutQueries('a'.repeat(1_000_000))).toHaveLength(1_000_000);

    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});
