import { MarfaError } from '@withmarfa/shared';

/** Decides which addresses an upstream may send people back to. */
export interface RedirectAllowlist {
  /** @throws MarfaError `redirect_not_allowed` */
  assert(redirectUri: string): void;
}

/**
 * Compares after normalising: scheme and host in lower case, a default port and a slash at the end dropped. Query and
 * fragment are never allowed.
 * @param listed entries of `MARFA_OAUTH_REDIRECT_ALLOWLIST`, checked at the start.
 * @param options.allowLoopback whether an address of this machine passes unlisted, as it does outside production.
 */
export function createRedirectAllowlist(
  listed: readonly string[],
  { allowLoopback }: { allowLoopback: boolean },
): RedirectAllowlist {
  const allowed = new Set(listed.map(normalizeRedirect));
  return {
    assert(redirectUri) {
      const normalized = normalizeRedirect(redirectUri);
      if (normalized !== null && (allowed.has(normalized) || (allowLoopback && isLoopback(normalized)))) return;
      throw new MarfaError(
        'redirect_not_allowed',
        `The upstream may not send people back to ${redirectUri.slice(0, 200)}: the operator lists such addresses in MARFA_OAUTH_REDIRECT_ALLOWLIST.`,
        { details: { issues: [{ path: '$.redirect_uri', message: 'not in MARFA_OAUTH_REDIRECT_ALLOWLIST' }] } },
      );
    },
  };
}

/** @returns scheme, host and path of a redirect address in one spelling; null for what can be none. */
export function normalizeRedirect(text: string): string | null {
  // The URL parser drops blanks and control characters, and reads backslashes as slashes: what is compared is what was sent.
  if (/[\s\\\p{Cc}]/u.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  if (url.username !== '' || url.password !== '' || text.includes('?') || text.includes('#')) return null;
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function isLoopback(normalized: string): boolean {
  const { hostname } = new URL(normalized);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
