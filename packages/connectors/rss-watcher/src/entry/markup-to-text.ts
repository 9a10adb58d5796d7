import type { Markup } from '../document/feed-entry.ts';
import { htmlToPlainText } from './html-to-plain-text.ts';

const TAGS =
  'a|abbr|acronym|address|article|aside|audio|b|big|blockquote|br|center|cite|code|dd|del|dfn|div|dl|dt|em|embed|' +
  'figcaption|figure|font|footer|h[1-6]|header|hr|i|iframe|img|ins|kbd|li|main|mark|nav|object|ol|p|picture|pre|q|s|' +
  'samp|script|section|small|span|strike|strong|style|sub|sup|table|tbody|td|th|thead|time|tr|tt|u|ul|var|video|wbr';
const KNOWN_TAG = new RegExp(`</?(?:${TAGS})(?:\\s[^<>]*)?/?>|<!--`, 'i');
const ENTITY = /&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});/i;

/**
 * Plain text of a feed's markup. Where a format never says what its text is, text with a known HTML element or an
 * entity is HTML; `List<T>` is not.
 */
export function markupToText(markup: Markup | undefined): string | undefined {
  if (!markup) return undefined;
  const { kind, value } = markup;
  if (kind === 'text') return value;
  return kind === 'html' || KNOWN_TAG.test(value) || ENTITY.test(value) ? htmlToPlainText(value) : value;
}
