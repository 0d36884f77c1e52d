// A large master is shared out: segments go to the workers over the queue, and the archive stage copies along, from the
// end, until S3's list is full. With every message lost it copies all by itself: late, never stuck.
import type { SegmentMessage } from '../contract/names.ts';
import { missingParts, type PartPlan, partSize, planSegments } from '../domain/part-plan.ts';
import type { UploadState } from '../domain/record.ts';
import { copyAlong } from './copy-along.ts';
import { whileHeld } from './heartbeat.ts';
import type { Probe } from './ports.ts';
import type { Work } from './stage.ts';

/** What fifty workers copy in one run of the archive stage. It asks for the rest in its next; more would lie about. */
const MOST_SEGMENTS = 1_000;

/** Whether a master of this plan has more than one segment, so that workers may be at it. */
export function isShared({ deps }: Work, plan: PartPlan): boolean {
  return planSegments(plan, missingParts(plan, []), deps.settings.segmentBytes).length > 1;
}

/** True when every part is in the vault; false when the time was over first. */
export async function copyShared(work: Work, url: string, probe: Probe, plan: PartPlan): Promise<boolean> {
  const { deps, record } = work;
  const { upload } = record;
  if (!upload) throw new Error(`There is no upload to share for ${record.asset_id}.`);
  const { key, upload_id: uploadId } = upload;
  let missing: readonly number[] = [];
  const look = async () => {
    missing = missingParts(plan, (await deps.vault.listParts({ key, uploadId })) ?? []);
    return missing.toReversed();
  };
  await look();
  await askForHelp(work, upload, plan, missing);
  const progress = () => {
    const bytesMissing = missing.reduce((sum, n) => sum + partSize(plan, n), 0);
    return { progress: { bytes_done: plan.sizeBytes - bytesMissing, bytes_total: plan.sizeBytes } };
  };
  const job = { url, key, uploadId, plan, etag: probe.etag, deadlineMs: work.deadlineMs, look };
  const outcome = await whileHeld(work, progress, (signal) => copyAlong(deps, { ...job, signal }));
  return outcome === 'complete';
}

/** One segment needs no help. Help that cannot be had costs time only; the copy goes on without it. */
async function askForHelp(
  { deps, record }: Work,
  upload: UploadState,
  plan: PartPlan,
  missing: readonly number[],
): Promise<void> {
  const segments = planSegments(plan, missing, deps.settings.segmentBytes).slice(0, MOST_SEGMENTS);
  if (segments.length < 2) return;
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
