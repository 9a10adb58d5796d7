export { decodeFeed } from './document/decode-feed.ts';
export type { FeedEntry, FeedHead, FeedOutcome, Markup, ParsedFeed } from './document/feed-entry.ts';
export { type ParseOptions, parseFeed } from './document/parse-feed.ts';
export { type Bookmark, type EntryContext, normalizeEntry } from './entry/normalize-entry.ts';
export { parseDate } from './entry/parse-date.ts';
export { connector } from './handlers.ts';
export { INTEGRATION_NAME, manifest } from './manifest.ts';
export { type PollOptions, pollFeed } from './poll-feed.ts';
export type { RssContext } from './state/write-entries.ts';
