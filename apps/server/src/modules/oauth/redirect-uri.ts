const MAX_LENGTH = 2048;
/** Schemes that a browser acts on itself: a code sent there would run, show or load something. */
const BROWSER_SCHEMES =
  /^(?:javascript|data|file|blob|about|vbscript|view-source|filesystem|ws|wss|ftp|mailto|tel|sms|intent|chrome|chrome-extension|moz-extension|http|https):$/;
const HOST = /^(?:[a-z0-9_.-]+|\[[0-9a-f:]+\])$/;
const SCHEME = /^[a-z][a-z0-9+.-]*:/;

/**
 * Says what keeps an address from being a client's redirect: https anywhere, http on loopback, or a private-use scheme
 * (RFC 8252 sections 7.1 to 7.3). No user name, no fragment, no wildcard.
 * @returns null when nothing does.
 */
export function redirectUriFault(uri: string): string | null {
  if (uri.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  // What stands in an address is what is compared, byte by byte: it must have one reading.
  if (/[^\x21-\x7e]/.test(uri) || /[\\"<>^`{|}]/.test(uri)) return 'must be written in the characters of RFC 3986';
  if (!URL.canParse(uri)) return 'is not an absolute address';
  const url = new URL(uri);
  if (!SCHEME.test(uri)) return 'must begin with a scheme in lower case';
  if (uri.includes('#')) return 'must not have a fragment';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name';
  if (url.protocol === 'https:') {
    if (!uri.startsWith('https://')) return 'must begin with https://';
    if (url.hostname.includes('*')) return 'must not have a wildcard in its host';
    // The host is shown to the person who is asked: nothing in it may look like something else.
    return HOST.test(url.hostname) ? null : 'must have a host of letters, digits, hyphens and dots';
  }
  if (url.protocol === 'http:') {
    return isLoopback(url.hostname) && uri.startsWith('http://')
      ? null
      : 'must be https, or http on 127.0.0.1, [::1] or localhost';
  }
  return BROWSER_SCHEMES.test(url.protocol) ? `must not use the scheme ${url.protocol}` : null;
}

/**
 * @returns whether an address that a request names is one that was registered: the same characters; of http on loopback
 * the port may differ, since a native app takes one that is free (RFC 9700 section 4.1.3, RFC 8252 section 7.3).
 */
export function isRegisteredRedirect(registered: readonly string[], asked: string): boolean {
  if (registered.includes(asked)) return true;
  const portless = withoutLoopbackPort(asked);
  return portless !== null && registered.some((uri) => withoutLoopbackPort(uri) === portless);
}

/** `http://127.0.0.1:8123/cb` without its port; null for what is not http on loopback or has more than an authority. */
function withoutLoopbackPort(uri: string): string | null {
  const parts = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::(\d{1,5}))?([/?].*)?$/.exec(uri);
  if (!parts || redirectUriFault(uri) !== null) return null;
  return `http://${parts[1]}${parts[3] ?? ''}`;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname === '127.0.0.1';
}

/** Where an address leads, as a person is told: its origin, or the scheme by which a program is called. */
export function placeOf(redirectUri: string): string {
  const url = new URL(redirectUri);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.origin : url.protocol;
}
