// Keeps the state in one JSON file, replaced as a whole by a rename, so that a crash leaves the old one or the new one.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { State } from './model.ts';

const DEBOUNCE_MS = 100;

export class Store {
  readonly state: State;
  readonly #path: string;
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(path: string, state: State) {
    this.#path = path;
    this.state = state;
  }

  static async open(dataDir: string): Promise<Store> {
    await mkdir(dataDir, { recursive: true });
    const path = join(dataDir, 'state.json');
    return new Store(path, { ...EMPTY(), ...(await readState(path)) });
  }

  /** Resolves when everything that was changed before the call is on disk; calls made during a write share the next one. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#writing) {
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
      });
      return this.#writing;
    }
    this.#next ??= this.#writing.then(() => {
      this.#next = undefined;
      return this.flush();
    });
    return this.#next;
  }

  /** Writes soon. */
  touch(): void {
    this.#timer ??= setTimeout(() => void this.flush(), DEBOUNCE_MS);
  }

  async #write(): Promise<void> {
    await writeFile(`${this.#path}.new`, JSON.stringify(this.state));
    await rename(`${this.#path}.new`, this.#path);
  }
}

/** What a file from before some part of the state lacks is empty. */
const EMPTY = (): State => ({ assets: {}, webhooks: [], deleted: {}, jobs: {} });

async function readState(path: string): Promise<Partial<State> | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
