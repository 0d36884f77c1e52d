// Servers that break HTTP, or off: an uncaught exception would end the function (and this test run), so each is an error that
// passes, and no body is taken for whole that is not.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createMuxCall } from '../../lambdas/adapters/mux-call.ts';
import { createPost } from '../../lambdas/adapters/post.ts';
import { createSource } from '../../lambdas/adapters/source.ts';
import { type Play, says, saysAndResets, saysAndStays, startHostile } from '../fakes/hostile-server.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { recordingLog } from '../fakes/recorders.ts';

/** More than a download keeps in memory, so that a slow reader makes the parser pause. */
const FILE = Buffer.alloc(1_800_000, 'ice');
const CUT = FILE.subarray(0, 1_000_000);
const LENGTH = `Content-Length: ${FILE.length}\r\n`;
const LONGER = `Content-Length: ${FILE.length + 1}\r\n`;
const CLOSE = 'Connection: close\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

function head(version: string, fields = ''): string {
  const range = `Content-Range: bytes 0-${FILE.length - 1}/${FILE.length}\r\n`;
  return `HTTP/${version} 206 Partial Content\r\n${range}${fields}\r\n`;
}

function chunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

async function read(play: Play, pauseMs: number): Promise<string> {
  await using server = await startHostile(play);
  const source = createSource({ hosts: [], loopback: true, stallTimeoutMs: 300 });
  const bytes: Uint8Array[] = [];
  try {
    const range = { start: 0, end: FILE.length - 1 };
    for await (const block of source.read(server.url, range, { sizeBytes: FILE.length })) {
      await setTimeout(pauseMs);
      bytes.push(Uint8Array.from(block));
    }
    return Buffer.concat(bytes).equals(FILE) ? 'whole' : 'WRONG BYTES';
  } catch (error) {
    const { name, code } = error as { name: string; code: string };
    return `${name} ${code}`;
  }
}

const UNAVAILABLE = 'TransientError SOURCE_UNAVAILABLE';

// Read at once, and by a reader so slow that whatever ends does so while the parser is paused.
describe.each([0, 30])('a range whose reader takes %i ms for each block', (pauseMs) => {
  test.each<[string, Play]>([
    ['in HTTP/1.0 without a length', says(head('1.0'), FILE)],
    ['in HTTP/1.0 with a length', says(head('1.0', LENGTH), FILE)],
    ['on a connection to be closed', says(head('1.1', CLOSE), FILE)],
    ['with a length, and closes', says(head('1.1', CLOSE + LENGTH), FILE)],
    ['in chunks, and closes', says(head('1.1', CLOSE + CHUNKED), chunk(FILE), '0\r\n\r\n')],
    ['with garbage after it', saysAndStays(head('1.1', LENGTH), FILE, 'garbage')],
    ['with an answer to nothing after it', saysAndStays(head('1.1', LENGTH), FILE, head('1.1', LENGTH))],
    [
      'after early hints',
      saysAndStays('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(2_000), head('1.1', LENGTH), FILE),
    ],
  ])('is whole when it comes %s', async (_, play) => {
    expect(await read(play, pauseMs)).toBe('whole');
  });

  test.each<[string, string, Play]>([
    ['SOURCE_SHORT', 'HTTP/1.0 that ends early', says(head('1.0'), CUT)],
    ['SOURCE_LONG', 'HTTP/1.0 that goes on', says(head('1.0'), FILE, 'x')],
    ['SOURCE_SHORT', 'a length too small', saysAndStays(head('1.1', 'Content-Length: 1000000\r\n'), FILE)],
    ['SOURCE_LONG', 'a length too large', saysAndStays(head('1.1', LONGER), FILE, 'x')],
    [
      'SOURCE_LONG',
      'a chunk too many',
      saysAndStays(head('1.1', CHUNKED), chunk(FILE), chunk(CUT), '0\r\n\r\n'),
    ],
    ['SOURCE_UNAVAILABLE', 'a length that never comes', says(head('1.1', CLOSE + LONGER), FILE)],
    ['SOURCE_UNAVAILABLE', 'a close in the middle', says(head('1.1', LENGTH), CUT)],
    ['SOURCE_UNAVAILABLE', 'a reset in the middle', saysAndResets(head('1.1', CLOSE), CUT)],
    ['SOURCE_UNAVAILABLE', 'chunks without an end', says(head('1.1', CLOSE + CHUNKED), chunk(FILE))],
    [
      'SOURCE_UNAVAILABLE',
      'chunks that turn to garbage',
      saysAndStays(head('1.1', CHUNKED), chunk(CUT), 'zz\r\n'),
    ],
    [
      'SOURCE_UNAVAILABLE',
      'a length and chunks',
      saysAndStays(head('1.1', LENGTH + CHUNKED), chunk(CUT), '0\r\n\r\n'),
    ],
  ])('is %s after %s', async (code, _, play) => {
    expect(await read(play, pauseMs)).toBe(`TransientError ${code}`);
  });
});

/** No answer at all, whoever asked. */
const NONSENSE: [string, Play][] = [
  ['hangs up', says()],
  ['resets', saysAndResets()],
  ['closes right after the headers', says(head('1.1', LENGTH))],
  ['closes in the middle of the headers', says('HTTP/1.1 200 OK\r\nContent-Le')],
  ['says 101', saysAndStays('HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: ws\r\n\r\n')],
  ['closes after early hints', says('HTTP/1.1 103 Early Hints\r\n\r\n')],
  ['says a status below 100', saysAndStays('HTTP/1.1 099 What\r\n\r\n')],
  ['says a status of four digits', saysAndStays('HTTP/1.1 1000 What\r\nContent-Length: 0\r\n\r\n')],
  ['floods with headers', saysAndStays('HTTP/1.1 200 OK\r\n', 'X-Flood: more\r\n'.repeat(50_000), '\r\n')],
  ['has one header without end', saysAndStays(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(2_000_000)}`)],
  ['has a negative length', saysAndStays('HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello')],
  ['has a length of words', saysAndStays('HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nhello')],
  ['speaks TLS', saysAndStays(Buffer.from([0x15, 3, 1, 0, 2, 2, 0x46]))],
];

test.each(NONSENSE)('a source that %s is one to try again', async (_, play) => {
  expect(await read(play, 0)).toBe(UNAVAILABLE);
});

test('a small file whose connection is reset is not taken for whole, though it said no length', async () => {
  await using server = await startHostile(saysAndResets('HTTP/1.0 200 OK\r\n\r\nWEBVTT'));
  const source = createSource({ hosts: [], loopback: true });

  const file = source.fetchSmall(server.url, 1_000);

  await expect(file).rejects.toMatchObject({ name: 'TransientError', code: 'SOURCE_UNAVAILABLE' });
});

describe('Mux', () => {
  async function call(play: Play): Promise<unknown> {
    await using server = await startHostile(play);
    return await callAt(server.url);
  }

  async function callAt(api: string): Promise<unknown> {
    const mux = createMuxCall({
      credentials: async () => ({ tokenId: 'id', tokenSecret: 'secret' }),
      baseUrls: { api },
      governor: { take: async () => undefined, slowDown: async () => undefined },
      purpose: 'prepare',
      clock: manualClock(),
      log: recordingLog(),
      timeoutMs: 300,
    });
    return await mux.call('list', 'other', (client) => client.get('/video/v1/assets'));
  }

  test.each(NONSENSE)('that %s is asked again', async (_, play) => {
    await expect(call(play)).rejects.toMatchObject({ name: 'TransientError', code: 'MUX_UNREACHABLE' });
  });

  test.each([
    ['a length', '1.1', `Content-Length: 900000\r\n`],
    ['HTTP/1.0', '1.0', ''],
  ])('that breaks off an answer with %s is asked again', async (_, version, length) => {
    const fields = `Content-Type: application/json\r\n${length}`;

    const answer = call(says(`HTTP/${version} 200 OK\r\n${fields}\r\n`, `{"data": ["${'x'.repeat(300_000)}`));

    await expect(answer).rejects.toMatchObject({ name: 'TransientError' });
  });

  // Node's own fetch asks for compressed answers, and an assertion of its parser ends the process at some of them.
  test('that closes behind a long compressed answer nobody asked for ends no function', async () => {
    const zipped = gzipSync(Buffer.from(Array.from({ length: 400_000 }, (_, at) => (at * 7919) % 251)));
    const fields = `Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n`;

    const answer = call(says(`HTTP/1.1 200 OK\r\n${fields}${CLOSE}\r\n`, zipped));

    await expect(answer).rejects.toMatchObject({ name: 'TransientError' });
  });

  // RFC 9110, 12.5.3: without the header "any content coding is considered acceptable by the user agent" (documented)
  test('that compresses for whoever does not say no is told no', async () => {
    const server = createServer(({ headers }, answer) => {
      const isPlain = headers['accept-encoding'] === 'identity';
      answer.setHeader('Content-Type', 'application/json');
      if (!isPlain) answer.setHeader('Content-Encoding', 'gzip');
      answer.end(isPlain ? '{"data":[]}' : gzipSync('{"data":[]}'));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;

    const answer = await callAt(`http://127.0.0.1:${port}`).finally(() => server.close());

    expect(answer).toEqual({ data: [] });
  });

  test('is understood in HTTP/1.0', async () => {
    const data = 'x'.repeat(300_000);

    const answer = await call(
      says(`HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{"data":"${data}"}`),
    );

    expect(answer).toEqual({ data });
  });
});

describe('a receiver of events', () => {
  async function post(play: Play): Promise<void> {
    await using server = await startHostile(play);
    await createPost({ loopback: true, limitMs: 300 })(server.url, '{}', {});
  }

  test.each(NONSENSE.filter(([what]) => what !== 'closes right after the headers'))(
    'that %s is told again',
    async (_, play) => {
      await expect(post(play)).rejects.toMatchObject({ name: 'TransientError' });
    },
  );

  test('that answers 200 in HTTP/1.0 with far too much has been told', async () => {
    await expect(post(says('HTTP/1.0 200 OK\r\n\r\n', FILE))).resolves.toBeUndefined();
  });
});
