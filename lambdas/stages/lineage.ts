// The lineage of a video: what it is now, whichever of its former ids a caller kept.
import { currentPlaybackId } from '../domain/public-record.ts';
import type { AssetRecord } from '../domain/record.ts';
import { findRecord } from './notice.ts';
import type { Ledger } from './ports.ts';

/** Restores of restores of one video: as many are followed. */
const LONGEST_LINEAGE = 100;

/** The record of the asset that the video is now: callers may have kept the id of any asset it was before. */
export async function lastOfLineage(
  ledger: Ledger,
  assetId: string,
  isAbout: (successor: AssetRecord) => boolean = () => true,
): Promise<AssetRecord | undefined> {
  let last = await findRecord(ledger, assetId);
  for (let followed = 0; followed < LONGEST_LINEAGE && last; followed++) {
    const successor = await successorOf(ledger, last);
    if (!successor || !isAbout(successor)) break;
    last = successor;
  }
  return last;
}

/** What plays now in place of `playbackId`, through all restores; undefined when nobody asked to delete it. */
export async function followPlaybackId(
  ledger: Ledger,
  playbackId: string,
): Promise<{ readonly record: AssetRecord; readonly currentId: string | undefined } | undefined> {
  const assetId = await ledger.resolveAlias('playback', playbackId);
  let record = assetId === undefined ? undefined : await ledger.get(assetId);
  if (!record) return undefined;
  let currentId = currentPlaybackId(record, playbackId);
  for (let followed = 0; followed < LONGEST_LINEAGE && currentId !== undefined; followed++) {
    const successor = await successorOf(ledger, record);
    if (!successor) break;
    record = successor;
    currentId = currentPlaybackId(successor, currentId);
  }
  return { record, currentId };
}

async function successorOf(
  ledger: Ledger,
  { current_asset_id }: AssetRecord,
): Promise<AssetRecord | undefined> {
  return current_asset_id === undefined ? undefined : ledger.get(current_asset_id);
}
