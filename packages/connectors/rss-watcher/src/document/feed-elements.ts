/** The root elements that feeds have, by local name in lower case. */
export type FeedRoot = 'rss' | 'feed' | 'rdf';

/** Local name of the entries under each root. */
export const ENTRY_NAME: Record<FeedRoot, string> = { rss: 'item', rdf: 'item', feed: 'entry' };

const LONG = 200_000;
const LINE = 8_000;
const PERSON = 1_000;

/**
 * What the connector reads of an entry, by local name, with the most characters of text that may stand in it. Names of
 * persons are short because the parser's reading of `Name (mail)` takes time with the square of their length.
 */
const ENTRY_ELEMENTS: ReadonlyMap<string, number> = new Map([
  ['author', PERSON],
  ['contributor', PERSON],
  ['creator', PERSON],
  ['content', LONG],
  ['description', LONG],
  ['encoded', LONG],
  ['subtitle', LONG],
  ['summary', LONG],
  ['title', LINE],
  ['created', PERSON],
  ['date', PERSON],
  ['issued', PERSON],
  ['modified', PERSON],
  ['pubdate', PERSON],
  ['published', PERSON],
  ['updated', PERSON],
  ['enclosure', LINE],
  ['group', LONG],
  ['guid', LINE],
  ['id', LINE],
  ['image', LINE],
  ['link', LINE],
  ['source', LINE],
  ['thumbnail', LINE],
]);

/** The same for what stands beside the entries. */
const HEAD_ELEMENTS: ReadonlyMap<string, number> = new Map([
  ['author', PERSON],
  ['creator', PERSON],
  ['id', LINE],
  ['link', LINE],
  ['title', LINE],
]);

/** @returns how much text is kept of an element of an entry or of the head; undefined when the element is not read. */
export function textLimit(place: 'entry' | 'head', localName: string): number | undefined {
  return (place === 'entry' ? ENTRY_ELEMENTS : HEAD_ELEMENTS).get(localName);
}

/** @returns the name behind the prefix. */
export function localNameOf(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

export function feedRootOf(localName: string): FeedRoot | undefined {
  return localName === 'rss' || localName === 'feed' || localName === 'rdf' ? localName : undefined;
}
