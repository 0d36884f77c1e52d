// An asset as the API shows it, and the address of its master.
import type { Asset, StoredAsset } from './model.ts';
import type { World } from './world.ts';

export function showAsset(world: World, stored: StoredAsset): Asset {
  const asset = structuredClone(stored.asset);
  if (asset.master?.status === 'ready') asset.master.url = masterUrl(world, stored);
  return asset;
}

export function masterUrl(world: World, { asset, master }: StoredAsset): string {
  const name = isAudioOnly(asset) ? 'mezzanine.m4a' : 'mezzanine.mp4';
  const query = new URLSearchParams({ skid: 'default', signature: master?.signature ?? '' });
  return `${world.origin}/${master?.key}/${name}?${query}`;
}

export function isAudioOnly(asset: Asset): boolean {
  return !asset.tracks?.some(({ type }) => type === 'video');
}
