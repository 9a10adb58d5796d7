import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyAddress from 'proxy-addr';

const MAPPED_V4 = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** @returns the address of the client, or null when its connection has ended. */
export type ClientIp = (request: IncomingMessage) => string | null;

/**
 * Finds a client's address behind proxies. `X-Forwarded-For` is walked from its end, where the nearest proxy wrote, for as
 * long as who wrote is trusted: what a client put there itself is never reached.
 * @param trustedProxies addresses and CIDRs; with none the header is not looked at.
 */
export function createClientIp(trustedProxies: readonly string[]): ClientIp {
  if (trustedProxies.length === 0) return socketAddress;
  const isTrusted = proxyAddress.compile([...trustedProxies]);
  return (request) => {
    if (request.headers['x-forwarded-for'] === undefined || request.socket.remoteAddress === undefined)
      return socketAddress(request);
    const walked = proxyAddress.all(request, isTrusted);
    // A proxy that forwards something else than an address is itself the farthest that is known.
    const known = walked.findLast((address, index) => index === 0 || isIP(address) !== 0);
    return known === undefined ? null : plain(known);
  };
}

function socketAddress({ socket }: IncomingMessage): string | null {
  return socket.remoteAddress === undefined ? null : plain(socket.remoteAddress);
}

/** One address has one spelling, whether the socket listens on IPv6 as well or not. */
function plain(address: string): string {
  return address.replace(MAPPED_V4, '');
}
