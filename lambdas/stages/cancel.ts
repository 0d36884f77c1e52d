// Stage "cancel": after a request was taken back, gives up the unfinished upload until ListParts shows it gone, and sees to
// it that the video plays again where its playback ids were taken away.
import type { AssetRecord } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { replacePlayback } from './replace-playback.ts';
import type { Next, Work } from './stage.ts';
import { type Unfinished, unfinishedUploads } from './unfinished-uploads.ts';

/** Also the stage of failed records, whose upload is kept for the retry: they only rest. */
export async function cancel(work: Work): Promise<Next> {
  const { record, deps, nowMs } = work;
  if (record.status !== 'cancelled') return { kind: 'rest' };
  const { upload } = record;
  const isGone = await abortAll(work, await unfinishedUploads(work));
  const quietAtMs = copyEndsMs(record, deps.settings.leaseMs);
  const idsAtMs = await replacePlayback(work);
  if (isGone && nowMs >= quietAtMs) {
    const set = { upload: undefined };
    if (idsAtMs === undefined) return { kind: 'rest', set };
    return { kind: 'wait', untilMs: idsAtMs, waitingFor: 'the last look at its playback ids', set };
  }
  return {
    kind: 'wait',
    untilMs: Math.max(quietAtMs, isGone ? 0 : nowMs + deps.settings.leaseMs),
    waitingFor: 'the unfinished upload to be gone',
    set: { upload: upload && { ...upload, aborted_at: upload.aborted_at ?? iso(nowMs) } },
  };
}

/**
 * Whoever was at the copy when it was taken back may still have a part on its way, or have asked S3 for an upload that
 * is not listed yet; a lease later nobody has.
 */
function copyEndsMs({ history, upload }: AssetRecord, leaseMs: number): number {
  const takenBack = history.findLast(({ from, to }) => to === 'cancelled' && from !== to);
  const wasCopied =
    upload !== undefined || takenBack?.from === 'preparing' || takenBack?.from === 'archiving';
  return takenBack && wasCopied ? Date.parse(takenBack.at) + leaseMs : 0;
}

async function abortAll({ deps }: Work, uploads: readonly Unfinished[]): Promise<boolean> {
  for (const upload of uploads) await deps.vault.abortUpload(upload);
  for (const upload of uploads) {
    if ((await deps.vault.listParts(upload)) !== undefined) return false;
  }
  return true;
}
