import ipaddr from 'ipaddr.js';

const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

// Public by its number alone: a cloud host answers its own guests here.
const PLATFORM_HOSTS = [ipaddr.IPv4.parse('168.63.129.16')];

/**
 * Says what kind of address this is, in IANA's special-purpose registries.
 * @param address an IPv4 or IPv6 address as a resolver gives it; a zone is part of no address here.
 * @returns `public` for what anyone on the internet may be asked for; else the kind, such as `loopback` or `private`.
 *   IPv6 forms that carry an IPv4 address (mapped, NAT64, 6to4, Teredo) are never public, whatever they carry.
 */
export function classifyAddress(address: string): string {
  if (!ipaddr.isValid(address)) return 'unreadable';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range !== 'unicast') return range;
  if (parsed instanceof ipaddr.IPv6) return parsed.match(GLOBAL_UNICAST) ? 'public' : 'reserved';
  return PLATFORM_HOSTS.some((host) => host.toString() === parsed.toString()) ? 'platform' : 'public';
}
