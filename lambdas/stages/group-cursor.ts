// Where a walk through a group goes on, as text that callers hand back: read as what anybody may have written.
import { PermanentError } from '../domain/failures.ts';
import { STATUSES, type Status } from '../domain/record.ts';

export interface Place {
  readonly status: Status;
  /** Cursor of the ledger's own list, behind the last page. */
  readonly after?: string;
  /** When the walk began, ISO 8601 with milliseconds. */
  readonly begun: string;
}

/** The statuses come in the order of a record's life, so that what moves on meanwhile is met again at worst. */
export function nextPlace({ status, begun }: Place): Place | undefined {
  const next = STATUSES[STATUSES.indexOf(status) + 1];
  return next && { status: next, begun };
}

export function encodePlace(scope: string, { status, after, begun }: Place): string {
  return Buffer.from(JSON.stringify({ of: scope, status, after, begun })).toString('base64url');
}

/** Throws PermanentError INVALID_CURSOR unless it is one that a walk of this scope has given. */
export function decodePlace(scope: string, text: string): Place {
  const { of, status, after, begun } = fieldsOf(text);
  const known = STATUSES.find((each) => each === status);
  const isAfter = after === undefined || typeof after === 'string';
  if (of === scope && known && isAfter && typeof begun === 'string' && TIME.test(begun)) {
    return { status: known, after, begun };
  }
  throw new PermanentError('INVALID_CURSOR', 'The cursor is not one that this group and action have given.', {
    action: 'Start again without a cursor: what is done already stays done.',
  });
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
