import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/platform/database/database.ts';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import {
  type App,
  aConfidentialApp,
  anApp,
  introspect,
  isLive,
  letIn,
  oauthRefusal,
  postForm,
  REDIRECT,
  refresh,
  revoke,
  SCOPE,
  send,
} from './support/oauth.ts';
import { becomeOwner, type Person } from './support/person.ts';
import { refusal } from './support/refusal.ts';
import { anItem } from './support/spaces.ts';
import { openRecord } from './support/webhooks.ts';

const UNKNOWN = { public: `marfa_at_${'a'.repeat(49)}`, jwt: 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0' };
/** What is no token of anybody. */
const RUBBISH = [
  UNKNOWN.public,
  `marfa_rt_${'a'.repeat(49)}`,
  UNKNOWN.jwt,
  `${UNKNOWN.jwt}.AAAA`,
  'x',
  'marfa_k1_x',
  '%00',
  '…',
];

describeServer('An access token', (under) => {
  let owner: Person;
  let app: App;
  let record: Database;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
    app = await anApp(under.server.url);
    record = await openRecord(under.profile);
    for (const type of ['core.note', 'core.media', 'core.media.film', 'core.task'])
      ids[type] = (await anItem(under.admin, { type, properties: { title: 'x' }, tags: ['sea'] })).id;
    for (const namespace of ['harbour', 'ships'])
      await under.admin.put(`/items/${ids['core.note']}/extensions/${namespace}`, { from: namespace });
    return () => record.close();
  });
  const url = () => under.server.url;

  async function withScope(scope: string, of = app): Promise<Api> {
    const { access_token } = await letIn(url(), owner, of, { changed: { scope } });
    return under.admin.as(access_token);
  }
  const denied = (code: string) => ({ status: 403, code });

  describe('does what its scopes say, and nothing else:', () => {
    it.each<[scope: string, readable: string[], writable: string[]]>([
      ['core.note:read', ['core.note'], []],
      ['core.note:write', ['core.note'], ['core.note']],
      ['core.note:read core.note:write', ['core.note'], ['core.note']],
      ['core.media:read', ['core.media', 'core.media.film'], []],
      ['core.media:write', ['core.media', 'core.media.film'], ['core.media']],
      ['core.media.*:write', ['core.media', 'core.media.film'], ['core.media', 'core.media.film']],
      ['core.*:read', ['core.note', 'core.media', 'core.media.film', 'core.task'], []],
      ['*:read core.task:write', ['core.note', 'core.media', 'core.media.film', 'core.task'], ['core.task']],
      ['openid profile email', [], []],
      ['edge.*:write metadata:write', [], []],
    ])('%s', async (scope, readable, writable) => {
      const api = await withScope(scope);
      for (const [type, id] of Object.entries(ids)) {
        const read = await api.get(`/items/${id}`);
        if (readable.includes(type)) expect(read.status, `reading ${type}`).toBe(200);
        else expect(refusal(read)).toEqual(denied('type_not_permitted'));
        const written = await api.post('/items', { type, properties: { title: 'x' } });
        if (writable.includes(type)) expect(written.status, `writing ${type}`).toBe(201);
        else expect(refusal(written)).toEqual(denied('type_not_permitted'));
      }
    });

    it.each<[scope: string, status: number]>([
      ['core.note:write edge.about:write', 201],
      ['core.note:read edge.about:write', 403],
      ['core.note:write edge.about:read', 403],
      ['core.note:write', 403],
      ['edge.about:write', 403],
    ])('edges with %s: %i', async (scope, status) => {
      const api = await withScope(scope);
      const target = (await anItem(under.admin)).id;
      const edge = { source_id: ids['core.note'], target_id: target, edge_type: 'about' };
      expect((await api.post('/edges', edge)).status).toBe(status);
    });

    it('tags with metadata, and types with metadata.types', async () => {
      const note = `/items/${ids['core.note']}`;
      const type = { id: 'harbour.boat', version: '1.0.0', fields: { title: { type: 'string' } } };
      const blind = await withScope('core.note:write');
      expect((await blind.get(note)).body.metadata.tags).toEqual([]);
      expect(refusal(await blind.get(`${note}/metadata`))).toEqual(denied('forbidden'));
      const reader = await withScope('core.note:write metadata:read');
      expect((await reader.get(note)).body.metadata.tags).toEqual(['sea']);
      expect((await reader.post(`${note}/tags`, { tags: ['tide'] })).status).toBe(403);
      const writer = await withScope('core.note:write metadata:write');
      expect((await writer.post(`${note}/tags`, { tags: ['sea'] })).status).toBe(200);
      expect((await writer.post('/types', type)).status).toBe(403);
      const modeller = await withScope('metadata.types:write');
      expect((await modeller.post('/types', type)).status).toBe(201);
    });

    it('extensions as its client’s registration says, and by no scope', async () => {
      const path = (namespace: string) => `/items/${ids['core.note']}/extensions/${namespace}`;
      const plain = await withScope('core.note:write metadata:write');
      expect((await plain.get(path('harbour'))).status).toBe(403);
      expect((await plain.put(path('harbour'), { x: 1 })).status).toBe(403);
      const registered = await anApp(url());
      await record.write((transaction) =>
        transaction
          .updateTable('oauth_client_settings')
          .set({ extension_permissions: JSON.stringify({ harbour: 'read' }) })
          .where('client_id', '=', registered.id)
          .execute(),
      );
      const api = await withScope('core.note:write', registered);
      expect((await api.get(path('harbour'))).status).toBe(200);
      expect((await api.put(path('harbour'), { x: 1 })).status).toBe(403);
      expect((await api.get(path('ships'))).status).toBe(403);
    });

    it('system rows only when they are named, credentials never', async () => {
      const listed = async (api: Api) =>
        (await api.get('/items?type=system.connection&limit=200')).body.data.map((item: { type: string }) => item.type);
      expect(await listed(await withScope('*:read'))).toEqual([]);
      expect(await listed(await withScope('core.*:read'))).toEqual([]);
      expect(await listed(await withScope('system.connection:read'))).toContain('system.connection');
      for (const scope of ['*:read', 'system.*:read', 'system.connection:read']) {
        const { body } = await (await withScope(scope)).get('/items?type=system.credential');
        expect(body.data).toEqual([]);
      }
    });

    it.each<[method: string, path: string, body?: object]>([
      ['GET', '/keys'],
      ['POST', '/keys', { label: 'x', source: 'x' }],
      ['GET', '/audit'],
      ['POST', '/tenants', { name: 'x' }],
      ['GET', '/webhooks'],
      ['POST', '/webhooks', { url: 'https://x.org', events: ['item.created'] }],
      ['GET', '/auth/clients'],
      ['POST', '/auth/clients', { name: 'x', type: 'confidential', redirect_uris: [REDIRECT] }],
      ['GET', '/auth/grants'],
    ])('never %s %s', async (method, path, body) => {
      const api = await withScope('*:write edge.*:write metadata:write metadata.types:write system.*:read');
      const answer = await api.call(method, path, body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(403);
    });

    it('never a system row', async () => {
      const api = await withScope('*:write system.*:read');
      for (const type of ['system.connection', 'system.credential', 'system.anything'])
        expect((await api.post('/items', { type, properties: {} })).status).toBeGreaterThanOrEqual(400);
    });
  });

  it('contract 3: writes under the source of its app', async () => {
    const api = await withScope('core.note:write');
    const { body } = await api.post('/items', { type: 'core.note', source: 'somebody-else', properties: {} });
    const made = body.item ?? (await api.post('/items', { type: 'core.note', properties: {} })).body.item;
    expect(made.source).toBe(`app:${app.id}`);
  });

  it('RFC 6750 3.1: that has expired, is unknown or broken is refused, each in its words', async () => {
    const late = await letIn(url(), owner, app);
    await record.write((transaction) =>
      transaction
        .updateTable('oauth_access_tokens')
        .set({ expiresAt: new Date(Date.now() - 1000).toISOString() })
        .where('clientId', '=', app.id)
        .execute(),
    );
    expect(refusal(await under.admin.as(late.access_token).get('/items'))).toEqual({
      status: 401,
      code: 'expired_token',
    });
    expect((await introspect(url(), app, late.access_token)).body).toEqual({ active: false });
    for (const token of [UNKNOWN.public, `${late.access_token}x`, late.access_token.toUpperCase(), 'x'])
      expect(refusal(await under.admin.as(token).get('/items'))).toEqual({ status: 401, code: 'unauthorized' });
  });

  it('RFC 6750 2.3, RFC 9700 4.3.2: is not taken from an address', async () => {
    const { access_token } = await letIn(url(), owner, app);
    for (const path of ['/items', '/auth/userinfo', '/auth/oauth2/userinfo'])
      expect((await send(url(), `${path}?access_token=${access_token}`)).status).toBe(401);
  });

  describe('at the userinfo endpoint', () => {
    const claims = { email: 'ada@example.org', name: 'Ada Byron' };

    it.each(['/auth/userinfo', '/auth/oauth2/userinfo'])('RFC 6750 2: tells of its person at %s', async (path) => {
      const { access_token } = await letIn(url(), owner, app);
      const headers = { authorization: `Bearer ${access_token}` };
      const inForm = { method: 'POST', body: new URLSearchParams({ access_token }) };
      for (const request of [{ headers }, { headers, method: 'POST' }, inForm]) {
        const answer = await send(url(), path, request);
        expect(answer.status, answer.text).toBe(200);
        expect(answer.body).toMatchObject(claims);
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
      const twice = await send(url(), path, { ...inForm, headers });
      expect(oauthRefusal(twice)).toEqual({ status: 400, error: 'invalid_request' });
    });

    it('OIDC Core 5.4: tells what its scopes let out', async () => {
      const of = async (scope: string) => {
        const { access_token } = await letIn(url(), owner, app, { changed: { scope } });
        const headers = { authorization: `Bearer ${access_token}` };
        return Object.keys((await send(url(), '/auth/userinfo', { headers })).body).sort();
      };
      expect(await of('openid')).toEqual(['sub']);
      expect(await of('openid email')).toEqual(['email', 'email_verified', 'sub']);
      expect(await of('openid profile')).toEqual(['name', 'preferred_username', 'sub']);
    });

    it('RFC 6750 3: is refused with a challenge that says why', async () => {
      const challenge = async (headers: Record<string, string>) => {
        const answer = await send(url(), '/auth/userinfo', { headers });
        return [oauthRefusal(answer), answer.headers.get('www-authenticate')];
      };
      expect(await challenge({})).toEqual([{ status: 401, error: 'invalid_token' }, 'Bearer realm="marfa"']);
      const [refused, why] = await challenge({ authorization: `Bearer ${UNKNOWN.public}` });
      expect(refused).toEqual({ status: 401, error: 'invalid_token' });
      expect(why).toMatch(/^Bearer realm="marfa", error="invalid_token"/);
      const { access_token } = await letIn(url(), owner, app, { changed: { scope: 'core.note:read' } });
      const [lacking, scope] = await challenge({ authorization: `Bearer ${access_token}` });
      expect(lacking).toEqual({ status: 403, error: 'insufficient_scope' });
      expect(scope).toMatch(/error="insufficient_scope".*scope="openid"/);
    });

    it('does not take the key of an API for a person', async () => {
      const { key } = (await under.admin.post('/keys', { label: 'x', source: 'userinfo' })).body;
      expect((await send(url(), '/auth/userinfo', { headers: { authorization: `Bearer ${key}` } })).status).toBe(401);
    });
  });

  describe('at the introspection endpoint', () => {
    it('RFC 7662 2.2: is described to its own app, and to no other', async () => {
      const confidential = await aConfidentialApp(url());
      for (const own of [app, confidential]) {
        const { access_token, refresh_token } = await letIn(url(), owner, own);
        const { body } = await introspect(url(), own, access_token);
        expect(body).toMatchObject({ active: true, scope: SCOPE, client_id: own.id, token_type: 'Bearer', iss: url() });
        expect(body.exp - body.iat).toBe(3600);
        expect((await introspect(url(), own, refresh_token)).body).toMatchObject({ active: true, client_id: own.id });
        const foreign = own === app ? confidential : app;
        for (const token of [access_token, refresh_token])
          expect((await introspect(url(), foreign, token)).body).toEqual({ active: false });
      }
    });

    it('RFC 7662 2.2: what is no token is inactive, and no more is said', async () => {
      for (const token of RUBBISH) {
        const answer = await introspect(url(), app, token);
        expect(answer).toMatchObject({ status: 200, text: '{"active":false}' });
        const hinted = await postForm(url(), '/auth/oauth2/introspect', {
          token,
          token_type_hint: 'refresh_token',
          ...app.credentials,
        });
        expect(hinted.body).toEqual({ active: false });
      }
    });

    it('RFC 7662 2.1: is told to no confidential app without its secret', async () => {
      const confidential = await aConfidentialApp(url());
      const { access_token } = await letIn(url(), owner, confidential);
      const nameless = await postForm(url(), '/auth/oauth2/introspect', { token: access_token });
      expect(nameless.body).toEqual({ active: false });
      const lazy = await postForm(url(), '/auth/oauth2/introspect', {
        token: access_token,
        client_id: confidential.id,
      });
      expect(oauthRefusal(lazy)).toEqual({ status: 401, error: 'invalid_client' });
    });
  });

  describe('at the revocation endpoint', () => {
    it('RFC 7009 2.1: ends alone; its refresh token ends the whole grant', async () => {
      const own = await anApp(url());
      const phone = await letIn(url(), owner, own);
      const { access_token, refresh_token } = await letIn(url(), owner, own);
      const next = (await refresh(url(), own, refresh_token)).body;
      expect(await revoke(url(), own, access_token)).toMatchObject({ status: 200, text: '' });
      expect(await isLive(url(), own, access_token)).toBe(false);
      expect(await isLive(url(), own, next.access_token)).toBe(true);
      expect(await revoke(url(), own, next.refresh_token)).toMatchObject({ status: 200, text: '' });
      for (const token of [next.access_token, phone.access_token]) expect(await isLive(url(), own, token)).toBe(false);
      for (const token of [next.refresh_token, phone.refresh_token])
        expect((await refresh(url(), own, token)).status).toBe(400);
    });

    it('RFC 7009 2.2: of another app, and what is none, is answered alike and goes on as it was', async () => {
      const confidential = await aConfidentialApp(url());
      const tokens = await letIn(url(), owner, app);
      for (const token of [tokens.access_token, tokens.refresh_token, ...RUBBISH])
        expect(await revoke(url(), confidential, token)).toMatchObject({ status: 200, text: '' });
      expect(await isLive(url(), app, tokens.access_token)).toBe(true);
      expect((await refresh(url(), app, tokens.refresh_token)).status).toBe(200);
    });

    it('RFC 7009 2.1: with a hint that is wrong or unknown ends all the same', async () => {
      for (const token_type_hint of ['refresh_token', 'id_token']) {
        const { access_token } = await letIn(url(), owner, app);
        const fields = { token: access_token, token_type_hint, ...app.credentials };
        expect((await postForm(url(), '/auth/oauth2/revoke', fields)).status).toBe(200);
        expect(await isLive(url(), app, access_token)).toBe(false);
      }
    });

    it('RFC 7009 2.1: of a confidential app needs its secret', async () => {
      const confidential = await aConfidentialApp(url());
      const { access_token } = await letIn(url(), owner, confidential);
      for (const client_secret of ['', 'wrong']) {
        const fields = { token: access_token, client_id: confidential.id, client_secret };
        const answer = await postForm(url(), '/auth/oauth2/revoke', fields);
        expect(oauthRefusal(answer)).toEqual({ status: 401, error: 'invalid_client' });
      }
      expect(await isLive(url(), confidential, access_token)).toBe(true);
    });
  });
});
