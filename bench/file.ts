// The file that the benchmark moves: 64 MiB of a generated MP4 held in memory and repeated, so that serving it costs little.
import { combineCrc32, crc32 } from '../lambdas/domain/crc32.ts';
import { generatedMp4 } from '../local/media/generated-mp4.ts';

export interface BenchFile {
  readonly sizeBytes: number;
  readonly etag: string;
  /** The bytes from `offset` on, at most `maxBytes` of them: memory that is never copied. */
  slice(offset: number, maxBytes: number): Buffer;
  /** Of the whole file. */
  crc32(): number;
}

const BLOCK_BYTES = 64 * 1024 ** 2;

export function benchFile(sizeBytes: number): BenchFile {
  const block = Buffer.alloc(BLOCK_BYTES);
  generatedMp4({ sizeBytes: 2 * BLOCK_BYTES, durationSeconds: 60 }).fill(block, 0);
  return {
    sizeBytes,
    etag: `"bench-${sizeBytes}"`,
    slice: (offset, maxBytes) => {
      const at = offset % BLOCK_BYTES;
      return block.subarray(at, at + Math.min(maxBytes, sizeBytes - offset));
    },
    crc32: () => crcOfRepeated(block, sizeBytes),
  };
}

function crcOfRepeated(block: Buffer, sizeBytes: number): number {
  const blockCrc = crc32(block);
  let crc = 0;
  let left = sizeBytes;
  for (; left >= block.length; left -= block.length) crc = combineCrc32(crc, blockCrc, block.length);
  return crc32(block.subarray(0, left), crc);
}
