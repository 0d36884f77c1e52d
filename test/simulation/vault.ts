// The bucket as the simulation sees it: the contract-tested fake, and what S3 warns of: a part that is on its way while
// its upload is aborted may still arrive, and then the upload is there again. Large files are not copied about.
import { encodeCrc32 } from '../../lambdas/domain/crc32.ts';
import { TransientError } from '../../lambdas/domain/failures.ts';
import type { PartInfo, Vault } from '../../lambdas/stages/ports.ts';
import { MemoryVault } from '../fakes/vault-memory.ts';
import { crcOf, FILES } from './masters.ts';

export class SimulatedVault extends MemoryVault {
  readonly #aborted = new Set<string>();
  /** Told of each version that is about to be removed for good. */
  onRemove: (key: string) => void = () => undefined;

  /** Told of each version that is about to be locked. */
  onLock: (versionId: string) => void = () => undefined;

  override async lock(o: Parameters<Vault['lock']>[0]) {
    this.onLock(o.versionId);
    return super.lock(o);
  }

  override async removeVersions(versions: Parameters<Vault['removeVersions']>[0]) {
    for (const { key } of versions) this.onRemove(key);
    return super.removeVersions(versions);
  }

  /** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
  override async uploadPart(o: Parameters<Vault['uploadPart']>[0]): Promise<PartInfo> {
    const upload = this.uploads.get(o.uploadId);
    try {
      return await super.uploadPart(o);
    } catch (error) {
      const isLate = error instanceof TransientError && error.code === 'UPLOAD_GONE';
      if (isLate && upload && this.#aborted.has(o.uploadId)) {
        this.uploads.set(o.uploadId, { ...upload, parts: new Map() });
      }
      throw error;
    }
  }

  override async abortUpload(o: { key: string; uploadId: string }): Promise<void> {
    if (this.uploads.has(o.uploadId)) this.#aborted.add(o.uploadId);
    return super.abortUpload(o);
  }

  protected override async collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(FILES.has(chunk.buffer) ? chunk : Uint8Array.from(chunk));
    return this.joined(chunks);
  }

  /** Pieces that lie side by side in the memory of one file are that piece of the file. */
  protected override joined(pieces: readonly Uint8Array[]): Uint8Array {
    const [first] = pieces;
    if (!first) return new Uint8Array(0);
    let end = first.byteOffset;
    for (const { buffer, byteOffset, length } of pieces) {
      if (buffer !== first.buffer || byteOffset !== end) return super.joined(pieces);
      end += length;
    }
    return new Uint8Array(first.buffer, first.byteOffset, end - first.byteOffset);
  }

  protected override checksumOf(bytes: Uint8Array): string {
    return encodeCrc32(crcOf(bytes));
  }
}
