// Stage "master": reads the asset, refuses what must not be archived, and asks the platform to prepare the master.
import type { PlatformAsset } from '../domain/asset.ts';
import { billedAs } from '../domain/billing.ts';
import { NotYetError, PermanentError, SetUpError } from '../domain/failures.ts';
import { refusedLosses } from '../domain/loss-policy.ts';
import { isDeleteOnly, lossOfAll } from '../domain/modes.ts';
import { trackIds } from '../domain/pairing.ts';
import type { AssetRecord } from '../domain/record.ts';
import { unreplaced, withRevoked } from '../domain/revoked.ts';
import { iso } from '../domain/time.ts';
import { judge, lossesOf, type Verdict, withLosses } from '../domain/verdict.ts';
import { backInLine, roomForMasters } from './admission.ts';
import { archivedUntil } from './due.ts';
import { confirmEnvironment, goneBeforeArchived } from './gone.ts';
import { heldForLosses } from './losses.ts';
import { replacePlayback } from './replace-playback.ts';
import { hasSidecars, reuseArchive } from './reuse-archive.ts';
import { outOfReach } from './sidecars.ts';
import type { Next, Work } from './stage.ts';
import { giveUpUploads } from './unfinished-uploads.ts';

const NO_ROOM = 'its turn: as many masters as may be open at Mux at a time are open';

export async function master(work: Work): Promise<Next> {
  const environment = await ourEnvironment(work);
  await letItPlay(work);
  const asset = await work.deps.platform.inspect(work.record.asset_id);
  if (!asset) return goneBeforeArchived(work);
  const verdict = judge(asset);
  // Kept already, so that an asset that goes now is known to have been there.
  if (verdict.kind === 'wait') return work.poll(verdict.waitingFor, { environment });
  if (verdict.kind === 'refuse' && isInTheWay(verdict, work.record)) {
    throw new PermanentError(verdict.code, verdict.message, { action: verdict.action, retryable: true });
  }
  await rememberAliases(work, asset);
  if (isDeleteOnly(work.record)) return withoutCopy(work, asset, environment);
  const inputInfo = await work.deps.platform.inputInfo(asset.id);
  // What was taken from it in an earlier life and is not to play now; the captions it led to are in the vault since.
  const described = withRevoked(asset, work.record.revoked);
  const losses = [...lossesOf(described, inputInfo), ...(await outOfReach(work, described))];
  const known = { ...describeAsset(described), environment, ...withLosses(work.record, losses) };
  const { onLoss } = work.deps.settings;
  const judged = { ...work.record, ...known };
  if (refusedLosses(judged, onLoss).length > 0) return heldForLosses(judged, onLoss, known);
  const reused = await reuseArchive(work, asset, known);
  if (reused) return reused;
  if (!isOpen(asset) && !(await hasRoom(work))) return backInLine(NO_ROOM, known);
  await openMaster(work, asset);
  const master = { requested_at: iso(work.nowMs), restarts: 0 };
  return {
    kind: 'move',
    to: 'preparing',
    cause: 'master requested',
    // An archive that is not reused stays known until there is a new one: it may be all that is left.
    set: { ...known, master },
    wakeAtMs: work.nowMs + work.deps.settings.pollMs,
  };
}

/**
 * A request came before the ids that an earlier one had taken away were made again: this one lets the video play. One
 * that revokes too leaves them gone, unless the vault has lost what only they lead to.
 */
async function letItPlay(work: Work): Promise<void> {
  const { playback, revoked } = work.record;
  if (unreplaced(revoked).length === 0 || (playback === 'revoke' && (await hasSidecars(work)))) return;
  const againAtMs = await replacePlayback(work);
  if (againAtMs !== undefined) throw new NotYetError(againAtMs, 'its playback ids to be made again');
}

/** A test asset or an errored one can be deleted like any other; a running stream has yet to become what it will be. */
function isInTheWay({ code }: Extract<Verdict, { kind: 'refuse' }>, record: AssetRecord): boolean {
  return !isDeleteOnly(record) || code === 'LIVE_STREAM_RUNNING';
}

/** Nothing is copied: it is said what is lost, and the record waits for its date. */
async function withoutCopy(work: Work, asset: PlatformAsset, environment: string): Promise<Next> {
  // Begun by a request that failed, or was taken back a moment ago.
  const wait = work.record.upload && (await giveUpUploads(work));
  if (wait) return wait;
  const known = {
    ...describeAsset(withRevoked(asset, work.record.revoked)),
    environment,
    ...withLosses(work.record, [lossOfAll(work.record)]),
    upload: undefined,
    progress: undefined,
  };
  return archivedUntil(work, 'no copy is wanted', known);
}

/** A request that has not begun is refused at once when the token is of another environment; the person who made it is still there. */
async function ourEnvironment(work: Work): Promise<string> {
  try {
    return await confirmEnvironment(work);
  } catch (error) {
    if (!(error instanceof SetUpError) || error.code !== 'WRONG_ENVIRONMENT') throw error;
    const action = `${error.action} Then send the same request again.`;
    throw new PermanentError(error.code, error.message, { action, retryable: true, cause: error });
  }
}

async function hasRoom({ deps: { ledger, settings } }: Work): Promise<boolean> {
  return (await roomForMasters(ledger, settings.openMasters)) > 0;
}

/** Also when the answer to our own asking was lost: its 24 hours run. */
function isOpen({ master }: PlatformAsset): boolean {
  return master.kind === 'ready' || master.kind === 'preparing';
}

/** The master is asked for only when it is not there or under way: what a second PUT does, Mux does not say. */
export async function openMaster({ deps }: Work, asset: PlatformAsset): Promise<void> {
  if (isOpen(asset)) return;
  if (asset.master.kind === 'errored') await deps.platform.releaseMaster(asset.id);
  await deps.platform.requestMaster(asset.id);
}

/** Lookups by playback, track and upload id must answer before anything happens that they would ask about. */
export async function rememberAliases(work: Work, asset: PlatformAsset): Promise<void> {
  const { deps } = work;
  for (const { id } of asset.playbackIds) await deps.ledger.putAlias('playback', id, asset.id);
  for (const { id } of trackIds(asset)) await deps.ledger.putAlias('track', id, asset.id);
  if (asset.uploadId) await deps.ledger.putAlias('upload', asset.uploadId, asset.id);
  const externalId = foreignId(asset.meta?.external_id);
  await noteExternalId(work, externalId);
  if (externalId) await deps.ledger.putAlias('external', externalId, asset.id);
}

/** On the record before its alias is put: an erasure drops the aliases that the record knows, and finds no others. */
async function noteExternalId(work: Work, external_id: string | undefined): Promise<void> {
  const { external_id: before, former_external_ids: former = [] } = work.record;
  if (before === external_id) return;
  const formerly = before === undefined ? {} : { former_external_ids: [...new Set([...former, before])] };
  await work.renew({ ...formerly, external_id });
}

/** Mux allows 128 characters (schema Asset, `meta`); a key of the ledger holds no text of any length. */
function foreignId(text: string | undefined): string | undefined {
  return text && text.length <= 255 ? text : undefined;
}

export function describeAsset(asset: PlatformAsset): Partial<AssetRecord> {
  return {
    title: asset.meta?.title,
    passthrough: asset.passthrough,
    external_id: foreignId(asset.meta?.external_id),
    creator_id: foreignId(asset.meta?.creator_id),
    duration: asset.durationSeconds,
    playback_ids: asset.playbackIds.map(({ id, policy }) => ({ id, policy })),
    tracks: trackIds(asset),
    billed_as: billedAs(asset),
  };
}
