import type { Opened } from '../delivery/read-opened.ts';
import type { BookmarkInput } from '../manifest.ts';
import { cleanLine, cleanText } from './clean-text.ts';

const MAX_LINE_LENGTH = 500;
/** GitHub takes 65,536 characters; more than that it has not sent. */
const MAX_BODY_LENGTH = 100_000;
const MAX_URL_LENGTH = 4000;
/** ISO 8601 with a zone, as GitHub writes times. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

export type Bookmark = { ok: true; item: BookmarkInput } | { ok: false; reason: string };

/**
 * Turns what was opened into a bookmark. A field that GitHub left empty is null, which empties it in the item as well.
 * @param options.receivedAtMs milliseconds since the epoch; a time that lies after it is not when the item happened.
 * @returns a refusal when there is no web address to keep.
 */
export function toBookmark(opened: Opened, { receivedAtMs }: { receivedAtMs: number }): Bookmark {
  const { kind, repo, number } = opened;
  const url = webAddress(opened.htmlUrl);
  if (url === null) return { ok: false, reason: `${kind} ${number} of ${repo} has no web address in html_url` };
  const published_at = timeOf(opened.createdAt);
  const isPast = published_at !== null && Date.parse(published_at) <= receivedAtMs;
  const item: BookmarkInput = {
    type: 'core.bookmark',
    source_id: `${repo}/${kind}/${number}`,
    tier: 'feed',
    ...(isPast ? { timestamp: published_at } : {}),
    properties: {
      url,
      title: cleanLine(`${repo}#${number} ${opened.title ?? ''}`, MAX_LINE_LENGTH),
      body: cleanText(opened.body, MAX_BODY_LENGTH),
      author: cleanLine(opened.author, MAX_LINE_LENGTH),
      published_at,
    },
  };
  return { ok: true, item };
}

/** Nothing but http and https, so that no `javascript:` link reaches a page that shows it. */
function webAddress(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const { protocol, href } = new URL(value);
  return (protocol === 'https:' || protocol === 'http:') && href.length <= MAX_URL_LENGTH ? href : null;
}

function timeOf(text: string | null): string | null {
  if (text === null || !TIME.test(text)) return null;
  const time = new Date(text);
  // An offset may push the year 9999 over its end, where ISO 8601 needs a sign.
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9999 ? null : time.toISOString();
}
