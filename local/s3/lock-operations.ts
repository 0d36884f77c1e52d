// The operations of Object Lock: the bucket's configuration, and the retention and legal hold of one version.
import { bucketOf, type Call, versionOf, xmlBodyOf } from './call.ts';
import { S3Error } from './errors.ts';
import {
  type DefaultRetention,
  isMode,
  parseHold,
  parseRetention,
  requireChangeable,
  requireObjectLock,
} from './object-lock.ts';
import { empty, type S3Response, xml } from './response.ts';
import type { Version } from './versions.ts';
import type { XmlNode } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html */
export async function putObjectLockConfiguration(call: Call): Promise<S3Response> {
  const bucket = await bucketOf(call);
  const asked = await xmlBodyOf(call, 'ObjectLockConfiguration');
  if (asked.text('ObjectLockEnabled') !== 'Enabled') throw new S3Error('MalformedXML');
  if (bucket.versioning !== 'Enabled') {
    throw new S3Error('InvalidBucketState', {
      message: 'Versioning must be ‘Enabled’ on the bucket to apply a Object Lock configuration',
    });
  }
  const rule = asked.node('Rule')?.node('DefaultRetention');
  await call.store.buckets.setObjectLock(bucket.name, { rule: rule && parseRule(rule) });
  return empty(200);
}

function parseRule(node: XmlNode): DefaultRetention {
  const mode = node.text('Mode');
  const days = node.text('Days');
  const years = node.text('Years');
  const count = Number(days ?? years);
  if (!isMode(mode) || (days === undefined) === (years === undefined)) throw new S3Error('MalformedXML');
  if (!Number.isInteger(count) || count < 1) {
    throw new S3Error('InvalidArgument', {
      message: 'Default retention period must be a positive integer value.',
    });
  }
  return { mode, unit: days === undefined ? 'Years' : 'Days', count };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html */
export async function getObjectLockConfiguration(call: Call): Promise<S3Response> {
  const { objectLock } = await bucketOf(call);
  if (objectLock === undefined) throw new S3Error('ObjectLockConfigurationNotFoundError');
  const { rule } = objectLock;
  const DefaultRetention = rule && { Mode: rule.mode, [rule.unit]: rule.count };
  return xml('ObjectLockConfiguration', {
    ObjectLockEnabled: 'Enabled',
    Rule: DefaultRetention && { DefaultRetention },
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html */
export async function putObjectRetention(call: Call): Promise<S3Response> {
  const asked = await xmlBodyOf(call, 'Retention');
  const version = await lockable(call);
  const nowMs = call.store.nowMs();
  const [mode, until] = [asked.text('Mode'), asked.text('RetainUntilDate')];
  // An empty element takes the retention away.
  const isRemoval = mode === undefined && until === undefined;
  const retention = isRemoval ? undefined : parseRetention(mode, until, nowMs);
  await call.store.versions.relock(version, (lock) => {
    requireChangeable(call.request, lock?.retention, retention, nowMs);
    return { ...lock, retention };
  });
  return empty(200);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html */
export async function getObjectRetention(call: Call): Promise<S3Response> {
  const { retention } = (await lockable(call)).lock ?? {};
  if (retention === undefined) throw new S3Error('NoSuchObjectLockConfiguration');
  const RetainUntilDate = new Date(retention.untilMs).toISOString();
  return xml('Retention', { Mode: retention.mode, RetainUntilDate });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html */
export async function putObjectLegalHold(call: Call): Promise<S3Response> {
  const legalHold = parseHold((await xmlBodyOf(call, 'LegalHold')).text('Status'));
  await call.store.versions.relock(await lockable(call), (lock) => ({ ...lock, legalHold }));
  return empty(200);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html */
export async function getObjectLegalHold(call: Call): Promise<S3Response> {
  const { legalHold } = (await lockable(call)).lock ?? {};
  if (legalHold === undefined) throw new S3Error('NoSuchObjectLockConfiguration');
  return xml('LegalHold', { Status: legalHold ? 'ON' : 'OFF' });
}

async function lockable(call: Call): Promise<Version> {
  const bucket = await bucketOf(call);
  requireObjectLock(bucket);
  return versionOf(call, bucket);
}
