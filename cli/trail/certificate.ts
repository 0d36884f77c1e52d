// The certificate of one asset: what its record says, held against the trail and the manifest. The same always makes the same.
import type { Manifest } from '../../lambdas/domain/manifest.ts';
import type { TransitionEntry } from '../../lambdas/domain/trail.ts';
import type { PublicRecord } from '../api.ts';
import type { TrailReader } from './read-trail.ts';

type HistoryEntry = PublicRecord['history'][number];

/** `unread`: the trail was not asked. `missing`: older than the trail, or not there. */
export type Standing = 'same' | 'differs' | 'missing' | 'unread';

export interface CertifiedEntry extends HistoryEntry {
  readonly in_trail: Standing;
  /** Of the object in the vault. */
  readonly trail_key?: string;
}

export interface Certificate {
  readonly schema: 1;
  readonly asset_id: string;
  readonly life: number;
  readonly status: string;
  readonly summary: string;
  /** When the record last changed: nothing later is certified. */
  readonly as_of: string;
  readonly environment?: string;
  readonly title?: string;
  readonly duration?: number;
  readonly asked: {
    readonly at: string;
    readonly user_id: string;
    readonly principal?: string;
    readonly request_id?: string;
    readonly reason?: string;
    readonly group_id?: string;
    /** Absent: archived, then deleted. */
    readonly mode?: string;
    readonly expiration_date: string;
  };
  readonly archived?: {
    readonly at: string;
    readonly bucket: string;
    readonly key: string;
    readonly version_id: string;
    readonly size_bytes: number;
    readonly crc32: string;
    readonly storage_class: string;
    readonly proved_at: string;
    readonly manifest_key: string;
    /** Undefined where there was no manifest to read. */
    readonly manifest_agrees?: boolean;
  };
  readonly deleted?: {
    readonly at: string;
    readonly cause: string;
    /** Mux's own id of the DELETE; absent where its answer was lost, or somebody else deleted the asset. */
    readonly platform_request_id?: string;
  };
  readonly current_asset_id?: string;
  readonly history: readonly CertifiedEntry[];
}

export async function certificateOf(
  record: PublicRecord,
  manifest: Manifest | undefined,
  trail: TrailReader | undefined,
): Promise<Certificate> {
  const { asset_id, life, status, summary, title, duration } = record;
  const history: CertifiedEntry[] = [];
  for (const entry of record.history) history.push({ ...entry, ...(await inTrail(asset_id, entry, trail)) });
  return {
    schema: 1,
    asset_id,
    life,
    status,
    summary,
    as_of: record.updated_at,
    environment: manifest?.environment,
    title,
    duration,
    asked: askedOf(record),
    archived: archivedOf(record, manifest),
    deleted: deletedOf(record),
    current_asset_id: record.current_asset_id ?? undefined,
    history,
  };
}

function askedOf(record: PublicRecord): Certificate['asked'] {
  const { created_at: at, reason, group_id, mode, expiration_date } = record;
  const entry = record.history.find((one) => one.at === at && one.to === 'requested');
  const user_id = record.deleted_by_user_id;
  const call = { principal: entry?.principal, request_id: entry?.request_id };
  return { at, user_id, ...call, reason, group_id, mode, expiration_date };
}

function archivedOf(
  { archive, history }: PublicRecord,
  manifest: Manifest | undefined,
): Certificate['archived'] {
  if (!archive) return undefined;
  const { bucket, key, version_id, size_bytes, crc32, storage_class, verified_at, manifest_key } = archive;
  const sealed = history.findLast((entry) => entry.from === 'archiving' && entry.to === 'archived');
  const master = { key, version_id, size_bytes, crc32 };
  return {
    at: sealed?.at ?? verified_at,
    bucket,
    ...master,
    storage_class,
    proved_at: verified_at,
    manifest_key,
    manifest_agrees:
      manifest && Object.entries(master).every(([name, value]) => Object(manifest.master)[name] === value),
  };
}

function deletedOf({ deleted_at, deletion, history }: PublicRecord): Certificate['deleted'] {
  if (!deleted_at) return undefined;
  const entry = history.find((one) => one.at === deleted_at && one.to === 'deleted');
  const cause = entry?.cause ?? 'no longer in the short history';
  return { at: deleted_at, cause, platform_request_id: deletion?.request_id };
}

async function inTrail(
  assetId: string,
  entry: HistoryEntry,
  trail: TrailReader | undefined,
): Promise<Pick<CertifiedEntry, 'in_trail' | 'trail_key'>> {
  if (!trail) return { in_trail: 'unread' };
  for await (const { key, entry: kept } of trail.at(entry.at, assetId)) {
    if (kept.kind !== 'transition' || kept.to !== entry.to || kept.from !== entry.from) continue;
    return { in_trail: isSame(entry, kept) ? 'same' : 'differs', trail_key: key };
  }
  return { in_trail: 'missing' };
}

function isSame(entry: HistoryEntry, kept: TransitionEntry): boolean {
  return kept.cause === entry.cause && kept.actor.id === entry.actor && kept.request_id === entry.request_id;
}
