import { beforeEach, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace } from './support/spaces.ts';

interface Version {
  version: number;
  properties: { title: string };
}

describeServer('An item', (under) => {
  let api: Api;
  beforeEach(async () => {
    ({ api } = await aSpace(under.admin));
  });

  async function changedNote(times: number) {
    const item = await anItem(api, { properties: { title: '1' }, device: 'phone' });
    for (let version = 2; version <= times; version += 1)
      await api.patch(`/items/${item.id}`, { properties: { title: String(version) } });
    return item;
  }

  describe('shows what it was', () => {
    it('before each change, newest first', async () => {
      const { id, created_at } = await changedNote(3);
      const { status, body } = await api.get(`/items/${id}/versions`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ cursor: null, has_more: false });
      expect(body.versions.map((one: Version) => [one.version, one.properties.title])).toEqual([
        [2, '2'],
        [1, '1'],
      ]);
      expect(body.versions[1]).toEqual({
        id: `${id}.1`,
        item_id: id,
        version: 1,
        properties: { title: '1' },
        created_at,
        device: 'phone',
      });
    });

    it('page by page', async () => {
      const { id } = await changedNote(6);
      const first = (await api.get(`/items/${id}/versions?limit=3`)).body;
      expect(first.versions.map((one: Version) => one.version)).toEqual([5, 4, 3]);
      await api.patch(`/items/${id}`, { properties: { title: 'meanwhile' } });
      const rest = (await api.get(`/items/${id}/versions?limit=3&cursor=${first.cursor}`)).body;
      expect(rest.versions.map((one: Version) => one.version)).toEqual([2, 1]);
      expect(rest.has_more).toBe(false);
      const other = await changedNote(2);
      const answer = await api.get(`/items/${other.id}/versions?cursor=${first.cursor}`);
      expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
      expect(faultPaths(answer)).toEqual(['query $.cursor']);
    });

    it('to those who may read it, and not where a change asked for no snapshot', async () => {
      const { id } = await changedNote(1);
      await api.patch(`/items/${id}`, { properties: { title: 'quietly' }, snapshot: false });
      expect((await api.get(`/items/${id}/versions`)).body.versions).toEqual([]);
      const { api: member } = await aKey(api);
      expect(refusal(await member.get(`/items/${id}/versions`))).toEqual({ status: 403, code: 'type_not_permitted' });
    });
  });

  it('tells a stale writer what both sides changed, and how its type wants that merged', async () => {
    const type = {
      id: 'user.log',
      version: '1.0.0',
      fields: { title: { type: 'string' }, body: { type: 'string' } },
      merge_policy: { fields: { body: 'keep_both_copies' }, default: 'last_writer_wins' },
    };
    expect((await api.post('/types', type)).status).toBe(201);
    const { id } = await anItem(api, { type: 'user.log', properties: { title: 'a', body: 'b' } });
    await api.patch(`/items/${id}`, { properties: { body: 'theirs' } });
    const answer = await api.patch(`/items/${id}`, { version: 1, properties: { title: 'mine', body: 'mine' } });
    expect(refusal(answer)).toEqual({ status: 409, code: 'version_conflict' });
    expect(answer.body).toMatchObject({
      current: { version: 2, properties: { title: 'a', body: 'theirs' } },
      ancestor: { version: 1, properties: { title: 'a', body: 'b' } },
      conflicting_fields: ['body'],
      merge_policy: { fields: { body: 'keep_both_copies' }, default: 'last_writer_wins' },
    });
  });

  describe('that is purged', () => {
    it.each(['active', 'archived', 'trashed'])('is gone with all that hangs on it, when it was %s', async (state) => {
      const other = await anItem(api);
      const { id } = await anItem(api, { state, source_id: 'key', tags: ['sea'], edges: { about: [other.id] } });
      await api.put(`/items/${id}/extensions/harbour`, { high: true });
      expect(await api.delete(`/items/${id}/purge`)).toMatchObject({ status: 200, body: { ok: true } });
      for (const path of ['', '/versions', '/metadata', '/extensions', '/edges'])
        expect(refusal(await api.get(`/items/${id}${path}`))).toEqual({ status: 404, code: 'item_not_found' });
      expect((await api.get(`/items/${other.id}/backrefs`)).body.data).toEqual([]);
      expect((await api.get('/items?tags=sea')).body.data).toEqual([]);
      expect(refusal(await api.delete(`/items/${id}/purge`)).status).toBe(404);
      const again = await anItem(api, { id, source_id: 'key' });
      expect(again).toMatchObject({ id, version: 1 });
      expect((await api.get(`/items/${id}/versions`)).body.versions).toEqual([]);
    });

    it('leaves a line in the audit log, and is no business of members or of platform rows', async () => {
      const { id } = await anItem(api);
      const { api: member } = await aKey(api, { type_permissions: { '*': 'write' } });
      expect(refusal(await member.delete(`/items/${id}/purge`))).toEqual({ status: 403, code: 'forbidden' });
      await api.delete(`/items/${id}/purge`);
      expect((await api.get(`/audit?resource_id=${id}&action=item.purge`)).body.data).toHaveLength(1);
      const [row] = (await api.get('/items?type=system.credential')).body.data;
      expect(refusal(await api.delete(`/items/${row.id}/purge`))).toEqual({ status: 403, code: 'forbidden' });
    });
  });

  it('has its tags replaced by PUT and added to by PATCH', async () => {
    const { id } = await anItem(api, { tags: ['a', 'b'] });
    const tags = async (method: string, list: string[]) =>
      (await api.call(method, `/items/${id}/metadata`, { tags: list })).body.metadata.tags;
    expect(await tags('PATCH', ['c', 'a'])).toEqual(['a', 'b', 'c']);
    expect(await tags('PUT', ['z', 'b'])).toEqual(['b', 'z']);
    expect(await tags('PUT', [])).toEqual([]);
    const { api: reader } = await aKey(api, {
      type_permissions: { '*': 'write' },
      metadata_permissions: { tags: 'read' },
    });
    for (const method of ['PUT', 'PATCH'])
      expect(refusal(await reader.call(method, `/items/${id}/metadata`, { tags: ['x'] })).status).toBe(403);
    expect(faultPaths(await api.call('PUT', `/items/${id}/metadata`, { tags: [1], extensions: {} }))).toEqual([
      '$.extensions',
      '$.tags[0]',
    ]);
  });
});
