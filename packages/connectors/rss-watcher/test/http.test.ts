import { describe, expect, it } from 'vitest';
import { feedAddress } from '../src/http/feed-address.ts';
import { requestFeed } from '../src/http/request-feed.ts';
import { retryAfterSeconds } from '../src/http/retry-after.ts';
import { startHttpServer } from './support/start-http-server.ts';

const NOW = Date.UTC(2026, 2, 3, 8, 0, 0);

describe('Retry-After', () => {
  it.for([
    ['120', 120],
    [' 0 ', 0],
    ['999999', 86_400],
    ['Tue, 03 Mar 2026 08:01:30 GMT', 90],
    ['Tue, 03 Mar 2026 07:00:00 GMT', 0],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 86_400],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
    [null, undefined],
  ] as const)('reads %j as %j seconds', ([header, seconds]) => {
    expect(retryAfterSeconds(header, NOW)).toBe(seconds);
  });
});

describe('the address that a person types', () => {
  it.for([
    ['https://site.example/feed', 'https://site.example/feed'],
    ['  HTTP://Site.Example ', 'http://site.example/'],
    ['site.example/feed.xml', 'https://site.example/feed.xml'],
    ['site.example:8080/feed', 'https://site.example:8080/feed'],
    ['//site.example/feed', 'https://site.example/feed'],
    ['feed://site.example/rss', 'https://site.example/rss'],
    ['feed:https://site.example/rss', 'https://site.example/rss'],
    ['feed:http://site.example/rss', 'http://site.example/rss'],
    ['mailto:a@site.example', null],
    ['two words', null],
    ['', null],
  ] as const)('makes of %j %j', ([typed, address]) => {
    expect(feedAddress(typed)).toBe(address);
  });
});

describe('the time that a feed may take', () => {
  const options = { fetch, timeoutMs: 50, maxBytes: 1000, now: NOW };

  it.for([
    ['never answers', () => undefined],
    ['answers and then falls silent', (write: () => void) => write()],
  ] as const)('ends a request to a server that %s', async ([, act]) => {
    await using server = await startHttpServer((_request, response) => act(() => void response.write('<rss>')));
    const response = await requestFeed({ url: server.url }, { ...options, signal: new AbortController().signal });
    expect(response).toMatchObject({
      kind: 'failed',
      result: { ok: false, retry: true, reason: 'The feed did not arrive within 0.05 seconds.' },
    });
  });

  it('ends with the run itself', async () => {
    const run = new AbortController();
    await using server = await startHttpServer(() => run.abort(new Error('the run is over')));
    const asking = requestFeed({ url: server.url }, { ...options, timeoutMs: 30_000, signal: run.signal });
    await expect(asking).rejects.toThrow('the run is over');
  });
});
