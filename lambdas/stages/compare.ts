// The new asset compared with the archived one, right before it is published: the whole goes into the vault beside the
// archive, what differs without an answer becomes a warning. A comparison that cannot be written holds back no video.
import { comparisonKey, parseKey } from '../contract/keys.ts';
import type { PlatformAsset } from '../domain/asset.ts';
import { type ComparisonRow, compareAssets, differencesOf } from '../domain/comparison.ts';
import { PermanentError, SetUpError } from '../domain/failures.ts';
import { cutQueries } from '../domain/manifest.ts';
import { pairPlaybackIds, pairTracks, trackIds } from '../domain/pairing.ts';
import type { Archive, RestoreState, StoredObject } from '../domain/record.ts';
import { HOUR_MS, iso } from '../domain/time.ts';
import type { Work } from './stage.ts';

/** How long a comparison that cannot be written is tried again before the video is published without it. */
const PATIENCE_MS = HOUR_MS;

/** As it lies in the vault. */
export interface Comparison {
  readonly schema: 1;
  readonly made_at: string;
  readonly asset_id: string;
  readonly life: number;
  readonly new_asset_id: string;
  readonly attributes: readonly ComparisonRow[];
}

/** Throws what another try may mend, for an hour. */
export async function keepComparison(
  work: Work,
  archive: Archive,
  restore: RestoreState,
  like: PlatformAsset | undefined,
  asset: PlatformAsset,
): Promise<{ readonly comparison?: StoredObject; readonly warnings: readonly string[] }> {
  if (!like) return { warnings: [] };
  const attributes = compareAssets({
    was: withoutSecrets(like),
    is: withoutSecrets(asset),
    // By the manifest: a record of earlier days does not know its tracks.
    successors: [
      ...pairPlaybackIds(like.playbackIds, asset.playbackIds),
      ...pairTracks(trackIds(like), trackIds(asset)),
    ],
    archivedTexts: archive.captions.map(({ track_id }) => track_id),
    refused: restore.refused ?? [],
  });
  const warnings = differencesOf(attributes);
  try {
    return { comparison: await write(work, archive, asset.id, attributes), warnings };
  } catch (error) {
    const sinceMs = Date.parse(restore.finished_at ?? iso(work.nowMs));
    // What S3 refuses for good would fail the record, and the video with it.
    const isFinal = error instanceof PermanentError && !(error instanceof SetUpError);
    if (!isFinal && work.nowMs < sinceMs + PATIENCE_MS) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return { warnings: [...warnings, `RESTORE_UNCOMPARED: the comparison could not be written: ${why}`] };
  }
}

function write(work: Work, archive: Archive, newAssetId: string, attributes: readonly ComparisonRow[]) {
  // The manifest's: the master may lie in an ancestor's folder.
  const folder = parseKey(archive.manifest.key);
  if (!folder) throw new Error(`The manifest's key is not one of ours: ${archive.manifest.key}`);
  const { asset_id, life } = work.record;
  const made_at = iso(work.nowMs);
  const comparison: Comparison = { schema: 1, made_at, asset_id, life, new_asset_id: newAssetId, attributes };
  return work.deps.vault.put({
    key: comparisonKey(folder, newAssetId),
    contentType: 'application/json',
    token: archive.token,
    body: new TextEncoder().encode(`${JSON.stringify(comparison, null, 2)}\n`),
  });
}

/** As the manifest keeps it: no master, no query strings. */
function withoutSecrets({ raw }: PlatformAsset): Record<string, unknown> {
  const { master: _, ...kept } = raw;
  return cutQueries(kept) as Record<string, unknown>;
}
