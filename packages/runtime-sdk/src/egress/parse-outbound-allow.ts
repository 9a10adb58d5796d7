import { MarfaError } from '@withmarfa/shared';
import ipaddr from 'ipaddr.js';

type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** One entry of the outbound allow-list; without a port, every port. */
export type OutboundAllowEntry = { port: number | null } & (
  | { kind: 'name'; name: string }
  | { kind: 'network'; network: Network }
);

/** Places that connectors may reach although their address is not public. */
export type OutboundAllow = readonly OutboundAllowEntry[];

const NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;

/**
 * Reads an outbound allow-list.
 * @param text entries set apart by commas: host names, addresses or CIDR ranges, names and addresses with a port if
 *   wanted: `nas.home, 10.0.0.5:8080, 192.168.1.0/24, [fd00::1]:8080`. A name lets through whatever it resolves to.
 * @throws MarfaError `validation_error` naming the first entry that makes no sense.
 */
export function parseOutboundAllow(text: string | undefined): OutboundAllow {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry);
}

function parseEntry(entry: string): OutboundAllowEntry {
  const parsed = readEntry(entry);
  if (parsed) return parsed;
  throw new MarfaError(
    'validation_error',
    `"${entry}" is no entry of an outbound allow-list; expected a host, host:port, an address or a range such as 192.168.1.0/24.`,
  );
}

function readEntry(entry: string): OutboundAllowEntry | null {
  if (isDottedOrIPv6Range(entry)) return { kind: 'network', network: ipaddr.parseCIDR(entry), port: null };
  if (ipaddr.IPv6.isValid(entry)) return { kind: 'network', network: [ipaddr.IPv6.parse(entry), 128], port: null };
  const withPort = /^(\[[0-9a-fA-F:.]+\]|[^:[\]/]+)(?::(\d{1,5}))?$/.exec(entry);
  if (!withPort) return null;
  const [, host = '', portText] = withPort;
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && (port === 0 || port > 65_535)) return null;
  if (host.startsWith('[')) {
    const inner = host.slice(1, -1);
    return ipaddr.IPv6.isValid(inner) ? { kind: 'network', network: [ipaddr.IPv6.parse(inner), 128], port } : null;
  }
  if (ipaddr.IPv4.isValidFourPartDecimal(host)) {
    return { kind: 'network', network: [ipaddr.IPv4.parse(host), 32], port };
  }
  const name = host.toLowerCase().replace(/\.$/, '');
  // A name that ends in a number is read as an address by URLs, and would never match.
  return NAME.test(name) && !/(^|\.)(\d+|0x[0-9a-f]*)$/.test(name) ? { kind: 'name', name, port } : null;
}

function isDottedOrIPv6Range(entry: string): boolean {
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(entry) || ipaddr.IPv6.isValidCIDR(entry);
}
