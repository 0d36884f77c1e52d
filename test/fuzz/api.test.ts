// The API's own handler under arbitrary calls: always an answer, every refusal with a code, nothing written by one.
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger } from '../../lambdas/adapters/ledger.ts';
import { toItem } from '../../lambdas/adapters/ledger-item.ts';
import type { AssetRecord } from '../../lambdas/domain/record.ts';
import { aRecord } from '../fakes/record.ts';
import { anyJson, broken, oddText, PROTOTYPE_KEYS, runs, timeoutMs } from './fuzz.ts';
import { type Surroundings, surround } from './surroundings.ts';

const RUNS = 120;

let around: Surroundings;
let handler: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

beforeAll(async () => {
  around = await surround();
  ({ handler } = await import('../../lambdas/handlers/api.ts'));
  const ledger = createLedger(around);
  for (const record of RECORDS) await ledger.save(record);
  await ledger.putAlias('playback', 'play1', 'archived1');
  await around.remember();
});
afterAll(() => around.stop());

const object = { key: 'mux/env1/archived1/1/master.mp4', version_id: 'v1', size_bytes: 9, crc32: 'AAAAAA==' };
const archive = {
  ...object,
  bucket: 'vault',
  storage_class: 'DEEP_ARCHIVE',
  token: 't'.repeat(32),
  verified_at: '2026-11-01T00:00:00.000Z',
  manifest: { ...object, key: 'mux/env1/archived1/1/manifest.json' },
  captions: [],
} as const;

const RECORDS: readonly AssetRecord[] = [
  aRecord({ asset_id: 'requested1', group_id: 'group1' }),
  aRecord({ asset_id: 'archiving1', status: 'archiving' }),
  aRecord({
    asset_id: 'archived1',
    status: 'archived',
    archive,
    playback_ids: [{ id: 'play1', policy: 'public' }],
  }),
  aRecord({ asset_id: 'deleting1', status: 'deleting', archive }),
  aRecord({ asset_id: 'deleted1', status: 'deleted', archive }),
  aRecord({ asset_id: 'cancelled1', status: 'cancelled' }),
  aRecord({ asset_id: 'failed1', status: 'failed' }),
];

/** As in lib/api.ts, and some that no route of the stack has. */
const ROUTES = [
  'POST /v1/delete-requests',
  'GET /v1/delete-requests',
  'GET /v1/delete-requests/{asset_id}',
  'PATCH /v1/delete-requests/{asset_id}',
  'DELETE /v1/delete-requests/{asset_id}',
  'POST /v1/delete-requests/{asset_id}/cancel',
  'POST /v1/delete-requests/{asset_id}/restore',
  'GET /v1/delete-requests/{asset_id}/quote',
  'PUT /v1/delete-requests/{asset_id}/hold',
  'DELETE /v1/delete-requests/{asset_id}/hold',
  'POST /v1/delete-requests/batch',
  'GET /v1/groups/{group_id}',
  'GET /v1/groups/{group_id}/map',
  'POST /v1/groups/{group_id}/cancel',
  'POST /v1/groups/{group_id}/restore',
  'GET /v1/find',
  'PUT /v1/hold',
  'GET /v1/hold',
  'DELETE /v1/hold',
  'GET /v1/assets/{asset_id}',
  'GET /v1/assets/{asset_id}/manifest',
  'GET /v1/assets/{asset_id}/sidecars/{name}',
  'GET /v1/tracks/{track_id}',
  'GET /v1/playback-ids/{playback_id}',
  '$default',
];

/** All others are answered from the ledger, and a few by asking Mux. */
const FROM_VAULT = ['GET /v1/assets/{asset_id}/manifest', 'GET /v1/assets/{asset_id}/sidecars/{name}'];

const GENUINE_BODY = {
  asset_id: 'requested1',
  playback_id: 'play1',
  upload_id: 'unknown1',
  items: [{ asset_id: 'requested1', deleted_by_user_id: 'user-7' }, { playback_id: 'play1' }],
  deleted_by_user_id: 'user-7',
  user_id: 'user-7',
  expiration_date: '2026-12-24',
  grace_days: 3,
  reason: 'asked',
  group_id: 'group1',
  tier: 'Bulk',
  need_by: '2026-12-01T00:00:00Z',
  until: '2026-12-01T00:00:00Z',
};

/** Subsets too, since no call takes all of these fields. */
const someBody = fc
  .tuple(broken(GENUINE_BODY), fc.subarray(Object.keys(GENUINE_BODY)))
  .map(([body, kept]) =>
    Object.fromEntries(
      Object.entries(body).filter(([name]) => kept.includes(name) || !(name in GENUINE_BODY)),
    ),
  );

const body = fc.oneof(
  fc.constant(undefined),
  oddText(),
  someBody.map((value) => JSON.stringify(value)),
  anyJson().map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '{"__proto__":{"user_id":"x"}}',
    '['.repeat(30_000),
    `{"reason":"${'r'.repeat(70_000)}"}`,
    '﻿{}',
    '{"asset_id":"a","asset_id":"b"}',
  ),
);

const id = fc.oneof(
  fc.constantFrom(...RECORDS.map(({ asset_id }) => asset_id), 'play1', 'unknown1', ...PROTOTYPE_KEYS),
  oddText(),
);
const path = fc.option(
  fc.record({ asset_id: id, playback_id: id, track_id: id, group_id: id, name: id }, { requiredKeys: [] }),
  {
    nil: undefined,
  },
);
const cursor = fc.oneof(
  oddText(),
  anyJson().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  fc
    .record(
      { of: fc.constantFrom('#', 'failed#', '#group1'), walk: oddText(), after: oddText() },
      { requiredKeys: ['of'] },
    )
    .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
);
const query = fc.option(
  fc.record(
    {
      status: fc.oneof(fc.constantFrom('failed', 'archived'), oddText()),
      group_id: fc.oneof(fc.constant('group1'), oddText()),
      limit: fc.oneof(
        fc.constantFrom('1', '100', '1e1', '-1', 'NaN', 'Infinity', '9'.repeat(400)),
        oddText(),
      ),
      cursor,
      q: fc.oneof(id, fc.constantFrom('https://stream.mux.com/play1.m3u8?token=x', 'https://[', 'a/%ff')),
      other: oddText(),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);

const call = fc
  .record({
    routeKey: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...ROUTES) },
      { weight: 1, arbitrary: fc.constantFrom(...PROTOTYPE_KEYS) },
    ),
    pathParameters: path,
    queryStringParameters: query,
    body,
    isBase64Encoded: fc.boolean(),
    isReallyBase64: fc.boolean(),
    authorizer: fc.constantFrom(
      undefined,
      {},
      { iam: {} },
      { iam: { userArn: 'arn:aws:iam::123456789012:user/x' } },
    ),
  })
  .map(({ isReallyBase64, authorizer, ...given }) =>
    anEvent({
      ...given,
      body:
        isReallyBase64 && given.isBase64Encoded
          ? Buffer.from(given.body ?? '').toString('base64')
          : given.body,
      authorizer,
    }),
  );

interface Given {
  readonly routeKey: string;
  readonly pathParameters?: Record<string, string>;
  readonly queryStringParameters?: Record<string, string>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly authorizer?: unknown;
}

function anEvent({ authorizer, ...given }: Given): APIGatewayProxyEventV2 {
  const [method = 'GET', rawPath = '/'] = given.routeKey.split(' ');
  const requestContext = { http: { method, path: rawPath }, authorizer };
  return {
    version: '2.0',
    rawPath,
    rawQueryString: '',
    headers: {},
    isBase64Encoded: false,
    ...given,
    requestContext,
  } as unknown as APIGatewayProxyEventV2;
}

async function answerTo(event: APIGatewayProxyEventV2) {
  const { statusCode = 0, headers = {}, body: text = '' } = await handler(event);
  return { statusCode, type: headers['content-type'], body: JSON.parse(text) as Record<string, unknown> };
}

describe('the API', () => {
  test(
    'answers whatever comes, refuses with a code, and a refusal changes nothing',
    async () => {
      await fc.assert(
        fc.asyncProperty(call, async (event) => {
          const before = await around.written();
          const muxBefore = around.mux.requests();
          const s3Before = around.s3.requests();
          const startedBefore = around.started();

          const { statusCode, type, body: said } = await answerTo(event);

          const askedS3 = around.s3.requests() > s3Before;
          const asked = askedS3 || around.mux.requests() > muxBefore;
          if (askedS3) expect(FROM_VAULT).toContain(event.routeKey);
          // Mux and S3 are out of order here: who has to ask them says so, and nobody else answers 503.
          if (statusCode === 503) expect(asked).toBe(true);
          else expect(statusCode).toSatisfy((status: number) => status >= 200 && status < 500);
          if (statusCode < 400) {
            expect(type).toBe('application/json');
            if ((await around.written()) !== before) await around.reset();
            return;
          }
          expect(type).toBe('application/problem+json');
          expect(said).toMatchObject({ status: statusCode, code: expect.stringMatching(/^[A-Z][A-Z_]+$/) });
          expect(await around.written()).toBe(before);
          expect(around.started()).toBe(startedBefore);
          if (statusCode !== 503) expect(asked).toBe(false);
        }),
        runs(RUNS),
      );
    },
    timeoutMs(RUNS),
  );

  test.each([
    ['GET /v1/assets/{asset_id}/manifest', 503, 'TEMPORARILY_UNAVAILABLE'],
    ['GET /v1/assets/{asset_id}/sidecars/{name}', 404, 'NO_SUCH_SIDECAR'],
  ])('says of %s, S3 being out of order, %i %s', async (routeKey, status, code) => {
    const event = anEvent({ routeKey, pathParameters: { asset_id: 'deleted1', name: 'other.vtt' } });

    expect(await answerTo(event)).toMatchObject({ statusCode: status, body: { code } });
  });
});

describe('found by fuzzing: the API', () => {
  test.each(PROTOTYPE_KEYS)('knows no route named %s', async (routeKey) => {
    expect(await answerTo(anEvent({ routeKey }))).toMatchObject({
      statusCode: 404,
      body: { code: 'NO_SUCH_ROUTE' },
    });
  });

  test('refuses a field named __proto__ like any unknown one', async () => {
    const event = anEvent({
      routeKey: 'POST /v1/delete-requests',
      body: '{"asset_id":"new1","deleted_by_user_id":"user-7","__proto__":{"grace_days":0}}',
    });

    expect(await answerTo(event)).toMatchObject({
      statusCode: 400,
      body: { code: 'UNKNOWN_FIELD', field: '__proto__' },
    });
  });

  test('says of a record that it cannot read what is wrong with it, and leaves it', async () => {
    const item = { ...toItem(aRecord({ asset_id: 'later1', version: 4 })), schema: { N: '2' } };
    await around.client.send(new PutItemCommand({ TableName: around.tableName, Item: item }));
    const before = await around.written();
    const body = '{"asset_id":"later1","deleted_by_user_id":"user-7"}';

    const answer = await answerTo(anEvent({ routeKey: 'POST /v1/delete-requests', body }));

    expect(answer).toMatchObject({ statusCode: 503, body: { code: 'LEDGER_SCHEMA_NEWER' } });
    expect(await around.written()).toBe(before);
  });
});
