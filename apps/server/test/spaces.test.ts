import type { Endpoint } from '@withmarfa/shared';
import * as shared from '@withmarfa/shared';
import { v7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, anIntegration, install } from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { aType, CASES, edgeTypeOf, type Naming, type Room, relate, typeOf } from './support/space-cases.ts';
import { aKey, anItem, aSpace, created, type Space } from './support/spaces.ts';

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

  async function furnish(
    { api }: Space,
    { integration, receives, needsToken }: { integration: string; receives: string; needsToken: string },
  ): Promise<Room> {
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
    const receiver = created(await api.post('/connections/install', { integration_id: receives }));
    return {
      needsToken,
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
      receiver: receiver.connection_id,
      inbound: receiver.inbound_webhook.id,
    };
  }

  beforeAll(async () => {
    const needsToken = await anIntegration(under.admin, { token_requirements: { tasks: 'required' } });
    const receives = await anIntegration(under.admin, { triggers: [{ type: 'webhook' }] });
    const { body } = await under.admin.get('/integrations?manifest_name=withmarfa.rss-watcher');
    const installable = { integration: body.data[0].id, receives, needsToken };
    [mine, theirs] = [await aSpace(under.admin), await aSpace(under.admin)];
    [own, foreign] = [await furnish(mine, installable), await furnish(theirs, installable)];
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
