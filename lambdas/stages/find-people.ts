// The videos of a person, by pages: what a creator made, then what a user asked to delete. By indexes of the ledger alone.
import { PermanentError, SetUpError } from '../domain/failures.ts';
import type { AssetRecord } from '../domain/record.ts';
import type { Ledger } from './ports.ts';

/** In the order in which they are listed. */
const FIELDS = ['creator_id', 'deleted_by_user_id'] as const;
export type PersonField = (typeof FIELDS)[number];

export interface OfPerson {
  readonly field: PersonField;
  readonly record: AssetRecord;
}

export interface PeoplePage {
  /** The newest of each field first. */
  readonly found: readonly OfPerson[];
  readonly nextCursor: string | null;
  /** Fields whose index the table does not have yet. */
  readonly notSearched: readonly PersonField[];
}

interface Place {
  readonly field: PersonField;
  /** Cursor of the ledger's own list. */
  readonly after?: string;
}

const PAGE = 25;
/** Pages of the ledger in one call: what a person made and deleted is not listed twice, and a page may be all of that. */
const MOST_LOOKS = 8;

/** Throws PermanentError INVALID_CURSOR. A page may be short, or empty, although more follow. */
export async function videosOf(ledger: Ledger, id: string, cursor: string | undefined): Promise<PeoplePage> {
  let place: Place | undefined = cursor === undefined ? { field: FIELDS[0] } : decode(cursor);
  const found: OfPerson[] = [];
  const notSearched: PersonField[] = [];
  for (let looks = 0; place && looks < MOST_LOOKS && found.length < PAGE; looks += 1) {
    const { field, after }: Place = place;
    const page = await pageOf(ledger, { person: { field, id }, cursor: after, limit: PAGE - found.length });
    if (page === 'no index') notSearched.push(field);
    else
      found.push(
        ...page.records.filter((each) => isNew(each, field, id)).map((record) => ({ field, record })),
      );
    const next = page === 'no index' ? null : page.nextCursor;
    place = next === null ? behind(field) : { field, after: next };
  }
  return { found, nextCursor: place ? encode(place) : null, notSearched };
}

/** A table that is being given its index answers by the other ones meanwhile. */
async function pageOf(ledger: Ledger, query: Parameters<Ledger['list']>[0]) {
  try {
    return await ledger.list(query);
  } catch (error) {
    if (error instanceof SetUpError && error.code === 'LEDGER_INDEX_MISSING') return 'no index';
    throw error;
  }
}

function isNew({ creator_id }: AssetRecord, field: PersonField, id: string): boolean {
  return field === 'creator_id' || creator_id !== id;
}

function behind(field: PersonField): Place | undefined {
  const next = FIELDS[FIELDS.indexOf(field) + 1];
  return next && { field: next };
}

function encode({ field, after }: Place): string {
  return `${field}.${after ?? ''}`;
}

function decode(text: string): Place {
  const field = FIELDS.find((each) => text.startsWith(`${each}.`));
  if (!field) throw invalidCursor();
  return { field, after: text.slice(field.length + 1) || undefined };
}

export function invalidCursor(): PermanentError {
  return new PermanentError('INVALID_CURSOR', 'The cursor is not one that this search has given.', {
    action: 'Search again without a cursor, for the same text.',
  });
}
