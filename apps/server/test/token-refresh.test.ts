import type { TokenFault } from '@withmarfa/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { aSpace } from './support/spaces.ts';
import { connectAccount, installOAuth, installToken, propertiesOf } from './support/upstream.ts';
import { startUpstreamAccount, type UpstreamAccount } from './support/upstream-account.ts';

const openRows = async (api: Api) =>
  (await allRows(api, '/items?type=system.activity')).filter((row) => row.properties.severity === 'action_required');

describeServer('Tokens that are no longer good', (under) => {
  async function aConnected(upstream: UpstreamAccount) {
    const { api } = await aSpace(under.admin);
    const installed = await installOAuth({ admin: under.admin, api }, upstream.authorization, {
      provider: { upstream_base_url: upstream.apiUrl },
    });
    await connectAccount(api, installed.connection_id);
    const call = () => api.get(`/connections/${installed.connection_id}/proxy/things`);
    return { api, call, ...installed };
  }
  let upstream: UpstreamAccount;
  beforeAll(async () => {
    upstream = await startUpstreamAccount();
  });
  afterAll(() => upstream.close());

  it('are replaced once after an upstream 401, and the call is made again', async () => {
    const { call } = await aConnected(upstream);
    expect((await call()).status).toBe(200);
    const refreshes = upstream.authorization.counts.refreshes;
    upstream.authorization.expireAccessTokens();
    expect((await call()).body).toEqual({ path: '/api/things' });
    expect(upstream.authorization.counts.refreshes).toBe(refreshes + 1);
    expect((await call()).status).toBe(200);
    expect(upstream.authorization.counts.refreshes).toBe(refreshes + 1);
  });

  it('are replaced before they end, and not before every call when they are short-lived', async () => {
    const brief = await startUpstreamAccount({ accessTtlSeconds: 40 });
    const { call } = await aConnected(brief);
    for (let index = 0; index < 5; index += 1) expect((await call()).status).toBe(200);
    expect(brief.refused).toBe(0);
    expect(brief.authorization.counts.refreshes).toBe(1);
    await brief.close();
  });

  it('make one refresh for all who call at the same moment', async () => {
    const { call } = await aConnected(upstream);
    await call();
    const refreshes = upstream.authorization.counts.refreshes;
    upstream.authorization.expireAccessTokens();
    const answers = await Promise.all(Array.from({ length: 200 }, call));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(upstream.authorization.counts.refreshes).toBe(refreshes + 1);
  });

  it.each<[TokenFault, string]>([
    ['invalid_grant', 'invalid_grant'],
    ['invalid_client', 'invalid_client'],
  ])('need a person when the upstream refuses with %s, who is told once', async (fault, reason) => {
    const { api, call, connection_id } = await aConnected(upstream);
    upstream.authorization.expireAccessTokens();
    upstream.authorization.failNextTokenCalls(fault, 1);
    const answers = await Promise.all([call(), call(), call()]);
    for (const answer of answers) expect(refusal(answer)).toEqual({ status: 401, code: 'reauth_required' });
    const tokenCalls = upstream.authorization.counts.token;
    expect(refusal(await call())).toEqual({ status: 401, code: 'reauth_required' });
    expect(upstream.authorization.counts.token).toBe(tokenCalls);
    expect(await propertiesOf(api, connection_id)).toMatchObject({ runtime_status: 'reauth_required' });
    const [row, ...more] = await openRows(api);
    expect(more).toEqual([]);
    expect(row.properties).toMatchObject({
      connection_id,
      summary: expect.stringMatching(/^re-authorization needed for /),
      detail: { kind: 'reauth_required', reason },
    });
    expect((await allRows(api, '/audit?action=connection.reauth_required')).length).toBe(1);

    // Solved, it takes its own row away.
    await connectAccount(api, connection_id);
    expect(await openRows(api)).toEqual([]);
    expect((await call()).status).toBe(200);
  });

  it('go on being good while an upstream cannot be asked, and its status stays as it is', async () => {
    const { api, call, connection_id } = await aConnected(upstream);
    upstream.authorization.expireAccessTokens();
    upstream.authorization.failNextTokenCalls('server-error', 3);
    expect(refusal(await call())).toEqual({ status: 502, code: 'upstream_unreachable' });
    expect(await propertiesOf(api, connection_id)).toMatchObject({ runtime_status: 'healthy' });
    expect(await openRows(api)).toEqual([]);
    expect((await call()).status).toBe(200);
  });

  it('are asked for again within the same call when the first failure may pass', async () => {
    const { call } = await aConnected(upstream);
    upstream.authorization.expireAccessTokens();
    upstream.authorization.failNextTokenCalls('server-error', 1);
    expect((await call()).status).toBe(200);
  });

  it.each<TokenFault>(['html', 'empty', 'cut'])(
    'survive an answer that makes no sense (%s) when nothing was rotated',
    async (fault) => {
      const { call } = await aConnected(upstream);
      upstream.authorization.expireAccessTokens();
      upstream.authorization.failNextTokenCalls(fault, 1);
      expect((await call()).status).toBe(200);
    },
  );

  it.each<TokenFault>(['cut-after-commit', 'no-access-token', 'mac-token-type'])(
    'that were rotated in an answer that was lost (%s) are told as such, once',
    async (fault) => {
      const { api, call } = await aConnected(upstream);
      upstream.authorization.expireAccessTokens();
      upstream.authorization.failNextTokenCalls(fault, 1);
      expect(refusal(await call())).toEqual({ status: 401, code: 'reauth_required' });
      const rows = await openRows(api);
      expect(rows.map((row) => row.properties.detail.reason)).toEqual(['ambiguous_rotation']);
      const tokenCalls = upstream.authorization.counts.token;
      await call();
      await call();
      expect(upstream.authorization.counts.token).toBe(tokenCalls);
    },
  );

  it('keep the former refresh token when the upstream gives no other', async () => {
    const keeping = await startUpstreamAccount({ rotation: false });
    const { call } = await aConnected(keeping);
    for (let index = 0; index < 3; index += 1) {
      keeping.authorization.expireAccessTokens();
      expect((await call()).status).toBe(200);
    }
    expect(keeping.authorization.counts.refreshes).toBe(3);
    await keeping.close();
  });

  it('need a person when the upstream refuses fresh ones as well', async () => {
    const closed = await startUpstreamAccount();
    const { api, call } = await aConnected(closed);
    closed.refuseAll();
    expect(refusal(await call())).toEqual({ status: 401, code: 'reauth_required' });
    expect(closed.authorization.counts.refreshes).toBe(1);
    expect((await openRows(api)).map((row) => row.properties.detail.reason)).toEqual(['rejected_after_renewal']);
    await closed.close();
  });

  it('are gone with the Connection, also when it is uninstalled while they are replaced', async () => {
    const { api, call, connection_id } = await aConnected(upstream);
    upstream.authorization.expireAccessTokens();
    upstream.authorization.failNextTokenCalls('hang', 1);
    const calling = call();
    await expect.poll(() => upstream.authorization.hanging).toBe(1);
    const report = await api.post(`/connections/${connection_id}/uninstall`);
    expect(report.body).toMatchObject({ oauth_tokens_deleted: 1 });
    upstream.authorization.release();
    expect((await calling).status).toBeGreaterThanOrEqual(400);
    expect((await call()).status).toBe(403);
  });

  describe('An API token', () => {
    it('that the upstream rejects is not asked for again: its person is, once, and the 401 is the upstream’s own', async () => {
      const { api } = await aSpace(under.admin);
      const { connection_id, credential_ref } = await installToken(
        { admin: under.admin, api },
        { token: { upstream_base_url: upstream.apiUrl, api_token: 'wrong' } },
      );
      const call = () => api.get(`/connections/${connection_id}/proxy/things`);
      // What an upstream answers has no shape that a document could hold it to.
      const answer = await fetch(`${under.server.url}/connections/${connection_id}/proxy/things`, {
        headers: { authorization: `Bearer ${api.key}` },
      });
      expect([answer.status, answer.headers.get('x-error-code')]).toEqual([401, null]);
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      expect(refusal(await call())).toEqual({ status: 401, code: 'reauth_required' });
      const rows = await openRows(api);
      expect(rows.map((row) => row.properties.summary)).toEqual([
        expect.stringMatching(/^API token rejected; supply a new token for /),
      ]);

      const { access_token } = upstream.authorization.grant();
      const patched = await api.patch(`/credentials/${credential_ref}`, { api_token: access_token });
      expect(patched.status).toBe(200);
      expect(await openRows(api)).toEqual([]);
      expect(await propertiesOf(api, connection_id)).toMatchObject({ runtime_status: 'healthy' });
      expect((await call()).status).toBe(200);
    });
  });
});
