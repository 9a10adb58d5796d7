import { beforeEach, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace } from './support/spaces.ts';

interface Row {
  id: string;
  properties: { n: number };
}

describeServer('A bulk action', (under) => {
  let api: Api;
  beforeEach(async () => {
    ({ api } = await aSpace(under.admin));
  });

  const act = (body: Record<string, unknown>) => api.post('/items/bulk_action', body);
  async function numbers(count: number, more: Record<string, unknown> = {}): Promise<string[]> {
    const items = Array.from({ length: count }, (_, n) => ({ type: 'core.note', properties: { n }, ...more }));
    const { body } = await api.post('/items/bulk', { mode: 'upsert', items });
    return body.results.map((result: { id: string }) => result.id);
  }
  const list = async (query = '') => (await allRows(api, `/items?${query}`)) as unknown as Row[];

  it('moves every item that matches, and no other', async () => {
    const ids = await numbers(30);
    const { status, body } = await act({ action: 'transition', to_state: 'archived', filter: 'properties.n lt 20' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ action: 'transition', matched: 20, succeeded: 20, errored: 0, dry_run: false });
    expect(body.ids.sort()).toEqual(ids.slice(0, 20).sort());
    expect(body.errors).toEqual([]);
    expect(await list('state=archived')).toHaveLength(20);
    expect((await list()).map((row) => row.properties.n).sort()).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
  });

  it('changes tags, tier, properties and timestamp', async () => {
    const [id = ''] = await numbers(1, { tags: ['old', 'kept'] });
    const shown = async () => (await api.get(`/items/${id}`)).body;
    await act({ action: 'update_tags', ids: [id], add_tags: ['new'], remove_tags: ['old'] });
    expect((await shown()).metadata.tags).toEqual(['kept', 'new']);
    await act({ action: 'update_tier', ids: [id], to_tier: 'feed' });
    expect((await shown()).item.tier).toBe('feed');
    await act({ action: 'update_properties', tags: ['kept'], properties: { n: null, title: 'Set' } });
    expect((await shown()).item.properties).toEqual({ title: 'Set' });
    await act({ action: 'update_timestamp', tier: 'feed', timestamp: '2026-01-01T01:00:00+01:00' });
    expect((await shown()).item.timestamp).toBe('2026-01-01T00:00:00.000Z');
    const actions = (await api.get('/audit?action=item.bulk_action')).body.data;
    expect(actions.map((row: { details: { ids: string[] } }) => row.details.ids)).toEqual([[id], [id], [id], [id]]);
  });

  it('tells before it is done, and does nothing, as a dry run', async () => {
    const ids = await numbers(250);
    const body = { action: 'purge', confirm: 'PURGE', type: 'core.note' };
    const dry = (await act({ ...body, dry_run: true })).body;
    expect(dry).toMatchObject({ matched: 250, succeeded: 250, errored: 0, dry_run: true });
    expect(await list()).toHaveLength(250);
    expect((await api.get('/audit?action=item.bulk_action')).body.data).toEqual([]);
    const { ids: purged, ...done } = (await act(body)).body;
    expect(done).toMatchObject({ matched: 250, succeeded: 250, dry_run: false });
    expect([...purged].sort()).toEqual([...ids].sort());
    expect(await list()).toEqual([]);
    expect(refusal(await api.get(`/items/${ids[0]}`)).status).toBe(404);
  });

  it('lets one item’s fault be that item’s alone', async () => {
    const [, good = ''] = [await anItem(api), (await numbers(1))[0]];
    const task = await anItem(api, { type: 'core.task', properties: { title: 'Needed' } });
    const { body } = await act({ action: 'update_properties', tier: 'library', properties: { title: null } });
    expect(body).toMatchObject({ matched: 3, succeeded: 2, errored: 1 });
    expect(body.errors).toEqual([{ id: task.id, code: 'invalid_properties', message: expect.any(String) }]);
    expect(body.ids).toContain(good);
  });

  it('asks for rights on each item', async () => {
    await anItem(api, { tags: ['both'] });
    await anItem(api, { type: 'core.task', properties: { title: 'Task' }, tags: ['both'] });
    await anItem(api, { type: 'core.media', tags: ['both'] });
    const owner = api;
    ({ api } = await aKey(owner, {
      type_permissions: { 'core.note': 'write', 'core.task': 'read' },
      metadata_permissions: { tags: 'read' },
    }));
    const { body } = await act({ action: 'transition', to_state: 'trashed', tags: ['both'] });
    expect(body).toMatchObject({ matched: 2, succeeded: 1, errored: 1 });
    expect(body.errors[0].code).toBe('type_not_permitted');
    const tagging = (await act({ action: 'update_tags', type: 'core.task', add_tags: ['mine'] })).body;
    expect(tagging).toMatchObject({ matched: 1, succeeded: 0, errors: [{ code: 'forbidden' }] });
    const purging = await act({ action: 'purge', confirm: 'PURGE', type: 'core.task' });
    expect(refusal(purging)).toEqual({ status: 403, code: 'forbidden' });
  });

  it('leaves rows of the platform to the platform', async () => {
    for (const action of [
      { action: 'purge', confirm: 'PURGE' },
      { action: 'update_tags', add_tags: ['x'] },
      { action: 'update_properties', properties: { label: 'x' } },
      { action: 'transition', to_state: 'revoked' },
    ]) {
      const { body } = await act({ ...action, type: 'system.credential' });
      expect(body).toMatchObject({ matched: 1, succeeded: 0, errored: 1 });
      expect(body.errors[0].code).toBe('forbidden');
    }
    expect((await act({ action: 'purge', confirm: 'PURGE', tier: 'library' })).body.matched).toBe(0);
  });

  it('does nothing at all when more match than it may change', async () => {
    await numbers(12);
    const answer = await act({ action: 'transition', to_state: 'trashed', type: 'core.note', max_items: 11 });
    expect(refusal(answer)).toEqual({ status: 400, code: 'bulk_cap_exceeded' });
    expect(await list()).toHaveLength(12);
    expect(
      (await act({ action: 'transition', to_state: 'trashed', type: 'core.note', max_items: 12 })).body.matched,
    ).toBe(12);
  });

  it('has done with the items that others have taken along to the trash', async () => {
    const children = await numbers(3, { tags: ['tree'] });
    const parent = await anItem(api, { tags: ['tree'], edges: { 'parent-of': children } });
    const grandparent = await anItem(api, { id: '00000000-0000-7000-8000-000000000001', tags: ['tree'] });
    await api.post('/edges', { source_id: grandparent.id, target_id: parent.id, edge_type: 'parent-of' });
    const trash = { action: 'transition', to_state: 'trashed', tags: ['tree'] };
    for (const dry_run of [true, false]) {
      const { body } = await act({ ...trash, dry_run });
      expect(body).toMatchObject({ matched: 5, succeeded: 5, errored: 0, errors: [] });
    }
    expect((await list('state=trashed')).map((row) => row.id)).toHaveLength(5);
    await api.post(`/items/${parent.id}/restore`);
    const again = await act({ action: 'transition', to_state: 'active', ids: [parent.id] });
    expect(again.body).toMatchObject({ matched: 1, succeeded: 0, errored: 1 });
    await api.delete(`/items/${grandparent.id}/purge`);
  });

  it('by two at the same moment counts every item once', async () => {
    await numbers(120);
    const archive = { action: 'transition', to_state: 'archived', type: 'core.note' };
    const [one, two] = await Promise.all([act(archive), act(archive)]);
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.body.succeeded + two.body.succeeded).toBe(120);
  });

  it.each([
    [{}, ['$.action']],
    [{ action: 'explode', type: 'core.note' }, ['$.action']],
    [{ action: 'purge', type: 'core.note' }, ['$.confirm']],
    [{ action: 'purge', type: 'core.note', confirm: 'yes', max_items: 50_001 }, ['$.confirm', '$.max_items']],
    [{ action: 'transition', to_state: 'archived' }, ['$.filter']],
    [{ action: 'transition', type: 'core.note' }, ['$.to_state']],
    [{ action: 'update_tags', type: 'core.note' }, ['$.add_tags']],
    [{ action: 'update_tier', type: 'core.note', to_tier: 'feed', colour: 1 }, ['$.colour']],
    [{ action: 'update_tier', to_tier: 'feed', filter: 'x' }, ['$.filter']],
    [{ action: 'update_tier', to_tier: 'feed', ids: ['x'] }, ['$.ids[0]']],
  ])('refuses %j', async (body, paths) => {
    const answer = await act(body);
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual(paths);
  });
});
