// The assets that a record speaks of. Pure.
import type { AssetRecord } from './record.ts';

/** All ids of assets that the record is about or that a restore of it made. */
export function assetsOf({
  asset_id,
  restore,
  earlier_restores,
  given_up_assets = [],
  current_asset_id,
}: AssetRecord): readonly string[] {
  const made = (earlier_restores ?? []).map(({ new_asset_id }) => new_asset_id);
  const ids = [asset_id, ...made, ...given_up_assets, restore?.new_asset_id, current_asset_id];
  return [...new Set(ids.filter((id) => id !== undefined))];
}
