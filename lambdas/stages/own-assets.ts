// Assets that a restore of ours made: found again by the token in their input URL, kept once, deleted beyond that.
import type { PlatformAsset } from '../domain/asset.ts';
import { NotYetError } from '../domain/failures.ts';
import type { Archive, RestoreState } from '../domain/record.ts';
import { HOUR_MS, MINUTE_MS } from '../domain/time.ts';
import { carriesToken, proveOwnUnpublished } from '../domain/verified-archive.ts';
import { readManifestAsset } from './evidence.ts';
import { whileHeld } from './heartbeat.ts';
import type { Work } from './stage.ts';

/** The platform's clock may be this far behind ours. */
const CLOCK_SKEW_MS = 10 * MINUTE_MS;

/** No create shows itself with a date later than this after it was asked for. */
const LATEST_SHOW_MS = 6 * HOUR_MS;

/** A slot of the platform's rate limit no further away than this is slept for in the middle of a search. */
const PATIENCE_MS = 30_000;

/** Ids kept on the record: about 45 KB of an item's 400. Beyond that, assets are only looked at once more. */
const MOST_REMEMBERED = 1_000;

/**
 * Looks for assets made with this restore's token. Answers the one to keep (the one known already, else the
 * oldest) and deletes all others; undefined when there is none. Throws NotYetError when the time is over: the next
 * claim goes on where this one stopped.
 */
export async function adoptLostCreate(
  work: Work,
  archive: Archive,
  restore: RestoreState,
): Promise<PlatformAsset | undefined> {
  const found = await findByToken(work, archive, restore);
  const [oldest] = [...found].sort((a, b) => (a.createdAtMs ?? 0) - (b.createdAtMs ?? 0));
  const kept = found.find(({ id }) => id === restore.new_asset_id) ?? oldest;
  for (const asset of found) {
    if (kept && asset.id !== kept.id) await deleteOwn(work, asset);
  }
  return kept;
}

async function findByToken(
  work: Work,
  archive: Archive,
  restore: RestoreState,
): Promise<readonly PlatformAsset[]> {
  const like = await readManifestAsset(work.deps, archive);
  const searched = new Set(restore.searched);
  const place = () => ({ restore: { ...restore, searched: [...searched].slice(-MOST_REMEMBERED) } });
  try {
    return await whileHeld(work, place, (cut) => search(work, restore, like, searched, cut));
  } catch (error) {
    if (error instanceof NotYetError) await work.renew(place());
    throw error;
  }
}

/** Adds to `searched` what was looked at and is not ours: the inputs of an asset never change. */
async function search(
  work: Work,
  restore: RestoreState,
  like: PlatformAsset | undefined,
  searched: Set<string>,
  cut: AbortSignal,
): Promise<readonly PlatformAsset[]> {
  const { platform } = work.deps;
  const { sinceMs, untilMs } = windowOf(restore);
  const found: PlatformAsset[] = [];
  for (const asset of await patiently(work, () => platform.createdSince(sinceMs))) {
    const isInTime = asset.createdAtMs === undefined || asset.createdAtMs <= untilMs;
    const isCandidate = isInTime && asset.id !== work.record.asset_id && isNamedLike(asset, like);
    if (!isCandidate || searched.has(asset.id)) continue;
    if (cut.aborted) throw new NotYetError(work.nowMs, 'the search for a create whose answer was lost');
    // Remembered too: a search that is cut off must not ask of a thousand others anew.
    if (await isOfAnother(work, asset.id)) {
      searched.add(asset.id);
      continue;
    }
    const inputInfo = await patiently(work, () => platform.inputInfo(asset.id, true));
    if (inputInfo && carriesToken(inputInfo, restore.token)) found.push(asset);
    else if (inputInfo) searched.add(asset.id);
  }
  return found;
}

/**
 * Among a thousand restores nearly every new asset is the known one of another: the ledger says so, and costs no call.
 * Who remembers an asset has made it, or found its own token in it (`remember` in restore.ts), before the alias was put.
 */
async function isOfAnother({ deps: { ledger }, record }: Work, assetId: string): Promise<boolean> {
  const owner = await ledger.resolveAlias('asset', assetId);
  return owner !== undefined && owner !== record.asset_id;
}

function windowOf(restore: RestoreState): { readonly sinceMs: number; readonly untilMs: number } {
  const firstAt = restore.first_create_at ?? restore.requested_at;
  return {
    sinceMs: Date.parse(firstAt) - CLOCK_SKEW_MS,
    untilMs: Date.parse(restore.create_attempted_at ?? firstAt) + LATEST_SHOW_MS,
  };
}

/** Every create of ours gives the asset the old one's passthrough and meta, and lists show them: most need no look inside. */
function isNamedLike(asset: PlatformAsset, like: PlatformAsset | undefined): boolean {
  if (!like) return true;
  const names = ({ passthrough, meta }: PlatformAsset) =>
    [passthrough, meta?.title, meta?.creator_id, meta?.external_id].map((each) => each ?? '');
  const wanted = names(like);
  return names(asset).every((name, at) => name === wanted[at]);
}

/** A slot that is near is slept for, so that a search under way is not begun anew for it. */
async function patiently<T>(work: Work, call: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await call();
    } catch (error) {
      const latestMs = Math.min(work.nowMs + PATIENCE_MS, work.deadlineMs);
      if (!(error instanceof NotYetError) || error.atMs > latestMs) throw error;
      await work.deps.clock.sleep(Math.max(error.atMs - work.nowMs, 0));
    }
  }
}

/** Deletes an asset only with the proof that this restore made it and never published it. */
export async function deleteOwn(work: Work, asset: PlatformAsset): Promise<void> {
  const { platform } = work.deps;
  const slot = await platform.reserveDeletion();
  const inputInfo = await platform.inputInfo(asset.id);
  const proof = proveOwnUnpublished(work.record, asset, inputInfo ?? [], work.nowMs);
  if (!proof) return;
  // Whoever was overtaken ends here: another may have published this very asset meanwhile.
  await work.renew();
  await platform.deleteAsset(asset.id, proof, slot);
}
