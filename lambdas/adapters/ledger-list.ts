// How lists are paged without a scan: keys from one index partition after another, then the records themselves.
import * as z from 'zod';
import { TABLE } from '../contract/names.ts';
import { PermanentError } from '../domain/failures.ts';
import { type AssetRecord, STATUSES, type Status } from '../domain/record.ts';
import type { ListQuery } from '../stages/ports.ts';

/** A stretch of one index partition, both ends included. */
export interface Batch {
  readonly index: { readonly name: string; readonly partitionKey: string; readonly sortKey: string };
  readonly partition: string;
  readonly from: string;
  readonly to: string;
  /** From `to` down to `from`. */
  readonly isBackwards?: true;
}

export interface IndexKey {
  readonly assetId: string;
  readonly sortKey: string;
}

export interface ListSource {
  keys(batch: Batch, limit: number): Promise<{ readonly keys: readonly IndexKey[]; readonly more: boolean }>;
  /** In any order, without those that do not exist. */
  records(assetIds: readonly string[]): Promise<readonly AssetRecord[]>;
}

/** Where a list goes on: in which status, behind which sort key. */
interface Position {
  readonly status: Status | undefined;
  readonly after: string | undefined;
}

/** Without status and group the statuses are walked in the order of a record's life. Throws INVALID_CURSOR. */
export async function listPages(query: ListQuery, source: ListSource) {
  const records: AssetRecord[] = [];
  let position: Position | undefined =
    query.cursor === undefined ? startOf(query) : decode(query, query.cursor);
  while (position && records.length < query.limit) {
    const batch = batchOf(query, position);
    const { keys, more } = await source.keys(batch, query.limit - records.length);
    records.push(...(await currentRecords(query, position, keys, source)));
    const after = keys.at(-1)?.sortKey;
    position = more && after ? { ...position, after } : nextStatus(query, position);
  }
  return { records, nextCursor: position ? encode(query, position) : null };
}

/** An index lags behind its table, so each record is asked whether it still belongs here. */
async function currentRecords(
  query: ListQuery,
  { status }: Position,
  keys: readonly IndexKey[],
  source: ListSource,
) {
  const records = keys.length > 0 ? await source.records(keys.map((key) => key.assetId)) : [];
  const byId = new Map(records.map((record) => [record.asset_id, record]));
  return keys
    .map((key) => byId.get(key.assetId))
    .filter((record) => record !== undefined)
    .filter((record) => status === undefined || record.status === status)
    .filter((record) => query.groupId === undefined || record.group_id === query.groupId)
    .filter((record) => query.person === undefined || record[query.person.field] === query.person.id);
}

function startOf(query: ListQuery): Position {
  return { status: isWalk(query) ? STATUSES[0] : query.status, after: undefined };
}

function nextStatus(query: ListQuery, position: Position): Position | undefined {
  if (!isWalk(query) || position.status === undefined) return undefined;
  const status = STATUSES[STATUSES.indexOf(position.status) + 1];
  return status && { status, after: undefined };
}

function isWalk(query: ListQuery): boolean {
  return query.status === undefined && query.groupId === undefined && query.person === undefined;
}

/** Sort keys are printable ASCII: `!` sorts before all that may follow a prefix, `~` behind. */
function batchOf(query: ListQuery, { status, after }: Position): Batch {
  const { indexes } = TABLE;
  if (query.person) return batchOfPerson(query.person, after);
  if (query.groupId === undefined) {
    return { index: indexes.status, partition: status ?? STATUSES[0], from: `${after ?? ''}!`, to: '~' };
  }
  const prefix = status ? `${status}#` : '';
  return { index: indexes.group, partition: query.groupId, from: `${after ?? prefix}!`, to: `${prefix}~` };
}

function batchOfPerson({ field, id }: NonNullable<ListQuery['person']>, after: string | undefined): Batch {
  const index = field === 'creator_id' ? TABLE.indexes.creator : TABLE.indexes.user;
  return { index, partition: id, from: '!', to: after ? justBefore(after) : '~', isBackwards: true };
}

/** No key lies between this and `sortKey`: `~` is behind all that may follow the character before its last. */
function justBefore(sortKey: string): string {
  return `${sortKey.slice(0, -1)}${String.fromCharCode(sortKey.charCodeAt(sortKey.length - 1) - 1)}~`;
}

const CURSOR = z.strictObject({
  /** The query that the cursor belongs to. */
  of: z.string(),
  walk: z.enum(STATUSES).optional(),
  after: z
    .string()
    .regex(/^[!-}]{1,600}$/)
    .optional(),
});

function scopeOf(query: ListQuery): string {
  const { status = '', groupId = '', person } = query;
  return person ? `${person.field}#${person.id}` : `${status}#${groupId}`;
}

function encode(query: ListQuery, { status, after }: Position): string {
  const walk = isWalk(query) ? status : undefined;
  const cursor: z.infer<typeof CURSOR> = { of: scopeOf(query), walk, after };
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function decode(query: ListQuery, text: string): Position {
  const cursor = CURSOR.safeParse(parseJson(Buffer.from(text, 'base64url').toString())).data;
  if (cursor?.of !== scopeOf(query)) throw invalidCursor();
  const position = {
    status: isWalk(query) ? (cursor.walk ?? STATUSES[0]) : query.status,
    after: cursor.after,
  };
  const { from, to } = batchOf(query, position);
  // DynamoDB refuses a stretch that ends before it begins; only a forged cursor asks for one.
  if (from > to) throw invalidCursor();
  return position;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalidCursor();
  }
}

function invalidCursor(): PermanentError {
  return new PermanentError('INVALID_CURSOR', 'The cursor is not one this list has given.', {
    action: 'Start the list again without a cursor, with the same filters throughout.',
  });
}
