import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createWatcher } from './support/create-watcher.ts';
import { anItem, anRssFeed, fixture, someItems } from './support/fixture.ts';
import { serve, startHttpServer } from './support/start-http-server.ts';

const cursorOf = (watcher: { cursors: Record<string, unknown> }) =>
  watcher.cursors.main as { seen: [string, string][]; url?: string; etag?: string; crowded?: boolean };

describe('polling a feed', () => {
  it('writes each entry as a bookmark of the feed tier under its own id', async () => {
    await using server = await startHttpServer(serve(fixture('rss-2.0-blog.xml')));
    const watcher = createWatcher(`${server.url}/feed`, server.host);
    const outcome = await watcher.run();
    expect(outcome).toMatchObject({ result: { ok: true }, items_created: 3, items_updated: 0 });
    expect(watcher.space.items.get('https://bread.example/?p=99')).toMatchObject({
      type: 'core.bookmark',
      tier: 'feed',
      timestamp: '2026-02-07T14:05:00.000Z',
      properties: {
        url: 'https://bread.example/2026/02/flour/',
        title: 'Q&A: flour types',
        source_url: `${server.url}/feed`,
        source_title: 'Bread & Salt',
      },
    });
    expect(watcher.space.items.get('https://bread.example/2026/01/lists/')).not.toHaveProperty('timestamp');
    expect(watcher.logs).toMatchObject([{ level: 'info', fields: { format: 'rss', entries: 3, created: 3 } }]);
  });

  it('creates nothing on the second poll of an unchanged feed, with validators or without', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(30))));
    const watcher = createWatcher(server.url, server.host);
    await watcher.poll();
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_created: 0, items_updated: 0 });
    server.answer = serve(anRssFeed(someItems(30)).replace('Test feed', 'Test feed, 12:05'));
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_created: 0, items_updated: 0 });
    expect(watcher.space.bulkCalls).toEqual([30]);
  });

  it('sends the validators of the last answer and takes 304 for nothing new', async () => {
    await using server = await startHttpServer((request, response) => {
      if (request.headers['if-none-match'] === '"v1"') return void response.writeHead(304).end();
      response.writeHead(200, { etag: '"v1"', 'last-modified': 'Tue, 03 Mar 2026 08:00:00 GMT' });
      response.end(anRssFeed(someItems(2)));
    });
    const watcher = createWatcher(server.url, server.host);
    await watcher.poll();
    const before = cursorOf(watcher);
    expect(await watcher.poll()).toEqual({ ok: true });
    expect(server.seen[1]?.headers).toMatchObject({
      'if-none-match': '"v1"',
      'if-modified-since': 'Tue, 03 Mar 2026 08:00:00 GMT',
    });
    expect(server.seen[0]?.headers['user-agent']).toMatch(/^Marfa-RSS-Watcher\//);
    expect(server.seen[0]?.headers.accept).toMatch(/^application\/rss\+xml, /);
    expect(cursorOf(watcher)).toEqual(before);
    expect(watcher.space.bulkCalls).toEqual([2]);
  });

  it('writes an entry again when it was edited, and never twice', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(3))));
    const watcher = createWatcher(server.url, server.host);
    await watcher.poll();
    server.answer = serve(anRssFeed(someItems(3).replace('Entry 1', 'Entry 1, corrected')));
    expect(await watcher.run()).toMatchObject({ items_created: 0, items_updated: 1 });
    expect(watcher.space.items.size).toBe(3);
    expect(watcher.space.items.get('id-1')).toMatchObject({ version: 2, properties: { title: 'Entry 1, corrected' } });
    expect(watcher.space.bulkCalls).toEqual([3, 1]);
  });

  it('keeps what leaves the feed, and knows it when it comes back', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(3))));
    const watcher = createWatcher(server.url, server.host);
    await watcher.poll();
    server.answer = serve(anRssFeed(anItem({ id: 'new', title: 'New' })));
    await watcher.poll();
    expect([...watcher.space.items.keys()]).toEqual(['id-0', 'id-1', 'id-2', 'new']);
    server.answer = serve(anRssFeed(someItems(3)));
    await watcher.poll();
    expect(watcher.space.bulkCalls).toEqual([3, 1]);
  });

  it('knows a whole feed of 1,000 entries and 500 that left it', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(1000))));
    const watcher = createWatcher(server.url, server.host);
    await watcher.poll();
    expect(cursorOf(watcher).seen).toHaveLength(1000);
    server.answer = serve(anRssFeed(anItem({ id: 'new', title: 'New' })));
    await watcher.poll();
    expect(cursorOf(watcher).seen).toHaveLength(501);
    expect(JSON.stringify(watcher.cursors).length).toBeLessThan(1024 * 1024);
  });

  it('moves the cursor only after the items are written', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(2)), { etag: '"v1"' }));
    const watcher = createWatcher(server.url, server.host);
    watcher.space.brokenStatus = 400;
    expect(await watcher.poll()).toMatchObject({ ok: false, retry: true, reason: /the space is broken/ });
    expect(watcher.cursors).toEqual({});
    watcher.space.brokenStatus = undefined;
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_created: 2 });
  });

  it('starts over without harm when its cursor is lost or unreadable', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(2))));
    const watcher = createWatcher(server.url, server.host);
    await watcher.poll();
    watcher.cursors = { main: { seen: 'nonsense' } };
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_created: 0, items_updated: 0 });
    expect(cursorOf(watcher).seen).toHaveLength(2);
  });

  it('hashes ids that are too long, and the words of entries without an id or an address', async () => {
    const long = `https://site.example/${'x'.repeat(1500)}`;
    const nameless =
      '<item><title>Nameless</title><enclosure url="https://site.example/a.mp3" type="audio/mpeg"/></item>';
    const items = `<item><guid isPermaLink="false">${long}</guid><link>https://site.example/1</link></item>${nameless}`;
    await using server = await startHttpServer(serve(anRssFeed(items)));
    const watcher = createWatcher(server.url, server.host);
    await watcher.poll();
    const sha256 = createHash('sha256').update(long).digest('hex');
    expect([...watcher.space.items.keys()]).toEqual([`sha256:${sha256}`, 'https://site.example/a.mp3']);
  });

  it('files an entry from the future under the present and keeps its date', async () => {
    await using server = await startHttpServer(serve(fixture('rss-2.0-news.xml')));
    const watcher = createWatcher(server.url, server.host);
    await watcher.poll();
    const festival = watcher.space.items.get('festival');
    expect(festival?.properties).toMatchObject({ published_at: '2099-08-01T12:00:00.000Z' });
    expect(festival).not.toHaveProperty('timestamp');
  });

  it('takes one item of two entries with one id, the later', async () => {
    await using server = await startHttpServer(serve(fixture('rss-2.0-news.xml')));
    const watcher = createWatcher(server.url, server.host);
    await watcher.poll();
    expect(watcher.space.items.get('council')?.properties).toMatchObject({ title: 'Council votes (second version)' });
  });

  it('tells once of entries that have no web address', async () => {
    await using server = await startHttpServer(serve(fixture('rss-2.0-news.xml')));
    const watcher = createWatcher(server.url, server.host);
    await watcher.poll();
    expect(watcher.space.activities).toMatchObject([
      { severity: 'warning', summary: '2 entries of the feed without a web address left out' },
    ]);
    server.answer = serve(`${new TextDecoder().decode(fixture('rss-2.0-news.xml'))}\n`);
    await watcher.poll();
    expect(watcher.space.activities).toHaveLength(1);
  });

  it('tells once of a feed with more than 5,000 entries and keeps the newest', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(5010))));
    const watcher = createWatcher(server.url, server.host);
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_created: 5000 });
    server.answer = serve(`${anRssFeed(someItems(5010))}\n`);
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_created: 0, items_updated: 0 });
    expect(watcher.space.activities).toMatchObject([
      { severity: 'warning', summary: 'The feed has 5010 entries; only the newest 5000 are kept' },
    ]);
    expect(JSON.stringify(watcher.cursors).length).toBeLessThan(512 * 1024);
  });

  it('writes the others when the space refuses one entry, tells of it once, and tries it again', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(3)), { etag: '"v1"' }));
    const watcher = createWatcher(server.url, server.host);
    watcher.space.refuses = (item) => item.source_id === 'id-1';
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_created: 2 });
    await watcher.poll();
    expect(server.seen[1]?.headers['if-none-match']).toBeUndefined();
    expect(watcher.space.activities).toMatchObject([
      {
        severity: 'warning',
        summary: '1 entry of the feed refused by the space',
        detail: { first: 'id-1: not in this space' },
      },
    ]);
    watcher.space.refuses = () => false;
    expect(await watcher.run()).toMatchObject({ items_created: 1 });
    expect(watcher.space.bulkCalls).toEqual([3, 1, 1]);
  });

  it('reads an address as people type it', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(1))));
    for (const typed of [`feed:${server.url}`, `  ${server.url}/#top `, `feed:${server.url}/x`]) {
      expect(await createWatcher(typed, server.host).poll()).toEqual({ ok: true });
    }
  });
});

describe('a feed that moves', () => {
  it('remembers a permanent redirect and asks the new place', async () => {
    await using server = await startHttpServer((request, response) => {
      if (request.url === '/old') return void response.writeHead(301, { location: '/middle' }).end();
      if (request.url === '/middle') return void response.writeHead(308, { location: '/new' }).end();
      response.end(anRssFeed(someItems(1)));
    });
    const watcher = createWatcher(`${server.url}/old`, server.host);
    await watcher.poll();
    await watcher.poll();
    expect(server.seen.map(({ url }) => url)).toEqual(['/old', '/middle', '/new', '/new']);
    expect(cursorOf(watcher).url).toBe(`${server.url}/new`);
    expect(watcher.space.items.get('id-0')?.properties).toMatchObject({ source_url: `${server.url}/old` });
  });

  it('follows a temporary redirect every time anew', async () => {
    await using server = await startHttpServer((request, response) => {
      if (request.url === '/feed') return void response.writeHead(302, { location: '/today' }).end();
      response.end(anRssFeed(someItems(1)));
    });
    const watcher = createWatcher(`${server.url}/feed`, server.host);
    await watcher.poll();
    await watcher.poll();
    expect(server.seen.map(({ url }) => url)).toEqual(['/feed', '/today', '/feed', '/today']);
  });

  it('remembers the new place when that answers 304', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(1)), { etag: '"v1"' }));
    const watcher = createWatcher(`${server.url}/old`, server.host);
    await watcher.poll();
    server.answer = (request, response) => {
      if (request.url === '/old') return void response.writeHead(301, { location: '/new' }).end();
      response.writeHead(304).end();
    };
    await watcher.poll();
    expect(cursorOf(watcher)).toMatchObject({ url: `${server.url}/new`, etag: '"v1"' });
  });

  it('goes back to the address in the settings when the new place is lost', async () => {
    await using server = await startHttpServer((request, response) => {
      if (request.url === '/old') return void response.writeHead(301, { location: '/new' }).end();
      response.end(anRssFeed(someItems(1)));
    });
    const watcher = createWatcher(`${server.url}/old`, server.host);
    await watcher.poll();
    server.answer = (request, response) => {
      if (request.url !== '/old') return void response.writeHead(404).end();
      response.end(anRssFeed(someItems(2)));
    };
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_created: 1 });
    expect(cursorOf(watcher).url).toBeUndefined();
  });

  it('forgets everything about a feed whose address was changed in the settings', async () => {
    await using server = await startHttpServer(serve(anRssFeed(someItems(1)), { etag: '"v1"' }));
    const watcher = createWatcher(`${server.url}/a`, server.host);
    await watcher.poll();
    watcher.feedUrl = `${server.url}/b`;
    expect(await watcher.run()).toMatchObject({ result: { ok: true }, items_updated: 1 });
    expect(server.seen[1]?.headers['if-none-match']).toBeUndefined();
    expect(watcher.space.items.get('id-0')?.properties).toMatchObject({ source_url: `${server.url}/b` });
  });

  it('stops asking for a feed that is gone for good', async () => {
    await using server = await startHttpServer(serve('', {}, 410));
    const watcher = createWatcher(`${server.url}/feed`, server.host);
    expect(await watcher.run()).toMatchObject({
      result: { ok: true },
      disarm_reason: `The feed ${server.url}/feed is gone for good (HTTP 410). It is not asked any more.`,
    });
  });
});
