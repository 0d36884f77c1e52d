// The webhook's own handler under arbitrary deliveries: only a genuine signature wakes anybody, and nothing makes it throw.
import { createHmac } from 'node:crypto';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger } from '../../lambdas/adapters/ledger.ts';
import { aRecord } from '../fakes/record.ts';
import { anyJson, broken, oddText, runs, timeoutMs } from './fuzz.ts';
import { type Surroundings, surround, WEBHOOK_SECRET } from './surroundings.ts';

const RUNS = 80;

let around: Surroundings;
let handler: (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;

beforeAll(async () => {
  around = await surround();
  ({ handler } = await import('../../lambdas/handlers/webhook.ts'));
  await createLedger(around).save(aRecord({ asset_id: 'awaited1', status: 'preparing' }));
  await around.remember();
});
afterAll(() => around.stop());

const AWAITED = { type: 'video.asset.master.ready', id: 'event1', data: { id: 'awaited1' } };

function sign(body: string, seconds: number, secret = WEBHOOK_SECRET): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}

function anEvent(body: string | undefined, header: string | undefined, isBase64Encoded = false) {
  const headers = header === undefined ? {} : { 'mux-signature': header };
  const sent = isBase64Encoded && body !== undefined ? Buffer.from(body).toString('base64') : body;
  return { headers, body: sent, isBase64Encoded } as unknown as APIGatewayProxyEventV2;
}

async function deliver(event: APIGatewayProxyEventV2) {
  const { statusCode, body: text = '' } = await handler(event);
  return { statusCode, body: JSON.parse(text) as Record<string, unknown> };
}

const nowSeconds = () => Math.floor(Date.now() / 1_000);

const oddBody = fc.oneof(
  anyJson().map((value) => JSON.stringify(value)),
  broken(AWAITED).map((value) => JSON.stringify(value)),
  anyJson().map((data) => JSON.stringify({ ...AWAITED, data })),
  anyJson().map((id) => JSON.stringify({ ...AWAITED, data: { id, asset_id: id } })),
  oddText(),
  fc.constantFrom('', 'null', '['.repeat(50_000), `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
);

/** Each makes of a genuine header one that is not. */
const forgery = fc.oneof(
  fc.constantFrom(
    (time: number, hex: string) => `t=${time},v0=${hex}`,
    (time: number, hex: string) => `t=${time},v1=${hex.toUpperCase()}F`,
    (time: number, hex: string) => `t=${time},t=${time},v1=${hex}`,
    (time: number, hex: string) => `t=${time + 1},v1=${hex}`,
    (time: number, hex: string) => `t=${time}.0,v1=${hex}`,
    (time: number, hex: string) => `t=-${time},v1=${hex}`,
    (_: number, hex: string) => `t=${'9'.repeat(400)},v1=${hex}`,
    (time: number, hex: string) => `v1=${hex},t=`.padEnd(10 + (time % 7)),
    (time: number, hex: string) => `t=${time},${`v1=${hex.replace(/./, 'g')},`.repeat(2_000)}`,
    (time: number, _: string) => `t=${time},v1=${sign(JSON.stringify(AWAITED), time, 'whsec_other')}`,
    (time: number, _: string) => `t=${time - 301},v1=${sign(JSON.stringify(AWAITED), time - 301)}`,
    (time: number, _: string) => `t=${time + 310},v1=${sign(JSON.stringify(AWAITED), time + 310)}`,
  ),
  fc.tuple(fc.nat(63), fc.integer({ min: 1, max: 15 })).map(([at, by]) => (time: number, hex: string) => {
    const digit = ((Number.parseInt(hex.charAt(at), 16) + by) % 16).toString(16);
    return `t=${time},v1=${hex.slice(0, at)}${digit}${hex.slice(at + 1)}`;
  }),
  oddText().map((text) => () => text),
);

describe('the webhook', () => {
  test(
    'takes no forged signature, says why by a code, and wakes nobody for one',
    async () => {
      const body = JSON.stringify(AWAITED);

      await fc.assert(
        fc.asyncProperty(forgery, fc.boolean(), async (forge, isBase64Encoded) => {
          const before = await around.written();
          const time = nowSeconds();

          const answer = await deliver(anEvent(body, forge(time, sign(body, time)), isBase64Encoded));

          expect(answer).toMatchObject({
            statusCode: 401,
            body: { code: expect.stringMatching(/^WEBHOOK_[A-Z_]+$/) },
          });
          expect(await around.written()).toBe(before);
          expect(around.started()).toBe(0);
        }),
        runs(RUNS),
      );
    },
    timeoutMs(RUNS),
  );

  test(
    'answers whatever is genuinely signed, and wakes only the record that waits for it',
    async () => {
      await fc.assert(
        fc.asyncProperty(oddBody, fc.boolean(), async (text, isBase64Encoded) => {
          const before = await around.written();
          // As it would come over the wire: a lone surrogate has no bytes.
          const body = Buffer.from(text).toString();
          const time = nowSeconds();
          const header = `t=${time},v1=${'0'.repeat(64)},v1=${sign(body, time)}`;

          const { statusCode, body: said } = await deliver(anEvent(body, header, isBase64Encoded));

          if (statusCode === 200) expect(said.outcome).toMatch(/^(ignored|not tracked|not awaited|woken)$/);
          else
            expect({ statusCode, said }).toMatchObject({
              statusCode: 400,
              said: { code: 'WEBHOOK_BODY_UNREADABLE' },
            });
          if (said.outcome === 'woken') return around.reset();
          expect(await around.written()).toBe(before);
        }),
        runs(RUNS),
      );
    },
    timeoutMs(RUNS),
  );

  test('never calls Mux or S3', () => {
    expect(around.mux.requests() + around.s3.requests()).toBe(0);
  });
});

describe('found by fuzzing: the webhook', () => {
  test('refuses a delivery without any headers', async () => {
    const event = { body: '{}', isBase64Encoded: false } as unknown as APIGatewayProxyEventV2;

    expect(await deliver(event)).toMatchObject({
      statusCode: 401,
      body: { code: 'WEBHOOK_SIGNATURE_MISSING' },
    });
  });
});
