import type { RdfFeed, RssFeed } from 'feedsmith';
import { parseDate } from '../entry/parse-date.ts';
import type { FeedEntry, FeedHead, Markup } from './feed-entry.ts';
import { mediaDescription, mediaImages } from './media-images.ts';

type RssItem = RssFeed.Item<string>;
type RdfItem = RdfFeed.Item<string>;

/** What RSS 0.91 to 2.0 say of the feed itself. */
export function rssHead(feed: RssFeed.Feed<string>): FeedHead {
  return {
    format: 'rss',
    title: unknown(feed.title ?? feed.dc?.titles?.[0]),
    bases: [],
    home: feed.link ?? linkOf(feed.atom?.links, 'alternate'),
    self: linkOf(feed.atom?.links, 'self'),
    authors: texts(feed.itunes?.author ?? feed.dc?.creators),
  };
}

/** What RSS 0.90 and 1.0 say of the feed itself. */
export function rdfHead(feed: RdfFeed.Feed<string>): FeedHead {
  return {
    format: 'rdf',
    title: unknown(feed.title ?? feed.dc?.titles?.[0]),
    bases: [],
    home: feed.link ?? linkOf(feed.atom?.links, 'alternate'),
    self: linkOf(feed.atom?.links, 'self'),
    authors: texts(feed.dc?.creators),
  };
}

/** An `<item>` of RSS 0.91 to 2.0. */
export function rssEntry(item: RssItem): FeedEntry {
  const { guid, enclosures = [], itunes } = item;
  const permalink = guid?.isPermaLink !== false && /^https?:/i.test(guid?.value ?? '') ? guid?.value : undefined;
  const pictures = enclosures.filter(({ type }) => type?.startsWith('image/'));
  return {
    ...common(item),
    id: guid?.value ?? item.atom?.id,
    links: texts([
      item.link,
      linkOf(item.atom?.links, 'alternate'),
      permalink,
      ...enclosures.map(({ url }) => url),
      ...(item.media?.contents ?? []).map(({ url }) => url),
    ]),
    title: unknown(item.title ?? itunes?.title ?? item.dc?.titles?.[0] ?? item.media?.title?.value),
    summary: unknown(
      item.description ??
        itunes?.summary ??
        itunes?.subtitle ??
        item.dc?.descriptions?.[0] ??
        mediaDescription(item.media),
    ),
    authors: texts(
      item.authors?.length
        ? item.authors.map(({ name, email }) => name ?? email)
        : (item.dc?.creators ?? itunes?.author),
    ),
    published: firstDate([item.pubDate, ...datesOf(item)]),
    images: texts([...mediaImages(item.media), itunes?.image, ...pictures.map(({ url }) => url)]),
  };
}

/** An `<item>` of RSS 0.90 and 1.0. */
export function rdfEntry(item: RdfItem): FeedEntry {
  return {
    ...common(item),
    id: item.rdf?.about,
    links: texts([item.link, linkOf(item.atom?.links, 'alternate'), item.rdf?.about]),
    title: unknown(item.title ?? item.dc?.titles?.[0]),
    summary: unknown(item.description ?? item.dc?.descriptions?.[0] ?? mediaDescription(item.media)),
    authors: texts(item.dc?.creators),
    published: firstDate(datesOf(item)),
    images: mediaImages(item.media),
  };
}

function common(item: RssItem | RdfItem): Pick<FeedEntry, 'base' | 'content'> {
  return { base: item.xml?.base, content: unknown(item.content?.encoded ?? item.atom?.content?.value) };
}

function datesOf(item: RssItem | RdfItem): (string | undefined)[] {
  const { dc, dcterms, atom } = item;
  return [
    ...(dc?.dates ?? []),
    ...(dcterms?.issued ?? []),
    ...(dcterms?.created ?? []),
    atom?.published,
    atom?.updated,
    ...(dcterms?.modified ?? []),
  ];
}

function linkOf(links: { href?: string; rel?: string }[] | undefined, rel: string): string | undefined {
  return links?.find((link) => (link.rel ?? 'alternate') === rel)?.href;
}

function unknown(value: string | undefined): Markup | undefined {
  return value === undefined ? undefined : { value, kind: 'unknown' };
}

/** @returns the first that is a date; feeds repeat dates in several vocabularies, some of them broken. */
function firstDate(candidates: readonly (string | undefined)[]): string | undefined {
  for (const candidate of candidates) {
    const date = parseDate(candidate);
    if (date) return date;
  }
  return undefined;
}

function texts(values: string | readonly (string | undefined)[] | undefined): string[] {
  const list = typeof values === 'string' ? [values] : (values ?? []);
  return list.filter((value) => value !== undefined);
}
