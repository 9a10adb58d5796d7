import { beforeAll, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import {
  type App,
  aCode,
  aPkce,
  ask,
  authorizeQuery,
  introspect,
  landed,
  letIn,
  oauthRefusal,
  postForm,
  REDIRECT,
  redeem,
  refresh,
  tokensOf,
} from './support/oauth.ts';
import { becomeOwner, type Person } from './support/person.ts';
import { refusal } from './support/refusal.ts';
import { aSpace } from './support/spaces.ts';

const CREDENTIALS = {
  name: 'Nightly',
  grant_types: ['client_credentials'],
  scopes: ['core.*:write', 'edge.about:read'],
};

describeServer('An app that an operator registers', (under) => {
  let owner: Person;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
  });

  async function anAdminApp(body: object): Promise<App> {
    const answer = await under.admin.post('/auth/clients', body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    const { client_id, client_secret = null, redirect_uris } = answer.body;
    return {
      id: client_id,
      secret: client_secret,
      redirect: redirect_uris[0] ?? '',
      credentials: { client_id, ...(client_secret === null ? {} : { client_secret }) },
    };
  }
  const forItself = (app: App, fields: Record<string, string> = {}) =>
    postForm(under.server.url, '/auth/oauth2/token', {
      grant_type: 'client_credentials',
      ...app.credentials,
      ...fields,
    });

  it('is shown with its secret once, listed without it, and changed', async () => {
    const app = await anAdminApp({ name: 'Notes', redirect_uris: [REDIRECT], scopes: ['core.note:read'] });
    expect(app.secret).toMatch(/^marfa_cs_[0-9A-Za-z]{49}$/);
    const shown = await under.admin.get(`/auth/clients/${app.id}`);
    expect(shown.body).toMatchObject({ client_id: app.id, type: 'confidential', scopes: ['core.note:read'] });
    expect(JSON.stringify(shown.body)).not.toContain('marfa_cs_');
    expect((await under.admin.get('/auth/clients')).body.clients).toContainEqual(shown.body);
    const changed = await under.admin.patch(`/auth/clients/${app.id}`, { name: 'Notes 2' });
    expect(changed.body).toEqual({ ...shown.body, name: 'Notes 2' });
  });

  it.each([
    ['nothing', {}, ['$.name']],
    ['a public client that acts for itself', { ...CREDENTIALS, type: 'public' }, ['$.grant_types']],
    ['one that acts for itself and may do nothing', { ...CREDENTIALS, scopes: [] }, ['$.scopes']],
    ['one without an address to return to', { name: 'x' }, ['$.redirect_uris']],
    [
      'addresses that are none',
      { name: 'x', redirect_uris: ['http://example.org/cb', 'https://x.org/#cb'] },
      ['$.redirect_uris[0]', '$.redirect_uris[1]'],
    ],
    ['a scope that is none', { name: 'x', redirect_uris: [REDIRECT], scopes: ['core.note:delete'] }, ['$.scopes[0]']],
  ])('is refused with every fault named: %s', async (_what, body, paths) => {
    const answer = await under.admin.post('/auth/clients', body);
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(answer.body.error.details.issues.map((issue: { path: string }) => issue.path)).toEqual(paths);
  });

  it('is for the platform alone to make', async () => {
    const { api } = await aSpace(under.admin);
    expect(refusal(await api.post('/auth/clients', CREDENTIALS))).toEqual({ status: 403, code: 'forbidden' });
  });

  describe('that acts for itself', () => {
    it('gets what it is registered for, or less, and neither a refresh token nor an id token', async () => {
      const app = await anAdminApp(CREDENTIALS);
      const { body } = await forItself(app);
      expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
      expect(body.scope).toBe('core.*:write edge.about:read');
      expect((await forItself(app, { scope: 'core.note:read' })).body.scope).toBe('core.note:read');
      expect(oauthRefusal(await forItself(app, { scope: '*:read' }))).toEqual({ status: 400, error: 'invalid_scope' });
      expect(oauthRefusal(await forItself(app, { scope: 'openid' }))).toEqual({ status: 400, error: 'invalid_scope' });
      expect((await introspect(under.server.url, app, body.access_token)).body).not.toHaveProperty('sub');
      expect((await under.admin.as(body.access_token).get('/auth/me')).body.user).toBeNull();
    });

    it('acts in the space of its registration, and in no other', async () => {
      const space = await aSpace(under.admin);
      const app = await anAdminApp({ ...CREDENTIALS, tenant_id: space.id });
      const api = under.admin.as((await forItself(app)).body.access_token);
      const { item } = (await api.post('/items', { type: 'core.note', properties: { body: 'x' } })).body;
      expect(item).toMatchObject({ tenant_id: space.id, source: `app:${app.id}` });
      expect((await space.api.get(`/items/${item.id}`)).status).toBe(200);
      const elsewhere = under.admin.as((await forItself(await anAdminApp(CREDENTIALS))).body.access_token);
      expect((await elsewhere.get(`/items/${item.id}`)).status).toBe(404);
    });

    it('may do with extensions what its registration says, and nothing else', async () => {
      const app = await anAdminApp({ ...CREDENTIALS, default_extension_permissions: { 'acme.notes': 'write' } });
      const api = under.admin.as((await forItself(app)).body.access_token);
      const { item } = (await api.post('/items', { type: 'core.note', properties: { body: 'x' } })).body;
      expect((await api.put(`/items/${item.id}/extensions/acme.notes`, { a: 1 })).status).toBe(200);
      expect(refusal(await api.put(`/items/${item.id}/extensions/acme.other`, { a: 1 })).status).toBe(403);
      await under.admin.patch(`/auth/clients/${app.id}`, { default_extension_permissions: {} });
      expect(refusal(await api.put(`/items/${item.id}/extensions/acme.notes`, { a: 2 })).status).toBe(403);
    });
  });

  it('asks people for no more than it is registered for', async () => {
    const app = await anAdminApp({ name: 'Notes', redirect_uris: [REDIRECT], scopes: ['openid', 'core.*:read'] });
    const asked = (scope: string) => ask(owner, authorizeQuery(app, aPkce(), { scope }));
    expect((await asked('openid core.note:read offline_access')).status).toBe(200);
    expect(landed(await asked('openid core.note:write')).error).toBe('invalid_scope');
  });

  it('has two good secrets while one replaces the other, and then the new one alone', async () => {
    const app = await anAdminApp(CREDENTIALS);
    const rotate = (body: object) => under.admin.post(`/auth/clients/${app.id}/secret`, body);
    const second = (await rotate({ overlap_seconds: 3600 })).body.client_secret;
    expect((await forItself(app)).status).toBe(200);
    expect((await forItself(app, { client_secret: second })).status).toBe(200);
    const third = (await rotate({})).body.client_secret;
    expect((await forItself(app, { client_secret: third })).status).toBe(200);
    for (const secret of [app.secret ?? '', second]) {
      expect(oauthRefusal(await forItself(app, { client_secret: secret }))).toEqual({
        status: 401,
        error: 'invalid_client',
      });
    }
    expect(refusal(await rotate({ overlap_seconds: 86_401 })).status).toBe(400);
  });

  it('takes every grant and token along when it is removed', async () => {
    const app = await anAdminApp({ name: 'Notes', redirect_uris: [REDIRECT], scopes: ['core.note:read'] });
    const tokens = await letIn(under.server.url, owner, app, { changed: { scope: 'core.note:read' } });
    const grant = (await under.admin.get('/auth/grants')).body.grants.find(
      (each: { client_id: string }) => each.client_id === app.id,
    );
    const late = await aCode(owner, app, { changed: { scope: 'core.note:read' } });
    expect((await under.admin.delete(`/auth/clients/${app.id}`)).body).toEqual({ ok: true });
    expect((await under.admin.as(tokens.access_token).get('/items')).status).toBe(401);
    expect(oauthRefusal(await refresh(under.server.url, app, tokens.refresh_token)).status).toBe(401);
    expect(oauthRefusal(await redeem(under.server.url, app, late)).status).toBe(401);
    expect((await under.admin.get(`/items/${grant.id}`)).body.item).toMatchObject({
      state: 'revoked',
      properties: { status: 'revoked', client_id: app.id },
    });
    const { data } = (await under.admin.get(`/audit?resource_id=${app.id}`)).body;
    expect(data.map((row: { action: string }) => row.action)).toEqual(
      expect.arrayContaining([
        'auth.client.created',
        'auth.grant.created',
        'auth.grant.revoked',
        'auth.client.deleted',
      ]),
    );
    expect((await under.admin.delete(`/auth/clients/${app.id}`)).status).toBe(404);
  });

  it('is not there for somebody who asks for one that was never made', async () => {
    const app = await anAdminApp(CREDENTIALS);
    expect(oauthRefusal(await forItself({ ...app, credentials: { client_id: 'nobody', client_secret: 'x' } }))).toEqual(
      {
        status: 401,
        error: 'invalid_client',
      },
    );
    expect(tokensOf(await forItself(app)).expires_in).toBe(3600);
  });
});
