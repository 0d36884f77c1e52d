// Locks on the wire: both modes, buckets without Object Lock, and what S3 refuses.

import { setTimeout } from 'node:timers/promises';
import {
  CreateBucketCommand,
  GetObjectRetentionCommand,
  type ObjectLockRetention,
  PutBucketVersioningCommand,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVault } from '../../lambdas/adapters/vault.ts';
import { startS3Vault } from '../fakes/s3-vault.ts';

const SOON = new Date('2036-11-22T12:00:00.000Z');
/** Long before both. */
const NOW_MS = Date.UTC(2030, 0);
const LATER = new Date('2036-12-22T12:00:00.000Z');

let under: Awaited<ReturnType<typeof startS3Vault>>;
beforeAll(async () => {
  under = await startS3Vault();
});
afterAll(() => under.close());

const wishOf = (mode: 'governance') => ({ mode, nowMs: NOW_MS, untilMs: LATER.getTime() });

let keys = 0;
async function stored(vault = under.vault) {
  keys += 1;
  const key = `mux/env/asset${keys}/1/manifest.json`;
  const { version_id } = await vault.put({ key, contentType: 'a/b', token: 't', body: new Uint8Array(9) });
  return { key, versionId: version_id };
}

const inS3 = ({ key, versionId }: { key: string; versionId: string }) => ({
  Bucket: 'vault',
  Key: key,
  VersionId: versionId,
});

describe('a version that is locked', () => {
  // userguide/object-lock.html: a period may be extended, COMPLIANCE is never weakened (documented)
  test.each<[string, ObjectLockRetention, 'governance' | 'compliance', ObjectLockRetention]>([
    [
      'for less is locked for longer',
      { Mode: 'GOVERNANCE', RetainUntilDate: SOON },
      'governance',
      { Mode: 'GOVERNANCE', RetainUntilDate: LATER },
    ],
    [
      'strictly stays so',
      { Mode: 'COMPLIANCE', RetainUntilDate: SOON },
      'governance',
      { Mode: 'COMPLIANCE', RetainUntilDate: LATER },
    ],
  ])('%s', async (_, before, mode, after) => {
    const version = await stored();
    await under.client.send(new PutObjectRetentionCommand({ ...inS3(version), Retention: before }));

    await under.vault.lock({ ...version, mode, nowMs: NOW_MS, untilMs: LATER.getTime() });

    const { Retention } = await under.client.send(new GetObjectRetentionCommand(inS3(version)));
    expect(Retention).toEqual(after);
  });
});

// github.com/ceph/ceph/pull/42505: S3 itself makes GOVERNANCE under way COMPLIANCE only with the bypass (reported)
test.each([SOON, LATER])('a version that is locked mildly until %s is left to a person', async (until) => {
  const version = await stored();
  const before = { Mode: 'GOVERNANCE', RetainUntilDate: until } as const;
  await under.client.send(new PutObjectRetentionCommand({ ...inS3(version), Retention: before }));
  const locking = () =>
    under.vault.lock({ ...version, mode: 'compliance', nowMs: NOW_MS, untilMs: LATER.getTime() });

  await expect(locking()).rejects.toMatchObject({
    name: 'SetUpError',
    code: 'VAULT_LOCK_MILD',
    message: expect.stringContaining(until.toISOString()),
    action: expect.stringContaining('--bypass-governance-retention'),
  });
  const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: LATER } as const;
  const bypass = { Retention, BypassGovernanceRetention: true };
  await under.client.send(new PutObjectRetentionCommand({ ...inS3(version), ...bypass }));

  expect(await locking()).toBe('locked');
});

test('a strict lock that is over is no reason for another', async () => {
  const version = await stored();
  const before = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + 1_000) } as const;
  await under.client.send(new PutObjectRetentionCommand({ ...inS3(version), Retention: before }));
  await setTimeout(1_100);

  await under.vault.lock({ ...version, ...wishOf('governance'), nowMs: Date.now() });

  const { Retention } = await under.client.send(new GetObjectRetentionCommand(inS3(version)));
  expect(Retention).toEqual({ Mode: 'GOVERNANCE', RetainUntilDate: LATER });
});

test('a bucket without Object Lock is a fault of the set-up, and is named', async () => {
  const bucket = 'without-lock';
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await under.client.send(new CreateBucketCommand({ Bucket: bucket }));
  await under.client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  const vault = createVault({ client: under.client, bucket });

  const locking = vault.lock({ ...(await stored(vault)), ...wishOf('governance') });

  await expect(locking).rejects.toMatchObject({
    name: 'SetUpError',
    code: 'VAULT_WITHOUT_LOCK',
    message: expect.stringContaining('without-lock'),
    action: expect.stringContaining('Enable Object Lock'),
  });
  await vault.close();
});

test('a bucket that is gone, and a key that S3 refuses, are not taken for a version that is gone', async () => {
  const wish = { ...(await stored()), ...wishOf('governance') } as const;
  const elsewhere = createVault({ client: under.client, bucket: 'no-such-bucket' });
  const client = under.clientWith('wrong-secret');
  const denied = createVault({ client, bucket: 'vault' });

  await expect(elsewhere.lock(wish)).rejects.toMatchObject({ code: 'VAULT_BUCKET_MISSING' });
  await expect(denied.lock(wish)).rejects.toMatchObject({ code: 'VAULT_DENIED' });
  client.destroy();
});
