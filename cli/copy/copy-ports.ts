// The engine's adapters as the copy command wants them: your own AWS credentials, any bucket, any source you name.
import type { S3Client } from '@aws-sdk/client-s3';
import { openS3 } from '../../lambdas/adapters/clients.ts';
import { systemClock } from '../../lambdas/adapters/clock.ts';
import { systemRandom } from '../../lambdas/adapters/random.ts';
import { createSource } from '../../lambdas/adapters/source.ts';
import { createVault } from '../../lambdas/adapters/vault.ts';
import { EXIT } from '../problems.ts';
import { problem } from './copy-problems.ts';
import type { CopyPorts } from './copy-url.ts';

/** Throws CommandError NO_REGION and NO_CREDENTIALS. */
export async function openPorts(options: {
  readonly bucket: string;
  readonly pathStyle: boolean;
}): Promise<CopyPorts & AsyncDisposable> {
  const client = await openClient(options);
  const vault = createVault({ client, bucket: options.bucket, unversioned: true });
  const source = createSource({ hosts: [], loopback: true, typed: true });
  return {
    vault,
    source,
    clock: systemClock,
    random: systemRandom,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([vault.close(), source.close()]);
      client.destroy();
    },
  };
}

/** S3 by your own credentials; `region`: where AWS_REGION and the profile name none. Throws CommandError NO_REGION and NO_CREDENTIALS. */
export async function openClient(options: {
  readonly pathStyle: boolean;
  readonly region?: string;
}): Promise<S3Client> {
  const client = await clientIn(options.region);
  client.config.forcePathStyle = options.pathStyle;
  await client.config.region().catch((error: unknown) => {
    throw problem(
      'NO_REGION',
      'No AWS region is set.',
      'Set AWS_REGION to that of the bucket, or `region` in your AWS profile.',
      EXIT.usage,
      error,
    );
  });
  await client.config.credentials().catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    const action = 'Sign in (`aws sso login`, AWS_PROFILE, AWS_ACCESS_KEY_ID …).';
    throw problem('NO_CREDENTIALS', `No AWS credentials: ${why}`, action, EXIT.refused, error);
  });
  return client;
}

async function clientIn(region: string | undefined): Promise<S3Client> {
  const client = openS3();
  if (region === undefined) return client;
  return client.config.region().then(
    () => client,
    () => openS3(region),
  );
}
