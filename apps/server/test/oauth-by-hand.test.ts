import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, it } from 'vitest';
import { allowApp, answerDevice, REDIRECT } from './support/consent.ts';
import { describeServer } from './support/describe-server.ts';
import { becomeOwner, OWNER, type Person } from './support/person.ts';
import { openRecord } from './support/webhooks.ts';

const INSECURE = { [oauth.allowInsecureRequests]: true };
const SCOPE = 'openid email core.note:write';

describeServer('Sign in with Marfa, each step by hand with oauth4webapi', (under) => {
  let owner: Person;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
  });

  describe.each(['oidc', 'oauth2'] as const)('after discovery by %s', (algorithm) => {
    let as: oauth.AuthorizationServer;
    let client: oauth.Client;
    let authentication: oauth.ClientAuth;
    beforeAll(async () => {
      const issuer = new URL(under.server.url);
      const found = await oauth.discoveryRequest(issuer, { algorithm, ...INSECURE });
      as = await oauth.processDiscoveryResponse(issuer, found);
      const registered = await oauth.dynamicClientRegistrationRequest(
        as,
        { redirect_uris: [REDIRECT], client_name: 'By hand', token_endpoint_auth_method: 'client_secret_basic' },
        INSECURE,
      );
      client = await oauth.processDynamicClientRegistrationResponse(registered);
      authentication = oauth.ClientSecretBasic(String(client.client_secret));
    });

    async function signInByHand() {
      const verifier = oauth.generateRandomCodeVerifier();
      const state = oauth.generateRandomState();
      const nonce = oauth.generateRandomNonce();
      const link = new URL(as.authorization_endpoint ?? '');
      link.search = new URLSearchParams({
        client_id: client.client_id,
        redirect_uri: REDIRECT,
        response_type: 'code',
        scope: SCOPE,
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString();
      const answer = await allowApp(owner, link);
      // Also holds `iss` of the answer against the issuer (RFC 9207).
      const checked = oauth.validateAuthResponse(as, client, answer, state);
      expect(answer.searchParams.get('iss')).toBe(as.issuer);
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        client,
        authentication,
        checked,
        REDIRECT,
        verifier,
        INSECURE,
      );
      const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
        expectedNonce: nonce,
        requireIdToken: true,
      });
      await oauth.validateApplicationLevelSignature(as, response, INSECURE);
      return tokens;
    }

    it('gets an id token that also another library finds genuine, and claims that agree with it', async () => {
      const tokens = await signInByHand();
      const keys = createRemoteJWKSet(new URL(as.jwks_uri ?? ''));
      const { payload, protectedHeader } = await jwtVerify(tokens.id_token ?? '', keys, {
        issuer: as.issuer,
        audience: client.client_id,
        algorithms: ['RS256'],
      });
      expect(protectedHeader.kid).toEqual(expect.any(String));
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      expect(payload).toEqual(claims);
      const response = await oauth.userInfoRequest(as, client, tokens.access_token, INSECURE);
      const info = await oauth.processUserInfoResponse(as, client, claims?.sub ?? '', response);
      expect(info).toEqual({ sub: claims?.sub, email: OWNER.email, email_verified: claims?.email_verified });
    });

    it('refreshes, narrows, introspects both tokens, and revokes', async () => {
      const first = await signInByHand();
      const response = await oauth.refreshTokenGrantRequest(as, client, authentication, first.refresh_token ?? '', {
        ...INSECURE,
        additionalParameters: { scope: 'core.note:write' },
      });
      const second = await oauth.processRefreshTokenResponse(as, client, response);
      expect(second).toMatchObject({ scope: 'core.note:write', expires_in: 3600, token_type: 'bearer' });
      expect(second.id_token).toBeUndefined();

      const introspect = async (token: string) =>
        oauth.processIntrospectionResponse(
          as,
          client,
          await oauth.introspectionRequest(as, client, authentication, token, INSECURE),
        );
      expect(await introspect(second.access_token)).toMatchObject({
        active: true,
        scope: 'core.note:write',
        client_id: client.client_id,
        token_type: 'Bearer',
      });
      expect(await introspect(second.refresh_token ?? '')).toMatchObject({ active: true });
      expect(await introspect(first.refresh_token ?? '')).toEqual({ active: false });

      const revoke = async (token: string) =>
        oauth.processRevocationResponse(await oauth.revocationRequest(as, client, authentication, token, INSECURE));
      await revoke(second.access_token);
      expect(await introspect(second.access_token)).toEqual({ active: false });
      expect(await introspect(second.refresh_token ?? '')).toMatchObject({ active: true });
      await revoke(second.refresh_token ?? '');
      expect(await introspect(second.refresh_token ?? '')).toEqual({ active: false });
    });

    it('polls for a device until the person has decided, and is slowed down when it hurries', async () => {
      const parameters = new URLSearchParams({ scope: SCOPE });
      const start = await oauth.processDeviceAuthorizationResponse(
        as,
        client,
        await oauth.deviceAuthorizationRequest(as, client, authentication, parameters, INSECURE),
      );
      expect(start.user_code).toMatch(/^[B-DF-HJ-NP-TV-Z]{3}-[B-DF-HJ-NP-TV-Z]{4}$/);
      expect(start.verification_uri_complete).toBe(`${start.verification_uri}?user_code=${start.user_code}`);
      const poll = async () =>
        oauth.processDeviceCodeResponse(
          as,
          client,
          await oauth.deviceCodeGrantRequest(as, client, authentication, start.device_code, INSECURE),
        );
      await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' });
      await expect(poll()).rejects.toMatchObject({ error: 'slow_down' });
      await letIntervalPass();
      await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' });
      await answerDevice(owner, start.verification_uri_complete ?? '');
      const tokens = await poll();
      expect(tokens.scope).toBe(SCOPE);
      expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ email: OWNER.email });
      await expect(poll()).rejects.toMatchObject({ error: 'invalid_grant' });
    });
  });

  /** As if every device had waited as long as it was told to. */
  async function letIntervalPass(): Promise<void> {
    const database = await openRecord(under.profile);
    await database.write((transaction) => transaction.updateTable('device_codes').set({ polled_at_ms: 0 }).execute());
    await database.close();
  }
});
