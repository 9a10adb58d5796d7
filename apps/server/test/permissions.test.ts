import type { CreateKeyInput } from '@withmarfa/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace } from './support/spaces.ts';

describeServer('A member', (under) => {
  let owner: Api;
  /** One item of each of these types, made by the owner. */
  const ids: Record<string, string> = {};
  const TYPES = ['core.note', 'core.media', 'core.media.film', 'core.highlight'];

  beforeAll(async () => {
    ({ api: owner } = await aSpace(under.admin));
    for (const type of TYPES) {
      const properties = type === 'core.highlight' ? { text: 'x' } : {};
      ids[type] = (await anItem(owner, { type, properties, tags: ['sea'] })).id;
    }
    for (const namespace of ['harbour.tide', 'ships'])
      await owner.put(`/items/${ids['core.note']}/extensions/${namespace}`, { from: namespace });
  });
  const memberWith = async (maps: Partial<CreateKeyInput>) => (await aKey(owner, maps)).api;
  const denied = (code: string) => ({ status: 403, code });

  describe('reads and writes the types of its map:', () => {
    it.each<[map: Record<string, 'read' | 'write' | 'none'>, readable: string[], writable: string[]]>([
      [{}, [], []],
      [{ 'core.note': 'read' }, ['core.note'], []],
      [{ 'core.note': 'write' }, ['core.note'], ['core.note']],
      [{ 'core.media': 'read' }, ['core.media', 'core.media.film'], []],
      [{ 'core.media': 'write' }, ['core.media', 'core.media.film'], ['core.media']],
      [{ 'core.media.*': 'write' }, ['core.media', 'core.media.film'], ['core.media', 'core.media.film']],
      [{ '*': 'write', 'core.media.*': 'read' }, TYPES, ['core.note', 'core.highlight']],
      [{ '*': 'read', 'core.media': 'none' }, ['core.note', 'core.highlight'], []],
      [{ 'core.media': 'read', 'core.media.film': 'none' }, ['core.media'], []],
      [{ 'core.media.*': 'none', 'core.media.film': 'read' }, ['core.media.film'], []],
    ])('%j', async (type_permissions, readable, writable) => {
      const member = await memberWith({ type_permissions });
      for (const type of TYPES) {
        const get = await member.get(`/items/${ids[type]}`);
        if (readable.includes(type)) expect(get.status, `reading ${type}`).toBe(200);
        else expect(refusal(get)).toEqual(denied('type_not_permitted'));
        for (const answer of [
          await member.patch(`/items/${ids[type]}`, { properties: {} }),
          await member.post('/items', { type, properties: { text: 'x' } }),
        ]) {
          if (writable.includes(type)) expect(answer.status, `writing ${type}`).toBeLessThan(300);
          else expect(refusal(answer)).toEqual(denied('type_not_permitted'));
        }
      }
      const listed = (await allRows(member, '/items')).map((item) => item.type);
      expect([...new Set(listed)].sort()).toEqual([...readable].sort());
      const types = (await member.get('/types')).body.map((type: { id: string }) => type.id);
      for (const type of TYPES) expect(types.includes(type), type).toBe(readable.includes(type));
    });

    it('an item that it may not read is not shown by writing onto it either', async () => {
      const member = await memberWith({ type_permissions: { 'core.*': 'write', 'core.media': 'none' } });
      const film = `/items/${ids['core.media.film']}`;
      for (const answer of [
        await member.get(film),
        await member.patch(film, {}),
        await member.post(`${film}/transition`, { state: 'archived' }),
        await member.delete(film),
      ])
        expect(refusal(answer)).toEqual(denied('type_not_permitted'));
      expect((await member.post('/items', { type: 'core.media.film' })).status).toBe(201);
    });

    it('an item that it may not write is neither moved nor deleted', async () => {
      const member = await memberWith({ type_permissions: { 'core.note': 'read' } });
      for (const answer of [
        await member.delete(`/items/${ids['core.note']}`),
        await member.post(`/items/${ids['core.note']}/transition`, { state: 'archived' }),
        await member.post(`/items/${ids['core.note']}/restore`),
      ])
        expect(refusal(answer)).toEqual(denied('type_not_permitted'));
      expect((await owner.get(`/items/${ids['core.note']}`)).body.item.state).toBe('active');
    });

    it('a type that it may not read answers like one that is not there', async () => {
      const member = await memberWith({ type_permissions: { 'core.note': 'read' } });
      const [hidden, absent] = [await member.get('/types/core.media'), await member.get('/types/core.nothing')];
      expect(refusal(hidden)).toEqual({ status: 404, code: 'type_not_found' });
      expect(hidden.body.error.message.replace('core.media', 'core.nothing')).toBe(absent.body.error.message);
    });

    it('in bulk, each on its own or all together', async () => {
      const member = await memberWith({ type_permissions: { 'core.note': 'write' } });
      const items = [{ type: 'core.note' }, { type: 'core.media' }];
      const each = await member.post('/items/bulk', { mode: 'upsert', atomic: false, items });
      expect(each.body.results.map((result: { outcome: string }) => result.outcome)).toEqual(['created', 'errored']);
      expect(each.body.results[1].error.code).toBe('type_not_permitted');
      const all = await member.post('/items/bulk', { mode: 'upsert', items });
      expect(refusal(all)).toEqual(denied('type_not_permitted'));
    });
  });

  describe('needs the right to tags', () => {
    const note = () => `/items/${ids['core.note']}`;

    it('to read them, wherever they show', async () => {
      const blind = await memberWith({ type_permissions: { '*': 'read' } });
      expect((await blind.get(note())).body.metadata.tags).toEqual([]);
      expect((await blind.get('/items?type=core.note&include=metadata')).body.data[0].metadata.tags).toEqual([]);
      expect(refusal(await blind.get(`${note()}/metadata`))).toEqual(denied('forbidden'));
      expect(refusal(await blind.get('/items?tags=sea'))).toEqual(denied('forbidden'));
      const sighted = await memberWith({ type_permissions: { '*': 'read' }, metadata_permissions: { tags: 'read' } });
      expect((await sighted.get(note())).body.metadata.tags).toEqual(['sea']);
      expect((await sighted.get('/items?tags=sea')).body.data).toHaveLength(TYPES.length);
    });

    it('to write them, beside the right to read the item', async () => {
      const reader = await memberWith({ type_permissions: { '*': 'write' }, metadata_permissions: { tags: 'read' } });
      expect(refusal(await reader.post(`${note()}/tags`, { tags: ['mine'] }))).toEqual(denied('forbidden'));
      expect(refusal(await reader.delete(`${note()}/tags/sea`))).toEqual(denied('forbidden'));
      const blind = await memberWith({ metadata_permissions: { tags: 'write' } });
      expect(refusal(await blind.post(`${note()}/tags`, { tags: ['mine'] }))).toEqual(denied('type_not_permitted'));
      expect((await owner.get(note())).body.metadata.tags).toEqual(['sea']);
      const writer = await memberWith({ type_permissions: { '*': 'read' }, metadata_permissions: { '*': 'write' } });
      expect((await writer.post(`${note()}/tags`, { tags: ['mine'] })).body.metadata.tags).toEqual(['mine', 'sea']);
      expect((await writer.delete(`${note()}/tags/mine`)).body.metadata.tags).toEqual(['sea']);
    });
  });

  describe('sees the extensions of its map:', () => {
    const extensions = () => `/items/${ids['core.note']}/extensions`;

    it.each<[Record<string, 'read' | 'write'>, string[], string[]]>([
      [{}, [], []],
      [{ ships: 'read' }, ['ships'], []],
      [{ 'harbour.*': 'write' }, ['harbour.tide'], ['harbour.tide']],
      [{ harbour: 'write' }, [], []],
      [{ '*': 'read', ships: 'write' }, ['harbour.tide', 'ships'], ['ships']],
    ])('%j', async (extension_permissions, readable, writable) => {
      const member = await memberWith({ type_permissions: { '*': 'write' }, extension_permissions });
      expect(Object.keys((await member.get(extensions())).body.extensions)).toEqual(readable);
      const included = (await member.get(`/items/${ids['core.note']}?include=extensions`)).body;
      expect(Object.keys(included.item.extensions)).toEqual(readable);
      expect(Object.keys(included.metadata.extensions)).toEqual(readable);
      for (const namespace of ['harbour.tide', 'ships']) {
        const get = await member.get(`${extensions()}/${namespace}`);
        if (readable.includes(namespace)) expect(get.body.data).toEqual({ from: namespace });
        else expect(refusal(get)).toEqual(denied('extension_permission_denied'));
        const put = await member.put(`${extensions()}/${namespace}`, { from: namespace });
        if (writable.includes(namespace)) expect(put.status).toBe(200);
        else {
          expect(refusal(put)).toEqual(denied('extension_permission_denied'));
          expect(refusal(await member.delete(`${extensions()}/${namespace}`)).status).toBe(403);
        }
      }
    });

    it('and none of an item that it may not read', async () => {
      const member = await memberWith({ extension_permissions: { '*': 'write' } });
      for (const answer of [
        await member.get(extensions()),
        await member.get(`${extensions()}/ships`),
        await member.put(`${extensions()}/ships`, {}),
        await member.delete(`${extensions()}/ships`),
      ])
        expect(refusal(answer)).toEqual(denied('type_not_permitted'));
    });

    it('as a tenant_admin does, whom the other maps do not bind', async () => {
      const narrow = await aKey(owner, { role: 'tenant_admin', extension_permissions: { ships: 'read' } });
      expect(Object.keys((await narrow.api.get(extensions())).body.extensions)).toEqual(['ships']);
      expect(refusal(await narrow.api.put(`${extensions()}/ships`, {}))).toEqual(denied('extension_permission_denied'));
      expect((await narrow.api.post(`/items/${ids['core.note']}/tags`, { tags: ['sea'] })).status).toBe(200);
    });
  });

  describe('writes edges through both gates', () => {
    /** What each pair of rights comes to, on every road that an edge can take. */
    it.each<[what: string, maps: Partial<CreateKeyInput>, allowed: boolean]>([
      ['neither', { type_permissions: { '*': 'read' } }, false],
      ['the edge type alone', { type_permissions: { '*': 'read' }, edge_permissions: { about: 'write' } }, false],
      ['the source type alone', { type_permissions: { '*': 'write' }, edge_permissions: { about: 'read' } }, false],
      [
        'a target that it may not read',
        { type_permissions: { 'core.note': 'write' }, edge_permissions: { about: 'write' } },
        false,
      ],
      [
        'both',
        { type_permissions: { 'core.note': 'write', 'core.media': 'read' }, edge_permissions: { about: 'write' } },
        true,
      ],
    ])('with %s', async (_what, maps, allowed) => {
      const member = await memberWith(maps);
      const source = await anItem(owner);
      const target_id = ids['core.media'];
      const create = await member.post('/edges', { source_id: source.id, target_id, edge_type: 'about' });
      if (allowed) expect(create.status).toBe(201);
      else expect(refusal(create)).toEqual(denied('edge_permission_denied'));

      const mayWriteNotes = maps.type_permissions?.['core.note'] ?? maps.type_permissions?.['*'];
      if (mayWriteNotes === 'write') {
        const edges = { about: [target_id] };
        const other = await anItem(owner);
        const inside = [
          await member.post('/items', { type: 'core.note', edges }),
          await member.patch(`/items/${other.id}`, { edges }),
          await member.post('/items/bulk', { mode: 'upsert', items: [{ type: 'core.note', edges }] }),
        ];
        for (const answer of inside) {
          if (allowed) expect(answer.status).toBeLessThan(300);
          else expect(refusal(answer)).toEqual(denied('edge_permission_denied'));
        }
      }

      const made = await owner.post('/edges', { source_id: source.id, target_id, edge_type: 'references' });
      const remove = await member.delete(`/edges/${made.body.edge.id}`);
      expect(refusal(remove)).toEqual({ status: 404, code: 'edge_not_found' });
    });

    it('and deletes only with both', async () => {
      const source = await anItem(owner);
      const body = { source_id: source.id, target_id: ids['core.media'], edge_type: 'about' };
      const { id } = (await owner.post('/edges', body)).body.edge;
      const reader = await memberWith({ type_permissions: { '*': 'read' }, edge_permissions: { about: 'write' } });
      expect(refusal(await reader.delete(`/edges/${id}`))).toEqual(denied('edge_permission_denied'));
      const half = await memberWith({ type_permissions: { '*': 'write' }, edge_permissions: { about: 'read' } });
      expect(refusal(await half.delete(`/edges/${id}`))).toEqual(denied('edge_permission_denied'));
      expect(refusal(await half.patch(`/items/${source.id}`, { edges: { about: [] } }))).toEqual(
        denied('edge_permission_denied'),
      );
      const both = await memberWith({ type_permissions: { '*': 'write' }, edge_permissions: { about: 'write' } });
      expect((await both.delete(`/edges/${id}`)).status).toBe(200);
    });

    it('and learns nothing of what is there where one is closed', async () => {
      const source = await anItem(owner, { edges: { about: [ids['core.media']] } });
      const blind = await memberWith({ type_permissions: { 'core.note': 'write', 'core.media': 'read' } });
      for (const edges of [{ about: [ids['core.media']] }, { about: [ids['core.media.film']] }, { references: [] }])
        expect(refusal(await blind.patch(`/items/${source.id}`, { edges }))).toEqual(denied('edge_permission_denied'));
    });

    it('and sees only edges of its map, to items that it may read', async () => {
      const source = await anItem(owner, {
        edges: { about: [ids['core.media'], ids['core.highlight']], references: [ids['core.media']] },
      });
      const member = await memberWith({
        type_permissions: { 'core.note': 'read', 'core.media': 'read' },
        edge_permissions: { about: 'read' },
      });
      const edges = (await member.get(`/items/${source.id}/edges`)).body.data;
      expect(edges.map((edge: Record<string, string>) => [edge.edge_type, edge.target_id])).toEqual([
        ['about', ids['core.media']],
      ]);
      const hydrated = (await member.get(`/items/${source.id}?include=edges`)).body.item.edges;
      expect(Object.keys(hydrated)).toEqual(['about']);
      expect(hydrated.about.edges).toHaveLength(1);
      expect((await member.get(`/items/${ids['core.media']}/backrefs`)).body.data.length).toBeGreaterThan(0);
      const blind = await memberWith({ type_permissions: { '*': 'read' } });
      expect((await blind.get(`/items/${source.id}/edges`)).body.data).toEqual([]);
    });
  });
});
