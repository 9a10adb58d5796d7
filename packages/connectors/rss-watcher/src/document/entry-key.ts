import type { FeedEntry } from './feed-entry.ts';

/**
 * What tells an entry from the others of its feed: its identifier, else its address, else what it says.
 * @returns `said` is true when only the words are left, which the caller should hash.
 */
export function entryKey(entry: FeedEntry): { value: string; said: boolean } {
  const named = entry.id?.trim() || entry.links[0]?.trim();
  if (named) return { value: named, said: false };
  const words = [entry.title?.value, entry.published, entry.summary?.value ?? entry.content?.value];
  return { value: JSON.stringify(words), said: true };
}
