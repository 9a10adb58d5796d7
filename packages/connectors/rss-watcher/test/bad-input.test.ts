import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createWatcher } from './support/create-watcher.ts';
import { anRssFeed, fixture, someItems } from './support/fixture.ts';
import { type HttpServer, serve, startHttpServer } from './support/start-http-server.ts';

async function pollOnce(answer: HttpServer['answer'], path = '/feed') {
  await using server = await startHttpServer(answer);
  const watcher = createWatcher(`${server.url}${path}`, server.host);
  const outcome = await watcher.run();
  expect(watcher.space.items.size, 'nothing is written of what is no feed').toBe(0);
  expect(outcome).toMatchObject({ cursor_set: {}, items_created: 0 });
  return { result: outcome.result, url: server.url };
}

/** Sends for as long as somebody reads. */
async function stream(pieces: Iterable<string | Buffer>, response: ServerResponse): Promise<void> {
  await pipeline(Readable.from(pieces), response).catch(() => undefined);
}

describe('what is no feed', () => {
  it('names the feeds of a web page', async () => {
    const { result, url } = await pollOnce(serve(fixture('web-page.html'), { 'content-type': 'text/html' }));
    expect(result).toEqual({
      ok: false,
      retry: false,
      reason: `The address shows a web page, not a feed. The page names this feed: ${url}/feed/ or https://bread.example/feed.atom`,
    });
  });

  it.for([
    ['a page without feeds', '<html><body>Hello</body></html>', false, 'The address shows a web page, not a feed.'],
    ['an empty body', '', true, 'The feed is empty: the server sent no content.'],
    ['white space', ' \n\t', true, 'The feed is empty: the server sent no content.'],
    [
      'a page that leaves its tags out',
      '<!doctype html><title>Hello</title><p>Hello',
      false,
      'The address shows a web page, not a feed.',
    ],
    [
      'plain text',
      'Service unavailable',
      false,
      'The address answers with plain text, not with a feed. Use the address of a feed.',
    ],
    [
      'a list of feeds',
      '<opml version="2.0"><body/></opml>',
      false,
      'The document is <opml>, not a feed (RSS, Atom or JSON Feed). That is a list of feeds: use one of the addresses in it.',
    ],
    [
      'another XML document',
      '<sitemap:urlset xmlns:sitemap="x"/>',
      false,
      'The document is <sitemap:urlset>, not a feed (RSS, Atom or JSON Feed).',
    ],
    [
      'other JSON',
      '{"items":[]}',
      false,
      'The address answers with JSON that is no JSON Feed (jsonfeed.org). Use the address of a feed.',
    ],
    [
      'a JSON list',
      '[1,2]',
      false,
      'The address answers with JSON that is no JSON Feed (jsonfeed.org). Use the address of a feed.',
    ],
    [
      'JSON that nests too deep',
      '['.repeat(100),
      false,
      'The JSON at this address nests deeper than 64 levels; that is no feed.',
    ],
    [
      'half a JSON Feed',
      '{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1',
      true,
      'The feed breaks off in the middle: it was not sent whole.',
    ],
    [
      'a truncated feed',
      anRssFeed(someItems(3)).slice(0, -60),
      true,
      'The feed breaks off in the middle: it was not sent whole.',
    ],
    [
      'a feed truncated in its head',
      '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t',
      true,
      'The feed breaks off in the middle: it was not sent whole.',
    ],
    [
      'XML without an end to its nesting',
      `<rss version="2.0">${'<a>'.repeat(50_000)}`,
      false,
      'The feed nests elements too deep to be read.',
    ],
  ] as const)('says so of %s', async ([, body, retry, reason]) => {
    expect((await pollOnce(serve(body))).result).toEqual({ ok: false, retry, reason });
  });

  it('says where JSON is broken', async () => {
    const { result } = await pollOnce(serve('{"version": oops}'));
    expect(result).toMatchObject({ ok: false, retry: false, reason: /^The feed is not valid JSON: .*oops/ });
  });

  it('takes a feed that only forgets its last tag', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(2)).replace('</rss>', '')));
    const watcher = createWatcher(server.url, server.host);
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_created: 2 });
  });
});

describe('servers that refuse or fail', () => {
  it.for([
    [400, 'Check the address in the settings.'],
    [
      401,
      'The feed asks for a user name and password, which RSS Watcher does not send. Use an address that works without signing in.',
    ],
    [
      403,
      'The site refuses RSS Watcher. Check that the address opens in a private browser window; the site may block feed readers.',
    ],
    [
      404,
      'Nothing is at this address. Open the site, copy the address of its feed again and change it in the settings.',
    ],
    [300, 'Check the address in the settings.'],
  ] as const)('gives up on %d and says what to do', async ([status, advice]) => {
    const { result } = await pollOnce(serve('<html>', {}, status));
    expect(result).toEqual({
      ok: false,
      retry: false,
      reason: `The feed's server refused the request (HTTP ${status}). ${advice}`,
    });
  });

  it.for([500, 502, 504, 408] as const)('tries again after %d', async (status) => {
    const { result } = await pollOnce(serve('oops', {}, status));
    expect(result).toEqual({
      ok: false,
      retry: true,
      reason: `The feed's server could not answer (HTTP ${status}).`,
    });
  });

  it.for([429, 503] as const)('waits as long as %d asks for', async (status) => {
    const { result } = await pollOnce(serve('', { 'retry-after': '120' }, status));
    expect(result).toEqual({
      ok: false,
      retry: true,
      reason: `The feed's server is too busy (HTTP ${status}).`,
      retry_after_seconds: 120,
    });
  });

  it('tries again when the server breaks off in the middle', async () => {
    const { result, url } = await pollOnce((_request, response) => {
      response.writeHead(200, { 'content-length': 10_000 });
      response.write(anRssFeed(someItems(1)), () => response.destroy());
    });
    expect(result).toMatchObject({ ok: false, retry: true });
    expect(result).toHaveProperty(
      'reason',
      expect.stringContaining(`The feed's server ${new URL(url).host} could not be reached or broke off: `),
    );
  });

  it('tries again when nobody listens', async () => {
    const server = await startHttpServer(serve(''));
    await server[Symbol.asyncDispose]();
    const result = await createWatcher(server.url, server.host).poll();
    expect(result).toMatchObject({
      ok: false,
      retry: true,
      reason: expect.stringMatching(/could not be reached.*ECONNREFUSED/),
    });
  });

  it('gives up on a chain of redirects that never ends', async () => {
    const { result } = await pollOnce(
      (_request, response) => void response.writeHead(302, { location: '/feed' }).end(),
    );
    expect(result).toMatchObject({ ok: false, reason: expect.stringMatching(/redirect/) });
  });
});

describe('feeds that are too much', () => {
  const tooLarge = {
    ok: false,
    retry: false,
    reason: 'The feed is larger than 5 MiB, or never ends. Use a feed with fewer entries.',
  };

  it('stops reading a feed of 50 MB at 5', async () => {
    let sent = 0;
    function* fiftyMegabytes() {
      const piece = Buffer.alloc(1024 * 1024, 'x');
      for (; sent < 50; sent += 1) yield piece;
    }
    const { result } = await pollOnce((_request, response) => stream(fiftyMegabytes(), response));
    expect(result).toEqual(tooLarge);
    expect(sent).toBeLessThan(50);
  });

  it('stops reading a feed that never ends', async () => {
    function* withoutEnd() {
      yield '<rss version="2.0"><channel>';
      for (;;) yield someItems(100);
    }
    const { result } = await pollOnce((_request, response) => stream(withoutEnd(), response));
    expect(result).toEqual(tooLarge);
  });

  it('counts what a small download unpacks to', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024, ' '));
    const { result } = await pollOnce(serve(bomb, { 'content-encoding': 'gzip' }));
    expect(result).toEqual(tooLarge);
  });

  it('reads a feed that is packed and small', async () => {
    await using server = await startHttpServer(
      serve(gzipSync(anRssFeed(someItems(2))), { 'content-encoding': 'gzip' }),
    );
    const watcher = createWatcher(server.url, server.host);
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_created: 2 });
  });
});

describe('addresses that are refused', () => {
  it('refuses a feed in a private network and says how to allow it', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(1))));
    const result = await createWatcher(server.url, '').poll();
    expect(result).toMatchObject({
      ok: false,
      retry: false,
      reason: expect.stringMatching(
        /^The request to 127\.0\.0\.1 was refused: .* Feeds in a private network are read only if the server's operator lists the host in MARFA_OUTBOUND_ALLOW\.$/,
      ),
    });
    expect(server.seen).toHaveLength(0);
  });

  it('refuses a redirect to a private address', async () => {
    await using inside = await startHttpServer(serve(anRssFeed(someItems(1))));
    const { result } = await pollOnce(
      (_request, response) => void response.writeHead(302, { location: `${inside.url}/metadata` }).end(),
    );
    expect(result).toMatchObject({ ok: false, retry: false, reason: expect.stringMatching(/was refused: /) });
    expect(inside.seen).toHaveLength(0);
  });

  it.for(['ftp://site.example/feed', 'javascript:alert(1)', '', 'http://', 'file:///etc/passwd', 'not an address'])(
    'asks for another address instead of %j',
    async (typed) => {
      const result = await createWatcher(typed, '').poll();
      expect(result).toEqual({
        ok: false,
        retry: false,
        reason: `"${typed}" is no web address. Give the feed's address in the settings.`,
      });
    },
  );
});
