// Orders of erasure in memory, as the adapter keeps them on DynamoDB.
import type { ErasureFile, Erasures } from '../../lambdas/stages/ports.ts';

export function memoryErasures(): Erasures & { readonly files: ReadonlyMap<string, ErasureFile> } {
  const files = new Map<string, ErasureFile>();
  return {
    files,
    async put(file) {
      files.set(file.id, JSON.parse(JSON.stringify(file)));
    },
    async get(id) {
      return files.get(id);
    },
    async list({ cursor, limit }) {
      const keyOf = ({ ordered_at, id }: ErasureFile) => `${ordered_at}#${id}`;
      const rest = [...files.values()]
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
        .filter((file) => cursor === undefined || keyOf(file) > cursor);
      const page = rest.slice(0, limit);
      const last = rest.length > limit ? page.at(-1) : undefined;
      return { files: page, nextCursor: last ? keyOf(last) : null };
    },
  };
}
