/** Remembers what was made for a key, the most recently used ones alone. */
export interface Lru<T> {
  get(key: string): T;
}

/** @param size how many are kept. */
export function createLru<T>(size: number, make: (key: string) => T): Lru<T> {
  const kept = new Map<string, T>();
  let latest: { key: string; value: T } | null = null;
  return {
    get(key) {
      // One secret over and over is the common case; it need not move in the map each time.
      if (latest !== null && latest.key === key) return latest.value;
      const known = kept.get(key);
      const value = known ?? make(key);
      if (known !== undefined) kept.delete(key);
      kept.set(key, value);
      if (kept.size > size) for (const [oldest] of kept) if (kept.delete(oldest)) break;
      latest = { key, value };
      return value;
    },
  };
}
