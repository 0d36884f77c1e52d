// The events S3 sends to EventBridge when a copy out of Glacier is asked for and when it is readable.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
import { randomBytes, randomUUID } from 'node:crypto';
import { ACCOUNT_ID } from './account.ts';
import type { Thaw } from './thaws.ts';

export interface RestoreEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'Object Restore Initiated' | 'Object Restore Completed';
  readonly source: 'aws.s3';
  readonly account: string;
  /** ISO-8601, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: {
    readonly version: '0';
    readonly bucket: { readonly name: string };
    readonly object: {
      readonly key: string;
      readonly size: number;
      readonly etag: string;
      readonly 'version-id'?: string;
    };
    readonly 'request-id': string;
    readonly requester: string;
    readonly 'source-storage-class': string;
    /** Only when completed. */
    readonly 'restore-expiry-time'?: string;
  };
}

export function restoreEvent(type: RestoreEvent['detail-type'], thaw: Thaw, nowMs: number): RestoreEvent {
  const completed = type === 'Object Restore Completed';
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': type,
    source: 'aws.s3',
    account: ACCOUNT_ID,
    time: wholeSeconds(nowMs),
    region: 'us-east-1',
    resources: [`arn:aws:s3:::${thaw.bucket}`],
    detail: {
      version: '0',
      bucket: { name: thaw.bucket },
      object: {
        key: thaw.key,
        size: thaw.sizeBytes,
        etag: thaw.etag,
        ...(thaw.versionId === 'null' ? {} : { 'version-id': thaw.versionId }),
      },
      'request-id': randomBytes(8).toString('hex').toUpperCase(),
      requester: completed ? 's3.amazonaws.com' : ACCOUNT_ID,
      'source-storage-class': thaw.storageClass,
      ...(completed ? { 'restore-expiry-time': wholeSeconds(thaw.expiresMs) } : {}),
    },
  };
}

function wholeSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
