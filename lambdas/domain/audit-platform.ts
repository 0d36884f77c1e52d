// The judgements of an audit about assets at the platform: one that is missing, one that should be gone, an open master.
import type { Finding } from './audit.ts';
import { aboutRecord } from './audit-judgements.ts';
import { isBeforeDeletion, isWithoutCopy } from './lifecycle.ts';
import { isDeleteOnly } from './modes.ts';
import { locationOf } from './public-record.ts';
import type { AssetRecord } from './record.ts';
import { HOUR_MS } from './time.ts';

/** Mux removes a test asset by itself, and people are told to delete an errored one. */
const NEVER_IN_OUR_CARE = new Set(['TEST_ASSET', 'ASSET_ERRORED']);

/** Whether the platform should still have the asset, so that its absence is news. Our own deletions under way are none. */
export function isAwaitedAtPlatform(record: AssetRecord): boolean {
  const { status, failure, archive, lost_at } = record;
  if (lost_at) return false;
  // A test asset vanishes by itself; what was refused for good was never in our care.
  if (status === 'failed' && !archive && (!failure?.retryable || NEVER_IN_OUR_CARE.has(failure.code)))
    return false;
  const standing = status === 'failed' ? (failure?.from ?? 'requested') : status;
  return isBeforeDeletion(standing);
}

/** Of a record whose asset the platform, asked by id and in the right environment, no longer has. */
export function deletedElsewhere(record: AssetRecord): Finding {
  if (isDeleteOnly(record)) return deletedSooner(record);
  return {
    ...aboutRecord(record),
    code: 'DELETED_ELSEWHERE',
    severity: 'error',
    expected: 'an asset at Mux',
    found: 'none',
    what_to_do: record.archive
      ? 'The vault has the video: restore it if the deletion was a mistake. Find out who deletes assets past Icehouse (Mux dashboard, other tokens).'
      : 'The vault has no copy: only the original file can bring it back. Find out who deletes assets past Icehouse (Mux dashboard, other tokens).',
  };
}

function deletedSooner(record: AssetRecord): Finding {
  return {
    ...aboutRecord(record),
    code: 'DELETED_ELSEWHERE',
    severity: 'warning',
    expected: 'an asset at Mux until its date',
    found: 'none',
    what_to_do:
      'Nothing was to be kept of it, so no video is lost. Find out who deletes assets past Icehouse (Mux dashboard, other tokens).',
  };
}

/**
 * The finding STILL_AT_MUX with what the vault was found to hold. `faults` are those of the archive, as `judgeArchive`
 * tells them: where there is any, the asset may be the only copy, and nobody is told to delete it.
 */
export function mindfulOfArchive(finding: Finding, record: AssetRecord, faults: readonly Finding[]): Finding {
  if (isErased(record)) {
    const what_to_do =
      'It was erased by order, and yet it is there: look at it in Mux, then delete it there.';
    return { ...finding, what_to_do };
  }
  if (isWithoutCopy(record)) {
    const what_to_do =
      'It was deleted without a copy, as asked, and is there: it is the only copy. Look at it in Mux; if it is still unwanted, delete it there.';
    return { ...finding, what_to_do };
  }
  if (record.archive && faults.length === 0) return finding;
  const isMissing = !record.archive || faults.some(({ severity }) => severity === 'error');
  const why = isMissing
    ? 'the vault does not hold its archive'
    : 'it is not certain that the vault holds its archive';
  const details = record.archive
    ? faults.map(({ code, found }) => `${code}: ${found}`)
    : ['none on the record'];
  return {
    ...finding,
    what_to_do: `Do NOT delete it at Mux: ${why} (${[...new Set(details)].join('; ')}). The asset may be the only copy. Keep it until the archive is whole or you have the video elsewhere.`,
  };
}

/** By an order; where only its archive has ended, the asset would be all that is left of the video. */
function isErased({ status, purge }: AssetRecord): boolean {
  return status === 'purged' && (purge?.order !== undefined || purge?.led_by !== undefined);
}

/** Mux closes a master 24 hours after it was opened, so until then one that we asked for is no surprise. */
const MASTER_OPEN_MS = 25 * HOUR_MS;

function isOpenedByUs({ status, master }: AssetRecord, nowMs: number): boolean {
  if (['requested', 'preparing', 'archiving'].includes(status)) return true;
  return master !== undefined && Date.parse(master.requested_at) > nowMs - MASTER_OPEN_MS;
}

/** What looks odd about an asset that the platform lists; the stage makes sure with an asset read afresh. */
export function judgeListed(
  record: AssetRecord,
  asset: { readonly isMasterOpen: boolean },
  nowMs: number,
): Finding | undefined {
  const isOff = locationOf(record) === 'vault' || ['deleted', 'restored', 'purged'].includes(record.status);
  if (isOff) {
    return {
      ...aboutRecord(record),
      code: 'STILL_AT_MUX',
      severity: 'error',
      expected: `no asset: ${record.status}${record.deleted_at ? ` since ${record.deleted_at}` : ''}`,
      found: 'an asset at Mux',
      what_to_do:
        'Whoever has its playback id can still watch it, and Mux bills for it. Look at it in Mux, then delete it there; the vault keeps the archive.',
    };
  }
  if (!asset.isMasterOpen || isOpenedByUs(record, nowMs)) return undefined;
  return {
    ...aboutRecord(record),
    code: 'MASTER_LEFT_OPEN',
    severity: 'warning',
    expected: `no master access: ${record.status}`,
    found: 'master access is on',
    what_to_do:
      'Icehouse did not open it, or Mux did not close it after 24 hours. If no system of your own needs it, set master_access to none.',
  };
}
