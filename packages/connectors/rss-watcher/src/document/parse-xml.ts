import { MalformedError, parseAtomFeed, parseRdfFeed, parseRssFeed } from 'feedsmith';
import type { EntryCollector } from './entry-collector.ts';
import type { FeedRoot } from './feed-elements.ts';
import type { FeedEntry, FeedHead, HeadOutcome } from './feed-entry.ts';
import { atomEntry, atomHead } from './map-atom.ts';
import { rdfEntry, rdfHead, rssEntry, rssHead } from './map-rss.ts';
import { type TidyOutcome, tidyFeedXml } from './tidy-feed-xml.ts';

const WEB_PAGE = 'The address shows a web page, not a feed.';

/** Reads RSS, RDF and Atom; the entries go to `collector`. */
export function parseXml(text: string, collector: EntryCollector): HeadOutcome {
  let head: FeedHead | undefined;
  let outcome: TidyOutcome;
  try {
    outcome = tidyFeedXml(text, (root, xml) => {
      const part = parsePart(root, xml);
      for (const entry of part?.entries ?? []) collector.add(entry);
      if (part && (!head || part.head.title)) head = part.head;
    });
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    const detail = error.cause instanceof Error ? error.cause.message : error.message;
    return { ok: false, retry: false, reason: `The feed is not readable XML: ${detail.slice(0, 200)}.` };
  }
  switch (outcome.kind) {
    case 'html':
      return { ok: false, retry: false, reason: WEB_PAGE, isHtml: true };
    case 'too-deep':
      return { ok: false, retry: false, reason: 'The feed nests elements too deep to be read.' };
    case 'no-feed':
      return { ok: false, retry: false, reason: noFeed(outcome.firstElement) };
    case 'feed': {
      if (!outcome.complete) {
        return { ok: false, retry: true, reason: 'The feed breaks off in the middle: it was not sent whole.' };
      }
      const format = outcome.root === 'feed' ? 'atom' : outcome.root;
      const { bases, unread } = outcome;
      return { ok: true, unread, head: { ...(head ?? { format, authors: [] }), bases } };
    }
    default:
      return outcome satisfies never;
  }
}

function parsePart(root: FeedRoot, xml: string): { head: FeedHead; entries: FeedEntry[] } | null {
  try {
    switch (root) {
      case 'rss': {
        const feed = parseRssFeed(xml);
        return { head: rssHead(feed), entries: (feed.items ?? []).map(rssEntry) };
      }
      case 'rdf': {
        const feed = parseRdfFeed(xml);
        return { head: rdfHead(feed), entries: (feed.items ?? []).map(rdfEntry) };
      }
      case 'feed': {
        const feed = parseAtomFeed(xml);
        return { head: atomHead(feed), entries: (feed.entries ?? []).map(atomEntry) };
      }
      default:
        return root satisfies never;
    }
  } catch (error) {
    if (error instanceof MalformedError) throw error;
    // The parser's word for a part that holds nothing it knows, such as a feed without a title or entries.
    return null;
  }
}

function noFeed(firstElement: string | undefined): string {
  if (!firstElement) return 'The address answers with plain text, not with a feed. Use the address of a feed.';
  const hint = firstElement === 'opml' ? ' That is a list of feeds: use one of the addresses in it.' : '';
  return `The document is <${firstElement.slice(0, 60)}>, not a feed (RSS, Atom or JSON Feed).${hint}`;
}
