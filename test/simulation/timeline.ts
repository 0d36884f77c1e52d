// Virtual time: events in order, each over, with all that follows from it at once, before the next begins. Nothing waits
// for a real clock, so a month of a video's life passes in milliseconds.
import { setImmediate } from 'node:timers/promises';

/** Whose event it is: those of an invocation that has ended are left out, and time does not move for them. */
export interface Owner {
  readonly isOver: boolean;
}

interface Event {
  readonly atMs: number;
  /** Of two events at the same time the one that was planned first comes first. */
  readonly order: number;
  readonly run: () => void;
  readonly owner: Owner | undefined;
}

export class Timeline {
  nowMs = Date.UTC(2026, 10, 1);
  /** Events that have been played. */
  played = 0;
  readonly #heap: Event[] = [];
  #planned = 0;

  /** Plans an event; one in the past happens now. */
  at(atMs: number, run: () => void, owner?: Owner): void {
    this.#planned += 1;
    push(this.#heap, { atMs: Math.max(Math.round(atMs), this.nowMs), order: this.#planned, run, owner });
  }

  after(ms: number, run: () => void, owner?: Owner): void {
    this.at(this.nowMs + ms, run, owner);
  }

  sleep(ms: number, owner?: Owner): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve, owner));
  }

  /** Plays events until `isOver`, or until there are none. */
  async play(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const next = pop(this.#heap);
      if (!next) return;
      if (next.owner?.isOver) continue;
      this.nowMs = next.atMs;
      this.played += 1;
      next.run();
      // Everything that follows by promises alone has happened once the loop comes round.
      await setImmediate();
    }
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** A binary heap: the children of `at` are at 2 at + 1 and 2 at + 2, and none is before its parent. */
function push(heap: Event[], event: Event): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (!above || isBefore(above, event)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const child = right && left && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1;
    const below = heap[child];
    if (!below || !isBefore(below, last)) break;
    heap[at] = below;
    at = child;
  }
  heap[at] = last;
  return first;
}
