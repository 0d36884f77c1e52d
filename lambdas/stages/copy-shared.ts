// A large master is shared out: segments go to the workers over the queue, and the archive stage copies along, from the
// end, until S3's list is full. With every message lost it copies all by itself: late, never stuck.
import type { SegmentMessage } from '../contract/names.ts';
import { missingParts, type PartPlan, partSize, planSegments } from '../domain/part-plan.ts';
import type { UploadState } from '../domain/record.ts';
import { copyParts } from './copy-master.ts';
import { whileHeld } from './heartbeat.ts';
import type { PartInfo, Probe } from './ports.ts';
import type { Work } from './stage.ts';

/** Parts that the archive stage takes from the end before it looks again what the workers have left. */
const PARTS_AT_A_TIME = 8;

/** Whether more than one segment is missing. */
export function isShared(work: Work, plan: PartPlan, listed: readonly PartInfo[]): boolean {
  return planSegments(plan, missingParts(plan, listed), work.deps.settings.segmentBytes).length > 1;
}

/** True when every part is in the vault; false when the time was over first. */
export async function copyShared(work: Work, url: string, probe: Probe, plan: PartPlan): Promise<boolean> {
  const { upload } = work.record;
  if (!upload) throw new Error(`There is no upload to share for ${work.record.asset_id}.`);
  let missing = await lacking(work, upload, plan);
  await askForHelp(work, upload, plan, missing);
  const progress = () => {
    const bytesMissing = missing.reduce((sum, n) => sum + partSize(plan, n), 0);
    return { progress: { bytes_done: plan.sizeBytes - bytesMissing, bytes_total: plan.sizeBytes } };
  };
  return whileHeld(work, progress, async (signal) => {
    while (missing.length > 0 && !signal.aborted) {
      const partNumbers = missing.slice(-PARTS_AT_A_TIME).reverse();
      const { key, upload_id: uploadId } = upload;
      const job = {
        url,
        key,
        uploadId,
        plan,
        etag: probe.etag,
        partNumbers,
        deadlineMs: work.deadlineMs,
        signal,
      };
      const outcome = await copyParts(work.deps, job);
      missing = await lacking(work, upload, plan);
      if (outcome.kind === 'out-of-time') break;
    }
    return missing.length === 0;
  });
}

async function lacking({ deps }: Work, upload: UploadState, plan: PartPlan): Promise<readonly number[]> {
  const listed = await deps.vault.listParts({ key: upload.key, uploadId: upload.upload_id });
  return missingParts(plan, listed ?? []);
}

/** Help that cannot be had costs time only; the copy goes on without it. */
async function askForHelp(
  work: Work,
  upload: UploadState,
  plan: PartPlan,
  missing: readonly number[],
): Promise<void> {
  const { deps, record } = work;
  const segments = planSegments(plan, missing, deps.settings.segmentBytes);
  const messages = segments.map<SegmentMessage>(({ first, last }) => ({
    asset_id: record.asset_id,
    life: record.life,
    upload_id: upload.upload_id,
    first_part: first,
    last_part: last,
  }));
  try {
    await deps.helpers.ask(messages);
  } catch (error) {
    deps.log.error('no help for a large master', { asset_id: record.asset_id, error: String(error) });
  }
}
