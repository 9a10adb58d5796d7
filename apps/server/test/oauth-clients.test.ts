import * as oidc from 'openid-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { becomeOwner, formOf, OWNER, type Person } from './support/person.ts';

const REDIRECT = 'http://127.0.0.1:5173/callback';
const SCOPE = 'openid profile email core.note:write core.bookmark.*:read edge.about:read';

describeServer('Sign in with Marfa', (under) => {
  let owner: Person;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
  });

  const register = (metadata: Partial<oidc.ClientMetadata>, authentication?: oidc.ClientAuth) =>
    oidc.dynamicClientRegistration(
      new URL(under.server.url),
      { redirect_uris: [REDIRECT], client_name: 'Notes', ...metadata },
      authentication,
      { execute: [oidc.allowInsecureRequests] },
    );

  /** Runs the whole flow; the person leaves everything ticked unless `decide` says otherwise. */
  async function signInWith(config: oidc.Configuration, decide = (form: URLSearchParams) => form, scope = SCOPE) {
    const verifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    const nonce = oidc.randomNonce();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope,
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const page = await owner.get(`${url.pathname}${url.search}`);
    expect(page.status, page.html).toBe(200);
    const form = decide(formOf(page.html));
    form.set('decision', 'accept');
    const done = await owner.post('/auth/authorize/decision', form);
    expect(done.status, done.html).toBe(302);
    if (done.location?.includes('error=')) throw new Error(done.location);
    return oidc.authorizationCodeGrant(config, new URL(done.location ?? ''), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    });
  }

  describe.each([
    ['public', 'none', oidc.None()],
    ['client_secret_basic', 'client_secret_basic', undefined],
    ['client_secret_post', 'client_secret_post', undefined],
  ] as const)('with openid-client, %s', (_name, method, authentication) => {
    it('registers, signs in, reads claims, refreshes, introspects and revokes', async () => {
      const config = await register({ token_endpoint_auth_method: method }, authentication);
      const tokens = await signInWith(config);
      expect(tokens.access_token).toMatch(/^marfa_at_[0-9A-Za-z]{49}$/);
      expect(tokens.refresh_token).toMatch(/^marfa_rt_[0-9A-Za-z]{49}$/);
      expect(tokens.scope).toBe(SCOPE);
      expect(tokens.claims()).toMatchObject({ email: OWNER.email, name: OWNER.name, iss: under.server.url });
      const sub = tokens.claims()?.sub ?? '';
      expect(await oidc.fetchUserInfo(config, tokens.access_token, sub)).toMatchObject({ sub, email: OWNER.email });

      expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, scope: SCOPE });
      const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
      expect(next.refresh_token).not.toBe(tokens.refresh_token);
      expect(next.scope).toBe(SCOPE);

      const api = under.admin.as(next.access_token);
      expect((await api.post('/items', { type: 'core.note', properties: { body: 'x' } })).status).toBe(201);
      expect((await api.post('/items', { type: 'core.bookmark', properties: { url: 'https://x.org' } })).status).toBe(
        403,
      );

      await oidc.tokenRevocation(config, next.refresh_token ?? '');
      expect(await oidc.tokenIntrospection(config, next.access_token)).toEqual({ active: false });
      expect((await api.get('/items')).status).toBe(401);
    });
  });
});
