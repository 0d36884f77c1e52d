// Object Lock on one version: longer, never shorter or milder, which S3 would refuse as it refuses a role.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
import {
  GetObjectRetentionCommand,
  type ObjectLockRetention,
  PutObjectRetentionCommand,
} from '@aws-sdk/client-s3';
import type { LockMode } from '../contract/names.ts';
import { SetUpError } from '../domain/failures.ts';
import type { VaultOptions } from './vault.ts';
import { s3ErrorCode, unless } from './vault-errors.ts';

interface Wish {
  readonly key: string;
  readonly versionId: string;
  readonly mode: LockMode;
  readonly nowMs: number;
  readonly untilMs: number;
}

/** Not a HEAD, whose 404 does not say what is missing (API_GetObjectRetention.html, API_PutObjectRetention.html). */
export async function lockVersion(options: VaultOptions, wish: Wish): Promise<'locked' | 'gone'> {
  const { client, bucket: Bucket, bucketOwner: ExpectedBucketOwner } = options;
  const version = { Bucket, ExpectedBucketOwner, Key: wish.key, VersionId: wish.versionId };
  const there = await unless(
    ['NoSuchKey', 'NoSuchVersion'],
    `PutObjectRetention of ${wish.key}`,
    async () => {
      try {
        const before = await retentionOf(client, version);
        const Retention = strongerOf(before, wish);
        if (Retention) await retain(client, version, before, Retention);
        return true;
      } catch (error) {
        throw WITHOUT_LOCK.includes(s3ErrorCode(error)) ? withoutLock(Bucket, error) : error;
      }
    },
  );
  return there ? 'locked' : 'gone';
}

/** What a bucket without Object Lock answers; both are reported, the pages of the calls name none. */
const WITHOUT_LOCK = ['InvalidRequest', 'ObjectLockConfigurationNotFoundError'];

async function retentionOf(
  client: VaultOptions['client'],
  version: ConstructorParameters<typeof GetObjectRetentionCommand>[0],
): Promise<ObjectLockRetention> {
  try {
    const { Retention = {} } = await client.send(new GetObjectRetentionCommand(version));
    return Retention;
  } catch (error) {
    if (s3ErrorCode(error) === 'NoSuchObjectLockConfiguration') return {};
    throw error;
  }
}

/**
 * To make GOVERNANCE under way COMPLIANCE takes the bypass, which no function of ours has (reported:
 * github.com/ceph/ceph/pull/42505): a person has to, or its end is waited for.
 */
async function retain(
  client: VaultOptions['client'],
  version: ConstructorParameters<typeof GetObjectRetentionCommand>[0],
  before: ObjectLockRetention,
  Retention: ObjectLockRetention,
): Promise<void> {
  try {
    await client.send(new PutObjectRetentionCommand({ ...version, Retention }));
  } catch (error) {
    const isOther = before.Mode !== undefined && before.Mode !== Retention.Mode;
    throw isOther && s3ErrorCode(error) === 'AccessDenied' ? mildlyLocked(version.Key, before, error) : error;
  }
}

/** Undefined where the lock that there is will do. */
function strongerOf(before: ObjectLockRetention, wish: Wish): ObjectLockRetention | undefined {
  const { mode, nowMs, untilMs } = wish;
  const { RetainUntilDate: until } = before;
  // A mode that is over binds nobody, and to choose compliance again is not ours: it is billed until its last day.
  const isUnderWay = until !== undefined && until.getTime() > nowMs;
  const isStrict = mode === 'compliance' || (isUnderWay && before.Mode === 'COMPLIANCE');
  const Mode = isStrict ? 'COMPLIANCE' : 'GOVERNANCE';
  const isLongEnough = until !== undefined && until.getTime() >= untilMs;
  if (isLongEnough && before.Mode === Mode) return undefined;
  return { Mode, RetainUntilDate: isLongEnough ? until : new Date(untilMs) };
}

function mildlyLocked(
  key: string | undefined,
  { RetainUntilDate: until }: ObjectLockRetention,
  cause: unknown,
): SetUpError {
  const message = `${key} is locked in governance mode until ${until?.toISOString()}, and S3 does not let Icehouse make that compliance.`;
  return new SetUpError('VAULT_LOCK_MILD', message, {
    action:
      'Let somebody with s3:BypassGovernanceRetention do it (aws s3api put-object-retention --bypass-governance-retention, docs/vault.md), or set the prop objectLock to governance; nothing is deleted meanwhile.',
    retryable: true,
    cause,
  });
}

function withoutLock(bucket: string, cause: unknown): SetUpError {
  const message = `Bucket ${bucket} has no Object Lock, so nothing in it can be locked.`;
  return new SetUpError('VAULT_WITHOUT_LOCK', message, {
    action:
      'Enable Object Lock on the bucket, without a default retention (docs/vault.md), or take the prop objectLock away; nothing is deleted meanwhile.',
    retryable: true,
    cause,
  });
}
