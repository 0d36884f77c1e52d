// A mutation: one mistake that somebody could make in the code under test, put in as the file is loaded. Nothing on disk
// changes. One whose text is not there exactly once is itself a mistake, and is said.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Mutation {
  /** What a person would say went wrong. */
  readonly name: string;
  /** From the top of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const ROOT = join(import.meta.dirname, '../..');

/** The file's text with the mistake in it. Throws an Error unless `find` occurs exactly once. */
export function mutated({ name, file, find, replace }: Mutation): string {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const occurrences = source.split(find).length - 1;
  if (occurrences !== 1) {
    throw new Error(
      `Mutation "${name}": its text is ${occurrences} times in ${file}; it must be there once.`,
    );
  }
  return source.replace(find, () => replace);
}

/** From now on this thread loads the file with the mistake. Call it before anything imports the file. */
export function applyMutation(mutation: Mutation): void {
  const url = pathToFileURL(join(ROOT, mutation.file)).href;
  const source = mutated(mutation);
  registerHooks({
    load: (wanted, context, next) => {
      const loaded = next(wanted, context);
      return wanted === url ? { ...loaded, source } : loaded;
    },
  });
}
