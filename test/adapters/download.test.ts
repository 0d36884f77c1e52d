// The memory that downloads share: whatever the pace of sender and reader, no byte of one block lands in another.
import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Agent } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { tlsIdentity } from '../../bench/tls/identity.ts';
import { blockConnector } from '../../lambdas/adapters/block-connector.ts';
import { Downloads } from '../../lambdas/adapters/download.ts';

const FILE = randomBytes(6_000_000);
const identity = tlsIdentity();

let close: () => Promise<unknown> = async () => undefined;
afterEach(() => close());

/** A server that answers with the file, in pieces of a size that fits no block. */
async function serve(protocol: 'http' | 'https', listener: RequestListener = inPieces) {
  const server = protocol === 'https' ? createTlsServer(identity, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent({ connect: blockConnector({ allowH2: false, ca: identity.cert }) });
  close = async () => {
    server.closeAllConnections();
    await Promise.all([agent.destroy(), new Promise((resolve) => server.close(resolve))]);
  };
  const { port } = server.address() as AddressInfo;
  return { downloads: new Downloads(agent), url: new URL(`${protocol}://127.0.0.1:${port}/file`) };
}

const inPieces: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': FILE.length });
  for (let at = 0; at < FILE.length; at += 70_001) response.write(FILE.subarray(at, at + 70_001));
  response.end();
};

async function collect(blocks: AsyncIterable<Uint8Array>, pauseMs = 0): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const block of blocks) {
    if (pauseMs > 0) await setTimeout(pauseMs);
    all.push(Uint8Array.from(block));
  }
  return Buffer.concat(all);
}

describe.each(['http', 'https'] as const)('a download over %s', (protocol) => {
  test('brings the file as it is to a reader that is slower than the sender', async () => {
    const { downloads, url } = await serve(protocol);

    const { status, blocks } = await downloads.get(url, {});

    expect(status).toBe(200);
    expect((await collect(blocks, 5)).equals(FILE)).toBe(true);
  });

  test('shares memory with downloads before and beside it, and no bytes', async () => {
    const { downloads, url } = await serve(protocol);
    const get = async (pauseMs: number) => collect((await downloads.get(url, {})).blocks, pauseMs);

    const files = [...(await Promise.all([get(0), get(3), get(1)])), await get(2)];

    expect(files.map((file) => file.equals(FILE))).toEqual([true, true, true, true]);
  });
});

test('a block keeps its bytes until the next is asked for', async () => {
  const { downloads, url } = await serve('https');

  const { blocks } = await downloads.get(url, {});
  const first = (await blocks.next()).value as Uint8Array;
  await setTimeout(50);

  expect(FILE.subarray(0, first.length).equals(first)).toBe(true);
  await blocks.return?.();
});

test('a download given up before it began asks the server for nothing', async () => {
  let requests = 0;
  const { downloads, url } = await serve('http', () => {
    requests += 1;
  });
  const stop = new AbortController();
  const reason = new Error('enough');

  const asking = downloads.get(url, {}, stop.signal);
  stop.abort(reason);

  await expect(asking).rejects.toBe(reason);
  await setTimeout(50);
  expect(requests).toBe(0);
});
