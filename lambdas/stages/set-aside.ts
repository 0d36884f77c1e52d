// Items that the sweep could not read, kept in the memory of a warm environment: they stay due, and would stand before
// all others of their lane in every run.
import { SetUpError } from '../domain/failures.ts';
import { MINUTE_MS } from '../domain/time.ts';

/** Each makes a query longer by a key. Of more than these the rest take their turn in line, and in vain. */
const MOST_IDS = 1_000;

/** Then it is tried again: somebody may have mended the item. A deploy that can read it starts with an empty memory. */
const ASIDE_MS = 15 * MINUTE_MS;

const UNREADABLE = new Set(['LEDGER_SCHEMA_NEWER', 'LEDGER_ITEM_UNREADABLE']);

export function isUnreadable(error: unknown): boolean {
  return error instanceof SetUpError && UNREADABLE.has(error.code);
}

export class SetAside {
  readonly #untilMs = new Map<string, number>();

  add(assetId: string, nowMs: number): void {
    if (this.#untilMs.size < MOST_IDS) this.#untilMs.set(assetId, nowMs + ASIDE_MS);
  }

  /** Those that are still aside; the others are forgotten. */
  ids(nowMs: number): ReadonlySet<string> {
    for (const [id, untilMs] of this.#untilMs) if (untilMs <= nowMs) this.#untilMs.delete(id);
    return new Set(this.#untilMs.keys());
  }
}
