// A worker's part in the archive stage: copies what one segment still lacks. It holds no claim and writes no record;
// S3's part list is all it shares with the others, so that it may die, come twice or never come.
import type { SegmentMessage } from '../contract/names.ts';
import {
  NotYetError,
  PermanentError,
  SetUpError,
  SourceChangedError,
  SourceLapsedError,
  TransientError,
} from '../domain/failures.ts';
import { missingParts, planParts } from '../domain/part-plan.ts';
import type { AssetRecord, UploadState } from '../domain/record.ts';
import { copyAlong, type SharedJob } from './copy-along.ts';
import type { CopyOfMaster, MasterUrls } from './master-urls.ts';
import type { Clock, Ledger, Log, Source, Vault } from './ports.ts';
import { type Waking, wake } from './wake.ts';

export interface WorkerDeps {
  readonly ledger: Ledger;
  readonly vault: Vault;
  readonly source: Source;
  readonly clock: Clock;
  readonly log: Log;
  readonly urls: MasterUrls;
  readonly waking: Waking;
}

export interface Until {
  /** In the clock's milliseconds: no part is begun that would probably not be done by then. */
  readonly deadlineMs: number;
  /** Cuts parts under way short. */
  readonly signal?: AbortSignal;
}

export type SegmentOutcome =
  /** The segment is in the vault, by whosoever's work. */
  | 'copied'
  | 'nothing missing'
  /** The record moved on, or the upload is gone. */
  | 'stale'
  /** The archive stage finds out what became of the master. */
  | 'no master'
  /** The archive stage meets the same error, and records it. */
  | 'refused'
  /** What is left is the archive stage's, which asks for help again in its next run. */
  | 'out of time';

/** Throws what coming again may mend: passing failures and NotYetError; and SetUpError, for a person to see. */
export async function copySegment(
  deps: WorkerDeps,
  message: SegmentMessage,
  until: Until,
): Promise<SegmentOutcome> {
  const record = await deps.ledger.get(message.asset_id);
  const upload = record && uploadMeant(record, message);
  if (!upload) return 'stale';
  try {
    return await copyMissing(deps, message, upload, until);
  } catch (error) {
    return outcomeOf(error, message, deps.log);
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

function outcomeOf(error: unknown, { asset_id }: SegmentMessage, log: Log): SegmentOutcome {
  if (error instanceof SourceChangedError || error instanceof SourceLapsedError) return 'no master';
  if (error instanceof TransientError && error.code === UPLOAD_GONE) return 'stale';
  if (!(error instanceof PermanentError) || error instanceof SetUpError) throw error;
  log.error('segment refused', { asset_id, code: error.code, error: error.message });
  return 'refused';
}

const UPLOAD_GONE = 'UPLOAD_GONE';

async function copyMissing(
  deps: WorkerDeps,
  message: SegmentMessage,
  upload: UploadState,
  until: Until,
): Promise<SegmentOutcome> {
  const { key, upload_id: uploadId, source } = upload;
  const plan = planParts(source.size_bytes, upload.part_size_bytes);
  const own = (n: number) => n >= message.first_part && n <= message.last_part;
  let missing: readonly number[] = [];
  let isBegunByAnother: boolean | undefined;
  const look = async () => {
    const listed = await deps.vault.listParts({ key, uploadId });
    if (!listed) throw new TransientError(UPLOAD_GONE, `The upload of ${key} is gone.`);
    missing = missingParts(plan, listed);
    // Another at the segment, whose message came before, is met from the other end: side by side would copy all twice.
    isBegunByAnother ??= !missing.includes(message.first_part);
    return isBegunByAnother ? missing.filter(own).toReversed() : missing.filter(own);
  };
  if ((await look()).length === 0) return 'nothing missing';
  const job = { key, uploadId, plan, etag: source.etag, look, ...until };
  const outcome = await copyFromMaster(deps, { assetId: message.asset_id, uploadId }, job);
  if (missing.length === 0) await wakeArchive(deps, message);
  return outcome;
}

async function copyFromMaster(
  deps: WorkerDeps,
  copy: CopyOfMaster,
  job: Omit<SharedJob, 'url'>,
): Promise<SegmentOutcome> {
  let refused: string | undefined;
  for (;;) {
    const url = await urlInTurn(deps, copy, refused, job.deadlineMs);
    if (url === undefined) return 'no master';
    try {
      const outcome = await copyAlong(deps, { ...job, url });
      return outcome === 'complete' ? 'copied' : 'out of time';
    } catch (error) {
      // A URL kept from earlier may have lapsed, or lead to a master that was prepared again. One that the platform
      // has just given and that fails too is the archive stage's to sort out.
      const isStaleUrl = error instanceof SourceLapsedError || error instanceof SourceChangedError;
      if (!isStaleUrl || refused !== undefined) throw error;
      refused = url;
    }
  }
}

/**
 * The workers of one master all ask at the same time, and the governor gives a slot now and one a second later: who
 * waits for his turn, for up to half of his time, is at work long before a message that comes again.
 */
async function urlInTurn(
  { urls, clock }: WorkerDeps,
  copy: CopyOfMaster,
  refused: string | undefined,
  deadlineMs: number,
): Promise<string | undefined> {
  const latestMs = (clock.nowMs() + deadlineMs) / 2;
  for (;;) {
    try {
      return await urls.of(copy, refused);
    } catch (error) {
      if (!(error instanceof NotYetError) || error.atMs > latestMs) throw error;
      await clock.sleep(Math.max(1_000, error.atMs - clock.nowMs()));
    }
  }
}

/** Whoever sees the list full wakes the archive stage, which completes; two who do so find one claim. */
async function wakeArchive({ ledger, waking }: WorkerDeps, message: SegmentMessage): Promise<void> {
  const record = await ledger.get(message.asset_id);
  if (record && uploadMeant(record, message)) await wake(record, waking);
}
