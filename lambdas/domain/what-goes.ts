// What an erasure will remove, as far as the records of the lineage know it, and what S3 charges for deleting it early. Pure.
import { effectiveStatus } from './lifecycle.ts';
import { DAYS_PER_MONTH, GB_BYTES, millionths, PRICES_AS_OF, S3_PRICES } from './prices.ts';
import type { Archive, AssetRecord, Status } from './record.ts';
import { DAY_MS } from './time.ts';
import { besideMaster } from './verified-archive.ts';

export type WhatGoes = ReturnType<typeof whatGoes>;

/** `atMs`: when it will go. Versions that were replaced before, unfinished uploads and trail entries come on top, uncounted. */
export function whatGoes(records: readonly AssetRecord[], atMs: number) {
  const archives = ownArchives(records);
  const files = archives.flatMap(besideMaster);
  const bytes = [...archives, ...files].reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const earlyUsd = archives.reduce((sum, archive) => sum + earlyDeletionUsd(archive, atMs), 0);
  return {
    mux_assets: assetsAtMux(records),
    masters: archives.length,
    files: files.length,
    bytes,
    early_deletion_usd: millionths(earlyUsd),
    prices_as_of: PRICES_AS_OF,
  };
}

/** Assets of one lineage may share a master: each object counts once. */
function ownArchives(records: readonly AssetRecord[]): readonly Archive[] {
  const byVersion = new Map<string, Archive>();
  for (const { archive } of records) {
    if (archive) byVersion.set(`${archive.key}#${archive.version_id}`, archive);
  }
  return [...byVersion.values()];
}

/**
 * US dollars: storage for the rest of the days that the class charges at least, in proportion
 * (https://aws.amazon.com/s3/pricing/: 180 in DEEP_ARCHIVE, 90 in GLACIER and GLACIER_IR). Counted from the moment the archive
 * was sealed, which is at most the hours of its copy later than S3 counts from.
 */
function earlyDeletionUsd({ storage_class, size_bytes, verified_at }: Archive, atMs: number): number {
  const { minimumDays, minimumBytes, overheadBytes, storageUsdPerGbMonth } = S3_PRICES;
  const leftDays = Math.max(0, minimumDays[storage_class] - (atMs - Date.parse(verified_at)) / DAY_MS);
  const billedBytes = Math.max(size_bytes, minimumBytes[storage_class]) + overheadBytes[storage_class].own;
  return (billedBytes / GB_BYTES) * storageUsdPerGbMonth[storage_class] * (leftDays / DAYS_PER_MONTH);
}

/** Of an asset with a record of its own, that one says whether Mux has it; of the others the record that restored it. */
function assetsAtMux(records: readonly AssetRecord[]): readonly string[] {
  const gone = new Set(records.filter(isGone).map(({ asset_id }) => asset_id));
  const all = records.flatMap((record) => {
    const made = IN_PLACE_OF_IT.has(effectiveStatus(record)) ? record.restore?.new_asset_id : undefined;
    return made ? [record.asset_id, made] : [record.asset_id];
  });
  return [...new Set(all)].filter((assetId) => !gone.has(assetId));
}

/** The asset that a restore made stands there instead. */
const IN_PLACE_OF_IT: ReadonlySet<Status> = new Set(['uploading', 'restored']);
const NOT_AT_MUX: ReadonlySet<Status> = new Set(['deleted', 'thawing', 'purged', ...IN_PLACE_OF_IT]);

function isGone(record: AssetRecord): boolean {
  return record.lost_at !== undefined || NOT_AT_MUX.has(effectiveStatus(record));
}
