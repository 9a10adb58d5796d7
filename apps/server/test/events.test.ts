import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { bootstrap, createApi } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { type EventClient, follow } from './support/event-client.ts';
import { createProfile, DIALECTS } from './support/profiles.ts';
import { aKey, anItem, aSpace, created, type Space } from './support/spaces.ts';
import { startServer } from './support/start-server.ts';

describeServer(
  'An event stream',
  (under) => {
    let space: Space;
    let api: Api;
    const clients: EventClient[] = [];
    async function following(key: string, options: Parameters<typeof follow>[2] = {}): Promise<EventClient> {
      const client = await follow(under.server.url, key, options);
      clients.push(client);
      return client;
    }
    beforeEach(async () => {
      space = await aSpace(under.admin);
      api = space.api;
    });
    afterEach(() => {
      for (const client of clients.splice(0)) client.close();
    });
    const names = (client: EventClient) => client.records.map((record) => record.event);

    it('tells an item as it is read, through all that happens to it', async () => {
      const client = await following(space.key);
      expect(client.headers.get('content-type')).toContain('text/event-stream');
      expect(client.headers.get('cache-control')).toContain('no-cache');
      expect(client.headers.get('x-accel-buffering')).toBe('no');
      expect(client.comments).toHaveLength(1);

      const item = await anItem(api, {
        properties: { title: 'Line\nbreak "quoted" \u2028 ü' },
        source_id: 'one',
        tier: 'feed',
        capture_latitude: 52.5,
        device: 'a phone',
      });
      const readBack = async () => (await api.get(`/items/${item.id}`)).body.item;
      expect((await client.wait(1))[0]).toEqual({
        id: expect.any(String),
        event: 'item.created',
        data: await readBack(),
      });
      await api.patch(`/items/${item.id}`, { properties: { title: 'Changed' } });
      expect((await client.wait(2))[1]).toMatchObject({ event: 'item.updated', data: await readBack() });
      await api.delete(`/items/${item.id}`);
      expect((await client.wait(3))[2]).toMatchObject({ event: 'item.state_changed', data: await readBack() });
      await api.post(`/items/${item.id}/restore`);
      expect((await client.wait(4))[3]).toMatchObject({ event: 'item.restored', data: await readBack() });
    });

    it('tells edges and tags, and nothing of what changed nothing', async () => {
      const [a, b, c] = [await anItem(api), await anItem(api), await anItem(api)];
      const client = await following(space.key);
      const { edge } = created(await api.post('/edges', { source_id: a.id, target_id: b.id, edge_type: 'about' }));
      await api.post(`/items/${a.id}/tags`, { tags: ['red', 'blue'] });
      await api.post(`/items/${a.id}/tags`, { tags: ['red'] });
      await api.delete(`/items/${a.id}/tags/red`);
      await api.delete(`/items/${a.id}/tags/red`);
      await api.put(`/items/${a.id}/metadata`, { tags: ['blue'] });
      await api.put(`/items/${a.id}/metadata`, { tags: ['green'] });
      await api.patch(`/items/${a.id}`, { properties: {} });
      for (const position of [1, 1]) await api.patch(`/edges/${edge.id}`, { properties: { position } });
      await api.patch(`/items/${a.id}`, { edges: { about: [c.id] } });
      await api.post('/items', { type: 'core.note', tags: ['b', 'a', 'b'] });
      const records = await client.wait(10);
      expect(names(client)).toEqual([
        'edge.created',
        'metadata.changed',
        'metadata.changed',
        'metadata.changed',
        'edge.updated',
        'edge.deleted',
        'edge.created',
        'item.updated',
        'item.created',
        'metadata.changed',
      ]);
      expect(records[0]?.data).toEqual(edge);
      expect(records[1]?.data).toEqual({ item_id: a.id, tags: ['blue', 'red'], tier: 'library', state: 'active' });
      expect(records[2]?.data).toMatchObject({ tags: ['blue'] });
      expect(records[3]?.data.tags).toEqual(['green']);
      expect(records[4]?.data).toMatchObject({ id: edge.id, properties: { position: 1 } });
      expect(records[5]?.data).toEqual({ id: edge.id, edge_type: 'about', source_id: a.id, target_id: b.id });
      expect(records[6]?.data).toMatchObject({ source_id: a.id, target_id: c.id });
      expect(records[9]?.data.tags).toEqual(['a', 'b']);
    });

    it('tells bulk writes only where they ask for it, with the edges and tags they bring', async () => {
      const client = await following(space.key);
      const target = await anItem(api);
      const items = [{ type: 'core.note', source_id: 'x', tags: ['t'], edges: { about: [target.id] } }];
      await api.post('/items/bulk', { mode: 'upsert', items });
      await api.post('/items/bulk', {
        mode: 'upsert',
        emit_events: true,
        items: [...items, { ...items[0], source_id: 'y' }],
      });
      await client.wait(4);
      expect(names(client)).toEqual(['item.created', 'item.created', 'metadata.changed', 'edge.created']);
      expect(client.records[1]?.data.source_id).toBe('y');
    });

    it('tells system rows only to those whose filter names them', async () => {
      const [plain, named] = [await following(space.key), await following(space.key, { query: '?type=system.*' })];
      const key = await aKey(api);
      await anItem(api);
      await api.delete(`/keys/${key.id}`);
      await named.wait(2);
      await anItem(api);
      await plain.wait(2);
      expect(names(plain)).toEqual(['item.created', 'item.created']);
      expect(named.records.map(({ event, data }) => [event, data.type, data.state])).toEqual([
        ['item.created', 'system.credential', 'active'],
        ['item.state_changed', 'system.credential', 'revoked'],
      ]);
      expect(JSON.stringify(named.records)).not.toContain(key.key);
    });

    it('keeps to its filters: events, types with their subtypes, edge types', async () => {
      const [types, patterns, edges, events] = [
        await following(space.key, { query: '?type=core.media' }),
        await following(space.key, { query: '?type=core.media.*,core.task&event=item.created' }),
        await following(space.key, { query: '?edge_type=about' }),
        await following(space.key, { query: '?event=item.updated,item.deleted' }),
      ];
      const film = await anItem(api, { type: 'core.media.film', properties: { title: 'Film' } });
      const note = await anItem(api);
      await anItem(api, { type: 'core.task', properties: { title: 'Task' } });
      for (const edge_type of ['references', 'about'])
        created(await api.post('/edges', { source_id: note.id, target_id: film.id, edge_type }));
      await api.patch(`/items/${note.id}`, { properties: { title: 'x' } });
      await events.wait(1);
      await types.wait(3);
      await patterns.wait(2);
      await edges.wait(1);
      expect(names(types)).toEqual(['item.created', 'edge.created', 'edge.created']);
      expect(patterns.records.map(({ data }) => data.type)).toEqual(['core.media.film', 'core.task']);
      expect(edges.records.map(({ data }) => data.edge_type)).toEqual(['about']);
      expect(names(events)).toEqual(['item.updated']);
    });

    it('tells what its credential may read at that moment, and no other space', async () => {
      const other = await aSpace(under.admin);
      const reader = await aKey(api, {
        type_permissions: { '*': 'read', 'core.task': 'none', 'system.*': 'read' },
        edge_permissions: { about: 'read' },
      });
      const client = await following(reader.key, { query: '?type=*,system.*' });
      const admin = await following(space.key, { query: '?type=*' });
      await anItem(other.api);
      const note = await anItem(api, { tags: ['hidden'] });
      const task = await anItem(api, { type: 'core.task', properties: { title: 'T' } });
      for (const [edge_type, target_id] of [
        ['about', task.id],
        ['references', note.id],
      ])
        created(await api.post('/edges', { source_id: note.id, target_id, edge_type }));
      created(await api.post('/edges', { source_id: task.id, target_id: note.id, edge_type: 'about' }));
      await aKey(api);
      await anItem(api, { properties: { title: 'Seen' } });
      await client.wait(2);
      expect(client.records.map(({ data }) => data.properties?.title ?? data.type)).toEqual(['core.note', 'Seen']);
      await api.patch(`/keys/${reader.id}`, { type_permissions: { 'core.bookmark': 'read' } });
      await anItem(api, { properties: { title: 'No more' } });
      await anItem(api, { type: 'core.bookmark', properties: { url: 'https://example.test/' } });
      await client.wait(3);
      expect(client.records[2]?.data.type).toBe('core.bookmark');
      await admin.wait(9);
      expect(JSON.stringify([...client.records, ...admin.records])).not.toContain(other.id);
    });

    it('closes when its credential is revoked', async () => {
      const key = await aKey(api, { type_permissions: { '*': 'read' } });
      const client = await following(key.key);
      await api.delete(`/keys/${key.id}`);
      await client.waitUntilClosed();
      await expect(follow(under.server.url, key.key)).rejects.toThrow('401');
    });

    it('goes on from the last id without a gap and without telling twice, while writes go on', async () => {
      const first = await following(space.key);
      await anItem(api, { properties: { title: 'before' } });
      await first.wait(1);
      first.close();
      const writing = Promise.all(
        Array.from({ length: 8 }, async (_, writer) => {
          for (let count = 0; count < 30; count += 1)
            await anItem(api, { properties: { title: `${writer}-${count}` } });
        }),
      );
      const titles: string[] = [];
      let lastEventId = first.lastId();
      // Each comes back where the one before it was cut off, wherever that was.
      for (let round = 0; titles.length < 240; round += 1) {
        const options = round % 2 === 0 ? { lastEventId } : { query: `?last_event_id=${lastEventId}` };
        const client = await following(space.key, options);
        await client.wait(Math.min(25, 240 - titles.length));
        client.close();
        titles.push(...client.records.map(({ data }) => data.properties.title));
        lastEventId = client.lastId();
      }
      await writing;
      expect(titles).toHaveLength(240);
      expect(new Set(titles).size).toBe(240);
      for (let writer = 0; writer < 8; writer += 1) {
        const own = titles.filter((title) => title.startsWith(`${writer}-`));
        expect(own).toEqual(Array.from({ length: 30 }, (_, count) => `${writer}-${count}`));
      }
    }, 60_000);

    it('begins at its first id for a client that saw no event yet', async () => {
      const quiet = await following(space.key, { query: '?event=item.deleted' });
      await anItem(api, { properties: { title: 'while away' } });
      const back = await following(space.key, { lastEventId: quiet.lastId() });
      expect((await back.wait(1))[0]?.data.properties.title).toBe('while away');
    });

    it('says so and closes when it cannot go on from where the client stopped', async () => {
      const { lastId } = await following(space.key);
      const [name, tx, seq] = lastId().split('-');
      // By its transaction: what made the space may be settled after the place that a new stream is told.
      const ahead = `${name}-${Number(tx) + 1_000_000}-${seq}`;
      for (const lastEventId of ['nonsense', `other-${tx}-${seq}`, ahead, `${name}-${tx}`, `${name}-1e3-5`]) {
        const client = await following(space.key, { lastEventId });
        await client.waitUntilClosed();
        expect(client.records).toEqual([{ id: '', event: 'catchup_too_old', data: {} }]);
      }
    });

    it('is refused beyond the number of streams that the server carries', async () => {
      const open = await Promise.all(Array.from({ length: 12 }, () => following(space.key)));
      const { status, headers, body } = await api.get('/events');
      expect([status, headers.get('retry-after')]).toEqual([429, null]);
      expect(body.error).toMatchObject({
        code: 'quota_exceeded',
        details: { resource: 'event_streams', limit: 12, current: 12 },
      });
      open[0]?.close();
      for (;;) {
        const client = await following(space.key).catch(() => null);
        if (client) break;
      }
    });

    it('is refused without a credential, and with a filter that names nothing', async () => {
      expect((await api.as(null).get('/events')).status).toBe(401);
      const { status, body } = await api.get('/events?event=item.sold&type=Core&edge_type=*&since=1');
      expect(status).toBe(400);
      expect(body.error.details.issues.length).toBeGreaterThanOrEqual(4);
    });
  },
  { MAX_SUBSCRIPTION_LISTENERS: '12' },
);

describe.each(DIALECTS)('The event log on %s', (dialect) => {
  it('outlives a crash, and ends its streams at once when the server stops', async () => {
    const profile = await createProfile(dialect);
    try {
      let server = await startServer(profile.variables);
      const { api, key } = await aSpace(await bootstrap(server.url));
      const before = await follow(server.url, key);
      const made = await anItem(api);
      await server.kill();
      server = await startServer(profile.variables);
      const after = await follow(server.url, key, { lastEventId: before.lastId() });
      // Told already, or told now: never neither.
      const ids = [...before.records, ...(before.records.length > 0 ? [] : await after.wait(1))].map(
        (record) => record.data.id,
      );
      expect(ids).toEqual([made.id]);
      expect(await server.stop()).toBe(0);
      await after.waitUntilClosed();
    } finally {
      await profile.dispose();
    }
  }, 60_000);
});

describe.runIf(DIALECTS.includes('postgres'))('Two servers on one Postgres', () => {
  it('tell on each what is written through the other, in one order, and leave nothing out', async () => {
    const profile = await createProfile('postgres');
    const secrets = { API_KEY_SALT: 'a salt of sixteen', MARFA_AUTH_SECRET: 'a secret of thirty-two characters' };
    const first = await startServer({ ...profile.variables, ...secrets });
    const second = await startServer({ ...profile.variables, ...secrets });
    try {
      const { api, key } = await aSpace(await bootstrap(first.url));
      const [here, there] = [await follow(first.url, key), await follow(second.url, key)];
      const apis = [api, createApi(second.url, key)];
      await Promise.all(
        Array.from({ length: 8 }, async (_, writer) => {
          for (let count = 0; count < 50; count += 1)
            await anItem(apis[(writer + count) % 2] as Api, { properties: { title: `${writer}-${count}` } });
        }),
      );
      const title = ({ data }: { data: { properties: { title: string } } }) => data.properties.title;
      const [seenHere, seenThere] = [(await here.wait(400)).map(title), (await there.wait(400)).map(title)];
      expect(seenThere).toEqual(seenHere);
      expect(new Set(seenHere).size).toBe(400);
      for (let writer = 0; writer < 8; writer += 1) {
        const own = seenHere.filter((name) => name.startsWith(`${writer}-`));
        expect(own).toEqual(Array.from({ length: 50 }, (_, count) => `${writer}-${count}`));
      }
      const revoked = await aKey(api, { type_permissions: { '*': 'read' } });
      const elsewhere = await follow(second.url, revoked.key);
      await api.delete(`/keys/${revoked.id}`);
      await elsewhere.waitUntilClosed();
    } finally {
      await Promise.all([first.stop(), second.stop()]);
      await profile.dispose();
    }
  }, 120_000);
});
