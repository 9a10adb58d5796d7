/** Text of a feed and what the feed says it is; `unknown` is for formats that never say. */
export interface Markup {
  value: string;
  kind: 'text' | 'html' | 'unknown';
}

/** One entry of a feed of any format, as the feed gives it: nothing resolved, cut or cleaned. */
export interface FeedEntry {
  /** The feed's own identifier: guid, id or rdf:about. */
  id?: string | undefined;
  /** Where the entry may be read, the best address first. */
  links: string[];
  /** The entry's own xml:base. */
  base?: string | undefined;
  title?: Markup | undefined;
  summary?: Markup | undefined;
  content?: Markup | undefined;
  authors: string[];
  /** ISO 8601 in UTC. */
  published?: string | undefined;
  /** Addresses of pictures, the best first. */
  images: string[];
}

/** What a feed says of itself. */
export interface FeedHead {
  format: 'rss' | 'atom' | 'rdf' | 'json';
  title?: Markup | undefined;
  /** xml:base of the root and of the channel, the outermost first. */
  bases: string[];
  /** The site that the feed belongs to. */
  home?: string | undefined;
  /** The address that the feed gives as its own. */
  self?: string | undefined;
  authors: string[];
}

export interface ParsedFeed extends FeedHead {
  /** At most the asked number of entries, the newest, in the order of the feed. */
  entries: FeedEntry[];
  /** How many different entries the feed holds. */
  found: number;
}

/** Why a document is no feed that can be taken. `retry` says whether asking again can help. */
export interface FeedFault {
  retry: boolean;
  reason: string;
}

export type FeedOutcome = { ok: true; feed: ParsedFeed } | ({ ok: false } & FeedFault);

/** What a parser of one format found beside the entries it gave to the collector; `unread` counts those it did not. */
export type HeadOutcome =
  | { ok: true; head: FeedHead; unread: number }
  | { ok: false; retry: boolean; reason: string; isHtml?: true };
