// An Icehouse API in memory for commands over many rows: it keeps what was asked for, and can be made to stumble.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aRecord } from '../stub-api.ts';

export interface BulkApi extends AsyncDisposable {
  readonly url: string;
  /** Records by asset id, in the order they came. */
  readonly records: Map<string, Record<string, unknown>>;
  /** Every call that changes something, `POST /v1/…`, with the time it came. */
  readonly calls: { readonly call: string; readonly atMs: number; readonly body: Record<string, unknown> }[];
  readonly gets: string[];
}

export interface Stumble {
  readonly status: number;
  readonly body: object;
  readonly headers?: Record<string, string>;
}

export interface BulkApiOptions {
  /** Answers what comes in place of the call, if anything. */
  readonly stumble?: (assetId: string, nth: number) => Stumble | 'hang up' | undefined;
  /** How long each call takes, ms. */
  readonly takesMs?: number;
  /** What a record is like after so many looks at a list. */
  readonly progress?: (record: Record<string, unknown>, looks: number) => void;
}

export async function bulkApi(options: BulkApiOptions = {}): Promise<BulkApi> {
  const records: BulkApi['records'] = new Map();
  const calls: BulkApi['calls'] = [];
  const gets: string[] = [];
  const nths = new Map<string, number>();
  let looks = 0;

  function write(assetId: string, path: string, body: Record<string, unknown>): [number, object] {
    const known = records.get(assetId);
    if (path.endsWith('/restore')) {
      if (!known) return [404, { code: 'NOT_TRACKED', detail: 'No record.' }];
      known.status = 'thawing';
      return [202, { ...known, outcome: 'restoring' }];
    }
    if (known) return [200, known];
    const record = aRecord({ asset_id: assetId, status: 'requested', group_id: body.group_id });
    records.set(assetId, record);
    return [202, record];
  }

  function read(url: URL): [number, object] {
    if (url.pathname.endsWith('/quote')) {
      const offers = [
        { tier: 'Bulk', total_usd: 0.25 },
        { tier: 'Standard', total_usd: 1.5 },
      ];
      return [200, { offers, chosen: 'Standard', estimated_cost_usd: 1.5 }];
    }
    looks += 1;
    for (const record of records.values()) options.progress?.(record, looks);
    const { status, group_id, cursor = '0' } = Object.fromEntries(url.searchParams);
    const all = [...records.values()].filter(
      (record) => (!status || record.status === status) && (!group_id || record.group_id === group_id),
    );
    const end = Number(cursor) + 2;
    return [
      200,
      { data: all.slice(Number(cursor), end), next_cursor: end < all.length ? String(end) : null },
    ];
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://stub');
    const text = (await request.toArray()).join('');
    const send = (status: number, body: object, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    };
    if (request.method === 'GET') {
      gets.push(`${url.pathname}${url.search}`);
      return send(...read(url));
    }
    const body = JSON.parse(text) as Record<string, unknown>;
    const assetId = String(body.asset_id ?? url.pathname.split('/')[3]);
    calls.push({ call: `${request.method} ${url.pathname}`, atMs: Date.now(), body });
    const nth = (nths.get(assetId) ?? 0) + 1;
    nths.set(assetId, nth);
    if (options.takesMs) await new Promise((resolve) => setTimeout(resolve, options.takesMs));
    const stumble = options.stumble?.(assetId, nth);
    if (stumble === 'hang up') return void request.socket.destroy();
    if (stumble) return send(stumble.status, stumble.body, stumble.headers);
    return send(...write(assetId, url.pathname, body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    records,
    calls,
    gets,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
