// Texts in their order, as one partition of an index keeps its sort keys.

export interface SortedKeys {
  add(key: string): void;
  remove(key: string): void;
  countBefore(key: string): number;
  /** The first `most` of those before `key`. */
  before(key: string, most: number): readonly string[];
}

export function sortedKeys(): SortedKeys {
  const keys: string[] = [];

  function countBefore(key: string): number {
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    countBefore,
    add: (key) => void keys.splice(countBefore(key), 0, key),
    remove: (key) => {
      const at = countBefore(key);
      if (keys[at] === key) keys.splice(at, 1);
    },
    before: (key, most) => keys.slice(0, Math.max(0, Math.min(most, countBefore(key)))),
  };
}
