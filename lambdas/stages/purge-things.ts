// What a purge removes, thing by thing: assets at the platform, versions and uploads in the vault, entries of the trail.
// Each may run any number of times, and tells how much it found.
import { assetFolder, TRAIL_PREFIX } from '../contract/keys.ts';
import type { ListedVersion } from '../domain/audit-judgements.ts';
import { NotYetError } from '../domain/failures.ts';
import { assetsOf } from '../domain/lineage-ids.ts';
import { NOTHING_REMOVED } from '../domain/purge.ts';
import type { AssetRecord, Removed, RestoreState } from '../domain/record.ts';
import { DAY_MS, iso } from '../domain/time.ts';
import { assetOfTrailKey, trailFolder } from '../domain/trail.ts';
import { proveErasure } from '../domain/verified-archive.ts';
import { heldWithAll } from './brake.ts';
import { adoptLostCreate } from './own-assets.ts';
import type { LockedVersion } from './ports.ts';
import { setPurge } from './purge-state.ts';
import { Work } from './stage.ts';

/** Of a lock without an end, which somebody has to lift. */
const LOOK_AGAIN_MS = DAY_MS;

/** Answers how many assets were still there. The token is known to be of our environment. */
export async function removeAssets(work: Work, records: readonly AssetRecord[]): Promise<number> {
  let found = 0;
  for (const { asset_id } of records) {
    const member = await withLostCreate(work, asset_id);
    if (member?.status !== 'purging') continue;
    for (const assetId of assetsOf(member)) found += await removeAsset(work, asset_id, assetId);
  }
  return found;
}

async function removeAsset(work: Work, memberId: string, assetId: string): Promise<number> {
  const { platform } = work.deps;
  await breathe(work);
  if (!(await platform.inspect(assetId))) return 0;
  const slot = await platform.reserveDeletion();
  const stop = await heldWithAll(work);
  if (stop) throw new NotYetError(stop.wakeAtMs(work.record), stop.waitingFor);
  // Whoever was overtaken ends here: the proof is of records that are read after it.
  await breathe(work);
  const member = await newest(work, memberId);
  const proof = member && proveErasure(work.record, member, assetId, work.nowMs);
  if (!proof) throw new Error(`No order erases asset ${assetId}.`);
  const outcome = await platform.deleteAsset(assetId, proof, slot);
  if (outcome === 'deleted')
    await count(work, ({ assets }) => ({ assets: [...new Set([...assets, assetId])] }));
  return 1;
}

async function newest(work: Work, assetId: string): Promise<AssetRecord | undefined> {
  return assetId === work.record.asset_id ? work.record : work.deps.ledger.get(assetId);
}

/** A restore that was stopped may have made assets and not heard of them: they are looked for once, by its token. */
async function withLostCreate(work: Work, assetId: string): Promise<AssetRecord | undefined> {
  const member = await newest(work, assetId);
  const { archive, restore } = member ?? {};
  if (!member || !archive || !restore || !mayHaveLost(restore)) return member;
  if (member.status !== 'purging' || member.purge?.from === 'restored') return member;
  const searching = assetId === work.record.asset_id ? work : new Work(work.deps, member, work.deadlineMs);
  const adopted = await adoptLostCreate(searching, archive, restore);
  const new_asset_id = adopted?.id ?? restore.new_asset_id;
  const searched = { new_asset_id, first_create_at: undefined, create_attempted_at: undefined };
  await searching.renew({ restore: { ...restore, ...searched } });
  return searching.record;
}

/** The finished asset of a single create is the only one; an earlier create may show itself late, also when it was given up. */
function mayHaveLost({ first_create_at, create_attempted_at, finished_at }: RestoreState): boolean {
  if (!first_create_at && !create_attempted_at) return false;
  return !finished_at || first_create_at !== create_attempted_at;
}

export interface Emptied {
  /** Versions and uploads that were still there. */
  readonly found: number;
  /** ms since the epoch; set while an Object Lock keeps some of them. */
  readonly lockedUntilMs?: number;
}

/**
 * Everything below the folders of all assets of the lineage: every life, every version, every unfinished upload. `ours`: the
 * environment of an erasure, for what was taken from an asset before anybody asked to delete it.
 */
export async function removeFolders(
  work: Work,
  records: readonly AssetRecord[],
  ours?: string,
): Promise<Emptied> {
  let found = 0;
  const locked: LockedVersion[] = [];
  for (const prefix of foldersOf(records, ours)) {
    found += await abortUploads(work, prefix);
    for await (const versions of pagesOf(work, prefix)) {
      if (versions.length === 0) continue;
      const kept = await remove(work, versions);
      locked.push(...kept);
      found += versions.length - kept.length;
    }
  }
  return { found, lockedUntilMs: endOf(locked, work) };
}

function endOf(locked: readonly LockedVersion[], { nowMs }: Work): number | undefined {
  const ends = locked.map(({ untilMs }) => untilMs ?? nowMs + LOOK_AGAIN_MS);
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/** A record that failed early may never have learned its environment. */
function foldersOf(records: readonly AssetRecord[], ours: string | undefined): readonly string[] {
  const environments = new Set([ours, ...records.map(({ environment }) => environment)]);
  const ids = new Set(records.flatMap(assetsOf));
  return [...environments].flatMap((environment) =>
    environment === undefined ? [] : [...ids].map((assetId) => assetFolder({ environment, assetId })),
  );
}

async function abortUploads(work: Work, prefix: string): Promise<number> {
  const { vault } = work.deps;
  let found = 0;
  let page: Awaited<ReturnType<typeof vault.listUnfinished>> | undefined;
  do {
    page = await vault.listUnfinished({ prefix, after: page?.next });
    for (const upload of page.uploads) await vault.abortUpload(upload);
    found += page.uploads.length;
    const aborted = page.uploads.length;
    if (aborted > 0) await count(work, ({ uploads }) => ({ uploads: uploads + aborted }));
    await breathe(work);
  } while (page.next);
  return found;
}

async function* pagesOf(work: Work, prefix: string, after?: string): AsyncIterable<readonly ListedVersion[]> {
  const { vault } = work.deps;
  let mark = after === undefined ? undefined : { key: after };
  let page: Awaited<ReturnType<typeof vault.listVersions>> | undefined;
  do {
    page = await vault.listVersions({ prefix, after: mark });
    yield page.versions;
    mark = page.next;
    await breathe(work);
  } while (mark);
}

async function remove(work: Work, listed: readonly ListedVersion[]): Promise<readonly LockedVersion[]> {
  const locked = await work.deps.vault.removeVersions(listed);
  const kept = new Set(locked.map(({ versionId }) => versionId));
  const gone = listed.filter(({ versionId }) => !kept.has(versionId));
  const sizeBytes = gone.reduce((sum, each) => sum + each.sizeBytes, 0);
  await count(work, ({ versions, bytes }) => ({
    versions: versions + gone.length,
    bytes: bytes + sizeBytes,
  }));
  return locked;
}

/** Sorts behind all keys of the trail. */
const WHOLE_TRAIL = `${TRAIL_PREFIX}~`;

/**
 * Entries that tell of an asset of the lineage: they name who asked, or was refused, also long before the first request. The
 * second look goes through those since the records were stopped once more: the bus brings them a moment later. Answers until
 * when a lock keeps some of them.
 */
export async function removeTrail(work: Work, records: readonly AssetRecord[]): Promise<number | undefined> {
  const ids = new Set(records.flatMap(assetsOf));
  const after = work.record.purge?.trail_mark ?? beginOfLook(work);
  if (after === WHOLE_TRAIL) return undefined;
  const locked: LockedVersion[] = [];
  for await (const versions of pagesOf(work, TRAIL_PREFIX, after)) {
    const ours = versions.filter(({ key }) => ids.has(assetOfTrailKey(key)?.assetId ?? ''));
    if (ours.length > 0) {
      const kept = await work.deps.vault.removeVersions(ours);
      locked.push(...kept);
      const gone = ours.length - kept.length;
      await count(work, ({ trail_entries }) => ({ trail_entries: trail_entries + gone }));
    }
    const last = versions.at(-1)?.key;
    if (last && locked.length === 0) await setPurge(work, { trail_mark: last });
  }
  if (locked.length === 0) await setPurge(work, { trail_mark: WHOLE_TRAIL });
  return endOf(locked, work);
}

function beginOfLook({ record: { purge } }: Work): string {
  if (!purge?.empty_at || !purge.marked_at) return TRAIL_PREFIX;
  return trailFolder(iso(Date.parse(purge.marked_at) - DAY_MS).slice(0, 10));
}

async function count(work: Work, more: (before: Removed) => Partial<Removed>): Promise<void> {
  const before = work.record.purge?.removed ?? NOTHING_REMOVED;
  await setPurge(work, { removed: { ...before, ...more(before) } });
}

/** Keeps the claim, and ends an invocation in time: the next goes on with what is left. */
async function breathe(work: Work): Promise<void> {
  if (work.nowMs >= work.deadlineMs) throw new NotYetError(work.nowMs, 'the rest of what is to be removed');
  await work.renew();
}
