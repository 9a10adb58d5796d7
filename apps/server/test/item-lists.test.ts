import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace, created } from './support/spaces.ts';

interface Row {
  id: string;
  properties: { title: string };
}

describeServer('A list of items', (under) => {
  let api: Api;
  beforeAll(async () => {
    ({ api } = await aSpace(under.admin));
  });

  const titles = async (query: string) =>
    (await api.get(`/items?${query}`)).body.data.map((row: Row) => row.properties.title);

  /** Three notes in the order of their timestamps: one, three, two. */
  async function threeNotes() {
    ({ api } = await aSpace(under.admin));
    const times = { one: '2026-01-01T00:00:00Z', two: '2026-03-01T00:00:00Z', three: '2026-02-01T00:00:00Z' };
    const ids: Record<string, string> = {};
    for (const [title, timestamp] of Object.entries(times))
      ids[title] = (await anItem(api, { properties: { title }, timestamp })).id;
    return ids;
  }

  it('is newest first by creation, unless told otherwise', async () => {
    const ids = await threeNotes();
    expect(await titles('')).toEqual(['three', 'two', 'one']);
    expect(await titles('direction=asc')).toEqual(['one', 'two', 'three']);
    expect(await titles('sort=timestamp')).toEqual(['two', 'three', 'one']);
    expect(await titles('sort=timestamp&direction=asc')).toEqual(['one', 'three', 'two']);
    await api.patch(`/items/${ids.one}`, { properties: { body: 'edited' } });
    expect(await titles('sort=updated_at')).toEqual(['one', 'three', 'two']);
  });

  it('goes from a time on, and up to but not including another', async () => {
    await threeNotes();
    const window = 'since=2026-02-01T01:00:00%2B01:00&until=2026-03-01T00:00:00Z';
    expect(await titles(`sort=timestamp&${window}`)).toEqual(['three']);
  });

  it('shows one state, the active one if none is named', async () => {
    const ids = await threeNotes();
    await api.delete(`/items/${ids.one}`);
    await api.post(`/items/${ids.two}/transition`, { state: 'archived' });
    expect(await titles('')).toEqual(['three']);
    expect(await titles('state=trashed')).toEqual(['one']);
    expect(await titles('state=archived')).toEqual(['two']);
  });

  it('narrows by type with its subtypes, source, tier, and every tag', async () => {
    ({ api } = await aSpace(under.admin));
    const other = await aKey(api, { role: 'tenant_admin', default_tier: 'feed' });
    await anItem(api, { type: 'core.media.film', properties: { title: 'film' }, tags: ['sea', 'storm'] });
    await anItem(api, { type: 'core.media', properties: { title: 'media' }, tags: ['sea'] });
    await anItem(other.api, { properties: { title: 'note' }, tags: ['sea', 'storm'] });
    expect(await titles('type=core.media&direction=asc')).toEqual(['film', 'media']);
    expect(await titles('type=core.media.film')).toEqual(['film']);
    expect(await titles('type=core.media.nothing')).toEqual([]);
    expect(await titles(`source=${other.source}`)).toEqual(['note']);
    expect(await titles('tier=library&direction=asc')).toEqual(['film', 'media']);
    expect(await titles('tier=feed')).toEqual(['note']);
    expect(await titles('tags=sea,storm&direction=asc')).toEqual(['film', 'note']);
    expect(await titles('tags=storm&type=core.media')).toEqual(['film']);
    expect(await titles('tags=calm')).toEqual([]);
  });

  it('includes what is asked for, and nothing else', async () => {
    ({ api } = await aSpace(under.admin));
    const target = await anItem(api, { type: 'core.task', properties: { title: 'target' } });
    const { id } = await anItem(api, { tags: ['sea'], edges: { about: [target.id] } });
    await api.put(`/items/${id}/extensions/harbour.tide`, { high: true });
    const row = async (include: string) => (await api.get(`/items?type=core.note&include=${include}`)).body.data[0];
    const plain = (await api.get('/items?type=core.note')).body.data[0];
    expect(plain).toMatchObject({ id });
    expect([plain.edges, plain.extensions, plain.metadata]).toEqual([undefined, undefined, undefined]);
    expect(await row('metadata')).toMatchObject({ item: { id }, metadata: { tags: ['sea'], extensions: {} } });
    const withExtensions = await row('extensions');
    expect(withExtensions.item.extensions).toEqual({ 'harbour.tide': { high: true } });
    const withEdges = await row('edges');
    expect(withEdges.item.edges.about).toMatchObject({ edges: [{ target_id: target.id }], has_more: false });
    expect(withEdges.metadata).toBeUndefined();
    const all = await row('edges,metadata,extensions');
    expect(Object.keys(all.item.edges)).toEqual(['about']);
    expect(all.metadata).toEqual({ item_id: id, tags: ['sea'], extensions: { 'harbour.tide': { high: true } } });
    const single = (await api.get(`/items/${id}?include=edges,extensions`)).body;
    expect(single.item.edges).toEqual(all.item.edges);
    expect(single.metadata.extensions).toEqual({ 'harbour.tide': { high: true } });
  });

  it.each([
    ['limit=0', 'query $.limit'],
    ['limit=201', 'query $.limit'],
    ['limit=many', 'query $.limit'],
    ['limit=1.5', 'query $.limit'],
    ['limit=1&limit=2', 'query $.limit'],
    ['sort=title', 'query $.sort'],
    ['direction=up', 'query $.direction'],
    ['state=gone', 'query $.state'],
    ['tier=both', 'query $.tier'],
    ['since=yesterday', 'query $.since'],
    ['until=2026-01-01', 'query $.until'],
    ['type=Note', 'query $.type'],
    ['tags=,', 'query $.tags'],
    ['include=everything', 'query $.include[0]'],
    ['cursor=nonsense', 'query $.cursor'],
    [`cursor=${Buffer.from('["a",5]').toString('base64url')}`, 'query $.cursor'],
    ['filter=x', 'query $.filter'],
    ['__proto__=x', 'query $.__proto__'],
  ])('refuses %s', async (query, path) => {
    const answer = await api.get(`/items?${query}`);
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual([path]);
  });

  describe('page by page', () => {
    const COUNT = 25;
    const fill = async (prefix: string, count: number) => {
      const items = Array.from({ length: count }, (_, index) => ({
        type: 'core.note',
        // All at one moment: only the id can tell them apart.
        timestamp: '2026-01-01T00:00:00Z',
        properties: { title: `${prefix} ${index}` },
      }));
      const { body } = await api.post('/items/bulk', { mode: 'upsert', items });
      return body.results.map((result: { id: string }) => result.id) as string[];
    };

    it.each([
      ['created_at', 'desc'],
      ['created_at', 'asc'],
      ['timestamp', 'desc'],
      ['timestamp', 'asc'],
    ])('by %s %s loses and repeats nothing while others write', async (sort, direction) => {
      ({ api } = await aSpace(under.admin));
      const expected = new Set(await fill('before', COUNT));
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const from = cursor === null ? '' : `&cursor=${cursor}`;
        const { body } = await api.get(`/items?sort=${sort}&direction=${direction}&limit=4${from}`);
        seen.push(...body.data.map((row: Row) => row.id));
        expect(body.has_more).toBe(body.cursor !== null);
        cursor = body.cursor;
        await fill('meanwhile', 3);
        const [gone] = seen;
        await api.patch(`/items/${gone}`, { properties: { body: String(seen.length) } });
      } while (cursor !== null && seen.length < 200);
      expect(new Set(seen).size).toBe(seen.length);
      for (const id of expected) expect(seen).toContain(id);
    });

    it('sees each of 2,000 rows that stay exactly once, while others are written, changed and trashed', async () => {
      ({ api } = await aSpace(under.admin));
      const staying = await fill('staying', 1900);
      const going = await fill('going', 100);
      const busy = staying.slice(0, 100);
      const filter = encodeURIComponent('properties.title contains "ay" or properties.title contains "go"');
      const walks = ['', `&filter=${filter}`, '&sort=updated_at&direction=asc', '&sort=updated_at'].map(
        async (query) => {
          const seen: string[] = [];
          let cursor: string | null = null;
          do {
            const from = cursor === null ? '' : `&cursor=${cursor}`;
            const { body } = await api.get(`/items?limit=150${query}${from}`);
            seen.push(...body.data.map((row: Row) => row.id));
            cursor = body.cursor;
          } while (cursor !== null);
          return seen;
        },
      );
      const writes = (async () => {
        for (let round = 0; round < 20; round += 1) {
          const ids = going.slice(round * 5, round * 5 + 5);
          const touched = busy.slice(round * 5, round * 5 + 5);
          await Promise.all([
            fill('new', 5),
            ...ids.map((id) => api.delete(`/items/${id}`)),
            ...touched.map((id) => api.patch(`/items/${id}`, { properties: { title: `stayed ${round}` } })),
          ]);
        }
      })();
      const [plain = [], filtered = [], oldestChange = [], newestChange = []] = await Promise.all(walks);
      await writes;
      for (const seen of [plain, filtered]) {
        expect(new Set(seen).size).toBe(seen.length);
        expect(staying.filter((id) => !seen.includes(id))).toEqual([]);
      }
      // By the time of change, a row that changes comes again behind all others, or has gone ahead of the place.
      expect(staying.filter((id) => !oldestChange.includes(id))).toEqual([]);
      for (const seen of [oldestChange, newestChange]) {
        const quiet = staying.filter((id) => !busy.includes(id));
        const count = new Map<string, number>();
        for (const id of seen) count.set(id, (count.get(id) ?? 0) + 1);
        expect(quiet.filter((id) => count.get(id) !== 1)).toEqual([]);
      }
    });

    it('takes no cursor of another list, and none that is older than a day', async () => {
      ({ api } = await aSpace(under.admin));
      await fill('row', 3);
      const { cursor } = (await api.get('/items?limit=1')).body;
      expect((await api.get(`/items?limit=2&cursor=${cursor}`)).body.data).toHaveLength(2);
      expect((await api.get(`/items?include=metadata&cursor=${cursor}`)).status).toBe(200);
      const others = ['sort=updated_at', 'direction=asc', 'type=core.note', 'state=trashed', 'tier=feed', 'tags=a'];
      const filters = [`filter=${encodeURIComponent('version eq 1')}`, 'since=2020-01-01T00:00:00Z', 'source=x'];
      for (const query of [...others, ...filters]) {
        const answer = await api.get(`/items?${query}&cursor=${cursor}`);
        expect(refusal(answer), query).toEqual({ status: 400, code: 'validation_error' });
        expect(faultPaths(answer)).toEqual(['query $.cursor']);
      }
      const [value, id, issuedAt, list] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
      const at = (time: number) => Buffer.from(JSON.stringify([value, id, time, list])).toString('base64url');
      expect((await api.get(`/items?cursor=${at(issuedAt - 23 * 3_600_000)}`)).status).toBe(200);
      const old = await api.get(`/items?cursor=${at(issuedAt - 25 * 3_600_000)}`);
      expect(refusal(old)).toEqual({ status: 400, code: 'validation_error' });
      expect(old.body.error.details.issues[0].message).toMatch(/24 hours/);
    });

    it('ends with a page that says so, also when it is exactly full', async () => {
      ({ api } = await aSpace(under.admin));
      await fill('only', 4);
      const { body } = await api.get('/items?limit=4');
      expect(body.data).toHaveLength(4);
      expect(body).toMatchObject({ has_more: false, cursor: null });
    });

    it('holds at most what was asked for, 50 if nothing was', async () => {
      ({ api } = await aSpace(under.admin));
      await fill('many', 60);
      expect((await api.get('/items')).body.data).toHaveLength(50);
      expect((await api.get('/items?limit=1')).body.data).toHaveLength(1);
      expect((await api.get('/items?limit=200')).body.data).toHaveLength(60);
    });
  });

  it('shows rows of the platform only when their type is asked for', async () => {
    ({ api } = await aSpace(under.admin));
    expect((await api.get('/items')).body.data).toEqual([]);
    expect((await api.get('/items?type=system.credential')).body.data).toHaveLength(1);
    const catalogue = (await api.get('/items?type=system.integration')).body.data;
    expect(catalogue.length).toBeGreaterThan(0);
    expect(catalogue[0].tenant_id).toBeNull();
  });

  it('is empty for a key that may read nothing', async () => {
    await anItem(api);
    const member = await aKey(api);
    expect(await member.api.get('/items')).toMatchObject({
      status: 200,
      body: { data: [], cursor: null, has_more: false },
    });
    expect(created(await api.post('/items', { type: 'core.note' })).item.id).toBeTypeOf('string');
  });
});
