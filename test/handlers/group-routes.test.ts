// Batch, groups, find and requests by other ids through the API's own handler: what goes over the wire.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLedger } from '../../lambdas/adapters/ledger.ts';
import type { Ledger } from '../../lambdas/stages/ports.ts';
import { ARCHIVE, inStatus } from '../domain/decision-records.ts';
import { type Surroundings, surround } from '../fuzz/surroundings.ts';

let around: Surroundings;
let ledger: Ledger;
let handler: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

beforeAll(async () => {
  around = await surround();
  ({ handler } = await import('../../lambdas/handlers/api.ts'));
  ledger = createLedger(around);
  const given = { version: 0, group_id: 'course 12', restore: undefined };
  await ledger.save(
    inStatus('archived', {
      ...given,
      asset_id: 'archived1',
      playback_ids: [{ id: 'PLAY1', policy: 'public' }],
    }),
  );
  await ledger.save(inStatus('deleted', { ...given, asset_id: 'deleted1', archive: ARCHIVE }));
  await ledger.putAlias('playback', 'PLAY1', 'archived1');
  await around.remember();
});
beforeEach(() => around.reset());
afterAll(() => around.stop());

interface Given {
  readonly group?: string;
  readonly asset?: string;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
}

async function call(routeKey: string, { group, asset, query, body }: Given = {}) {
  const [method = '', path = ''] = routeKey.split(' ');
  const answer = await handler({
    routeKey,
    headers: {},
    pathParameters: { group_id: group, asset_id: asset },
    queryStringParameters: query,
    body: body === undefined ? undefined : JSON.stringify(body),
    requestContext: { requestId: 'call1', http: { method, path } },
  } as unknown as APIGatewayProxyEventV2);
  return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(answer.body ?? '{}') };
}

const BATCH = 'POST /v1/delete-requests/batch';
const WISH = { deleted_by_user_id: 'teacher-7', group_id: 'course 13' };

describe('a batch', () => {
  test('answers each item in its place, and refuses by item', async () => {
    const items = [
      { ...WISH, asset_id: 'new1' },
      { ...WISH, asset_id: 'new2', grace_days: 'soon' },
      { ...WISH, asset_id: 'new3', expiration_date: '2020-01-01' },
      { ...WISH, asset_id: 'new4', playback_id: 'PLAY1' },
      { ...WISH },
      'new5',
      { ...WISH, playback_id: 'PLAY1' },
    ];

    const { status, body } = await call(BATCH, { body: { items } });

    expect(status).toBe(200);
    const said = body.data.map(({ asset_id, status: each, problem }: Record<string, unknown>) => [
      asset_id,
      each,
      (problem as { code?: string; field?: string })?.code,
      (problem as { code?: string; field?: string })?.field,
    ]);
    expect(said).toEqual([
      ['new1', 202, undefined, undefined],
      [null, 400, 'INVALID_FIELD', 'grace_days'],
      ['new3', 400, 'DATE_IN_PAST', 'expiration_date'],
      [null, 400, 'INVALID_FIELD', 'playback_id'],
      [null, 400, 'INVALID_FIELD', 'asset_id'],
      [null, 400, 'INVALID_FIELD', 'item'],
      ['archived1', 409, 'REQUEST_DIFFERS', undefined],
    ]);
    expect(await ledger.get('new1')).toMatchObject({ status: 'requested', deleted_by_user_id: 'teacher-7' });
    expect(await ledger.get('new4')).toBeUndefined();
  });

  test('takes no deletion without a copy, which has a route of its own', async () => {
    const item = { ...WISH, asset_id: 'new1', mode: 'delete_only' };

    const { body } = await call(BATCH, { body: { items: [item] } });
    const alone = await call('POST /v1/delete-requests/delete-only', { body: { ...WISH, asset_id: 'new1' } });

    expect(body.data).toMatchObject([
      { status: 400, problem: { code: 'MODE_NEEDS_ITS_ROUTE', field: 'mode' } },
    ]);
    expect(alone).toMatchObject({ status: 202, body: { mode: 'delete_only', status: 'requested' } });
    expect(alone.body.warnings.join()).toContain('NOTHING_IS_KEPT');
  });

  test('may be larger than any other body, and holds no more than five hundred', async () => {
    // 100 kB; test/stages/batch.test.ts stores five hundred.
    const items = Array.from({ length: 100 }, () => ({
      ...WISH,
      asset_id: 'new1',
      reason: 'r'.repeat(1_000),
    }));
    const tooMany = Array.from({ length: 501 }, (_, at) => ({ ...WISH, asset_id: `new${at}` }));

    const large = await call(BATCH, { body: { items } });
    const more = await call(BATCH, { body: { items: tooMany } });

    expect(large.body.data).toHaveLength(100);
    expect(more).toMatchObject({ status: 400, body: { code: 'INVALID_FIELD', field: 'items' } });
  });
});

describe('a group', () => {
  test('is shown by its name, with a blank in it', async () => {
    const { status, body } = await call('GET /v1/groups/{group_id}', { group: 'course 12' });

    expect(status).toBe(200);
    expect(body).toMatchObject({ records: 2, by_status: { archived: 1, deleted: 1 }, whole: true });
  });

  test('has a map of its ids', async () => {
    const { status, body } = await call('GET /v1/groups/{group_id}/map', { group: 'course 12' });

    expect(status).toBe(200);
    expect(body).toEqual({
      data: [
        {
          asset_id: 'archived1',
          current_asset_id: 'archived1',
          playback_id: 'PLAY1',
          current_playback_id: 'PLAY1',
          reason: 'PLAYING',
          playable: true,
        },
      ],
      next_cursor: null,
    });
  });

  test('is quoted by a tier, which has to be one that there is', async () => {
    const route = 'GET /v1/groups/{group_id}';
    const bulk = await call(route, { group: 'course 12', query: { tier: 'Bulk' } });
    const expedited = await call(route, { group: 'course 12', query: { tier: 'Expedited' } });
    const both = await call(route, { group: 'course 12', query: { tier: 'Bulk', need_by: '2090-01-01' } });

    expect(bulk.body.restore.tiers).toEqual({ Bulk: 1 });
    expect(expedited).toMatchObject({ status: 400, body: { code: 'TIER_NOT_OFFERED', field: 'tier' } });
    expect(both).toMatchObject({ status: 400, body: { code: 'BOTH_WISHES' } });
  });

  test('shows a record that was restored and deleted again as what became of it', async () => {
    const given = { version: 0, group_id: 'course 14', restore: undefined };
    await ledger.save(inStatus('restored', { ...given, asset_id: 'life1', current_asset_id: 'life2' }));
    await ledger.save(inStatus('deleted', { ...given, asset_id: 'life2', restored_from: 'life1' }));

    const list = await call('GET /v1/delete-requests', { query: { group_id: 'course 14' } });
    const one = await call('GET /v1/delete-requests/{asset_id}', { asset: 'life1' });

    const said = { playable: false, current_asset_id: null, superseded_by: 'life2' };
    expect(list.body.data.find((each: { asset_id: string }) => each.asset_id === 'life1')).toMatchObject(
      said,
    );
    expect(one.body).toMatchObject({ asset_id: 'life1', status: 'restored', ...said });
  });

  test('is restored in the name of a user, and for a reason', async () => {
    const route = 'POST /v1/groups/{group_id}/restore';
    const nobody = await call(route, { group: 'course 12', body: {} });
    const { status, body } = await call(route, {
      group: 'course 12',
      body: { user_id: 'support-3', reason: 'ticket 4711' },
    });

    expect(nobody).toMatchObject({ status: 400, body: { field: 'user_id' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ done: true, outcomes: { cancelled: 1, restoring: 1 }, next_cursor: null });
    const restored = await ledger.get('deleted1');
    expect(restored?.restore?.requested_by).toBe('support-3');
    expect(restored?.history.at(-1)?.cause).toBe('restore: ticket 4711');
    expect((await ledger.get('archived1'))?.history.at(-1)?.cause).toBe('taken back: ticket 4711');
    // Not a question to Mux, however many there are.
    expect(around.mux.requests()).toBe(0);
  });

  test.each([
    ['GET /v1/groups/{group_id}', {}],
    ['GET /v1/groups/{group_id}/map', {}],
    ['POST /v1/groups/{group_id}/cancel', { body: { user_id: 'u' } }],
    ['POST /v1/groups/{group_id}/restore', { body: { user_id: 'u' } }],
  ])('that nobody has named is none: %s', async (route, given) => {
    const answer = await call(route, { ...given, group: 'nobody' });

    expect(answer).toMatchObject({ status: 404, body: { code: 'NO_SUCH_GROUP' } });
  });

  test('refuses a cursor of another walk', async () => {
    const body = { user_id: 'u', cursor: Buffer.from('{"of":"restore#x"}').toString('base64url') };

    const answer = await call('POST /v1/groups/{group_id}/cancel', { group: 'course 12', body });

    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_CURSOR', field: 'cursor' } });
  });
});

describe('find', () => {
  test('finds by a signed playback URL, and keeps nothing of it', async () => {
    const before = await around.written();
    const q = 'https://stream.mux.com/PLAY1.m3u8?token=SECRET';

    const { status, body } = await call('GET /v1/find', { query: { q } });

    expect(status).toBe(200);
    expect(body.matches).toMatchObject([{ matched_by: 'playback_id', asset_id: 'archived1' }]);
    expect(JSON.stringify(body)).not.toContain('SECRET');
    expect(await around.written()).toBe(before);
  });

  test.each([undefined, { q: '' }, { q: ' ' }, { q: 'x'.repeat(2_049) }])('refuses %j', async (query) => {
    expect(await call('GET /v1/find', { query })).toMatchObject({ status: 400, body: { field: 'q' } });
  });
});

describe('a request by another id', () => {
  const REQUEST = 'POST /v1/delete-requests';

  test('that is known asks nobody', async () => {
    const asked = around.mux.requests();

    const answer = await call(REQUEST, { body: { playback_id: 'PLAY1', deleted_by_user_id: 'u' } });

    // There is a request of somebody else's for the asset that it leads to.
    expect(answer).toMatchObject({ status: 409, body: { code: 'REQUEST_DIFFERS' } });
    expect(answer.body.detail).toContain('archived1');
    expect(around.mux.requests()).toBe(asked);
  });

  test('that is not known asks Mux once; when it cannot say, nothing is stored', async () => {
    const [asked, before] = [around.mux.requests(), await around.written()];

    const answer = await call(REQUEST, { body: { upload_id: 'UPLOAD1', deleted_by_user_id: 'u' } });

    expect(answer).toMatchObject({ status: 503, body: { code: 'TEMPORARILY_UNAVAILABLE' } });
    expect(answer.headers?.['retry-after']).toBe('5');
    expect(around.mux.requests()).toBe(asked + 1);
    expect(await around.written()).toBe(before);
  });

  test.each([
    [{ deleted_by_user_id: 'u' }, 'asset_id'],
    [{ asset_id: 'a', upload_id: 'b', deleted_by_user_id: 'u' }, 'upload_id'],
    [{ playback_id: 'a', upload_id: 'b', deleted_by_user_id: 'u' }, 'upload_id'],
  ])('%j names one video, no more and no less', async (body, field) => {
    expect(await call(REQUEST, { body })).toMatchObject({
      status: 400,
      body: { code: 'INVALID_FIELD', field },
    });
  });
});
