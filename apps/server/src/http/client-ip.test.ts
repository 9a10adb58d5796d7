import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createClientIp } from './client-ip.ts';

const PROXIES = ['10.0.0.0/8', '2001:db8::/32'];

const ipOf = (remoteAddress: string, forwarded: string | undefined, proxies = PROXIES) =>
  createClientIp(proxies)({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage);

describe('the address of a client', () => {
  it.each<[string, string, string | undefined, string]>([
    ['is the other end of the connection', '203.0.113.9', undefined, '203.0.113.9'],
    ['is not what a stranger claims', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['is what a trusted proxy saw', '10.1.1.1', '198.51.100.1', '198.51.100.1'],
    ['is not what the client told the proxy', '10.1.1.1', '127.0.0.1, 198.51.100.1', '198.51.100.1'],
    ['is found behind several proxies', '10.1.1.1', '1.1.1.1, 198.51.100.1, 10.2.2.2, 10.3.3.3', '198.51.100.1'],
    ['is the farthest when all are trusted', '10.1.1.1', '10.2.2.2, 10.3.3.3', '10.2.2.2'],
    ['is the proxy’s when it forwards nonsense', '10.1.1.1', 'unknown', '10.1.1.1'],
    ['is the nearest before nonsense', '10.1.1.1', '1.1.1.1, ", 10.2.2.2', '10.2.2.2'],
    ['is no port', '10.1.1.1', '198.51.100.1:4711', '10.1.1.1'],
    ['is known in its IPv6 spelling', '::ffff:10.1.1.1', '::ffff:198.51.100.1', '198.51.100.1'],
    ['may be one of IPv6', '2001:db8::1', '2a00:1450::1', '2a00:1450::1'],
  ])('%s', (_what, remote, forwarded, expected) => {
    expect(ipOf(remote, forwarded)).toBe(expected);
  });

  it('is never forwarded when no proxy is trusted', () => {
    expect(ipOf('10.1.1.1', '198.51.100.1', [])).toBe('10.1.1.1');
  });
});
