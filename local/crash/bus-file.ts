// What the bus was told, read from the file that the embedded cloud keeps of it.
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { TRANSITION_EVENT } from '../../lambdas/contract/names.ts';

/** The part of a transition that the record's history shows too. */
export interface Told {
  readonly from: string | null;
  readonly to: string;
  readonly at: string;
}

interface Line {
  readonly 'detail-type': string;
  readonly detail: Told & { readonly asset_id: string };
}

export class BusFile {
  readonly #path: string;
  readonly #told = new Map<string, Told[]>();
  #offset = 0;
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** Every transition of the asset so far, some more than once, as they came. */
  toldOf(assetId: string): readonly Told[] {
    this.#readOn();
    return this.#told.get(assetId) ?? [];
  }

  #readOn(): void {
    if (!existsSync(this.#path)) return;
    const file = openSync(this.#path, 'r');
    const chunk = Buffer.allocUnsafe(1024 * 1024);
    const bytes: Buffer[] = [Buffer.from(this.#rest, 'latin1')];
    for (let size = readSync(file, chunk, 0, chunk.length, this.#offset); size > 0; ) {
      bytes.push(Buffer.from(chunk.subarray(0, size)));
      this.#offset += size;
      size = readSync(file, chunk, 0, chunk.length, this.#offset);
    }
    closeSync(file);
    const lines = Buffer.concat(bytes).toString('latin1').split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(JSON.parse(line) as Line);
  }

  #take({ 'detail-type': type, detail }: Line): void {
    if (type !== TRANSITION_EVENT.detailType) return;
    const { asset_id, from, to, at } = detail;
    this.#told.set(asset_id, [...(this.#told.get(asset_id) ?? []), { from, to, at }]);
  }
}
