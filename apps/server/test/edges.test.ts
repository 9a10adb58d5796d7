import { beforeEach, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace } from './support/spaces.ts';

describeServer('An edge', (under) => {
  let api: Api;
  let spaceId: string;
  beforeEach(async () => {
    ({ api, id: spaceId } = await aSpace(under.admin));
  });
  const some = (count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, async () => (await anItem(api)).id));
  const relate = (source_id: string, edge_type: string, target_id: string, more: object = {}) =>
    api.post('/edges', { source_id, target_id, edge_type, ...more });
  const violation = async (answer: Awaited<ReturnType<typeof relate>>) => ({
    ...refusal(answer),
    constraint: answer.body.error.details?.constraint,
  });
  const outbound = async (id: string) =>
    (await allRows(api, `/items/${id}/edges`)).map((edge) => `${edge.edge_type} ${edge.target_id}`).sort();

  it('relates two items, and is seen from both', async () => {
    const [a = '', b = ''] = await some(2);
    const { status, body } = await relate(a, 'about', b, { properties: { since: 'spring' } });
    expect(status).toBe(201);
    expect(body.edge).toEqual({
      id: expect.any(String),
      tenant_id: spaceId,
      source_id: a,
      target_id: b,
      edge_type: 'about',
      properties: { since: 'spring' },
      created_at: expect.any(String),
      updated_at: body.edge.created_at,
    });
    expect((await api.get(`/items/${a}/edges`)).body).toEqual({ data: [body.edge], cursor: null, has_more: false });
    expect((await api.get(`/items/${b}/backrefs`)).body.data).toEqual([body.edge]);
    expect((await api.get(`/items/${b}/edges`)).body.data).toEqual([]);
    expect((await api.delete(`/edges/${body.edge.id}`)).body).toEqual({ ok: true });
    expect((await api.get(`/items/${b}/backrefs`)).body.data).toEqual([]);
    expect(refusal(await api.delete(`/edges/${body.edge.id}`))).toEqual({ status: 404, code: 'edge_not_found' });
    const actions = (await allRows(api, `/audit?resource_id=${body.edge.id}`)).map((row) => row.action);
    expect(actions).toEqual(['edge.delete', 'edge.create']);
  });

  it('needs both ends and a known type', async () => {
    const [a = ''] = await some(1);
    const nobody = '01936d2e-7b7a-7000-8000-00000000dead';
    expect(refusal(await relate(a, 'about', nobody))).toEqual({ status: 404, code: 'item_not_found' });
    expect(refusal(await relate(nobody, 'about', a))).toEqual({ status: 404, code: 'item_not_found' });
    expect(refusal(await relate(a, 'swims-with', a))).toEqual({ status: 404, code: 'type_not_found' });
    expect(refusal(await relate(a, 'About', a))).toEqual({ status: 400, code: 'validation_error' });
    expect(refusal(await relate(a, 'about', a, { colour: 'blue' }))).toEqual({ status: 400, code: 'validation_error' });
  });

  it('is there once, however many make it at the same moment', async () => {
    const [a = '', b = ''] = await some(2);
    const answers = await Promise.all(Array.from({ length: 10 }, () => relate(a, 'about', b)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(400)]);
    for (const answer of answers.filter(({ status }) => status !== 201))
      expect(await violation(answer)).toEqual({
        status: 400,
        code: 'edge_constraint_violation',
        constraint: 'duplicate',
      });
    expect(await outbound(a)).toEqual([`about ${b}`]);
    expect((await relate(b, 'about', a)).status).toBe(201);
    expect((await relate(a, 'references', b)).status).toBe(201);
  });

  it('is removed once, however many remove it at the same moment', async () => {
    const [a = '', b = ''] = await some(2);
    const { id } = (await relate(a, 'about', b)).body.edge;
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.delete(`/edges/${id}`)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array(9).fill(404)]);
    expect(await allRows(api, `/audit?resource_id=${id}&action=edge.delete`)).toHaveLength(1);
    for (let round = 0; round < 5; round += 1) {
      const again = (await relate(a, 'about', b)).body.edge.id;
      const replace = () => api.patch(`/items/${a}`, { edges: { about: [] } });
      await Promise.all([api.delete(`/edges/${again}`), replace(), api.delete(`/edges/${again}`), replace()]);
      expect(await allRows(api, `/audit?resource_id=${again}&action=edge.delete`)).toHaveLength(1);
    }
  });

  describe('is bound by its cardinality:', () => {
    const over = { status: 400, code: 'edge_constraint_violation', constraint: 'cardinality' };

    it('about relates many to many', async () => {
      const [a = '', b = '', c = ''] = await some(3);
      for (const [source, target] of [
        [a, c],
        [b, c],
        [a, b],
      ])
        expect((await relate(source ?? '', 'about', target ?? '')).status).toBe(201);
    });

    it('parent-of gives a target one parent', async () => {
      const [a = '', b = '', c = ''] = await some(3);
      expect((await relate(a, 'parent-of', c)).status).toBe(201);
      expect((await relate(a, 'parent-of', b)).status).toBe(201);
      expect(await violation(await relate(b, 'parent-of', c))).toEqual(over);
    });

    it('in-thread gives a source one thread', async () => {
      const [a = '', b = '', c = ''] = await some(3);
      expect((await relate(a, 'in-thread', b, { properties: { position: 1 } })).status).toBe(201);
      expect((await relate(c, 'in-thread', b)).status).toBe(201);
      expect(await violation(await relate(a, 'in-thread', c))).toEqual(over);
    });

    it('supersedes is one to one', async () => {
      const [a = '', b = '', c = ''] = await some(3);
      expect((await relate(a, 'supersedes', b)).status).toBe(201);
      expect(await violation(await relate(a, 'supersedes', c))).toEqual(over);
      expect(await violation(await relate(c, 'supersedes', b))).toEqual(over);
      expect((await relate(b, 'supersedes', c)).status).toBe(201);
    });

    it('also when many try at the same moment', async () => {
      const [child = '', ...parents] = await some(9);
      const answers = await Promise.all(parents.map((parent) => relate(parent, 'parent-of', child)));
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(7).fill(400)]);
      expect((await api.get(`/items/${child}/backrefs`)).body.data).toHaveLength(1);
    });
  });

  describe('closes no loop', () => {
    it.each(['parent-of', 'supersedes'])('of %s, of whatever length', async (edge_type) => {
      const [a = '', b = '', c = ''] = await some(3);
      expect(refusal(await relate(a, edge_type, a))).toEqual({ status: 400, code: 'edge_cycle' });
      await relate(a, edge_type, b);
      expect(refusal(await relate(b, edge_type, a))).toEqual({ status: 400, code: 'edge_cycle' });
      await relate(b, edge_type, c);
      expect(refusal(await relate(c, edge_type, a))).toEqual({ status: 400, code: 'edge_cycle' });
      expect(await outbound(c)).toEqual([]);
    });

    it('also when its parts are made at the same moment', async () => {
      const ids = await some(6);
      const answers = await Promise.all(
        ids.map((id, index) => relate(id, 'parent-of', ids[(index + 1) % ids.length] ?? '')),
      );
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
      expect(answers.filter(({ status }) => status !== 201).map((answer) => refusal(answer).code)).toEqual([
        'edge_cycle',
      ]);
    });

    it('of other types it may', async () => {
      const [a = '', b = ''] = await some(2);
      expect((await relate(a, 'references', b)).status).toBe(201);
      expect((await relate(b, 'references', a)).status).toBe(201);
      expect((await relate(a, 'references', a)).status).toBe(201);
    });
  });

  describe('in the block of an item', () => {
    it('is made with it, or neither is', async () => {
      const [a = '', b = ''] = await some(2);
      const { id } = await anItem(api, { edges: { about: [a, b, a], references: [a] } });
      expect(await outbound(id)).toEqual([`about ${a}`, `about ${b}`, `references ${a}`].sort());
      const count = (await allRows(api, '/items')).length;
      const nobody = '01936d2e-7b7a-7000-8000-00000000dead';
      for (const edges of [{ about: [a, nobody] }, { about: [a], unknown: [b] }, { 'in-thread': [a, b] }])
        expect((await api.post('/items', { type: 'core.note', edges })).status).toBeGreaterThanOrEqual(400);
      expect(await allRows(api, '/items')).toHaveLength(count);
      expect((await api.get(`/items/${a}/backrefs`)).body.data).toHaveLength(2);
    });

    it('replaces all of its type, and leaves the other types alone', async () => {
      const [a = '', b = '', c = ''] = await some(3);
      const { id } = await anItem(api, { edges: { about: [a, b], references: [a] } });
      const kept = (await allRows(api, `/items/${id}/edges`)).find((edge) => edge.target_id === b);
      const { body } = await api.patch(`/items/${id}`, { edges: { about: [b, c] } });
      expect(body.item.version).toBe(2);
      expect(await outbound(id)).toEqual([`about ${b}`, `about ${c}`, `references ${a}`].sort());
      expect(await allRows(api, `/items/${id}/edges?edge_type=about`)).toContainEqual(kept);
      await api.patch(`/items/${id}`, { edges: { about: [] } });
      expect(await outbound(id)).toEqual([`references ${a}`]);
    });

    it('that says what is there already changes nothing', async () => {
      const [a = ''] = await some(1);
      const { id } = await anItem(api, { edges: { about: [a] } });
      expect((await api.patch(`/items/${id}`, { edges: { about: [a] } })).body.item.version).toBe(1);
    });

    it('moves a child from one parent to another', async () => {
      const [child = ''] = await some(1);
      const first = await anItem(api, { edges: { 'parent-of': [child] } });
      expect((await api.post('/items', { type: 'core.note', edges: { 'parent-of': [child] } })).status).toBe(400);
      await api.patch(`/items/${first.id}`, { edges: { 'parent-of': [] } });
      expect((await api.post('/items', { type: 'core.note', edges: { 'parent-of': [child] } })).status).toBe(201);
    });

    it('comes with a natural-key update as well', async () => {
      const [a = '', b = ''] = await some(2);
      const write = (edges: object) => api.post('/items', { type: 'core.note', source_id: 'one', edges });
      const { item } = (await write({ about: [a] })).body;
      expect((await write({ about: [b] })).body.item.version).toBe(2);
      expect(await outbound(item.id)).toEqual([`about ${b}`]);
    });
  });

  it('is paged, by type if one is named', async () => {
    const targets = await some(7);
    const { id } = await anItem(api, { edges: { about: targets, references: targets.slice(0, 2) } });
    const first = (await api.get(`/items/${id}/edges?limit=4&edge_type=about`)).body;
    expect(first.data).toHaveLength(4);
    const second = (await api.get(`/items/${id}/edges?limit=4&edge_type=about&cursor=${first.cursor}`)).body;
    expect(second).toMatchObject({ has_more: false, cursor: null });
    const seen = [...first.data, ...second.data].map((edge) => edge.target_id);
    expect(seen.toSorted()).toEqual(targets.toSorted());
    expect((await api.get(`/items/${id}/edges?limit=500`)).body.data).toHaveLength(9);
    expect(refusal(await api.get(`/items/${id}/edges?limit=501`)).code).toBe('validation_error');
    expect((await api.get(`/items/${targets[0]}/backrefs?edge_type=references`)).body.data).toHaveLength(1);
  });

  it('in an item is shown up to fifty of a type, with a cursor for the rest', async () => {
    const targets = await some(60);
    const { id } = await anItem(api, { edges: { about: targets, references: targets.slice(0, 50) } });
    const { edges } = (await api.get(`/items/${id}?include=edges`)).body.item;
    expect(edges.references).toMatchObject({ has_more: false });
    expect(edges.references.edges).toHaveLength(50);
    expect(edges.about.edges).toHaveLength(50);
    expect(edges.about.has_more).toBe(true);
    const rest = await api.get(`/items/${id}/edges?edge_type=about&cursor=${edges.about.next_cursor}`);
    const seen = [...edges.about.edges, ...rest.body.data].map((edge) => edge.target_id);
    expect(seen.toSorted()).toEqual(targets.toSorted());
  });

  it('takes changes of its properties, and tells them', async () => {
    const [a = '', b = ''] = await some(2);
    const { edge } = (await relate(a, 'about', b, { properties: { since: 'spring', odd: null } })).body;
    expect(edge.properties).toEqual({ since: 'spring' });
    const patch = (properties: unknown) => api.patch(`/edges/${edge.id}`, { properties });
    const { body } = await patch({ until: 'autumn', deep: { a: 1 } });
    expect(body.edge).toEqual({
      ...edge,
      properties: { since: 'spring', until: 'autumn', deep: { a: 1 } },
      updated_at: expect.any(String),
    });
    expect((await patch({ since: null, deep: { b: 2 } })).body.edge.properties).toEqual({
      until: 'autumn',
      deep: { b: 2 },
    });
    const same = await patch({ until: 'autumn', never: null });
    expect((await api.get(`/items/${a}/edges`)).body.data).toEqual([same.body.edge]);
    expect(await allRows(api, `/audit?resource_id=${edge.id}&action=edge.update`)).toHaveLength(2);
    for (const properties of [undefined, null, 'x', [1]])
      expect(refusal(await patch(properties)).code).toBe('validation_error');
    const nobody = '01936d2e-7b7a-7000-8000-00000000dead';
    expect(refusal(await api.patch(`/edges/${nobody}`, { properties: {} })).code).toBe('edge_not_found');
  });

  it('is changed and removed by who may write its type and its source’s type', async () => {
    const [a = ''] = await some(1);
    const { id: task } = await anItem(api, { type: 'core.task', properties: { title: 'x' } });
    const { id } = (await relate(a, 'about', task)).body.edge;
    const calls = (member: Api) => [
      member.patch(`/edges/${id}`, { properties: { x: 1 } }),
      member.post('/edges/bulk', {
        mode: 'upsert',
        edges: [{ source_id: a, target_id: task, edge_type: 'about', properties: { y: 1 } }],
      }),
    ];
    for (const maps of [
      { type_permissions: { '*': 'write' }, edge_permissions: { '*': 'read' } },
      { type_permissions: { '*': 'read' }, edge_permissions: { '*': 'write' } },
    ] as const) {
      const { api: member } = await aKey(api, maps);
      for (const answer of await Promise.all([...calls(member), member.delete(`/edges/${id}`)]))
        expect(refusal(answer)).toEqual({ status: 403, code: 'edge_permission_denied' });
    }
    const blind = await aKey(api, { type_permissions: { '*': 'write' } });
    expect(refusal(await blind.api.patch(`/edges/${id}`, { properties: {} })).code).toBe('edge_not_found');
    const maps = { type_permissions: { 'core.note': 'write' }, edge_permissions: { about: 'write' } } as const;
    const { api: member } = await aKey(api, maps);
    for (const answer of await Promise.all(calls(member))) expect(answer.status).toBe(200);
    expect((await member.delete(`/edges/${id}`)).status).toBe(200);
  });

  it('of the types that every space has is listed', async () => {
    const { body } = await api.get('/edges/types');
    expect(body.map((type: { id: string }) => type.id).sort()).toEqual(
      'about attached-to authored-by derived-from in-thread parent-of references supersedes'.split(' '),
    );
  });
});
