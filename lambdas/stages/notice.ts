// A notice from the platform, already proved to be genuine: wakes the record it is about, and only that (law 4).
import { ConflictError } from '../domain/failures.ts';
import { isWaiting } from '../domain/modes.ts';
import type { AssetRecord, Status } from '../domain/record.ts';
import { iso } from '../domain/time.ts';
import type { Ledger } from './ports.ts';
import { type Waking, wake } from './wake.ts';

export type NoticeOutcome = 'woken' | 'not tracked' | 'not awaited' | 'busy';

/** Kinds of notice that a record in this status waits for. Any other wakes nobody, however often it comes. */
const AWAITED: Partial<Record<Status, RegExp>> = {
  requested: /^video\.asset\.(ready|errored|deleted)$/,
  preparing: /^video\.asset\.(master\.|errored$|deleted$)/,
  archiving: /^video\.asset\.(master\.|errored$|deleted$)/,
  archived: /^video\.asset\.deleted$/,
  scheduled: /^video\.asset\.deleted$/,
  uploading: /^video\.asset\.(ready|errored|deleted|track\.\w+|static_rendition\.\w+)$/,
};

export async function notice(
  assetId: string,
  type: string,
  { ledger, waking }: { ledger: Ledger; waking: Waking },
): Promise<NoticeOutcome> {
  const record = await findRecord(ledger, assetId);
  if (!record) return 'not tracked';
  if (!AWAITED[record.status]?.test(type)) return 'not awaited';
  if (await wake(record, waking)) return 'woken';
  if (type === DELETED) await leaveWord(record.asset_id, { ledger, waking });
  return 'busy';
}

const DELETED = 'video.asset.deleted';
/** Heartbeats come in between now and then; more often than this they do not. */
const MAX_ROUNDS = 3;

/** A copy under way looks at the asset no more: whoever holds the record is to know once it is archived. */
async function leaveWord(assetId: string, { ledger, waking }: { ledger: Ledger; waking: Waking }) {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const record = await ledger.get(assetId);
    if (!record || !(record.status === 'archiving' || isWaiting(record.status))) return;
    try {
      await ledger.save({ ...record, deletion_noticed_at: iso(waking.clock.nowMs()) });
      return;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

/** The record of this asset id, or of the asset it was restored from. */
export async function findRecord(ledger: Ledger, assetId: string): Promise<AssetRecord | undefined> {
  const own = await ledger.get(assetId);
  if (own) return own;
  const original = await ledger.resolveAlias('asset', assetId);
  return original === undefined ? undefined : ledger.get(original);
}
