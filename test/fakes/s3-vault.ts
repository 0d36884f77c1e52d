// A vault on the embedded S3 server, in a directory of its own, for tests that want the real wire.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
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
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await client.send(
    new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  const vault = createVault({ client, bucket: BUCKET });
  return {
    url,
    client,
    vault,
    /** The same bucket with a wrong secret. */
    clientWith,
    thawDone: () => setTimeout(STANDARD_THAW_MS + 100),
    async close() {
      await vault.close();
      client.destroy();
      await server.close();
      await rm(dataDir, { recursive: true });
    },
  };
}
