// The bucket as the simulation sees it: the contract-tested fake, and what S3 warns of: a part that is on its way while
// its upload is aborted may still arrive, and then the upload is there again.
import { TransientError } from '../../lambdas/domain/failures.ts';
import type { PartInfo, Vault } from '../../lambdas/stages/ports.ts';
import { MemoryVault } from '../fakes/vault-memory.ts';

export class SimulatedVault extends MemoryVault {
  readonly #aborted = new Set<string>();

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
    this.#aborted.add(o.uploadId);
    return super.abortUpload(o);
  }
}
