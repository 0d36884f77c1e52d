// Where each object of an archive lies in the vault. lib/ needs the prefix for grants and rules, the stages the keys.

/** The first folder of every key: `{platform}/{environment}/{asset}/{life}/…`. */
export const PLATFORM_PREFIX = 'mux/';

/** Beside the archives: what was done and refused, by day. `trail/{YYYY}/{MM}/{DD}/…`, see domain/trail.ts. */
export const TRAIL_PREFIX = 'trail/';

export interface ArchiveFolder {
  readonly environment: string;
  readonly assetId: string;
  readonly life: number;
}

/** Of all that there is of an asset, over all its lives. */
export function assetFolder({ environment, assetId }: Omit<ArchiveFolder, 'life'>): string {
  return `${PLATFORM_PREFIX}${environment}/${assetId}/`;
}

export function archiveFolder({ environment, assetId, life }: ArchiveFolder): string {
  return `${assetFolder({ environment, assetId })}${life}/`;
}

export function masterKey(folder: ArchiveFolder, extension: 'mp4' | 'm4a'): string {
  return `${archiveFolder(folder)}master.${extension}`;
}

export function manifestKey(folder: ArchiveFolder): string {
  return `${archiveFolder(folder)}manifest.json`;
}

export function captionKey(folder: ArchiveFolder, trackId: string): string {
  return `${archiveFolder(folder)}captions/${trackId}.vtt`;
}

/** Poster, storyboard, overlay images: `name` is a file name without folders. */
export function sidecarKey(folder: ArchiveFolder, name: string): string {
  return `${archiveFolder(folder)}sidecars/${name}`;
}

/** What a restore brought back and what not, attribute by attribute. */
export function comparisonKey(folder: ArchiveFolder, newAssetId: string): string {
  return `${archiveFolder(folder)}restored/${newAssetId}.json`;
}

/**
 * For grants, like those below: the masters, and nothing that lies beside them. A `*` of IAM stands for slashes too, hence
 * one for each folder: `mux/*` and then `captions` would also fit every key of an asset whose id is "captions".
 */
export const MASTER_PATTERN = `${PLATFORM_PREFIX}*/*/*/master.*`;

/** What an archive lists beside its master. */
export const SIDECAR_PATTERNS = ['manifest.json', 'captions/*', 'sidecars/*'].map(
  (rest) => `${PLATFORM_PREFIX}*/*/*/${rest}`,
);

/** What a restore may write, and nothing else. */
export const COMPARISON_PATTERN = `${PLATFORM_PREFIX}*/*/*/restored/*`;

/** Something that was taken from an asset while the asset stayed: `name` is when, and a token. */
export interface SlimAct {
  readonly environment: string;
  readonly assetId: string;
  readonly name: string;
}

/** What was taken, by whom and why, and how it is undone. Beside the asset's lives, for it may never have had one. */
export function slimEntryKey(act: SlimAct): string {
  return `${assetFolder(act)}slim/${act.name}.json`;
}

/** A text track that was taken. */
export function slimCaptionKey(act: SlimAct, trackId: string): string {
  return `${assetFolder(act)}slim/${act.name}/${trackId}.vtt`;
}

/** For grants: both of these, and no key of an archive. */
export const SLIM_PATTERN = `${PLATFORM_PREFIX}*/*/slim/*`;

export function isSlimKey(key: string): boolean {
  return /^mux\/[^/]+\/[A-Za-z0-9]{1,255}\/slim\//.test(key);
}

/** Reads asset and life back out of a key, for bucket events; undefined for a key that is not ours. */
export function parseKey(key: string): ArchiveFolder | undefined {
  const match = /^mux\/([^/]+)\/([A-Za-z0-9]{1,255})\/(\d+)\//.exec(key);
  const [, environment, assetId, life] = match ?? [];
  return environment && assetId && life ? { environment, assetId, life: Number(life) } : undefined;
}
