import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSource } from '../../lambdas/adapters/source.ts';
import { type HttpOrigin, SECRET, serveFile, startOrigin } from '../fakes/http-origin.ts';

const FILE = randomBytes(300_000);
const SAME = { sizeBytes: FILE.length, etag: '"one"' };
const RANGE = { start: 1000, end: 200_999 };

let origin: HttpOrigin;
let source: ReturnType<typeof createSource>;

beforeEach(async () => {
  origin = await startOrigin(FILE);
  source = createSource({ hosts: [], loopback: true, stallTimeoutMs: 400 });
});
afterEach(async () => {
  await origin.close();
  await source.close();
});

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  // A chunk is valid only until the next is asked for.
  for await (const chunk of chunks) all.push(Uint8Array.from(chunk));
  return Buffer.concat(all);
}

function answer(status: number, headers: Record<string, string> = {}, body: Uint8Array | string = ''): void {
  origin.instead = (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** What was thrown, and that it gives no secret away. */
async function failure(promise: Promise<unknown>): Promise<{ name: string; code: string; message: string }> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown) => thrown,
  );
  expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toContain(SECRET);
  return error;
}

describe('probe', () => {
  test('reads size, ETag and the first kilobyte', async () => {
    const probe = await source.probe(origin.url);

    expect(probe).toEqual({
      sizeBytes: 300_000,
      etag: '"one"',
      ranged: true,
      head: new Uint8Array(FILE.subarray(0, 1024)),
    });
    expect(origin.requests).toMatchObject([{ range: 'bytes=0-1023' }]);
  });

  test('sees that a server has no Range, and does not download the file', async () => {
    let sent = 0;
    origin.instead = (_, response) => {
      response.writeHead(200, { etag: 'W/"weak"', 'content-length': 10 ** 12 });
      const more = () => {
        while (!response.destroyed && response.write(FILE)) sent += FILE.length;
      };
      response.on('drain', more);
      more();
    };

    const probe = await source.probe(origin.url);

    expect(probe).toMatchObject({ sizeBytes: 10 ** 12, etag: 'W/"weak"', ranged: false });
    expect(probe.head).toHaveLength(1024);
    expect(sent).toBeLessThan(50_000_000);
  });

  test.each([
    ['416', 416, { 'content-range': 'bytes */0' }],
    ['200', 200, { 'content-length': '0' }],
  ])('sees an empty file that answers %s', async (_, status, headers) => {
    answer(status, headers);

    expect(await source.probe(origin.url)).toMatchObject({ sizeBytes: 0, head: new Uint8Array(0) });
  });

  test('sees a file of a few bytes', async () => {
    origin.instead = serveFile(Buffer.from('tiny'), '"t"');

    expect(await source.probe(origin.url)).toMatchObject({
      sizeBytes: 4,
      ranged: true,
      head: new Uint8Array(Buffer.from('tiny')),
    });
  });

  test.each([
    ['does not say its size', 206, { 'content-range': 'bytes 0-1023/*' }],
    ['redirects', 302, { location: 'https://elsewhere.example/' }],
    ['answers 400', 400, {}],
    ['is compressed', 206, { 'content-range': 'bytes 0-0/1', 'content-encoding': 'gzip' }],
  ])('refuses a source that %s', async (_, status, headers) => {
    answer(status, headers, 'x');

    expect(await failure(source.probe(origin.url))).toMatchObject({
      name: 'PermanentError',
      code: 'SOURCE_REFUSED',
    });
  });

  test.each([401, 403, 404, 410])('takes %i for a URL that lapsed', async (status) => {
    answer(status, {}, 'gone');

    expect(await failure(source.probe(origin.url))).toMatchObject({ code: 'SOURCE_LAPSED' });
  });

  test.each([
    [429, 'SOURCE_BUSY'],
    [503, 'SOURCE_BUSY'],
    [500, 'SOURCE_UNAVAILABLE'],
    [408, 'SOURCE_UNAVAILABLE'],
  ])('takes %i for a fault that passes', async (status, code) => {
    answer(status);

    expect(await failure(source.probe(origin.url))).toMatchObject({ name: 'TransientError', code });
  });

  test('says that nobody answers at a dead port', async () => {
    await origin.close();

    expect(await failure(source.probe(origin.url))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
    origin = await startOrigin(FILE);
  });

  test('refuses loopback by name where the rules do not allow it, at connect time', async () => {
    const strict = createSource({ hosts: ['localhost'], loopback: false });

    const error = await failure(strict.probe(`https://localhost/x?${SECRET}`));

    expect(error).toMatchObject({ code: 'SOURCE_REFUSED' });
    await strict.close();
  });
});

describe('read', () => {
  test('reads exactly the range, pinned to the strong ETag', async () => {
    const bytes = await collect(source.read(origin.url, RANGE, SAME));

    expect(bytes.equals(FILE.subarray(1000, 201_000))).toBe(true);
    expect(origin.requests).toMatchObject([{ range: 'bytes=1000-200999', ifRange: '"one"' }]);
  });

  test('sends no condition with a weak ETag but compares it', async () => {
    origin.instead = serveFile(FILE, 'W/"weak"');

    const bytes = await collect(source.read(origin.url, RANGE, { ...SAME, etag: 'W/"weak"' }));

    expect(bytes).toHaveLength(200_000);
    expect(origin.requests[0]?.ifRange).toBeUndefined();
    expect(
      await failure(collect(source.read(origin.url, RANGE, { ...SAME, etag: 'W/"other"' }))),
    ).toMatchObject({
      code: 'SOURCE_CHANGED',
    });
  });

  test('reads nothing of an empty file', async () => {
    expect(await collect(source.read(origin.url, { start: 0, end: -1 }, { sizeBytes: 0 }))).toHaveLength(0);
    expect(origin.requests).toHaveLength(0);
  });

  test('opens no connection for each range', async () => {
    for (let i = 0; i < 10; i += 1) await collect(source.read(origin.url, RANGE, SAME));

    // A second one, when a request begins before the first has been put back.
    expect(new Set(origin.requests.map(({ port }) => port)).size).toBeLessThanOrEqual(2);
  });

  const whole = (start: number, end: number, total: number | string) => ({
    etag: '"one"',
    'content-range': `bytes ${start}-${end}/${total}`,
  });
  const bytes = FILE.subarray(0, 200_000);

  test.each([
    ['another total', 206, whole(1000, 200_999, 300_001), bytes],
    ['another ETag', 206, { ...whole(1000, 200_999, 300_000), etag: '"two"' }, bytes],
    ['no ETag any more', 206, { 'content-range': 'bytes 1000-200999/300000' }, bytes],
    ['the whole file instead of the range', 200, { etag: '"one"' }, FILE],
    ['412', 412, {}, ''],
    ['416', 416, { 'content-range': 'bytes */500' }, ''],
  ])('says that the file changed when the answer has %s', async (_, status, headers, body) => {
    answer(status, headers, body);

    expect(await failure(collect(source.read(origin.url, RANGE, SAME)))).toMatchObject({
      code: 'SOURCE_CHANGED',
    });
  });

  test.each([
    ['another range', whole(0, 199_999, 300_000), bytes, 'SOURCE_WRONG_RANGE'],
    ['a range of unknown total', whole(1000, 200_999, '*'), bytes, 'SOURCE_WRONG_RANGE'],
    ['several ranges', { 'content-type': 'multipart/byteranges' }, bytes, 'SOURCE_WRONG_RANGE'],
    ['too few bytes', whole(1000, 200_999, 300_000), bytes.subarray(1), 'SOURCE_SHORT'],
    ['too many bytes', whole(1000, 200_999, 300_000), FILE, 'SOURCE_LONG'],
  ])('never passes %s off as the range', async (_, headers, body, code) => {
    answer(206, { ...headers, 'transfer-encoding': 'chunked' }, body);

    expect(await failure(collect(source.read(origin.url, RANGE, SAME)))).toMatchObject({
      name: 'TransientError',
      code,
    });
  });

  test('fails when the connection is cut', async () => {
    origin.instead = (_, response) => {
      response.writeHead(206, { ...whole(1000, 200_999, 300_000), 'content-length': 200_000 });
      response.write(bytes.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 20));
    };

    expect(await failure(collect(source.read(origin.url, RANGE, SAME)))).toMatchObject({
      name: 'TransientError',
    });
  });

  test('fails when the connection stalls', async () => {
    origin.instead = (_, response) => {
      response.writeHead(206, { ...whole(1000, 200_999, 300_000), 'content-length': 200_000 });
      response.write(bytes.subarray(0, 50_000));
    };

    const error = await failure(collect(source.read(origin.url, RANGE, SAME)));

    expect(error).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('UND_ERR_BODY_TIMEOUT'),
    });
  });

  test('fails when no answer comes', async () => {
    origin.instead = () => undefined;

    expect(await failure(collect(source.read(origin.url, RANGE, SAME)))).toMatchObject({
      message: expect.stringContaining('UND_ERR_HEADERS_TIMEOUT'),
    });
  });

  test('stops with the reason that it is given', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    origin.instead = () => stop.abort(reason);

    await expect(collect(source.read(origin.url, RANGE, SAME, stop.signal))).rejects.toBe(reason);
  });

  test('lets go of the connection when the reader stops early', async () => {
    let closed = () => undefined as unknown;
    const wasClosed = new Promise((resolve) => {
      closed = () => resolve(true);
    });
    origin.instead = (_, response) => {
      response.on('close', () => closed());
      response.writeHead(206, { ...whole(1000, 200_999, 300_000), 'content-length': 200_000 });
      response.write(bytes.subarray(0, 50_000));
    };

    for await (const _ of source.read(origin.url, RANGE, SAME)) break;

    expect(await wasClosed).toBe(true);
  });
});

describe('readAll', () => {
  test('reads the whole file without Range', async () => {
    const bytes = await collect(source.readAll(origin.url, SAME));

    expect(bytes.equals(FILE)).toBe(true);
    expect(origin.requests[0]?.range).toBeUndefined();
  });

  test('says that the file changed', async () => {
    const reading = collect(source.readAll(origin.url, { ...SAME, sizeBytes: 299_999 }));

    expect(await failure(reading)).toMatchObject({ code: 'SOURCE_CHANGED' });
  });
});

describe('fetchSmall', () => {
  test('reads a small file, and nothing for 404', async () => {
    expect(await source.fetchSmall(origin.url, 300_000)).toEqual(new Uint8Array(FILE));
    answer(404);
    expect(await source.fetchSmall(origin.url, 300_000)).toBeUndefined();
  });

  test('gives up a file that takes longer than it may', async () => {
    // A trickle never stalls.
    origin.instead = (_, response) => {
      const trickle = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(trickle));
    };

    const error = await failure(source.fetchSmall(origin.url, 300_000, 150));

    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  test('refuses a file that is larger than it may be', async () => {
    expect(await failure(source.fetchSmall(origin.url, 299_999))).toMatchObject({ code: 'SOURCE_REFUSED' });
  });
});
