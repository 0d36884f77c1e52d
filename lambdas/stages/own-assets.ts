// Assets that a restore of ours made: found again by the token in their input URL, kept once, deleted beyond that.
import type { PlatformAsset } from '../domain/asset.ts';
import type { RestoreState } from '../domain/record.ts';
import { MINUTE_MS } from '../domain/time.ts';
import { carriesToken, proveOwnUnpublished } from '../domain/verified-archive.ts';
import type { Work } from './stage.ts';

/** The platform's clock may be this far behind ours. */
const CLOCK_SKEW_MS = 10 * MINUTE_MS;

/**
 * Looks for assets made with this restore's token. Answers the one to keep (the one known already, else the
 * oldest) and deletes all others; undefined when there is none.
 */
export async function adoptLostCreate(work: Work, restore: RestoreState): Promise<PlatformAsset | undefined> {
  const found = await findByToken(work, restore);
  const [oldest] = [...found].sort((a, b) => (a.createdAtMs ?? 0) - (b.createdAtMs ?? 0));
  const kept = found.find(({ id }) => id === restore.new_asset_id) ?? oldest;
  for (const asset of found) {
    if (kept && asset.id !== kept.id) await deleteOwn(work, asset);
  }
  return kept;
}

async function findByToken({ deps, record }: Work, restore: RestoreState): Promise<readonly PlatformAsset[]> {
  const sinceMs = Date.parse(restore.first_create_at ?? restore.requested_at) - CLOCK_SKEW_MS;
  const found: PlatformAsset[] = [];
  for (const asset of await deps.platform.createdSince(sinceMs)) {
    if (asset.id === record.asset_id) continue;
    const inputInfo = await deps.platform.inputInfo(asset.id);
    if (inputInfo && carriesToken(inputInfo, restore.token)) found.push(asset);
  }
  return found;
}

/** Deletes an asset only with the proof that this restore made it and never published it. */
export async function deleteOwn(work: Work, asset: PlatformAsset): Promise<void> {
  const { platform } = work.deps;
  const slot = await platform.reserveDeletion();
  const inputInfo = await platform.inputInfo(asset.id);
  const proof = proveOwnUnpublished(work.record, asset, inputInfo ?? [], work.nowMs);
  if (proof) await platform.deleteAsset(asset.id, proof, slot);
}
