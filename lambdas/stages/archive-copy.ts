// The copy of one master into the vault: upload begun or taken up again, missing parts copied, all of it checked
// against a second probe before the upload is completed.
import { masterKey } from '../contract/keys.ts';
import type { PlatformAsset } from '../domain/asset.ts';
import { combineParts } from '../domain/crc32.ts';
import {
  ConflictError,
  NotYetError,
  PermanentError,
  SetUpError,
  SourceChangedError,
} from '../domain/failures.ts';
import { mediaTypeOf } from '../domain/media-type.ts';
import { missingParts, type PartPlan, planParts, planStream } from '../domain/part-plan.ts';
import type { AssetRecord, UploadState } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { isAsCopied, seal } from './archive-seal.ts';
import { checkMaster, judgeBoxes, refusalError } from './check-master.ts';
import { copyParts } from './copy-master.ts';
import { copyShared, isShared } from './copy-shared.ts';
import { copyStream } from './copy-stream.ts';
import { whileHeld } from './heartbeat.ts';
import type { PartInfo, Probe } from './ports.ts';
import { isSameFile } from './representation.ts';
import type { Next, Work } from './stage.ts';

/** How often a copy begins anew because the file changed: it was announced while it was still growing, for one. */
const MAX_COPY_RESTARTS = 3;

/** A second probe that is due within this time is waited for in the same invocation. */
const SHORT_SETTLE_MS = 20_000;

export async function copyIntoVault(work: Work, asset: PlatformAsset, url: string): Promise<Next> {
  const probe = await work.deps.source.probe(url);
  const media = mediaTypeOf(probe.head);
  if (media.kind === 'refused') throw refusalError(media);
  const type = asset.audioOnly ? AUDIO : media;
  const listed = await partsSoFar(work);
  if (listed === undefined) await beginUpload(work, probe, type, work.record.upload?.restarts);
  else await takeUpAgain(work, url, probe, type, listed);
  if (listed === 'completed') return seal(work, asset);
  try {
    return await copyAndCheck(work, asset, url, probe);
  } catch (error) {
    if (!(error instanceof SourceChangedError)) throw error;
    await beginAgain(work, await work.deps.source.probe(url), type);
    return soon(work, 'the master to stop changing');
  }
}

/** A copy that an earlier invocation, attempt or life began; its parts are kept if they are of the same file. */
async function takeUpAgain(
  work: Work,
  url: string,
  probe: Probe,
  media: Media,
  listed: readonly PartInfo[] | 'completed',
): Promise<void> {
  if (work.record.status === 'preparing') await work.enter('archiving', 'copy taken up again');
  if (listed === 'completed') return;
  const upload = uploadOf(work);
  if (!(await isSameFile(work.deps.source, url, upload.source, probe, planOf(upload), listed))) {
    return beginAgain(work, probe, media);
  }
  // The same bytes under another name: from here on ranges and the second probe are compared with that one. A file that
  // was made anew may be growing again, so that its own first look counts.
  if (probe.etag !== upload.source.etag || wasMadeAnew(work.record, upload))
    await work.renew({ upload: { ...upload, source: sourceOf(work, probe) } });
}

function wasMadeAnew({ master }: AssetRecord, { source }: UploadState): boolean {
  return master !== undefined && Date.parse(master.requested_at) >= Date.parse(source.probed_at);
}

function sourceOf(work: Work, { sizeBytes, etag }: Probe): UploadState['source'] {
  return { size_bytes: sizeBytes, etag, probed_at: iso(work.nowMs) };
}

async function copyAndCheck(work: Work, asset: PlatformAsset, url: string, probe: Probe): Promise<Next> {
  const upload = uploadOf(work);
  const plan = planOf(upload);
  const listed = (await listParts(work, upload)) ?? [];
  const copied = probe.ranged
    ? await copyRanges(work, url, probe, plan, listed)
    : await copyOnePass(work, asset, url, probe, plan, listed);
  const parts = await listParts(work, upload);
  const bytes_done = (parts ?? []).reduce((sum, part) => sum + part.sizeBytes, 0);
  const progress = { bytes_done, bytes_total: plan.sizeBytes };
  if (!copied || !parts || missingParts(plan, parts).length > 0) {
    await work.renew({ progress });
    return soon(work, 'more time to copy');
  }
  const crc32 = combineParts(parts);
  await work.renew({ progress, upload: { ...upload, crc32 } });
  const { key, upload_id: uploadId } = upload;
  // Complete alone may take minutes, and a second worker must not come in between.
  await whileHeld(
    work,
    () => ({}),
    async () => {
      await probeAgain(work, url, upload);
      if (probe.ranged) await checkBoxes(work, asset, url, probe);
      await work.deps.vault.completeUpload({ key, uploadId, parts, sizeBytes: plan.sizeBytes, crc32 });
    },
  ).catch((error: unknown) => giveUpRefused(work, upload, error));
  // Whatever was answered, the object itself says whether it is ours: the answer may be the lost one of an earlier try.
  return seal(work, asset);
}

/** Parts of a file that was refused for good would be refused again: a retry is to copy the master anew. */
async function giveUpRefused(work: Work, upload: UploadState, error: unknown): Promise<never> {
  // Nobody has the bytes any more when the asset is lost: for whatever they are worth, they stay.
  if (error instanceof PermanentError && !(error instanceof SetUpError) && !work.record.lost_at) {
    await work.deps.vault.abortUpload({ key: upload.key, uploadId: upload.upload_id });
    await work.renew({ upload: undefined, progress: undefined });
  }
  throw error;
}

/** True when every part was copied; false when the time was over first. */
async function copyRanges(
  work: Work,
  url: string,
  probe: Probe,
  plan: PartPlan,
  listed: readonly PartInfo[],
) {
  if (isShared(work, plan)) return copyShared(work, url, probe, plan);
  const upload = uploadOf(work);
  const missing = missingParts(plan, listed);
  const before = plan.sizeBytes - missing.reduce((sum, n) => sum + sizeOf(plan, n), 0);
  let copiedBytes = 0;
  const progress = () => ({ progress: { bytes_done: before + copiedBytes, bytes_total: plan.sizeBytes } });
  const outcome = await whileHeld(work, progress, (signal) =>
    copyParts(work.deps, {
      url,
      key: upload.key,
      uploadId: upload.upload_id,
      plan,
      etag: probe.etag,
      partNumbers: missing,
      deadlineMs: work.deadlineMs,
      signal,
      onProgress: (bytes) => {
        copiedBytes = bytes;
      },
    }),
  );
  return outcome.kind === 'complete';
}

function sizeOf(plan: PartPlan, partNumber: number): number {
  return Math.min(plan.partSizeBytes, plan.sizeBytes - (partNumber - 1) * plan.partSizeBytes);
}

/** A source without Range is read once from its first byte, and its boxes are judged as they pass. */
async function copyOnePass(
  work: Work,
  asset: PlatformAsset,
  url: string,
  probe: Probe,
  plan: PartPlan,
  listed: readonly PartInfo[],
) {
  const upload = uploadOf(work);
  let passedBytes = 0;
  const progress = () => ({ progress: { bytes_done: passedBytes, bytes_total: plan.sizeBytes } });
  const outcome = await whileHeld(work, progress, (signal) =>
    copyStream(work.deps, {
      url,
      key: upload.key,
      uploadId: upload.upload_id,
      plan,
      etag: probe.etag,
      listed,
      deadlineMs: work.deadlineMs,
      signal,
      onProgress: (bytes) => {
        passedBytes = bytes;
      },
    }),
  );
  if (outcome.kind === 'out-of-time') throw tooLargeForOnePass(plan);
  const check = judgeBoxes(outcome.verdict, asset.durationSeconds);
  if (check.kind === 'refused') throw refusalError(check);
  return true;
}

function tooLargeForOnePass(plan: PartPlan): PermanentError {
  return new PermanentError(
    'SOURCE_WITHOUT_RANGE_TOO_LARGE',
    `The master's host does not serve ranges, and ${plan.sizeBytes} bytes are more than one invocation can copy.`,
    { action: 'Copy this master by hand, or raise the archive function’s memory and time.', retryable: true },
  );
}

/** Before Complete: the file must look as it did at least the settle time ago, or it was still growing. */
async function probeAgain(work: Work, url: string, upload: UploadState): Promise<void> {
  const settledMs = Date.parse(upload.source.probed_at) + work.deps.settings.settleMs;
  const waitMs = settledMs - work.nowMs;
  if (waitMs > SHORT_SETTLE_MS) throw new NotYetError(settledMs, 'the master to settle');
  if (waitMs > 0) await work.deps.clock.sleep(waitMs);
  const probe = await work.deps.source.probe(url);
  const isSame = probe.sizeBytes === upload.source.size_bytes && probe.etag === uploadOf(work).source.etag;
  if (isSame) return;
  throw new SourceChangedError(
    `The master had ${upload.source.size_bytes} bytes at the first probe and has ${probe.sizeBytes} at the second.`,
  );
}

async function checkBoxes(work: Work, asset: PlatformAsset, url: string, probe: Probe): Promise<void> {
  const { sizeBytes, etag } = probe;
  const check = await checkMaster(work.deps, {
    url,
    sizeBytes,
    etag,
    durationSeconds: asset.durationSeconds,
  });
  if (check.kind === 'refused') throw refusalError(check);
}

/** What S3 has of the upload in the ledger; `completed` when it became the object we meant; undefined when there is none. */
export async function partsSoFar(work: Work): Promise<readonly PartInfo[] | 'completed' | undefined> {
  const { upload } = work.record;
  if (!upload || upload.aborted_at) return undefined;
  const parts = await listParts(work, upload);
  if (parts) return parts;
  const head = await work.deps.vault.head({ key: upload.key });
  return head && isAsCopied(head, upload) ? 'completed' : undefined;
}

/** Whether S3 has every part of what was probed at first. */
export function isWhole(
  { upload }: AssetRecord,
  parts: readonly PartInfo[] | undefined,
): parts is readonly PartInfo[] {
  return upload !== undefined && parts !== undefined && missingParts(planOf(upload), parts).length === 0;
}

/** When the file can be asked for no more: better an object that nobody compared than parts that S3 throws away. */
export async function completeUnchecked(work: Work, parts: readonly PartInfo[]): Promise<void> {
  const upload = uploadOf(work);
  const crc32 = combineParts(parts);
  // Noted first: whoever goes on after a crash must not take the object for a checked one.
  await work.renew({ upload: { ...upload, crc32, is_unchecked: true } });
  const { key, upload_id: uploadId, source } = upload;
  await work.deps.vault.completeUpload({ key, uploadId, parts, sizeBytes: source.size_bytes, crc32 });
}

function listParts({ deps }: Work, upload: UploadState) {
  return deps.vault.listParts({ key: upload.key, uploadId: upload.upload_id });
}

interface Media {
  readonly extension: 'mp4' | 'm4a';
  readonly contentType: string;
}

/** What the asset is wins over the brand in the file: Mux's audio masters may carry a brand of video. */
const AUDIO: Media = { extension: 'm4a', contentType: 'audio/mp4' };

/** The upload's id is in the ledger before its first part is in the vault. */
async function beginUpload(work: Work, probe: Probe, media: Media, restarts = 0): Promise<void> {
  // Whoever was overtaken ends here: he would give up another one's upload, and leave one behind that nobody knows.
  await work.renew();
  const { record, deps } = work;
  const folder = {
    environment: record.environment ?? 'unknown',
    assetId: record.asset_id,
    life: record.life,
  };
  // One that an earlier life or a lifecycle rule gave up is forgotten here, so it must be gone.
  const old = record.upload;
  if (old) await deps.vault.abortUpload({ key: old.key, uploadId: old.upload_id });
  const key = masterKey(folder, media.extension);
  const token = deps.random.token();
  const { contentType } = media;
  const upload_id = await deps.vault.createUpload({
    key,
    contentType,
    storageClass: deps.settings.storageClass,
    token,
  });
  const plan = probe.ranged ? planParts(probe.sizeBytes) : planStream(probe.sizeBytes);
  const source = sourceOf(work, probe);
  const upload = { upload_id, key, token, part_size_bytes: plan.partSizeBytes, source, restarts };
  const set = { upload, progress: { bytes_done: 0, bytes_total: probe.sizeBytes } };
  try {
    if (record.status === 'preparing') await work.enter('archiving', 'master ready', set);
    else await work.renew(set);
  } catch (error) {
    // Taken back meanwhile: nobody else will ever know of this upload.
    if (error instanceof ConflictError) await deps.vault.abortUpload({ key, uploadId: upload_id });
    throw error;
  }
}

/** Another file than the one begun with: its parts go, and the copy starts over, three times at most. */
async function beginAgain(work: Work, probe: Probe, media: Media): Promise<void> {
  const old = uploadOf(work);
  if (work.record.lost_at) {
    const action = 'Keep what the vault holds of the first.';
    throw new PermanentError('MASTER_CHANGED', 'The master is another file since the asset is gone.', {
      action,
    });
  }
  if (old.restarts >= MAX_COPY_RESTARTS) {
    throw new PermanentError(
      'MASTER_KEEPS_CHANGING',
      `The master changed during ${MAX_COPY_RESTARTS + 1} copies.`,
      {
        action: 'Look at the asset in Mux; when its master is stable, send the same delete request again.',
        retryable: true,
        from: 'requested',
      },
    );
  }
  await beginUpload(work, probe, media, old.restarts + 1);
}

function uploadOf({ record }: Work): UploadState {
  if (!record.upload) throw new Error(`There is no upload for ${record.asset_id}.`);
  return record.upload;
}

function planOf(upload: UploadState): PartPlan {
  return planParts(upload.source.size_bytes, upload.part_size_bytes);
}

function soon(work: Work, waitingFor: string): Next {
  return { kind: 'wait', untilMs: work.nowMs, waitingFor };
}
