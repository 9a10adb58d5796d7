import { describe, expect, it } from 'vitest';
import { startFakeServer } from '../src/index.ts';
import { aCodeForm, anOAuthClient, REDIRECT_URI } from './support/an-oauth-client.ts';

const errorOf = ({ status, body }: { status: number; body: string }) => `${status} ${JSON.parse(body).error}`;

describe('/authorize', () => {
  it('sends the person back with a code and the state, and remembers what it was asked', async () => {
    await using client = await anOAuthClient();
    const { status, back } = await client.authorize({ scope: 'tides.read', access_type: 'offline' });
    expect(status).toBe(302);
    expect(back.get('state')).toBe('some-state');
    expect(client.server.issued).toEqual([back.get('code')]);
    expect(client.server.authorizations.map((asked) => asked.get('access_type'))).toEqual(['offline']);
  });

  it('sends an error back when the person denies', async () => {
    await using client = await anOAuthClient();
    client.server.denyNextAuthorizations();
    const { back } = await client.authorize();
    expect(Object.fromEntries(back)).toEqual({ error: 'access_denied', state: 'some-state' });
    expect((await client.authorize()).back.has('code')).toBe(true);
  });

  it.each([
    ['another client', { client_id: 'other' }],
    ['an address that is not registered', { redirect_uri: `${REDIRECT_URI}/` }],
  ])('sends nobody anywhere for %s', async (_what, overrides) => {
    await using client = await anOAuthClient({ redirectUris: [REDIRECT_URI] });
    expect(await client.authorize(overrides)).toMatchObject({ status: 400, body: expect.stringContaining('Refused') });
    expect((await client.authorize()).back.has('code')).toBe(true);
  });

  it('insists on S256 where PKCE is required', async () => {
    await using client = await anOAuthClient({ pkce: 'required' });
    expect((await client.authorize({ code_challenge_method: 'plain' })).back.get('error')).toBe('invalid_request');
    expect((await client.authorize()).back.has('code')).toBe(true);
  });
});

describe('a code', () => {
  it('becomes tokens that are live, once', async () => {
    await using client = await anOAuthClient({ accessTtlSeconds: 60 });
    const { back } = await client.authorize({ scope: 'tides.read' });
    const first = await client.token(aCodeForm(back));
    const tokens = JSON.parse(first.body);
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 60, scope: 'tides.read' });
    expect(client.server.isLive(tokens.access_token)).toBe(true);
    expect(errorOf(await client.token(aCodeForm(back)))).toBe('400 invalid_grant');
    expect(client.server.isLive(tokens.access_token)).toBe(false);
    expect(client.server.counts).toEqual({ authorize: 1, token: 2, exchanges: 2, refreshes: 0, revoke: 0 });
  });

  it.each([
    ['another verifier', { code_verifier: 'x'.repeat(43) }],
    ['another address', { redirect_uri: `${REDIRECT_URI}?` }],
    ['another code', { code: 'guessed' }],
  ])('is nothing with %s', async (_what, overrides) => {
    await using client = await anOAuthClient();
    const { back } = await client.authorize();
    expect(errorOf(await client.token(aCodeForm(back, overrides)))).toBe('400 invalid_grant');
  });

  it('needs no verifier of a server that ignores PKCE', async () => {
    await using client = await anOAuthClient({ pkce: 'ignored' });
    const { back } = await client.authorize();
    expect((await client.token(aCodeForm(back, { code_verifier: 'anything' }))).status).toBe(200);
  });

  it('is good for a minute', async () => {
    let now = 0;
    await using client = await anOAuthClient({ now: () => now });
    const { back } = await client.authorize();
    now = 60_000;
    expect(errorOf(await client.token(aCodeForm(back)))).toBe('400 invalid_grant');
  });
});

describe('the client', () => {
  it('may authenticate with a Basic header, whose parts are form-encoded', async () => {
    await using client = await anOAuthClient({ clientSecret: 'a:b c+d%' });
    const { refresh_token } = client.server.grant();
    const header = (secret: string) => `Basic ${btoa(`${client.server.clientId}:${secret}`)}`;
    const form = { grant_type: 'refresh_token', refresh_token };
    const wrong = await client.token(form, { authorization: header('a:b') });
    expect([errorOf(wrong), wrong.headers.get('www-authenticate')]).toEqual([
      '401 invalid_client',
      'Basic realm="fake"',
    ]);
    expect((await client.token(form, { authorization: header('a%3Ab+c%2Bd%25') })).status).toBe(200);
  });

  it('is refused with another secret, and with none', async () => {
    await using client = await anOAuthClient();
    const form = { grant_type: 'refresh_token', refresh_token: client.server.grant().refresh_token };
    expect(errorOf(await client.token({ ...form, client_secret: 'guessed' }))).toBe('401 invalid_client');
    expect((await client.token(form)).status).toBe(200);
  });

  it('may be a public one', async () => {
    await using client = await anOAuthClient({ clientSecret: null });
    expect((await client.refresh(client.server.grant().refresh_token)).status).toBe(200);
  });
});

describe('a refresh token', () => {
  it('rotates: the next one is another, and the one before is good for nothing', async () => {
    await using client = await anOAuthClient();
    const first = await client.signIn();
    const second = JSON.parse((await client.refresh(first.refresh_token)).body);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(errorOf(await client.refresh(first.refresh_token))).toBe('400 invalid_grant');
    expect([first, second].map(({ access_token }) => client.server.isLive(access_token))).toEqual([true, true]);
    expect((await client.refresh(second.refresh_token)).status).toBe(200);
    expect(client.server.counts.refreshes).toBe(3);
  });

  it('that is spent ends everything of its consent in strict mode, and nothing of others', async () => {
    await using client = await anOAuthClient({ strict: true });
    const other = client.server.grant();
    const first = await client.signIn();
    const second = JSON.parse((await client.refresh(first.refresh_token)).body);
    await client.refresh(first.refresh_token);
    expect(client.server.isLive(second.access_token)).toBe(false);
    expect(errorOf(await client.refresh(second.refresh_token))).toBe('400 invalid_grant');
    expect(client.server.isLive(other.access_token)).toBe(true);
  });

  it('stays what it is without rotation, and is not told again', async () => {
    await using client = await anOAuthClient({ rotation: false });
    const { refresh_token } = await client.signIn();
    expect(JSON.parse((await client.refresh(refresh_token)).body)).not.toHaveProperty('refresh_token');
    expect((await client.refresh(refresh_token)).status).toBe(200);
  });

  it('takes its consent along when it is revoked; revoking an unknown one is no error', async () => {
    await using client = await anOAuthClient();
    const { access_token, refresh_token } = await client.signIn();
    const { clientId, clientSecret, revokeUrl } = client.server;
    const revoke = (token: string, client_secret = clientSecret ?? '') =>
      fetch(revokeUrl, { method: 'POST', body: new URLSearchParams({ client_id: clientId, client_secret, token }) });
    expect((await revoke(refresh_token, 'guessed')).status).toBe(401);
    expect(client.server.isLive(access_token)).toBe(true);
    expect((await revoke('unknown')).status).toBe(200);
    expect((await revoke(refresh_token)).status).toBe(200);
    expect(client.server.isLive(access_token)).toBe(false);
    expect(client.server.counts.revoke).toBe(3);
  });
});

describe('access tokens', () => {
  it('end with their time, by order, and when everything is taken back', async () => {
    let now = 0;
    await using client = await anOAuthClient({ accessTtlSeconds: 10, now: () => now });
    const { server } = client;
    const first = server.grant();
    now = 10_000;
    expect(server.isLive(first.access_token)).toBe(false);
    const second = server.grant();
    server.expireAccessTokens();
    expect(server.isLive(second.access_token)).toBe(false);
    expect((await client.refresh(second.refresh_token)).status).toBe(200);
    server.revokeAll();
    expect(errorOf(await client.refresh(first.refresh_token))).toBe('400 invalid_grant');
  });

  it('open the gate of an API while they are live', async () => {
    await using client = await anOAuthClient();
    const api = await startFakeServer((request, response) => {
      const bearer = client.server.requireBearer(request, response);
      if (bearer) response.end(`hello ${bearer.scope}`);
    });
    const ask = (authorization?: string) => fetch(api.url, { headers: authorization ? { authorization } : {} });
    const { access_token } = client.server.grant('tides.read');
    expect(await (await ask(`Bearer ${access_token}`)).text()).toBe('hello tides.read');
    client.server.expireAccessTokens();
    const late = await ask(`Bearer ${access_token}`);
    expect([late.status, late.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="fake", error="invalid_token"',
    ]);
    expect((await ask()).headers.get('www-authenticate')).toBe('Bearer realm="fake"');
    await api.close();
  });

  it('and every other secret carry the canary', async () => {
    await using client = await anOAuthClient({ canaryPrefix: 'XYZZY-' });
    const { access_token, refresh_token } = await client.signIn();
    expect(client.server.issued).toHaveLength(3);
    expect(client.server.issued).toEqual(expect.arrayContaining([access_token, refresh_token]));
    for (const secret of [...client.server.issued, client.server.clientSecret]) expect(secret).toMatch(/^XYZZY-/);
  });
});

describe('a call of /token that goes wrong', () => {
  it.each([
    ['server-error', 500, /^Internal Server Error$/],
    ['unavailable', 503, /^$/],
    ['rate-limited', 429, /^$/],
    ['html', 200, /^<!doctype html>/],
    ['empty', 200, /^$/],
    ['invalid_grant', 400, /"error":"invalid_grant"/],
    ['invalid_client', 401, /"error":"invalid_client"/],
    ['temporarily_unavailable', 503, /"error":"temporarily_unavailable"/],
  ] as const)('as %s does nothing', async (fault, status, body) => {
    await using client = await anOAuthClient();
    const { refresh_token } = client.server.grant();
    client.server.failNextTokenCalls(fault);
    const answer = await client.refresh(refresh_token);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(body);
    expect(answer.headers.get('retry-after')).toBe(fault === 'unavailable' || fault === 'rate-limited' ? '7' : null);
    expect((await client.refresh(refresh_token)).status).toBe(200);
  });

  it.each([
    ['no-access-token', (answer: object) => !('access_token' in answer)],
    ['no-refresh-token', (answer: object) => !('refresh_token' in answer)],
    ['no-token-type', (answer: object) => !('token_type' in answer)],
    ['no-expires-in', (answer: object) => !('expires_in' in answer)],
    ['mac-token-type', (answer: { token_type?: unknown }) => answer.token_type === 'mac'],
    ['expires-in-text', (answer: { expires_in?: unknown }) => answer.expires_in === 'abc'],
    ['expires-in-negative', (answer: { expires_in?: unknown }) => answer.expires_in === -3600],
    ['expires-in-huge', (answer: { expires_in?: unknown }) => answer.expires_in === 1e300],
  ] as const)('as %s has rotated all the same', async (fault, isSpoilt) => {
    await using client = await anOAuthClient();
    const { refresh_token } = client.server.grant();
    client.server.failNextTokenCalls(fault);
    const answer = await client.refresh(refresh_token);
    expect(answer.status).toBe(200);
    expect(isSpoilt(JSON.parse(answer.body))).toBe(true);
    expect(errorOf(await client.refresh(refresh_token))).toBe('400 invalid_grant');
  });

  it('and is cut leaves the client in the dark about whether it was done', async () => {
    await using client = await anOAuthClient();
    const { refresh_token } = client.server.grant();
    client.server.failNextTokenCalls('cut');
    client.server.failNextTokenCalls('cut-after-commit');
    await expect(client.refresh(refresh_token)).rejects.toThrow();
    expect(client.server.issued).toHaveLength(2);
    await expect(client.refresh(refresh_token)).rejects.toThrow();
    expect(client.server.issued).toHaveLength(4);
    expect(errorOf(await client.refresh(refresh_token))).toBe('400 invalid_grant');
  });

  it.each([
    ['hang', 2],
    ['hang-after-commit', 4],
  ] as const)('as %s waits until it is released', async (fault, issuedMeanwhile) => {
    await using client = await anOAuthClient();
    const { refresh_token } = client.server.grant();
    client.server.failNextTokenCalls(fault);
    const answer = client.refresh(refresh_token);
    await expect.poll(() => client.server.hanging).toBe(1);
    expect(client.server.issued).toHaveLength(issuedMeanwhile);
    client.server.release();
    expect((await answer).status).toBe(200);
    expect(client.server.issued).toHaveLength(4);
  });

  it('goes wrong as often as it was told to, in order', async () => {
    await using client = await anOAuthClient();
    client.server.failNextTokenCalls('server-error', 2);
    client.server.failNextTokenCalls('unavailable');
    const { refresh_token } = client.server.grant();
    const statuses: number[] = [];
    for (let count = 0; count < 4; count += 1) statuses.push((await client.refresh(refresh_token)).status);
    expect(statuses).toEqual([500, 500, 503, 200]);
    expect(client.server.counts.token).toBe(4);
  });
});
