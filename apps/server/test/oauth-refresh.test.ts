import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/platform/database/database.ts';
import { describeServer } from './support/describe-server.ts';
import {
  aCode,
  aConfidentialApp,
  anApp,
  expectNothingLives,
  introspect,
  isLive,
  letIn,
  oauthRefusal,
  postForm,
  redeem,
  refresh,
  revoke,
  SCOPE,
  send,
  tokensOf,
} from './support/oauth.ts';
import { becomeOwner, type Person } from './support/person.ts';
import { openRecord } from './support/webhooks.ts';

const INVALID_GRANT = { status: 400, error: 'invalid_grant' };
const REUSED = { status: 400, error: 'token_reuse_detected' };

describeServer('A refresh token', (under) => {
  let owner: Person;
  let record: Database;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
    record = await openRecord(under.profile);
    return () => record.close();
  });

  const url = () => under.server.url;
  const makers = { public: anApp, confidential: aConfidentialApp };

  describe.each(['public', 'confidential'] as const)('of a %s app', (kind) => {
    it('RFC 9700 4.14.2: used again, kills all of its authorization and nothing of another', async () => {
      const app = await makers[kind](url());
      const phone = await letIn(url(), owner, app);
      const first = await letIn(url(), owner, app);
      const second = tokensOf(await refresh(url(), app, first.refresh_token));
      const third = await refresh(url(), app, second.refresh_token);
      expect(await isLive(url(), app, tokensOf(third).access_token)).toBe(true);
      expect(oauthRefusal(await refresh(url(), app, first.refresh_token))).toEqual(REUSED);
      for (const { access_token } of [first, second]) expect(await isLive(url(), app, access_token)).toBe(false);
      expect(oauthRefusal(await refresh(url(), app, second.refresh_token))).toEqual(REUSED);
      expect(oauthRefusal(await refresh(url(), app, third.body.refresh_token))).toEqual(INVALID_GRANT);
      await expectNothingLives(url(), app, [third]);
      expect(await isLive(url(), app, phone.access_token)).toBe(true);
      expect((await refresh(url(), app, phone.refresh_token)).status).toBe(200);
    });

    it('RFC 9700 4.14.2: is renewed at most once by twenty at the same moment, and nothing lives afterwards', async () => {
      const app = await makers[kind](url());
      const { refresh_token, access_token } = await letIn(url(), owner, app);
      const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(url(), app, refresh_token)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
      expect(statuses.filter((status) => status !== 200 && status !== 400)).toEqual([]);
      expect(await isLive(url(), app, access_token)).toBe(false);
      await expectNothingLives(url(), app, answers);
    });
  });

  it('RFC 9700 4.14.2: used again while the next one is being renewed, leaves nothing alive', async () => {
    const app = await anApp(url());
    for (let round = 0; round < 8; round += 1) {
      const first = await letIn(url(), owner, app);
      const second = tokensOf(await refresh(url(), app, first.refresh_token));
      const renewing = refresh(url(), app, second.refresh_token);
      // Each round begins the second use a little later.
      for (let step = 0; step < round; step += 1) await send(url(), '/health');
      const answers = await Promise.all([
        renewing,
        refresh(url(), app, first.refresh_token),
        refresh(url(), app, first.refresh_token),
      ]);
      expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
      await expectNothingLives(url(), app, answers);
    }
  });

  it('contract 6.8: revoked while it is being renewed, leaves nothing alive and nobody waiting', async () => {
    const app = await anApp(url());
    for (let round = 0; round < 8; round += 1) {
      const { refresh_token } = await letIn(url(), owner, app);
      const next = tokensOf(await refresh(url(), app, refresh_token));
      const [renewed, revoked, again] = await Promise.all([
        refresh(url(), app, next.refresh_token),
        revoke(url(), app, next.refresh_token),
        revoke(url(), app, next.refresh_token),
      ]);
      expect([revoked.status, again.status]).toEqual([200, 200]);
      expect([200, 400]).toContain(renewed.status);
      await expectNothingLives(url(), app, [renewed]);
    }
  });

  it('contract 6.8: revoked while codes of the same person are redeemed, leaves nothing of before alive', async () => {
    const app = await anApp(url());
    for (let round = 0; round < 6; round += 1) {
      const { refresh_token } = await letIn(url(), owner, app);
      const code = await aCode(owner, app);
      const [redeemed, revoked] = await Promise.all([redeem(url(), app, code), revoke(url(), app, refresh_token)]);
      expect(revoked.status).toBe(200);
      expect([200, 400]).toContain(redeemed.status);
      await expectNothingLives(url(), app, [redeemed]);
    }
  });

  it('RFC 6749 6: narrows what it gives, goes on rotating, and gives all of it again', async () => {
    const app = await anApp(url());
    const first = await letIn(url(), owner, app);
    const narrow = tokensOf(await refresh(url(), app, first.refresh_token, { scope: 'core.note:write' }));
    expect(narrow.scope).toBe('core.note:write');
    expect((await introspect(url(), app, narrow.access_token)).body.scope).toBe('core.note:write');
    const userinfo = await send(url(), '/auth/userinfo', {
      headers: { authorization: `Bearer ${narrow.access_token}` },
    });
    expect(oauthRefusal(userinfo)).toEqual({ status: 403, error: 'insufficient_scope' });
    const still = tokensOf(await refresh(url(), app, narrow.refresh_token, { scope: 'core.note:write openid' }));
    expect(still.scope.split(' ').sort()).toEqual(['core.note:write', 'openid']);
    expect(tokensOf(await refresh(url(), app, still.refresh_token)).scope).toBe(SCOPE);
  });

  it.each(['core.*:write', 'core.task:read', 'metadata.types:write', '*:read', 'nonsense', 'core.note:read'])(
    'RFC 6749 6: does not widen to %s, and is as good as before',
    async (scope) => {
      const app = await anApp(url());
      const { refresh_token } = await letIn(url(), owner, app);
      expect(oauthRefusal(await refresh(url(), app, refresh_token, { scope: `${SCOPE} ${scope}` }))).toEqual({
        status: 400,
        error: 'invalid_scope',
      });
      expect((await refresh(url(), app, refresh_token)).status).toBe(200);
    },
  );

  it('RFC 9700 4.14.2: does not come back with offline access that the person declined', async () => {
    const app = await anApp(url());
    const tokens = await letIn(url(), owner, app, {
      changed: { scope: 'core.note:read offline_access' },
      edit(form) {
        form.delete('scopes');
        form.append('scopes', 'core.note:read');
      },
    });
    expect(tokens.scope).toBe('core.note:read');
    expect(tokens.refresh_token).toBeUndefined();
  });

  it('RFC 6749 10.4: of one app is nothing to another, and is not spent by the attempt', async () => {
    const [app, other] = [await anApp(url()), await aConfidentialApp(url())];
    const { refresh_token } = await letIn(url(), owner, app);
    expect(oauthRefusal(await refresh(url(), other, refresh_token))).toEqual(INVALID_GRANT);
    const next = tokensOf(await refresh(url(), app, refresh_token));
    // Nor does another app learn that it was spent, or kill what it has nothing to do with.
    expect(oauthRefusal(await refresh(url(), other, refresh_token))).toEqual(INVALID_GRANT);
    expect(await isLive(url(), app, next.access_token)).toBe(true);
  });

  it('RFC 6749 6: of a confidential app needs its secret', async () => {
    const app = await aConfidentialApp(url());
    const { refresh_token } = await letIn(url(), owner, app);
    const answer = await postForm(url(), '/auth/oauth2/token', {
      grant_type: 'refresh_token',
      refresh_token,
      client_id: app.id,
    });
    expect(oauthRefusal(answer)).toEqual({ status: 401, error: 'invalid_client' });
    expect((await refresh(url(), app, refresh_token)).status).toBe(200);
  });

  it('RFC 6749 6: that has expired is not good any more', async () => {
    const app = await anApp(url());
    const { refresh_token } = await letIn(url(), owner, app);
    await record.write((transaction) =>
      transaction
        .updateTable('oauth_refresh_tokens')
        .set({ expiresAt: new Date(Date.now() - 1000).toISOString() })
        .where('clientId', '=', app.id)
        .execute(),
    );
    expect((await introspect(url(), app, refresh_token)).body).toEqual({ active: false });
    expect(oauthRefusal(await refresh(url(), app, refresh_token))).toEqual(INVALID_GRANT);
  });

  it('contract 2: opens nothing but the endpoints of the provider', async () => {
    const app = await anApp(url());
    const { refresh_token } = await letIn(url(), owner, app);
    const headers = { authorization: `Bearer ${refresh_token}` };
    expect((await send(url(), '/items', { headers })).status).toBe(401);
    expect((await send(url(), '/auth/userinfo', { headers })).status).toBe(401);
    expect(oauthRefusal(await redeem(url(), app, await aCode(owner, app), { code: refresh_token }))).toEqual(
      INVALID_GRANT,
    );
  });

  it('contract 6.12: used again, is in the audit', async () => {
    const app = await anApp(url());
    const { refresh_token } = await letIn(url(), owner, app);
    await refresh(url(), app, refresh_token);
    await refresh(url(), app, refresh_token);
    const { body } = await under.admin.get(`/audit?action=auth.token.reuse_detected&resource_id=${app.id}`);
    expect(body.data).toMatchObject([{ resource_type: 'oauth_client', details: { client_id: app.id } }]);
    expect(JSON.stringify(body)).not.toContain('marfa_');
  });
});
