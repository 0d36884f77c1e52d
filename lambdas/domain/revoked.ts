// Playback ids that were taken away while their asset stays: which those are, what plays in their place, and what the
// asset was like with them. Pure.
import type { PlatformAsset } from './asset.ts';
import type { AssetRecord, PlaybackId, RevokedPlaybackId } from './record.ts';

type Revoked = AssetRecord['revoked'];

type Links = readonly { readonly id: string; readonly replaced_by?: string }[];

/** Those in whose place nothing plays. */
export function unreplaced(revoked: Revoked): readonly RevokedPlaybackId[] {
  return (revoked ?? []).filter(({ replaced_by }) => replaced_by === undefined);
}

/** Whether every playback id that is known of the asset was taken away. */
export function isUnwatchable({
  playback_ids: ids = [],
  revoked,
}: Pick<AssetRecord, 'playback_ids' | 'revoked'>): boolean {
  const gone = new Set(unreplaced(revoked).map(({ id }) => id));
  return ids.length > 0 && ids.every(({ id }) => gone.has(id));
}

/** What plays in the place of `id` since the request was taken back, also if that happened more than once; else itself. */
export function replacementOf(revoked: Links | undefined, id: string): string {
  // The oldest first: a replacement that was taken away too stands behind what it replaced.
  return (revoked ?? []).reduce((now, each) => (each.id === now ? (each.replaced_by ?? now) : now), id);
}

/**
 * The asset as it was before: what was taken away by us is no change of it, and a restore makes it again. What else it
 * has by now stands behind.
 */
export function withRevoked(asset: PlatformAsset, revoked: Revoked): PlatformAsset {
  const gone = unreplaced(revoked);
  if (gone.length === 0) return asset;
  const { playback_ids: raw = [] } = asset.raw;
  const playbackIds = putBack(asset.playbackIds, gone, ({ id, policy, drm_configuration_id }) => ({
    id,
    policy,
    drmConfigurationId: drm_configuration_id,
  }));
  const playback_ids = putBack(
    Array.isArray(raw) ? raw : [],
    gone,
    ({ revoked_at: _, replaced_by, ...each }) => each,
  );
  return { ...asset, playbackIds, raw: { ...asset.raw, playback_ids } };
}

function putBack<T extends { readonly id: string }>(
  live: readonly T[],
  gone: readonly RevokedPlaybackId[],
  made: (revoked: RevokedPlaybackId) => T,
): readonly T[] {
  const ids = new Set(gone.map(({ id }) => id));
  return [
    ...gone.map((each) => live.find(({ id }) => id === each.id) ?? made(each)),
    ...live.filter(({ id }) => !ids.has(id)),
  ];
}

/** What the record says once `now` plays in the place of `oldId`. */
export function replaced(
  { revoked, playback_ids }: AssetRecord,
  oldId: string,
  now: PlaybackId,
): Pick<AssetRecord, 'revoked' | 'playback_ids'> {
  return {
    revoked: revoked?.map((each) =>
      each.id === oldId && each.replaced_by === undefined ? { ...each, replaced_by: now.id } : each,
    ),
    playback_ids: playback_ids?.map((each) => (each.id === oldId ? now : each)),
  };
}

/** The asset's playback ids that the record knows nothing of: made for it and the answer lost, or by somebody else. */
export function unknownIds(
  { playback_ids = [], revoked = [] }: AssetRecord,
  asset: PlatformAsset,
): PlatformAsset['playbackIds'] {
  const known = new Set([...playback_ids, ...revoked].map(({ id }) => id));
  return asset.playbackIds.filter(({ id }) => !known.has(id));
}

/** What a request says that wants nobody to watch. */
export const REVOKED_FOR_GOOD =
  'PLAYBACK_REVOKED: as soon as the video is archived nobody can watch it any more. If the request is taken back it plays under new playback ids; pages that embed the old ones show nothing until they take the new ones (GET /v1/playback-ids/{old id}).';

/** What taking it back says then. */
export const PLAYS_UNDER_NEW_IDS =
  'PLAYBACK_ID_CHANGED: the video plays under new playback ids; pages that embed the old ones show nothing until they take the new ones (GET /v1/playback-ids/{old id}).';
