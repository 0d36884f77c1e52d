// Orders of erasure in memory, as the adapter keeps them on DynamoDB.
import { PermanentError } from '../../lambdas/domain/failures.ts';
import type { ErasureFile, Erasures } from '../../lambdas/stages/ports.ts';

export function memoryErasures(): Erasures & { readonly files: ReadonlyMap<string, ErasureFile> } {
  const files = new Map<string, ErasureFile>();
  /** The sort key behind each cursor that was given. */
  const cursors = new Map<string, string>();
  const keyOf = ({ ordered_at, id }: ErasureFile) => `${ordered_at}#${id}`;
  const cursorOf = (file: ErasureFile) => {
    const cursor = Buffer.from(keyOf(file)).toString('base64url');
    cursors.set(cursor, keyOf(file));
    return cursor;
  };

  return {
    files,
    async put(file) {
      // As a table keeps it: a copy, without the fields that are undefined.
      files.set(file.id, JSON.parse(JSON.stringify(file)));
    },
    async get(id) {
      return files.get(id);
    },
    async list({ cursor, limit }) {
      const after = cursor === undefined ? '' : cursors.get(cursor);
      if (after === undefined)
        throw new PermanentError('INVALID_CURSOR', 'Not one of this list.', { action: 'Start again.' });
      const rest = [...files.values()]
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
        .filter((file) => keyOf(file) > after);
      const page = rest.slice(0, limit);
      const last = rest.length > limit ? page.at(-1) : undefined;
      return { files: page, nextCursor: last ? cursorOf(last) : null };
    },
  };
}
