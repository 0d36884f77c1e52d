// Copies a master from a source without Range: one pass, part by part, checked as it passes. It cannot be shared
// among workers and begins at the first byte each time, but parts that S3 already holds are not sent again.
import { BoxStream } from '../domain/box-stream.ts';
import { crc32, encodeCrc32 } from '../domain/crc32.ts';
import { TransientError } from '../domain/failures.ts';
import type { BoxVerdict } from '../domain/mp4-boxes.ts';
import { type PartPlan, partSize } from '../domain/part-plan.ts';
import { withRetries } from './part-retry.ts';
import type { Clock, PartInfo, Source, Vault } from './ports.ts';

export interface StreamPorts {
  readonly vault: Pick<Vault, 'uploadPart'>;
  readonly source: Pick<Source, 'readAll'>;
  readonly clock: Clock;
}

export interface StreamJob {
  readonly url: string;
  readonly key: string;
  readonly uploadId: string;
  /** From `planStream`: one part is held in memory. */
  readonly plan: PartPlan;
  readonly etag?: string;
  /** What ListParts shows: a part with the same bytes is not sent again. */
  readonly listed: readonly PartInfo[];
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (passedBytes: number) => void;
}

export type StreamOutcome =
  | { readonly kind: 'complete'; readonly parts: readonly PartInfo[]; readonly verdict: BoxVerdict }
  | { readonly kind: 'out-of-time'; readonly parts: readonly PartInfo[] };

/** Throws as copyParts does; the verdict on the boxes is the caller's to act on before it completes the upload. */
export async function copyStream(ports: StreamPorts, job: StreamJob): Promise<StreamOutcome> {
  const { plan, etag, url, signal } = job;
  const boxes = new BoxStream(plan.sizeBytes);
  const parts: PartInfo[] = [];
  let passedBytes = 0;
  try {
    const body = ports.source.readAll(url, { sizeBytes: plan.sizeBytes, etag }, signal);
    for await (const bytes of cutIntoParts(body, plan)) {
      if (ports.clock.nowMs() >= job.deadlineMs) return { kind: 'out-of-time', parts };
      boxes.push(bytes);
      parts.push(await storePart(ports, job, parts.length + 1, bytes));
      passedBytes += bytes.length;
      job.onProgress?.(passedBytes);
    }
  } catch (error) {
    if (signal?.aborted) return { kind: 'out-of-time', parts };
    throw error;
  }
  return { kind: 'complete', parts, verdict: boxes.verdict() };
}

async function storePart(
  { vault, clock }: StreamPorts,
  { key, uploadId, listed, signal }: StreamJob,
  partNumber: number,
  bytes: Uint8Array,
): Promise<PartInfo> {
  const known = listed.find((part) => part.partNumber === partNumber && part.sizeBytes === bytes.length);
  if (known?.crc32 === encodeCrc32(crc32(bytes))) return known;
  return withRetries({ clock, spread: partNumber, goOn: () => !signal?.aborted }, () =>
    vault.uploadPart({ key, uploadId, partNumber, sizeBytes: bytes.length, body: once(bytes), signal }),
  );
}

/**
 * The stream in pieces as the plan says. Every piece is the same memory, filled anew: it must be used up before the
 * next is asked for. Copying lets go of the network's small buffers (aws/aws-sdk-js-v3#8286).
 */
async function* cutIntoParts(body: AsyncIterable<Uint8Array>, plan: PartPlan): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(plan.partSizeBytes, plan.sizeBytes));
  let partNumber = 1;
  let filled = 0;
  for await (const chunk of body) {
    for (let rest = chunk; rest.length > 0; ) {
      if (partNumber > plan.partCount) throw tooLong(plan);
      const room = partSize(plan, partNumber) - filled;
      buffer.set(rest.subarray(0, room), filled);
      filled += Math.min(room, rest.length);
      rest = rest.subarray(room);
      if (filled < partSize(plan, partNumber)) break;
      yield buffer.subarray(0, filled);
      partNumber += 1;
      filled = 0;
    }
  }
  // An empty file is one empty part.
  if (plan.sizeBytes === 0) yield buffer;
}

function tooLong(plan: PartPlan): TransientError {
  return new TransientError(
    'SOURCE_LONG',
    `The source sent more than the ${plan.sizeBytes} bytes it announced.`,
  );
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
