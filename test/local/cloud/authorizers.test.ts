// Bearer tokens on the embedded cloud: the function as it runs on AWS, before a route; and what API Gateway makes of other answers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IcehouseClient } from '../../../client/icehouse.ts';
import { Authorizers, type RouteEvent, type Verdict } from '../../../local/cloud/authorizers.ts';
import { type Cloud, startCloud } from '../../../local/cloud/cloud.ts';
import { type DataDirectory, openDataDirectory } from '../../../local/cloud/data-directory.ts';
import type { Outcome } from '../../../local/cloud/function-process.ts';
import { type CloudPlan, EMPTY_PLAN } from '../../../local/cloud/plan.ts';
import { plannedFunction, REAL_TIME, temporaryDirectory } from './hand-made.ts';

const HANDLER = pathToFileURL(join(import.meta.dirname, '../../../lambdas/handlers/authorize.ts'));
const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:tokens-embedd';
const REQUEST = '5f1c'.repeat(16);
const BEFORE = '77ab'.repeat(16);
const OPERATE = 'c0de'.repeat(16);

describe('an app with a bearer token', () => {
  const directory = temporaryDirectory();
  let data: DataDirectory;
  let cloud: Cloud;

  beforeAll(async () => {
    writeFileSync(join(directory.path, 'index.mjs'), `export { handler } from '${HANDLER}';\n`);
    data = openDataDirectory(join(directory.path, 'data'));
    const tokens = { request: REQUEST, request_previous: BEFORE, operate: OPERATE, erase: '' };
    cloud = await startCloud(planned(directory.path), {
      ...{ data, clockwork: REAL_TIME, thawMs: 200 },
      secrets: { tokens: JSON.stringify(tokens) },
    });
  });
  afterAll(async () => {
    await cloud.close();
    data.release();
    directory[Symbol.dispose]();
  });

  function planned(bundleDirectory: string): CloudPlan {
    const authorize = plannedFunction('authorize', {
      ...{ bundleDirectory, handler: 'index.handler', environment: { BEARER_TOKENS_ID: SECRET_ARN } },
      statements: [{ effect: 'Allow', actions: ['secretsmanager:GetSecretValue'], resources: [SECRET_ARN] }],
    });
    const api = plannedFunction('api');
    const authorization = {
      logicalId: 'judge',
      functionArn: authorize.arn,
      identitySources: ['$request.header.Authorization', '$context.routeKey'],
      ttlSeconds: 60,
    };
    const keys = [
      'POST /v1/delete-requests',
      'POST /v1/delete-requests/{asset_id}/restore',
      'POST /v1/erasures',
    ];
    return {
      ...EMPTY_PLAN,
      functions: [authorize, api],
      routes: keys.map((key) => ({ logicalId: key, key, functionArn: api.arn, authorization })),
      secrets: [{ logicalId: 'tokens', name: 'tokens', arn: SECRET_ARN }],
    };
  }

  const post = (path: string, authorization?: string) =>
    fetch(`${cloud.urls.api}${path}`, {
      method: 'POST',
      ...{ headers: { ...(authorization && { authorization }) }, body: '{"secret":"of the body"}' },
    });

  test('is let in by its scope, and the route is told which', async () => {
    const response = await post('/v1/delete-requests', `Bearer ${REQUEST}`);

    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({
      requestContext: { authorizer: { lambda: { scope: 'request', principalId: 'token/request' } } },
      body: '{"secret":"of the body"}',
    });
  });

  test.each([
    ['without a header', '/v1/delete-requests', undefined, 401, 'Unauthorized'],
    ['with another token', '/v1/delete-requests', `Bearer ${'0'.repeat(64)}`, 403, 'Forbidden'],
    ['with the one before it', '/v1/delete-requests', `Bearer ${BEFORE}`, 201, undefined],
    ['that may not restore', '/v1/delete-requests/a/restore', `Bearer ${REQUEST}`, 403, 'Forbidden'],
    ['that may', '/v1/delete-requests/a/restore', `Bearer ${OPERATE}`, 201, undefined],
    ['that may operate', '/v1/delete-requests', `Bearer ${OPERATE}`, 201, undefined],
    ['that may not erase', '/v1/erasures', `Bearer ${OPERATE}`, 403, 'Forbidden'],
    ['with an empty token', '/v1/erasures', 'Bearer ', 403, 'Forbidden'],
  ])('%s: %s', async (_, path, authorization, status, text) => {
    const response = await post(path, authorization);

    expect(response.status).toBe(status);
    expect(((await response.json()) as { message?: string }).message).toBe(text);
  });

  test('comes with it by the client, which is told of a refusal', async () => {
    const client = new IcehouseClient({ base: cloud.urls.api, token: REQUEST });

    const refused = client.restore('a');

    await expect(refused).rejects.toMatchObject({ status: 403 });
  });
});

describe('API Gateway', () => {
  const event = (routeKey: string, authorization = 'Bearer t'): RouteEvent => ({
    ...{ routeKey, headers: { authorization }, body: 'unseen', isBase64Encoded: false, requestContext: {} },
  });
  const planned = (more = {}) => ({
    ...{ logicalId: 'judge', functionArn: 'arn', ttlSeconds: 60 },
    identitySources: ['$request.header.Authorization', '$context.routeKey'],
    ...more,
  });

  /** An authorizer whose function gives these answers, one after the other. */
  function answering(answers: readonly (unknown | Error)[], timeScale = 1) {
    const asked: Record<string, unknown>[] = [];
    const invoke = async (_: string, payload: string): Promise<Outcome> => {
      asked.push(JSON.parse(payload));
      const answer = answers[asked.length - 1];
      const fault = { errorType: 'Error', errorMessage: 'broken' };
      return answer instanceof Error ? { ok: false, fault } : { ok: true, payload: JSON.stringify(answer) };
    };
    return { asked, authorizers: new Authorizers(invoke, timeScale) };
  }

  const YES = { isAuthorized: true };
  const NO = { isAuthorized: false };
  const wordOf = (verdict: Verdict) => (verdict.kind === 'allowed' ? 200 : verdict.statusCode);

  async function judged(answers: unknown[], events: RouteEvent[], more = {}, timeScale = 1) {
    const { asked, authorizers } = answering(answers, timeScale);
    const verdicts: number[] = [];
    for (const each of events) verdicts.push(wordOf(await authorizers.judge(planned(more), each)));
    return { verdicts, asked: asked.length };
  }

  test('tells the function of the call, but not of its body', async () => {
    const { asked, authorizers } = answering([YES]);

    await authorizers.judge(planned(), event('GET /a'));

    expect(asked).toEqual([
      {
        type: 'REQUEST',
        routeKey: 'GET /a',
        identitySource: ['Bearer t', 'GET /a'],
        headers: { authorization: 'Bearer t' },
        requestContext: {},
      },
    ]);
  });

  test('keeps an answer, yes or no, for the same route and header', async () => {
    const events = [event('GET /a'), event('GET /a'), event('GET /b'), event('GET /a', 'other')];

    expect(await judged([YES, NO, NO], events)).toEqual({ verdicts: [200, 200, 403, 403], asked: 3 });
  });

  test('keeps it for all routes where the route is no identity source', async () => {
    const only = { identitySources: ['$request.header.Authorization'] };

    expect(await judged([YES, NO], [event('GET /a'), event('DELETE /all')], only)).toEqual({
      verdicts: [200, 200],
      asked: 1,
    });
  });

  test('keeps none where it is told so', async () => {
    const events = [event('GET /a'), event('GET /a')];

    expect(await judged([YES, NO], events, { ttlSeconds: 0 })).toEqual({ verdicts: [200, 403], asked: 2 });
    expect(await judged([YES, NO], events, {}, 1e9)).toEqual({ verdicts: [200, 403], asked: 2 });
  });

  test.each([
    ['failed', new Error('broken')],
    ['answered nothing', null],
    ['answered with a policy', { principalId: 'x', policyDocument: {} }],
    ['answered in words', { isAuthorized: 'true' }],
  ])('answers 500 when the function %s, and asks again', async (_, answer) => {
    expect(await judged([answer, YES], [event('GET /a'), event('GET /a')])).toEqual({
      verdicts: [500, 200],
      asked: 2,
    });
  });

  test('asks nobody where an identity source is missing or empty', async () => {
    expect(await judged([YES], [event('GET /a', ''), { ...event('GET /a'), headers: {} }])).toEqual({
      verdicts: [401, 401],
      asked: 0,
    });
  });
});
