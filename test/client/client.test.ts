// The client's methods against docs/openapi.yaml: each call of the API has one, which sends what the file allows.
import { describe, expect, test } from 'vitest';
import {
  IcehouseClient,
  NotIcehouseError,
  ProblemError,
  type RestoreAnswer,
  UnreachableError,
} from '../../client/icehouse.ts';
import { CALLS, schemaFaults } from '../docs/openapi-answers.ts';
import { bodyOf, parametersOf } from '../docs/openapi-requests.ts';

const BASE = 'https://abc123.execute-api.eu-north-1.amazonaws.com';
const ERASURE = '9f0c2b7d5a1e4c3f8b6d2e7a90c1f4d3';
const HOLD = { reason: 'Case 12', user_id: 'legal-1' };

/** By `operationId`; the others are for people, for Mux, or the same as another. */
const METHODS: Record<string, (client: IcehouseClient) => Promise<unknown>> = {
  requestDeletion: (client) =>
    client.request({ asset_id: 'a1', deleted_by_user_id: 'u1', accept_loss: ['OVERLAY'] }),
  requestDeletions: (client) => client.requestMany([{ asset_id: 'a1', deleted_by_user_id: 'u1' }]),
  requestDeleteOnly: (client) => client.requestDeleteOnly({ asset_id: 'a1', deleted_by_user_id: 'u1' }),
  listRequests: (client) => client.list({ status: 'archived', group_id: 'g1', limit: 5, cursor: 'c1' }),
  getRequest: (client) => client.status('a1'),
  reschedule: (client) =>
    client.reschedule('a1', { expiration_date: '2026-12-24', user_id: 'u1', reason: 'r' }),
  cancel: (client) => client.cancel('a1', { user_id: 'u1' }),
  restore: (client) => client.restore('a1', { tier: 'Bulk' }),
  quote: (client) => client.quote('a1', '2026-12-24'),
  hold: (client) => client.hold('a1', HOLD),
  release: (client) => client.release('a1', { user_id: 'legal-1' }),
  getGroup: (client) => client.group('g1'),
  mapGroup: (client) => client.groupMap('g1'),
  cancelGroup: (client) => client.cancelGroup('g1', { user_id: 'u1' }),
  restoreGroup: (client) => client.restoreGroup('g1', { user_id: 'u1' }),
  find: (client) => client.find('lesson 1'),
  getBrake: (client) => client.brake(),
  holdAll: (client) => client.holdAll({ ...HOLD, until: '2036-01-31' }),
  releaseAll: (client) => client.releaseAll({ user_id: 'legal-1' }),
  whereIsAsset: (client) => client.whereIsAsset('a1'),
  whereIsPlaybackId: (client) => client.whereIsPlaybackId('p1'),
  whereIsTrack: (client) => client.whereIsTrack('t1'),
  getFidelity: (client) => client.fidelity('a1'),
  checkAsset: (client) => client.check('a1'),
  slim: (client) => client.slim('a1', { scope: 'track', id: 't1', user_id: 'u1', reason: 'r' }),
  listUpcoming: (client) => client.upcoming({ days: 7 }),
  getManifest: (client) => client.manifest('a1'),
  getSidecar: (client) => client.sidecar('a1', 'poster.jpg'),
  orderErasure: (client) =>
    client.erase({ asset_id: 'a1', legal_basis: 'Art. 17', requested_by: 'privacy-2', stop_hours: 96 }),
  getErasure: (client) => client.erasure(ERASURE),
  listErasures: (client) => client.erasures({ limit: 5, cursor: 'c1' }),
  stopErasure: (client) => client.stopErasure(ERASURE, { user_id: 'privacy-2', reason: 'Another account' }),
  startAudit: (client) => client.startAudit(),
  getAudit: (client) => client.audit('latest', '0'),
};
const WITHOUT_A_METHOD = ['cancelByDelete', 'getOpenapi', 'receiveMuxWebhook'];

interface Sent {
  readonly url: URL;
  readonly init: RequestInit;
}

function clientThat(answer: () => Response): { readonly client: IcehouseClient; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch = async (url: URL, init: RequestInit) => {
    sent.push({ url, init });
    return answer();
  };
  return { client: new IcehouseClient({ base: BASE, fetch, sleep: async () => {} }), sent };
}

describe('the client', () => {
  test('is what an app imports as icehouse/client', async () => {
    const imported = await import('icehouse/client');

    expect(imported.IcehouseClient).toBe(IcehouseClient);
  });

  test('has a method for every call that an app makes', () => {
    const operations = CALLS.map(({ operation }) => operation.operationId);

    expect([...Object.keys(METHODS), ...WITHOUT_A_METHOD].sort()).toEqual(operations.sort());
  });

  test.each(Object.entries(METHODS))('%s sends what the file allows', async (operationId, method) => {
    const { client, sent } = clientThat(() => new Response('{}'));

    await method(client).catch((error: unknown) => expect(error).toBeInstanceOf(NotIcehouseError));

    const call = CALLS.find(({ operation }) => operation.operationId === operationId);
    const [{ url, init } = { url: new URL(BASE), init: {} }] = sent;
    if (!call) throw new Error(`The file has no ${operationId}.`);
    expect(init.method?.toLowerCase()).toBe(call.method);
    expect(url.pathname).toMatch(new RegExp(`^${call.template.replaceAll(/\{\w+\}/g, '[^/]+')}$`));
    const known = new Map(parametersOf(call.template, 'query').map(({ name, schema }) => [name, schema]));
    for (const [name, value] of url.searchParams) {
      const schema = known.get(name) ?? { const: 'not in the file' };
      expect(schemaFaults(schema, schema.type === 'integer' ? Number(value) : value)).toEqual([]);
    }
    const { schema, required } = bodyOf(call.operation) ?? {};
    if (required) expect(init.body).toBeDefined();
    if (init.body) expect(schemaFaults(schema ?? { not: {} }, JSON.parse(String(init.body)))).toEqual([]);
  });

  test('gives answers as they are, fields of tomorrow included', async () => {
    const body = {
      asset_id: 'a1',
      status: 'thawing',
      summary: 'Is thawing.',
      outcome: 'restoring',
      later: [1],
    };
    const { client } = clientThat(() => new Response(JSON.stringify(body), { status: 202 }));

    const answer: RestoreAnswer = await client.restore('a1');

    expect(answer).toEqual(body);
    expect(answer.outcome).toBe('restoring');
  });

  test('signs with what it is given', async () => {
    const sent: RequestInit[] = [];
    const client = new IcehouseClient({
      base: `${BASE}/prod`,
      authorize: async ({ method, url, headers, body }) => ({
        ...headers,
        authorization: `${method} ${url.pathname} ${body}`,
      }),
      fetch: async (_, init) => {
        sent.push(init);
        return new Response('{"asset_id":"a1","status":"archived","summary":"s"}');
      },
    });

    await client.cancel('a1', { user_id: 'u1' });

    expect(new Headers(sent[0]?.headers).get('authorization')).toBe(
      'POST /prod/v1/delete-requests/a1/cancel {"user_id":"u1"}',
    );
  });
});

test('a token goes with each call', async () => {
  const sent: RequestInit[] = [];
  const fetch = async (_: URL, init: RequestInit) => {
    sent.push(init);
    return new Response('{"asset_id":"a1","status":"archived","summary":"s"}');
  };

  await new IcehouseClient({ base: BASE, token: 't1', fetch }).status('a1');
  await new IcehouseClient({ base: BASE, fetch }).status('a1');

  expect(sent.map(({ headers }) => new Headers(headers).get('authorization'))).toEqual(['Bearer t1', null]);
});

describe('a call that goes wrong throws', () => {
  const problem = { status: 404, code: 'NOT_TRACKED', detail: 'Nobody asked.', action: 'Play it as it is.' };

  test('a ProblemError with the code, the words and all that the API said', async () => {
    const { client, sent } = clientThat(() => new Response(JSON.stringify(problem), { status: 404 }));

    const error = await client.whereIsPlaybackId('p1').catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({
      code: 'NOT_TRACKED',
      status: 404,
      message: 'Nobody asked.',
      passing: false,
      problem,
    });
    expect(sent).toHaveLength(1);
  });

  test('one that says when to ask again', async () => {
    const headers = { 'retry-after': '7' };
    const { client, sent } = clientThat(
      () => new Response('{"message":"Too many"}', { status: 429, headers }),
    );

    const error = await client.cancel('a1').catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ code: 'HTTP_429', passing: true, problem: { retry_after_seconds: 7 } });
    expect(sent).toHaveLength(1);
  });

  test('an UnreachableError when nobody answers, after four looks', async () => {
    const cause = new TypeError('fetch failed');
    const { client, sent } = clientThat(() => {
      throw cause;
    });

    const error = await client.status('a1').catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(UnreachableError);
    expect(error).toMatchObject({ code: 'UNREACHABLE', cause });
    expect(sent).toHaveLength(4);
  });

  test('a NotIcehouseError when somebody else answers', async () => {
    const { client } = clientThat(() => new Response('<html>', { status: 200 }));

    const error = await client.status('a1').catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(NotIcehouseError);
    expect(error).toMatchObject({ code: 'NOT_ICEHOUSE', status: 200 });
  });
});
