import ipaddr from 'ipaddr.js';
import { EgressRefusedError } from '../errors/egress-refused-error.ts';
import { classifyAddress } from './classify-address.ts';
import type { OutboundAllow } from './parse-outbound-allow.ts';

/** Names that stand for the machine itself, whatever a resolver says of them. */
const OWN_NAMES = /^(?:.+\.)?(?:localhost|localhost\.localdomain|localhost6|ip6-localhost|ip6-loopback)$/;

export interface EgressPolicy {
  /**
   * Judges a URL before anything is looked up.
   * @throws EgressRefusedError.
   */
  assertUrl(url: URL): void;
  /**
   * Judges an address just before it is dialled.
   * @param target.host the host as in the URL.
   * @throws EgressRefusedError.
   */
  assertAddress(address: string, target: { host: string; port: number }): void;
  /** @returns whether the operator named the place that a URL points to, as a name or as an address. */
  isAllowed(url: URL): boolean;
}

/** The platform's egress rules: http and https, no user names in URLs, and public addresses or allowed places only. */
export function createEgressPolicy(allow: OutboundAllow): EgressPolicy {
  const allowsName = (host: string, port: number) =>
    allow.some((entry) => entry.kind === 'name' && entry.name === plainName(host) && fits(entry.port, port));
  const allowsAddress = (address: string, port: number) =>
    allow.some((entry) => entry.kind === 'network' && fits(entry.port, port) && within(address, entry.network));

  function assertAddress(address: string, target: { host: string; port: number }): void {
    const kind = classifyAddress(address);
    if (kind === 'public' || allowsAddress(address, target.port) || allowsName(target.host, target.port)) return;
    throw new EgressRefusedError('address', target.host, `it stands for an address that is not public (${kind})`);
  }

  return {
    assertAddress,
    isAllowed(url) {
      const literal = literalOf(url.hostname);
      return literal === null ? allowsName(url.hostname, portOf(url)) : allowsAddress(literal, portOf(url));
    },
    assertUrl(url) {
      const host = url.hostname;
      if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        throw new EgressRefusedError('scheme', host || url.protocol, 'only http and https URLs are fetched');
      }
      if (url.username !== '' || url.password !== '') {
        throw new EgressRefusedError('credentials', host, 'a URL with a user name or password is not fetched');
      }
      const port = portOf(url);
      const literal = literalOf(host);
      if (literal !== null) return assertAddress(literal, { host, port });
      if (OWN_NAMES.test(plainName(host)) && !allowsName(host, port)) {
        throw new EgressRefusedError('name', host, 'the name stands for this machine itself');
      }
    },
  };
}

/** @returns the port that a request to this URL dials. */
function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/** @returns the address that a URL's host spells out, without brackets; null for a name. */
function literalOf(host: string): string | null {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  return ipaddr.isValid(bare) ? bare : null;
}

function plainName(host: string): string {
  return host.toLowerCase().replace(/\.+$/, '');
}

function fits(allowed: number | null, port: number): boolean {
  return allowed === null || allowed === port;
}

function within(address: string, [range, bits]: ReturnType<typeof ipaddr.parseCIDR>): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  return parsed.kind() === range.kind() && parsed.match(range, bits);
}
