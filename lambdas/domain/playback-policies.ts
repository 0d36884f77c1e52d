// The playback policies that an asset had and gets again: one id for each, and further ones of a policy afterwards. Pure.
import type { PlatformAsset } from './asset.ts';

export interface PlaybackPolicy {
  readonly policy: string;
  readonly drm_configuration_id?: string;
}

/** Those for which the new asset has no id, counted: two ids of a policy stay two. */
export function missingPolicies(asset: PlatformAsset, like: PlatformAsset): readonly PlaybackPolicy[] {
  const nameOf = ({ policy, drm_configuration_id }: PlaybackPolicy) =>
    `${policy} ${drm_configuration_id ?? ''}`;
  const had = new Map<string, number>();
  for (const each of policiesIn(asset)) had.set(nameOf(each), (had.get(nameOf(each)) ?? 0) + 1);
  const { distinct, repeated } = policiesOf(like);
  return [...distinct, ...repeated].filter((each) => {
    const left = had.get(nameOf(each)) ?? 0;
    had.set(nameOf(each), left - 1);
    return left <= 0;
  });
}

/** The policies that a create asks for, in the old order, and those that repeat one of them. */
export function policiesOf(asset: PlatformAsset): {
  distinct: PlaybackPolicy[];
  repeated: PlaybackPolicy[];
} {
  const distinct: PlaybackPolicy[] = [];
  const repeated: PlaybackPolicy[] = [];
  for (const each of policiesIn(asset)) {
    const same = (other: PlaybackPolicy) =>
      other.policy === each.policy && other.drm_configuration_id === each.drm_configuration_id;
    (distinct.some(same) ? repeated : distinct).push(each);
  }
  return { distinct, repeated };
}

function policiesIn({ playbackIds }: PlatformAsset): readonly PlaybackPolicy[] {
  return playbackIds.map(({ policy, drmConfigurationId: drm_configuration_id }) => ({
    policy,
    drm_configuration_id,
  }));
}
