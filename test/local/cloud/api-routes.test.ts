// Which route answers, against "Routing API requests" of the HTTP API guide: the most specific match.
import { describe, expect, test } from 'vitest';
import { findRoute } from '../../../local/cloud/api-routes.ts';

const KEYS = [
  'ANY /v1/{rest+}',
  'GET /v1/assets/{asset_id}',
  'GET /v1/assets/all',
  'POST /v1/assets/{asset_id}/restore',
  'ANY /v1/assets/{asset_id}',
];
const ROUTES = KEYS.map((key) => ({ logicalId: key, key, functionArn: 'x', authorization: 'NONE' as const }));

describe('findRoute', () => {
  test.each([
    { call: 'GET /v1/assets/all', key: 'GET /v1/assets/all', parameters: undefined },
    { call: 'GET /v1/assets/abc', key: 'GET /v1/assets/{asset_id}', parameters: { asset_id: 'abc' } },
    { call: 'GET /v1/assets/a%20b', key: 'GET /v1/assets/{asset_id}', parameters: { asset_id: 'a b' } },
    { call: 'PUT /v1/assets/abc', key: 'ANY /v1/assets/{asset_id}', parameters: { asset_id: 'abc' } },
    {
      call: 'POST /v1/assets/a/restore',
      key: 'POST /v1/assets/{asset_id}/restore',
      parameters: { asset_id: 'a' },
    },
    { call: 'GET /v1/other/thing', key: 'ANY /v1/{rest+}', parameters: { rest: 'other/thing' } },
  ])('$call -> $key', ({ call, key, parameters }) => {
    const [method = '', path = ''] = call.split(' ');

    const match = findRoute(ROUTES, method, path);

    expect(match?.route.key).toBe(key);
    expect(match?.pathParameters).toEqual(parameters);
  });

  test('finds none for a path that no route has', () => {
    expect(findRoute(ROUTES, 'GET', '/v2/assets/abc')).toBeUndefined();
  });
});
