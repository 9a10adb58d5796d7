import { beforeEach, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace } from './support/spaces.ts';

describeServer('Many edges', (under) => {
  let api: Api;
  beforeEach(async () => {
    ({ api } = await aSpace(under.admin));
  });
  const some = (count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, async () => (await anItem(api)).id));
  const relate = (source_id: string, edge_type: string, target_id: string, more: object = {}) =>
    api.post('/edges', { source_id, target_id, edge_type, ...more });

  describe('are listed', () => {
    const ids = (edges: { id: string }[]) => edges.map((edge) => edge.id);

    it('by type, page by page, also while others are made', async () => {
      const targets = await some(6);
      const source = await anItem(api, { edges: { about: targets, references: targets.slice(0, 4) } });
      const all = await allRows(api, `/items/${source.id}/edges`);
      expect(ids(await allRows(api, '/edges'))).toEqual(ids(all));
      const about = all.filter((edge) => edge.edge_type === 'about');
      expect(ids(await allRows(api, '/edges?edge_type=about'))).toEqual(ids(about));
      expect(ids(await allRows(api, '/edges?edge_type=about,references,unknown'))).toEqual(ids(all));
      expect((await api.get('/edges?edge_type=unknown')).body).toEqual({ data: [], cursor: null, has_more: false });
      const seen = [];
      let cursor: string | null = null;
      do {
        const { body } = await api.get(`/edges?limit=3${cursor ? `&cursor=${cursor}` : ''}`);
        if (seen.length === 0) await relate(source.id, 'derived-from', targets[0] ?? '');
        seen.push(...body.data);
        cursor = body.cursor;
      } while (cursor);
      expect(ids(seen).slice(0, 10)).toEqual(ids(all));
      expect(seen).toHaveLength(11);
      expect((await api.get('/edges?limit=10')).body.has_more).toBe(true);
      expect((await api.get('/edges?limit=500')).status).toBe(200);
      expect(refusal(await api.get('/edges?limit=501')).code).toBe('validation_error');
      expect(refusal(await api.get(`/edges?edge_type=${Array(11).fill('a').join(',')}`)).code).toBe('validation_error');
    });

    it('as far as their types and both of their ends may be read', async () => {
      const [note = '', other = ''] = await some(2);
      const { id: task } = await anItem(api, { type: 'core.task', properties: { title: 'x' } });
      const edge = async (...[a, type, b]: [string, string, string]) => (await relate(a, type, b)).body.edge.id;
      const between = await edge(note, 'about', other);
      const references = await edge(note, 'references', other);
      for (const [a, b] of [
        [note, task],
        [task, note],
      ] as const)
        await edge(a, 'about', b);
      const seenBy = async (maps: Parameters<typeof aKey>[1]) =>
        ids(await allRows((await aKey(api, maps)).api, '/edges'));
      const edge_permissions = { '*': 'read' } as const;
      expect(await seenBy({ type_permissions: { 'core.note': 'read' }, edge_permissions })).toEqual([
        between,
        references,
      ]);
      expect(await seenBy({ type_permissions: { '*': 'read' }, edge_permissions })).toHaveLength(4);
      expect(await seenBy({ type_permissions: { '*': 'read' }, edge_permissions: { references: 'read' } })).toEqual([
        references,
      ]);
      expect(await seenBy({ type_permissions: { '*': 'read' } })).toEqual([]);
      expect(await seenBy({ edge_permissions })).toEqual([]);
    });

    it('with cursors that name no edge that may not be read', async () => {
      const [a = '', b = ''] = await some(2);
      const { id: task } = await anItem(api, { type: 'core.task', properties: { title: 'x' } });
      for (const target of [b, task, a]) await relate(a, 'about', target);
      const hidden = (await allRows(api, '/edges')).find((edge) => edge.target_id === task);
      const maps = { type_permissions: { 'core.note': 'read' }, edge_permissions: { about: 'read' } } as const;
      const { body } = await (await aKey(api, maps)).api.get('/edges?limit=1');
      expect(body).toMatchObject({ data: [{ target_id: b }], has_more: true });
      expect(Buffer.from(body.cursor, 'base64url').toString()).not.toContain(hidden.id);
    });
  });

  describe('in a bulk write', () => {
    const bulk = (edges: object[], more: object = {}) => api.post('/edges/bulk', { mode: 'upsert', edges, ...more });
    const about = (source_id: string, target_id: string, properties: object = {}) => ({
      source_id,
      target_id,
      edge_type: 'about',
      properties,
    });

    it('are made, updated and skipped', async () => {
      const [a = '', b = '', c = ''] = await some(3);
      const { id } = (await relate(a, 'about', b, { properties: { x: 1 } })).body.edge;
      const same = (await relate(a, 'about', c)).body.edge;
      const { status, body } = await bulk([about(a, b, { y: 2 }), about(a, c), about(b, c), about(b, c, { z: 3 })]);
      expect(status).toBe(200);
      expect(body.counts).toEqual({ created: 1, updated: 2, skipped: 1, errored: 0 });
      expect(body.results[0]).toEqual({ index: 0, outcome: 'updated', id });
      expect(body.results[1]).toEqual({ index: 1, outcome: 'skipped', id: same.id, reason: 'unchanged' });
      expect(body.results[3]).toMatchObject({ outcome: 'updated', id: body.results[2].id });
      expect((await api.get(`/items/${a}/edges`)).body.data[0].properties).toEqual({ x: 1, y: 2 });
      const again = await bulk([about(a, b, { y: 3 })], { mode: 'create_only' });
      expect(again.body.results).toEqual([{ index: 0, outcome: 'skipped', id, reason: 'exists' }]);
      expect((await api.get(`/items/${a}/edges`)).body.data[0].properties).toEqual({ x: 1, y: 2 });
    });

    it('stand or fall together when atomic, and each for itself when not', async () => {
      const [a = '', b = '', c = ''] = await some(3);
      const edges = [
        about(a, b),
        { source_id: a, target_id: a, edge_type: 'parent-of' },
        { source_id: a, target_id: b, edge_type: 'swims-with' },
        about(b, c),
      ];
      const answer = await bulk(edges);
      expect(refusal(answer)).toEqual({ status: 400, code: 'edge_cycle' });
      expect(answer.body.error.details.index).toBe(1);
      expect((await api.get('/edges')).body.data).toEqual([]);
      const { body } = await bulk(edges, { atomic: false });
      expect(body.counts).toEqual({ created: 2, updated: 0, skipped: 0, errored: 2 });
      expect(body.results.map((result: { error?: { code: string } }) => result.error?.code)).toEqual([
        undefined,
        'edge_cycle',
        'type_not_found',
        undefined,
      ]);
      expect((await api.get('/edges')).body.data).toHaveLength(2);
    });

    it('are up to 5,000, whoever writes the same at the same moment', async () => {
      const ends = await some(10);
      const pairs = ends.flatMap((source) => ends.map((target) => about(source, target)));
      const answers = await Promise.all([bulk(pairs), bulk(pairs.toReversed()), bulk(pairs)]);
      const created = answers.map((answer) => answer.body.counts.created);
      expect(created.sort()).toEqual([0, 0, 100]);
      const over = Array.from({ length: 5001 }, () => about(ends[0] ?? '', ends[1] ?? ''));
      expect(refusal(await bulk(over)).code).toBe('bulk_cap_exceeded');
      expect(refusal(await bulk([])).code).toBe('validation_error');
    });
  });
});
