// The audit trail as it lies in the vault, read with your own AWS credentials: by day, or what was written at one time.
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { attempt } from '../../lambdas/adapters/vault-errors.ts';
import { assetOfTrailKey, type TrailEntry, trailFolder, trailKeysAt } from '../../lambdas/domain/trail.ts';

/** Whoever wrote it, it is no entry. */
export interface Unreadable {
  readonly kind: 'unreadable';
}

export interface Found {
  readonly key: string;
  readonly entry: TrailEntry | Unreadable;
}

export interface TrailReader {
  /** Sorted by time. With `assetId`, no other entry is even fetched. */
  ofDay(day: string, assetId?: string): AsyncGenerator<Found>;
  /** All that is kept of an asset of this very time. */
  at(at: string, assetId: string): AsyncGenerator<Found>;
}

/** Enough to hide the way there and back, and few enough for any laptop. */
const FETCHED_AT_ONCE = 16;

/** Errors as of the vault. */
export function readTrail(client: S3Client, bucket: string): TrailReader {
  const fetchOne = (key: string) =>
    attempt(`GetObject of ${key}`, async () => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { key, entry: entryIn((await Body?.transformToString()) ?? '') };
    });

  async function* keys(prefix: string, assetId?: string): AsyncGenerator<string> {
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token });
      const page = await attempt(`ListObjectsV2 of ${prefix}`, () => client.send(command));
      for (const { Key = '' } of page.Contents ?? []) {
        const isWanted = assetId === undefined || assetOfTrailKey(Key)?.assetId === assetId;
        if (isWanted) yield Key;
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  return {
    ofDay: (day, assetId) => inOrder(keys(trailFolder(day), assetId), fetchOne),
    at: (at, assetId) => inOrder(keys(trailKeysAt(at, assetId)), fetchOne),
  };
}

/** Some at once, answered in the order of the items. */
async function* inOrder<T, R>(items: AsyncIterable<T>, read: (item: T) => Promise<R>): AsyncGenerator<R> {
  const waiting: Promise<R>[] = [];
  for await (const item of items) {
    const next = read(item);
    // It is thrown where its turn comes; until then nobody waits for it.
    next.catch(() => {});
    waiting.push(next);
    const first = waiting.length >= FETCHED_AT_ONCE ? waiting.shift() : undefined;
    if (first) yield await first;
  }
  for (const next of waiting) yield await next;
}

const KINDS: ReadonlySet<unknown> = new Set<TrailEntry['kind']>(['transition', 'refusal', 'act']);

function entryIn(text: string): TrailEntry | Unreadable {
  try {
    const entry = JSON.parse(text);
    if (KINDS.has(entry.kind) && typeof entry.at === 'string' && typeof entry.actor.id === 'string')
      return entry;
  } catch {
    // Said below, with what is another thing altogether.
  }
  return { kind: 'unreadable' };
}
