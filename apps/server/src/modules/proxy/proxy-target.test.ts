import { createEgressPolicy, parseOutboundAllow } from '@withmarfa/runtime-sdk/host';
import { describe, expect, it } from 'vitest';
import { joinPath, readBase } from './proxy-target.ts';

const strict = { policy: createEgressPolicy([]), mayBePlain: false };
const join = (rest: string | null, search = '', prefix = '/v1') => joinPath(prefix, { rest, search });

describe('the path of a proxied call', () => {
  it.each([
    'users/me',
    'users/',
    '',
    'a//b',
    'a/b.json',
    '...',
    'a/...',
    '..a/b',
    'files/a%2Fb%2fc',
    'files/a%5Cb',
    'mail@example.org',
    '@evil.example',
    'http://evil.example/x',
    ':8080/x',
    'caf%C3%A9',
    '%20',
    '100%25',
    '100%2525',
    'a%252Fb',
    "a;b=c!$&'()*+,~_-",
    '{id}',
    'a|b',
    '%2e%2ea',
  ])('is sent as it came: %s', (rest) => {
    expect(join(rest)).toEqual({ ok: true, path: `/v1/${rest}` });
  });

  it.each([
    '..',
    '../admin',
    'a/../../b',
    'a/..',
    '.',
    'a/./b',
    '%2e%2e',
    '%2E%2e/x',
    '.%2e/x',
    '%2e./x',
    'a/%2e%2e%2fb',
    'a%2f..%2fb',
    'a%2F%2e%2e%2Fb',
    '..%2f',
    '..%5c..%5cx',
    'a%5c..%5cb',
    '%252e%252e/x',
    '%25252e%25252e/x',
    '..%252f..%252f',
    '..;/x',
    '..;a=b/x',
    '..%3b/x',
    '%2e%2e%3bx/y',
    '/evil',
    '/evil.example/x',
    '//evil.example/x',
    '%2fevil.example/x',
    '%2F%2Fevil.example',
    '%5cevil.example',
    '%252fevil.example',
    'a\\b',
    '\\\\evil.example',
    '..\\x',
    'a%00',
    '..%00/x',
    'a%0d%0aHost:%20evil',
    'a%09b',
    'a%7fb',
    'a%2500b',
    'a b',
    'a\tb',
    'a\r\nb',
    'a\u0000b',
    'a#b',
    'é',
    '\u2025/x',
    '．．/x',
    'a%',
    'a%zz',
    'a%2',
    '%u002e%u002e/x',
  ])('is refused: %j', (rest) => {
    expect(join(rest)).toMatchObject({ ok: false });
  });

  it('takes the query byte for byte, and nothing that ends an address', () => {
    const search = '?q=a%2Fb&q=..%2f..&x=%zz&&=&;[]{}|"<>^`';
    expect(join('find', search)).toEqual({ ok: true, path: `/v1/find${search}` });
    for (const wrong of ['?a#b', '?a b', '?\r\nX: y', '?é']) expect(join('find', wrong)).toMatchObject({ ok: false });
  });

  it('ends at the base itself when nothing follows', () => {
    expect(join(null)).toEqual({ ok: true, path: '/v1' });
    expect(join(null, '?a=1', '')).toEqual({ ok: true, path: '/?a=1' });
    expect(join('', '', '')).toEqual({ ok: true, path: '/' });
  });

  it('stays on the origin and below the base for whatever is let through, as every URL reader sees it', () => {
    const pieces = ['..', '.', '%2e', '%2F', '%5c', '/', '\\', '@', ':', '%25', ';', 'a', '//', '%00', 'evil.example'];
    for (const first of pieces)
      for (const second of pieces)
        for (const third of pieces) {
          const verdict = join(`${first}${second}${third}`);
          if (!verdict.ok) continue;
          const url = new URL(verdict.path, 'https://api.example');
          expect([url.origin, url.pathname.startsWith('/v1/')]).toEqual(['https://api.example', true]);
        }
  });
});

describe('the base of proxied calls', () => {
  it.each([
    ['https://api.example', { origin: 'https://api.example', prefix: '' }],
    ['https://api.example/', { origin: 'https://api.example', prefix: '' }],
    ['https://API.example:443/v1/', { origin: 'https://api.example', prefix: '/v1' }],
    ['https://api.example:8443/a/b', { origin: 'https://api.example:8443', prefix: '/a/b' }],
    ['https://api.example/a/../b', { origin: 'https://api.example', prefix: '/b' }],
  ])('is read from %s', (text, base) => {
    expect(readBase(text, strict)).toEqual({ ok: true, base });
  });

  it.each([
    undefined,
    null,
    7,
    {},
    '',
    'api.example',
    '/v1',
    '//api.example',
    'ftp://api.example',
    'file:///etc/passwd',
    'javascript:1',
    'https://',
    'https://user@api.example',
    'https://api.example@evil.example',
    'https://api.example?x=1',
    'https://api.example#x',
    'http://api.example',
    'https://api.example\\@evil.example',
    'https:\\\\api.example',
    ' https://api.example',
    'https://api.ex\tample',
    'https://api.example/\n',
  ])('is refused: %j', (text) => {
    expect(readBase(text, strict)).toMatchObject({ ok: false });
  });

  it('may be plain http where the operator named the place, or outside production', () => {
    const named = { policy: createEgressPolicy(parseOutboundAllow('nas.example:8080')), mayBePlain: false };
    expect(readBase('http://nas.example:8080/v1', named)).toMatchObject({ ok: true });
    expect(readBase('http://nas.example/v1', named)).toMatchObject({ ok: false });
    expect(readBase('http://api.example', { ...strict, mayBePlain: true })).toMatchObject({ ok: true });
  });
});
