import { startFakeServer } from '@withmarfa/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { allRows, anIntegration } from './support/integrations.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, aSpace, created } from './support/spaces.ts';
import { installOAuth, installToken, propertiesOf, TOKEN_CONNECTOR } from './support/upstream.ts';
import { startUpstreamAccount, type UpstreamAccount } from './support/upstream-account.ts';
import { openRecord } from './support/webhooks.ts';

const PROVIDER = {
  label: 'Harbour',
  oauth_authorize_url: 'https://accounts.example.org/authorize',
  oauth_token_url: 'https://accounts.example.org/token?tenant=1',
  oauth_client_id: 'a-client',
  oauth_client_secret: 'canary-client-secret',
  upstream_base_url: 'https://api.example.org/v1',
};
const TOKEN = { label: 'Tasks', upstream_base_url: 'https://api.example.org', api_token: 'canary-api-token' };
const UNKNOWN_ID = '01936d2e-7b7a-7000-8000-00000000dead';

describeServer('An upstream credential', (under) => {
  it('shows what it is for and never what it opens with', async () => {
    const { api } = await aSpace(under.admin);
    const oauth = created(await api.post('/credentials/oauth-provider', { ...PROVIDER, oauth_default_scope: 'a b' }));
    const token = created(await api.post('/credentials/api-token', { ...TOKEN, auth_scheme: 'Token' }));
    expect(Object.keys(oauth)).toEqual(['credential_id']);
    expect(await propertiesOf(api, oauth.credential_id)).toMatchObject({
      label: 'Harbour',
      kind: 'oauth_token',
      oauth_provider_config: {
        authorize_url: PROVIDER.oauth_authorize_url,
        token_url: PROVIDER.oauth_token_url,
        client_id: 'a-client',
        upstream_base_url: PROVIDER.upstream_base_url,
        default_scope: 'a b',
        provider: 'harbour',
      },
    });
    expect(await propertiesOf(api, token.credential_id)).toMatchObject({
      kind: 'api_token',
      api_token_config: { upstream_base_url: TOKEN.upstream_base_url, auth_scheme: 'Token' },
    });
    const everything = [
      await allRows(api, '/items?type=system.credential'),
      await allRows(api, '/audit'),
      (await api.get(`/items/${token.credential_id}/versions`)).body,
    ];
    expect(JSON.stringify(everything)).not.toContain('canary');
    const database = await openRecord(under.profile);
    const rows = await database.read.selectFrom('upstream_credentials').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('canary');
    for (const { secret } of rows) expect(secret).toMatch(/^v1\.[\w-]+\.[\w-]{16}\.[\w-]+$/);
    await database.close();
  });

  it('says everything that is wrong with it at once', async () => {
    const { api } = await aSpace(under.admin);
    const provider = await api.post('/credentials/oauth-provider', {
      label: '',
      oauth_authorize_url: 'ftp://accounts.example.org',
      oauth_token_url: 'not an address',
      oauth_client_id: '',
      oauth_client_secret: 'with\nnewline',
      upstream_base_url: 'https://',
      surprise: 1,
    });
    expect(refusal(provider)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(provider).sort()).toEqual(
      expect.arrayContaining([
        '$.label',
        '$.oauth_authorize_url',
        '$.oauth_client_id',
        '$.oauth_client_secret',
        '$.oauth_token_url',
        '$.upstream_base_url',
      ]),
    );
    const token = await api.post('/credentials/api-token', { auth_scheme: 'Digest', api_token: '' });
    expect(faultPaths(token)).toEqual(
      expect.arrayContaining(['$.label', '$.upstream_base_url', '$.api_token', '$.auth_scheme']),
    );
    expect(await allRows(api, '/items?type=system.credential')).toHaveLength(1);
  });

  it.each([
    ['upstream_base_url', 'https://user:secret@api.example.org'],
    ['upstream_base_url', 'https://api.example.org/#part'],
    ['upstream_base_url', 'https://api.example.org/?key=1'],
    ['oauth_token_url', 'https://user@accounts.example.org/token'],
    ['oauth_authorize_url', 'https://accounts.example.org/authorize#x'],
  ])('is refused with the %s %s', async (field, address) => {
    const { api } = await aSpace(under.admin);
    const answer = await api.post('/credentials/oauth-provider', { ...PROVIDER, [field]: address });
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual([`$.${field}`]);
  });

  it('is for those who run its space, and for no other space', async () => {
    const { api } = await aSpace(under.admin);
    const { credential_id } = created(await api.post('/credentials/api-token', TOKEN));
    const member = await aKey(api, { type_permissions: { '*': 'write', 'system.credential': 'read' } });
    const stranger = (await aSpace(under.admin)).api;
    for (const [method, path, body] of [
      ['POST', '/credentials/api-token', TOKEN],
      ['PATCH', `/credentials/${credential_id}`, { label: 'x' }],
      ['DELETE', `/credentials/${credential_id}`, undefined],
    ] as const) {
      expect(refusal(await member.api.call(method, path, body))).toEqual({ status: 403, code: 'forbidden' });
      if (method === 'POST') continue;
      const foreign = await stranger.call(method, path, body);
      const missing = await stranger.call(method, path.replace(credential_id, UNKNOWN_ID), body);
      expect(refusal(foreign)).toEqual({ status: 404, code: 'not_found' });
      expect(foreign.body).toEqual(missing.body);
    }
    const integration_id = await anIntegration(under.admin, TOKEN_CONNECTOR);
    const answer = await stranger.post('/connections/install', { integration_id, credential_ref: credential_id });
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
  });

  it('is renamed and renewed in place, and takes nothing of the other kind', async () => {
    const { api } = await aSpace(under.admin);
    const { credential_id } = created(await api.post('/credentials/api-token', TOKEN));
    expect((await api.patch(`/credentials/${credential_id}`, { label: 'Other', auth_scheme: 'Basic' })).status).toBe(
      200,
    );
    expect(await propertiesOf(api, credential_id)).toMatchObject({
      label: 'Other',
      api_token_config: { auth_scheme: 'Basic' },
    });
    const answer = await api.patch(`/credentials/${credential_id}`, { oauth_client_secret: 'x', oauth_client_id: 'y' });
    expect(faultPaths(answer)).toEqual(['$.oauth_client_id', '$.oauth_client_secret']);
    const audit = await allRows(api, `/audit?resource_id=${credential_id}`);
    expect(audit.map((row) => [row.action, row.details])).toEqual([
      ['credential.update', { changed: ['auth_scheme', 'label'] }],
      ['credential.create', { kind: 'api_token', label: 'Tasks' }],
    ]);
  });

  it('cannot go while an active Connection refers to it', async () => {
    const { api } = await aSpace(under.admin);
    const { connection_id, credential_ref } = await installToken({ admin: under.admin, api });
    expect(refusal(await api.delete(`/credentials/${credential_ref}`))).toEqual({ status: 409, code: 'conflict' });
    await api.post(`/connections/${connection_id}/uninstall`);
    expect((await api.delete(`/credentials/${credential_ref}`)).status).toBe(200);
    expect(refusal(await api.delete(`/credentials/${credential_ref}`))).toEqual({ status: 404, code: 'not_found' });
    expect((await api.get(`/items/${credential_ref}`)).body.item.state).toBe('revoked');
    expect(await allRows(api, `/audit?resource_id=${credential_ref}&action=credential.delete`)).toHaveLength(1);
  });

  it('is not written through the items API', async () => {
    const { api } = await aSpace(under.admin);
    const { credential_id } = created(await api.post('/credentials/api-token', TOKEN));
    const patch = await api.patch(`/items/${credential_id}`, { properties: { label: 'x' } });
    expect(refusal(patch)).toEqual({ status: 403, code: 'forbidden' });
    expect(refusal(await api.delete(`/items/${credential_id}`))).toEqual({ status: 403, code: 'forbidden' });
  });

  describe('kept encrypted', () => {
    let upstream: UpstreamAccount;
    beforeAll(async () => {
      upstream = await startUpstreamAccount();
    });
    afterAll(() => upstream.close());

    it('opens in its own row alone', async () => {
      const { api } = await aSpace(under.admin);
      const { access_token } = upstream.authorization.grant();
      const token = { upstream_base_url: upstream.apiUrl, api_token: access_token };
      const one = await installToken({ admin: under.admin, api }, { token });
      const other = await installToken({ admin: under.admin, api }, { token: { ...token, api_token: 'another' } });
      const call = () => api.get(`/connections/${other.connection_id}/proxy/things`);
      const database = await openRecord(under.profile);
      const secretOf = async (id: string) =>
        (
          await database.read
            .selectFrom('upstream_credentials')
            .select('secret')
            .where('id', '=', id)
            .executeTakeFirstOrThrow()
        ).secret;
      const keep = (id: string, secret: string) =>
        database.write((transaction) =>
          transaction.updateTable('upstream_credentials').set({ secret }).where('id', '=', id).execute(),
        );
      await keep(other.credential_ref, await secretOf(one.credential_ref));
      const served = upstream.served;
      expect(refusal(await call())).toEqual({ status: 500, code: 'internal_error' });
      expect(upstream.served).toBe(served);
      await database.close();
    });
  });
});

describeServer('Installing what needs an upstream account', (under) => {
  it('makes nothing when the credential is missing, of another kind, deleted, or unknown', async () => {
    const { api } = await aSpace(under.admin);
    const oauth = await anIntegration(under.admin, { oauth_requirements: { calendar: 'proxy' } });
    const token = created(await api.post('/credentials/api-token', TOKEN)).credential_id;
    const before = (await allRows(api, '/audit')).length;
    const cases = [
      [undefined, 'missing_required_field'],
      [token, 'validation_error'],
      [UNKNOWN_ID, 'validation_error'],
    ] as const;
    for (const [credential_ref, code] of cases) {
      const answer = await api.post('/connections/install', {
        integration_id: oauth,
        ...(credential_ref ? { credential_ref } : {}),
      });
      expect(refusal(answer)).toEqual({ status: 400, code });
      expect(faultPaths(answer)).toEqual(['$.credential_ref']);
    }
    expect(await allRows(api, '/items?type=system.connection')).toEqual([]);
    expect((await allRows(api, '/audit')).length).toBe(before);
  });

  it.each([
    ['Basic', 'ada:secret', 'Basic YWRhOnNlY3JldA=='],
    ['Basic', 'YWRhOnNlY3JldA==', 'Basic YWRhOnNlY3JldA=='],
    ['Token', 'ada:secret', 'Token ada:secret'],
  ])('sends a token by %s: %s as %s', async (auth_scheme, api_token, expected) => {
    const seen: (string | undefined)[] = [];
    const upstream = await startFakeServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    const { api } = await aSpace(under.admin);
    const token = { upstream_base_url: upstream.url, api_token, auth_scheme };
    const { connection_id } = await installToken({ admin: under.admin, api }, { token });
    expect((await api.get(`/connections/${connection_id}/proxy/things`)).status).toBe(200);
    expect(seen).toEqual([expected]);
    await upstream.close();
  });

  it('serves many Connections of one space with one credential', async () => {
    const upstream = await startUpstreamAccount();
    const { api } = await aSpace(under.admin);
    const { access_token } = upstream.authorization.grant();
    const first = await installToken(
      { admin: under.admin, api },
      { token: { upstream_base_url: 'http://127.0.0.1:9/unused', api_token: access_token } },
    );
    const integration_id = await anIntegration(under.admin, TOKEN_CONNECTOR);
    const second = created(
      await api.post('/connections/install', {
        integration_id,
        credential_ref: first.credential_ref,
        configuration: { upstream_base_url_override: upstream.apiUrl },
      }),
    );
    expect((await api.get(`/connections/${second.connection_id}/proxy/things`)).status).toBe(200);
    await upstream.close();
  });

  it('ends with its tokens, and says so', async () => {
    const upstream = await startUpstreamAccount();
    const { api } = await aSpace(under.admin);
    const { connection_id } = await installOAuth({ admin: under.admin, api }, upstream.authorization);
    const report = (await api.post(`/connections/${connection_id}/uninstall`)).body;
    expect(report).toMatchObject({ connection_id, oauth_tokens_deleted: 0, leased_tokens_revoked: 0 });
    await upstream.close();
  });
});
