// The vault in memory without the bytes of masters: parts keep their size and CRC32, so that files of gigabytes cost
// nothing. What S3 would refuse at Complete is refused.
import { combineParts, crc32, encodeCrc32 } from '../../lambdas/domain/crc32.ts';
import { PermanentError, TransientError } from '../../lambdas/domain/failures.ts';
import type { PartInfo, Vault } from '../../lambdas/stages/ports.ts';
import { MemoryVault } from './vault-memory.ts';

const NO_BYTES = new Uint8Array(0);

export class ThinVault extends MemoryVault {
  /** How often an upload was to be completed, whether it was still there or not. */
  completes = 0;

  override async uploadPart(o: Parameters<Vault['uploadPart']>[0]): Promise<PartInfo> {
    this.sent.push(o.partNumber);
    let crc = 0;
    let sizeBytes = 0;
    for await (const chunk of o.body) {
      crc = crc32(chunk, crc);
      sizeBytes += chunk.length;
    }
    o.signal?.throwIfAborted();
    if (sizeBytes !== o.sizeBytes)
      throw new TransientError('SOURCE_SHORT', `${sizeBytes} of ${o.sizeBytes}.`);
    this.onPart(o.partNumber);
    const upload = this.uploads.get(o.uploadId);
    if (!upload) throw new TransientError('UPLOAD_GONE', 'S3 answered NoSuchUpload (404).');
    const info = { partNumber: o.partNumber, sizeBytes, etag: `"${crc}"`, crc32: encodeCrc32(crc) };
    upload.parts.set(o.partNumber, { info, bytes: NO_BYTES });
    return info;
  }

  override async completeUpload(
    o: Parameters<Vault['completeUpload']>[0],
  ): Promise<{ versionId: string } | undefined> {
    this.completes += 1;
    const upload = this.uploads.get(o.uploadId);
    if (!upload) return undefined;
    this.beforeComplete();
    const chosen = o.parts.map(({ partNumber, etag }) => {
      const stored = upload.parts.get(partNumber)?.info;
      if (stored?.etag !== etag) throw new TransientError('VAULT_UNAVAILABLE', 'S3 answered InvalidPart.');
      return stored;
    });
    const sizeBytes = chosen.reduce((sum, part) => sum + part.sizeBytes, 0);
    if (sizeBytes !== o.sizeBytes || combineParts(chosen) !== o.crc32) {
      throw new PermanentError('ARCHIVE_REFUSED_BY_S3', 'Size or CRC32 are wrong.', {
        action: 'Copy again.',
      });
    }
    this.uploads.delete(o.uploadId);
    const { token, storageClass } = upload;
    const versions = this.versions.get(o.key) ?? [];
    const versionId = `${o.key}-${versions.length + 1}`;
    const checksum = { crc32: o.crc32, checksumType: 'FULL_OBJECT' as const };
    const head = { versionId, sizeBytes, ...checksum, storageClass, token };
    this.versions.set(o.key, [...versions, { head, bytes: NO_BYTES }]);
    this.afterComplete();
    return { versionId };
  }
}
