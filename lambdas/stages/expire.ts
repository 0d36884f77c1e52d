// Stage "expire": the date has passed; proves the archive once more (or that none is wanted) and deletes the asset.
import type { PlatformAsset } from '../domain/asset.ts';
import { isHeld } from '../domain/brake.ts';
import { NotYetError, PermanentError } from '../domain/failures.ts';
import { refusedLosses } from '../domain/loss-policy.ts';
import { isArchiveOnly, isDeleteOnly, isWaiting, waitingStatus } from '../domain/modes.ts';
import type { Archive, AssetRecord } from '../domain/record.ts';
import { isUnwatchable, unreplaced, withRevoked } from '../domain/revoked.ts';
import { ITS_DATE } from '../domain/summary.ts';
import { DAY_MS, iso } from '../domain/time.ts';
import {
  PROOF_LIFETIME_MS,
  proveWaived,
  SEALED_UNCHECKED,
  type WaivedArchive,
} from '../domain/verified-archive.ts';
import { heldBy, overLimit, type Stop } from './brake.ts';
import { archivedUntil, dueMs, foreseen, foretell, isForetold, isToBeForetold, sleepUntilMs } from './due.ts';
import { endOfArchive } from './end-of-archive.ts';
import { type Finding, prove } from './evidence.ts';
import { deletedFromPlatform, goneAfterArchived, wantsRestore } from './gone.ts';
import { lockArchive, lockOnlyCopy } from './lock.ts';
import { heldForLosses } from './losses.ts';
import { describeAsset, rememberAliases } from './master.ts';
import { replacePlayback } from './replace-playback.ts';
import { keptFromRevoking, takeAway, toBeRevoked } from './revoke.ts';
import { writeSidecars } from './sidecars.ts';
import type { Next, Work } from './stage.ts';
import { stillWatched } from './still-watched.ts';

const DRY_RUN = 'deletions to be switched on (they are in dry-run)';
const GONE = 'gone from the platform';

export async function expire(work: Work): Promise<Next> {
  const { record } = work;
  if (record.status === 'deleted') return afterDeletion(work);
  // Asked for during a deletion that was given up: there is nothing to bring back.
  const waits = isWaiting(record.status);
  if (waits && wantsRestore(record)) return takenBack();
  if (refusedLosses(record, work.deps.settings.onLoss).length > 0) return refuseLosses(work);
  const revoking = record.status === 'archived' ? await revokeFirst(work) : undefined;
  if (revoking && 'kind' in revoking) return revoking;
  if (isArchiveOnly(record)) return keepForGood(work, revoking);
  if (waits && isToBeForetold(work)) await foretell(work);
  if (waits && !isDue(work, work.record)) return beforeItsDate(work, revoking);
  // Nobody could watch it since; whoever did before was to be stopped.
  const isWatchable = waits && !isUnwatchable(work.record);
  const held = (await heldBy(work)) ?? (isWatchable ? await stillWatched(work) : undefined);
  if (held) return keep(work, held);
  return work.deps.settings.deletions === 'on' ? deleteNow(work) : rehearse(work);
}

/**
 * A video that nobody is to watch until its date has its playback ids taken away now, once the archive is proved; one whose
 * request was changed since gets others. A stop: something keeps it from that, and it is to be looked at again.
 */
async function revokeFirst(work: Work): Promise<Next | Stop | undefined> {
  if (work.record.playback !== 'revoke') {
    const againAtMs = await replacePlayback(work);
    return againAtMs === undefined ? undefined : { waitingFor: ITS_DATE, wakeAtMs: () => againAtMs };
  }
  const asset = await toBeRevoked(work);
  const stop = asset && (await keptFromRevoking(work, asset));
  if (!asset || stop) return stop;
  // The proof itself is thrown away: whatever the mode is, nothing but playback ids goes.
  const finding = await prove(work.deps, { ...work.record, mode: undefined }, work.nowMs);
  return finding.kind === 'proved' ? takeAway(work, asset) : unproved(work, finding);
}

/** The tick that people were told, not the date: after an accident a record is woken by other means than its schedule. */
function isDue({ nowMs, deps }: Work, record: AssetRecord): boolean {
  return isForetold(record, deps.settings) && nowMs >= dueMs(record, deps.settings);
}

/** A restore may have been asked for while the deletion was under way, and the archive's own end may be coming. */
async function afterDeletion(work: Work): Promise<Next> {
  const { record, nowMs } = work;
  if (wantsRestore(record))
    return { kind: 'move', to: 'thawing', cause: 'restore asked for during deletion', wakeAtMs: nowMs };
  if (record.lock_pending) await lockOnlyCopy(work);
  return endOfArchive(work);
}

/** Woken early by a new date or by news of the asset, or to say that its date is near: it sleeps on until its tick. */
async function beforeItsDate(work: Work, sooner?: Stop): Promise<Next> {
  const wakeAtMs = (record: AssetRecord) =>
    Math.min(sleepUntilMs(record, work.deps.settings), sooner?.wakeAtMs(record) ?? Number.POSITIVE_INFINITY);
  const set = (record: AssetRecord) => foreseen(record, work.deps.settings);
  try {
    const next = await keep(work, { waitingFor: ITS_DATE, wakeAtMs });
    return next.kind === 'wait' ? { ...next, set } : next;
  } catch (error) {
    if (!(error instanceof NotYetError)) throw error;
    // The look is made up for, since it may be news of a loss that woke it; what it waits for is its date all the same.
    const untilMs = (record: AssetRecord) => Math.min(error.atMs, wakeAtMs(record));
    return { kind: 'wait', untilMs, waitingFor: ITS_DATE, set };
  }
}

/** Unless it is gone already, the asset stays: the record sleeps on, and a deletion that was begun is given up. */
async function keep(work: Work, { waitingFor, wakeAtMs }: Stop): Promise<Next> {
  const isBegun = work.record.status === 'deleting';
  const asset = await work.deps.platform.inspect(work.record.asset_id);
  if (!asset) return isBegun ? goneAfterArchived(work, GONE) : deletedElsewhere(work);
  // People hear of it now, while there is a master to copy, and not on the date.
  if (work.record.archive?.is_unchecked && !isDeleteOnly(work.record))
    throw notProved('ARCHIVE_UNCHECKED', SEALED_UNCHECKED);
  const { deletion_noticed_at: heard } = work.record;
  // Word that came during this look is looked into once more.
  const untilMs = (record: AssetRecord) =>
    record.deletion_noticed_at !== heard ? work.nowMs : wakeAtMs(record);
  if (!isBegun) return { kind: 'wait', untilMs, waitingFor, lane: 'expire' };
  return {
    kind: 'move',
    to: waitingStatus(work.record),
    cause: `kept by ${waitingFor}`,
    set: { waiting_for: waitingFor },
    wakeAtMs: (record) => (wantsRestore(record) ? work.nowMs : wakeAtMs(record)),
    lane: 'expire',
  };
}

/** Nothing deletes it, so it only looks whether somebody else did, and rests. Woken by news of the asset, or a word on it. */
async function keepForGood(work: Work, sooner?: Stop): Promise<Next> {
  const { asset_id, archive, deletion_noticed_at: heard } = work.record;
  if (!(await work.deps.platform.inspect(asset_id))) return deletedElsewhere(work);
  if (archive?.is_unchecked) throw notProved('ARCHIVE_UNCHECKED', SEALED_UNCHECKED);
  // Word that came during this look is looked into once more.
  const wakeAtMs = (record: AssetRecord) =>
    record.deletion_noticed_at !== heard ? work.nowMs : sooner?.wakeAtMs(record);
  return { kind: 'rest', set: { waiting_for: undefined }, wakeAtMs };
}

/** The archive is kept, and reused when the request goes on. An asset that is gone has nothing left to be held back. */
async function refuseLosses(work: Work): Promise<Next> {
  const { record, deps } = work;
  if (!(await deps.platform.inspect(record.asset_id)))
    return record.status === 'deleting' ? goneAfterArchived(work, GONE) : deletedElsewhere(work);
  if (wantsRestore(record)) return takenBack();
  return heldForLosses(record, deps.settings.onLoss);
}

function deletedElsewhere(work: Work): Promise<Next> {
  return goneAfterArchived(work, 'deleted elsewhere', 'DELETED_ELSEWHERE');
}

/** The slot comes first, so that the proof made after it is still fresh when the DELETE goes out (law 1). */
async function deleteNow(work: Work): Promise<Next> {
  const { platform } = work.deps;
  const isFirstTry = isWaiting(work.record.status);
  const slot = await platform.reserveDeletion();
  if (isFirstTry) {
    // Before the status changes, so that a limit leaves no trace of a deletion that did not begin.
    const over = await overLimit(work);
    if (over) return keep(work, over);
    // Date and hold are looked at again inside the write: both may have come while the slot was waited for.
    const mayGo = (record: AssetRecord) => isDue(work, record) && !isHeld(record.hold, work.nowMs);
    await work.enter('deleting', 'expiration date passed', undefined, mayGo);
  }
  const finding = await provedAndLocked(work);
  switch (finding.kind) {
    case 'gone':
      // An earlier try may have deleted it and lost the answer: only in the first it was surely somebody else.
      return isFirstTry ? deletedElsewhere(work) : goneAfterArchived(work, GONE);
    case 'stale':
      return refresh(work, finding.asset, finding.archive);
    case 'refused':
      throw notProved(finding.code, finding.message);
    case 'proved':
    case 'waived':
      break;
    default:
      return finding satisfies never;
  }
  // The last look, also of an invocation that goes on where another died: a hold on everything still stops it here.
  const stop = (await heldBy(work)) ?? (await overLimit(work));
  if (stop) return keep(work, stop);
  // Whoever was overtaken ends here: a retry has written nothing since its claim, and the request may be taken back by now.
  await work.renew();
  let request_id: string | undefined;
  const outcome = await platform.deleteAsset(work.record.asset_id, finding.proof, slot, (id) => {
    request_id = id;
  });
  if (outcome === 'gone') return goneAfterArchived(work, GONE);
  const deletion = { at: iso(work.nowMs), request_id };
  const cause = finding.kind === 'waived' ? 'deleted without a copy' : 'deleted after proof';
  return deletedFromPlatform(work, cause, undefined, { deletion });
}

type Proof = Finding | { readonly kind: 'waived'; readonly proof: WaivedArchive };

/**
 * Locked after the proof and never before: what is locked cannot be given up any more. Locks that outlast it would do so in each
 * try, so another proof follows them here.
 */
async function provedAndLocked(work: Work): Promise<Proof> {
  const finding = await proofOf(work);
  if (finding.kind === 'proved') await lockArchive(work);
  const isOld = finding.kind === 'proved' && work.nowMs > finding.proof.provedAtMs + PROOF_LIFETIME_MS / 2;
  return isOld ? proofOf(work) : finding;
}

/** Of a record as it was stored this moment, and an asset that was looked at after the slot was granted. */
async function proofOf(work: Work): Promise<Proof> {
  const { asset_id } = work.record;
  if (!isDeleteOnly(work.record)) return prove(work.deps, work.record, work.nowMs);
  const gatheredAtMs = work.nowMs;
  const asset = await work.deps.platform.inspect(asset_id);
  if (!asset) return { kind: 'gone' };
  await work.renew();
  const proof = proveWaived(work.record, asset, gatheredAtMs);
  if (proof) return { kind: 'waived', proof };
  const message = `The record of ${asset_id} no longer says that it may be deleted without a copy; nothing was deleted.`;
  throw new PermanentError('NOT_WAIVED', message, {
    action: 'Look at its mode, date and hold, then send the same request again.',
    retryable: true,
  });
}

/** The asset changed since it was archived: all sidecars are made anew, and new losses get their notice. */
async function refresh(work: Work, asset: PlatformAsset, archive: Archive): Promise<Next> {
  const { manifest: _, captions, sidecars: images, locked_until: __, ...master } = archive;
  // It may have another playback id or track by now, and whoever knows that one will ask.
  await rememberAliases(work, asset);
  await work.renew();
  const kept = { captions, sidecars: images };
  const described = describeAsset(withRevoked(asset, work.record.revoked));
  const sidecars = { ...described, ...(await writeSidecars(work, asset, master, { kept })) };
  if (sidecars.losses_said_at === undefined) await work.tell('new losses', sidecars);
  else await work.renew(sidecars);
  if (refusedLosses(work.record, work.deps.settings.onLoss).length > 0) return refuseLosses(work);
  if (work.record.status === 'deleting' && wantsRestore(work.record)) return takenBack();
  if (work.record.status === 'deleting' && !isDue(work, work.record)) {
    return archivedUntil(work, 'new losses are said first');
  }
  return { kind: 'wait', untilMs: work.nowMs, waitingFor: 'the proof of the refreshed sidecars' };
}

/** The asset was not deleted yet, and somebody wants it back already: there is nothing to delete and nothing to restore. */
function takenBack(): Next {
  return {
    kind: 'move',
    to: 'cancelled',
    cause: 'restore asked for before the deletion',
    set: { restore: undefined },
    wakeAtMs: (record) => (unreplaced(record.revoked).length > 0 ? Date.parse(record.updated_at) : undefined),
  };
}

/** Whatever is wrong with the archive, the asset still exists: a retry copies it anew. */
function notProved(code: string, message: string): PermanentError {
  return new PermanentError(code, `The archive could not be proved, so nothing was deleted. ${message}`, {
    action: 'Send the same delete request again: the asset is still on Mux and will be archived anew.',
    retryable: true,
    from: 'requested',
  });
}

/** What there is to be done about an archive before anything of its asset may go. */
async function unproved(work: Work, finding: Exclude<Finding, { kind: 'proved' }>): Promise<Next> {
  if (finding.kind === 'gone') return deletedElsewhere(work);
  if (finding.kind === 'stale') return refresh(work, finding.asset, finding.archive);
  throw notProved(finding.code, finding.message);
}

/** Dry run: everything but the DELETE, and a word on the record that it would have gone. */
async function rehearse(work: Work): Promise<Next> {
  // Begun before deletions were switched off: given up.
  if (work.record.status === 'deleting') {
    return keep(work, { waitingFor: DRY_RUN, wakeAtMs: () => work.nowMs });
  }
  if (isDeleteOnly(work.record)) {
    const asset = await work.deps.platform.inspect(work.record.asset_id);
    return asset ? rehearsed(work) : deletedElsewhere(work);
  }
  const finding = await prove(work.deps, work.record, work.nowMs);
  return finding.kind === 'proved' ? rehearsed(work) : unproved(work, finding);
}

function rehearsed(work: Work): Next {
  const warning = `Dry run: would have been deleted on ${iso(work.nowMs).slice(0, 10)}.`;
  const others = work.record.warnings.filter((text) => !text.startsWith('Dry run:'));
  return {
    kind: 'wait',
    untilMs: work.nowMs + DAY_MS,
    waitingFor: DRY_RUN,
    lane: 'expire',
    set: { warnings: [...others, warning], rehearsed_at: iso(work.nowMs) },
  };
}
