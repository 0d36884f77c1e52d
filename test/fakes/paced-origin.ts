// Where a large master comes from: a file made as it is read, by copiers that each have their own pace on the house's
// clock. Keeps who read which part when.
import { crc32, encodeCrc32 } from '../../lambdas/domain/crc32.ts';
import { SourceChangedError, SourceLapsedError } from '../../lambdas/domain/failures.ts';
import type { Clock, Source } from '../../lambdas/stages/ports.ts';
import { type GeneratedMp4, generatedMp4 } from '../../local/media/generated-mp4.ts';

export interface PartRead {
  readonly by: string;
  readonly partNumber: number;
  readonly begunMs: number;
  /** When its last byte had passed; undefined for one that was cut or failed. */
  endedMs?: number;
}

export interface Pace {
  /** What each part takes, however many are under way. */
  partMs: number;
  /** Nothing that a dead copier has under way arrives. */
  isDead: boolean;
}

/** Reads of fewer bytes than this are looks at boxes. */
const SMALL_BYTES = 4_096;

const CHUNK_BYTES = 64 * 1024;

/** By size and seed, which make the file. */
const CRC32S = new Map<string, string>();

export class PacedOrigin {
  readonly reads: PartRead[] = [];
  /** URLs that answer 403 from now on. */
  readonly lapsed = new Set<string>();
  /** What a part meets before its first byte; a throw there is what the origin answers. */
  onRead: (read: PartRead, url: string) => void = () => undefined;
  etag = '"first"';
  mp4: GeneratedMp4;
  readonly #clock: Clock;
  readonly #partBytes: number;

  constructor(clock: Clock, sizeBytes: number, partBytes: number) {
    this.#clock = clock;
    this.#partBytes = partBytes;
    this.mp4 = generatedMp4({ sizeBytes, durationSeconds: 30 });
  }

  /** The file becomes another of the same size. */
  change(): void {
    this.mp4 = generatedMp4({ ...this.mp4, seed: this.mp4.seed + 1 });
    this.etag = `"${this.mp4.seed}"`;
  }

  /** Base64, of the file as it is. */
  async crc32(): Promise<string> {
    const { sizeBytes, seed } = this.mp4;
    const file = `${sizeBytes} ${seed}`;
    const known = CRC32S.get(file);
    if (known !== undefined) return known;
    let crc = 0;
    for (const chunk of this.#bytes(0, sizeBytes - 1)) crc = crc32(chunk, crc);
    CRC32S.set(file, encodeCrc32(crc));
    return encodeCrc32(crc);
  }

  /** What one copier sees. */
  as(by: string, pace: Pace): Source {
    return {
      probe: async (url) => {
        this.#look(url);
        const head = Buffer.alloc(1024);
        this.mp4.fill(head, 0);
        return { sizeBytes: this.mp4.sizeBytes, etag: this.etag, ranged: true, head };
      },
      read: (url, range, expect, signal) => this.#read(by, pace, url, range, expect, signal),
      readAll: () => {
        throw new Error('The origin serves ranges.');
      },
      fetchSmall: async () => undefined,
    };
  }

  #look(url: string): void {
    if (this.lapsed.has(url)) throw new SourceLapsedError('The source answered 403.');
  }

  /** In memory that is filled anew for each chunk, as a source may: gigabytes pass here in a second. */
  *#bytes(start: number, end: number): Generator<Uint8Array> {
    const memory = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let at = start; at <= end; at += CHUNK_BYTES) {
      const chunk = memory.subarray(0, Math.min(CHUNK_BYTES, end - at + 1));
      this.mp4.fill(chunk, at);
      yield chunk;
    }
  }

  async *#read(
    by: string,
    pace: Pace,
    url: string,
    { start, end }: { start: number; end: number },
    expect: { etag?: string },
    signal?: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    this.#look(url);
    if (this.etag !== expect.etag) throw new SourceChangedError('Another file.');
    if (end - start < SMALL_BYTES) return yield* this.mp4.read(start, end);
    const read: PartRead = { by, partNumber: start / this.#partBytes + 1, begunMs: this.#clock.nowMs() };
    this.reads.push(read);
    this.onRead(read, url);
    const cut = new Promise((resolve) => signal?.addEventListener('abort', resolve));
    await Promise.race([this.#clock.sleep(pace.partMs), cut]);
    signal?.throwIfAborted();
    if (pace.isDead) throw new Error('This process is dead.');
    yield* this.#bytes(start, end);
    read.endedMs = this.#clock.nowMs();
  }
}
