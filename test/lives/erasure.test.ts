// An erasure leaves nothing: two lives of a video full of one person's name are erased by its last id; then every item of
// the ledger, every file of the vault's disk and everything Mux has is searched for that name.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, HeadObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { Key } from 'aws-cdk-lib/aws-kms';
import { App, Duration, Stack } from 'aws-cdk-lib/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FILM } from './full-asset.ts';
import { call, type House, openHouse, type Reply, until } from './house.ts';
import { losses } from './losses.ts';
import { deleteAndRestore, request } from './steps.ts';

const PERSON = 'person4711';
/** An erasure waits for ten of them, until nobody can be at work any more; so short that a step may outlast it. */
const LEASE = Duration.seconds(2);
const KEY_ARN = 'arn:aws:kms:us-east-1:000000000000:key/ours';

let house: House;
let api: string;

/**
 * With everything apart that can be: vault, ledger and secrets under a customer's KMS key, a Mux token that only reads for who only
 * reads, and none for the webhook. The house fails where a role lacks a permission.
 */
beforeAll(async () => {
  const encryptionKey = Key.fromKeyArn(new Stack(new App()), 'Key', KEY_ARN);
  const apart = { encryptionKey, readSecret: true, webhookSecret: true };
  house = await openHouse({ lease: LEASE, onLoss: 'hold', ...apart });
  api = house.running.cloud.urls.api;
});

afterAll(() => house[Symbol.asyncDispose]());

async function itemsOf({ running: { cloud } }: House): Promise<readonly string[]> {
  const client = new DynamoDBClient({
    endpoint: cloud.urls.dynamodb,
    region: 'us-east-1',
    credentials: cloud.owner,
  });
  const { Items = [] } = await client.send(
    new ScanCommand({ TableName: cloud.plan.tables[0]?.name, ConsistentRead: true }),
  );
  client.destroy();
  return Items.map((item) => JSON.stringify(item));
}

async function versionsOf({ s3, bucket: Bucket }: House) {
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  return Versions.map(({ Key = '', VersionId = '' }) => ({ Key, VersionId }));
}

/** Paths of all files below a directory that hold the text, in whatever place. */
function filesWith(directory: string, text: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.includes(text) || readFileSync(path).includes(text))
    .map((path) => relative(directory, path));
}

async function erased(id: string): Promise<Reply> {
  const deadlineMs = Date.now() + 120_000;
  for (;;) {
    const answer = await call(api, 'GET', `/v1/erasures/${id}`);
    if (answer.body.state === 'done' || Date.now() > deadlineMs) return answer;
    await setTimeout(200);
  }
}

describe('where policy is to hold', () => losses(() => house));

test('an erasure leaves nothing that names the person, and says what it did', {
  timeout: 200_000,
}, async () => {
  const meta = { title: `Film of ${PERSON}`, external_id: `id-${PERSON}`, creator_id: PERSON };
  const ofOthers = new Set((await versionsOf(house)).map(({ VersionId }) => VersionId));
  const old = await house.simulator.addAsset({
    file: FILM,
    captions: [
      { text: `WEBVTT\n\n00:00.000 --> 00:02.000\nI am ${PERSON}.\n`, language_code: 'en', name: 'English' },
    ],
    attributes: { passthrough: `row of ${PERSON}`, meta },
  });
  const named = { deleted_by_user_id: PERSON, reason: `${PERSON} asks`, group_id: `of-${PERSON}` };
  await request(house, old.id, named);
  const { asset: current } = await deleteAndRestore(house, old.id);
  await request(house, current.id, { ...named, expiration_date: undefined, grace_days: 30 });
  await until(api, current.id, ({ status }) => status === 'archived');
  const hold = { user_id: PERSON, reason: `${PERSON} waits` };
  await call(api, 'PUT', `/v1/delete-requests/${current.id}/hold`, hold);
  await call(api, 'DELETE', `/v1/delete-requests/${current.id}/hold`, { user_id: PERSON });
  const before = (await versionsOf(house)).filter(({ VersionId }) => !ofOthers.has(VersionId));
  const heads = before.map((version) =>
    house.s3.send(new HeadObjectCommand({ Bucket: house.bucket, ...version })),
  );
  const encryptedWith = new Set((await Promise.all(heads)).map(({ SSEKMSKeyId }) => SSEKMSKeyId));
  expect((await itemsOf(house)).filter((item) => item.includes(PERSON)).length).toBeGreaterThan(2);
  expect(filesWith(join(house.directory, 's3'), PERSON).length).toBeGreaterThan(5);

  const order = { asset_id: current.id, requested_by: 'dpo', legal_basis: 'Art. 17 GDPR, ticket 99' };
  const ordered = await call(api, 'POST', '/v1/erasures', order);
  const done = await erased(String(ordered.body.erasure_id));

  expect(ordered.status).toBe(202);
  expect(done.body).toMatchObject({
    state: 'done',
    asset_ids: [old.id, current.id],
    certificate: { ordered: { by: 'dpo', legal_basis: 'Art. 17 GDPR, ticket 99' } },
  });
  expect((await itemsOf(house)).filter((item) => item.includes(PERSON))).toEqual([]);
  expect(filesWith(join(house.directory, 's3'), PERSON)).toEqual([]);
  const left = before.filter(({ Key }) => Key.startsWith('mux/'));
  expect(left.length).toBeGreaterThan(8);
  expect(encryptedWith).toEqual(new Set([KEY_ARN]));
  for (const version of left) {
    const read = house.s3.send(new GetObjectCommand({ Bucket: house.bucket, ...version }));
    await expect(read).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    const head = house.s3.send(new HeadObjectCommand({ Bucket: house.bucket, ...version }));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  }
  expect(() => house.simulator.asset(current.id)).toThrow();
  const playback = await call(api, 'GET', `/v1/playback-ids/${old.playback_ids?.[0]?.id}`);
  expect(playback.body).toMatchObject({ reason: 'PURGED', current_playback_id: null });
});
