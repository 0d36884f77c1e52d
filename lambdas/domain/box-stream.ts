// Drives the walk over an MP4's boxes by a stream that passes once, for sources without Range.
import { type BoxVerdict, type BoxWalking, beginWalk, stepWalk } from './mp4-boxes.ts';

export class BoxStream {
  #walk: BoxWalking | BoxVerdict;
  /** Bytes kept from earlier chunks, from the walk's need on: less than one header. */
  #kept: Uint8Array = new Uint8Array(0);
  /** Offset in the file of the first byte that has not been pushed. */
  #pushedBytes = 0;

  constructor(sizeBytes: number) {
    this.#walk = beginWalk(sizeBytes);
  }

  push(chunk: Uint8Array): void {
    const chunkStart = this.#pushedBytes;
    this.#pushedBytes += chunk.length;
    const keptStart = chunkStart - this.#kept.length;
    while (this.#walk.kind === 'walking' && endOf(this.#walk) <= this.#pushedBytes) {
      const from = this.#walk.need.offset - keptStart;
      this.#walk = stepWalk(this.#walk, slice(this.#kept, chunk, from, from + this.#walk.need.length));
    }
    const keepFrom =
      this.#walk.kind === 'walking' ? this.#walk.need.offset - keptStart : Number.POSITIVE_INFINITY;
    this.#kept = slice(this.#kept, chunk, keepFrom, Number.POSITIVE_INFINITY);
  }

  /** When all bytes have been pushed. */
  verdict(): BoxVerdict {
    if (this.#walk.kind !== 'walking') return this.#walk;
    return {
      kind: 'refused',
      code: 'MASTER_TRUNCATED',
      message: `The stream ended at byte ${this.#pushedBytes}.`,
    };
  }
}

function endOf(walk: BoxWalking): number {
  return walk.need.offset + walk.need.length;
}

/** The bytes `from` to `to` (exclusive) of `first` followed by `second`, as a copy: chunks must not be held on to. */
function slice(first: Uint8Array, second: Uint8Array, from: number, to: number): Uint8Array {
  const cut = (bytes: Uint8Array, shift: number) =>
    bytes.subarray(
      Math.max(0, Math.min(bytes.length, from - shift)),
      Math.max(0, Math.min(bytes.length, to - shift)),
    );
  return new Uint8Array(Buffer.concat([cut(first, 0), cut(second, first.length)]));
}
