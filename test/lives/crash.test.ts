// The crash sweep in little: some points by chance of the small life, and what it says of a life that went wrong.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { effectOf, type SeenRequest } from '../../local/crash/effects.ts';
import { type CrashHouse, openHouse } from '../../local/crash/house.ts';
import { handful, pointsOf, Sweep } from '../../local/crash/sweep.ts';

const request = (seen: Partial<SeenRequest>): SeenRequest => ({
  service: 'S3',
  method: 'GET',
  path: '/',
  target: '',
  body: '',
  ...seen,
});

const row = (service: SeenRequest['service'], seen: Partial<SeenRequest>, name: string | undefined) =>
  [name ?? 'no effect', request({ service, ...seen }), name] as const;

const record = { Item: { pk: { S: 'asset#abc1' }, status: { S: 'archived' } } };
const slot = { Key: { pk: { S: 'governor#post#restore' } } };
const alias = { Key: { pk: { S: 'alias#external#course-7' } } };
const order = { Item: { pk: { S: 'erasure#0f3a' }, status: { S: 'erasure' } } };
const moved = { Entries: [{ Detail: '{"to":"archiving"}' }, { Detail: '{"to":"archived"}' }] };

describe('an effect is a request that changes something, named without ids', () => {
  test.each([
    row('S3', { path: '/vault/mux/e/abc1/1/master.mp4?versionId=1' }, undefined),
    row('S3', { method: 'POST', path: '/vault/mux/e/a/1/master.mp4?uploads' }, 'S3 CreateMultipartUpload'),
    row('S3', { method: 'PUT', path: '/v/k?partNumber=3&uploadId=u' }, 'S3 UploadPart 3'),
    row('S3', { method: 'POST', path: '/v/k?uploadId=u' }, 'S3 CompleteMultipartUpload'),
    row('S3', { method: 'DELETE', path: '/v/k?uploadId=u' }, 'S3 AbortMultipartUpload'),
    row('S3', { method: 'POST', path: '/v/k?restore&versionId=1' }, 'S3 RestoreObject'),
    row('S3', { method: 'PUT', path: '/v/mux/e/a/1/captions/Tr4ck.vtt' }, 'S3 PutObject caption'),
    row('S3', { method: 'PUT', path: '/v/mux/e/a/1/restored/N3w.json' }, 'S3 PutObject comparison'),
    row('S3', { method: 'POST', path: '/vault/?delete' }, 'S3 DeleteObjects'),
    row('DynamoDB', { target: 'DynamoDB_20120810.GetItem', body: JSON.stringify(slot) }, undefined),
    row('DynamoDB', { target: 'DynamoDB_20120810.Query', body: '{}' }, undefined),
    row(
      'DynamoDB',
      { target: 'DynamoDB_20120810.PutItem', body: JSON.stringify(record) },
      'DynamoDB PutItem record archived',
    ),
    row(
      'DynamoDB',
      { target: 'DynamoDB_20120810.UpdateItem', body: JSON.stringify(slot) },
      'DynamoDB UpdateItem governor post restore',
    ),
    row(
      'DynamoDB',
      { target: 'DynamoDB_20120810.DeleteItem', body: JSON.stringify(alias) },
      'DynamoDB DeleteItem alias external',
    ),
    row(
      'DynamoDB',
      { target: 'DynamoDB_20120810.PutItem', body: JSON.stringify(order) },
      'DynamoDB PutItem erasure',
    ),
    row('SQS', { target: 'AmazonSQS.SendMessageBatch' }, 'SQS SendMessageBatch'),
    row('AWS', { target: 'secretsmanager.GetSecretValue' }, undefined),
    row(
      'AWS',
      { target: 'AWSEvents.PutEvents', body: JSON.stringify(moved) },
      'AWS PutEvents archiving archived',
    ),
    row('AWS', { path: '/2015-03-31/functions/icehouse-expire/invocations' }, 'AWS Invoke expire'),
    row('Mux', { path: '/video/v1/assets/abc1' }, undefined),
    row('Mux', { method: 'DELETE', path: '/video/v1/assets/abc1' }, 'Mux DELETE assets'),
    row(
      'Mux',
      { method: 'PUT', path: '/video/v1/assets/abc1/master-access' },
      'Mux PUT assets/master-access',
    ),
    row(
      'Mux',
      { method: 'DELETE', path: '/video/v1/assets/abc1/playback-ids/Pl4y' },
      'Mux DELETE assets/playback-ids',
    ),
    row(
      'Mux',
      { method: 'POST', path: '/video/v1/assets/abc1/playback-ids' },
      'Mux POST assets/playback-ids',
    ),
    row(
      'Mux',
      { method: 'DELETE', path: '/video/v1/assets/abc1/static-renditions/AbCd' },
      'Mux DELETE assets/static-renditions',
    ),
  ])('%s', (_, seen, expected) => {
    const name = effectOf(seen);

    expect(name).toBe(expected);
  });
});

test('a point is the n-th time of an effect, before and after', () => {
  const points = pointsOf(['put', 'send', 'put']);

  expect(points.map(({ effect, nth, when }) => `${when} ${effect} #${nth}`)).toEqual([
    'before put #1',
    'after put #1',
    'before send #1',
    'after send #1',
    'before put #2',
    'after put #2',
  ]);
});

test('a seed draws the same handful again, and no point twice', () => {
  const all = Array.from({ length: 100 }, (_, index) => index);

  const drawn = handful(all, 10, 7);

  expect(new Set(drawn).size).toBe(10);
  expect(handful(all, 10, 7)).toEqual(drawn);
  expect(handful(all, 10, 8)).not.toEqual(drawn);
});

describe('functions killed around their effects', () => {
  let house: CrashHouse;

  beforeAll(async () => {
    house = await openHouse();
  });

  afterAll(() => house.close());

  test('a seeded handful of crashes costs no video, no time without end, and makes no second asset', async () => {
    const sweep = new Sweep(house, { sideBySide: 6, patienceMs: 120_000 });
    const effects = await sweep.record('small');
    const again = new Set(await sweep.record('small'));
    // A second poll, one more slot of the rate limit, or what a slow start led to, need not come again in another life.
    const sure = pointsOf(effects).filter(
      ({ effect, nth }) => nth === 1 && !effect.includes('governor') && again.has(effect),
    );
    const points = handful(sure, 4, 4);

    const tried = await sweep.tryAll(points.map((point) => ({ name: 'small', point })));

    expect(effects.length).toBeGreaterThan(50);
    expect(tried.filter(({ lived }) => lived.watch.struck).length).toBe(4);
    expect(tried.flatMap(({ violations }) => violations)).toEqual([]);
    expect(house.denied()).toEqual([]);
  }, 240_000);
});
