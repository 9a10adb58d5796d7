import { beforeAll, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import {
  type App,
  aConfidentialApp,
  anApp,
  aPkce,
  ask,
  authorizeQuery,
  decide,
  landed,
  REDIRECT,
} from './support/oauth.ts';
import { becomeOwner, createPerson, type Person } from './support/person.ts';

const LOOPBACK = ['http://127.0.0.1:5173/cb', 'http://[::1]:5173/cb', 'http://localhost:5173/cb'];

/** Addresses beside the registered one. Each is refused on a page, and nobody is sent there. */
const OTHER_ADDRESSES: [clause: string, what: string, address: string][] = [
  ['RFC 9700 2.1', 'another port', 'https://app.example.org:8443/callback'],
  ['RFC 9700 2.1', 'the standing port, written out', 'https://app.example.org:443/callback'],
  ['RFC 9700 4.1.3', 'another case of the host', 'https://APP.example.org/callback'],
  ['RFC 9700 4.1.3', 'another case of the path', 'https://app.example.org/Callback'],
  ['RFC 9700 4.1.3', 'another case of the scheme', 'HTTPS://app.example.org/callback'],
  ['RFC 9700 4.1.1', 'a user name', 'https://app.example.org@evil.example/callback'],
  ['RFC 9700 4.1.1', 'a user name before the right host', 'https://evil@app.example.org/callback'],
  ['RFC 6749 3.1.2', 'a fragment', 'https://app.example.org/callback#x'],
  ['RFC 9700 4.1.3', 'a slash at the end', 'https://app.example.org/callback/'],
  ['RFC 9700 4.1.3', 'a query', 'https://app.example.org/callback?next=evil'],
  ['RFC 9700 4.1.3', 'an empty query', 'https://app.example.org/callback?'],
  ['RFC 9700 4.1.3', 'a path that climbs', 'https://app.example.org/callback/../other'],
  ['RFC 9700 4.1.3', 'a path that climbs and comes back', 'https://app.example.org/x/../callback'],
  ['RFC 9700 4.1.3', 'an encoded letter', 'https://app.example.org/c%61llback'],
  ['RFC 9700 4.1.1', 'a host below', 'https://x.app.example.org/callback'],
  ['RFC 9700 4.1.1', 'a host that begins alike', 'https://app.example.org.evil.example/callback'],
  ['RFC 9700 2.6', 'plain http', 'http://app.example.org/callback'],
  ['RFC 9700 4.1.3', 'a backslash', 'https://app.example.org\\callback'],
  ['RFC 9700 4.1.3', 'a space at the end', 'https://app.example.org/callback '],
  ['RFC 9700 4.1.3', 'a line break', 'https://app.example.org/callback\n'],
  ['RFC 9700 4.1.3', 'a path alone', '/callback'],
  ['RFC 9700 4.11', 'a script', 'javascript:alert(1)//app.example.org/callback'],
  ['RFC 8252 7.3', 'loopback that nobody registered', 'http://127.0.0.1:5173/callback'],
];

/** What is wrong with a request whose client and address are good: the client is told. */
const FAULTY_REQUESTS: [clause: string, what: string, changed: Record<string, string | null>, error: string][] = [
  ['OAuth 2.1 4.1.1', 'no challenge', { code_challenge: null, code_challenge_method: null }, 'invalid_request'],
  ['RFC 7636 4.3', 'no challenge method, which means plain', { code_challenge_method: null }, 'invalid_request'],
  ['RFC 9700 2.1.1', 'a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['RFC 7636 4.2', 'the method in lower case', { code_challenge_method: 's256' }, 'invalid_request'],
  ['RFC 7636 4.2', 'a short challenge', { code_challenge: 'short' }, 'invalid_request'],
  ['RFC 7636 4.2', 'a padded challenge', { code_challenge: `${'A'.repeat(43)}=` }, 'invalid_request'],
  ['RFC 7636 4.2', 'a challenge in another alphabet', { code_challenge: `${'A'.repeat(42)}+` }, 'invalid_request'],
  ['RFC 9700 2.1.2', 'the implicit grant', { response_type: 'token' }, 'unsupported_response_type'],
  ['RFC 9700 2.1.2', 'an id token from here', { response_type: 'id_token' }, 'unsupported_response_type'],
  ['RFC 9700 2.1.2', 'a hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type'],
  ['RFC 6749 3.1.1', 'no response type', { response_type: null }, 'invalid_request'],
  ['RFC 9700 4.3.2', 'an answer in a fragment', { response_mode: 'fragment' }, 'invalid_request'],
  ['RFC 6749 3.3', 'no scope', { scope: null }, 'invalid_scope'],
  ['RFC 6749 3.3', 'a scope of no grammar', { scope: 'openid everything' }, 'invalid_scope'],
  ['RFC 6749 3.3', 'a scope to write system rows', { scope: 'system.connection:write' }, 'invalid_scope'],
  ['RFC 8707 2', 'the resource of another server', { resource: 'https://evil.example/' }, 'invalid_target'],
  ['RFC 8707 2', 'a resource that is no address', { resource: 'here' }, 'invalid_target'],
  ['OIDC Core 6.1', 'a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
  ['OIDC Core 6.2', 'a request address', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
  ['OIDC Core 3.1.2.1', 'a prompt that contradicts itself', { prompt: 'none login' }, 'invalid_request'],
];

describeServer('An authorization request', (under) => {
  let owner: Person;
  let publicApp: App;
  let confidentialApp: App;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
    publicApp = await anApp(under.server.url);
    confidentialApp = await aConfidentialApp(under.server.url);
  });

  it.each(OTHER_ADDRESSES)('%s: is not answered at %s', async (_clause, _what, address) => {
    const answer = await ask(owner, authorizeQuery(publicApp, aPkce(), { redirect_uri: address }));
    expect(answer).toMatchObject({ status: 400, location: null });
    expect(answer.html).toContain('This app cannot go on');
    expect(answer.html).not.toContain('evil');
  });

  it.each([
    ['no client', { client_id: null }],
    ['an unknown client', { client_id: '0198c000-0000-7000-8000-000000000001' }],
    ['a client that is no text', { client_id: '\0' }],
    ['no address', { redirect_uri: null }],
  ])('RFC 6749 4.1.2.1: with %s ends on a page', async (_what, changed) => {
    const answer = await ask(owner, authorizeQuery(publicApp, aPkce(), changed));
    expect(answer).toMatchObject({ status: 400, location: null });
  });

  describe.each(LOOPBACK)('of an app at %s', (registered) => {
    const host = new URL(registered).hostname;

    it('RFC 8252 7.3: may come back to another port', async () => {
      const app = await anApp(under.server.url, { redirect_uris: [registered] });
      for (const address of [`http://${host}:61001/cb`, `http://${host}/cb`]) {
        const page = await ask(owner, authorizeQuery(app, aPkce(), { redirect_uri: address }));
        const answer = await decide(owner, page);
        expect(answer.location?.startsWith(`${address}?`), answer.location ?? answer.html).toBe(true);
      }
    });

    it.each([
      ...LOOPBACK.filter((address) => address !== registered),
      `${registered}/more`,
      `${registered}?more`,
      `http://${host}:5173@evil.example/cb`,
      `http://${host}:99999/cb`,
      `http://${host}.evil.example:5173/cb`,
      `https://${host}:5173/cb`,
      'http://127.1:5173/cb',
      'http://2130706433:5173/cb',
    ])('RFC 9700 4.1.3: may not come back to %s', async (address) => {
      const app = await anApp(under.server.url, { redirect_uris: [registered] });
      const answer = await ask(owner, authorizeQuery(app, aPkce(), { redirect_uri: address }));
      expect(answer).toMatchObject({ status: 400, location: null });
    });
  });

  describe.each(['public', 'confidential'])('of a %s app', (kind) => {
    const appOf = () => (kind === 'public' ? publicApp : confidentialApp);

    it.each(FAULTY_REQUESTS)('%s: is refused with %s', async (_clause, _what, changed, error) => {
      const answer = await ask(owner, authorizeQuery(appOf(), aPkce(), changed));
      expect(answer.status, answer.html).toBe(302);
      const { error_description, ...told } = landed(answer);
      // RFC 9207: who answers; RFC 6749 4.1.2.1: the state, and nothing else.
      expect(told).toEqual({ error, state: 'a state & more', iss: under.server.url });
      expect(error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
      expect(answer.location?.startsWith(`${REDIRECT}?`)).toBe(true);
    });

    it('RFC 9207 2, RFC 6749 4.1.2: brings back a code, the state and the issuer, and nothing else', async () => {
      const page = await ask(owner, authorizeQuery(appOf(), aPkce(), { prompt: 'consent' }));
      const { code, ...rest } = landed(await decide(owner, page));
      expect(code).toMatch(/^[\w-]{20,}$/);
      expect(rest).toEqual({ state: 'a state & more', iss: under.server.url });
    });

    it('RFC 6749 4.1.2.1: brings back access_denied when the person says no', async () => {
      const page = await ask(owner, authorizeQuery(appOf(), aPkce(), { prompt: 'consent' }));
      const { error_description: _text, ...rest } = landed(await decide(owner, page, 'deny'));
      expect(rest).toEqual({ error: 'access_denied', state: 'a state & more', iss: under.server.url });
    });
  });

  it('RFC 8707 2: may name this server, which changes nothing', async () => {
    const resource = `${under.server.url}/mcp`;
    const page = await ask(owner, authorizeQuery(publicApp, aPkce(), { resource, prompt: 'consent' }));
    expect(landed(await decide(owner, page)).code).toBeDefined();
  });

  it('RFC 6749 3.1: may be posted, and is taken up at the page', async () => {
    const query = authorizeQuery(publicApp, aPkce());
    const answer = await owner.post('/auth/oauth2/authorize', query, { origin: 'https://app.example.org' });
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(/^\/auth\/authorize\?/);
  });

  it('RFC 9700 4.11: sends somebody who is not signed in to this server’s own page, and back to the request', async () => {
    const stranger = createPerson(under.server.url);
    const answer = await ask(stranger, authorizeQuery(publicApp, aPkce()));
    expect(answer.status).toBe(302);
    const to = new URL(answer.location ?? '', under.server.url);
    expect(to.origin + to.pathname).toBe(`${under.server.url}/auth/sign-in`);
    expect(to.searchParams.get('return_to')).toMatch(/^\/auth\/authorize\?/);
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)'])(
    'RFC 9700 4.11: the sign-in page does not lead to %s',
    async (address) => {
      const stranger = createPerson(under.server.url);
      const { html } = await stranger.get(`/auth/sign-in?return_to=${encodeURIComponent(address)}`);
      expect(html).toContain('name="return_to" value="/"');
    },
  );

  it('OIDC Core 3.1.2.6: prompt=none never shows a page', async () => {
    const app = await anApp(under.server.url);
    const silent = authorizeQuery(app, aPkce(), { prompt: 'none' });
    expect(landed(await ask(createPerson(under.server.url), silent)).error).toBe('login_required');
    expect(landed(await ask(owner, silent)).error).toBe('consent_required');
  });

  it('OIDC Core 3.1.2.1: prompt=login is not met by a proof that the app made up or took from another', async () => {
    const query = authorizeQuery(publicApp, aPkce(), { prompt: 'login', marfa_fresh_since: '0.AAAA' });
    const first = await ask(owner, query);
    expect(first.location).toMatch(/^\/auth\/sign-in/);
    const returnTo = new URL(first.location ?? '', under.server.url).searchParams.get('return_to') ?? '';
    const proof = new URL(returnTo, under.server.url).searchParams.get('marfa_fresh_since') ?? '';
    // The owner's session is older than the proof, and another app's proof is none.
    expect((await owner.get(returnTo)).location).toMatch(/^\/auth\/sign-in/);
    const stolen = authorizeQuery(confidentialApp, aPkce(), { prompt: 'login', marfa_fresh_since: proof });
    expect((await ask(owner, stolen)).location).toMatch(/^\/auth\/sign-in/);
    const older = authorizeQuery(publicApp, aPkce(), {
      prompt: 'login',
      marfa_fresh_since: `0.${proof.split('.')[1]}`,
    });
    expect((await ask(owner, older)).location).toMatch(/^\/auth\/sign-in/);
  });

  it('RFC 8252 8.6: an app on loopback is asked about each time; one on https only once', async () => {
    const native = await anApp(under.server.url, { redirect_uris: ['http://127.0.0.1/cb'] });
    const web = await anApp(under.server.url);
    for (const app of [native, web]) await decide(owner, await ask(owner, authorizeQuery(app, aPkce())));
    expect((await ask(owner, authorizeQuery(native, aPkce()))).status).toBe(200);
    expect(landed(await ask(owner, authorizeQuery(web, aPkce()))).code).toBeDefined();
  });
});
