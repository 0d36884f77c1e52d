// A large object into a file: several ranges under way at once, written in their order, so that the length of the file
// says how far it got and the next run goes on there.
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { combineCrc32, crc32, encodeCrc32 } from '../../lambdas/domain/crc32.ts';
import type { ByteRange } from '../../lambdas/domain/part-plan.ts';
import { withRetries } from '../../lambdas/stages/part-retry.ts';
import type { Clock } from '../../lambdas/stages/ports.ts';

export interface Download {
  readonly path: string;
  readonly sizeBytes: number;
  readonly read: (range: ByteRange, signal: AbortSignal) => Promise<Uint8Array>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: (doneBytes: number, totalBytes: number) => void;
  /** Held in memory, as many as are under way. Default 8 MiB. */
  readonly rangeBytes?: number;
  /** Default 6. */
  readonly concurrency?: number;
}

export interface Downloaded {
  /** Base64, over the whole file. */
  readonly crc32: string;
  /** Of these, how many an earlier run had fetched. */
  readonly keptBytes: number;
}

const RANGE_BYTES = 8 * 1024 ** 2;
const CONCURRENCY = 6;
const READ_BYTES = 1024 ** 2;

/** Throws what `read` throws, the disk's own errors, and the reason of the signal. */
export async function download(order: Download): Promise<Downloaded> {
  const file = await open(order.path, constants.O_RDWR | constants.O_CREAT, 0o644);
  try {
    const { size } = await file.stat();
    // Longer than the whole: it was begun for something else.
    const keptBytes = size > order.sizeBytes ? 0 : size;
    if (keptBytes !== size) await file.truncate(0);
    const keptCrc = await crcOfFile(file, keptBytes, order.signal);
    order.progress(keptBytes, order.sizeBytes);
    const crc = await fetchRest(order, file, keptBytes, keptCrc);
    await file.sync();
    return { crc32: encodeCrc32(crc), keptBytes };
  } finally {
    await file.close();
  }
}

async function fetchRest(order: Download, file: FileHandle, from: number, crcSoFar: number): Promise<number> {
  const { sizeBytes, rangeBytes = RANGE_BYTES, concurrency = CONCURRENCY, progress } = order;
  const stop = new AbortController();
  const signal = AbortSignal.any([order.signal, stop.signal]);
  const underWay: Promise<Uint8Array>[] = [];
  let asked = from;
  let crc = crcSoFar;
  const ask = () => {
    if (asked >= sizeBytes) return;
    const range = { start: asked, end: Math.min(asked + rangeBytes, sizeBytes) - 1 };
    asked = range.end + 1;
    const bytes = readRange(order, range, signal);
    // Whoever awaits it in its turn sees the error; until then it must not count as unhandled.
    bytes.catch(() => undefined);
    underWay.push(bytes);
  };
  try {
    for (let n = 0; n < concurrency; n += 1) ask();
    let done = from;
    for (let next = underWay.shift(); next; next = underWay.shift()) {
      const bytes = await next;
      order.signal.throwIfAborted();
      await writeAll(file, bytes, done);
      crc = combineCrc32(crc, crc32(bytes), bytes.length);
      done += bytes.length;
      progress(done, sizeBytes);
      ask();
    }
    return crc;
  } catch (error) {
    order.signal.throwIfAborted();
    throw error;
  } finally {
    stop.abort();
    await Promise.allSettled(underWay);
  }
}

function readRange({ read, clock }: Download, range: ByteRange, signal: AbortSignal): Promise<Uint8Array> {
  const goOn = () => !signal.aborted;
  return withRetries({ clock, spread: range.start / RANGE_BYTES, goOn }, () => read(range, signal));
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

/** Of the first `lengthBytes` of an open file. */
async function crcOfFile(file: FileHandle, lengthBytes: number, signal?: AbortSignal): Promise<number> {
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let crc = 0;
  for (let at = 0; at < lengthBytes; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(READ_BYTES, lengthBytes - at), at);
    if (bytesRead === 0) throw new Error('The file became shorter while it was read.');
    crc = crc32(buffer.subarray(0, bytesRead), crc);
    at += bytesRead;
  }
  return crc;
}

/** Size and CRC32 of a file on disk; undefined when there is none. */
export async function fileFacts(
  path: string,
  wantedBytes: number,
): Promise<{ readonly sizeBytes: number; readonly crc32?: string } | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    // Another size is an answer already: nothing of a large file is read for it.
    if (size !== wantedBytes) return { sizeBytes: size };
    return { sizeBytes: size, crc32: encodeCrc32(await crcOfFile(file, size)) };
  } finally {
    await file.close();
  }
}
