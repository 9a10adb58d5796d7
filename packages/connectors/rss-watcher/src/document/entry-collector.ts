import { entryKey } from './entry-key.ts';
import type { FeedEntry } from './feed-entry.ts';

export interface EntryCollector {
  add(entry: FeedEntry): void;
  /** @returns the kept entries in the order of the feed, and how many different ones there were. */
  result(): { entries: FeedEntry[]; found: number };
}

interface Held {
  entry: FeedEntry;
  position: number;
}

/**
 * Keeps the newest `limit` entries of a feed of any length in bounded memory. Of two entries with one key the one that
 * was published later stays, else the first.
 */
export function createEntryCollector(limit: number): EntryCollector {
  let held = new Map<string, Held>();
  let dropped = 0;
  let position = 0;

  const prune = () => {
    const newest = [...held].sort(([, a], [, b]) => newestFirst(a, b));
    dropped += newest.length - limit;
    held = new Map(newest.slice(0, limit));
  };

  return {
    add(entry) {
      const key = entryKey(entry).value;
      const known = held.get(key);
      position += 1;
      if (!known) held.set(key, { entry, position });
      else if ((entry.published ?? '') > (known.entry.published ?? '')) known.entry = entry;
      if (held.size >= limit * 2) prune();
    },
    result() {
      if (held.size > limit) prune();
      const inOrder = [...held.values()].sort((a, b) => a.position - b.position);
      return { entries: inOrder.map(({ entry }) => entry), found: held.size + dropped };
    },
  };
}

/** Entries without a date stand behind those with one, in the order of the feed, where the newest come first. */
function newestFirst(a: Held, b: Held): number {
  const [left, right] = [a.entry.published ?? '', b.entry.published ?? ''];
  if (left === right) return a.position - b.position;
  return left < right ? 1 : -1;
}
