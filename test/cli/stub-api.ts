// A small stand-in for the Icehouse API on 127.0.0.1: canned answers per call, and a note of every request.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** Destroys the connection instead of answering. */
  readonly hangUp?: true;
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface StubApi extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

/** `answers` by `METHOD /path` (without query), each played in turn, the last one for ever. */
export async function stubApi(answers: Record<string, readonly Answer[]>): Promise<StubApi> {
  const seen: SeenRequest[] = [];
  const played = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join('');
    const { method = '', url = '', headers } = request;
    seen.push({ method, url, headers, body: text ? JSON.parse(text) : undefined });
    const call = `${method} ${url.split('?')[0]}`;
    const turn = played.get(call) ?? 0;
    played.set(call, turn + 1);
    const answer = answers[call]?.[turn] ?? answers[call]?.at(-1) ?? notTracked;
    if (answer.hangUp) return void request.socket.destroy();
    const type = answer.status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(answer.status, { 'content-type': type });
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export const hangUp: Answer = { status: 0, body: '', hangUp: true };

export function problem(status: number, code: string, detail: string, more: object = {}): Answer {
  return {
    status,
    body: {
      type: `https://icehouse.example/problems/${code}`,
      title: 'Refused',
      status,
      code,
      detail,
      ...more,
    },
  };
}

const notTracked = problem(404, 'NOT_TRACKED', 'Icehouse has no record of this id.');

export const ASSET = '01Tq7hnCrmxvE8OrKhQ7QQJ8ZHRb2Y00fqXYGNq5hZzk';

/** The record of the design's example, as the API shows it; `changes` win. */
export function aRecord(changes: object = {}) {
  return {
    asset_id: ASSET,
    life: 1,
    status: 'archived',
    summary:
      'Safe in the vault; still playing on Mux; will be deleted 24 Dec 2090; bring back free until then.',
    location: 'both',
    playable: true,
    deleted_by_user_id: 'u-17',
    reason: 'Campaign is over',
    group_id: 'summer',
    expiration_date: '2090-12-24T00:00:00.000Z',
    created_at: '2026-11-22T02:46:00.000Z',
    updated_at: '2026-11-22T02:51:40.000Z',
    next_action_at: '2090-12-24T01:00:00.000Z',
    title: 'Summer party 2026',
    duration: 1830.5,
    playback_ids: [{ id: 'pQr5T00pUblic', policy: 'public' }],
    losses: [],
    archive: {
      bucket: 'icehouse-vault',
      key: `mux/env1/${ASSET}/1/master.mp4`,
      version_id: 'v1',
      size_bytes: 1_234_567_890,
      crc32: 'rL8sKw==',
      storage_class: 'DEEP_ARCHIVE',
      verified_at: '2026-11-22T02:51:40.000Z',
    },
    current_asset_id: ASSET,
    warnings: [],
    history: [
      { at: '2026-11-22T02:46:00.000Z', from: null, to: 'requested', cause: 'delete request', actor: 'u-17' },
      {
        at: '2026-11-22T02:46:10.000Z',
        from: 'requested',
        to: 'preparing',
        cause: 'master asked for',
        actor: 'master',
      },
      {
        at: '2026-11-22T02:47:00.000Z',
        from: 'preparing',
        to: 'archiving',
        cause: 'master is ready',
        actor: 'archive',
      },
      {
        at: '2026-11-22T02:51:40.000Z',
        from: 'archiving',
        to: 'archived',
        cause: 'copy proved',
        actor: 'archive',
      },
    ],
    ...changes,
  };
}
