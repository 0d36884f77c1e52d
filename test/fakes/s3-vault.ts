// A vault on the embedded S3 server, in a directory of its own, for tests that want the real wire.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  CreateBucketCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { createVault } from '../../lambdas/adapters/vault.ts';
import { createS3Server } from '../../local/s3/server.ts';

const STANDARD_THAW_MS = 300;
const BUCKET = 'vault';

export async function startS3Vault() {
  const dataDir = await mkdtemp(join(tmpdir(), 'icehouse-vault-'));
  const server = await createS3Server({
    dataDir,
    credentials: (id) => (id === 'AKIDTEST' ? 'test-secret' : undefined),
    thawMs: (_, tier) => (tier === 'Bulk' ? 60_000 : STANDARD_THAW_MS),
  });
  const { url } = await server.listen(0);
  const clientWith = (secretAccessKey: string) =>
    new S3Client({
      endpoint: url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDTEST', secretAccessKey },
    });
  const client = clientWith('test-secret');
  // With Object Lock it keeps versions, and locks none by itself.
  await client.send(new CreateBucketCommand({ Bucket: BUCKET, ObjectLockEnabledForBucket: true }));
  const vault = createVault({ client, bucket: BUCKET });
  return {
    url,
    client,
    vault,
    /** The same bucket with a wrong secret. */
    clientWith,
    nowMs: Date.now,
    async lock({ key, versionId }: { key: string; versionId: string }, untilMs?: number) {
      const version = { Bucket: BUCKET, Key: key, VersionId: versionId };
      const Retention = { Mode: 'COMPLIANCE', RetainUntilDate: new Date(untilMs ?? 0) } as const;
      if (untilMs !== undefined) await client.send(new PutObjectRetentionCommand({ ...version, Retention }));
      else await client.send(new PutObjectLegalHoldCommand({ ...version, LegalHold: { Status: 'ON' } }));
    },
    thawDone: () => setTimeout(STANDARD_THAW_MS + 100),
    async close() {
      await vault.close();
      client.destroy();
      await server.close();
      await rm(dataDir, { recursive: true });
    },
  };
}
