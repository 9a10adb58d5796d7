import type { Endpoint } from '@withmarfa/shared';
import * as shared from '@withmarfa/shared';
import { v7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, anIntegration, install } from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace, created, type Space } from './support/spaces.ts';

/** Things of one space, and a call that names one of them: by another space it is answered as if it named nothing. */
interface Room {
  item: string;
  edge: string;
  key: string;
  connection: string;
  credential: string;
  activity: string;
  run: string;
  /** What the names of its own type and edge type end in. */
  type: string;
  webhook: string;
  /** Of an upstream. */
  token: string;
}
interface Naming {
  thing: keyof Room;
  call: (api: Api, id: string, own: Room) => Promise<Answer>;
}

const naming = (thing: keyof Room, call: Naming['call']): Naming => ({ thing, call });
const onItem = (call: Naming['call']): Naming[] =>
  (['item', 'connection', 'credential', 'activity'] as const).map((thing) => naming(thing, call));
const NAMES_NOTHING = 'it names nothing that a space has';
const SHARED = 'what it names is of all spaces';
const PLATFORM = 'it is for the platform, which acts in every space';

/** Every endpoint there is: the ways it can name something of a space, or why it has none. */
const CASES: Record<string, readonly Naming[] | string> = {
  'GET /health': NAMES_NOTHING,
  'GET /health/ready': NAMES_NOTHING,
  'GET /audit': [naming('item', (api, id) => api.get(`/audit?resource_id=${id}`))],
  'GET /tenants': PLATFORM,
  'POST /tenants': PLATFORM,
  'GET /tenants/{id}': PLATFORM,
  'POST /system/runtime-credentials': PLATFORM,
  'POST /blobs': NAMES_NOTHING,
  'GET /blobs/{hash}': 'blobs.test.ts: a hash names nothing in another space',
  'GET /blobs/{hash}/url': 'blobs.test.ts: a hash names nothing in another space',
  'GET /types': NAMES_NOTHING,
  'GET /types/{id}': [naming('type', (api, id) => api.get(`/types/${typeOf(id)}`))],
  'POST /types': [
    naming('type', (api, id) => api.post('/types', { ...aType('user.child'), parent: typeOf(id), fields: {} })),
  ],
  'PUT /types/{id}': [
    naming('type', (api, id) => api.put(`/types/${typeOf(id)}`, { ...aType(typeOf(id)), version: '2.0.0' })),
  ],
  'DELETE /types/{id}': [naming('type', (api, id) => api.delete(`/types/${typeOf(id)}`))],
  'GET /edges/types': NAMES_NOTHING,
  'POST /edges/types': [
    naming('type', (api, id) => api.post('/edges/types', { id: 'mine', source_type_constraints: [typeOf(id)] })),
  ],
  'DELETE /edges/types/{id}': [naming('type', (api, id) => api.delete(`/edges/types/${edgeTypeOf(id)}`))],
  'GET /tenants/current/config': NAMES_NOTHING,
  'PUT /tenants/current/config': NAMES_NOTHING,
  'GET /integrations': SHARED,
  'GET /integrations/{id}': [
    naming('connection', (api, id) => api.get(`/integrations/${id}`)),
    naming('item', (api, id) => api.get(`/integrations/${id}`)),
  ],
  'POST /integrations': PLATFORM,
  'GET /auth/me': NAMES_NOTHING,
  'GET /auth/grants': NAMES_NOTHING,
  'GET /auth/grants/{id}': [naming('connection', (api, id) => api.get(`/auth/grants/${id}`))],
  'DELETE /auth/grants/{id}': [naming('connection', (api, id) => api.delete(`/auth/grants/${id}`))],
  'POST /auth/clients': PLATFORM,
  'GET /auth/clients': PLATFORM,
  'GET /auth/clients/{client_id}': PLATFORM,
  'PATCH /auth/clients/{client_id}': PLATFORM,
  'DELETE /auth/clients/{client_id}': PLATFORM,
  'POST /auth/clients/{client_id}/secret': PLATFORM,
  'GET /keys': NAMES_NOTHING,
  'POST /keys': NAMES_NOTHING,
  'GET /keys/{id}': [naming('key', (api, id) => api.get(`/keys/${id}`))],
  'PATCH /keys/{id}': [naming('key', (api, id) => api.patch(`/keys/${id}`, { label: 'Mine' }))],
  'DELETE /keys/{id}': [naming('key', (api, id) => api.delete(`/keys/${id}`))],
  'GET /items': [
    naming('item', (api, id) => api.get(`/items?source=${id}`)),
    naming('item', (api, id) => api.get(`/items?filter=${encodeURIComponent(`id eq "${id}"`)}`)),
  ],
  'GET /search': [
    naming('item', (api, id) => api.get(`/search?q=secret&source=${id}`)),
    naming('item', (api, id) => api.get(`/search?q=secret&filter=${encodeURIComponent(`id eq "${id}"`)}`)),
  ],
  'POST /items/bulk_action': (['transition', 'purge', 'update_tags', 'update_tier'] as const).map((action) =>
    naming('item', (api, id) =>
      api.post('/items/bulk_action', {
        action,
        ids: [id],
        ...(action === 'transition' ? { to_state: 'trashed' } : {}),
        ...(action === 'purge' ? { confirm: 'PURGE' } : {}),
        ...(action === 'update_tags' ? { add_tags: ['mine'] } : {}),
        ...(action === 'update_tier' ? { to_tier: 'feed' } : {}),
      }),
    ),
  ),
  'DELETE /items/{id}/purge': onItem((api, id) => api.delete(`/items/${id}/purge`)),
  'GET /items/{id}/versions': onItem((api, id) => api.get(`/items/${id}/versions`)),
  'PUT /items/{id}/metadata': onItem((api, id) => api.put(`/items/${id}/metadata`, { tags: ['mine'] })),
  'PATCH /items/{id}/metadata': onItem((api, id) => api.patch(`/items/${id}/metadata`, { tags: ['mine'] })),
  'POST /items': [
    naming('item', (api, id) => api.post('/items', { type: 'core.note', edges: { about: [id] } })),
    naming('connection', (api, id) => api.post('/items', { type: 'core.note', edges: { about: [id] } })),
    naming('type', (api, id) => api.post('/items', { type: typeOf(id) })),
    naming('type', (api, id) => api.post('/items', { type: 'core.note', edges: { [edgeTypeOf(id)]: [] } })),
  ],
  'POST /items/bulk': [
    naming('item', (api, id) =>
      api.post('/items/bulk', { mode: 'upsert', items: [{ type: 'core.note', edges: { about: [id] } }] }),
    ),
  ],
  'GET /items/{id}': onItem((api, id) => api.get(`/items/${id}?include=edges,metadata,extensions`)),
  'PATCH /items/{id}': [
    ...onItem((api, id) => api.patch(`/items/${id}`, { properties: { title: 'Mine' } })),
    ...onItem((api, id) => api.patch(`/items/${id}`, { version: 99, properties: {} })),
    naming('item', (api, id, own) => api.patch(`/items/${own.item}`, { edges: { about: [id] } })),
  ],
  'DELETE /items/{id}': onItem((api, id) => api.delete(`/items/${id}`)),
  'POST /items/{id}/restore': onItem((api, id) => api.post(`/items/${id}/restore`)),
  'POST /items/{id}/transition': onItem((api, id) => api.post(`/items/${id}/transition`, { state: 'revoked' })),
  'GET /items/{id}/metadata': onItem((api, id) => api.get(`/items/${id}/metadata`)),
  'POST /items/{id}/tags': onItem((api, id) => api.post(`/items/${id}/tags`, { tags: ['mine'] })),
  'DELETE /items/{id}/tags/{tag}': onItem((api, id) => api.delete(`/items/${id}/tags/secret`)),
  'GET /items/{id}/extensions': onItem((api, id) => api.get(`/items/${id}/extensions`)),
  'GET /items/{id}/extensions/{namespace}': onItem((api, id) => api.get(`/items/${id}/extensions/harbour`)),
  'PUT /items/{id}/extensions/{namespace}': onItem((api, id) => api.put(`/items/${id}/extensions/harbour`, { a: 1 })),
  'DELETE /items/{id}/extensions/{namespace}': onItem((api, id) => api.delete(`/items/${id}/extensions/harbour`)),
  'GET /items/{id}/edges': onItem((api, id) => api.get(`/items/${id}/edges`)),
  'GET /items/{id}/backrefs': onItem((api, id) => api.get(`/items/${id}/backrefs`)),
  'POST /edges': [
    naming('item', (api, id, own) => relate(api, own.item, id)),
    naming('item', (api, id, own) => relate(api, id, own.item)),
    naming('item', (api, id) => relate(api, id, id)),
    naming('credential', (api, id, own) => relate(api, own.item, id)),
  ],
  'GET /edges': [naming('type', (api, id) => api.get(`/edges?edge_type=${edgeTypeOf(id)}`))],
  'POST /edges/bulk': [
    naming('item', (api, id, own) => relateMany(api, own.item, id)),
    naming('item', (api, id, own) => relateMany(api, id, own.item)),
  ],
  'PATCH /edges/{id}': [naming('edge', (api, id) => api.patch(`/edges/${id}`, { properties: { mine: true } }))],
  'DELETE /edges/{id}': [naming('edge', (api, id) => api.delete(`/edges/${id}`))],
  'GET /events': NAMES_NOTHING,
  'POST /webhooks': NAMES_NOTHING,
  'GET /webhooks': NAMES_NOTHING,
  'GET /webhooks/{id}': [
    naming('webhook', (api, id) => api.get(`/webhooks/${id}`)),
    naming('item', (api, id) => api.get(`/webhooks/${id}`)),
  ],
  'PATCH /webhooks/{id}': [naming('webhook', (api, id) => api.patch(`/webhooks/${id}`, { events: ['item.created'] }))],
  'DELETE /webhooks/{id}': [naming('webhook', (api, id) => api.delete(`/webhooks/${id}`))],
  'GET /webhooks/{id}/deliveries': [naming('webhook', (api, id) => api.get(`/webhooks/${id}/deliveries`))],
  'POST /connections/install': [
    naming('connection', (api, id) => api.post('/connections/install', { integration_id: id })),
    naming('credential', (api, id) =>
      api.post('/connections/install', { integration_id: needsToken, credential_ref: id }),
    ),
  ],
  'POST /connections/{id}/uninstall': [naming('connection', (api, id) => api.post(`/connections/${id}/uninstall`))],
  'POST /connections/{id}/run': [naming('connection', (api, id) => api.post(`/connections/${id}/run`))],
  'PATCH /connections/{id}': [
    naming('connection', (api, id) => api.patch(`/connections/${id}`, { label: 'Mine' })),
    naming('token', (api, id, own) => api.patch(`/connections/${own.connection}`, { credential_ref: id })),
  ],
  ...Object.fromEntries(
    ['pause', 'resume', 'upgrade', 'oauth/start'].map((act) => [
      `POST /connections/{id}/${act}`,
      [naming('connection', (api, id) => api.post(`/connections/${id}/${act}`))],
    ]),
  ),
  'GET /connections/{id}/upgrade': [naming('connection', (api, id) => api.get(`/connections/${id}/upgrade`))],
  'POST /connections/{id}/upgrade/approve': [
    naming('connection', (api, id) => api.post(`/connections/${id}/upgrade/approve`, { to_version: '1.0.0' })),
  ],
  'POST /credentials/oauth-provider': NAMES_NOTHING,
  'POST /credentials/api-token': NAMES_NOTHING,
  'PATCH /credentials/{id}': [naming('token', (api, id) => api.patch(`/credentials/${id}`, { label: 'Mine' }))],
  'DELETE /credentials/{id}': [naming('token', (api, id) => api.delete(`/credentials/${id}`))],
  ...Object.fromEntries(
    ['lease-token', 'lease-tokens'].map((path) => [
      `POST /connections/{id}/${path}`,
      [naming('connection', (api, id) => api.post(`/connections/${id}/${path}`, { capability_id: 'files' }))],
    ]),
  ),
  'GET /connections/{id}/lease-tokens': [naming('connection', (api, id) => api.get(`/connections/${id}/lease-tokens`))],
  'POST /connections/{id}/lease-tokens/{lease_id}/revoke': [
    naming('connection', (api, id) => api.post(`/connections/${id}/lease-tokens/${v7()}/revoke`)),
    naming('run', (api, id, own) => api.post(`/connections/${own.connection}/lease-tokens/${id}/revoke`)),
  ],
  'POST /lease-tokens/validate': 'proxy tests: a token is known to whoever was shown it, and names nothing else',
  'POST /lease/{connection_id}/runtime': 'connection-lifecycle.test.ts: an identity key reaches its own integration',
  'GET /connections/{id}/runs': [naming('connection', (api, id) => api.get(`/connections/${id}/runs`))],
  'GET /connections/{id}/runs/{run_id}': [
    naming('connection', (api, id, own) => api.get(`/connections/${id}/runs/${own.run}`)),
    naming('run', (api, id, own) => api.get(`/connections/${own.connection}/runs/${id}`)),
  ],
};

let needsToken: string;
const relate = (api: Api, source_id: string, target_id: string, edge_type = 'about') =>
  api.post('/edges', { source_id, target_id, edge_type });

const relateMany = (api: Api, source_id: string, target_id: string) =>
  api.post('/edges/bulk', { mode: 'upsert', edges: [{ source_id, target_id, edge_type: 'about' }] });
const typeOf = (suffix: string) => `harbour.t-${suffix}`;
const edgeTypeOf = (suffix: string) => `tied-${suffix}`;
const aType = (id: string) => ({ id, version: '1.0.0', fields: { title: { type: 'string' } } });

const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === 'object' && value !== null && 'method' in value && 'audience' in value && 'responses' in value;
const endpoints = Object.values(shared as Record<string, unknown>).filter(isEndpoint);

describe('Every endpoint of the API', () => {
  it('has a case here, and every case an endpoint', () => {
    const names = endpoints.map(({ method, path }) => `${method} ${path}`);
    expect(names.length).toBeGreaterThan(30);
    expect(Object.keys(CASES).sort()).toEqual([...names].sort());
  });
});

describeServer('One space', (under) => {
  let mine: Space;
  let theirs: Space;
  let own: Room;
  let foreign: Room;
  let member: Api;

  async function furnish({ api }: Space, integration: string): Promise<Room> {
    const target = await anItem(api, { properties: { title: 'Target' } });
    const item = await anItem(api, { source_id: 'secret', tags: ['secret'], edges: { about: [target.id] } });
    await api.put(`/items/${item.id}/extensions/harbour`, { secret: true });
    const edge = (await api.get(`/items/${item.id}/edges`)).body.data[0];
    const type = v7();
    created(await api.post('/types', aType(typeOf(type))));
    created(await api.post('/edges/types', { id: edgeTypeOf(type) }));
    await relate(api, item.id, target.id, edgeTypeOf(type));
    const { connection_id, credential_id, activity_id } = await install(api, integration, {
      feed_url: 'http://127.0.0.1:9/',
    });
    const run = (await api.post(`/connections/${connection_id}/run`)).body.run_id;
    const sends = { url: 'https://example.test/', events: ['item.deleted'], active: false };
    const { webhook } = created(await api.post('/webhooks', sends));
    const upstream = { label: 'Secret', upstream_base_url: 'https://example.test', api_token: 'secret' };
    const { credential_id: token } = created(await api.post('/credentials/api-token', upstream));
    return {
      item: item.id,
      edge: edge.id,
      key: (await aKey(api)).id,
      connection: connection_id,
      credential: credential_id,
      activity: activity_id,
      run,
      type,
      webhook: webhook.id,
      token,
    };
  }

  beforeAll(async () => {
    needsToken = await anIntegration(under.admin, { token_requirements: { tasks: 'required' } });
    const { body } = await under.admin.get('/integrations?manifest_name=withmarfa.rss-watcher');
    [mine, theirs] = [await aSpace(under.admin), await aSpace(under.admin)];
    [own, foreign] = [await furnish(mine, body.data[0].id), await furnish(theirs, body.data[0].id)];
    const all = { '*': 'write', 'system.*': 'write', 'system.credential': 'write' } as const;
    const everything = { '*': 'write' } as const;
    ({ api: member } = await aKey(mine.api, {
      type_permissions: all,
      extension_permissions: everything,
      edge_permissions: everything,
      metadata_permissions: everything,
    }));
  });

  /** An answer without what names the thing, and without what differs from request to request. */
  function comparable({ status, headers, body }: Answer, id: string) {
    const { 'x-request-id': _id, date: _date, ...rest } = Object.fromEntries(headers);
    return { status, headers: rest, body: JSON.stringify(body).replaceAll(id, '<id>') };
  }

  const callers = [
    ['its administrator', () => mine.api],
    ['a member with every right', () => member],
  ] as const;
  const cases = Object.entries(CASES).flatMap(([endpoint, namings]) =>
    typeof namings === 'string'
      ? []
      : namings.map(({ thing, call }) => [endpoint, thing, call] as [string, keyof Room, Naming['call']]),
  );

  describe.each(callers)('answers %s', (_who, caller) => {
    it.each(cases)('at %s that names another space’s %s as if it named nothing', async (_endpoint, thing, call) => {
      const nothing = v7();
      const before = await allRows(theirs.api, '/audit');
      const [foreignAnswer, randomAnswer] = [
        await call(caller(), foreign[thing], own),
        await call(caller(), nothing, own),
      ];
      expect(comparable(foreignAnswer, foreign[thing])).toEqual(comparable(randomAnswer, nothing));
      // What tells no rows tells how many there were.
      if (foreignAnswer.status < 400) expect(foreignAnswer.body.data ?? foreignAnswer.body.ids).toEqual([]);
      expect(await allRows(theirs.api, '/audit')).toEqual(before);
    });
  });

  it('still has everything after all that', async () => {
    const { item, metadata } = (await theirs.api.get(`/items/${foreign.item}?include=extensions,metadata`)).body;
    expect(item).toMatchObject({ state: 'active', version: 1 });
    expect(metadata).toMatchObject({ tags: ['secret'], extensions: { harbour: { secret: true } } });
    expect((await theirs.api.get(`/items/${foreign.item}/edges`)).body.data).toHaveLength(2);
    expect((await theirs.api.get(`/types/${typeOf(foreign.type)}`)).body).toMatchObject({ version: '1.0.0' });
    expect((await theirs.api.get(`/items/${foreign.connection}`)).body.item.state).toBe('active');
    expect((await theirs.api.get(`/keys/${foreign.key}`)).status).toBe(200);
  });

  it('counts its own rows alone', async () => {
    const [one, two] = [await aSpace(under.admin), await aSpace(under.admin)];
    await anItem(one.api, { source_id: 'same', tags: ['same'] });
    for (const path of ['/items', '/items?tags=same', '/items?source=administrator', '/items?type=system.connection'])
      expect((await two.api.get(path)).body).toEqual({ data: [], cursor: null, has_more: false });
    expect((await two.api.get('/keys')).body.keys).toHaveLength(1);
    const audit = await allRows(two.api, '/audit');
    expect(audit.every((row) => row.tenant_id === two.id)).toBe(true);
    expect((await anItem(two.api, { source_id: 'same' })).version).toBe(1);
  });

  it('cannot be paged into with a cursor from another', async () => {
    for (const { api } of [mine, theirs]) for (let count = 0; count < 3; count += 1) await anItem(api);
    const { body } = await theirs.api.get('/items?limit=1');
    const rows = (await mine.api.get(`/items?limit=200&cursor=${body.cursor}`)).body.data;
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.tenant_id).toBe(mine.id);
  });

  it('is made, listed and shown by the platform alone', async () => {
    expect(refusal(await mine.api.post('/tenants', { name: 'Another' }))).toEqual({ status: 403, code: 'forbidden' });
    expect(refusal(await mine.api.get('/tenants')).status).toBe(403);
    expect(refusal(await mine.api.get(`/tenants/${mine.id}`)).status).toBe(403);
    const { body } = await under.admin.get('/tenants');
    const ids = body.tenants.map((tenant: { id: string }) => tenant.id);
    expect(ids).toEqual(expect.arrayContaining([mine.id, theirs.id]));
    expect((await under.admin.get(`/tenants/${mine.id}`)).body).toMatchObject({ id: mine.id });
    expect(refusal(await under.admin.get(`/tenants/${v7()}`))).toEqual({ status: 404, code: 'not_found' });
    const { tenant, key } = created(await under.admin.post('/tenants', { name: 'Third' }));
    expect(tenant.name).toBe('Third');
    expect(key.role).toBe('tenant_admin');
  });

  it('finds its audit rows by what was done, to what, and when, newest first and page by page', async () => {
    const { api } = await aSpace(under.admin);
    const notes = [await anItem(api), await anItem(api), await anItem(api)];
    await api.patch(`/items/${notes[1]?.id}`, { properties: { title: 'changed' } });
    const all = await allRows(api, '/audit?resource_type=item');
    expect(all.map((row) => row.action)).toEqual(['item.update', 'item.create', 'item.create', 'item.create']);
    expect(all[0]).toEqual({
      id: expect.any(String),
      timestamp: expect.stringMatching(/Z$/),
      key_id: expect.any(String),
      tenant_id: expect.any(String),
      action: 'item.update',
      resource_type: 'item',
      resource_id: notes[1]?.id,
      client_ip: '127.0.0.1',
      details: expect.any(Object),
    });
    const found = async (query: string) => (await allRows(api, `/audit?${query}`)).map((row) => row.id);
    const ids = all.map((row) => row.id);
    expect(await found(`resource_id=${notes[1]?.id}`)).toEqual([ids[0], ids[2]]);
    expect(await found('resource_type=item&action=item.create')).toEqual(ids.slice(1));
    const first = (await api.get('/audit?resource_type=item&limit=3')).body;
    const rest = (await api.get(`/audit?resource_type=item&limit=3&cursor=${first.cursor}`)).body;
    expect([...first.data, ...rest.data].map((row: { id: string }) => row.id)).toEqual(ids);
    expect([first.has_more, rest.has_more, rest.cursor]).toEqual([true, false, null]);
    expect(await found(`resource_type=item&since=${all[0]?.timestamp}`)).toContain(ids[0]);
    expect(await found(`resource_type=item&until=${all[0]?.timestamp}`)).not.toContain(ids[0]);
    expect(await found('since=2100-01-01T00:00:00Z')).toEqual([]);
    for (const [method, path] of [
      ['DELETE', '/audit'],
      ['PATCH', `/audit/${ids[0]}`],
    ] as const)
      expect(refusal(await api.call(method, path)).status).toBe(404);
  });

  it('shows its audit rows to itself, and all of them to the admin without a space', async () => {
    const rows = await allRows(under.admin, '/audit?action=connection.install');
    expect(new Set(rows.map((row) => row.tenant_id))).toEqual(new Set([mine.id, theirs.id]));
    expect(refusal(await member.get('/audit')).status).toBe(403);
  });
});
