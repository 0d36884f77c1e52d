// The last door before a video is deleted (law 1): checks the proof at run time, where no cast can reach. The fake
// platform of the tests stands behind the same door.
import {
  ErasureOrdered,
  isProof,
  OwnUnpublishedAsset,
  PROOF_LIFETIME_MS,
  VerifiedArchive,
  WaivedArchive,
} from '../domain/verified-archive.ts';
import type { Clock, DeletionSlot, Log } from '../stages/ports.ts';

export interface DeletionGuard {
  /** Called once the governor has granted the call. */
  grant(): DeletionSlot;
  /** Throws a plain Error, since only a bug of ours comes here with less: it keeps the video and fails the step. */
  spend(assetId: string, proof: unknown, slot: DeletionSlot): void;
}

/** `log`: hears of each deletion that is let through or refused, and counts them. @default nobody does */
export function createDeletionGuard(clock: Pick<Clock, 'nowMs'>, log?: Log): DeletionGuard {
  const unspent = new WeakSet<DeletionSlot>();
  return {
    grant() {
      const slot = Object.freeze({ grantedAtMs: clock.nowMs() });
      unspent.add(slot);
      return slot;
    },
    spend(assetId, proof, slot) {
      const isSpent = !unspent.has(slot);
      const objection =
        objectionTo(assetId, proof, slot, clock.nowMs()) ??
        (isSpent ? 'the slot is spent or not ours' : undefined);
      if (objection) {
        log?.error('deletion refused', {
          asset_id: assetId,
          objection,
          metrics: { DeletionsWithoutProof: 1 },
        });
        throw new Error(`Refused to delete asset ${assetId}: ${objection}.`);
      }
      unspent.delete(slot);
      const metrics = { Deletions: 1, DeletionsWithoutProof: 0 };
      log?.info('deletion let through', { asset_id: assetId, proof: kindOf(proof), metrics });
    },
  };
}

/** A proof from the future is no proof either: the clock moved, so nobody knows how old it is. */
function objectionTo(assetId: string, proof: unknown, slot: DeletionSlot, nowMs: number): string | undefined {
  if (!isProof(proof)) return 'no verifier made this proof';
  if (proof.assetId !== assetId) return `the proof is of asset ${proof.assetId}`;
  if (proof.provedAtMs < slot.grantedAtMs) return 'the proof is older than the slot';
  const ageMs = nowMs - proof.provedAtMs;
  if (ageMs < 0 || ageMs > PROOF_LIFETIME_MS) return `the proof is ${ageMs} ms old`;
  return undefined;
}

function kindOf(proof: unknown): string {
  if (VerifiedArchive.is(proof)) return 'VerifiedArchive';
  if (OwnUnpublishedAsset.is(proof)) return 'OwnUnpublishedAsset';
  if (WaivedArchive.is(proof)) return 'WaivedArchive';
  return ErasureOrdered.is(proof) ? 'ErasureOrdered' : 'none';
}
