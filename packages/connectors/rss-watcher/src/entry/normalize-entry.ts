import type { FeedEntry, FeedHead } from '../document/feed-entry.ts';
import { cleanLine, cleanText } from './clean-text.ts';
import { markupToText } from './markup-to-text.ts';
import { resolveLink } from './resolve-link.ts';

const MAX_LINE_LENGTH = 500;
const MAX_DESCRIPTION_LENGTH = 5_000;
const MAX_BODY_LENGTH = 100_000;

/** The properties of a `core.bookmark` that an entry becomes; absent ones are undefined. */
export interface Bookmark {
  url: string;
  title: string | undefined;
  description: string | undefined;
  body: string | undefined;
  author: string | undefined;
  published_at: string | undefined;
  image_url: string | undefined;
  source_url: string;
  source_title: string | undefined;
}

export interface EntryContext {
  head: FeedHead;
  /** Where the feed was read from; relative links of a feed without bases start here. */
  documentUrl: string;
  /** The address in the settings, which stays the same when the feed moves. */
  feedUrl: string;
}

/**
 * Turns an entry into a bookmark: links made absolute, HTML made text, everything cleaned and cut to size.
 * @returns null when the entry has no web address at all.
 */
export function normalizeEntry(entry: FeedEntry, context: EntryContext): Bookmark | null {
  const bases = basesOf(entry, context);
  const firstOf = (links: readonly string[]) => {
    for (const link of links) {
      const url = resolveLink(link, bases);
      if (url) return url;
    }
    return undefined;
  };
  const url = firstOf(entry.links);
  if (url === undefined) return null;
  const authors = entry.authors.length > 0 ? entry.authors : context.head.authors;
  return {
    url,
    title: cleanLine(markupToText(entry.title), MAX_LINE_LENGTH),
    ...textsOf(entry),
    author: cleanLine(authors.join(', '), MAX_LINE_LENGTH),
    published_at: entry.published,
    image_url: firstOf(entry.images),
    source_url: context.feedUrl,
    source_title: cleanLine(markupToText(context.head.title), MAX_LINE_LENGTH),
  };
}

function basesOf(entry: FeedEntry, { head, documentUrl }: EntryContext): (string | undefined)[] {
  if (head.bases.length > 0 || entry.base) return [documentUrl, ...head.bases, entry.base];
  return [documentUrl, head.home ?? head.self];
}

/** Formats without a content of its own put whole articles into the summary; those become the body. */
function textsOf(entry: FeedEntry): Pick<Bookmark, 'description' | 'body'> {
  const summary = markupToText(entry.summary);
  const description = cleanText(summary, MAX_DESCRIPTION_LENGTH);
  const content = markupToText(entry.content) || (description?.endsWith('…') ? summary : undefined);
  const body = cleanText(content, MAX_BODY_LENGTH);
  return { description, body: body === description ? undefined : body };
}
