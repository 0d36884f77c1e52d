// An asset that was archived in an earlier life and kept its bytes is not copied again: "media content cannot be
// updated once created" (Mux, asset object), so the proved master is still the right one.
import { STORAGE_CLASSES } from '../contract/names.ts';
import type { PlatformAsset } from '../domain/asset.ts';
import type { AssetRecord } from '../domain/record.ts';
import { archivedUntil } from './due.ts';
import { writeSidecars } from './sidecars.ts';
import type { Next, Work } from './stage.ts';

/** Straight to `archived` when the vault still holds the exact version; undefined when a new copy must be made. */
export async function reuseArchive(
  work: Work,
  asset: PlatformAsset,
  known: Partial<AssetRecord>,
): Promise<Next | undefined> {
  const { archive } = work.record;
  if (!archive || archive.is_unchecked) return undefined;
  const head = await work.deps.vault.head({ key: archive.key, versionId: archive.version_id });
  const isWhole =
    head !== undefined &&
    head.sizeBytes === archive.size_bytes &&
    head.crc32 === archive.crc32 &&
    head.token === archive.token;
  // A lifecycle rule may have moved it to another class since: the same version, the same bytes.
  const storage_class = STORAGE_CLASSES.find((known) => known === head?.storageClass);
  if (!isWhole || !storage_class) return undefined;
  const { manifest: _, captions: __, ...master } = { ...archive, storage_class };
  await work.renew(known);
  const set = await writeSidecars(work, asset, master);
  return archivedUntil(work, 'archive of an earlier life reused', set);
}
