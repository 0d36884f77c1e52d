// A worker's part in the archive stage: copies what one segment still lacks. It holds no claim and writes no record;
// S3's part list is all it shares with the others, so that it may die, come twice or never come.
import type { SegmentMessage } from '../contract/names.ts';
import { SourceChangedError, SourceLapsedError, TransientError } from '../domain/failures.ts';
import { missingParts, type PartPlan, planParts } from '../domain/part-plan.ts';
import type { AssetRecord, UploadState } from '../domain/record.ts';
import { copyParts } from './copy-master.ts';
import type { MasterUrls } from './master-urls.ts';
import type { Clock, Ledger, Source, Vault } from './ports.ts';
import { type Waking, wake } from './wake.ts';

export interface WorkerDeps {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly source: Source;
  readonly clock: Clock;
  readonly urls: MasterUrls;
  readonly waking: Waking;
}

export type SegmentOutcome =
  | 'copied'
  /** The record moved on, or the upload is gone. */
  | 'stale'
  /** The archive stage finds out what became of the master. */
  | 'no master'
  | 'out of time';

/** Throws TransientError for what the queue should deliver again. */
export async function copySegment(
  deps: WorkerDeps,
  message: SegmentMessage,
  deadlineMs: number,
): Promise<SegmentOutcome> {
  const record = await deps.ledger.get(message.asset_id);
  const upload = record && uploadMeant(record, message);
  if (!record || !upload) return 'stale';
  const plan = planParts(upload.source.size_bytes, upload.part_size_bytes);
  try {
    const outcome = await copyMissing(deps, message, upload, plan, deadlineMs);
    if (outcome === 'copied') await wakeWhenFull(deps, record, upload, plan);
    return outcome;
  } catch (error) {
    if (error instanceof SourceChangedError || error instanceof SourceLapsedError) return 'no master';
    if (error instanceof TransientError && error.code === 'UPLOAD_GONE') return 'stale';
    throw error;
  }
}

function uploadMeant(record: AssetRecord, message: SegmentMessage): UploadState | undefined {
  const isMeant =
    record.status === 'archiving' &&
    record.life === message.life &&
    record.upload?.upload_id === message.upload_id &&
    record.upload.aborted_at === undefined;
  return isMeant ? record.upload : undefined;
}

async function copyMissing(
  deps: WorkerDeps,
  message: SegmentMessage,
  upload: UploadState,
  plan: PartPlan,
  deadlineMs: number,
): Promise<SegmentOutcome> {
  let refused: string | undefined;
  for (;;) {
    const listed = await listParts(deps, upload);
    if (!listed) return 'stale';
    const partNumbers = missingParts(plan, listed).filter(
      (n) => n >= message.first_part && n <= message.last_part,
    );
    if (partNumbers.length === 0) return 'copied';
    const url = await deps.urls.of(message.asset_id, refused);
    if (!url) return 'no master';
    try {
      const { key, upload_id: uploadId, source } = upload;
      const job = { url, key, uploadId, plan, etag: source.etag, partNumbers, deadlineMs };
      const { kind } = await copyParts(deps, job);
      return kind === 'complete' ? 'copied' : 'out of time';
    } catch (error) {
      // A fresh URL once: the next lapse of a URL that the platform has just given is the archive stage's to sort out.
      if (!(error instanceof SourceLapsedError) || refused !== undefined) throw error;
      refused = url;
    }
  }
}

/** Whoever sees the list full wakes the archive stage, which completes; two who do so find one claim. */
async function wakeWhenFull(
  deps: WorkerDeps,
  record: AssetRecord,
  upload: UploadState,
  plan: PartPlan,
): Promise<void> {
  const listed = await listParts(deps, upload);
  if (!listed || missingParts(plan, listed).length > 0) return;
  const now = await deps.ledger.get(record.asset_id);
  if (now?.status === 'archiving' && now.life === record.life) await wake(now, deps.waking);
}

function listParts({ vault }: WorkerDeps, upload: UploadState) {
  return vault.listParts({ key: upload.key, uploadId: upload.upload_id });
}
