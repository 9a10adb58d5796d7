import { z } from 'zod';

/** Under which key the cursor is kept. */
export const CURSOR_KEY = 'main';

/**
 * How many entries that left the feed are still known. Entries in the feed are all known on top of that: were the list
 * cut to 500 in all, a feed of 1,000 would have half of its entries written again by every poll.
 */
const MAX_LEFT = 500;

/** What is remembered of a feed between polls: about 40 bytes an entry. */
const FeedCursorSchema = z.object({
  /** The address in the settings; with another one everything here is about another feed. */
  feed_url: z.string(),
  /** Where the feed has moved for good. */
  url: z.string().optional(),
  etag: z.string().optional(),
  last_modified: z.string().optional(),
  /** Hash of the last document, for servers without validators. */
  document: z.string().optional(),
  /** The feed has more entries than are taken, and the person was told. */
  crowded: z.boolean().optional(),
  /** Hash of each entry's id, and what was last done with it; the current feed first. */
  seen: z.array(z.tuple([z.string(), z.string()])),
});
export type FeedCursor = z.infer<typeof FeedCursorSchema>;

/** @returns the stored cursor if it is of this feed and readable, else an empty one. */
export function openCursor(stored: unknown, feedUrl: string): FeedCursor {
  const parsed = FeedCursorSchema.safeParse(stored);
  return parsed.success && parsed.data.feed_url === feedUrl ? parsed.data : { feed_url: feedUrl, seen: [] };
}

/** @returns the entries of the current feed, then the latest of those that left it. */
export function mergeSeen(current: FeedCursor['seen'], before: FeedCursor['seen']): FeedCursor['seen'] {
  const present = new Set(current.map(([id]) => id));
  return [...current, ...before.filter(([id]) => !present.has(id)).slice(0, MAX_LEFT)];
}
