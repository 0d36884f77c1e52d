// The files behind master URLs, as a platform's storage serves them: they may still grow when they are announced, be
// another file each time they are prepared, and their URLs lapse.
import { crc32 } from 'node:zlib';
import { SourceChangedError, SourceLapsedError } from '../../lambdas/domain/failures.ts';
import type { Source } from '../../lambdas/stages/ports.ts';
import { anMp4 } from '../fakes/mp4.ts';
import { IMAGE_HOST } from '../fakes/platform-memory.ts';
import { imageOf } from '../fakes/source-memory.ts';

/** One file that was prepared as master. */
export interface Representation {
  readonly seconds: number;
  readonly sizeBytes: number;
  readonly fill: number;
  readonly etag: 'strong' | 'weak' | 'none';
  readonly isRanged: boolean;
  /** Until then half of it is there. */
  readonly growsUntilMs: number;
  /** From then on its URL answers 403. */
  lapsesAtMs: number;
}

const CHUNK_BYTES = 8 * 1024 ** 2;

type File = Pick<Representation, 'seconds' | 'sizeBytes' | 'fill'>;

/** Kept, since a file of many parts costs more to make than all the rest of its life. */
const known = new Map<string, { readonly bytes: Uint8Array; readonly content: string }>();

function made(file: File): { readonly bytes: Uint8Array; readonly content: string } {
  const name = `${file.seconds} ${file.sizeBytes} ${file.fill}`;
  const before = known.get(name);
  if (before) return before;
  const bytes = anMp4(file);
  FILES.add(bytes.buffer);
  const now = { bytes, content: contentOfBytes(bytes) };
  if (known.size > 1_000) known.clear();
  known.set(name, now);
  return now;
}

/** What the oracle knows a file by: size and CRC32. */
export function contentOf(file: File): string {
  return made(file).content;
}

export function contentOfBytes(bytes: Uint8Array): string {
  return `${bytes.length}:${crcOf(bytes)}`;
}

/** Memory of files, which never changes; a copy's own buffers do. */
export const FILES = new WeakSet<ArrayBufferLike>();

const crcs = new WeakMap<ArrayBufferLike, Map<string, number>>();

/** Large files are few, and their pieces are summed once. */
export function crcOf(bytes: Uint8Array): number {
  const { buffer, byteOffset, length } = bytes;
  if (length < 100_000 || !FILES.has(buffer)) return crc32(bytes);
  const sums = crcs.get(buffer) ?? new Map<string, number>();
  crcs.set(buffer, sums);
  const name = `${byteOffset} ${length}`;
  const sum = sums.get(name) ?? crc32(bytes);
  sums.set(name, sum);
  return sum;
}

export interface Downloads extends Source {
  /** Files by URL; the URL carries what tells one preparation from the next. */
  readonly masters: Map<string, Representation>;
  /** Captions by track id: served while some asset has them. */
  readonly captions: Map<string, string>;
}

export function createDownloads(clock: { readonly nowMs: number }): Downloads {
  const masters = new Map<string, Representation>();
  const captions = new Map<string, string>();

  function served(url: string): { bytes: Uint8Array; etag: string | undefined; file: Representation } {
    const file = masters.get(url);
    if (!file || clock.nowMs >= file.lapsesAtMs) throw new SourceLapsedError('The source answered 403.');
    const isGrowing = clock.nowMs < file.growsUntilMs;
    const { bytes } = made(isGrowing ? { ...file, sizeBytes: Math.floor(file.sizeBytes / 2) } : file);
    return { bytes, etag: etagOf(file, bytes), file };
  }

  async function* read(
    url: string,
    range: { readonly start: number; readonly end: number },
    expect: { readonly sizeBytes: number; readonly etag?: string },
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    signal?.throwIfAborted();
    const { bytes, etag } = served(url);
    if (bytes.length !== expect.sizeBytes || etag !== expect.etag)
      throw new SourceChangedError('The master is another file.');
    for (let at = range.start; at <= range.end; at += CHUNK_BYTES) {
      signal?.throwIfAborted();
      served(url);
      yield bytes.subarray(at, Math.min(at + CHUNK_BYTES, range.end + 1));
    }
  }

  return {
    masters,
    captions,
    async probe(url) {
      const { bytes, etag, file } = served(url);
      return { sizeBytes: bytes.length, etag, ranged: file.isRanged, head: bytes.subarray(0, 1024) };
    },
    read,
    readAll: (url, expect, signal) => read(url, { start: 0, end: expect.sizeBytes - 1 }, expect, signal),
    async fetchSmall(url) {
      if (url.startsWith(`${IMAGE_HOST}/`)) return imageOf(url);
      const trackId = /\/text\/(\w+)\.vtt/.exec(url)?.[1] ?? '';
      const text = captions.get(trackId);
      return text === undefined ? undefined : new TextEncoder().encode(text);
    },
  };
}

function etagOf({ etag, fill }: Representation, bytes: Uint8Array): string | undefined {
  if (etag === 'none') return undefined;
  return `${etag === 'weak' ? 'W/' : ''}"${fill}-${bytes.length}"`;
}
