// Which unfinished upload of a key an earlier run of the same copy began: the one whose parts are those of the source.
import type { S3Vault, UnfinishedUpload } from '../../lambdas/adapters/vault.ts';
import { type PartPlan, partSize } from '../../lambdas/domain/part-plan.ts';
import { withRetries } from '../../lambdas/stages/part-retry.ts';
import type { Clock, PartInfo, Probe, Source } from '../../lambdas/stages/ports.ts';
import { isSameFile } from '../../lambdas/stages/representation.ts';
import type { CopyOrder } from './copy-url.ts';

export interface Unfinished {
  readonly uploadId: string;
  readonly parts: readonly PartInfo[];
}

export interface OtherUpload {
  readonly uploadId: string;
  readonly why: string;
}

interface Ports {
  readonly vault: Pick<S3Vault, 'unfinishedUploads' | 'listParts'>;
  readonly source: Pick<Source, 'read'>;
  readonly clock: Clock;
}

type Wanted = Pick<CopyOrder, 'url' | 'key' | 'storageClass' | 'signal'>;

/** Nobody wrote down whose uploads these are, so nothing but their own looks decides; none is touched. */
export async function findUnfinished(
  ports: Ports,
  wanted: Wanted,
  probe: Probe,
  plan: PartPlan,
): Promise<{ found: Unfinished | undefined; others: readonly OtherUpload[] }> {
  let found: Unfinished | undefined;
  const others: OtherUpload[] = [];
  for (const upload of await ports.vault.unfinishedUploads(wanted.key)) {
    const { uploadId } = upload;
    const parts = await ports.vault.listParts({ key: wanted.key, uploadId });
    if (!parts) continue;
    const why = found
      ? 'another one fits'
      : (misfit(upload, parts, wanted, probe, plan) ?? (await otherBytes(ports, wanted, probe, plan, parts)));
    if (why) others.push({ uploadId, why });
    else found = { uploadId, parts };
  }
  return { found, others };
}

/** What can be seen without reading the source again. */
function misfit(
  upload: UnfinishedUpload,
  parts: readonly PartInfo[],
  { storageClass }: Wanted,
  { lastModifiedMs = 0 }: Probe,
  plan: PartPlan,
): string | undefined {
  if (!upload.hasFullCrc32) return 'it was begun by another program';
  if (upload.storageClass !== storageClass) return `it is for ${upload.storageClass}`;
  // An upload without parts may be anybody's, and costs nothing.
  if (parts.length === 0) return 'it holds no parts yet';
  const fits = ({ partNumber, sizeBytes }: PartInfo) =>
    partNumber <= plan.partCount && sizeBytes === partSize(plan, partNumber);
  if (!parts.every(fits)) return 'its parts have other sizes';
  // Samples would not show a change in a few places. HTTP's dates have whole seconds.
  if (lastModifiedMs >= upload.begunMs) return 'the source was changed since it was begun';
  return undefined;
}

async function otherBytes(
  { source, clock }: Ports,
  { url, signal }: Wanted,
  probe: Probe,
  plan: PartPlan,
  parts: readonly PartInfo[],
): Promise<string | undefined> {
  const stoppable: Pick<Source, 'read'> = {
    read: (from, range, expect) => source.read(from, range, expect, signal),
  };
  // Of the source as it was then nothing is known but the size that the parts were cut from.
  const begun = { size_bytes: plan.sizeBytes, probed_at: '' };
  const isSame = await withRetries({ clock, spread: 0, goOn: () => !signal.aborted }, () =>
    isSameFile(stoppable, url, begun, probe, plan, parts),
  );
  return isSame ? undefined : 'it holds other bytes than the source';
}
