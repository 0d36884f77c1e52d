// GET …/quote through the API's own handler: any id of the lineage, the stack's own rates, and no question to Mux.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLedger } from '../../lambdas/adapters/ledger.ts';
import { ARCHIVE, inStatus } from '../domain/decision-records.ts';
import { type Surroundings, surround } from '../fuzz/surroundings.ts';

let around: Surroundings;
let handler: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

beforeAll(async () => {
  around = await surround();
  vi.stubEnv('STANDARD_WORTH_USD', '0.1');
  vi.stubEnv('MUX_PRICES', '{"encodingUsdPerMinute":{"plus":{"1080p":0.01}}}');
  ({ handler } = await import('../../lambdas/handlers/api.ts'));
  const ledger = createLedger(around);
  const fresh = { version: 0, archive: ARCHIVE, duration: 600, restore: undefined };
  await ledger.save(inStatus('deleted', { ...fresh, asset_id: 'deleted1' }));
  await ledger.save(inStatus('restored', { ...fresh, asset_id: 'first1', current_asset_id: 'second1' }));
  await ledger.putAlias('asset', 'second1', 'first1');
  await ledger.save(inStatus('deleted', { ...fresh, asset_id: 'second1', restored_from: 'first1' }));
  await ledger.save(inStatus('requested', { version: 0, asset_id: 'requested1' }));
});
afterAll(() => around.stop());

async function quote(assetId: string, query?: Record<string, string>) {
  const answer = await handler({
    routeKey: 'GET /v1/delete-requests/{asset_id}/quote',
    pathParameters: { asset_id: assetId },
    queryStringParameters: query,
    requestContext: { http: { method: 'GET', path: '/' } },
  } as unknown as APIGatewayProxyEventV2);
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? '{}') };
}

describe('GET …/quote', () => {
  test("answers by the stack's own rates, and asks neither Mux nor S3, nor writes", async () => {
    const before = await around.written();

    const { status, body } = await quote('deleted1');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      asset_id: 'deleted1',
      currency: 'USD',
      // Standard is 0.163057 dearer, and worth 0.1 here.
      chosen: 'Bulk',
      // 0.911479 for S3, and ten minutes of encoding at 0.01.
      estimated_cost_usd: 1.011479,
      offers: [{ tier: 'Bulk', meets_need_by: null }, { tier: 'Standard' }],
    });
    expect([around.mux.requests(), around.s3.requests()]).toEqual([0, 0]);
    expect(await around.written()).toBe(before);
  });

  test('takes the time by which the video is needed', async () => {
    const needBy = new Date(Date.now() + 13 * 3_600_000).toISOString();

    const { body } = await quote('deleted1', { need_by: needBy });

    expect(body).toMatchObject({
      chosen: 'Standard',
      offers: [{ meets_need_by: false }, { meets_need_by: true }],
    });
  });

  test.each(['first1', 'second1'])('is about what the video is now, also by the id %s', async (assetId) => {
    expect((await quote(assetId)).body).toMatchObject({ asset_id: 'second1', chosen: 'Bulk' });
  });

  test.each<[string, Record<string, string> | undefined, number, string]>([
    ['stranger1', undefined, 404, 'NOT_TRACKED'],
    ['requested1', undefined, 409, 'NOTHING_ARCHIVED_YET'],
    ['deleted1', { need_by: '2020-01-01' }, 400, 'DATE_IN_PAST'],
    ['deleted1', { need_by: 'tomorrow' }, 400, 'INVALID_DATE'],
    ['deleted1', { tier: 'Bulk' }, 400, 'UNKNOWN_FIELD'],
  ])('of %s with %j is refused: %i %s', async (assetId, query, status, code) => {
    expect(await quote(assetId, query)).toMatchObject({ status, body: { code } });
  });
});
