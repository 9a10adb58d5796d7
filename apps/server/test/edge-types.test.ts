import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace, created } from './support/spaces.ts';

const conflict = { status: 409, code: 'conflict' };

describeServer('An edge type of a space', (under) => {
  let api: Api;
  beforeAll(async () => {
    ({ api } = await aSpace(under.admin));
  });
  let count = 0;
  const make = async (changes: object = {}): Promise<string> =>
    created(await api.post('/edges/types', { id: `moored-${++count}`, ...changes })).edge_type.id;
  const some = (number: number, type = 'core.note'): Promise<string[]> =>
    Promise.all(Array.from({ length: number }, async () => (await anItem(api, { type })).id));
  const relate = (source_id: string, edge_type: string, target_id: string, properties: object = {}) =>
    api.post('/edges', { source_id, target_id, edge_type, properties });
  const state = async (id: string) => (await api.get(`/items/${id}`)).body.item.state;

  it('is made with its defaults, listed, used and removed, each with its audit row', async () => {
    const { status, body } = await api.post('/edges/types', { id: 'tied-to', label: 'Tied to' });
    expect(status).toBe(201);
    expect(body.edge_type).toEqual({
      id: 'tied-to',
      label: 'Tied to',
      cardinality: 'many-to-many',
      cascade_on_delete: 'orphan',
      source_type_constraints: [],
      target_type_constraints: [],
      property_schema: {},
    });
    expect((await api.get('/edges/types')).body).toContainEqual(body.edge_type);
    const { api: other } = await aSpace(under.admin);
    expect((await other.get('/edges/types')).body).not.toContainEqual(body.edge_type);
    expect((await other.delete('/edges/types/tied-to')).status).toBe(404);
    const [a = '', b = ''] = await some(2);
    const { edge } = created(await relate(a, 'tied-to', b));
    expect((await api.get(`/items/${a}?include=edges`)).body.item.edges['tied-to'].edges).toHaveLength(1);
    expect(refusal(await api.delete('/edges/types/tied-to'))).toEqual(conflict);
    await api.delete(`/edges/${edge.id}`);
    expect((await api.delete('/edges/types/tied-to')).body).toEqual({ ok: true });
    expect(refusal(await relate(a, 'tied-to', b))).toEqual({ status: 404, code: 'type_not_found' });
    const rows = await allRows(api, '/audit?resource_type=edge_type&resource_id=tied-to');
    expect(rows.map((row) => row.action)).toEqual(['type.delete', 'type.create']);
  });

  it('takes another name than those shipped, and than its siblings', async () => {
    for (const id of ['about', 'parent-of']) expect(refusal(await api.post('/edges/types', { id }))).toEqual(conflict);
    const id = await make();
    expect(refusal(await api.post('/edges/types', { id }))).toEqual(conflict);
    for (const name of ['core.tied', 'system.tied', 'marfa.tied'])
      expect(refusal(await api.post('/edges/types', { id: name })).code, name).toBe('reserved_namespace');
    expect(refusal(await api.delete('/edges/types/about'))).toEqual({ status: 403, code: 'core_type_immutable' });
    const racing = await Promise.all(Array.from({ length: 10 }, () => api.post('/edges/types', { id: 'raced' })));
    expect(racing.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });

  it('takes the right to write types', async () => {
    const { api: writer } = await aKey(api, { metadata_permissions: { types: 'write' } });
    const { api: member } = await aKey(api, { edge_permissions: { '*': 'write' } });
    expect(refusal(await member.post('/edges/types', { id: 'by-member' })).code).toBe('forbidden');
    expect((await writer.post('/edges/types', { id: 'by-writer' })).status).toBe(201);
    expect(refusal(await member.delete('/edges/types/by-writer')).code).toBe('forbidden');
    expect((await writer.delete('/edges/types/by-writer')).status).toBe(200);
  });

  it('is told wrong in all its parts at once', async () => {
    const answer = await api.post('/edges/types', {
      id: 'Wrong',
      cardinality: 'some',
      cascade_on_delete: 'explode',
      source_type_constraints: ['note'],
      property_schema: { a: { type: 'enum' }, b: { type: 'colour' } },
      colour: 'blue',
    });
    expect(refusal(answer)).toEqual({ status: 400, code: 'invalid_schema' });
    expect(faultPaths(answer)).toEqual([
      '$.cardinality',
      '$.cascade_on_delete',
      '$.colour',
      '$.id',
      '$.property_schema.a.enum_values',
      '$.property_schema.b.type',
      '$.source_type_constraints[0]',
    ]);
    const unknown = await api.post('/edges/types', { id: 'unknown-ends', target_type_constraints: ['acme.nobody'] });
    expect(refusal(unknown)).toEqual({ status: 400, code: 'invalid_type' });
    expect(faultPaths(unknown)).toEqual(['$.target_type_constraints[0]']);
  });

  it('says which types it relates, their subtypes included', async () => {
    const id = await make({ source_type_constraints: ['core.file'], target_type_constraints: ['core.note'] });
    const [note = ''] = await some(1);
    const [image = ''] = await some(1, 'core.file.image');
    expect((await relate(image, id, note)).status).toBe(201);
    const answer = await relate(note, id, note);
    expect(answer.body.error).toMatchObject({ code: 'edge_constraint_violation', details: { constraint: 'type' } });
  });

  it('says how many it relates', async () => {
    const id = await make({ cardinality: 'many-to-one' });
    const [a = '', b = '', c = ''] = await some(3);
    expect((await relate(a, id, c)).status).toBe(201);
    expect((await relate(b, id, c)).status).toBe(201);
    const answer = await relate(a, id, b);
    expect(answer.body.error).toMatchObject({ details: { constraint: 'cardinality' } });
  });

  it('judges the properties of its edges, in every door', async () => {
    const property_schema = { since: { type: 'datetime', required: true }, count: { type: 'integer' } };
    const id = await make({ property_schema });
    const [a = '', b = '', c = ''] = await some(3);
    const since = '2026-03-01T09:30:00Z';
    const wrong = await relate(a, id, b, { count: 'two' });
    expect(refusal(wrong)).toEqual({ status: 400, code: 'invalid_properties' });
    expect(faultPaths(wrong)).toEqual(['$.properties.count', '$.properties.since']);
    const { edge } = created(await relate(a, id, b, { since, count: 1, note: 'kept' }));
    const patched = await api.patch(`/edges/${edge.id}`, { properties: { since: null, count: 'x' } });
    expect(faultPaths(patched)).toEqual(['$.properties.count', '$.properties.since']);
    const block = await api.patch(`/items/${a}`, { edges: { [id]: [c] } });
    expect(refusal(block)).toEqual({ status: 400, code: 'invalid_properties' });
    const bulk = await api.post('/edges/bulk', {
      mode: 'upsert',
      edges: [{ source_id: b, target_id: c, edge_type: id, properties: {} }],
    });
    expect(refusal(bulk)).toEqual({ status: 400, code: 'invalid_properties' });
    expect((await api.get(`/items/${a}/edges`)).body.data).toEqual([edge]);
    expect((await relate(a, 'in-thread', b, { position: 'first' })).body.error.code).toBe('invalid_properties');
  });

  it('never goes away under an edge that is written at the same moment', async () => {
    const [a = '', b = ''] = await some(2);
    for (let round = 0; round < 10; round += 1) {
      const id = await make();
      const [removed, written] = await Promise.all([api.delete(`/edges/types/${id}`), relate(a, id, b)]);
      expect([removed.status, written.status]).toEqual(removed.status === 200 ? [200, 404] : [409, 201]);
    }
  });

  describe('when the source is deleted', () => {
    it('takes the targets along where it cascades, at every depth, and restores only what is asked for', async () => {
      const [a = '', b = '', c = '', d = '', other = ''] = await some(5);
      await relate(a, 'parent-of', b);
      await relate(b, 'parent-of', c);
      await relate(b, 'parent-of', d);
      await relate(a, 'about', other);
      await api.post(`/items/${d}/transition`, { state: 'archived' });
      expect((await api.delete(`/items/${a}`)).status).toBe(200);
      expect(await Promise.all([a, b, c, d].map(state))).toEqual(Array(4).fill('trashed'));
      expect(await state(other)).toBe('active');
      const [row] = await allRows(api, `/audit?resource_id=${c}&action=item.transition`);
      expect(row.details).toMatchObject({ state: 'trashed', cascaded_from: a });
      expect((await api.get(`/items/${c}`)).body.item.version).toBe(2);
      expect((await api.post(`/items/${a}/restore`)).status).toBe(200);
      expect(await Promise.all([a, b, c, d].map(state))).toEqual(['active', 'trashed', 'trashed', 'trashed']);
      expect((await api.get(`/items/${a}/edges`)).body.data).toHaveLength(2);
    });

    it('goes round a ring of a cascading type once', async () => {
      const id = await make({ cascade_on_delete: 'cascade' });
      const [a = '', b = ''] = await some(2);
      for (const [source, target] of [
        [a, b],
        [b, a],
        [b, b],
      ])
        expect((await relate(source ?? '', id, target ?? '')).status).toBe(201);
      expect((await api.delete(`/items/${a}`)).status).toBe(200);
      expect(await Promise.all([a, b].map(state))).toEqual(['trashed', 'trashed']);
    });

    it('refuses the whole where the caller may not delete one of the targets', async () => {
      const [a = '', b = ''] = await some(2);
      const [task = ''] = await Promise.all([
        anItem(api, { type: 'core.task', properties: { title: 'x' } }).then((item) => item.id),
      ]);
      await relate(a, 'parent-of', b);
      await relate(b, 'parent-of', task);
      const { api: member } = await aKey(api, { type_permissions: { 'core.note': 'write' } });
      expect(refusal(await member.delete(`/items/${a}`))).toEqual({ status: 403, code: 'type_not_permitted' });
      expect(await Promise.all([a, b, task].map(state))).toEqual(Array(3).fill('active'));
    });

    it('keeps the source where it blocks, until the target is gone', async () => {
      const id = await make({ cascade_on_delete: 'block' });
      const [a = '', b = '', parent = ''] = await some(3);
      await relate(a, id, b);
      await relate(parent, 'parent-of', a);
      for (const item of [a, parent]) expect(refusal(await api.delete(`/items/${item}`))).toEqual(conflict);
      const blind = (await aKey(api, { type_permissions: { 'core.note': 'write' } })).api;
      const told = await blind.delete(`/items/${a}`);
      expect(refusal(told)).toEqual(conflict);
      expect(JSON.stringify(told.body)).not.toContain(id);
      expect(await Promise.all([a, b, parent].map(state))).toEqual(Array(3).fill('active'));
      expect((await api.delete(`/items/${b}`)).status).toBe(200);
      expect((await api.delete(`/items/${parent}`)).status).toBe(200);
      expect(await state(a)).toBe('trashed');
    });

    it('leaves the platform’s own rows alone', async () => {
      const { body } = await api.get('/items?type=system.credential');
      const credential = body.data[0].id;
      const [a = ''] = await some(1);
      await relate(a, 'parent-of', credential);
      expect((await api.delete(`/items/${a}`)).status).toBe(200);
      expect(await state(credential)).toBe('active');
    });
  });
});
