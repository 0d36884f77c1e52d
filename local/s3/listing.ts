// Paging through keys in S3's order, with prefix and delimiter: the loop that all listings share.
import type { Call } from './call.ts';
import { S3Error } from './errors.ts';
import { toBytes } from './key-paths.ts';

export interface PageQuery {
  readonly prefix: string;
  /** Empty: no grouping. */
  readonly delimiter: string;
  /** Keys after this one; a common prefix here means after the whole group. Empty: from the beginning. */
  readonly after: string;
  readonly maxKeys: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly commonPrefixes: readonly string[];
  /** The last key or common prefix on this page when there is more. */
  readonly next: string | undefined;
}

/** `entriesOf` answers what a key contributes: nothing for one that is deleted, several for versions. */
export async function pageOf<T>(
  keys: readonly string[],
  query: PageQuery,
  entriesOf: (key: string) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const items: T[] = [];
  const commonPrefixes: string[] = [];
  let last = query.after;
  const isFolded = (group: string | undefined) =>
    group !== undefined && (group === query.after || group === commonPrefixes.at(-1));
  const entries = readAhead(keys, async (key) => (isFolded(groupOf(key, query)) ? [] : entriesOf(key)));
  for await (const [key, found] of entries) {
    const group = groupOf(key, query);
    if (isFolded(group)) continue;
    for (const entry of group === undefined ? found : found.slice(0, 1)) {
      if (query.maxKeys === 0) return { items, commonPrefixes, next: undefined };
      if (items.length + commonPrefixes.length === query.maxKeys)
        return { items, commonPrefixes, next: last };
      if (group === undefined) items.push(entry);
      else commonPrefixes.push(group);
      last = group ?? key;
    }
  }
  return { items, commonPrefixes, next: undefined };
}

const AHEAD = 32;

/** In order, some at once: a page is a thousand small reads, and the disk can do more than one. */
async function* readAhead<T>(
  keys: readonly string[],
  read: (key: string) => Promise<T>,
): AsyncGenerator<[string, T]> {
  for (let at = 0; at < keys.length; at += AHEAD) {
    const some = keys.slice(at, at + AHEAD);
    yield* await Promise.all(some.map(async (key): Promise<[string, T]> => [key, await read(key)]));
  }
}

function groupOf(key: string, query: PageQuery): string | undefined {
  if (query.delimiter === '') return undefined;
  const at = key.indexOf(query.delimiter, query.prefix.length);
  return at < 0 ? undefined : key.slice(0, at + query.delimiter.length);
}

/** In byte order, as S3 lists. */
export function isAfter(key: string, marker: string): boolean {
  return toBytes(key) > toBytes(marker);
}

/** `url` when the client asked for it: keys may hold what XML cannot. */
export function listingEncoding(call: Call): 'url' | undefined {
  const asked = call.request.query.get('encoding-type');
  if (asked === undefined || asked === 'url') return asked;
  throw new S3Error('InvalidArgument', { message: 'Invalid Encoding Method specified in Request' });
}

export function encodeListed(text: string, encoding: 'url' | undefined): string {
  return encoding === undefined ? text : encodeURIComponent(text).replaceAll('%2F', '/');
}
