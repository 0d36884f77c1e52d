// What gets through the webhook door, and what does not. Signatures were made by `openssl dgst -sha256 -hmac <secret>`
// over `1700000000.<body>`; in the last part Mux's own SDK is asked.
import { createHmac } from 'node:crypto';
import Mux from '@mux/mux-node';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { subjectOf, verifyWebhook } from '../../lambdas/adapters/mux-webhook.ts';

const BODY =
  '{"type":"video.asset.master.ready","id":"3ab1f8a0-0b7c-4b3e-9d55-0c5d5f6f1b11","created_at":"2023-11-14T22:13:20.000000Z","object":{"type":"asset","id":"UIKNyuUl01fkMf4008jkUIKN"},"environment":{"name":"Production","id":"j0863n"},"data":{"id":"UIKNyuUl01fkMf4008jkUIKN","status":"ready","master_access":"temporary","title":"Grüße"},"attempts":[]}';
const BY_CURRENT = '5934f9e002e26238923f119432b300386bb96c7fd3c1373fe8d234dd555515fe';
const BY_PREVIOUS = '01c5c10c95c48a6a359495efaed262586625af006fd6f6fa47d5b07a7e6804c0';
const NOT_JSON_BY_CURRENT = '49c0d3b3f7fbc6240e05c811ac338b3bc1e0f3fafe8bc2f8fec47b2f8daa17c6';
const LIST_BY_CURRENT = 'db64f3f73f10cb9d948b26e7c9e8ab2d36a297add9135de5cdf9431d394d71fb';
const ODD_BYTES_BY_CURRENT = 'a8c08674b75915356dd30dd4e893477e56f586ccc6f34738bfc5e052db6e032c';
const SIGNED_AT_MS = 1_700_000_000_000;

const genuine = {
  rawBody: BODY,
  header: `t=1700000000,v1=${BY_CURRENT}`,
  secrets: ['whsec_current', 'whsec_previous'],
  nowMs: SIGNED_AT_MS,
};

describe('the signature', () => {
  test('lets a genuine event through and keeps the part we use', () => {
    const verdict = verifyWebhook(genuine);

    expect(verdict).toEqual({
      ok: true,
      event: {
        type: 'video.asset.master.ready',
        id: '3ab1f8a0-0b7c-4b3e-9d55-0c5d5f6f1b11',
        created_at: '2023-11-14T22:13:20.000000Z',
        environment: { id: 'j0863n' },
        data: { id: 'UIKNyuUl01fkMf4008jkUIKN' },
      },
    });
  });

  test.each([
    ['bytes instead of text', { rawBody: Buffer.from(BODY) }],
    ['the secret before, while it is being changed', { header: `t=1700000000,v1=${BY_PREVIOUS}` }],
    [
      'the right signature after a wrong one',
      { header: `t=1700000000,v1=${'0'.repeat(64)},v1=${BY_CURRENT}` },
    ],
    ['a scheme of the future beside it', { header: `t=1700000000,v2=abc,v1=${BY_CURRENT}` }],
    ['blanks after the commas', { header: `t=1700000000, v1=${BY_CURRENT}` }],
    ['a clock 300 s behind', { nowMs: SIGNED_AT_MS - 300_000 }],
    ['a clock 300 s ahead', { nowMs: SIGNED_AT_MS + 300_000 }],
  ])('accepts %s', (_, change) => {
    expect(verifyWebhook({ ...genuine, ...change }).ok).toBe(true);
  });

  test.each([
    ['no header', { header: undefined }, 'WEBHOOK_SIGNATURE_MISSING'],
    ['an empty header', { header: '' }, 'WEBHOOK_SIGNATURE_MISSING'],
    ['no secret', { secrets: [] }, 'WEBHOOK_SECRET_MISSING'],
    ['empty secrets only', { secrets: ['', ''] }, 'WEBHOOK_SECRET_MISSING'],
    ['a header without time', { header: `v1=${BY_CURRENT}` }, 'WEBHOOK_SIGNATURE_MALFORMED'],
    ['two times', { header: `t=1700000000,t=1,v1=${BY_CURRENT}` }, 'WEBHOOK_SIGNATURE_MALFORMED'],
    [
      'a time that only begins as one',
      { header: `t=1700000000x,v1=${BY_CURRENT}` },
      'WEBHOOK_SIGNATURE_MALFORMED',
    ],
    ['no v1', { header: 't=1700000000' }, 'WEBHOOK_SIGNATURE_MALFORMED'],
    ['a short v1', { header: `t=1700000000,v1=${BY_CURRENT.slice(2)}` }, 'WEBHOOK_SIGNATURE_MALFORMED'],
    ['a v1 that is not hex', { header: `t=1700000000,v1=${'g'.repeat(64)}` }, 'WEBHOOK_SIGNATURE_MALFORMED'],
    ['another secret', { secrets: ['whsec_other'] }, 'WEBHOOK_SIGNATURE_WRONG'],
    ['another time', { header: `t=1700000001,v1=${BY_CURRENT}` }, 'WEBHOOK_SIGNATURE_WRONG'],
    ['JSON written again', { rawBody: JSON.stringify(JSON.parse(BODY), null, 1) }, 'WEBHOOK_SIGNATURE_WRONG'],
    ['an old event', { nowMs: SIGNED_AT_MS + 300_001 }, 'WEBHOOK_TIME_OUT_OF_RANGE'],
    ['an event from far in the future', { nowMs: SIGNED_AT_MS - 300_001 }, 'WEBHOOK_TIME_OUT_OF_RANGE'],
    [
      'a signed body that is not JSON',
      { rawBody: 'not json', header: `t=1700000000,v1=${NOT_JSON_BY_CURRENT}` },
      'WEBHOOK_BODY_UNREADABLE',
    ],
    [
      'a signed body that is no event',
      { rawBody: '[1]', header: `t=1700000000,v1=${LIST_BY_CURRENT}` },
      'WEBHOOK_BODY_UNREADABLE',
    ],
  ])('refuses %s', (_, change, code) => {
    expect(verifyWebhook({ ...genuine, ...change })).toMatchObject({ ok: false, code });
  });

  test('is taken over the bytes, even where they are no UTF-8', () => {
    const rawBody = Buffer.concat([
      Buffer.from('{"type":"x","id":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]);

    const verdict = verifyWebhook({ ...genuine, rawBody, header: `t=1700000000,v1=${ODD_BYTES_BY_CURRENT}` });

    expect(verdict.ok).toBe(true);
  });
});

describe('fuzzed', () => {
  test('never accepts a body with one byte changed', () => {
    const body = Buffer.from(BODY);
    const change = fc.record({ at: fc.nat(body.length - 1), by: fc.integer({ min: 1, max: 255 }) });

    fc.assert(
      fc.property(change, ({ at, by }) => {
        const changed = Buffer.from(body);
        changed.writeUInt8((body.readUInt8(at) + by) % 256, at);
        expect(verifyWebhook({ ...genuine, rawBody: changed })).toMatchObject({
          code: 'WEBHOOK_SIGNATURE_WRONG',
        });
      }),
      { numRuns: 500 },
    );
  });

  test('never throws, whatever comes, and accepts none of it', () => {
    const text = fc.string({ unit: 'binary' });
    const header = fc.oneof(
      text,
      fc.tuple(text, text).map(([time, hex]) => `t=${time},v1=${hex}`),
      fc
        .array(fc.constantFrom('t=', 'v1=', ',', '=', '1700000000', BY_CURRENT.slice(1), ' '))
        .map((all) => all.join('')),
    );
    const body = fc.oneof(
      text,
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );

    fc.assert(
      fc.property(
        body,
        fc.option(header, { nil: undefined }),
        fc.array(text),
        fc.double(),
        (rawBody, header, secrets, nowMs) => {
          expect(verifyWebhook({ rawBody, header, secrets, nowMs }).ok).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('never throws on a genuine signature over anything', () => {
    const bodies = fc.oneof(fc.json(), fc.string(), fc.constantFrom('null', '{}', `${'['.repeat(50_000)}`));

    fc.assert(
      fc.property(bodies, (rawBody) => {
        const hex = createHmac('sha256', 'whsec_current').update(`1700000000.${rawBody}`).digest('hex');
        const verdict = verifyWebhook({ ...genuine, rawBody, header: `t=1700000000,v1=${hex}` });
        expect(verdict.ok || verdict.code === 'WEBHOOK_BODY_UNREADABLE').toBe(true);
      }),
    );
  });
});

describe("beside Mux's SDK", () => {
  const mux = new Mux({ tokenId: 'id', tokenSecret: 'secret' });
  const sdkAccepts = (header: string, secret: string) =>
    mux.webhooks.verifySignature(BODY, { 'mux-signature': header }, secret).then(
      () => true,
      () => false,
    );

  test.each([
    ['genuine', 'whsec_current', 0, true],
    ['by another secret', 'whsec_other', 0, false],
    ['four minutes old', 'whsec_current', -240, true],
    ['six minutes old', 'whsec_current', -360, false],
  ])('agrees about an event that is %s', async (_, secret, ageSeconds, expected) => {
    const nowMs = Date.now();
    const time = Math.floor(nowMs / 1000) + ageSeconds;
    const header = `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${BODY}`).digest('hex')}`;

    const verdict = verifyWebhook({ rawBody: BODY, header, secrets: ['whsec_current'], nowMs });

    expect(verdict.ok).toBe(expected);
    expect(await sdkAccepts(header, 'whsec_current')).toBe(expected);
  });
});

describe('the subject', () => {
  const event = (type: string, data: object) => ({ type, id: 'event', data });

  test.each([
    'video.asset.ready',
    'video.asset.errored',
    'video.asset.deleted',
    'video.asset.master.ready',
    'video.asset.master.errored',
    'video.asset.master.deleted',
  ])('of %s is the asset that data is', (type) => {
    expect(subjectOf(event(type, { id: 'asset1' }))).toEqual({ interest: 'wake', assetId: 'asset1' });
  });

  test.each([
    'video.asset.track.ready',
    'video.asset.track.errored',
    'video.asset.static_rendition.ready',
    'video.asset.static_rendition.errored',
    'video.asset.static_rendition.skipped',
  ])('of %s is the asset that data belongs to', (type) => {
    const subject = subjectOf(event(type, { id: 'part1', asset_id: 'asset1' }));

    expect(subject).toEqual({ interest: 'wake', assetId: 'asset1' });
  });

  test.each([
    ['a type of no interest', event('video.asset.updated', { id: 'asset1' })],
    ['a type of the future', event('video.asset.frozen', { id: 'asset1' })],
    ['the old rendition events', event('video.asset.static_renditions.ready', { id: 'asset1' })],
    ['a live stream', event('video.live_stream.active', { id: 'stream1' })],
    ['an event without data', { type: 'video.asset.ready', id: 'event' }],
    ['a track without its asset', event('video.asset.track.ready', { id: 'track1' })],
    ['an id that could be a path', event('video.asset.ready', { id: '../secret' })],
  ])('of %s is nobody', (_, given) => {
    expect(subjectOf(given)).toEqual({ interest: 'ignore' });
  });
});
