import type { AtomFeed } from 'feedsmith';
import { parseDate } from '../entry/parse-date.ts';
import type { FeedEntry, FeedHead, Markup } from './feed-entry.ts';
import { mediaDescription, mediaImages } from './media-images.ts';

type Entry = AtomFeed.Entry<string>;
type Link = NonNullable<Entry['links']>[number];

/** What Atom 0.3 and 1.0 say of the feed itself. */
export function atomHead(feed: AtomFeed.Feed<string>): FeedHead {
  return {
    format: 'atom',
    title: markup(feed.title, 'text'),
    bases: [],
    home: best(feed.links, 'alternate'),
    self: best(feed.links, 'self'),
    authors: names(feed.authors),
  };
}

/** An `<entry>` of Atom 0.3 and 1.0. */
export function atomEntry(entry: Entry): FeedEntry {
  const enclosures = (entry.links ?? []).filter(({ rel }) => rel === 'enclosure');
  const pictures = enclosures.filter(({ type }) => type?.startsWith('image/'));
  const readable = /^https?:/i.test(entry.id ?? '') ? entry.id : undefined;
  const links = [
    best(entry.links, 'alternate'),
    entry.content?.src,
    best(entry.links, 'via'),
    best(entry.links, 'related'),
    readable,
    ...enclosures.map(({ href }) => href),
    best(entry.links, 'self'),
  ];
  const described = mediaDescription(entry.media);
  return {
    id: entry.id,
    links: links.filter((link) => link !== undefined),
    base: entry.xml?.base,
    title: markup(entry.title, 'text'),
    summary: markup(entry.summary, 'unknown') ?? (described ? { value: described, kind: 'text' } : undefined),
    content: entry.content?.src ? undefined : markup(entry.content, 'unknown'),
    authors: authorsOf(entry),
    published: parseDate(entry.published) ?? parseDate(entry.dc?.dates?.[0]) ?? parseDate(entry.updated) ?? undefined,
    images: [...mediaImages(entry.media), ...pictures.flatMap(({ href }) => href ?? [])],
  };
}

/** An entry taken over from another feed keeps that feed's author, not this one's. */
function authorsOf(entry: Entry): string[] {
  const own = names(entry.authors);
  if (own.length > 0) return own;
  return entry.dc?.creators ?? names(entry.source?.authors);
}

function names(persons: AtomFeed.Feed<string>['authors']): string[] {
  return (persons ?? []).flatMap(({ name, email }) => name ?? email ?? []);
}

/** Of several links of a kind the web page is the one to open. */
function best(links: readonly Link[] | undefined, rel: string): string | undefined {
  const fitting = (links ?? []).filter((link) => (link.rel ?? 'alternate') === rel && link.href);
  return (fitting.find(({ type }) => type === undefined || /html/i.test(type)) ?? fitting[0])?.href;
}

/** @param unsaid what the text is when its type is not given: `text` by the letter, but contents rarely keep to it. */
function markup(text: { value?: string; type?: string } | undefined, unsaid: 'text' | 'unknown'): Markup | undefined {
  if (text?.value === undefined) return undefined;
  const type = text.type?.toLowerCase();
  if (type === undefined) return { value: text.value, kind: unsaid };
  if (type.includes('html')) return { value: text.value, kind: 'html' };
  // Other media types hold pictures in base64 or XML for programs; nobody reads those.
  return type === 'text' || type.startsWith('text/') ? { value: text.value, kind: 'text' } : undefined;
}
