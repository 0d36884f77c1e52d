// The audit trail in the vault: entries are put and never read, replaced or deleted from here.
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Trail } from '../stages/ports.ts';
import { unless } from './vault-errors.ts';

export interface TrailOptions {
  readonly client: S3Client;
  readonly bucket: string;
  readonly bucketOwner: string | undefined;
}

/** Errors: VAULT_BUSY, VAULT_UNAVAILABLE (transient), VAULT_DENIED, VAULT_BUCKET_MISSING, VAULT_REFUSED (permanent). */
export function createTrail({ client, bucket, bucketOwner }: TrailOptions): Trail {
  return {
    async put(key, body) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        ExpectedBucketOwner: bucketOwner,
        Key: key,
        Body: body,
        ContentType: 'application/json',
        // S3 itself refuses a second one, and asks for s3:PutObject only (User Guide, "How to prevent object overwrites").
        IfNoneMatch: '*',
      });
      const written = await unless(['PreconditionFailed'], `PutObject of ${key}`, () => client.send(command));
      return written ? 'written' : 'there';
    },
  };
}
