// The asset is gone before its archive was proved. A master whose URL is still open is copied to the end all the
// same, and so is a copy sealed that the vault already has as a whole; all else is lost at the source.
import { PermanentError, SetUpError, SourceLapsedError } from '../domain/failures.ts';
import type { AssetRecord, Loss } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import { completeUnchecked, copyIntoVault, isWhole, partsSoFar } from './archive-copy.ts';
import { seal } from './archive-seal.ts';
import { archivedUntil } from './due.ts';
import {
  confirmEnvironment,
  goneBeforeArchived,
  isArchiveWhole,
  lostAtSource,
  UPLOADS_LAST,
} from './gone.ts';
import type { Next, Work } from './stage.ts';
import { giveUpUploads } from './unfinished-uploads.ts';

export async function drain(work: Work): Promise<Next> {
  const finish = await wayToFinish(work);
  const hasArchive = await isArchiveWhole(work.deps, work.record.archive);
  if (!finish && !hasArchive) return goneBeforeArchived(work, await heldInVault(work));
  await confirmEnvironment(work);
  if (!finish) return backToArchive(work);
  await raiseAlarm(work);
  try {
    return atOnceToExpire(work, await finish());
  } catch (error) {
    if (!isFinal(error)) throw error;
    work.deps.keptMasters.forget(work.record.asset_id);
    if (hasArchive) return backToArchive(work);
    const why = `What was left of its master could not be copied: ${error.message}`;
    return lostAtSource(work, why, await heldInVault(work));
  }
}

async function wayToFinish(work: Work): Promise<(() => Promise<Next>) | undefined> {
  const { record, deps } = work;
  const kept = deps.keptMasters.of(record.asset_id);
  const parts = await partsSoFar(work);
  const asset = kept?.asset ?? deps.platform.describe(remembered(record));
  const losses = kept ? [] : [UNREAD];
  const sealAsItIs = async (more: readonly Loss[] = []) => {
    // A request made anew stands at its beginning, although the copy of an earlier one is whole.
    if (work.record.status === 'preparing') await work.enter('archiving', 'copy taken up again');
    return seal(work, asset, [...losses, ...more]);
  };
  if (parts === 'completed') return sealAsItIs;
  const copy = kept && (() => copyIntoVault(work, kept.asset, kept.url));
  if (!isWhole(record, parts)) return copy;
  const sealUnchecked = async () => {
    await completeUnchecked(work, parts);
    return sealAsItIs([UNCHECKED]);
  };
  if (!copy) return sealUnchecked;
  return () =>
    copy().catch((error: unknown) => {
      if (!(error instanceof SourceLapsedError)) throw error;
      return sealUnchecked();
    });
}

/**
 * An archive that was not good enough to be used again (sealed unchecked, or in a class that nobody expected) is all that
 * is left now: the copy that was to take its place is given up, a lease long as a cancel does it.
 */
async function backToArchive(work: Work): Promise<Next> {
  const wait = await giveUpUploads(work);
  if (wait) return wait;
  if (work.record.status === 'preparing') await work.enter('archiving', 'back to the archive that there is');
  const cause = 'gone from Mux; the archive of an earlier copy is there';
  return atOnceToExpire(work, await archivedUntil(work, cause, { upload: undefined, progress: undefined }));
}

/** Said once, however many invocations the copy takes. From here on Mux has nothing that could be played. */
async function raiseAlarm(work: Work): Promise<void> {
  if (work.record.lost_at) return;
  const at = iso(work.nowMs);
  const warning = `Somebody deleted the asset at Mux before it was archived (noticed ${at}); what is still open of its master is being saved.`;
  const warnings = [...work.record.warnings, warning];
  await work.tell('gone from Mux before it was archived', { lost_at: at, warnings }, 'LOST_AT_SOURCE');
}

/** Safe after all: the expire stage finds the asset gone and says so, now and not on the expiration date. */
function atOnceToExpire(work: Work, next: Next): Next {
  if (next.kind !== 'move') return next;
  return { ...next, set: { ...next.set, lost_at: undefined, deletion_noticed_at: iso(work.nowMs) } };
}

function isFinal(error: unknown): error is Error {
  if (error instanceof SourceLapsedError) return true;
  return error instanceof PermanentError && !(error instanceof SetUpError);
}

/** For whoever finds the rest of the file elsewhere. */
async function heldInVault({ record: { upload }, deps }: Work): Promise<string> {
  if (!upload) return '';
  const { key, upload_id: uploadId, source } = upload;
  const parts = (await deps.vault.listParts({ key, uploadId })) ?? [];
  const heldBytes = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (heldBytes === 0) return '';
  return `An unfinished upload of ${key} holds ${heldBytes} of its ${source.size_bytes} bytes, ${UPLOADS_LAST}.`;
}

/** The asset in the platform's words, as far as the record knows it. */
function remembered({ asset_id: id, duration, playback_ids, title }: AssetRecord): Record<string, unknown> {
  return { id, status: 'ready', duration, playback_ids, meta: title === undefined ? undefined : { title } };
}

const UNREAD: Loss = {
  code: 'ASSET_UNREAD',
  attribute: '*',
  detail:
    'The asset was deleted at Mux before its settings and captions could be written down; the master, the title and the policies of its playback ids are safe.',
};

const UNCHECKED: Loss = {
  code: 'MASTER_UNCHECKED',
  attribute: '*',
  detail:
    'The asset was deleted at Mux after its last byte was copied and before the master was looked at once more: whether it is whole shows when it is restored.',
};
