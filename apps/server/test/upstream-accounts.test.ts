import { type FakeAuthorizationServer, startFakeAuthorizationServer, startFakeServer } from '@withmarfa/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { becomeOwner } from './support/person.ts';
import { refusal } from './support/refusal.ts';
import { aKey, aSpace } from './support/spaces.ts';
import { allowAt, connectAccount, installOAuth, installToken, propertiesOf, startOAuth } from './support/upstream.ts';

const actionRows = async (api: Parameters<typeof allRows>[0], connectionId: string) =>
  (await allRows(api, '/items?type=system.activity')).filter(
    (row) => row.properties.connection_id === connectionId && row.properties.severity === 'action_required',
  );

describeServer('Connecting an upstream account', (under) => {
  let authorization: FakeAuthorizationServer;
  beforeAll(async () => {
    authorization = await startFakeAuthorizationServer({ strict: true });
  });
  afterAll(() => authorization.close());

  async function anInstalled() {
    const { api } = await aSpace(under.admin);
    return { api, ...(await installOAuth({ admin: under.admin, api }, authorization)) };
  }
  const callback = async (url: URL | string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { redirect: 'manual', headers });
    return { status: response.status, code: response.headers.get('x-error-code'), html: await response.text() };
  };

  it('begins with a Connection that waits for it, and ends with one at work', async () => {
    const { api, connection_id } = await anInstalled();
    expect(await propertiesOf(api, connection_id)).toMatchObject({ runtime_status: 'reauth_required' });
    expect(await actionRows(api, connection_id)).toEqual([]);
    await connectAccount(api, connection_id);
    expect(await propertiesOf(api, connection_id)).toMatchObject({ runtime_status: 'healthy' });
    const rows = await allRows(api, '/items?type=system.activity');
    expect(rows.map((row) => row.properties.detail.kind).sort()).toEqual(['install', 'oauth_connected']);
    const audit = (await allRows(api, `/audit?resource_id=${connection_id}`)).map((row) => row.action);
    expect(audit).toEqual(expect.arrayContaining(['connection.oauth.started', 'connection.oauth.completed']));
  });

  it('always sends PKCE with S256, the default scope, and what makes Google give a refresh token', async () => {
    const { api, connection_id } = await anInstalled();
    const started = await startOAuth(api, connection_id);
    const asked = Object.fromEntries(new URL(started.authorize_url).searchParams);
    expect(asked).toMatchObject({
      response_type: 'code',
      client_id: authorization.clientId,
      redirect_uri: started.redirect_uri,
      scope: 'calendar.readonly',
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'consent',
    });
    expect(asked.code_challenge).toMatch(/^[\w-]{43}$/);
    expect(new URL(started.redirect_uri).pathname).toBe('/oauth/callback/harbour-calendars');
    expect(Date.parse(started.expires_at)).toBeGreaterThan(Date.now());
    // The verifier goes to the token endpoint alone.
    const before = authorization.tokenForms.length;
    await callback(await allowAt(started.authorize_url));
    const verifier = authorization.tokenForms[before]?.get('code_verifier') ?? '';
    expect(verifier).toMatch(/^[\w-]{43,128}$/);
    expect(started.authorize_url).not.toContain(verifier);
  });

  it('asks for the scope and the way back that it is told', async () => {
    const { api, connection_id } = await anInstalled();
    const redirect_uri = `${under.server.url.replace('127.0.0.1', 'LOCALHOST')}/oauth/callback/harbour-calendars/`;
    const started = await startOAuth(api, connection_id, { scope: 'calendar.events', redirect_uri });
    expect(new URL(started.authorize_url).searchParams.get('scope')).toBe('calendar.events');
    expect(started.redirect_uri).toBe(redirect_uri);
  });

  it.each([
    'https://elsewhere.example/oauth/callback/harbour-calendars',
    'http://127.0.0.1:1/oauth/callback?next=1',
    'http://127.0.0.1:1/oauth#part',
    'http://user@127.0.0.1:1/oauth',
    'http://127.0.0.1.example.com/oauth',
    'javascript:alert(1)',
    '/oauth/callback/x',
    'http://127.0.0.1\\@elsewhere.example/oauth',
  ])('refuses to send people back to %s', async (redirect_uri) => {
    const { api, connection_id } = await anInstalled();
    const answer = await api.post(`/connections/${connection_id}/oauth/start`, { redirect_uri });
    expect(refusal(answer)).toEqual({ status: 400, code: 'redirect_not_allowed' });
    const query = new URLSearchParams({ connection_id, redirect_uri });
    const owner = await fetch(`${under.server.url}/oauth/start?${query}`, { redirect: 'manual' });
    expect(owner.headers.get('location') ?? '').not.toContain(authorization.url);
  });

  it('is for those who run the space, and finds no other space’s Connection', async () => {
    const { api, connection_id } = await anInstalled();
    const member = await aKey(api, { type_permissions: { '*': 'write' } });
    expect(refusal(await member.api.post(`/connections/${connection_id}/oauth/start`))).toEqual({
      status: 403,
      code: 'forbidden',
    });
    const stranger = await aSpace(under.admin);
    expect(refusal(await stranger.api.post(`/connections/${connection_id}/oauth/start`))).toEqual({
      status: 404,
      code: 'connection_not_found',
    });
  });

  it('has nothing to connect where a token or nothing is needed', async () => {
    const { api } = await aSpace(under.admin);
    const { connection_id } = await installToken({ admin: under.admin, api });
    const answer = await api.post(`/connections/${connection_id}/oauth/start`);
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
  });

  describe('The way back', () => {
    it('is good once', async () => {
      const { api, connection_id } = await anInstalled();
      const back = await allowAt((await startOAuth(api, connection_id)).authorize_url);
      const answers = await Promise.all(Array.from({ length: 8 }, () => callback(back)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ code }) => code === 'invalid_state')).toHaveLength(7);
      expect(await propertiesOf(api, connection_id)).toMatchObject({ runtime_status: 'healthy' });
    });

    it.each([
      ['forged', (state: string) => `${state.slice(0, -2)}AA`],
      ['cut short', (state: string) => state.slice(0, 40)],
      ['missing', () => ''],
      ['of nothing', () => 'v1.x.y.z'],
    ])('is refused with a state that is %s', async (_what, change) => {
      const { api, connection_id } = await anInstalled();
      const back = await allowAt((await startOAuth(api, connection_id)).authorize_url);
      const exchanges = authorization.counts.exchanges;
      back.searchParams.set('state', change(back.searchParams.get('state') ?? ''));
      expect(await callback(back)).toMatchObject({ status: 400, code: 'invalid_state' });
      expect(authorization.counts.exchanges).toBe(exchanges);
      expect(await propertiesOf(api, connection_id)).toMatchObject({ runtime_status: 'reauth_required' });
    });

    it('is refused at another provider’s address', async () => {
      const { api, connection_id } = await anInstalled();
      const back = await allowAt((await startOAuth(api, connection_id)).authorize_url);
      back.pathname = '/oauth/callback/somebody-else';
      expect(await callback(back)).toMatchObject({ status: 400, code: 'invalid_state' });
    });

    it('connects nothing with the code of another attempt: the verifier does not fit', async () => {
      const one = await anInstalled();
      const other = await anInstalled();
      const back = await allowAt((await startOAuth(one.api, one.connection_id)).authorize_url);
      const theirs = await allowAt((await startOAuth(other.api, other.connection_id)).authorize_url);
      back.searchParams.set('code', theirs.searchParams.get('code') ?? '');
      expect(await callback(back)).toMatchObject({ status: 400 });
      expect(await propertiesOf(one.api, one.connection_id)).toMatchObject({ runtime_status: 'reauth_required' });
    });

    it('is refused once the Connection has been uninstalled or has another client', async () => {
      const gone = await anInstalled();
      const goneBack = await allowAt((await startOAuth(gone.api, gone.connection_id)).authorize_url);
      await gone.api.post(`/connections/${gone.connection_id}/uninstall`);
      expect(await callback(goneBack)).toMatchObject({ status: 400, code: 'invalid_state' });

      const moved = await anInstalled();
      const movedBack = await allowAt((await startOAuth(moved.api, moved.connection_id)).authorize_url);
      const second = await installOAuth({ admin: under.admin, api: moved.api }, authorization);
      const patch = await moved.api.patch(`/connections/${moved.connection_id}`, {
        credential_ref: second.credential_ref,
      });
      expect(patch.status).toBe(200);
      expect(await callback(movedBack)).toMatchObject({ status: 400, code: 'invalid_state' });
    });

    it('tells when the person said no, and changes nothing', async () => {
      const { api, connection_id } = await anInstalled();
      authorization.denyNextAuthorizations();
      const back = await allowAt((await startOAuth(api, connection_id)).authorize_url);
      const answer = await callback(back);
      expect(answer.status).toBe(400);
      expect(answer.html).toContain('access_denied');
      const errors = await allRows(api, '/items?type=system.activity');
      expect(errors.filter((row) => row.properties.severity === 'error')).toHaveLength(1);
      const audit = await allRows(api, '/audit?action=connection.oauth.failed');
      expect(audit).toMatchObject([{ resource_id: connection_id, details: { reason: 'access_denied' } }]);
      await connectAccount(api, connection_id);
    });

    it.each([
      'html',
      'empty',
      'no-access-token',
      'mac-token-type',
      'server-error',
      'unavailable',
      'cut',
      'invalid_grant',
    ] as const)('leaves no half-connected account when the token endpoint answers %s', async (fault) => {
      const { api, connection_id } = await anInstalled();
      const back = await allowAt((await startOAuth(api, connection_id)).authorize_url);
      authorization.failNextTokenCalls(fault);
      const answer = await callback(back);
      expect(answer.status).toBe(400);
      expect(answer.html).not.toContain('canary_');
      expect(await propertiesOf(api, connection_id)).toMatchObject({ runtime_status: 'reauth_required' });
      await connectAccount(api, connection_id);
      expect(await propertiesOf(api, connection_id)).toMatchObject({ runtime_status: 'healthy' });
    });

    it.each(['no-token-type', 'expires-in-text', 'expires-in-negative', 'expires-in-huge', 'no-expires-in'] as const)(
      'takes an answer that says %s for what it is good for',
      async (fault) => {
        const { api, connection_id } = await anInstalled();
        const back = await allowAt((await startOAuth(api, connection_id)).authorize_url);
        authorization.failNextTokenCalls(fault);
        expect(await callback(back)).toMatchObject({ status: 200 });
      },
    );

    it('shows nothing of what the upstream writes into the address', async () => {
      const { api, connection_id } = await anInstalled();
      const back = await allowAt((await startOAuth(api, connection_id)).authorize_url);
      back.searchParams.delete('code');
      back.searchParams.set('error', '<script>alert(1)</script>');
      const answer = await callback(back);
      expect(answer.status).toBe(400);
      expect(answer.html).not.toContain('<script');
    });
  });

  it('takes a client that authenticates by Basic alone, and remembers it', async () => {
    // What an upstream that reads the header alone says to a client in the body.
    let forms = 0;
    const basicOnly = await startFakeServer(async (request, response) => {
      forms += 1;
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}');
        return;
      }
      const tokens = { access_token: 'at', refresh_token: 'rt', token_type: 'bearer', expires_in: 3600 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tokens));
    });
    const { api } = await aSpace(under.admin);
    const { connection_id } = await installOAuth({ admin: under.admin, api }, authorization, {
      provider: { oauth_token_url: `${basicOnly.url}/token` },
    });
    await connectAccount(api, connection_id);
    expect(forms).toBe(2);
    await connectAccount(api, connection_id);
    expect(forms).toBe(3);
    await basicOnly.close();
  });
});

describeServer('Connecting an upstream account in a browser', (under) => {
  it('is finished by the person who began it, and by nobody else', async () => {
    const authorization = await startFakeAuthorizationServer();
    const owner = await becomeOwner(under.server);
    const { connection_id } = await installOAuth({ admin: under.admin, api: under.admin }, authorization);
    const started = await owner.get(`/connections/${connection_id}/oauth/start`);
    expect(started.status).toBe(302);
    const back = await allowAt(started.location ?? '');
    const stranger = await fetch(back, { redirect: 'manual' });
    expect([stranger.status, stranger.headers.get('x-error-code')]).toEqual([400, 'invalid_state']);
    const again = await owner.get(`/oauth/start?connection_id=${connection_id}`);
    const page = await owner.get((await allowAt(again.location ?? '')).href);
    expect(page.status).toBe(200);
    expect(page.html).toContain('The account is connected');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    await authorization.close();
  });
});
