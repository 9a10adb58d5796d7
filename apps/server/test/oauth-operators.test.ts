import { beforeAll, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { type App, aCode, letIn, oauthRefusal, postForm, REDIRECT, redeem, refresh } from './support/oauth.ts';
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

  it('may be removed while its tokens are renewed and redeemed: nothing lives, and nobody is told of a fault', async () => {
    const url = under.server.url;
    for (let round = 0; round < 4; round += 1) {
      const app = await anAdminApp({
        ...CREDENTIALS,
        redirect_uris: [REDIRECT],
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      });
      const scope = { changed: { scope: 'core.note:read' } };
      const tokens = await letIn(url, owner, app, scope);
      const code = await aCode(owner, app, scope);
      const [removed, ...answers] = await Promise.all([
        under.admin.delete(`/auth/clients/${app.id}`),
        refresh(url, app, tokens.refresh_token),
        redeem(url, app, code),
        ...Array.from({ length: 6 }, () => forItself(app)),
      ]);
      expect(removed.status).toBe(200);
      for (const { status, body, text } of answers) {
        expect([200, 400, 401], text).toContain(status);
        if (status === 200) expect((await under.admin.as(body.access_token).get('/items')).status).toBe(401);
      }
    }
  });
});
