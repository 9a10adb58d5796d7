import { beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import {
  type App,
  aCode,
  aConfidentialApp,
  anApp,
  aPkce,
  ask,
  authorizeQuery,
  introspect,
  isLive,
  landed,
  letIn,
  oauthRefusal,
  postForm,
  REDIRECT,
  redeem,
  refresh,
  revoke,
  send,
  tokensOf,
} from './support/oauth.ts';
import { becomeOwner, type Person } from './support/person.ts';
import { createProfile, DIALECTS } from './support/profiles.ts';
import { refusal } from './support/refusal.ts';
import { created } from './support/spaces.ts';
import { startServer } from './support/start-server.ts';
import { openRecord } from './support/webhooks.ts';

describeServer('What a person granted', (under) => {
  let owner: Person;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
  });
  const url = () => under.server.url;
  const inBrowser = (path: string, request: RequestInit = {}) =>
    send(url(), path, { ...request, headers: { cookie: owner.cookie(), origin: url(), ...request.headers } });
  const grantOf = async (app: App) =>
    (await inBrowser('/auth/grants')).body.grants.find((grant: { client_id: string }) => grant.client_id === app.id);

  it('is one row for each app, and ends with all its tokens', async () => {
    const app = await anApp(url());
    const [one, two] = [await letIn(url(), owner, app), await letIn(url(), owner, app)];
    const { id } = await grantOf(app);
    expect((await inBrowser(`/auth/grants/${id}`, { method: 'DELETE' })).status).toBe(200);
    for (const { access_token, refresh_token } of [one, two]) {
      expect(await isLive(url(), app, access_token)).toBe(false);
      expect(oauthRefusal(await refresh(url(), app, refresh_token))).toEqual({ status: 400, error: 'invalid_grant' });
    }
    expect(await grantOf(app)).toBeUndefined();
    // The app has to ask again, and begins with nothing of before.
    expect((await ask(owner, authorizeQuery(app, aPkce()))).status).toBe(200);
  });

  it('ends no less while it is being used: renewals, redemptions and requests at the same moment', async () => {
    const app = await anApp(url());
    for (let round = 0; round < 6; round += 1) {
      const tokens = await letIn(url(), owner, app);
      const code = await aCode(owner, app);
      const { id } = await grantOf(app);
      const end = () => inBrowser(`/auth/grants/${id}`, { method: 'DELETE' });
      const [renewed, redeemed, first, second] = await Promise.all([
        refresh(url(), app, tokens.refresh_token),
        redeem(url(), app, code),
        end(),
        end(),
        isLive(url(), app, tokens.access_token),
      ]);
      expect([first.status, second.status]).toEqual([200, 200]);
      for (const answer of [renewed, redeemed]) {
        expect([200, 400]).toContain(answer.status);
        if (answer.status !== 200) continue;
        expect(await isLive(url(), app, answer.body.access_token)).toBe(false);
        expect((await refresh(url(), app, answer.body.refresh_token)).status).toBe(400);
      }
      expect(await isLive(url(), app, tokens.access_token)).toBe(false);
    }
  });

  it('is not ended by another site with the person’s cookie', async () => {
    const app = await anApp(url());
    const { access_token } = await letIn(url(), owner, app);
    const { id } = await grantOf(app);
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await inBrowser(`/auth/grants/${id}`, { method: 'DELETE', headers });
      expect(answer.status).toBe(403);
    }
    const form = await owner.post(`/auth/grants/${id}/revoke`, { csrf: 'x' });
    expect(form.status).toBe(403);
    expect(await isLive(url(), app, access_token)).toBe(true);
  });

  it('is not seen or ended with a token that came of it', async () => {
    const app = await anApp(url());
    const { access_token } = await letIn(url(), owner, app);
    const { id } = await grantOf(app);
    const api = under.admin.as(access_token);
    for (const answer of [
      await api.get('/auth/grants'),
      await api.get(`/auth/grants/${id}`),
      await api.delete(`/auth/grants/${id}`),
    ])
      expect(refusal(answer)).toEqual({ status: 403, code: 'forbidden' });
  });

  describe('to an app that an operator registered', () => {
    async function registered(input: Record<string, unknown> = {}): Promise<App> {
      const body = created(
        await under.admin.post('/auth/clients', {
          name: 'Works',
          type: 'confidential',
          redirect_uris: [REDIRECT],
          scopes: ['core.note:write', 'core.media.*:read'],
          grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
          ...input,
        }),
      );
      const credentials = { client_id: body.client_id, client_secret: body.client_secret };
      return { id: body.client_id, secret: body.client_secret, redirect: REDIRECT, credentials };
    }
    const ownToken = (app: App, fields: Record<string, string> = {}) =>
      postForm(url(), '/auth/oauth2/token', { grant_type: 'client_credentials', ...app.credentials, ...fields });

    it('RFC 6749 4.4: acts for itself with the scopes of its registration, without refresh token or person', async () => {
      const app = await registered();
      const answer = await ownToken(app);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const { access_token, ...rest } = answer.body;
      expect(rest).toEqual({ token_type: 'Bearer', expires_in: 3600, scope: 'core.note:write core.media.*:read' });
      const api = under.admin.as(access_token);
      expect((await api.post('/items', { type: 'core.note' })).status).toBe(201);
      expect((await api.post('/items', { type: 'core.media' })).status).toBe(403);
      expect((await introspect(url(), app, access_token)).body).not.toHaveProperty('sub');
      const userinfo = await send(url(), '/auth/userinfo', { headers: { authorization: `Bearer ${access_token}` } });
      expect(oauthRefusal(userinfo)).toEqual({ status: 403, error: 'insufficient_scope' });
      expect(await revoke(url(), app, access_token)).toMatchObject({ status: 200 });
      expect(await isLive(url(), app, access_token)).toBe(false);
    });

    it('RFC 6749 3.3: acts for itself with less, never with more', async () => {
      const app = await registered();
      expect((await ownToken(app, { scope: 'core.note:read' })).body.scope).toBe('core.note:read');
      for (const scope of ['core.*:write', 'core.media:write', 'openid', 'offline_access', '*:read', 'nonsense'])
        expect(oauthRefusal(await ownToken(app, { scope }))).toEqual({ status: 400, error: 'invalid_scope' });
    });

    it('RFC 6749 4.4.2: does not act for itself without its secret, or without having registered for it', async () => {
      const app = await registered();
      for (const client_secret of ['', 'wrong'])
        expect(oauthRefusal(await ownToken(app, { client_secret }))).toEqual({ status: 401, error: 'invalid_client' });
      const other = await registered({ grant_types: ['authorization_code'] });
      expect(oauthRefusal(await ownToken(other))).toEqual({ status: 400, error: 'unauthorized_client' });
    });

    it('RFC 6749 3.3: asks people for no more than it registered for', async () => {
      const app = await registered();
      for (const scope of ['core.*:write', 'core.note:write core.task:read', 'openid']) {
        const answer = await ask(owner, authorizeQuery(app, aPkce(), { scope }));
        expect(landed(answer).error, scope).toBe('invalid_scope');
      }
      expect((await letIn(url(), owner, app, { changed: { scope: 'core.note:read' } })).scope).toBe('core.note:read');
    });

    it('RFC 9700 4.14: is over when the app is removed', async () => {
      const app = await registered();
      const witness = await aConfidentialApp(url());
      const tokens = await letIn(url(), owner, app, { changed: { scope: 'core.note:write' } });
      const own = tokensOf(await ownToken(app));
      expect((await under.admin.delete(`/auth/clients/${app.id}`)).status).toBe(200);
      for (const { access_token } of [tokens, own]) {
        expect(refusal(await under.admin.as(access_token).get('/items'))).toEqual({
          status: 401,
          code: 'unauthorized',
        });
        expect((await introspect(url(), witness, access_token)).body).toEqual({ active: false });
      }
      expect(oauthRefusal(await refresh(url(), app, tokens.refresh_token))).toEqual({
        status: 401,
        error: 'invalid_client',
      });
    });

    /** Has the time run out in which the secret before is good: its end is the last thing that is kept of it. */
    async function letOverlapEnd(app: App): Promise<void> {
      const record = await openRecord(under.profile);
      await record.write(async (transaction) => {
        const { clientSecret } = await transaction
          .selectFrom('oauth_clients')
          .select('clientSecret')
          .where('clientId', '=', app.id)
          .executeTakeFirstOrThrow();
        await transaction
          .updateTable('oauth_clients')
          .set({ clientSecret: clientSecret?.replace(/\d+$/, '1') ?? null })
          .where('clientId', '=', app.id)
          .execute();
      });
      await record.close();
    }

    it('keeps its old secret as long as the operator said, and not a moment longer', async () => {
      const app = await registered();
      const rotate = async (overlap_seconds: number) =>
        (await under.admin.post(`/auth/clients/${app.id}/secret`, { overlap_seconds })).body.client_secret;
      const second = await rotate(3600);
      for (const client_secret of [app.secret ?? '', second])
        expect((await ownToken(app, { client_secret })).status).toBe(200);
      await letOverlapEnd(app);
      // What was changed behind the server's back is read again after a change of its own.
      await under.admin.patch(`/auth/clients/${app.id}`, { name: 'Nightly, still' });
      expect((await ownToken(app)).status).toBe(401);
      expect((await ownToken(app, { client_secret: second })).status).toBe(200);
      const third = await rotate(0);
      for (const client_secret of [app.secret ?? '', second])
        expect((await ownToken(app, { client_secret })).status).toBe(401);
      expect((await ownToken(app, { client_secret: third })).status).toBe(200);
    });
  });
});

describe.runIf(DIALECTS.includes('postgres'))('Two servers on one Postgres', () => {
  it('agree on codes, renewals and what has ended, from one request to the next', async () => {
    const profile = await createProfile('postgres');
    const variables = {
      ...profile.variables,
      API_KEY_SALT: 'a salt of sixteen',
      MARFA_AUTH_SECRET: 'a secret of thirty-two characters',
    };
    const first = await startServer(variables);
    const second = await startServer(variables);
    try {
      await bootstrap(first.url);
      const owner = await becomeOwner(first);
      const app = await anApp(first.url);
      const tokens = await letIn(first.url, owner, app);
      for (const { url } of [first, second]) expect(await isLive(url, app, tokens.access_token)).toBe(true);

      const code = await aCode(owner, app);
      const redeemed = await Promise.all(
        Array.from({ length: 20 }, (_, index) => redeem(index % 2 === 0 ? first.url : second.url, app, code)),
      );
      expect(redeemed.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
      expect(redeemed.filter(({ status }) => status !== 200 && status !== 400)).toEqual([]);

      const renewed = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          refresh(index % 2 === 0 ? first.url : second.url, app, tokens.refresh_token),
        ),
      );
      expect(renewed.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
      for (const { status, body } of [...redeemed, ...renewed]) {
        if (status !== 200) continue;
        for (const { url } of [first, second]) expect(await isLive(url, app, body.access_token)).toBe(false);
      }

      const phone = await letIn(first.url, owner, app);
      for (const { url } of [first, second]) expect(await isLive(url, app, phone.access_token)).toBe(true);
      expect((await revoke(first.url, app, phone.refresh_token)).status).toBe(200);
      for (const { url } of [second, first]) expect(await isLive(url, app, phone.access_token)).toBe(false);
      expect((await refresh(second.url, app, phone.refresh_token)).status).toBe(400);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
      await profile.dispose();
    }
  }, 90_000);
});
