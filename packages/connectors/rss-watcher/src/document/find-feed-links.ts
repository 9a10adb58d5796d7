import { Parser } from 'htmlparser2';
import { resolveLink } from '../entry/resolve-link.ts';

const FEED_TYPE = /^(application\/(rss\+xml|atom\+xml|rdf\+xml|feed\+json)|text\/(rss|atom)\+xml)\b/i;
/** Links to feeds stand in the head of a page. */
const MAX_HTML_LENGTH = 256 * 1024;
const MAX_LINKS = 5;

/**
 * Finds the feeds that a web page names in `<link rel="alternate">`.
 * @returns their absolute addresses, at most five.
 */
export function findFeedLinks(html: string, pageUrl: string): string[] {
  const found = new Set<string>();
  let base: string | undefined;
  const parser = new Parser({
    onopentag(name, { rel = '', type = '', href }) {
      if (name === 'base') base ??= href;
      if (name !== 'link' || !/(^|\s)alternate(\s|$)/i.test(rel) || !FEED_TYPE.test(type.trim())) return;
      const link = resolveLink(href, [pageUrl, base]);
      if (link) found.add(link);
      if (found.size === MAX_LINKS) parser.pause();
    },
    onopentagname(name) {
      if (name === 'body') parser.pause();
    },
  });
  parser.write(html.slice(0, MAX_HTML_LENGTH));
  return [...found];
}
