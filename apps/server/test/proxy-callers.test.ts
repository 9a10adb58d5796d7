import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { anIntegration, install } from './support/integrations.ts';
import { type RecordingUpstream, startRecordingUpstream } from './support/recording-upstream.ts';
import { refusal } from './support/refusal.ts';
import { aKey, aSpace, created } from './support/spaces.ts';
import { aTokenConnection, sendRaw, type TokenConnection } from './support/upstream-connection.ts';

describeServer('Whoever calls the proxy', (under) => {
  let upstream: RecordingUpstream;
  let connection: TokenConnection;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    connection = await aTokenConnection(under.admin, `${upstream.url}/v1/`);
  });
  afterAll(() => upstream.close());
  beforeEach(() => upstream.reset());
  const answerWith = (answer: Parameters<RecordingUpstream['answerWith']>[0]) => upstream.answerWith(answer);

  describe('is for', () => {
    it('those who run the space; a member is told so', async () => {
      const { api } = connection.space;
      expect(refusal(await (await aKey(api)).api.get(connection.path('x')))).toEqual({
        status: 403,
        code: 'forbidden',
      });
      expect(refusal(await api.as(null).get(connection.path('x')))).toEqual({ status: 401, code: 'unauthorized' });
      expect(upstream.seen).toEqual([]);
    });

    it('one space: in another there is no such Connection', async () => {
      const stranger = await aSpace(under.admin);
      for (const method of ['GET', 'POST', 'DELETE'])
        expect(refusal(await stranger.api.call(method, connection.path('x')))).toEqual({
          status: 404,
          code: 'connection_not_found',
        });
      expect(refusal(await under.admin.get(connection.path('x')))).toMatchObject({ status: 404 });
      expect(upstream.seen).toEqual([]);
    });

    it('the runtime credential of the Connection itself, and not that of its neighbour', async () => {
      const neighbour = await aTokenConnection(under.admin, upstream.url, { space: connection.space });
      const mint = async (id: string) => {
        const input = { connection_id: id, label: 'A run', source: 'tests' };
        const { api_key } = created(await under.admin.post('/system/runtime-credentials', input));
        return under.admin.as(api_key);
      };
      const own = await mint(connection.id);
      expect((await own.get(connection.path('x'))).status).toBe(200);
      const others = await mint(neighbour.id);
      expect(refusal(await others.get(connection.path('x')))).toEqual({ status: 404, code: 'connection_not_found' });
      expect(upstream.seen).toHaveLength(1);
    });

    it('Connections at work: not paused, not uninstalled', async () => {
      const own = await aTokenConnection(under.admin, upstream.url);
      const { api } = own.space;
      await api.post(`/connections/${own.id}/pause`);
      expect(refusal(await api.get(own.path('x')))).toEqual({ status: 403, code: 'forbidden' });
      await api.post(`/connections/${own.id}/resume`);
      expect((await api.get(own.path('x'))).status).toBe(200);
      await api.post(`/connections/${own.id}/uninstall`);
      expect(refusal(await api.get(own.path('x')))).toEqual({ status: 403, code: 'forbidden' });
      expect(upstream.seen).toHaveLength(1);
    });

    it('Connections as they are now: what changed between two calls holds for the second', async () => {
      const own = await aTokenConnection(under.admin, `${upstream.url}/v1`);
      const { api } = own.space;
      const call = async () => {
        const { status } = await api.get(own.path('x'));
        const last = upstream.seen.at(-1);
        return status === 200 ? `${last?.url} ${last?.headers.authorization}` : status;
      };
      const credentialId = (await api.get(`/items/${own.id}`)).body.item.properties.credential_ref;
      expect(await call()).toBe(`/v1/x Bearer ${own.token}`);
      await api.patch(`/credentials/${credentialId}`, { api_token: 'better' });
      expect(await call()).toBe('/v1/x Bearer better');
      await api.patch(`/credentials/${credentialId}`, { auth_scheme: 'Token' });
      expect(await call()).toBe('/v1/x Token better');
      const configuration = { upstream_base_url_override: `${upstream.url}/v2` };
      await api.patch(`/connections/${own.id}`, { configuration });
      expect(await call()).toBe('/v2/x Token better');
      await api.post(`/connections/${own.id}/pause`);
      expect(await call()).toBe(403);
      await api.post(`/connections/${own.id}/resume`);
      expect(await call()).toBe('/v2/x Token better');
      await api.post(`/connections/${own.id}/uninstall`);
      expect(await call()).toBe(403);
    });

    it('manifests that ask for it: not for one without an upstream', async () => {
      const { api } = connection.space;
      const { connection_id } = await install(api, await anIntegration(under.admin));
      expect(refusal(await api.get(`/connections/${connection_id}/proxy/x`))).toEqual({
        status: 403,
        code: 'forbidden',
      });
    });
  });

  describe('after a 401 to a static token', () => {
    it('passes it on as it is, asks a person once, and refuses until the token is replaced', async () => {
      const own = await aTokenConnection(under.admin, upstream.url);
      const { api } = own.space;
      answerWith(
        (_request, response) =>
          void response.writeHead(401, { 'www-authenticate': 'Bearer realm="theirs"' }).end('token unknown'),
      );
      const answer = await sendRaw(under.server.url, own.path('x'), { key: own.space.key });
      expect([answer.status, answer.body.toString(), answer.headers['www-authenticate']]).toEqual([
        401,
        'token unknown',
        'Bearer realm="theirs"',
      ]);
      expect(answer.headers['x-error-code']).toBeUndefined();
      expect(upstream.seen).toHaveLength(1);

      expect(refusal(await api.get(own.path('x')))).toEqual({ status: 401, code: 'reauth_required' });
      expect(upstream.seen).toHaveLength(1);
      const activity = await api.get('/items?type=system.activity');
      const wanted = activity.body.data.filter(
        (item: { properties: { severity: string } }) => item.properties.severity === 'action_required',
      );
      expect(wanted).toHaveLength(1);

      const { body } = await api.get(`/items/${own.id}`);
      answerWith((_request, response) => void response.end('welcome'));
      await api.patch(`/credentials/${body.item.properties.credential_ref}`, { api_token: 'better' });
      expect((await api.get(own.path('x'))).status).toBe(200);
      expect(upstream.seen.at(-1)?.headers.authorization).toBe('Bearer better');
    });
  });

  it('holds calls back for the account that its upstream holds back, and for no other', async () => {
    const own = await aTokenConnection(under.admin, `${upstream.url}/limited`);
    const credential_ref = (await own.space.api.get(`/items/${own.id}`)).body.item.properties.credential_ref;
    const { connection_id } = created(
      await own.space.api.post('/connections/install', { integration_id: own.integrationId, credential_ref }),
    );
    const other = await aTokenConnection(under.admin, `${upstream.url}/limited`);
    answerWith((_request, response) => void response.writeHead(429, { 'retry-after': '60' }).end('too many'));

    const first = await sendRaw(under.server.url, own.path('x'), { key: own.space.key });
    expect([first.status, first.headers['retry-after'], first.headers['x-error-code']]).toEqual([429, '60', undefined]);
    for (const path of [own.path('x'), `/connections/${connection_id}/proxy/x`]) {
      const answer = await own.space.api.get(path);
      expect(refusal(answer)).toEqual({ status: 429, code: 'rate_limited' });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50);
    }
    expect(upstream.seen).toHaveLength(1);
    await sendRaw(under.server.url, other.path('x'), { key: other.space.key });
    expect(upstream.seen).toHaveLength(2);
  });

  it('leaves one audit row for each call, with neither query nor header nor body', async () => {
    const own = await aTokenConnection(under.admin, upstream.url);
    answerWith((_request, response) => void response.writeHead(201).end('a secret answer'));
    await sendRaw(under.server.url, own.path('things/1?secret=query'), {
      key: own.space.key,
      method: 'POST',
      body: 'a secret body',
      headers: { 'content-length': '13', 'x-secret': 'header' },
    });
    const rows = async () => (await own.space.api.get('/audit?action=connection.proxy')).body.data;
    await expect.poll(rows, { timeout: 10_000 }).toHaveLength(1);
    const [row] = await rows();
    expect(row).toMatchObject({
      resource_type: 'connection',
      resource_id: own.id,
      tenant_id: own.space.id,
      details: { method: 'POST', path: '/things/1', status: 201, duration_ms: expect.any(Number) },
    });
    expect(Object.keys(row.details).sort()).toEqual(['duration_ms', 'method', 'path', 'status']);
    expect(JSON.stringify(row)).not.toMatch(/secret|canary/);
  });

  it('leaves a row for each of many calls at once', async () => {
    const own = await aTokenConnection(under.admin, upstream.url);
    const paths = Array.from({ length: 75 }, (_, index) => `/many/${index}`);
    await Promise.all(paths.map((path) => own.space.api.get(own.path(path.slice(1)))));
    const noted = async () => {
      const rows = (await own.space.api.get('/audit?action=connection.proxy&limit=100')).body.data;
      return rows.map((row: { details: { path: string } }) => row.details.path).sort();
    };
    await expect.poll(noted, { timeout: 10_000 }).toEqual(paths.sort());
  });
});
