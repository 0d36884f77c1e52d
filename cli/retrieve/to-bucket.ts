// Archives into another bucket: S3 copies the master itself, so that no byte of it passes here.
import type { S3Vault } from '../../lambdas/adapters/vault.ts';
import type { ObjectClass } from '../../lambdas/contract/names.ts';
import { PermanentError } from '../../lambdas/domain/failures.ts';
import type { ObjectHead } from '../../lambdas/domain/object-head.ts';
import { missingParts, type PartPlan, partSize, planParts, rangeOf } from '../../lambdas/domain/part-plan.ts';
import { withRetries } from '../../lambdas/stages/part-retry.ts';
import type { Clock, Random } from '../../lambdas/stages/ports.ts';
import { bytesDiffer } from './contents.ts';
import type { Destination, Placed, ProvedObject, PutMaster } from './order.ts';
import { retrieveProblem } from './retrieve-problems.ts';
import type { S3Calls } from './s3-calls.ts';
import { exists } from './to-directory.ts';

type Bucket = Pick<
  S3Vault,
  'bucket' | 'head' | 'createUpload' | 'listParts' | 'completeUpload' | 'abortUpload' | 'unfinishedUploads'
>;

export interface BucketOptions {
  readonly to: Bucket;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
  /** Of the master; what lies beside it is small, and of the standard class, where it is read at once. */
  readonly storageClass: ObjectClass;
  readonly overwrite: boolean;
  readonly reads: Pick<S3Calls, 'copy' | 'copyPart' | 'put'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Above it a copy is made of parts. S3 copies at most 5 GB at once. */
  readonly copyLimitBytes?: number;
  readonly partSizeBytes?: number;
}

const COPY_LIMIT_BYTES = 5e9;
/** Nothing passes here, so that few large parts are best; of these four are under way at once. */
const PART_BYTES = 512 * 1024 ** 2;
const CONCURRENCY = 4;

export function toBucket(options: BucketOptions): Destination {
  const { to, prefix, storageClass, reads } = options;
  const keyOf = (assetId: string, { name }: ProvedObject) => `${prefix}${assetId}/${name}`;
  const placeOf = (assetId: string) => `s3://${to.bucket}/${prefix}${assetId}`;
  const nameOf = (key: string) => `s3://${to.bucket}/${key}`;

  async function proved(key: string, object: ProvedObject, outcome: Placed['outcome']): Promise<Placed> {
    const head = await to.head({ key });
    const match = matchOf(head, object);
    const { name, sizeBytes: size_bytes, crc32 } = object;
    if (match !== 'no') return { name, outcome, at: nameOf(key), size_bytes, crc32, checked_by: match };
    throw bytesDiffer(nameOf(key), object.crc32, head?.crc32 ?? `none, and ${head?.sizeBytes ?? 'no'} bytes`);
  }

  return {
    name: `s3://${to.bucket}/${prefix}`,
    placeOf,

    async find(assetId, object) {
      const key = keyOf(assetId, object);
      const head = await to.head({ key });
      if (!head) return undefined;
      const wantedClass = object.versionId === undefined ? 'STANDARD' : storageClass;
      const isSame = matchOf(head, object) === 'crc32' && head.storageClass === wantedClass;
      if (isSame) return proved(key, object, 'present');
      if (options.overwrite) return undefined;
      throw exists(nameOf(key));
    },

    async putSmall(assetId, object, body) {
      const key = keyOf(assetId, object);
      const { name, crc32 } = object;
      await reads.put({ bucket: to.bucket, key }, { contentType: contentTypeOf(name), body, crc32 });
      return proved(key, object, 'written');
    },

    async putMaster(assetId, object, order) {
      const key = keyOf(assetId, object);
      const contentType = contentTypeOf(object.name);
      const { sizeBytes } = object;
      order.progress(0, sizeBytes);
      if (sizeBytes <= (options.copyLimitBytes ?? COPY_LIMIT_BYTES)) {
        await reads.copy(object, { bucket: to.bucket, key }, { storageClass, contentType });
      } else {
        await copyByParts(options, key, object, order);
      }
      order.progress(sizeBytes, sizeBytes);
      return proved(key, object, 'written');
    },
  };
}

/** An S3 that keeps no CRC32 over the whole leaves nothing but the size to compare. */
function matchOf(head: ObjectHead | undefined, object: ProvedObject): Placed['checked_by'] | 'no' {
  if (!head || head.sizeBytes !== object.sizeBytes) return 'no';
  if (!head.crc32 || head.checksumType === 'COMPOSITE') return 'size';
  return head.crc32 === object.crc32 ? 'crc32' : 'no';
}

/** S3 is told the proved CRC32 at the end and refuses parts that do not add up to it. */
async function copyByParts(
  options: BucketOptions,
  key: string,
  object: ProvedObject,
  order: PutMaster,
): Promise<void> {
  const { to, reads, clock } = options;
  const plan = planParts(object.sizeBytes, partSizeFor(options, object.sizeBytes));
  const found = await findUpload(options, key, plan);
  const uploadId = found?.uploadId ?? (await beginUpload(options, key, object));
  const kept = found?.parts ?? [];
  if (found) order.note(`Goes on with ${kept.length} of ${plan.partCount} parts of an earlier run.`);
  let doneBytes = kept.reduce((sum, part) => sum + part.sizeBytes, 0);
  const left = missingParts(plan, kept);
  const worker = async () => {
    for (let partNumber = left.shift(); partNumber !== undefined; partNumber = left.shift()) {
      const part = { bucket: to.bucket, key, uploadId, partNumber };
      const goOn = () => !order.signal.aborted;
      await withRetries({ clock, spread: partNumber, goOn }, () =>
        reads.copyPart(object, part, rangeOf(plan, part.partNumber), order.signal),
      );
      order.signal.throwIfAborted();
      doneBytes += partSize(plan, partNumber);
      order.progress(doneBytes, plan.sizeBytes);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker)).catch((error: unknown) => {
    left.length = 0;
    order.signal.throwIfAborted();
    throw error;
  });
  await complete(to, key, uploadId, object);
}

function partSizeFor({ partSizeBytes }: BucketOptions, sizeBytes: number): number {
  return partSizeBytes ?? Math.max(PART_BYTES, planParts(sizeBytes).partSizeBytes);
}

function beginUpload({ to, storageClass, random }: BucketOptions, key: string, { name }: ProvedObject) {
  return to.createUpload({ key, contentType: contentTypeOf(name), storageClass, token: random.token() });
}

/** One that an earlier run began: its parts are of this plan. Whether they are of this master, the CRC32 tells. */
async function findUpload({ to, storageClass }: BucketOptions, key: string, plan: PartPlan) {
  for (const upload of await to.unfinishedUploads(key)) {
    if (!upload.hasFullCrc32 || upload.storageClass !== storageClass) continue;
    const parts = await to.listParts({ key, uploadId: upload.uploadId });
    const fits = parts?.every(
      (one) => one.partNumber <= plan.partCount && one.sizeBytes === partSize(plan, one.partNumber),
    );
    if (parts?.length && fits) return { uploadId: upload.uploadId, parts };
  }
  return undefined;
}

async function complete(to: Bucket, key: string, uploadId: string, object: ProvedObject): Promise<void> {
  const parts = (await to.listParts({ key, uploadId })) ?? [];
  const { sizeBytes, crc32 } = object;
  try {
    await to.completeUpload({ key, uploadId, parts, sizeBytes, crc32 });
  } catch (error) {
    if (!(error instanceof PermanentError) || error.code !== 'ARCHIVE_REFUSED_BY_S3') throw error;
    // Its parts are of no use to anybody, and cost money.
    await to.abortUpload({ key, uploadId });
    const detail = `The parts of s3://${to.bucket}/${key} do not add up to the proved master: ${error.message}`;
    const action =
      'Run it again: all parts are copied afresh. If it is refused once more, the vault has other bytes than were proved.';
    throw retrieveProblem('ARCHIVE_BYTES_DIFFER', detail, action, { cause: error });
  }
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m4a: 'audio/mp4',
  json: 'application/json',
  vtt: 'text/vtt',
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
};

function contentTypeOf(name: string): string {
  return CONTENT_TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
}
