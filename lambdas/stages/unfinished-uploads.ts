// The uploads that this record may have begun and not finished: the one that the ledger knows, and others that a crash
// kept from it. They cost money until they are aborted.
import { masterKey } from '../contract/keys.ts';
import type { AssetRecord } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import type { Next, Work } from './stage.ts';

export interface Unfinished {
  readonly key: string;
  readonly uploadId: string;
}

export async function unfinishedUploads({ record, deps }: Work): Promise<readonly Unfinished[]> {
  const { upload } = record;
  const found: Unfinished[] = upload ? [{ key: upload.key, uploadId: upload.upload_id }] : [];
  for (const key of possibleKeys(record)) {
    const others = (await deps.vault.listUploads(key)).filter((id) => id !== upload?.upload_id);
    found.push(...others.map((uploadId) => ({ key, uploadId })));
  }
  return found;
}

/**
 * Aborts them all, as a request does that wants no copy any more. Undefined once nothing can come after: a part that was on
 * its way may have brought an upload back, so the first time is followed by a look a lease later.
 */
export async function giveUpUploads(work: Work): Promise<Extract<Next, { kind: 'wait' }> | undefined> {
  const { record, deps, nowMs } = work;
  for (const unfinished of await unfinishedUploads(work)) await deps.vault.abortUpload(unfinished);
  const { upload } = record;
  if (!upload || upload.aborted_at) return undefined;
  const set = { upload: { ...upload, aborted_at: iso(nowMs) } };
  return {
    kind: 'wait',
    untilMs: nowMs + deps.settings.leaseMs,
    waitingFor: 'the unfinished upload to be gone',
    set,
  };
}

/**
 * Of this life and the one before, which may have been taken back and begun anew before anybody had looked. Until the
 * asset was read no upload can have been begun, and the environment is not known.
 */
function possibleKeys({ upload, environment, asset_id: assetId, life }: AssetRecord): readonly string[] {
  if (!environment) return [];
  const keys = (ofLife: number) =>
    (['mp4', 'm4a'] as const).map((extension) =>
      masterKey({ environment, assetId, life: ofLife }, extension),
    );
  // The record's own upload may be one of an earlier life.
  const known = upload ? [upload.key] : [];
  return [...new Set([...known, ...keys(life), ...(life > 1 ? keys(life - 1) : [])])];
}
