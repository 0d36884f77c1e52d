// The static renditions that an asset had and gets again: those that create can take, and those asked for afterwards. Pure.
import type { PlatformAsset } from './asset.ts';

export interface Rendition {
  readonly resolution: string;
  readonly passthrough?: string;
}

/** All that the asset had or was about to have, each resolution once. What was skipped or failed once would be again. */
export function wantedRenditions({ raw }: Pick<PlatformAsset, 'raw'>): readonly Rendition[] {
  const made = filesOf(raw).filter(({ status }) => status === 'ready' || status === 'preparing');
  const wanted = made.length > 0 ? made : renditionsOfMp4Support(raw);
  const once = new Map(
    wanted.map(({ resolution, passthrough }) => [resolution, { resolution, passthrough }]),
  );
  return [...once.values()];
}

/** Mux's guide says that `highest` is not mixed with sizes; its last example mixes them. Create must not fail for it. */
export function renditionsOfCreate(asset: Pick<PlatformAsset, 'raw'>): readonly Rendition[] {
  const wanted = wantedRenditions(asset);
  if (!wanted.some(({ resolution }) => resolution === 'highest')) return wanted;
  return wanted.filter(({ resolution }) => resolution === 'highest' || resolution === 'audio-only');
}

/** What the new asset was never asked for: one that Mux skipped or could not make is not asked for again. */
export function missingRenditions(
  asset: Pick<PlatformAsset, 'raw'>,
  like: Pick<PlatformAsset, 'raw'>,
): readonly Rendition[] {
  const had = new Set(filesOf(asset.raw).map(({ resolution }) => resolution));
  return wantedRenditions(like).filter(({ resolution }) => !had.has(resolution));
}

/** Resolutions that Mux is still making. */
export function pendingRenditions({ raw }: Pick<PlatformAsset, 'raw'>): readonly string[] {
  return filesOf(raw).flatMap(({ resolution, status }) => (status === 'preparing' ? resolution : []));
}

/** Files of static renditions; those of the older mp4_support have no resolution and are none. */
function filesOf(raw: PlatformAsset['raw']): readonly (Rendition & { readonly status: unknown })[] {
  const { files } = fieldsOf(raw.static_renditions);
  return (Array.isArray(files) ? files : []).map(fieldsOf).flatMap(({ resolution, status, passthrough }) => {
    return typeof resolution === 'string' && resolution !== ''
      ? [{ resolution, status, passthrough: textOf(passthrough) }]
      : [];
  });
}

/** The option that static renditions replaced. Its caps at 1080p only bite on an asset that is larger. */
function renditionsOfMp4Support(raw: PlatformAsset['raw']): readonly Rendition[] {
  const large = ['1440p', '2160p'].includes(textOf(raw.resolution_tier) ?? '');
  const video = raw.resolution_tier === 'audio-only' ? 'audio-only' : 'highest';
  const capped = large ? '1080p' : video;
  const resolutions: Record<string, string[] | undefined> = {
    standard: [video],
    'capped-1080p': [capped],
    'audio-only': ['audio-only'],
    'audio-only,capped-1080p': ['audio-only', capped],
  };
  return (resolutions[textOf(raw.mp4_support) ?? ''] ?? []).map((resolution) => ({ resolution }));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
