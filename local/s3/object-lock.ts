// Object Lock: who may not be deleted, and until when. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
import type { Bucket } from './buckets.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import { present } from './response.ts';

export type LockMode = 'GOVERNANCE' | 'COMPLIANCE';

export interface Retention {
  readonly mode: LockMode;
  readonly untilMs: number;
}

/** What keeps one version from being deleted. */
export interface ObjectLock {
  readonly retention?: Retention;
  readonly legalHold?: boolean;
}

/** A bucket's own rule: what is written without a retention gets this one. */
export interface DefaultRetention {
  readonly mode: LockMode;
  readonly unit: 'Days' | 'Years';
  readonly count: number;
}

const LOCK = 'x-amz-object-lock-';
const BYPASS = 'x-amz-bypass-governance-retention';
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/**
 * The lock that a new object comes with. For one made of parts it is settled when the upload begins: that is its creation date
 * (userguide/UsingMetadata.html). Throws InvalidArgument and InvalidRequest.
 */
export function lockOfNewObject(request: S3Request, bucket: Bucket, nowMs: number): ObjectLock | undefined {
  const mode = request.header(`${LOCK}mode`);
  const until = request.header(`${LOCK}retain-until-date`);
  const hold = request.header(`${LOCK}legal-hold`);
  const rule = bucket.objectLock?.rule;
  if (mode === undefined && until === undefined && hold === undefined) {
    return rule && { retention: { mode: rule.mode, untilMs: ruleEndMs(rule, nowMs) } };
  }
  requireObjectLock(bucket);
  if ((mode === undefined) !== (until === undefined)) {
    throw new S3Error('InvalidArgument', {
      message: `${LOCK}retain-until-date and ${LOCK}mode must both be supplied`,
    });
  }
  const byRule = rule && { mode: rule.mode, untilMs: ruleEndMs(rule, nowMs) };
  return {
    retention: mode === undefined ? byRule : parseRetention(mode, until, nowMs),
    legalHold: hold === undefined ? undefined : parseHold(hold),
  };
}

/** Throws InvalidRequest. */
export function requireObjectLock(bucket: Bucket): void {
  if (bucket.objectLock) return;
  throw new S3Error('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' });
}

/** Throws MalformedXML, and InvalidArgument for a time that is over. */
export function parseRetention(
  mode: string | undefined,
  until: string | undefined,
  nowMs: number,
): Retention {
  const untilMs = ISO_TIME.test(until ?? '') ? Date.parse(until ?? '') : Number.NaN;
  if (!isMode(mode) || Number.isNaN(untilMs)) throw new S3Error('MalformedXML');
  if (untilMs <= nowMs) {
    throw new S3Error('InvalidArgument', { message: 'The retain until date must be in the future!' });
  }
  return { mode, untilMs };
}

export function isMode(mode: string | undefined): mode is LockMode {
  return mode === 'GOVERNANCE' || mode === 'COMPLIANCE';
}

/** Throws MalformedXML. */
export function parseHold(status: string | undefined): boolean {
  if (status !== 'ON' && status !== 'OFF') throw new S3Error('MalformedXML');
  return status === 'ON';
}

/** Throws AccessDenied for a version that is kept. Delete markers are never locked. */
export function requireDeletable(request: S3Request, lock: ObjectLock | undefined, nowMs: number): void {
  const { retention, legalHold } = lock ?? {};
  if (legalHold || isKept(request, retention, nowMs)) throw protectedByLock();
}

/**
 * A retention under way may become longer; all else, also GOVERNANCE made COMPLIANCE, takes the bypass, which COMPLIANCE does not
 * know (reported from S3 itself: github.com/ceph/ceph/pull/42505).
 */
export function requireChangeable(
  request: S3Request,
  old: Retention | undefined,
  next: Retention | undefined,
  nowMs: number,
): void {
  const isLonger = next && old && next.untilMs >= old.untilMs && next.mode === old.mode;
  if (!isLonger && isKept(request, old, nowMs)) throw protectedByLock();
}

function isKept(request: S3Request, retention: Retention | undefined, nowMs: number): boolean {
  if (retention === undefined || retention.untilMs <= nowMs) return false;
  return retention.mode === 'COMPLIANCE' || request.header(BYPASS) !== 'true';
}

/** The message is reported (github.com/versity/versitygw/issues/1567). */
function protectedByLock(): S3Error {
  return new S3Error('AccessDenied', { message: 'Access Denied because object protected by object lock.' });
}

/** What HEAD and GET say of it, over or not. */
export function lockHeaders(lock: ObjectLock | undefined): Record<string, string> {
  const { retention, legalHold } = lock ?? {};
  return present({
    [`${LOCK}mode`]: retention?.mode,
    [`${LOCK}retain-until-date`]: retention && new Date(retention.untilMs).toISOString(),
    [`${LOCK}legal-hold`]: legalHold === undefined ? undefined : legalHold ? 'ON' : 'OFF',
  });
}

function ruleEndMs({ unit, count }: DefaultRetention, fromMs: number): number {
  const end = new Date(fromMs);
  if (unit === 'Years') end.setUTCFullYear(end.getUTCFullYear() + count);
  else end.setUTCDate(end.getUTCDate() + count);
  return end.getTime();
}
