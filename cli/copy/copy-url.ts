// One copy from a URL into a bucket, with the engine of the archive stage: probe, parts, second probe, Complete, a look
// at the object. There is no ledger here: what S3 lists of an unfinished upload is all that a second run knows.
import type { S3Vault } from '../../lambdas/adapters/vault.ts';
import type { ObjectClass } from '../../lambdas/contract/names.ts';
import { PermanentError, SourceChangedError } from '../../lambdas/domain/failures.ts';
import { mediaTypeOf } from '../../lambdas/domain/media-type.ts';
import { missingParts, type PartPlan, planParts, planStream } from '../../lambdas/domain/part-plan.ts';
import { checkMaster, judgeBoxes, refusalError } from '../../lambdas/stages/check-master.ts';
import { copyParts } from '../../lambdas/stages/copy-master.ts';
import { copyStream } from '../../lambdas/stages/copy-stream.ts';
import { withRetries } from '../../lambdas/stages/part-retry.ts';
import type { Clock, PartInfo, Probe, Random, Source } from '../../lambdas/stages/ports.ts';
import { CommandError, EXIT } from '../problems.ts';
import { complete } from './complete.ts';
import { findUnfinished, type Unfinished } from './unfinished.ts';

export interface CopyPorts {
  readonly vault: S3Vault;
  readonly source: Source;
  readonly clock: Clock;
  readonly random: Random;
}

export interface CopyOrder {
  readonly url: string;
  readonly key: string;
  readonly storageClass: ObjectClass;
  readonly concurrency?: number;
  readonly partSizeBytes?: number;
  /** Demands a whole MP4 or M4A. */
  readonly media: boolean;
  /** Ends the other unfinished uploads of the key once the object is in place. */
  readonly abortOthers: boolean;
  /** Stops the copy; what is in S3 by then stays, and the reason is thrown. */
  readonly signal: AbortSignal;
}

export interface CopyView {
  readonly note: (text: string) => void;
  /** Bytes on their way or in place, those of an earlier run included. Called for every chunk. */
  readonly progress: (doneBytes: number, totalBytes: number) => void;
}

/** The document of `--json`. */
export interface CopyReceipt {
  readonly bucket: string;
  readonly key: string;
  /** Null where the bucket keeps no versions. */
  readonly version_id: string | null;
  readonly size_bytes: number;
  /** Base64, of the whole object. */
  readonly crc32: string;
  readonly storage_class: string;
  readonly parts: number;
  /** Of these, how many an earlier run had copied. */
  readonly resumed_parts: number;
  readonly seconds: number;
}

/** What the steps of one copy share. */
interface Copy extends CopyPorts {
  readonly order: CopyOrder;
  readonly view: CopyView;
  readonly probe: Probe;
  readonly plan: PartPlan;
  readonly upload: Unfinished;
}

/** Throws what the engine throws, CommandError BAD_PART_SIZE, and the reason of the signal. */
export async function copyUrl(ports: CopyPorts, order: CopyOrder, view: CopyView): Promise<CopyReceipt> {
  const startedMs = ports.clock.nowMs();
  // Tried once: a wrong URL is said at once.
  const probe = await ports.source.probe(order.url);
  const plan = planFor(probe, order.partSizeBytes);
  if (order.media) await requireMedia(ports, order.url, probe);
  order.signal.throwIfAborted();
  const { found, others } = await findUnfinished(ports, order, probe, plan);
  for (const { why } of order.abortOthers ? [] : others) {
    view.note(`An unfinished upload of this key is left as it is: ${why}. --abort-others ends it.`);
  }
  if (found) view.note(`Goes on with ${found.parts.length} of ${plan.partCount} parts of an earlier run.`);
  const upload = found ?? (await beginUpload(ports, order, probe));
  const copy: Copy = { ...ports, order, view, probe, plan, upload };
  const parts = await copyUnlessInVain(copy);
  const sealed = { ...order, uploadId: upload.uploadId, sizeBytes: plan.sizeBytes };
  const stored = await complete(ports.vault, sealed, parts);
  if (order.abortOthers) for (const { uploadId } of others) await abort(copy, uploadId);
  const resumed_parts = parts.filter((part) => upload.parts.includes(part)).length;
  return { ...stored, parts: parts.length, resumed_parts, seconds: (ports.clock.nowMs() - startedMs) / 1000 };
}

function planFor({ sizeBytes, ranged }: Probe, partSizeBytes: number | undefined): PartPlan {
  if (partSizeBytes === undefined) return ranged ? planParts(sizeBytes) : planStream(sizeBytes);
  try {
    return planParts(sizeBytes, partSizeBytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const action =
      'S3 takes parts of 5 MiB to 5 GiB, at most 10,000; without --part-size a fitting one is chosen.';
    const problem = { title: 'Part size', code: 'BAD_PART_SIZE', detail: error.message, action };
    throw new CommandError(problem, EXIT.usage, { cause: error });
  }
}

/** What can be known of the boxes before the copy; without Range they are judged as they pass. */
async function requireMedia(ports: CopyPorts, url: string, probe: Probe): Promise<void> {
  const media = mediaTypeOf(probe.head);
  if (media.kind === 'refused') throw refusalError(media);
  if (!probe.ranged) return;
  const check = await checkMaster(ports, { ...probe, url });
  if (check.kind === 'refused') throw refusalError(check);
}

async function beginUpload(
  { vault, random }: CopyPorts,
  { key, storageClass }: CopyOrder,
  probe: Probe,
): Promise<Unfinished> {
  const media = mediaTypeOf(probe.head);
  const contentType = media.kind === 'media' ? media.contentType : 'application/octet-stream';
  const token = random.token();
  return { uploadId: await vault.createUpload({ key, contentType, storageClass, token }), parts: [] };
}

/** All parts in order, of one and the same file. An upload that can become nothing is aborted: its parts cost money. */
async function copyUnlessInVain(copy: Copy): Promise<readonly PartInfo[]> {
  try {
    const parts = await (copy.probe.ranged ? copyRanges(copy) : copyOnePass(copy));
    copy.order.signal.throwIfAborted();
    await probeAgain(copy);
    return parts.toSorted((a, b) => a.partNumber - b.partNumber);
  } catch (error) {
    const inVain = error instanceof SourceChangedError || error instanceof NotMediaError;
    if (inVain) await abort(copy, copy.upload.uploadId);
    throw error;
  }
}

async function copyRanges(copy: Copy): Promise<readonly PartInfo[]> {
  const { order, plan, upload, probe } = copy;
  const kept = upload.parts;
  const keptBytes = kept.reduce((sum, part) => sum + part.sizeBytes, 0);
  const source = counting(copy, keptBytes);
  const { parts } = await copyParts(
    { ...copy, source },
    {
      ...jobOf(copy),
      etag: probe.etag,
      partNumbers: missingParts(plan, kept),
      concurrency: order.concurrency,
    },
  );
  return [...kept, ...parts];
}

async function copyOnePass(copy: Copy): Promise<readonly PartInfo[]> {
  const { order, upload, probe } = copy;
  const source = counting(copy, 0);
  const outcome = await copyStream(
    { ...copy, source },
    {
      ...jobOf(copy),
      etag: probe.etag,
      listed: upload.parts,
    },
  );
  if (outcome.kind === 'complete' && order.media) {
    const check = judgeBoxes(outcome.verdict, undefined);
    if (check.kind === 'refused') throw new NotMediaError(check.code, check.message, { action: '' });
  }
  return outcome.parts;
}

/** Found out only when all had been copied. */
class NotMediaError extends PermanentError {}

function jobOf({ order: { url, key, signal }, upload: { uploadId }, plan }: Copy) {
  return { url, key, uploadId, plan, signal, deadlineMs: Number.POSITIVE_INFINITY };
}

/** The source, its bytes counted as they pass; those of a try that failed are taken back. */
function counting({ source, view, plan }: Copy, startBytes: number): Pick<Source, 'read' | 'readAll'> {
  let doneBytes = startBytes;
  const count = (bytes: number) => {
    doneBytes += bytes;
    view.progress(Math.min(doneBytes, plan.sizeBytes), plan.sizeBytes);
  };
  count(0);
  async function* counted(body: AsyncIterable<Uint8Array>, wholeBytes: number) {
    let passedBytes = 0;
    try {
      for await (const chunk of body) {
        passedBytes += chunk.length;
        count(chunk.length);
        yield chunk;
      }
    } finally {
      if (passedBytes < wholeBytes) count(-passedBytes);
    }
  }
  return {
    read: (url, range, expect, signal) =>
      counted(source.read(url, range, expect, signal), range.end - range.start + 1),
    readAll: (url, expect, signal) => counted(source.readAll(url, expect, signal), expect.sizeBytes),
  };
}

async function probeAgain({ source, clock, order, probe }: Copy): Promise<void> {
  const now = await withRetries({ clock, spread: 0 }, () => source.probe(order.url));
  const isSame =
    now.sizeBytes === probe.sizeBytes &&
    now.etag === probe.etag &&
    now.lastModifiedMs === probe.lastModifiedMs;
  if (isSame) return;
  throw new SourceChangedError(
    `The file had ${probe.sizeBytes} bytes before and has ${now.sizeBytes} after the copy.`,
  );
}

function abort({ vault, order: { key } }: Copy, uploadId: string): Promise<void> {
  return vault.abortUpload({ key, uploadId });
}
