// What a request may want beside "archive, then delete": a copy and no deletion, or a deletion and no copy. Pure.
import { isResting } from './lifecycle.ts';
import type { AssetRecord, Loss, Mode, Status } from './record.ts';

/** The expiration date of what is never deleted. */
export const NEVER = '9999-12-31T23:59:59.999Z';

/** Copied and proved, and that is all: no stage deletes it. */
export function isArchiveOnly({ mode }: { readonly mode?: Mode }): boolean {
  return mode === 'archive_only';
}

/** Deleted at its date without a copy, as somebody with the permission for it asked. */
export function isDeleteOnly({ mode }: { readonly mode?: Mode }): boolean {
  return mode === 'delete_only';
}

/** Waits for its date, or would if it were ever to be deleted. */
export function isWaiting(status: Status): boolean {
  return status === 'archived' || status === 'scheduled';
}

/** Where a record waits for its date, and where a deletion that was given up goes back to. */
export function waitingStatus(record: Pick<AssetRecord, 'mode'>): 'archived' | 'scheduled' {
  return isDeleteOnly(record) ? 'scheduled' : 'archived';
}

/** Whether nothing happens to it in this status until somebody asks: an archive that is never deleted has no date to wait for. */
export function mayRest(record: Pick<AssetRecord, 'mode'>, status: Status): boolean {
  return isResting(status) || (status === 'archived' && isArchiveOnly(record));
}

export const NOT_ARCHIVED = 'NOT_ARCHIVED';

interface Made {
  readonly restored_from?: string;
}

/** All that a request for a deletion without a copy loses. */
export function lossOfAll(record: Pick<AssetRecord, 'archive'> & Made): Loss {
  const kept = record.archive
    ? 'The copy that an earlier request made stays; it has not been looked at again.'
    : (copyOfOrigin(record) ?? 'Nobody can bring it back.');
  return {
    code: NOT_ARCHIVED,
    attribute: '*',
    detail: `NO COPY is made of this asset: picture, sound, captions and metadata go for good with its deletion. ${kept}`,
  };
}

/** Of a video that was made from a copy, which a deletion without one leaves where it is: only an erasure reaches it. */
export function copyOfOrigin({ restored_from }: Made): string | undefined {
  return (
    restored_from &&
    `The copy of asset ${restored_from}, which it was restored from, stays; an erasure removes it.`
  );
}
