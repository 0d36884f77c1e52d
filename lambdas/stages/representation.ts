// Whether the source is still the file that the copy began with: parts of two files are never mixed.
import { crc32, encodeCrc32 } from '../domain/crc32.ts';
import { type PartPlan, rangeOf } from '../domain/part-plan.ts';
import type { UploadState } from '../domain/record.ts';
import type { PartInfo, Probe, Source } from './ports.ts';

/** Parts read again when no strong ETag vouches for the file: the first, the middle and the last one we have. */
function sampleOf(listed: readonly PartInfo[]): readonly PartInfo[] {
  const indexes = new Set([0, listed.length >> 1, listed.length - 1]);
  return [...indexes].flatMap((index) => listed[index] ?? []);
}

/** Same size, and a strong ETag that is equal or sampled parts whose CRCs are. Size alone proves nothing. */
export async function isSameFile(
  source: Pick<Source, 'read'>,
  url: string,
  begun: UploadState['source'],
  now: Probe,
  plan: PartPlan,
  listed: readonly PartInfo[],
): Promise<boolean> {
  if (now.sizeBytes !== begun.size_bytes) return false;
  if (isStrong(now.etag) && now.etag === begun.etag) return true;
  // Without Range every pass compares all parts by itself: see copy-stream.ts.
  if (!now.ranged) return true;
  for (const part of sampleOf(listed)) {
    const found = await crcOf(source.read(url, rangeOf(plan, part.partNumber), now));
    if (found !== part.crc32) return false;
  }
  return true;
}

function isStrong(etag: string | undefined): boolean {
  return etag !== undefined && !etag.startsWith('W/');
}

async function crcOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  let crc = 0;
  for await (const chunk of body) crc = crc32(chunk, crc);
  return encodeCrc32(crc);
}
