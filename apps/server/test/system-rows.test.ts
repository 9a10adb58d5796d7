import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, anIntegration, install } from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace, created } from './support/spaces.ts';

const SYSTEM_TYPES = 'device credential webhook app connection profile integration activity'
  .split(' ')
  .map((name) => `system.${name}`);

describeServer('Rows of the platform', (under) => {
  let owner: Api;
  let integration: string;
  beforeAll(async () => {
    ({ api: owner } = await aSpace(under.admin));
    integration = await anIntegration(under.admin, {
      target_types: ['core.bookmark', 'core.media'],
      permissions: { extension: { 'harbour.*': 'write' }, edge: { about: 'write', references: 'read' } },
    });
  });

  it.each(SYSTEM_TYPES)('of type %s are made by nobody through the items API', async (type) => {
    const everything = await aKey(owner, { type_permissions: { [type]: 'write', 'system.*': 'write', '*': 'write' } });
    for (const api of [under.admin, owner, everything.api]) {
      const answer = await api.post('/items', { type, properties: { name: 'x', label: 'x', url: 'x' } });
      expect(refusal(answer)).toEqual({ status: 403, code: 'forbidden' });
    }
  });

  it('are changed, moved and deleted by nobody, except that those who run a space dismiss activity', async () => {
    const { connection_id, credential_id, activity_id } = await install(owner, integration);
    const member = await aKey(owner, { type_permissions: { 'system.activity': 'write' } });
    for (const id of [connection_id, credential_id]) {
      for (const answer of [
        await owner.patch(`/items/${id}`, { properties: { label: 'Mine' } }),
        await owner.delete(`/items/${id}`),
        await owner.post(`/items/${id}/transition`, { state: 'revoked' }),
      ])
        expect(refusal(answer)).toEqual({ status: 403, code: 'forbidden' });
    }
    const dismiss = (api: Api) => api.post(`/items/${activity_id}/transition`, { state: 'revoked' });
    expect(refusal(await dismiss(member.api)).status).toBe(403);
    expect((await dismiss(owner)).body.item.state).toBe('revoked');
    expect(refusal(await dismiss(owner))).toEqual({ status: 400, code: 'invalid_transition' });
    expect(refusal(await owner.post(`/items/${activity_id}/restore`)).status).toBeGreaterThanOrEqual(400);
  });

  it('are read by members only when named, credentials only by their exact name', async () => {
    const { connection_id, credential_id } = await install(owner, integration);
    const statuses = async (type_permissions: Record<string, 'read' | 'write'>) => {
      const member = await aKey(owner, { type_permissions });
      const answers = [
        await member.api.get(`/items/${connection_id}`),
        await member.api.get(`/items/${credential_id}`),
      ];
      const listed = (await allRows(member.api, '/items?type=system.credential')).length > 0;
      return [...answers.map((answer) => answer.status), listed];
    };
    expect(await statuses({ '*': 'write' })).toEqual([403, 403, false]);
    expect(await statuses({ 'system.*': 'read' })).toEqual([200, 403, false]);
    expect(await statuses({ 'system.credential.*': 'read' })).toEqual([403, 403, false]);
    expect(await statuses({ 'system.credential': 'read' })).toEqual([403, 200, true]);
  });

  describe('A runtime credential', () => {
    const mintFor = (connection_id: string, more: object = {}) =>
      under.admin.post('/system/runtime-credentials', { connection_id, label: 'Runtime', source: 'harbour', ...more });
    async function aRuntime(more: object = {}) {
      const space = await aSpace(under.admin);
      const installed = await install(space.api, integration);
      const minted = created(await mintFor(installed.connection_id, more));
      return { ...space, ...installed, minted, runtime: space.api.as(minted.api_key) };
    }

    it('is minted by the platform alone, for as long as it was asked for', async () => {
      const { connection_id, minted, api } = await aRuntime({ ttl_seconds: 60 });
      expect(minted).toMatchObject({ connection_id, label: 'Runtime', source: 'harbour' });
      expect(Date.parse(minted.expires_at) - Date.parse(minted.created_at)).toBe(60_000);
      const again = created(await mintFor(connection_id));
      expect(Date.parse(again.expires_at) - Date.parse(again.created_at)).toBe(900_000);
      const body = { connection_id, label: 'x', source: 'x' };
      expect(refusal(await api.post('/system/runtime-credentials', body))).toEqual({ status: 403, code: 'forbidden' });
      for (const ttl_seconds of [59, 3601, 0, 1.5, '60'])
        expect(refusal(await mintFor(connection_id, { ttl_seconds })).code).toBe('validation_error');
      const unknown = await mintFor('01936d2e-7b7a-7000-8000-00000000dead');
      expect(refusal(unknown)).toEqual({ status: 404, code: 'connection_not_found' });
    });

    it('leaves the one before it alive, and neither shows among the keys unless asked for', async () => {
      const { api, runtime, connection_id, minted } = await aRuntime();
      const second = created(await mintFor(connection_id));
      expect((await runtime.get('/items')).status).toBe(200);
      const { keys } = (await api.get('/keys')).body;
      expect(keys).toHaveLength(1);
      const all = (await api.get('/keys?include=runtime')).body.keys;
      expect(all.map((key: { id: string }) => key.id)).toEqual([keys[0].id, minted.id, second.id]);
      expect(JSON.stringify(all)).not.toContain(minted.api_key);
      expect(refusal(await api.get('/keys?include=secrets')).code).toBe('validation_error');
    });

    it('writes the target types of the manifest and nothing else', async () => {
      const { api, runtime } = await aRuntime();
      const bookmark = await anItem(runtime, { type: 'core.bookmark', properties: { url: 'https://example.test' } });
      expect(bookmark).toMatchObject({ source: 'harbour', tier: 'feed' });
      expect((await runtime.delete(`/items/${bookmark.id}`)).status).toBe(200);
      expect((await runtime.post('/items', { type: 'core.media' })).status).toBe(201);
      const film = await anItem(api, { type: 'core.media.film' });
      expect((await runtime.get(`/items/${film.id}`)).status).toBe(200);
      for (const type of ['core.note', 'core.media.film', 'core.task'])
        expect(refusal(await runtime.post('/items', { type, properties: { title: 'x' } }))).toEqual({
          status: 403,
          code: 'type_not_permitted',
        });
      const note = await anItem(api);
      expect(refusal(await runtime.get(`/items/${note.id}`)).code).toBe('type_not_permitted');
      const listed = (await allRows(runtime, '/items')).map((item) => item.type);
      expect(new Set(listed)).toEqual(new Set(['core.media', 'core.media.film']));
    });

    it('writes the edges and extensions of the manifest and nothing else', async () => {
      const { runtime } = await aRuntime();
      const [source, target] = [
        await anItem(runtime, { type: 'core.media' }),
        await anItem(runtime, { type: 'core.media' }),
      ];
      const relate = (edge_type: string) =>
        runtime.post('/edges', { source_id: source.id, target_id: target.id, edge_type });
      expect((await relate('about')).status).toBe(201);
      for (const edge_type of ['references', 'parent-of'])
        expect(refusal(await relate(edge_type))).toEqual({ status: 403, code: 'edge_permission_denied' });
      const put = (namespace: string) => runtime.put(`/items/${source.id}/extensions/${namespace}`, { a: 1 });
      expect((await put('harbour.tide')).status).toBe(200);
      for (const namespace of ['ships', 'connection.runtime', 'connection.runtime.more'])
        expect(refusal(await put(namespace))).toEqual({ status: 403, code: 'extension_permission_denied' });
      expect(refusal(await runtime.post(`/items/${source.id}/tags`, { tags: ['x'] })).status).toBe(403);
    });

    it('keeps connection.runtime on its own Connection, where those who run the space can read it', async () => {
      const { api, runtime, connection_id } = await aRuntime();
      const path = `/items/${connection_id}/extensions/connection.runtime`;
      expect((await runtime.put(path, { cursors: { page: 7 } })).status).toBe(200);
      expect((await runtime.get(path)).body.data).toEqual({ cursors: { page: 7 } });
      expect((await api.get(path)).body.data).toEqual({ cursors: { page: 7 } });
      expect(refusal(await api.put(path, {}))).toEqual({ status: 403, code: 'extension_permission_denied' });
      expect(refusal(await under.admin.put(path, {})).status).toBe(404);
      const other = await install(api, integration);
      const sibling = api.as(created(await mintFor(other.connection_id)).api_key);
      expect(refusal(await sibling.put(path, {})).status).toBe(403);
      expect(refusal(await sibling.get(path)).status).toBe(403);
      expect((await runtime.get(path)).body.data).toEqual({ cursors: { page: 7 } });
    });

    it('tells activity of its own Connection only', async () => {
      const { api, runtime, connection_id } = await aRuntime();
      const other = await install(api, integration);
      const tell = (properties: object) => runtime.post('/items', { type: 'system.activity', properties });
      const { item } = created(
        await tell({ connection_id, severity: 'info', summary: 'High tide', detail: { at: 3 } }),
      );
      expect(item).toMatchObject({ type: 'system.activity', state: 'active' });
      expect(item.tier).toBeUndefined();
      const foreign = await tell({ connection_id: other.connection_id, severity: 'info', summary: 'x' });
      expect(refusal(foreign)).toEqual({ status: 403, code: 'forbidden' });
      for (const wrong of [
        { connection_id, severity: 'fatal', summary: 'x' },
        { connection_id, severity: 'info' },
        { connection_id, severity: 'info', summary: 'x'.repeat(501) },
        { connection_id, severity: 'info', summary: 'x', colour: 'blue' },
      ])
        expect(refusal(await tell(wrong))).toEqual({ status: 400, code: 'validation_error' });
      const rows = (await allRows(api, '/items?type=system.activity')).map((row) => row.properties.summary);
      expect(rows.filter((summary) => summary === 'High tide')).toHaveLength(1);
    });

    it('runs nothing of the space', async () => {
      const { runtime, connection_id } = await aRuntime();
      for (const answer of [
        await runtime.get('/keys'),
        await runtime.get('/audit'),
        await runtime.post('/keys', { label: 'x', source: 'x' }),
        await runtime.post('/connections/install', { integration_id: integration }),
        await runtime.post(`/connections/${connection_id}/run`),
        await runtime.get(`/connections/${connection_id}/runs`),
        await runtime.post(`/connections/${connection_id}/uninstall`),
        await runtime.post('/integrations', { manifest: {} }),
        await runtime.get('/tenants'),
      ])
        expect(refusal(answer)).toEqual({ status: 403, code: 'forbidden' });
      expect((await runtime.get(`/items/${connection_id}`)).status).toBe(403);
      expect((await runtime.get('/integrations')).status).toBe(200);
    });

    it('can be narrower than the consent, never wider', async () => {
      const { runtime } = await aRuntime({
        type_permissions: { 'core.bookmark': 'read' },
        extension_permissions: {},
        edge_permissions: { about: 'read' },
      });
      const answer = await runtime.post('/items', { type: 'core.bookmark', properties: { url: 'https://e.test' } });
      expect(refusal(answer).code).toBe('type_not_permitted');
      expect((await runtime.get('/items?type=core.bookmark')).status).toBe(200);
      const { connection_id } = await aRuntime();
      for (const wider of [
        { type_permissions: { '*': 'read' } },
        { type_permissions: { 'core.note': 'read' } },
        { type_permissions: { 'core.media.*': 'write' } },
        { edge_permissions: { references: 'write' } },
        { extension_permissions: { ships: 'read' } },
      ])
        expect(refusal(await mintFor(connection_id, wider))).toEqual({ status: 403, code: 'forbidden' });
    });

    it('dies when its Connection is uninstalled', async () => {
      const { api, runtime, connection_id } = await aRuntime();
      await api.post(`/connections/${connection_id}/uninstall`);
      expect(refusal(await runtime.get('/items'))).toEqual({ status: 401, code: 'unauthorized' });
      expect(refusal(await mintFor(connection_id))).toEqual({ status: 403, code: 'forbidden' });
    });

    it('dies also when it was minted in the moment of the uninstallation', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { api, connection_id } = await aRuntime();
        const mints = () => Array.from({ length: 5 }, () => mintFor(connection_id));
        const early = mints();
        const uninstalled = api.post(`/connections/${connection_id}/uninstall`);
        const answers = await Promise.all([...early, ...mints()]);
        expect((await uninstalled).status).toBe(200);
        for (const { status, body } of answers)
          expect(status === 201 ? (await api.as(body.api_key).get('/items')).status : 401).toBe(401);
      }
    });

    it('leaves an audit row without its secret', async () => {
      const { api, connection_id, minted } = await aRuntime();
      const rows = await allRows(api, '/audit?action=runtime_credential.mint');
      expect(rows).toMatchObject([{ resource_id: connection_id }]);
      expect(JSON.stringify(rows)).not.toContain(minted.api_key);
    });
  });
});
