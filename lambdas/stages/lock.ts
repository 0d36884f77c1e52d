// Locks an archive by S3's Object Lock (prop `objectLock`): what was proved, when its asset goes, and nothing before that. Only
// stage "expire" may do it.
import { TransientError } from '../domain/failures.ts';
import type { Archive, StoredObject } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { besideMaster } from '../domain/verified-archive.ts';
import { sideBySide } from './side-by-side.ts';
import type { Work } from './stage.ts';

/** The proof must still be fresh when the DELETE goes out, so a hundred captions are not locked one after the other. */
const LOCKS_AT_ONCE = 8;

/**
 * Between the proof and the DELETE: every version that the proof names. A later life that uses the master again locks it
 * again. Whatever was removed in between is not there in the next proof either, which says so.
 */
export async function lockArchive(work: Work): Promise<void> {
  const { archive } = work.record;
  if (!archive || !work.deps.settings.objectLock) return;
  // Whoever was overtaken ends here: the request may be taken back by now.
  await work.renew();
  const [missing] = await lockAll(work, archive);
  if (missing) throw new TransientError('ARCHIVE_MISSING', `${missing.key} was there a moment ago.`);
}

/** Whether an archive whose asset somebody else has deleted is to be locked. One that was never proved is not. */
export function isToBeLocked({ record, deps: { settings } }: Work): true | undefined {
  const isProved = record.archive !== undefined && !record.archive.is_unchecked;
  return settings.objectLock && settings.deletions === 'on' && isProved ? true : undefined;
}

/**
 * Of a deleted record whose asset went without us: what is left of its archive. People were told before, and a restore does
 * not wait for it.
 */
export async function lockOnlyCopy(work: Work): Promise<void> {
  const { archive } = work.record;
  if (archive && isToBeLocked(work)) await lockAll(work, archive);
  await work.renew({ lock_pending: undefined });
}

/** Answers what is not there. The record says it only once all are locked. */
async function lockAll(work: Work, archive: Archive): Promise<readonly StoredObject[]> {
  const { objectLock } = work.deps.settings;
  if (!objectLock) return [];
  const { mode, forMs } = objectLock;
  const { nowMs } = work;
  const untilMs = nowMs + forMs;
  const objects: readonly StoredObject[] = [archive, ...besideMaster(archive)];
  const found = await sideBySide(objects, LOCKS_AT_ONCE, ({ key, version_id: versionId }) =>
    work.deps.vault.lock({ key, versionId, mode, nowMs, untilMs }),
  );
  const missing = objects.filter((_, at) => found[at] === 'gone');
  if (missing.length === 0) await work.renew({ archive: { ...archive, locked_until: iso(untilMs) } });
  return missing;
}
