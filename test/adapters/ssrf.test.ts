// Every fetch of ours against somebody who chose its URL, its DNS or its redirects. Downloads (masters, captions, posters,
// storyboards, overlay images) all go through `createSource`, events to receivers through `createPost`, calls through Mux's client.
import { createServer } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMuxCall } from '../../lambdas/adapters/mux-call.ts';
import { createPost } from '../../lambdas/adapters/post.ts';
import { createSource } from '../../lambdas/adapters/source.ts';
import {
  addressAllowed,
  checkSourceUrl,
  guardedLookup,
  type SourceRules,
} from '../../lambdas/adapters/source-guard.ts';
import { manualClock } from '../fakes/manual-clock.ts';
import { recordingLog } from '../fakes/recorders.ts';

/** What the attacker's DNS says, in the order of the questions; the last one for ever. */
const dns = vi.hoisted(() => ({ answers: [] as string[][], questions: [] as string[] }));
vi.mock('node:dns', async (actual) => ({
  ...(await actual<object>()),
  lookup: ((name, _options, answer) => {
    dns.questions.push(name);
    const now = (dns.answers.length > 1 ? dns.answers.shift() : dns.answers[0]) ?? [];
    answer(
      null,
      now.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as LookupFunction,
}));

const IN_AWS: SourceRules = { hosts: ['*.mux.com', 'pictures.example.com'], loopback: false };
const ON_LAPTOP: SourceRules = { hosts: [], loopback: true };

const open: { close(): Promise<unknown> }[] = [];
beforeEach(() => {
  dns.answers = [];
  dns.questions = [];
});
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

function sourceOf(rules: SourceRules) {
  const source = createSource(rules);
  open.push(source);
  return source;
}

/** Answers every request with this status and place, and counts them. */
async function serve(status: number, location = '') {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(status, { ...(location && { location }), 'content-type': 'application/json' });
    response.end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  open.push({
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, server };
}

const drain = async (bytes: AsyncIterable<Uint8Array>) => {
  for await (const _ of bytes);
};
const SAME = { sizeBytes: 10, etag: '"one"' };

/** Each way in which a stage reads from a URL. */
const READS: [string, (source: ReturnType<typeof createSource>, url: string) => Promise<unknown>][] = [
  ['the probe of a master', (source, url) => source.probe(url)],
  ['a range of a master', (source, url) => drain(source.read(url, { start: 0, end: 9 }, SAME))],
  ['a master without ranges', (source, url) => drain(source.readAll(url, SAME))],
  ['a caption or an image', (source, url) => source.fetchSmall(url, 100)],
];

/** Where a function's credentials, its runtime, and the networks around it are, in all their spellings. */
const INSIDE = [
  ...['127.0.0.1', '0.0.0.0', '169.254.169.254', '169.254.170.2', '10.0.0.7', '172.16.0.1', '192.168.0.1'],
  ...['100.64.0.1', '198.18.0.1', '224.0.0.1', '255.255.255.255'],
  ...['::1', '::', 'fe80::1', 'fd00:ec2::254', '::ffff:169.254.169.254', '::ffff:a9fe:a9fe'],
  ...['::169.254.169.254', '::ffff:0:a9fe:a9fe', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1', 'ff02::1'],
];

describe('an allowed name that leads inside', () => {
  test.each(READS)('is refused when it is connected to, by %s', async (_, read) => {
    const source = sourceOf(IN_AWS);

    for (const address of INSIDE) {
      dns.answers = [[address]];
      const reading = read(source, 'https://pictures.example.com/overlay.png?signature=abc');
      await expect(reading, address).rejects.toMatchObject({
        code: 'SOURCE_REFUSED',
        message: 'pictures.example.com has private addresses only.',
      });
    }
    expect(dns.questions).toHaveLength(INSIDE.length);
  });

  test('is refused when an event is to be sent there', async () => {
    const post = createPost({ loopback: false });

    for (const address of INSIDE) {
      dns.answers = [[address]];
      const sending = post('https://app.example.com/hooks', '{}', {});
      await expect(sending, address).rejects.toMatchObject({ code: 'RECEIVER_REFUSED' });
    }
  });

  test('is connected to only at the public address it has besides', async () => {
    dns.answers = [['10.0.0.7', '::ffff:127.0.0.1', '93.184.216.34']];

    const all = await new Promise((resolve) => {
      guardedLookup(IN_AWS)('pictures.example.com', { all: true }, (_, found) => resolve(found));
    });

    expect(all).toEqual([{ address: '93.184.216.34', family: 4 }]);
  });
});

describe('DNS that changes its mind', () => {
  test('is asked once for each connection: what was checked is what is connected to', async () => {
    const { url, seen } = await serve(200);
    dns.answers = [['127.0.0.1'], ['10.0.0.7']];
    const source = sourceOf(ON_LAPTOP);

    await source.fetchSmall(url.replace('127.0.0.1', 'localhost'), 100);

    expect(dns.questions).toEqual(['localhost']);
    expect(seen).toHaveLength(1);
  });

  test('is checked anew for the next connection', async () => {
    const { url, server } = await serve(200);
    dns.answers = [['127.0.0.1'], ['10.0.0.7']];
    const source = sourceOf(ON_LAPTOP);
    const byName = url.replace('127.0.0.1', 'localhost');
    await source.fetchSmall(byName, 100);

    server.closeAllConnections();
    await vi.waitFor(async () => {
      await expect(source.fetchSmall(byName, 100)).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
    });

    expect(dns.questions).toEqual(['localhost', 'localhost']);
  });
});

describe('an address in a URL', () => {
  test.each([
    ['decimal', 'https://2852039166/latest'],
    ['octal', 'https://0251.0376.0251.0376/latest'],
    ['hexadecimal', 'https://0xa9.0xfe.0xa9.0xfe/latest'],
    ['short', 'https://127.1/latest'],
    ['with a dot behind it', 'https://169.254.169.254./latest'],
    ['in letters that look like digits', 'https://①②⑦.⓪.⓪.①/latest'],
    ['percent-encoded', 'https://%31%32%37.0.0.1/latest'],
    ['IPv4 inside IPv6', 'https://[::ffff:169.254.169.254]/latest'],
    ['IPv4 inside IPv6, in hexadecimal', 'https://[::ffff:a9fe:a9fe]/latest'],
    ['link-local', 'https://[fe80::1]/latest'],
  ])('%s is refused even where somebody allowed that very host', (_, url) => {
    const host = new URL(url).hostname.replace(/^\[|\]$/g, '');

    const check = () => checkSourceUrl(url, { hosts: [host], loopback: false });

    expect(check).toThrow(`${host} is a private address.`);
  });

  test('of the networks around us is none of those that may be connected to', () => {
    expect(INSIDE.filter((address) => addressAllowed(address, { loopback: false }))).toEqual([]);
    expect(['93.184.216.34', '2606:4700::1111'].map((ip) => addressAllowed(ip, { loopback: false }))).toEqual(
      [true, true],
    );
  });
});

const REDIRECTS = [301, 302, 303, 307, 308];

describe('a redirect, even to a host that is allowed, is followed by nobody', () => {
  test.each(READS)('not by %s, nor by the same for the command', async (_, read) => {
    const inside = await serve(200);

    for (const status of REDIRECTS) {
      const { url } = await serve(status, inside.url);
      for (const rules of [ON_LAPTOP, { ...ON_LAPTOP, typed: true }]) {
        dns.answers = [['127.0.0.1']];
        await expect(read(sourceOf(rules), url)).rejects.toMatchObject({ code: 'SOURCE_REFUSED' });
      }
    }

    expect(inside.seen).toEqual([]);
  });

  test('not with an event', async () => {
    const inside = await serve(200);
    const post = createPost({ loopback: true });

    for (const status of REDIRECTS) {
      const { url } = await serve(status, inside.url);
      await expect(post(url, '{}', {})).rejects.toMatchObject({ code: 'RECEIVER_ANSWERED' });
    }

    expect(inside.seen).toEqual([]);
  });

  test('not with the Mux token, and a redirected DELETE deleted nothing', async () => {
    const inside = await serve(200);

    for (const status of REDIRECTS) {
      const { url: api } = await serve(status, inside.url);
      const mux = createMuxCall({
        credentials: async () => ({ tokenId: 'id', tokenSecret: 'secret' }),
        baseUrls: { api },
        governor: { take: async () => {}, slowDown: async () => {} },
        purpose: 'delete',
        clock: manualClock(),
        log: recordingLog(),
      });
      const deleting = mux.call('delete asset', 'other', (client) => client.video.assets.delete('asset1'));
      await expect(deleting).rejects.toMatchObject({ code: 'MUX_UNAVAILABLE' });
    }

    expect(inside.seen).toEqual([]);
  });
});
