// The source played in memory: files by URL, ranges, ETags, and faults that are due at the next reads.
import { SourceChangedError, SourceLapsedError, TransientError } from '../../lambdas/domain/failures.ts';
import type { ByteRange } from '../../lambdas/domain/part-plan.ts';
import type { Probe, Source } from '../../lambdas/stages/ports.ts';
import { IMAGE_HOST } from './platform-memory.ts';

export interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly etag?: string;
  /** False plays a server without Range. */
  readonly ranged?: boolean;
}

/** What happens to a read: it breaks off, or the server answers another status. */
export type ReadFault = 'cut' | 'busy' | 'lapsed' | 'unavailable';

type Expected = { readonly sizeBytes: number; readonly etag?: string };

export class MemorySource implements Source {
  readonly files = new Map<string, MemoryFile>();
  /** URLs that answer 403 from now on. */
  readonly lapsed = new Set<string>();
  /** All ranges that were asked for, whole bodies as 0 to the end. */
  readonly reads: ByteRange[] = [];
  /** Faults by the first byte of the range, one used up per read. */
  readonly faults = new Map<number, ReadFault[]>();
  /** Called as each read begins, for a test that changes something in the middle. */
  onRead: (range: ByteRange, signal?: AbortSignal) => void | Promise<void> = () => undefined;

  async probe(url: string): Promise<Probe> {
    const { bytes, etag, ranged = true } = this.#file(url);
    return { sizeBytes: bytes.length, etag, ranged, head: bytes.subarray(0, 1024) };
  }

  async *read(
    url: string,
    range: ByteRange,
    expect: Expected,
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    this.reads.push(range);
    await this.onRead(range, signal);
    signal?.throwIfAborted();
    const { bytes, etag } = this.#file(url);
    const fault = this.faults.get(range.start)?.shift();
    if (fault) failAtOnce(fault);
    if (bytes.length !== expect.sizeBytes || etag !== expect.etag)
      throw new SourceChangedError('Another file.');
    const wanted = bytes.subarray(range.start, range.end + 1);
    const half = Math.floor(wanted.length / 2);
    yield wanted.subarray(0, half);
    if (fault === 'cut') throw new TransientError('SOURCE_SHORT', `${half} of ${wanted.length} bytes.`);
    yield wanted.subarray(half);
  }

  readAll(url: string, expect: Expected, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    return this.read(url, { start: 0, end: expect.sizeBytes - 1 }, expect, signal);
  }

  /** The image host has all images of every video, but for what is put in their place. */
  async fetchSmall(url: string, maxBytes: number): Promise<Uint8Array | undefined> {
    if (this.lapsed.has(url)) throw new SourceLapsedError('The source answered 403.');
    const image = url.startsWith(`${IMAGE_HOST}/`) ? imageOf(url) : undefined;
    return (this.files.get(url)?.bytes ?? image)?.subarray(0, maxBytes);
  }

  #file(url: string): MemoryFile {
    const file = this.files.get(url);
    if (!file || this.lapsed.has(url)) throw new SourceLapsedError('The source answered 403.');
    return file;
  }
}

/** A picture, as far as its first bytes say, that tells one URL from another. */
export function imageOf(url: string): Uint8Array {
  if (new URL(url).pathname.endsWith('.vtt')) {
    const image = url.replace(/\.vtt.*$/, '.jpg?token=signature=secret');
    return new TextEncoder().encode(`WEBVTT\n\n00:00:00.000 --> 00:00:30.000\n${image}#xywh=0,0,320,180\n`);
  }
  return new Uint8Array([0xff, 0xd8, 0xff, ...new TextEncoder().encode(url)]);
}

function failAtOnce(fault: ReadFault): void {
  if (fault === 'lapsed') throw new SourceLapsedError('The source answered 403.');
  if (fault === 'busy') throw new TransientError('SOURCE_BUSY', 'The source answered 429.');
  if (fault === 'unavailable') throw new TransientError('SOURCE_UNAVAILABLE', 'The source answered 502.');
}
