// What a restored asset still lacks once it is ready: the things that create cannot set, or may refuse.
import type { PlatformAsset } from './asset.ts';

export interface PlaybackPolicy {
  readonly policy: string;
  readonly drm_configuration_id?: string;
}

export interface FinishingSteps {
  readonly thumbnailTimeSeconds?: number;
  readonly playbackIds: readonly PlaybackPolicy[];
}

/** Counts what the asset has, so that doing the steps twice adds nothing; `asset` must be freshly read. */
export function finishingSteps(asset: PlatformAsset, like: PlatformAsset): FinishingSteps {
  const time = like.raw.thumbnail_time;
  const had = new Map<string, number>();
  for (const { policy } of asset.playbackIds) had.set(policy, (had.get(policy) ?? 0) + 1);
  const { distinct, repeated } = policiesOf(like);
  return {
    thumbnailTimeSeconds: typeof time === 'number' && asset.raw.thumbnail_time !== time ? time : undefined,
    playbackIds: [...distinct, ...repeated].filter(({ policy }) => {
      const left = had.get(policy) ?? 0;
      had.set(policy, left - 1);
      return left <= 0;
    }),
  };
}

/** The policies that a create asks for, in the old order, and those that repeat one of them. */
export function policiesOf({ playbackIds }: PlatformAsset): {
  distinct: PlaybackPolicy[];
  repeated: PlaybackPolicy[];
} {
  const distinct: PlaybackPolicy[] = [];
  const repeated: PlaybackPolicy[] = [];
  for (const { policy, drmConfigurationId: drm_configuration_id } of playbackIds) {
    const same = (other: PlaybackPolicy) =>
      other.policy === policy && other.drm_configuration_id === drm_configuration_id;
    (distinct.some(same) ? repeated : distinct).push({ policy, drm_configuration_id });
  }
  return { distinct, repeated };
}
