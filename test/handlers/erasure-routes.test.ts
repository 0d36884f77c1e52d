// Orders of erasure through the API's own handler: what goes over the wire.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createLedger } from '../../lambdas/adapters/ledger.ts';
import type { Ledger } from '../../lambdas/stages/ports.ts';
import { schemaFaults } from '../docs/openapi-answers.ts';
import { ARCHIVE, inStatus } from '../domain/decision-records.ts';
import { type Surroundings, surround } from '../fuzz/surroundings.ts';

let around: Surroundings;
let ledger: Ledger;
let handler: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

beforeAll(async () => {
  around = await surround();
  ({ handler } = await import('../../lambdas/handlers/api.ts'));
  ledger = createLedger(around);
  await ledger.save(inStatus('deleted', { version: 0, restore: undefined, archive: ARCHIVE }));
  await ledger.putAlias('playback', 'PLAY1', 'asset1');
  await around.remember();
});
afterAll(() => around.stop());

async function call(routeKey: string, body?: unknown, erasureId?: string, query?: Record<string, string>) {
  const [method = '', path = ''] = routeKey.split(' ');
  const answer = await handler({
    routeKey,
    headers: {},
    pathParameters: erasureId === undefined ? undefined : { erasure_id: erasureId },
    queryStringParameters: query,
    body: body === undefined ? undefined : JSON.stringify(body),
    requestContext: {
      requestId: 'call1',
      http: { method, path },
      authorizer: { iam: { userArn: 'arn:aws:iam::123456789012:user/privacy' } },
    },
  } as unknown as APIGatewayProxyEventV2);
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') };
}

const ORDER = 'POST /v1/erasures';
const STOP = 'POST /v1/erasures/{erasure_id}/stop';
const LOOK = 'GET /v1/erasures/{erasure_id}';
const WISH = { asset_id: 'asset1', legal_basis: 'GDPR Art. 17', requested_by: 'privacy-2' };
const WHY = { user_id: 'privacy-3', reason: 'another account' };

describe('an order', () => {
  afterEach(() => around.reset());

  test('is answered 202, looked at, listed and stopped', async () => {
    const ordered = await call(ORDER, { ...WISH, asset_id: undefined, playback_id: 'PLAY1' });
    const id = ordered.body.erasure_id;
    const seen = await call(LOOK, undefined, id);
    const listed = await call('GET /v1/erasures');
    const stopped = await call(STOP, WHY, id);

    expect(ordered).toMatchObject({ status: 202, body: { state: 'waiting', asset_ids: ['asset1'] } });
    expect(id).toMatch(/^[a-z0-9]{16,64}$/);
    expect(schemaFaults({ $ref: '#/components/schemas/Erasure' }, ordered.body)).toEqual([]);
    expect(seen.body).toMatchObject({
      principal: 'arn:aws:iam::123456789012:user/privacy',
      request_id: 'call1',
    });
    expect(listed.body).toMatchObject({ data: [{ erasure_id: id, state: 'waiting' }], next_cursor: null });
    expect(stopped).toMatchObject({ status: 200, body: { state: 'stopped', stopped: WHY } });
    expect((await ledger.get('asset1'))?.status).toBe('deleted');
    // Nothing of it was asked of Mux.
    expect(around.mux.requests()).toBe(0);
  });

  test.each([
    [undefined, 72],
    [72, 72],
    [720, 720],
  ])('that wants %s hours can be stopped for %s', async (stop_hours, hours) => {
    const { body } = await call(ORDER, { ...WISH, stop_hours });

    expect(Date.parse(body.executes_at) - Date.parse(body.ordered_at)).toBe(hours * 3_600_000);
  });
});

test.each([
  [{ ...WISH, stop_hours: 71 }, 400, 'STOP_TIME_TOO_SHORT', 'stop_hours'],
  [{ ...WISH, stop_hours: 721 }, 400, 'INVALID_FIELD', 'stop_hours'],
  [{ ...WISH, legal_basis: '' }, 400, 'INVALID_FIELD', 'legal_basis'],
  [{ ...WISH, legal_basis: undefined }, 400, 'INVALID_FIELD', 'legal_basis'],
  [{ ...WISH, requested_by: undefined }, 400, 'INVALID_FIELD', 'requested_by'],
  [{ ...WISH, playback_id: 'PLAY1' }, 400, 'INVALID_FIELD', 'playback_id'],
  [{ ...WISH, asset_id: undefined }, 400, 'INVALID_FIELD', 'asset_id'],
  [{ ...WISH, asset_id: 'stranger' }, 404, 'NOT_TRACKED', undefined],
])('%j is refused', async (body, status, code, field) => {
  expect(await call(ORDER, body)).toMatchObject({ status, body: { code, ...(field && { field }) } });
  expect((await ledger.get('asset1'))?.status).toBe('deleted');
});

test.each([
  [LOOK, undefined, 'e'.repeat(32), 404, 'NO_SUCH_ERASURE'],
  [STOP, WHY, 'e'.repeat(32), 404, 'NO_SUCH_ERASURE'],
  [LOOK, undefined, '../records', 400, 'INVALID_FIELD'],
  [STOP, { user_id: 'u' }, 'e'.repeat(32), 400, 'INVALID_FIELD'],
  [STOP, { reason: 'r' }, 'e'.repeat(32), 400, 'INVALID_FIELD'],
])('%s %j of %s is refused', async (route, body, id, status, code) => {
  expect(await call(route, body, id)).toMatchObject({ status, body: { code } });
});

test('a cursor that no list gave is refused', async () => {
  const answer = await call('GET /v1/erasures', undefined, undefined, { cursor: 'bm9uZQ' });

  expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_CURSOR', field: 'cursor' } });
});
