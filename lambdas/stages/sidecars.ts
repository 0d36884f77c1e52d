// Captions, images and manifest: fetched and written beside the master, in the standard class, readable without a thaw.
import { type ArchiveFolder, captionKey, manifestKey, parseKey } from '../contract/keys.ts';
import type { PlatformAsset, Track } from '../domain/asset.ts';
import { PermanentError, SourceLapsedError } from '../domain/failures.ts';
import { buildManifest } from '../domain/manifest.ts';
import type { Archive, AssetRecord, Loss } from '../domain/record.ts';
import { withRevoked } from '../domain/revoked.ts';
import { isWebVtt } from '../domain/sidecar-file.ts';
import { iso } from '../domain/time.ts';
import { lossesOf, pendingTexts, textTracks, unreachableCaption, withLosses } from '../domain/verdict.ts';
import { imagesOutOfReach, writeImages } from './images.ts';
import type { Work } from './stage.ts';

/** A WebVTT file larger than this is no caption track of a 12-hour video. */
const LARGEST_CAPTION_BYTES = 20 * 1024 * 1024;

/** The proved master, without what lies beside it. */
export type ArchivedMaster = Omit<Archive, 'manifest' | 'captions' | 'sidecars'>;

/** Captions and images that the vault has of this asset already. */
export type KeptSidecars = Pick<Archive, 'captions' | 'sidecars'>;

export interface Besides {
  /** What is known to be lost besides all that the asset itself tells. */
  readonly losses?: readonly Loss[];
  /** Taken where a fresh one cannot be had any more: somebody may have taken the playback ids away. */
  readonly kept?: KeptSidecars;
}

/** Writes the sidecars for the asset as it is now. Answers the whole archive and the losses, to be put on the record. */
export async function writeSidecars(
  work: Work,
  asset: PlatformAsset,
  master: ArchivedMaster,
  { losses: more = [], kept = { captions: [] } }: Besides = {},
): Promise<Pick<AssetRecord, 'archive' | 'losses' | 'losses_said_at'>> {
  const { token } = master;
  const folder = folderOf(work.record, master);
  const inputInfo = await work.deps.platform.inputInfo(asset.id);
  const { captions, unreachable } = await writeCaptions(work, asset, { folder, token }, kept.captions);
  const images = await writeImages(work, asset, { folder, token, inputInfo, kept: kept.sidecars ?? [] });
  // What was read of the inputs while the asset was there still holds when they can no longer be read.
  const remembered = inputInfo ? [] : work.record.losses.filter(({ code }) => OF_INPUTS.has(code));
  // Fetched through the ids that it has, and described with those that we took away.
  const described = withRevoked(asset, work.record.revoked);
  const ofAsset = lossesOf(described, inputInfo);
  const losses = [...ofAsset, ...remembered, ...unreachable, ...images.losses, ...more];
  const said = withLosses(work.record, losses);
  const record = { ...work.record, ...said };
  const whole = { ...master, captions, sidecars: images.sidecars };
  const manifest = buildManifest(record, described, inputInfo, whole, iso(work.nowMs));
  const stored = await work.deps.vault.put({
    key: manifestKey(folder),
    contentType: 'application/json',
    token,
    body: new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
  });
  return { archive: { ...whole, manifest: stored }, ...said };
}

const OF_INPUTS = new Set(['OVERLAY', 'OVERLAY_IMAGE_UNREACHABLE']);

/** What can be said of the sidecars as soon as the asset has been read: no playback id leads to them (law 7). */
export async function outOfReach(work: Work, asset: PlatformAsset): Promise<readonly Loss[]> {
  const losses: Loss[] = [];
  for (const track of textTracks(asset)) {
    if (!(await work.deps.platform.captionUrl(asset, track.id)))
      losses.push(unreachableCaption(asset, track));
  }
  return [...losses, ...(await imagesOutOfReach(work, asset))];
}

async function writeCaptions(
  work: Work,
  asset: PlatformAsset,
  { folder, token }: { readonly folder: ArchiveFolder; readonly token: string },
  kept: Archive['captions'],
) {
  const captions: Archive['captions'][number][] = [];
  const unreachable: Loss[] = pendingTexts(asset).map((track) => unreachableCaption(asset, track));
  for (const track of textTracks(asset)) {
    const body = await fetchCaption(work, asset, track);
    const earlier = kept.find(({ track_id }) => track_id === track.id);
    if (body) {
      const key = captionKey(folder, track.id);
      const stored = await work.deps.vault.put({ key, contentType: 'text/vtt', token, body });
      captions.push({ ...stored, track_id: track.id });
    } else if (earlier) captions.push(earlier);
    else unreachable.push(unreachableCaption(asset, track));
  }
  return { captions, unreachable };
}

/** A caption that is refused for good is a loss to be said, not a reason to archive nothing at all. */
export async function fetchCaption(
  { deps }: { readonly deps: Pick<Work['deps'], 'platform' | 'source'> },
  asset: PlatformAsset,
  track: Track,
): Promise<Uint8Array | undefined> {
  const url = await deps.platform.captionUrl(asset, track.id);
  if (!url) return undefined;
  try {
    const body = await deps.source.fetchSmall(url, LARGEST_CAPTION_BYTES);
    return body && isWebVtt(body) ? body : undefined;
  } catch (error) {
    if (error instanceof PermanentError || error instanceof SourceLapsedError) return undefined;
    throw error;
  }
}

/** Beside the master; but in a folder of its own when the master is an ancestor's, whose sidecars tell of the ancestor. */
function folderOf({ asset_id, life }: AssetRecord, master: ArchivedMaster): ArchiveFolder {
  const folder = parseKey(master.key);
  if (!folder) throw new Error(`The archive's key is not one of ours: ${master.key}`);
  return folder.assetId === asset_id ? folder : { ...folder, assetId: asset_id, life };
}
