// Bytes that the vault has are not copied again. "Media content cannot be updated once created" (Mux, asset object): so the
// proved master of an earlier life is still the right one, and of an asset that Icehouse made itself, the one it was made from.
import { STORAGE_CLASSES } from '../contract/names.ts';
import type { PlatformAsset } from '../domain/asset.ts';
import type { Archive, AssetRecord, StoredObject } from '../domain/record.ts';
import { archivedUntil } from './due.ts';
import { writeSidecars } from './sidecars.ts';
import type { Next, Work } from './stage.ts';

/** Seconds. Mux's own durations of one file differ by less; a restore that was cut short differs by more. */
const DURATION_TOLERANCE_SECONDS = 1;

/** Straight to `archived` when the vault still holds the exact version; undefined when a new copy must be made. */
export async function reuseArchive(
  work: Work,
  asset: PlatformAsset,
  known: Partial<AssetRecord>,
): Promise<Next | undefined> {
  const own = work.record.archive;
  const archive = own ?? (await ancestorsArchive(work, asset, known.environment));
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
  const { manifest: _, captions, sidecars = [], locked_until: __, ...master } = { ...archive, storage_class };
  await work.renew(known);
  // An ancestor's tracks are others, and Mux makes images of the new asset itself.
  const kept = own && {
    captions: await stillThere(work, captions, master.token),
    sidecars: await stillThere(work, sidecars, master.token),
  };
  const set = await writeSidecars(work, asset, master, { kept });
  return archivedUntil(work, own ? 'archive of an earlier life reused' : 'made from an archive', set);
}

/** Whether the captions and images of its archive can be used again: without a playback id there are no others. */
export async function hasSidecars(work: Work): Promise<boolean> {
  const { archive } = work.record;
  if (!archive) return false;
  const { captions, sidecars = [], token } = archive;
  const kept = await stillThere<StoredObject>(work, [...captions, ...sidecars], token);
  return kept.length === captions.length + sidecars.length;
}

/** Of the asset that this one was restored from, if all says that this is what that restore made, and made whole. */
async function ancestorsArchive(
  { record, deps }: Work,
  asset: PlatformAsset,
  environment: string | undefined,
): Promise<Archive | undefined> {
  if (record.restored_from === undefined) return undefined;
  const ancestor = await deps.ledger.get(record.restored_from);
  const isMadeOfIt =
    ancestor?.restore?.new_asset_id === asset.id &&
    environment !== undefined &&
    ancestor.environment === environment;
  return isMadeOfIt && isAsLong(ancestor, asset) ? ancestor.archive : undefined;
}

/** One whose length nobody knows is copied: it may have been cut short. */
function isAsLong({ duration }: AssetRecord, { durationSeconds }: PlatformAsset): boolean {
  if (duration === undefined || durationSeconds === undefined) return false;
  return Math.abs(duration - durationSeconds) <= DURATION_TOLERANCE_SECONDS;
}

/** What of it the vault has as it was written: time has passed since. */
async function stillThere<T extends StoredObject>(
  { deps: { vault } }: Work,
  objects: readonly T[],
  token: string,
): Promise<readonly T[]> {
  const left: T[] = [];
  for (const object of objects) {
    const head = await vault.head({ key: object.key, versionId: object.version_id });
    if (head?.crc32 === object.crc32 && head.token === token) left.push(object);
  }
  return left;
}
