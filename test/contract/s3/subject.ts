// What the S3 contract runs against: the local server, or any S3 that the environment names.
//
//   ICEHOUSE_S3_CONTRACT_ENDPOINT  URL; `aws` means Amazon S3 itself. Unset: a local server is booted.
//   ICEHOUSE_S3_CONTRACT_BUCKET    an existing bucket for this alone; the suite turns its versioning on.
//   AWS_REGION, AWS_ACCESS_KEY_ID, ... as for any SDK.
//
// Everything is written below one random prefix and removed afterwards, every version of it.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  S3,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { test } from 'vitest';
import { createS3Server, type RestoreEvent } from '../../../local/s3/server.ts';

export interface Subject {
  /** A client at its default settings. */
  readonly s3: S3;
  readonly endpoint: string | undefined;
  readonly bucket: string;
  /** Ends with a slash. */
  readonly prefix: string;
  /** Only the local server's; empty elsewhere. */
  readonly events: readonly RestoreEvent[];
  close(): Promise<void>;
}

/** Rows that wait for a thaw run only here: elsewhere it takes hours, and a suite should not. */
export const IS_LOCAL = process.env.ICEHOUSE_S3_CONTRACT_ENDPOINT === undefined;

export const LOCAL_CREDENTIALS = { accessKeyId: 'contract', secretAccessKey: 'contract-secret' };
const BUCKET = 'contract';

/** Long enough that a row sees it under way, for the tiers it does not wait for. */
const THAW_MS = { Expedited: 100, Standard: 300, Bulk: 600_000 };

/** How far a fact is known: on the API page named, seen by somebody else, or assumed by us. */
export type Standing = 'documented' | 'reported' | 'assumed';

/** One row of the contract; `page` is a page below https://docs.aws.amazon.com/AmazonS3/latest/ or an issue. */
export function row(standing: Standing, page: string, fact: string, body: () => Promise<void>): void {
  test(`${fact} [${standing}: ${page}]`, body);
}

export async function openSubject(): Promise<Subject> {
  const prefix = `contract-${randomBytes(6).toString('hex')}/`;
  return IS_LOCAL ? openLocal(prefix) : openRemote(prefix);
}

async function openLocal(prefix: string): Promise<Subject> {
  const dataDir = await mkdtemp(join(tmpdir(), 's3-contract-'));
  const events: RestoreEvent[] = [];
  const server = await createS3Server({
    dataDir,
    credentials: (id) =>
      id === LOCAL_CREDENTIALS.accessKeyId ? LOCAL_CREDENTIALS.secretAccessKey : undefined,
    thawMs: (_, tier) => THAW_MS[tier],
    onEvent: (event) => void events.push(event),
  });
  const { url } = await server.listen(0);
  const s3 = new S3({ region: 'us-east-1', endpoint: url, credentials: LOCAL_CREDENTIALS });
  await s3.createBucket({ Bucket: BUCKET });
  await enableVersioning(s3, BUCKET);
  const close = async () => {
    s3.destroy();
    await server.close();
    await rm(dataDir, { recursive: true });
  };
  return { s3, endpoint: url, bucket: BUCKET, prefix, events, close };
}

async function openRemote(prefix: string): Promise<Subject> {
  const named = process.env.ICEHOUSE_S3_CONTRACT_ENDPOINT;
  const bucket = process.env.ICEHOUSE_S3_CONTRACT_BUCKET;
  if (bucket === undefined)
    throw new Error('Set ICEHOUSE_S3_CONTRACT_BUCKET to a bucket for this suite alone.');
  const endpoint = named === 'aws' ? undefined : named;
  const s3 = new S3({ endpoint, forcePathStyle: endpoint !== undefined });
  await enableVersioning(s3, bucket);
  const close = async () => {
    await removeEverything(s3, bucket, prefix);
    s3.destroy();
  };
  return { s3, endpoint, bucket, prefix, events: [], close };
}

async function enableVersioning(s3: S3, bucket: string): Promise<void> {
  await s3.putBucketVersioning({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } });
}

async function removeEverything(s3: S3, bucket: string, prefix: string): Promise<void> {
  const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
  for (const { Key, UploadId } of uploads.Uploads ?? []) {
    await s3.abortMultipartUpload({ Bucket: bucket, Key, UploadId });
  }
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }));
    const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    if (found.length === 0) return;
    for (const { Key, VersionId } of found) await s3.deleteObject({ Bucket: bucket, Key, VersionId });
  }
}

/** Status and code of the error a call is refused with. HEAD answers carry no code but the status's own. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ status: number | undefined; code: string }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof S3ServiceException) {
      return { status: error.$metadata.httpStatusCode, code: error.name };
    }
    throw error;
  }
  throw new Error('The call was accepted and should have been refused.');
}
