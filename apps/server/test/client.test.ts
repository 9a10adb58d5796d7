import { createClient, MarfaApiError, type MarfaClient } from '@withmarfa/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from './support/api.ts';
import { CHROMIUM, openBrowser } from './support/browser.ts';
import { bundleClient, WORKS } from './support/bundle-client.ts';
import { describeServer } from './support/describe-server.ts';
import { createProfile, type Profile } from './support/profiles.ts';
import { aKey, aSpace } from './support/spaces.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import { startOrigin, startWorkerd } from './support/start-workerd.ts';

describeServer('The client in Node', (under) => {
  let client: MarfaClient;
  let key: string;
  beforeAll(async () => {
    ({ key } = await aSpace(under.admin));
    client = createClient({ baseUrl: under.server.url, token: key });
  });

  it('writes, reads, changes and removes', async () => {
    const { item } = await client.items.create({ type: 'core.note', properties: { title: 'One' }, tags: ['a'] });
    const changed = await client.items.update(item.id, { version: item.version, properties: { title: 'Two' } });
    expect(changed.item).toMatchObject({ version: 2, properties: { title: 'Two' } });
    const conflict = await client.items
      .update(item.id, { version: 1, properties: { title: 'Three' } })
      .catch((error) => error);
    expect(MarfaApiError.is(conflict, 'version_conflict') && conflict.details?.current).toMatchObject({ version: 2 });
    expect((await client.items.removeTag({ id: item.id, tag: 'a' })).metadata.tags).toEqual([]);
    await client.items.delete(item.id);
    expect((await client.items.get(item.id)).item.state).toBe('trashed');
  });

  it('does once what is sent twice under one key', async () => {
    const input = { type: 'core.note', properties: { title: 'Once' } } as const;
    const [one, two] = [
      await client.items.create(input, { idempotencyKey: 'once' }),
      await client.items.create(input, { idempotencyKey: 'once' }),
    ];
    expect(two.item.id).toBe(one.item.id);
  });

  it('walks a list over several pages, each row once', async () => {
    for (let count = 0; count < 7; count += 1)
      await client.items.create({ type: 'core.task', properties: { title: `${count}` } });
    const titles: unknown[] = [];
    for await (const item of client.items.list({ type: 'core.task', limit: 2, direction: 'asc' }))
      titles.push(item.properties.title);
    expect(titles).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });

  it('sends bytes and fetches them, or a part of them', async () => {
    const { hash, mime_type } = await client.blobs.upload(new TextEncoder().encode('harbour'), {
      contentType: 'text/plain',
    });
    expect(mime_type).toMatch(/^text\/plain/);
    expect(await (await client.blobs.get(hash)).text()).toBe('harbour');
    expect(await (await client.blobs.get(hash, {}, { range: 'bytes=0-3' })).text()).toBe('harb');
  });

  it('takes events up again where it stopped, and ends when its key does', async () => {
    const mine = await aKey(createdBy(), { type_permissions: { 'core.*': 'write' } });
    const reader = createClient({ baseUrl: under.server.url, token: mine.key });
    const arrived: { id: string; title: unknown }[] = [];
    const write = (title: string) => client.items.create({ type: 'core.note', properties: { title } });
    const follow = async (lastEventId?: string) => {
      for await (const event of reader.events.subscribe({
        events: ['item.created'],
        ...(lastEventId && { lastEventId }),
      })) {
        if (event.event === 'item.created') arrived.push({ id: event.id, title: event.data.properties.title });
        return event.id;
      }
      return undefined;
    };
    let first: string | undefined;
    const following = follow().then((id) => {
      first = id;
    });
    for (let count = 0; first === undefined && count < 1000; count += 1) await write('first');
    await following;
    const marker = await write('marker');
    let last = first;
    while (arrived.at(-1)?.title !== 'marker') last = await follow(last);
    expect(new Set(arrived.map(({ id }) => id)).size).toBe(arrived.length);
    expect(marker.item.type).toBe('core.note');
    await client.keys.revoke(mine.id);
    const error = await follow(last).catch((thrown) => thrown);
    expect(MarfaApiError.is(error, 'unauthorized')).toBe(true);
  });

  const createdBy = () => under.admin.as(key);
});

describe('The client elsewhere', () => {
  let profile: Profile;
  let server: TestServer;
  let origin: Awaited<ReturnType<typeof startOrigin>>;
  let given: { baseUrl: string; token: string };
  beforeAll(async () => {
    profile = await createProfile('sqlite');
    origin = await startOrigin();
    server = await startServer({ ...profile.variables, CORS_ORIGINS: origin.url });
    given = { baseUrl: server.url, token: (await aSpace(await bootstrap(server.url))).key };
  });
  afterAll(async () => {
    await server?.stop();
    await origin?.stop();
    await profile?.dispose();
  });

  it.skipIf(CHROMIUM === null)('works from a page of another origin in Chromium', async () => {
    const browser = await openBrowser({ script: true });
    try {
      await browser.page.goto(origin.url);
      await browser.page.addScriptTag({ type: 'module', content: await bundleClient('globalThis.smoke = smoke;') });
      const result = await browser.page.evaluate(
        (input) => (globalThis as unknown as { smoke(input: unknown): unknown }).smoke(input),
        given,
      );
      expect(result).toEqual(WORKS);
    } finally {
      await browser.close();
    }
  });

  it('works in workerd', async () => {
    const worker = await startWorkerd(
      await bundleClient(`export default {
        async fetch(request) {
          if (request.method === 'GET') return new Response('up');
          return Response.json(await smoke(await request.json()));
        },
      };`),
    );
    try {
      const response = await fetch(worker.url, { method: 'POST', body: JSON.stringify(given) });
      expect(await response.json()).toEqual(WORKS);
    } finally {
      await worker.stop();
    }
  });
});
