// A simulator with Mux's own SDK in front and a webhook address behind; whatever passes is held against the spec.
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import Mux from '@mux/mux-node';
import { onTestFinished } from 'vitest';
import {
  createMuxSimulator,
  DEFAULT_ENVIRONMENT,
  type SimulatorOptions,
} from '../../../local/mux/simulator.ts';
import { answerFaults, webhookFaults } from './spec.ts';

export interface ReceivedEvent {
  readonly type: string;
  readonly id: string;
  readonly object: { type: string; id: string };
  readonly data: Record<string, unknown>;
  readonly raw: string;
  readonly headers: IncomingHttpHeaders;
}

export const FAST = {
  ingestMs: 10,
  trackMs: 10,
  masterPreparationMs: 10,
  rateLimit: { on: false },
} as const;

/** Everything ends with the test that started it; what the spec refuses fails that test. */
export async function startRig(options: SimulatorOptions = {}) {
  const received = await startReceiver();
  const environment = { ...DEFAULT_ENVIRONMENT, webhookUrls: [received.url] };
  const behaviour = { ...FAST, ...options.behaviour };
  const simulator = await createMuxSimulator({ environments: [environment], ...options, behaviour });
  const url = await simulator.listen(0);
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await simulator.close();
    isClosed = true;
  };
  onTestFinished(async () => {
    await close();
    await received.close();
  });
  const { tokenId, tokenSecret } = options.environments?.[0] ?? environment;
  const mux = new Mux({ tokenId, tokenSecret, baseURL: url, maxRetries: 0, fetch: checkedFetch });
  return { simulator, url, mux, close, webhookUrl: received.url, ...received.watch };
}

/** As fetch, but throws when the answer is none that Mux's spec allows. */
export async function checkedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  const body = await response.clone().text();
  const contentType = response.headers.get('content-type') ?? '';
  const faults = answerFaults(
    init?.method?.toUpperCase() ?? 'GET',
    pathname,
    response.status,
    contentType,
    body,
  );
  if (!response.headers.get('x-request-id')) faults.push('no x-request-id');
  if (faults.length > 0)
    throw new Error(`${init?.method ?? 'GET'} ${pathname} ${response.status}: ${faults.join('; ')}`);
  return response;
}

async function startReceiver() {
  const events: ReceivedEvent[] = [];
  const statuses: number[] = [];
  const faults: string[] = [];
  const server = createServer(async (request, response) => {
    const raw = await readAll(request);
    const event = JSON.parse(raw);
    faults.push(...webhookFaults(event).map((fault) => `${event.type}: ${fault}`));
    events.push({ ...event, raw, headers: request.headers });
    response.writeHead(statuses.shift() ?? 200).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const until = async <T>(find: () => T | undefined | false): Promise<T> => {
    for (let tries = 0; tries < 500; tries += 1) {
      if (faults.length > 0) throw new Error(faults.join('\n'));
      const found = find();
      if (found) return found;
      await new Promise((later) => setTimeout(later, 10));
    }
    throw new Error(`Did not come; events so far: ${events.map(({ type }) => type).join(', ')}`);
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
    watch: {
      events,
      /** What the webhook address answers to the next events; 200 after them. */
      answerNext: (...next: number[]) => statuses.push(...next),
      until,
      /** The first event of a type; waits up to 5 s. */
      event: (type: string) => until(() => events.find((event) => event.type === type)),
    },
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Serves files by path, as a bucket with presigned URLs would; 403 for the rest. */
export async function startOrigin(files: Record<string, Uint8Array>) {
  const server = createServer((request, response) => {
    const bytes = files[new URL(request.url ?? '', 'http://origin').pathname];
    if (bytes) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    else response.writeHead(403).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
