import { describe, expect, it } from 'vitest';
import { toUpstreamHeaders } from './request-headers.ts';
import { toCallerHeaders } from './response-headers.ts';

const CREDENTIAL = 'Bearer theirs';
const own = { 'X-Request-ID': 'one', 'X-Content-Type-Options': 'nosniff', 'X-RateLimit-Remaining': 9 };
const back = (...raw: string[]) => toCallerHeaders(raw, own);
const namesOf = (headers: string[]) => headers.filter((_part, index) => index % 2 === 0);

describe('the headers of a call to an upstream', () => {
  it.each([
    'Authorization',
    'AUTHORIZATION',
    'Connection',
    'Content-Length',
    'Cookie',
    'Cookie2',
    'Expect',
    'Forwarded',
    'Host',
    'HTTP2-Settings',
    'Keep-Alive',
    'Proxy-Authenticate',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Via',
    'X-Forwarded-For',
    'X-Forwarded-Anything',
    'X-Marfa-Cycle',
    'x-marfa-anything',
    'X-Real-IP',
    'X-Request-ID',
  ])('lack %s', (name) => {
    expect(toUpstreamHeaders([name, 'x'], CREDENTIAL)).toEqual(['Authorization', CREDENTIAL]);
  });

  it.each([
    'Accept',
    'Accept-Encoding',
    'Content-Encoding',
    'Content-Type',
    'Idempotency-Key',
    'If-None-Match',
    'Origin',
    'Range',
    'User-Agent',
    'X-Api-Version',
    'X-Marfa',
    'X-Forwarded',
  ])('keep %s', (name) => {
    expect(toUpstreamHeaders([name, 'x'], CREDENTIAL)).toEqual([name, 'x', 'Authorization', CREDENTIAL]);
  });

  it('keep order, spelling, repetitions and bytes', () => {
    const raw = ['b', '1', 'A', '2', 'B', '\u00e9\u00ff', 'a', ''];
    expect(toUpstreamHeaders(raw, CREDENTIAL)).toEqual([...raw, 'Authorization', CREDENTIAL]);
  });

  it.each(['X-One, x-two', 'x-one,X-TWO ,', ' close,\tx-one , x-two'])(
    'lack what Connection names as %j, in any of its fields and wherever they stand',
    (options) => {
      const raw = ['X-One', '1', 'Connection', options, 'x-two', '2', 'X-Three', '3', 'connection', 'x-three'];
      expect(toUpstreamHeaders(raw, CREDENTIAL)).toEqual(['Authorization', CREDENTIAL]);
    },
  );

  it('carry the credential once, whatever the caller names or sends', () => {
    const raw = ['authorization', 'Bearer ours', 'Connection', 'authorization', 'Authorization', 'Bearer again'];
    expect(toUpstreamHeaders(raw, CREDENTIAL)).toEqual(['Authorization', CREDENTIAL]);
  });
});

describe('the headers of an answer from an upstream', () => {
  it.each([
    'Access-Control-Allow-Origin',
    'Access-Control-Allow-Credentials',
    'Alt-Svc',
    'Clear-Site-Data',
    'Connection',
    'Content-Security-Policy',
    'Content-Security-Policy-Report-Only',
    'Cross-Origin-Embedder-Policy',
    'Cross-Origin-Opener-Policy',
    'Cross-Origin-Resource-Policy',
    'Keep-Alive',
    'NEL',
    'Permissions-Policy',
    'Proxy-Authenticate',
    'Public-Key-Pins',
    'Refresh',
    'Report-To',
    'Reporting-Endpoints',
    'Service-Worker-Allowed',
    'Set-Cookie',
    'Set-Cookie2',
    'Strict-Transport-Security',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'X-Content-Type-Options',
    'X-Error-Code',
    'x-error-code',
    'X-Frame-Options',
    'X-Request-ID',
  ])('lack their %s', (name) => {
    expect(back(name, 'theirs')).not.toContain('theirs');
  });

  it.each([
    'Content-Encoding',
    'Content-Length',
    'Content-Type',
    'Date',
    'ETag',
    'Link',
    'Location',
    'Retry-After',
    'Server',
    'Vary',
    'WWW-Authenticate',
    'X-Total-Count',
  ])('keep their %s', (name) => {
    expect(back(name, 'theirs').slice(0, 2)).toEqual([name, 'theirs']);
  });

  it('lack what their Connection names, and keep repetitions of the rest', () => {
    const headers = back('Link', 'a', 'Connection', 'close, x-hop', 'Link', 'b', 'X-Hop', '1');
    expect(headers.slice(0, 4)).toEqual(['Link', 'a', 'Link', 'b']);
    expect(namesOf(headers)).not.toContain('X-Hop');
  });

  it('carry a sandbox, the request id and no-store, unless they say how long it keeps', () => {
    const headers = back();
    expect(headers).toEqual(expect.arrayContaining(['X-Request-ID', 'one', 'X-Content-Type-Options', 'nosniff']));
    expect(headers[headers.indexOf('Content-Security-Policy') + 1]).toMatch(/; sandbox$/);
    expect(headers.slice(-2)).toEqual(['Cache-Control', 'no-store']);
    const cached = back('cache-control', 'public, max-age=60');
    expect(cached.filter((part) => part.toLowerCase() === 'cache-control')).toEqual(['cache-control']);
  });

  it.each(['X-RateLimit-Limit', 'x-ratelimit-reset'])('tell of their rate where %s does, and not of ours', (name) => {
    expect(back()).toContain('X-RateLimit-Remaining');
    expect(back(name, '5')).not.toContain('X-RateLimit-Remaining');
    expect(back(name, '5')).toContain(name);
  });

  it('add what Marfa varies by to what they vary by', () => {
    expect(toCallerHeaders(['Vary', 'Accept'], own, 'Origin').filter((part) => /Accept|Origin/.test(part))).toEqual([
      'Accept',
      'Origin',
    ]);
  });
});
