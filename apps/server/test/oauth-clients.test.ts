import * as oidc from 'openid-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { allowApp, answerDevice, REDIRECT } from './support/consent.ts';
import { describeServer } from './support/describe-server.ts';
import { becomeOwner, OWNER, type Person } from './support/person.ts';

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

  /** Runs the whole flow; the person leaves everything ticked. */
  async function signInWith(config: oidc.Configuration) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const expectedState = oidc.randomState();
    const expectedNonce = oidc.randomNonce();
    const link = oidc.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: SCOPE,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const answer = await allowApp(owner, link);
    return oidc.authorizationCodeGrant(config, answer, { pkceCodeVerifier, expectedState, expectedNonce });
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

    it('signs in on a device, is renewed like any other, and is told when the person says no', async () => {
      const config = await register(
        {
          token_endpoint_auth_method: method,
          redirect_uris: [],
          grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        },
        authentication,
      );
      const start = await oidc.initiateDeviceAuthorization(config, { scope: SCOPE });
      const link = start.verification_uri_complete ?? '';
      expect((await answerDevice(owner, link)).html).toContain('Your device is connected');
      // It is decided already, so the first poll may come at once.
      const tokens = await oidc.pollDeviceAuthorizationGrant(config, { ...start, interval: 0 });
      expect(tokens.scope).toBe(SCOPE);
      expect(tokens.claims()).toMatchObject({ email: OWNER.email, aud: config.clientMetadata().client_id });
      const next = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
      expect((await under.admin.as(next.access_token).get('/items?type=core.note')).status).toBe(200);

      const refused = await oidc.initiateDeviceAuthorization(config, { scope: SCOPE });
      const page = await answerDevice(owner, refused.verification_uri_complete ?? '', 'deny');
      expect(page.html).toContain('Nothing was granted');
      await expect(oidc.pollDeviceAuthorizationGrant(config, { ...refused, interval: 0 })).rejects.toMatchObject({
        error: 'access_denied',
      });
    });
  });
});
