import { entryKey } from '../document/entry-key.ts';
import type { FeedEntry, ParsedFeed } from '../document/feed-entry.ts';
import { cleanLine } from '../entry/clean-text.ts';
import { type Bookmark, type EntryContext, normalizeEntry } from '../entry/normalize-entry.ts';
import { sha256 } from '../entry/sha-256.ts';
import type { FeedCursor } from './feed-cursor.ts';

const MAX_ID_LENGTH = 1000;
/** 64 bits tell the entries of one feed apart. */
const HASH_LENGTH = 16;
const NO_ADDRESS = 'no-address';
const REFUSED = 'refused:';

/** One entry to be written. */
export interface PlannedWrite {
  source_id: string;
  bookmark: Bookmark;
  /** Where the entry stands in `seen`. */
  seenIndex: number;
}

export interface WritePlan {
  writes: PlannedWrite[];
  seen: FeedCursor['seen'];
  /** Entries without an address that were not so at the last poll. */
  skipped: number;
}

/** Decides which entries are new or changed since the last poll; the others are not written. */
export function planWrites(feed: ParsedFeed, before: FeedCursor, context: EntryContext): WritePlan {
  const known = new Map(before.seen);
  const plan: WritePlan = { writes: [], seen: [], skipped: 0 };
  for (const entry of feed.entries) {
    const source_id = sourceIdOf(entry);
    const id = shortHash(source_id);
    const bookmark = normalizeEntry(entry, context);
    const content = bookmark ? contentHash(bookmark) : NO_ADDRESS;
    const seenIndex = plan.seen.push([id, content]) - 1;
    if (known.get(id) === content) continue;
    if (bookmark) plan.writes.push({ source_id, bookmark, seenIndex });
    else plan.skipped += 1;
  }
  return plan;
}

/**
 * Notes in `seen` that the space refused a write, so that it is tried again at the next poll.
 * @returns whether this is the first time for this content.
 */
export function markRefused(plan: WritePlan, write: PlannedWrite, before: FeedCursor): boolean {
  const [id, content] = plan.seen[write.seenIndex] ?? ['', ''];
  plan.seen[write.seenIndex] = [id, `${REFUSED}${content}`];
  return !before.seen.some(([seenId, seenContent]) => seenId === id && seenContent === `${REFUSED}${content}`);
}

function sourceIdOf(entry: FeedEntry): string {
  const { value, said } = entryKey(entry);
  const id = cleanLine(value, Number.POSITIVE_INFINITY) ?? '';
  return said || id.length > MAX_ID_LENGTH || id === '' ? `sha256:${sha256(value)}` : id;
}

/** The feed's own title is left out: some change it with every poll, and that is no change of the entry. */
function contentHash({ source_title: _, ...content }: Bookmark): string {
  return shortHash(JSON.stringify(content));
}

function shortHash(text: string): string {
  return sha256(text).slice(0, HASH_LENGTH);
}
