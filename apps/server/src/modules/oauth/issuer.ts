import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/** Tells under which name a request knows this server; it is the issuer of what it gets. */
export type IssuerOf = (headers: IncomingHttpHeaders) => string;

/**
 * The issuer is the server's own address, without a path: discovery documents lie at its root, and a client holds the one
 * against the other (RFC 8414 section 3.3). On loopback, where nothing is configured, it is the name the client uses.
 * @param baseUrl the configured address, if there is one.
 */
export function createIssuerOf(baseUrl: string | undefined, localUrl: () => string): IssuerOf {
  return ({ host }) => {
    if (baseUrl !== undefined) return baseUrl;
    return host !== undefined && LOOPBACK_HOST.test(host) ? `http://${host.toLowerCase()}` : localUrl();
  };
}

/** @returns whether a `resource` (RFC 8707) names this server; tokens are good for all of it anyway. */
export function isOwnResource(resource: string, issuer: string): boolean {
  if (!URL.canParse(resource)) return false;
  const url = new URL(resource);
  return url.origin === new URL(issuer).origin && url.hash === '';
}
