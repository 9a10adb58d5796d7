import { createEntryCollector, type EntryCollector } from './entry-collector.ts';
import type { FeedOutcome, HeadOutcome } from './feed-entry.ts';
import { findFeedLinks } from './find-feed-links.ts';
import { parseJson } from './parse-json.ts';
import { parseXml } from './parse-xml.ts';

export interface ParseOptions {
  /** Where the document came from, for the links that a web page names. */
  url: string;
  /** How many entries to keep at most, the newest. */
  maxEntries: number;
}

/**
 * Reads a feed of any format: RSS 0.90 to 2.0, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1. The format is known by the
 * document alone; publishers' Content-Type headers are wrong too often.
 * @param text the decoded document.
 */
export function parseFeed(text: string, options: ParseOptions): FeedOutcome {
  if (text.trim() === '') return { ok: false, retry: true, reason: 'The feed is empty: the server sent no content.' };
  const collector = createEntryCollector(options.maxEntries);
  const outcome = parseEither(text, collector);
  if (outcome.ok) {
    const { entries, found } = collector.result();
    return { ok: true, feed: { ...outcome.head, entries, found: found + outcome.unread } };
  }
  const { retry, reason, isHtml } = outcome;
  const links = isHtml ? findFeedLinks(text, options.url) : [];
  const hint = links.length > 0 ? ` The page names this feed: ${links.join(' or ')}` : '';
  return { ok: false, retry, reason: `${reason}${hint}` };
}

function parseEither(text: string, collector: EntryCollector): HeadOutcome {
  const start = /\S/.exec(text)?.[0];
  return start === '{' || start === '[' ? parseJson(text, collector) : parseXml(text, collector);
}
