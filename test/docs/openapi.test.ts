// docs/openapi.yaml says what the API is: its routes, what its doors take, and what its own handler answers.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Content, OPENAPI_TEXT, openapi, type Parameter, resolved } from '../../docs/openapi-file.ts';
import { createLedger } from '../../lambdas/adapters/ledger.ts';
import { ROUTES } from '../../lambdas/contract/routes.ts';
import * as door from '../../lambdas/handlers/request-body.ts';
import { WEBHOOK_PATH } from '../../lib/api.ts';
import { inStatus } from '../domain/decision-records.ts';
import { runs, timeoutMs } from '../fuzz/fuzz.ts';
import { type Surroundings, surround } from '../fuzz/surroundings.ts';
import { answerFaults, CALLS, schemaFaults } from './openapi-answers.ts';
import { bodyOf, parametersOf, requestTo } from './openapi-requests.ts';

const keyOf = ({ method, template }: (typeof CALLS)[number]) => `${method.toUpperCase()} ${template}`;
const OF_API = CALLS.filter(({ template }) => template !== WEBHOOK_PATH);

let around: Surroundings;
let handler: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

const RESTING = ['requested', 'archived', 'deleted', 'thawing', 'restored', 'cancelled'] as const;

beforeAll(async () => {
  around = await surround();
  ({ handler } = await import('../../lambdas/handlers/api.ts'));
  const ledger = createLedger(around);
  for (const status of RESTING) {
    const details = {
      playback_ids: [{ id: `${status}Play`, policy: 'public' }],
      duration: 30,
      restore: undefined,
    };
    const tracks = [{ id: `${status}Track`, type: 'text' as const, name: 'English', language_code: 'en' }];
    await ledger.save(inStatus(status, { asset_id: status, version: 0, ...details, tracks }));
    await ledger.putAlias('playback', `${status}Play`, status);
    await ledger.putAlias('track', `${status}Track`, status);
  }
  await around.remember();
});
afterAll(() => around.stop());

async function call(routeKey: string, given: object = {}) {
  const [method = '', path = ''] = routeKey.split(' ');
  // As deployed: whoever calls has signed.
  const authorizer = { iam: { userArn: 'arn:aws:iam::123456789012:user/app' } };
  const requestContext = { http: { method, path }, authorizer };
  const event = { routeKey, headers: {}, isBase64Encoded: false, requestContext, ...given };
  const answer = await handler(event as unknown as APIGatewayProxyEventV2);
  const { statusCode = 0, headers = {}, body = '', isBase64Encoded } = answer;
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  return { status: statusCode, contentType: String(headers['content-type']), text };
}

describe('the file has', () => {
  test('every route of the stack, and no other', () => {
    const routes = [...Object.keys(ROUTES), `POST ${WEBHOOK_PATH}`];

    expect(CALLS.map(keyOf).sort()).toEqual(routes.sort());
  });

  test('every route that the handler serves, and no other', async () => {
    const { text } = await call('$default');

    const [, list = ''] = /^Use one of: (.*)\.$/.exec(JSON.parse(text).action) ?? [];
    expect(list.split(', ').sort()).toEqual(OF_API.map(keyOf).sort());
  });

  test('a parameter for every place in a path, and a name of its own for every call', () => {
    const wrong = CALLS.filter(({ template }) => {
      const places = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const given = parametersOf(template, 'path').map(({ name }) => name);
      return places.sort().join() !== given.sort().join();
    });

    expect(wrong.map(keyOf)).toEqual([]);
    expect(new Set(CALLS.map(({ operation }) => operation.operationId)).size).toBe(CALLS.length);
  });

  const bodies = Object.entries(door).flatMap(([name, schema]) =>
    /Body$/.test(name) && schema instanceof z.ZodType ? [[name, schema] as const] : [],
  );

  test.each(bodies)('%s as the door takes it', (name, schema) => {
    const named = openapi.components.schemas[name.replace(/^./, (first) => first.toUpperCase())];

    expect(bare(inlined(named))).toEqual(bare(z.toJSONSchema(schema, { io: 'input' })));
  });

  test.each([
    ['GET /v1/delete-requests', door.listQuery],
    ['GET /v1/delete-requests/{asset_id}/quote', door.quoteQuery],
    ['GET /v1/audits/{audit_id}', door.auditQuery],
    ['GET /v1/upcoming', door.upcomingQuery],
    ['GET /v1/erasures', door.erasureQuery],
  ])('the query of %s as the door takes it', (key, schema) => {
    const found = CALLS.find((each) => keyOf(each) === key);

    const named = found ? parametersOf(found.template, 'query').map(({ name }) => name) : [];
    expect(named.sort()).toEqual(Object.keys(schema.shape).sort());
  });

  test('only examples that are so', () => {
    const faults = CALLS.flatMap(({ template, operation }) => {
      const contents = [operation.requestBody, ...Object.values(operation.responses)].flatMap(
        (each) => each ?? [],
      );
      const shown = contents.flatMap((each) => Object.values(resolved<Content>(each).content ?? {}));
      const parameters = (operation.parameters ?? []).map((each) => resolved<Parameter>(each));
      return [...shown, ...parameters].flatMap(({ schema, example }) =>
        schema && example !== undefined
          ? schemaFaults(schema, example).map((fault) => `${template} ${fault}`)
          : [],
      );
    });

    expect(faults).toEqual([]);
  });
});

/** Words for people, and what only the file says. */
const ONLY_WORDS = ['description', '$schema', 'example', 'format', 'oneOf'];

function bare(value: unknown): unknown {
  const text = JSON.stringify(value, (key, inner) => (ONLY_WORDS.includes(key) ? undefined : inner));
  // An enum of texts is a text: zod says so, the file does not.
  return JSON.parse(text, (_, inner) => (inner?.enum ? { enum: inner.enum } : inner));
}

function inlined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, inner) => (inner?.$ref ? resolved(inner) : inner));
}

describe('the API', () => {
  const RUNS = 6;

  test.each(OF_API.map((each) => [keyOf(each), each] as const))(
    '%s: a request that the file allows gets an answer that it names, and never a 500',
    async (key, { template, method, operation }) => {
      if (method !== 'get') await around.reset();
      const ids = RESTING.flatMap((status) => [status, `${status}Play`, `${status}Track`]);

      await fc.assert(
        fc.asyncProperty(requestTo(template, operation, ids), async (request) => {
          const answer = await call(key, request);

          expect(answerFaults(method, template, answer)).toEqual([]);
          expect(answer.status).not.toBe(500);
          const { code } = answer.status >= 400 ? JSON.parse(answer.text) : {};
          expect(['INVALID_FIELD', 'UNKNOWN_FIELD', 'BODY_NOT_JSON']).not.toContain(code);
        }),
        { ...runs(RUNS), endOnFailure: true },
      );
    },
    timeoutMs(RUNS),
  );

  test.each(OF_API.filter(({ operation }) => bodyOf(operation)).map((each) => [keyOf(each), each] as const))(
    '%s refuses a field that the file does not have',
    async (key, { template, method, operation }) => {
      const [example] = bodyOf(operation)?.examples ?? [];
      const pathParameters = Object.fromEntries(
        parametersOf(template, 'path').map(({ name }) => [name, 'requested']),
      );

      const answer = await call(key, {
        pathParameters,
        body: JSON.stringify({ ...Object(example), stranger: 1 }),
      });

      expect(JSON.parse(answer.text)).toMatchObject({
        status: 400,
        code: 'UNKNOWN_FIELD',
        field: 'stranger',
      });
      expect(answerFaults(method, template, answer)).toEqual([]);
    },
  );

  test('serves the file itself', async () => {
    const answer = await call('GET /v1/openapi.yaml');

    expect(answer).toEqual({ status: 200, contentType: 'application/yaml', text: OPENAPI_TEXT });
  });
});
