// Gathers the evidence for a deletion, all of it now: the vault's exact versions and the asset as it is (law 1).
import type { PlatformAsset } from '../domain/asset.ts';
import { NotYetError, TransientError } from '../domain/failures.ts';
import { cutQueries } from '../domain/manifest.ts';
import type { ObjectHead } from '../domain/object-head.ts';
import type { Archive, AssetRecord } from '../domain/record.ts';
import { withRevoked } from '../domain/revoked.ts';
import { HOUR_MS, MINUTE_MS } from '../domain/time.ts';
import { pendingTexts } from '../domain/verdict.ts';
import { type ArchiveProof, besideMaster, proveArchive } from '../domain/verified-archive.ts';
import type { Platform, Vault } from './ports.ts';

export type Finding =
  | Exclude<ArchiveProof, { kind: 'stale' }>
  | { readonly kind: 'stale'; readonly asset: PlatformAsset; readonly archive: Archive }
  | { readonly kind: 'gone' };

export async function prove(
  ports: { readonly vault: Vault; readonly platform: Platform },
  record: AssetRecord,
  nowMs: number,
): Promise<Finding> {
  const { archive } = record;
  if (!archive) return { kind: 'refused', code: 'ARCHIVE_MISSING', message: 'The record has no archive.' };
  const asset = await ports.platform.inspect(record.asset_id);
  if (!asset) return { kind: 'gone' };
  waitForTexts(asset, record, nowMs);
  const manifestAsset = await readManifestAsset(ports, archive);
  if (!manifestAsset) {
    const message = `${archive.manifest.key}: version ${archive.manifest.version_id} is missing or not a manifest.`;
    return { kind: 'refused', code: 'MANIFEST_UNREADABLE', message };
  }
  // An answer that leaves the tracks out is no word that the captions are gone: nothing is thrown away for it.
  if (asset.tracks.length === 0 && manifestAsset.tracks.length > 0)
    throw new TransientError('MUX_UNREADABLE', `Mux shows ${record.asset_id} without its tracks.`);
  const heads = await headAll(ports.vault, archive);
  // Both sides are read from what a manifest would keep, so that what it cuts is no difference.
  const { raw } = withRevoked(asset, record.revoked);
  const comparable = ports.platform.describe(cutQueries(raw) as Record<string, unknown>);
  const proof = proveArchive({ record, gatheredAtMs: nowMs, asset: comparable, manifestAsset, heads });
  return proof.kind === 'stale' ? { ...proof, asset, archive } : proof;
}

/** Captions under way are waited for, an hour at most; after that they are a loss that is said like any other. */
function waitForTexts(asset: PlatformAsset, record: AssetRecord, nowMs: number): void {
  const isPatient = nowMs < Date.parse(record.updated_at) + HOUR_MS;
  if (pendingTexts(asset).length === 0 || !isPatient) return;
  throw new NotYetError(nowMs + MINUTE_MS, 'Mux to finish a caption track');
}

async function headAll(vault: Vault, archive: Archive): Promise<ReadonlyMap<string, ObjectHead | undefined>> {
  const heads = new Map<string, ObjectHead | undefined>();
  for (const { key, version_id } of [archive, ...besideMaster(archive)]) {
    heads.set(key, await vault.head({ key, versionId: version_id }));
  }
  return heads;
}

/** The asset as the manifest in the vault shows it; undefined when there is no such manifest. */
export async function readManifestAsset(
  ports: { readonly vault: Vault; readonly platform: Pick<Platform, 'describe'> },
  archive: Archive,
): Promise<PlatformAsset | undefined> {
  const body = await ports.vault.get({ key: archive.manifest.key, versionId: archive.manifest.version_id });
  if (!body) return undefined;
  try {
    const manifest: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof manifest !== 'object' || manifest === null || !('asset' in manifest)) return undefined;
    return ports.platform.describe(manifest.asset as Record<string, unknown>);
  } catch {
    // Not JSON: as good as missing. Whoever asks refuses to go on.
    return undefined;
  }
}
