// Stage "cancel": after a request was taken back, gives up the unfinished upload until ListParts shows it gone.
import { iso } from '../domain/time.ts';
import type { Next, Work } from './stage.ts';

/** Also the stage of failed records, whose upload is kept for the retry: they only rest. */
export async function cancel(work: Work): Promise<Next> {
  const { record, deps } = work;
  const { upload } = record;
  if (record.status !== 'cancelled' || !upload) return { kind: 'rest' };
  const isGone = await abortAll(work, upload);
  // A worker that was killed or overtaken may still have a part on its way; a lease later none has.
  if (isGone && upload.aborted_at) return { kind: 'rest', set: { upload: undefined } };
  return {
    kind: 'wait',
    untilMs: work.nowMs + deps.settings.leaseMs,
    waitingFor: 'the unfinished upload to be gone',
    set: { upload: { ...upload, aborted_at: iso(work.nowMs) } },
  };
}

/** Aborts every unfinished upload of the key, also one whose id a crash kept from the ledger. */
async function abortAll({ deps }: Work, upload: { key: string; upload_id: string }): Promise<boolean> {
  const { key } = upload;
  const uploadIds = new Set([upload.upload_id, ...(await deps.vault.listUploads(key))]);
  for (const uploadId of uploadIds) await deps.vault.abortUpload({ key, uploadId });
  for (const uploadId of uploadIds) {
    if ((await deps.vault.listParts({ key, uploadId })) !== undefined) return false;
  }
  return true;
}
