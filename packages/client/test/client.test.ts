import { ENDPOINTS, type Endpoint } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { createClient, MarfaApiError } from '../src/index.ts';
import { ROUTES } from '../src/routes.ts';
import { aClient } from './support/a-client.ts';
import { cut, cutShort, json, raw, refusal, silence, startHostileServer } from './support/start-hostile-server.ts';

const ID = '01980e6c-7d6a-7c3e-9f5b-2b7f3b0a9c11';
const TENANT = { id: ID, name: 'Mine', created_at: '2026-03-01T09:30:00.000Z' };
const ok = json(200, { status: 'ok' });
const made = json(201, { tenant: TENANT, key: aCreatedKey() });

function aCreatedKey() {
  return {
    id: ID,
    label: 'First',
    source: 'first',
    role: 'tenant_admin',
    default_tier: 'library',
    is_platform: false,
    type_permissions: {},
    extension_permissions: {},
    edge_permissions: {},
    metadata_permissions: {},
    created_at: '2026-03-01T09:30:00.000Z',
    last_used_at: null,
    key: 'marfa_k1_secret',
  };
}
const faultOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!MarfaApiError.is(error)) throw new Error(`no MarfaApiError: ${String(error)}`);
  return error;
};

describe('the client', () => {
  it('has a method for every endpoint, or a stream', () => {
    const routed = Object.values(ROUTES).flatMap((routes) => Object.values(routes) as string[]);
    const streams = Object.entries<Endpoint>(ENDPOINTS).flatMap(([name, { response }]) =>
      response === 'event-stream' ? [name] : [],
    );
    expect([...routed, ...streams].sort()).toEqual(Object.keys(ENDPOINTS).sort());
  });

  it('can say all that an endpoint takes: parts of the path, then the body or the query', () => {
    for (const [name, endpoint] of Object.entries<Endpoint>(ENDPOINTS)) {
      const takesBody = !endpoint.body.safeParse(undefined).success;
      const takesQuery = 'shape' in endpoint.query && Object.keys(endpoint.query.shape as object).length > 0;
      expect(takesBody && takesQuery && 'both', name).not.toBe('both');
    }
  });

  it('sends the credential, the body and the query as the endpoint spells them', async () => {
    await using server = await startHostileServer(json(200, { data: [], cursor: null, has_more: false }));
    const { client } = aClient({ baseUrl: `${server.url}/marfa/`, userAgent: 'tests/1' });
    await client.items.list({ type: 'core.note', tags: ['a b', 'c'], limit: 10 }).page();
    expect(server.seen[0]).toMatchObject({
      method: 'GET',
      url: '/marfa/items?type=core.note&tags=a+b%2Cc&limit=10',
      headers: { authorization: 'Bearer marfa_k1_test', 'user-agent': 'tests/1' },
    });
    expect(server.seen[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  it('writes parts of a path so that they stay parts, and refuses empty ones', async () => {
    await using server = await startHostileServer(refusal(404, 'item_not_found'));
    const { client } = aClient({ baseUrl: server.url });
    await faultOf(client.items.removeTag({ id: ID, tag: 'a/b?c#d' }));
    expect(server.seen[0]?.url).toBe(`/items/${ID}/tags/a%2Fb%3Fc%23d`);
    expect(() => client.items.get('')).toThrow(TypeError);
    expect(() => createClient({ baseUrl: 'ftp://marfa.example' })).toThrow(TypeError);
  });

  it('walks a list page by page, only as far as it is read', async () => {
    const row = (name: string) => ({ ...aCreatedAuditEntry(), action: name });
    await using server = await startHostileServer(
      json(200, { data: [row('one'), row('two')], cursor: 'next', has_more: true }),
      json(200, { data: [row('three')], cursor: null, has_more: false }),
    );
    const { client } = aClient({ baseUrl: server.url });
    const actions: string[] = [];
    for await (const entry of client.audit.list({ limit: 2 })) actions.push(entry.action);
    expect(actions).toEqual(['one', 'two', 'three']);
    expect(server.seen.map(({ url }) => url)).toEqual(['/audit?limit=2', '/audit?limit=2&cursor=next']);
    for await (const _entry of client.audit.list()) break;
    expect(server.seen).toHaveLength(3);
  });

  it('tells a refusal with its status, code, issues and request id, and what stands beside the error', async () => {
    const current = { version: 3 };
    await using server = await startHostileServer(
      refusal(400, 'validation_error'),
      json(409, { error: { code: 'version_conflict', message: 'Stale.' }, current }),
    );
    const { client } = aClient({ baseUrl: server.url });
    const error = await faultOf(client.tenants.create({ name: 'Mine' }));
    expect(error).toMatchObject({ status: 400, code: 'validation_error', requestId: 'r-1' });
    expect(error.issues).toEqual([{ path: '$.type', message: 'missing' }]);
    expect(MarfaApiError.is(error, 'validation_error')).toBe(true);
    expect(MarfaApiError.is(error, 'conflict')).toBe(false);
    const conflict = await faultOf(client.items.update(ID, { version: 1 }));
    expect(conflict.details).toMatchObject({ current });
    expect(server.seen).toHaveLength(2);
  });

  it.each([
    ['a page of a proxy', raw(200, 'text/html', '<h1>Sign in</h1>')],
    ['half of a JSON text', raw(200, 'application/json', '{"status":"o')],
    ['another shape', json(200, { status: 'fine' })],
    ['a redirect', raw(302, 'text/html', 'elsewhere')],
    ['an error page', raw(404, 'text/html', '<h1>404</h1>')],
  ])('takes %s for no answer of Marfa', async (_what, behaviour) => {
    await using server = await startHostileServer(behaviour);
    const { client } = aClient({ baseUrl: server.url });
    expect(await faultOf(client.health.get())).toMatchObject({ code: 'unexpected_answer' });
    expect(server.seen).toHaveLength(1);
  });

  it('asks for another credential when one is refused, and gives up when there is none', async () => {
    await using server = await startHostileServer(refusal(401, 'unauthorized'), ok, refusal(401, 'unauthorized'));
    let asked = 0;
    const { client } = aClient({ baseUrl: server.url, token: async () => `token-${Math.min(++asked, 2)}` });
    await client.health.get();
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(await faultOf(client.health.get())).toMatchObject({ code: 'unauthorized' });
    expect(server.seen).toHaveLength(3);
  });
});

describe('a call that failed', () => {
  it.each([
    ['a cut connection', cut],
    ['an answer that was cut short', cutShort],
    ['502', raw(502, 'text/html', 'Bad gateway')],
    ['503', refusal(503, 'storage_unavailable')],
    ['504', raw(504, 'text/html', 'Timeout')],
  ])('is made again after %s, waiting longer each time', async (_what, behaviour) => {
    await using server = await startHostileServer(behaviour, behaviour, ok);
    const { client, waits } = aClient({ baseUrl: server.url });
    expect(await client.health.get()).toEqual({ status: 'ok' });
    expect(waits).toEqual([125, 250]);
  });

  it('is made again under the same Idempotency-Key when it changes something', async () => {
    await using server = await startHostileServer(cut, refusal(503, 'storage_unavailable'), made);
    const { client } = aClient({ baseUrl: server.url });
    await client.tenants.create({ name: 'Mine' });
    const keys = server.seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual(['key-1', 'key-1', 'key-1']);
    await client.tenants.create({ name: 'Mine' }, { idempotencyKey: 'mine' });
    expect(server.seen.at(-1)?.headers['idempotency-key']).toBe('mine');
  });

  it('is not made again without a key, as a call without a credential has none, unless a limit turned it away', async () => {
    await using server = await startHostileServer(
      cut,
      refusal(429, 'rate_limited', { 'retry-after': '0' }),
      json(201, aCreatedKey()),
    );
    const client = createClient({ baseUrl: server.url });
    const input = { label: 'First', source: 'first' };
    expect(await faultOf(client.keys.create(input))).toMatchObject({ code: 'network_error' });
    expect(server.seen).toHaveLength(1);
    expect(await client.keys.create(input)).toMatchObject({ key: 'marfa_k1_secret' });
    expect(server.seen.every(({ headers }) => headers['idempotency-key'] === undefined)).toBe(true);
  });

  it('waits as long as the server asks, and not longer than it may', async () => {
    await using server = await startHostileServer(
      refusal(429, 'rate_limited', { 'retry-after': '7' }),
      refusal(429, 'rate_limited', { 'retry-after': 'Sun, 01 Mar 2026 00:00:09 GMT' }),
      ok,
      refusal(429, 'rate_limited', { 'retry-after': '3600' }),
    );
    const { client, waits } = aClient({ baseUrl: server.url });
    await client.health.get();
    expect(waits).toEqual([7000, 9000]);
    expect(await faultOf(client.health.get())).toMatchObject({ code: 'rate_limited', retryAfterMs: 3_600_000 });
    expect(server.seen).toHaveLength(4);
  });

  it('ends after its attempts, and at once where waiting cannot help', async () => {
    await using server = await startHostileServer(refusal(503, 'storage_unavailable'));
    const { client } = aClient({ baseUrl: server.url, retry: { attempts: 2 } });
    expect(await faultOf(client.health.get())).toMatchObject({ status: 503 });
    expect(server.seen).toHaveLength(2);
    await using full = await startHostileServer(refusal(429, 'quota_exceeded'));
    expect(await faultOf(aClient({ baseUrl: full.url }).client.health.get())).toMatchObject({ code: 'quota_exceeded' });
    expect(full.seen).toHaveLength(1);
  });

  it('is told of a server that never answers', async () => {
    await using server = await startHostileServer(silence);
    const { client, fire, limits } = aClient({ baseUrl: server.url, retry: { attempts: 1 } });
    const call = client.health.get({ timeoutMs: 1234 });
    while (server.seen.length === 0) await new Promise(setImmediate);
    fire();
    expect(await faultOf(call)).toMatchObject({ code: 'timeout', status: 0 });
    expect(limits).toEqual([1234]);
  });

  it('ends with the reason of its signal, under way and while it waits', async () => {
    await using server = await startHostileServer(silence);
    const { client } = aClient({ baseUrl: server.url });
    const stop = new AbortController();
    const call = client.health.get({ signal: stop.signal });
    while (server.seen.length === 0) await new Promise(setImmediate);
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(call).rejects.toBe(reason);
    await expect(client.health.get({ signal: stop.signal })).rejects.toBe(reason);
    expect(server.seen).toHaveLength(1);
  });
});

function aCreatedAuditEntry() {
  return {
    id: ID,
    timestamp: '2026-03-01T09:30:00.000Z',
    key_id: null,
    tenant_id: null,
    action: 'item.create',
    resource_type: 'item',
    resource_id: null,
    client_ip: null,
    details: {},
  };
}
