// Stage "expire": the date has passed; proves the archive once more and deletes the asset from the platform.
import type { PlatformAsset } from '../domain/asset.ts';
import { PermanentError } from '../domain/failures.ts';
import type { Archive, AssetRecord } from '../domain/record.ts';
import { DAY_MS, iso } from '../domain/time.ts';
import { archivedUntil, deletionTickMs } from './due.ts';
import { prove } from './evidence.ts';
import { confirmEnvironment, deletedFromPlatform, wantsRestore } from './gone.ts';
import { writeSidecars } from './sidecars.ts';
import type { Next, Work } from './stage.ts';

export async function expire(work: Work): Promise<Next> {
  const { record } = work;
  if (record.status === 'deleted') return afterDeletion(work);
  if (record.status === 'archived' && !isDue(work, record)) return beforeItsDate(work);
  return work.deps.settings.deletions === 'on' ? deleteNow(work) : rehearse(work);
}

/** The tick that people were told, not the date: after an accident a record is woken by other means than its schedule. */
function isDue(work: Work, record: AssetRecord): boolean {
  return work.nowMs >= deletionTickMs(record, work.deps.settings);
}

/** A restore may have been asked for while the deletion was under way. */
async function afterDeletion({ record, nowMs }: Work): Promise<Next> {
  if (!wantsRestore(record)) return { kind: 'rest' };
  return { kind: 'move', to: 'thawing', cause: 'restore asked for during deletion', wakeAtMs: nowMs };
}

/** Woken early by a new date or by news of the asset: unless it is gone, it sleeps on until its tick. */
async function beforeItsDate(work: Work): Promise<Next> {
  const asset = await work.deps.platform.inspect(work.record.asset_id);
  if (!asset) return gone(work, 'deleted elsewhere');
  const untilMs = (record: AssetRecord) => deletionTickMs(record, work.deps.settings);
  return { kind: 'wait', untilMs, waitingFor: 'the expiration date', lane: 'expire' };
}

/** The slot comes first, so that the proof made after it is still fresh when the DELETE goes out (law 1). */
async function deleteNow(work: Work): Promise<Next> {
  const { platform } = work.deps;
  const slot = await platform.reserveDeletion();
  // The date is looked at again inside the write: a PATCH may have moved it while the slot was waited for.
  if (work.record.status === 'archived') {
    await work.enter('deleting', 'expiration date passed', undefined, (record) => isDue(work, record));
  }
  const finding = await prove(work.deps, work.record, work.nowMs);
  switch (finding.kind) {
    case 'gone':
      return gone(work, 'gone from the platform');
    case 'stale':
      return refresh(work, finding.asset, finding.archive);
    case 'refused':
      throw notProved(finding.code, finding.message);
    case 'proved':
      break;
    default:
      return finding satisfies never;
  }
  const outcome = await platform.deleteAsset(work.record.asset_id, finding.proof, slot);
  if (outcome === 'gone') return gone(work, 'gone from the platform');
  return deletedFromPlatform(work, 'deleted after proof');
}

async function gone(work: Work, cause: string): Promise<Next> {
  await confirmEnvironment(work);
  return deletedFromPlatform(work, cause);
}

/** The asset changed since it was archived: manifest and captions are made anew, and new losses get their notice. */
async function refresh(work: Work, asset: PlatformAsset, archive: Archive): Promise<Next> {
  const { manifest: _, captions: __, ...master } = archive;
  await work.renew(await writeSidecars(work, asset, master));
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

/** Dry run: everything but the DELETE, and a word on the record that it would have gone. */
async function rehearse(work: Work): Promise<Next> {
  const finding = await prove(work.deps, work.record, work.nowMs);
  if (finding.kind === 'gone') return gone(work, 'deleted elsewhere');
  if (finding.kind === 'stale') return refresh(work, finding.asset, finding.archive);
  if (finding.kind === 'refused') throw notProved(finding.code, finding.message);
  const warning = `Dry run: would have been deleted on ${iso(work.nowMs).slice(0, 10)}.`;
  const others = work.record.warnings.filter((text) => !text.startsWith('Dry run:'));
  return {
    kind: 'wait',
    untilMs: work.nowMs + DAY_MS,
    waitingFor: 'deletions to be switched on (they are in dry-run)',
    lane: 'expire',
    set: { warnings: [...others, warning] },
  };
}
