// The trail on a real wire: an entry is written once, and what lies there is never replaced.
import { GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTrail } from '../../lambdas/adapters/trail.ts';
import { SetUpError } from '../../lambdas/domain/failures.ts';
import { startS3Vault } from '../fakes/s3-vault.ts';

let place: Awaited<ReturnType<typeof startS3Vault>>;
beforeAll(async () => {
  place = await startS3Vault();
});
afterAll(() => place.close());

const KEY = 'trail/2026/12/24/20261224T080509001Z-asset1-7-cancelled.json';

test('keeps an entry, and leaves it as it is when it comes again', async () => {
  const trail = createTrail({ client: place.client, bucket: 'vault', bucketOwner: undefined });

  const outcomes = [await trail.put(KEY, '{"first":true}\n'), await trail.put(KEY, '{"first":false}\n')];

  const { Body, ContentType } = await place.client.send(new GetObjectCommand({ Bucket: 'vault', Key: KEY }));
  const { Versions } = await place.client.send(
    new ListObjectVersionsCommand({ Bucket: 'vault', Prefix: KEY }),
  );
  expect(outcomes).toEqual(['written', 'there']);
  expect([await Body?.transformToString(), ContentType]).toEqual(['{"first":true}\n', 'application/json']);
  expect(Versions).toHaveLength(1);
});

test('says so when it may not', async () => {
  const client = place.clientWith('another-secret');
  const trail = createTrail({ client, bucket: 'vault', bucketOwner: undefined });

  await expect(trail.put(KEY, '{}')).rejects.toThrow(SetUpError);
  client.destroy();
});
