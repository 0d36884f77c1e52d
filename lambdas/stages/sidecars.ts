// Captions and manifest: fetched and written beside the master, in the standard class, readable without a thaw.
import { type ArchiveFolder, captionKey, manifestKey, parseKey } from '../contract/keys.ts';
import type { PlatformAsset, Track } from '../domain/asset.ts';
import { PermanentError, SourceLapsedError } from '../domain/failures.ts';
import { buildManifest } from '../domain/manifest.ts';
import type { Archive, AssetRecord, Loss } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { lossesOf, pendingTexts, textTracks, withLosses } from '../domain/verdict.ts';
import type { Work } from './stage.ts';

/** A WebVTT file larger than this is no caption track of a 12-hour video. */
const LARGEST_CAPTION_BYTES = 20 * 1024 * 1024;

/** The proved master, without what lies beside it. */
export type ArchivedMaster = Omit<Archive, 'manifest' | 'captions'>;

/** Writes the sidecars for the asset as it is now. Answers the whole archive and the losses, to be put on the record. */
export async function writeSidecars(
  work: Work,
  asset: PlatformAsset,
  master: ArchivedMaster,
  more: readonly Loss[] = [],
): Promise<Pick<AssetRecord, 'archive' | 'losses' | 'losses_said_at'>> {
  const inputInfo = await work.deps.platform.inputInfo(asset.id);
  const { captions, unreachable } = await writeCaptions(work, asset, master);
  // What was read of the inputs while the asset was there still holds when they can no longer be read.
  const remembered = inputInfo ? [] : work.record.losses.filter(({ code }) => code === 'OVERLAY');
  const losses = [...lossesOf(asset, inputInfo), ...remembered, ...unreachable, ...more];
  const said = withLosses(work.record, losses);
  const record = { ...work.record, ...said };
  const manifest = buildManifest(record, asset, inputInfo, { ...master, captions }, iso(work.nowMs));
  const stored = await work.deps.vault.put({
    key: manifestKey(folderOf(master)),
    contentType: 'application/json',
    token: master.token,
    body: new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`),
  });
  return { archive: { ...master, captions, manifest: stored }, ...said };
}

async function writeCaptions(work: Work, asset: PlatformAsset, master: ArchivedMaster) {
  const captions: Archive['captions'][number][] = [];
  const unreachable: Loss[] = pendingTexts(asset).map(unreachableCaption);
  for (const track of textTracks(asset)) {
    const body = await fetchCaption(work, asset, track);
    if (!body) {
      unreachable.push(unreachableCaption(track));
      continue;
    }
    const key = captionKey(folderOf(master), track.id);
    const stored = await work.deps.vault.put({ key, contentType: 'text/vtt', token: master.token, body });
    captions.push({ ...stored, track_id: track.id });
  }
  return { captions, unreachable };
}

/** A caption that is refused for good is a loss to be said, not a reason to archive nothing at all. */
async function fetchCaption(
  { deps }: Work,
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

/** The signature that every WebVTT file begins with, after an optional byte order mark: an error page has none. */
function isWebVtt(body: Uint8Array): boolean {
  return /^\uFEFF?WEBVTT/.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(body.subarray(0, 16)));
}

function unreachableCaption(track: Track): Loss {
  return {
    code: 'CAPTION_UNREACHABLE',
    attribute: `tracks[${track.id}]`,
    detail: `The captions "${track.name ?? track.languageCode ?? track.id}" could not be downloaded through any playback id.`,
  };
}

function folderOf(master: ArchivedMaster): ArchiveFolder {
  const folder = parseKey(master.key);
  if (!folder) throw new Error(`The archive's key is not one of ours: ${master.key}`);
  return folder;
}
