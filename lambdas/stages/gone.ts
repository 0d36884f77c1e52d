// The asset is no longer at the platform: what that means depends on whose token we hold and what the vault has.
import { endAfterDeletion, wakeForEndMs } from '../domain/archive-end.ts';
import { isHeld } from '../domain/brake.ts';
import { SetUpError } from '../domain/failures.ts';
import { isDeleteOnly, waitingStatus } from '../domain/modes.ts';
import type { AlarmCode, AssetRecord } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { isToBeLocked } from './lock.ts';
import type { Deps, Next, Work } from './stage.ts';

/** By the lifecycle rule of the bucket. */
export const UPLOADS_LAST = 'until 7 days after it was begun';

/**
 * Makes sure that our token belongs to the environment this stack serves, for a token of another environment sees
 * a 404 for every asset of ours. Answers the environment's id. Throws SetUpError WRONG_ENVIRONMENT: whatever was
 * begun waits until the right token is there.
 */
export async function confirmEnvironment({
  deps,
}: {
  deps: {
    readonly ledger: Pick<Deps['ledger'], 'pinEnvironment'>;
    readonly platform: Pick<Deps['platform'], 'environment'>;
  };
}): Promise<string> {
  const ours = await deps.platform.environment();
  const pinned = await deps.ledger.pinEnvironment(ours);
  if (ours === pinned) return ours;
  throw new SetUpError(
    'WRONG_ENVIRONMENT',
    `The Mux token belongs to environment ${ours}, but this stack serves ${pinned}.`,
    {
      action:
        'Put a token of the right environment into the secret. If this stack is to serve the other one from now on, delete the item pin#environment from the ledger.',
      retryable: true,
    },
  );
}

/**
 * Before the archive is proved. An asset that was never seen was most likely a wrong id: `failed ASSET_GONE`. One that
 * was there is lost to us, unless an earlier life left its archive: that is the video's only copy then. `held`: what is
 * in the vault of an unfinished copy, for people; only the archive stage may list it.
 */
export async function goneBeforeArchived(work: Work, held = heldPerhaps(work.record)): Promise<Next> {
  if (isDeleteOnly(work.record) && work.record.environment !== undefined) return goneUnkept(work);
  if (work.record.archive) return goneAfterArchived(work, 'deleted elsewhere', 'DELETED_ELSEWHERE');
  const environment = await confirmEnvironment(work);
  const origin = await wholeOrigin(work);
  if (origin) return goneButForOrigin(work, origin);
  if (work.record.environment !== undefined) return lostAtSource(work, held);
  const failure = {
    code: 'ASSET_GONE',
    message: `Mux has no asset ${work.record.asset_id} in environment ${environment}.`,
    action:
      'Check the id, and whether the token is of the right environment. If somebody deleted the asset in Mux, only the original file can bring it back.',
    from: 'requested' as const,
    retryable: false,
  };
  return { kind: 'move', to: 'failed', cause: 'ASSET_GONE', set: { failure, lost_at: iso(work.nowMs) } };
}

/** The asset that this one was restored from, if the vault still has what it was made of. */
async function wholeOrigin({ record, deps }: Work): Promise<AssetRecord | undefined> {
  if (record.restored_from === undefined) return undefined;
  const origin = await deps.ledger.get(record.restored_from);
  return origin && (await isArchiveWhole(deps, origin.archive)) ? origin : undefined;
}

/** Nothing is lost and nobody need be alarmed: a restore by any id of the lineage makes it anew. */
function goneButForOrigin({ record, nowMs }: Work, origin: AssetRecord): Next {
  const failure = {
    code: 'ASSET_GONE',
    message: `Mux no longer has asset ${record.asset_id}; it was restored from ${origin.asset_id}, whose archive is whole.`,
    action: 'Ask for its restore: the video is made anew from that archive.',
    from: 'requested' as const,
    retryable: false,
  };
  return { kind: 'move', to: 'failed', cause: 'ASSET_GONE', set: { failure, lost_at: iso(nowMs) } };
}

/** The exact version, as it was proved. */
export async function isArchiveWhole(
  { vault }: Pick<Deps, 'vault'>,
  archive: AssetRecord['archive'],
): Promise<boolean> {
  if (!archive) return false;
  const head = await vault.head({ key: archive.key, versionId: archive.version_id });
  return head?.sizeBytes === archive.size_bytes && head.crc32 === archive.crc32;
}

/** The archive was proved once; that it is still there is looked at before anybody is told that the video is safe. */
export async function goneAfterArchived(work: Work, cause: string, alarm?: AlarmCode): Promise<Next> {
  if (isDeleteOnly(work.record)) return goneUnkept(work, cause);
  await confirmEnvironment(work);
  const { archive } = work.record;
  if (!archive) return lostAtSource(work);
  const { key, version_id: versionId } = archive;
  if (!(await isArchiveWhole(work.deps, archive)))
    return lostAtSource(work, `Its archive is gone too: S3 does not have version ${versionId} of ${key}.`);
  return deletedFromPlatform(work, cause, alarm, { lock_pending: isToBeLocked(work) });
}

/**
 * No copy was wanted: what somebody else deleted is deleted as asked, and no video is lost by it. Only where a hold was to
 * keep it is a person told.
 */
export async function goneUnkept(work: Work, cause = 'deleted elsewhere'): Promise<Next> {
  await confirmEnvironment(work);
  const { hold, status } = work.record;
  const isNews = status !== 'deleting' && isHeld(hold, work.nowMs);
  return deletedFromPlatform(work, cause, isNews ? 'DELETED_ELSEWHERE' : undefined);
}

/** `failed LOST_AT_SOURCE`, an alarm, and all that may still help; what the vault has of the master is kept. */
export function lostAtSource({ record, nowMs }: Work, ...why: readonly string[]): Next {
  const { asset_id, status } = record;
  const told = [`Mux no longer has asset ${asset_id}, and the vault has no whole copy of it.`, ...why];
  const failure = {
    code: 'LOST_AT_SOURCE',
    message: told.filter(Boolean).join(' '),
    action:
      'Ask Mux support at once whether they still have it, and look for the original file. If the asset comes back, the same delete request again goes on from here.',
    // A deletion that did not happen begins with its date again.
    from: status === 'deleting' ? waitingStatus(record) : status,
    retryable: true,
  };
  const set = { failure, lost_at: iso(nowMs), restore: undefined };
  return { kind: 'move', to: 'failed', cause: 'LOST_AT_SOURCE', alarm: 'LOST_AT_SOURCE', set };
}

function heldPerhaps({ upload }: AssetRecord): string {
  return upload ? `An unfinished upload of ${upload.key} may hold a part of it, ${UPLOADS_LAST}.` : '';
}

/** The asset is gone from the platform; a restore asked for meanwhile, even a moment ago, starts now. Else its archive may end. */
export function deletedFromPlatform(
  { nowMs, deps }: Work,
  cause: string,
  alarm?: AlarmCode,
  known: Pick<AssetRecord, 'deletion' | 'lock_pending'> = {},
): Next {
  const set = { ...known, deleted_at: iso(nowMs), waiting_for: undefined };
  const derive = (record: AssetRecord) => endAfterDeletion(record, nowMs, deps.settings.retentionMs);
  const isAtOnce = (record: AssetRecord) => wantsRestore(record) || record.lock_pending === true;
  const wakeAtMs = (record: AssetRecord) => (isAtOnce(record) ? nowMs : wakeForEndMs(record, nowMs));
  const lane = (record: AssetRecord) => (isAtOnce(record) ? 'step' : 'expire');
  return { kind: 'move', to: 'deleted', cause, alarm, set, derive, wakeAtMs, lane };
}

/** A restore that was asked for and has made nothing yet. */
export function wantsRestore({ restore }: AssetRecord): boolean {
  return restore !== undefined && restore.new_asset_id === undefined;
}
