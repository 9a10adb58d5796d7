/**
 * Reads the address that a person typed: `feed:` links and addresses without a scheme are what browsers copy.
 * @returns an absolute http or https address; null when the text is none.
 */
export function feedAddress(typed: string): string | null {
  const text = typed.trim().replace(/^feed:(?:\/\/)?(?=https?:)/i, '');
  const withScheme = text.replace(/^(?:feed:)?\/\//i, 'https://');
  const candidate =
    /^[a-z][a-z0-9+.-]*:/i.test(withScheme) && !/^[^/]+:\d+(\/|$)/.test(withScheme)
      ? withScheme
      : `https://${withScheme}`;
  if (!URL.canParse(candidate)) return null;
  const url = new URL(candidate);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}
