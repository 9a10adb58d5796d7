import { entryKey } from '../document/entry-key.ts';
import type { FeedEntry, ParsedFeed } from '../document/feed-entry.ts';
import { cleanLine } from '../entry/clean-text.ts';
import { type Bookmark, type EntryContext, normalizeEntry } from '../entry/normalize-entry.ts';
import { resolveLink } from '../entry/resolve-link.ts';
import { sha256 } from '../entry/sha-256.ts';
import type { FeedCursor } from './feed-cursor.ts';

const MAX_ID_LENGTH = 1000;
/** 64 bits tell the entries of one feed apart. */
const HASH_LENGTH = 16;
/** Part of every hash: another number has each entry written again, as a change of how entries become bookmarks asks. */
const MAPPING_VERSION = 1;
const NO_ADDRESS = 'no-address:';
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

/**
 * Decides which entries are new or changed since the last poll. The others are not even made into bookmarks: turning
 * HTML into text is most of a poll's work, and many feeds differ at every poll in nothing but a date in their head.
 */
export function planWrites(feed: ParsedFeed, before: FeedCursor, context: EntryContext): WritePlan {
  const known = new Map(before.seen);
  const plan: WritePlan = { writes: [], seen: [], skipped: 0 };
  const frame = frameOf(context);
  for (const entry of feed.entries) {
    const source_id = sourceIdOf(entry);
    const id = shortHash(source_id);
    const content = shortHash(JSON.stringify([frame, entry]));
    const last = known.get(id);
    if (last === content || last === `${NO_ADDRESS}${content}`) {
      plan.seen.push([id, last]);
      continue;
    }
    const bookmark = normalizeEntry(entry, context);
    const seenIndex = plan.seen.push([id, bookmark ? content : `${NO_ADDRESS}${content}`]) - 1;
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

/**
 * What of the feed itself decides how its entries look. Not its title, which some change with every poll, nor the last
 * part of the address it came from, which is another one each time behind some redirects.
 */
function frameOf({ head, documentUrl, feedUrl }: EntryContext): unknown[] {
  const site = resolveLink(head.home ?? head.self ?? '.', [documentUrl, ...head.bases]);
  return [MAPPING_VERSION, feedUrl, site, head.bases, head.authors];
}

function sourceIdOf(entry: FeedEntry): string {
  const { value, said } = entryKey(entry);
  const id = cleanLine(value, Number.POSITIVE_INFINITY) ?? '';
  return said || id.length > MAX_ID_LENGTH || id === '' ? `sha256:${sha256(value)}` : id;
}

function shortHash(text: string): string {
  return sha256(text).slice(0, HASH_LENGTH);
}
