// What a PUT that streams promises of time: the vault's own tests show its bytes and errors.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createPutAgents, put } from '../../lambdas/adapters/put-stream.ts';

let close: () => Promise<unknown> = async () => undefined;
afterEach(() => close());

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agents = createPutAgents();
  close = async () => {
    agents.http.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const { port } = server.address() as AddressInfo;
  const send = (body: AsyncIterable<Uint8Array>, sizeBytes: number, signal?: AbortSignal) =>
    put(
      agents,
      {
        protocol: 'http:',
        hostname: '127.0.0.1',
        port,
        path: '/k',
        headers: { 'content-length': `${sizeBytes}` },
      },
      body,
      signal,
    );
  return { send };
}

test('keeps its connection although answers overtake the end of the body and signals abort afterwards', async () => {
  const ports = new Set<number | undefined>();
  const { send } = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    let leftBytes = 9;
    request.on('data', (chunk) => {
      leftBytes -= chunk.length;
      if (leftBytes === 0) response.end('done');
    });
  });
  async function* body() {
    yield Buffer.from('1234');
    yield Buffer.from('56789');
    await setImmediate();
  }

  const texts: string[] = [];
  for (let i = 0; i < 20; i += 1) {
    const after = new AbortController();
    texts.push((await send(body(), 9, after.signal)).text);
    after.abort();
  }

  expect(new Set(texts)).toEqual(new Set(['done']));
  expect(ports.size).toBe(1);
});

test('asks for a piece only when the one before it is on its way, so that its memory can be used again', async () => {
  const received: Buffer[] = [];
  const { send } = await serve((request, response) => {
    request.on('data', (chunk) => received.push(chunk)).on('end', () => response.end());
  });
  const memory = Buffer.alloc(100_000);
  async function* body() {
    for (let piece = 1; piece <= 50; piece += 1) yield memory.fill(piece);
  }

  await send(body(), 50 * memory.length);

  const bytes = Buffer.concat(received);
  const firstOfEach = Array.from({ length: 50 }, (_, at) => bytes[at * 100_000]);
  const lastOfEach = Array.from({ length: 50 }, (_, at) => bytes[at * 100_000 + 99_999]);
  expect(firstOfEach).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
  expect(lastOfEach).toEqual(firstOfEach);
});

test('stops a body that is refused before its end', async () => {
  let stopped = false;
  const { send } = await serve((_, response) => response.writeHead(403).end('no'));
  async function* endless() {
    try {
      while (true) yield Buffer.alloc(65_536);
    } finally {
      stopped = true;
    }
  }

  const answer = await send(endless(), 1024 ** 4);

  expect(answer).toMatchObject({ status: 403, text: 'no' });
  expect(stopped).toBe(true);
});
