import { readFileSync } from 'node:fs';
import { type Bookmark, decodeFeed, normalizeEntry, type ParsedFeed, parseFeed } from '../../src/index.ts';

export const DOCUMENT_URL = 'https://feeds.example/document.xml';

export function fixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url)));
}

/** Reads a document as a poll does. @throws when it is no feed. */
export function readFeed(document: string | Uint8Array, contentType: string | null = null): ParsedFeed {
  const text = typeof document === 'string' ? document : decodeFeed(document, contentType);
  const outcome = parseFeed(text, { url: DOCUMENT_URL, maxEntries: 5000 });
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.feed;
}

/** The bookmarks of a document; null for an entry without an address; members that are undefined left out. */
export function bookmarksOf(document: string | Uint8Array, contentType: string | null = null): (Bookmark | null)[] {
  const feed = readFeed(document, contentType);
  const context = { head: feed, documentUrl: DOCUMENT_URL, feedUrl: DOCUMENT_URL };
  return feed.entries.map((entry) => JSON.parse(JSON.stringify(normalizeEntry(entry, context))));
}

/** An RSS 2.0 feed with these items. */
export function anRssFeed(
  items: string,
  channel = '<title>Test feed</title><link>https://site.example/</link>',
): string {
  return `<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>${channel}${items}</channel></rss>`;
}

/** `count` items with ids, the newest first. */
export function someItems(count: number, title = 'Entry'): string {
  return Array.from({ length: count }, (_, index) =>
    anItem({ id: `id-${index}`, title: `${title} ${index}`, index }),
  ).join('');
}

export function anItem({ id, title, index = 0 }: { id: string; title: string; index?: number }): string {
  const published = new Date(Date.UTC(2026, 0, 31) - index * 3_600_000).toUTCString();
  return `<item><guid isPermaLink="false">${id}</guid><title>${title}</title><link>https://site.example/${id}</link><pubDate>${published}</pubDate></item>`;
}
