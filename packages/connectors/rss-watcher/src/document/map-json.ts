import type { JsonFeed } from 'feedsmith';
import { parseDate } from '../entry/parse-date.ts';
import type { FeedEntry, FeedHead, Markup } from './feed-entry.ts';

type JsonItem = JsonFeed.Item<string>;

/** What JSON Feed 1.0 and 1.1 say of the feed itself. */
export function jsonHead(feed: JsonFeed.Feed<string>): FeedHead {
  return {
    format: 'json',
    title: text(feed.title),
    bases: [],
    home: feed.home_page_url,
    self: feed.feed_url,
    authors: names(feed.authors),
  };
}

/** An item of JSON Feed 1.0 and 1.1. */
export function jsonEntry(item: JsonItem): FeedEntry {
  const attachments = item.attachments ?? [];
  const readable = /^https?:/i.test(item.id ?? '') ? item.id : undefined;
  const links = [item.url, item.external_url, readable, ...attachments.map(({ url }) => url)];
  const pictures = attachments.filter(({ mime_type }) => mime_type?.startsWith('image/'));
  const images = [item.image, item.banner_image, ...pictures.map(({ url }) => url)];
  return {
    id: item.id,
    links: links.filter((link) => link !== undefined),
    title: text(item.title),
    summary: text(item.summary),
    content: item.content_html === undefined ? text(item.content_text) : { value: item.content_html, kind: 'html' },
    authors: names(item.authors),
    published: parseDate(item.date_published) ?? parseDate(item.date_modified) ?? undefined,
    images: images.filter((image) => image !== undefined),
  };
}

function names(authors: JsonFeed.Feed<string>['authors']): string[] {
  return (authors ?? []).flatMap(({ name }) => name ?? []);
}

function text(value: string | undefined): Markup | undefined {
  return value === undefined ? undefined : { value, kind: 'text' };
}
