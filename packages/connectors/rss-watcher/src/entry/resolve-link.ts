const MAX_URL_LENGTH = 4000;

/**
 * Makes a link of a feed absolute.
 * @param bases what it may be relative to, the outermost first; each is resolved against the one before.
 * @returns the address; undefined when it is none, longer than 4,000 characters, or neither http nor https, so that
 *   no `javascript:` or `data:` link reaches a page that shows it.
 */
export function resolveLink(link: string | undefined, bases: readonly (string | undefined)[]): string | undefined {
  // Line breaks inside links come from pretty-printers; the URL parser drops them and tabs, spaces at the ends as well.
  const given = link?.trim() ?? '';
  if (given === '' || given.length > MAX_URL_LENGTH) return undefined;
  // Read literally `www.example.org/a` is a folder of the site; no publisher means that.
  const url = parse(/^www\.[^/]+\./i.test(given) ? `https://${given}` : given, baseOf(bases));
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  return url.href.length > MAX_URL_LENGTH ? undefined : url.href;
}

function baseOf(bases: readonly (string | undefined)[]): string | undefined {
  let current: string | undefined;
  for (const base of bases) {
    const next = base === undefined ? undefined : parse(base.trim(), current);
    if (next && (next.protocol === 'http:' || next.protocol === 'https:')) current = next.href;
  }
  return current;
}

function parse(link: string, base: string | undefined): URL | null {
  return URL.canParse(link, base) ? new URL(link, base) : null;
}
