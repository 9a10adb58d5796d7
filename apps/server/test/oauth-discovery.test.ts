import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { sql } from 'kysely';
import * as oidc from 'openid-client';
import { beforeAll, expect, it } from 'vitest';
import { allowApp, answerDevice, REDIRECT } from './support/consent.ts';
import { describeServer, type ServerUnderTest } from './support/describe-server.ts';
import { becomeOwner, type Person, signIn } from './support/person.ts';
import { openRecord } from './support/webhooks.ts';

const DOCUMENTS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];
const DAY_MS = 86_400_000;

async function documentAt(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url);
  expect(response.status, url).toBe(200);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  return (await response.json()) as Record<string, unknown>;
}

/** Every address that a document names, with what stands in front of it. */
function addressesOf(document: Record<string, unknown>): [string, string][] {
  return Object.entries(document).filter(
    (entry): entry is [string, string] => /_(?:endpoint|uri)$/.test(entry[0]) && typeof entry[1] === 'string',
  );
}

const registerAt = (url: string, metadata: Partial<oidc.ClientMetadata> = {}, authentication?: oidc.ClientAuth) =>
  oidc.dynamicClientRegistration(
    new URL(url),
    { redirect_uris: [REDIRECT], client_name: 'Notes', ...metadata },
    authentication,
    { execute: [oidc.allowInsecureRequests] },
  );

async function signInWith(config: oidc.Configuration, person: Person, parameters: Record<string, string> = {}) {
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const link = oidc.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope: 'openid core.note:read',
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return oidc.authorizationCodeGrant(config, await allowApp(person, link), { pkceCodeVerifier });
}

describeServer('Discovery', (under) => {
  let owner: Person;
  let document: Record<string, unknown>;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
    document = await documentAt(`${under.server.url}${DOCUMENTS[0]}`);
  });
  const listed = (name: string) => document[name] as string[];

  it('says the same under both names, and names no address where nothing answers', async () => {
    expect(await documentAt(`${under.server.url}${DOCUMENTS[1]}`)).toEqual(document);
    const addresses = addressesOf(document);
    expect(addresses.length).toBe(8);
    for (const [name, address] of addresses) {
      const method = name === 'jwks_uri' || name === 'authorization_endpoint' ? 'GET' : 'POST';
      const { status } = await fetch(address, { method, redirect: 'manual' });
      expect([name, status < 500 && status !== 404 && status !== 405]).toEqual([name, true]);
    }
  });

  it.each(['127.0.0.1', 'localhost'])(
    'on %s names as issuer the address that was asked, all the way to the id token',
    async (host) => {
      const url = `http://${host}:${under.server.port}`;
      for (const path of DOCUMENTS) {
        const found = await documentAt(`${url}${path}`);
        expect(found.issuer).toBe(url);
        expect(addressesOf(found).every(([, address]) => address.startsWith(`${url}/auth/`))).toBe(true);
      }
      const resource = await documentAt(`${url}/.well-known/oauth-protected-resource`);
      expect(resource).toMatchObject({ resource: url, authorization_servers: [url] });
      const tokens = await signInWith(await registerAt(url), await signIn(url));
      expect(tokens.claims()?.iss).toBe(url);
    },
  );

  it('lists grants that are there, each of which gives tokens, and knows no other', async () => {
    const works: Record<string, () => Promise<oidc.TokenEndpointResponse>> = {
      authorization_code: async () => signInWith(await registerAt(under.server.url), owner),
      refresh_token: async () => {
        const config = await registerAt(under.server.url);
        return oidc.refreshTokenGrant(config, (await signInWith(config, owner)).refresh_token ?? '');
      },
      'urn:ietf:params:oauth:grant-type:device_code': async () => {
        const config = await registerAt(under.server.url);
        const start = await oidc.initiateDeviceAuthorization(config, { scope: 'core.note:read' });
        await answerDevice(owner, start.verification_uri_complete ?? '');
        return oidc.pollDeviceAuthorizationGrant(config, { ...start, interval: 0 });
      },
      client_credentials: async () => {
        const config = await registerAt(under.server.url, { token_endpoint_auth_method: 'client_secret_basic' });
        await vouchFor(under, config.clientMetadata().client_id);
        return oidc.clientCredentialsGrant(config, { scope: 'core.note:read' });
      },
    };
    expect(listed('grant_types_supported').toSorted()).toEqual(Object.keys(works).toSorted());
    for (const grant of listed('grant_types_supported')) {
      expect((await works[grant]?.())?.access_token, grant).toMatch(/^marfa_at_/);
    }
    const config = await registerAt(under.server.url);
    for (const unlisted of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer']) {
      await expect(oidc.genericGrantRequest(config, unlisted, {})).rejects.toMatchObject({
        error: 'unsupported_grant_type',
      });
    }
  });

  it.each(['token', 'revocation', 'introspection'])(
    'lists the ways of authenticating at its %s endpoint',
    async (endpoint) => {
      const methods = listed(`${endpoint}_endpoint_auth_methods_supported`);
      expect(methods.toSorted()).toEqual(['client_secret_basic', 'client_secret_post', 'none']);
      for (const method of methods) {
        const config = await registerAt(
          under.server.url,
          { token_endpoint_auth_method: method },
          method === 'none' ? oidc.None() : undefined,
        );
        const tokens = await signInWith(config, owner);
        expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true });
        await oidc.tokenRevocation(config, tokens.access_token);
        expect(await oidc.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false });
      }
    },
  );

  it('lists scopes that can be had, and prompts that are understood', async () => {
    const config = await registerAt(under.server.url);
    const tokens = await signInWith(config, owner, { scope: listed('scopes_supported').join(' ') });
    expect(tokens.scope?.split(' ').toSorted()).toEqual(listed('scopes_supported').toSorted());
    for (const name of Object.keys(tokens.claims() ?? {})) expect(listed('claims_supported')).toContain(name);
    for (const prompt of listed('prompt_values_supported')) {
      const link = oidc.buildAuthorizationUrl(config, {
        redirect_uri: REDIRECT,
        scope: 'openid',
        code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
        prompt,
      });
      const { status, location } = await owner.get(`${link.pathname}${link.search}`);
      const error = status === 302 ? new URL(location ?? '', under.server.url).searchParams.get('error') : null;
      expect([prompt, error]).toEqual([prompt, prompt === 'none' ? 'consent_required' : null]);
    }
  });

  it('signs with the algorithm that it lists, and goes on to verify what a key signed that has been replaced', async () => {
    const config = await registerAt(under.server.url, { token_endpoint_auth_method: 'client_secret_basic' });
    const idToken = async () => (await signInWith(config, owner)).id_token ?? '';
    const before = await idToken();
    expect(listed('id_token_signing_alg_values_supported')).toEqual([decodeProtectedHeader(before).alg]);

    await endSigningKeys(under, Date.now() - 3_600_000);
    const after = await idToken();
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
    const jwks = String(document.jwks_uri);
    for (const token of [before, after]) {
      await jwtVerify(token, createRemoteJWKSet(new URL(jwks)), { issuer: under.server.url });
    }
    expect(await documentAt(jwks)).toEqual(await documentAt(`${under.server.url}/.well-known/jwks.json`));
    const { keys } = (await documentAt(jwks)) as { keys: Record<string, unknown>[] };
    expect(
      keys.flatMap((key) => Object.keys(key)).filter((part) => ['d', 'p', 'q', 'dp', 'dq', 'qi'].includes(part)),
    ).toEqual([]);

    // Long after the last token that it signed has ended.
    await endSigningKeys(under, Date.now() - 30 * DAY_MS);
    const latest = await idToken();
    const { keys: left } = (await documentAt(jwks)) as { keys: { kid: string }[] };
    expect(left.map(({ kid }) => kid)).toEqual([decodeProtectedHeader(latest).kid]);
  });
});

describeServer(
  'Discovery of a server that has been told its address',
  (under) => {
    it('names that address, whatever the request calls it', async () => {
      for (const host of ['127.0.0.1', 'localhost']) {
        for (const path of DOCUMENTS) {
          const found = await documentAt(`http://${host}:${under.server.port}${path}`);
          expect(found.issuer).toBe('https://marfa.example');
          expect(addressesOf(found).every(([, address]) => address.startsWith('https://marfa.example/auth/'))).toBe(
            true,
          );
        }
      }
    });
  },
  { MARFA_AUTH_BASE_URL: 'https://marfa.example/' },
);

/** As if the keys had been made so long ago that they stopped signing at this time. */
async function endSigningKeys({ profile }: ServerUnderTest, atMs: number): Promise<void> {
  const database = await openRecord(profile);
  const ended = new Date(atMs).toISOString();
  await database.write((transaction) => sql`update auth_signing_keys set "expiresAt" = ${ended}`.execute(transaction));
  await database.close();
}

/** As if an operator had registered this client, for reading notes by itself. */
async function vouchFor({ profile }: ServerUnderTest, clientId: string): Promise<void> {
  const database = await openRecord(profile);
  await database.write(async (transaction) => {
    await transaction
      .updateTable('oauth_clients')
      .set({ grantTypes: JSON.stringify(['client_credentials']) })
      .where('clientId', '=', clientId)
      .execute();
    await transaction
      .updateTable('oauth_client_settings')
      .set({ origin: 'admin', scope: 'core.note:read' })
      .where('client_id', '=', clientId)
      .execute();
  });
  await database.close();
}
