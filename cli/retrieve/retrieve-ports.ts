// What retrieving works with: S3 by your own AWS credentials, and the API for the records.
import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../lambdas/adapters/clock.ts';
import { systemRandom } from '../../lambdas/adapters/random.ts';
import { createVault, type S3Vault } from '../../lambdas/adapters/vault.ts';
import type { ObjectClass } from '../../lambdas/contract/names.ts';
import type { IcehouseApi } from '../api.ts';
import { openClient } from '../copy/copy-ports.ts';
import type { Destination, RetrievePorts } from './order.ts';
import { createS3Calls } from './s3-calls.ts';
import type { Target } from './target.ts';
import { toBucket } from './to-bucket.ts';
import { toDirectory } from './to-directory.ts';

export interface RetrieveHands extends AsyncDisposable {
  readonly ports: RetrievePorts;
  readonly vaultOf: (bucket: string) => S3Vault;
  destination(target: Target, o: { overwrite: boolean; storageClass: ObjectClass }): Destination;
}

/** Throws CommandError NO_REGION and NO_CREDENTIALS. */
export async function openHands(
  api: Pick<IcehouseApi, 'status'>,
  options: { readonly pathStyle: boolean; readonly region?: string },
): Promise<RetrieveHands> {
  const client = await openClient(options);
  // The destination may lie in another region than the vault.
  client.config.followRegionRedirects = true;
  const reads = createS3Calls(client);
  const vaults = new Map<string, S3Vault>();
  const vaultOf = (bucket: string) => {
    const vault = vaults.get(bucket) ?? createVault({ client, bucket, unversioned: true });
    vaults.set(bucket, vault);
    return vault;
  };
  return {
    vaultOf,
    ports: {
      record: (assetId) => api.status(assetId),
      vaultOf,
      reads,
      clock: systemClock,
      sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
    },
    destination(target, { overwrite, storageClass }) {
      if (target.kind === 'directory') return toDirectory({ ...target, overwrite, reads });
      const to = vaultOf(target.bucket);
      const { prefix } = target;
      return toBucket({
        to,
        prefix,
        storageClass,
        overwrite,
        reads,
        clock: systemClock,
        random: systemRandom,
      });
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...vaults.values()].map((vault) => vault.close()));
      client.destroy();
    },
  };
}
