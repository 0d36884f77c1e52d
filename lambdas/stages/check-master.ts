// Checks that a master is a whole video before its upload is completed: its boxes, by small Range reads, and its duration.
import { PermanentError } from '../domain/failures.ts';
import {
  type BoxRefusal,
  type BoxVerdict,
  beginWalk,
  durationDiffers,
  stepWalk,
} from '../domain/mp4-boxes.ts';
import { withRetries } from './part-retry.ts';
import type { Clock, Source } from './ports.ts';

export interface MasterToCheck {
  readonly url: string;
  readonly sizeBytes: number;
  readonly etag?: string;
  /** Of the asset, in seconds; without it durations are not compared. */
  readonly durationSeconds?: number;
}

export type MasterCheck =
  | { readonly kind: 'media'; readonly durationSeconds?: number }
  | { readonly kind: 'refused'; readonly code: MasterRefusal; readonly message: string };

export type MasterRefusal = BoxRefusal | 'MASTER_DURATION_DIFFERS';

/** Throws what Source.read throws; a passing fault is tried again a few times. */
export async function checkMaster(
  ports: { readonly source: Pick<Source, 'read'>; readonly clock: Clock },
  master: MasterToCheck,
): Promise<MasterCheck> {
  const read = (start: number, length: number) =>
    withRetries({ clock: ports.clock, spread: 0 }, () =>
      collect(ports.source.read(master.url, { start, end: start + length - 1 }, master)),
    );
  let walk = beginWalk(master.sizeBytes);
  while (walk.kind === 'walking') walk = stepWalk(walk, await read(walk.need.offset, walk.need.length));
  return judgeBoxes(walk, master.durationSeconds);
}

/** Adds the comparison of durations to what the walk found. */
export function judgeBoxes(verdict: BoxVerdict, assetSeconds: number | undefined): MasterCheck {
  if (verdict.kind === 'refused') return verdict;
  const { durationSeconds } = verdict;
  if (durationSeconds === undefined || assetSeconds === undefined) return { kind: 'media', durationSeconds };
  if (!durationDiffers(durationSeconds, assetSeconds)) return { kind: 'media', durationSeconds };
  const message = `The master lasts ${durationSeconds} s, the asset ${assetSeconds} s: it is another or an unfinished video.`;
  return { kind: 'refused', code: 'MASTER_DURATION_DIFFERS', message };
}

/** A refusal as the error that the record shows. */
export function refusalError({ code, message }: { code: string; message: string }): PermanentError {
  return new PermanentError(code, message, {
    action: 'The asset was not deleted. Look at the master on the platform, then retry.',
    retryable: true,
  });
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  // The source fills the chunk's memory anew once the next is asked for.
  for await (const chunk of chunks) all.push(Uint8Array.from(chunk));
  return new Uint8Array(Buffer.concat(all));
}
