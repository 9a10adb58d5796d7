import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { beforeAll, expect, it } from 'vitest';
import { allowApp, REDIRECT } from './support/consent.ts';
import { describeServer } from './support/describe-server.ts';
import { becomeOwner, type Person } from './support/person.ts';

/** An MCP client that keeps what it learns in memory, and does not open a browser but tells where it would. */
class MemoryProvider implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT;
  readonly clientMetadata = {
    client_name: 'An assistant',
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  link: URL | null = null;
  private client: OAuthClientInformationMixed | undefined;
  private kept: OAuthTokens | undefined;
  private verifier = '';

  clientInformation = () => this.client;
  saveClientInformation = (client: OAuthClientInformationMixed) => {
    this.client = client;
  };
  tokens = () => this.kept;
  saveTokens = (tokens: OAuthTokens) => {
    this.kept = tokens;
  };
  redirectToAuthorization = (link: URL) => {
    this.link = link;
  };
  saveCodeVerifier = (verifier: string) => {
    this.verifier = verifier;
  };
  codeVerifier = () => this.verifier;
}

describeServer('An MCP client', (under) => {
  let owner: Person;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
  });

  /** From nothing but the server's address to tokens, as the SDK does it. */
  async function connect(scope?: string) {
    const provider = new MemoryProvider();
    const options = { serverUrl: under.server.url, ...(scope === undefined ? {} : { scope }) };
    expect(await auth(provider, options)).toBe('REDIRECT');
    const link = provider.link ?? new URL(under.server.url);
    const answer = await allowApp(owner, link);
    const authorizationCode = answer.searchParams.get('code') ?? '';
    expect(await auth(provider, { ...options, authorizationCode })).toBe('AUTHORIZED');
    return { provider, options, link };
  }

  it('finds who issues tokens, registers, is let in for this server as its resource, and refreshes', async () => {
    const { provider, options, link } = await connect('core.note:write');
    expect(link.searchParams.get('resource')).toBe(under.server.url);
    expect(link.searchParams.get('code_challenge_method')).toBe('S256');
    const first = provider.tokens();
    // With a resource, too, a token is opaque and revocable.
    expect(first?.access_token).toMatch(/^marfa_at_[0-9A-Za-z]{49}$/);
    const note = { type: 'core.note', properties: { body: 'from an assistant' } };
    expect((await under.admin.as(first?.access_token ?? '').post('/items', note)).status).toBe(201);

    expect(await auth(provider, options)).toBe('AUTHORIZED');
    const second = provider.tokens();
    expect(second?.access_token).not.toBe(first?.access_token);
    expect(second?.scope).toBe('core.note:write');
    expect((await under.admin.as(second?.access_token ?? '').post('/items', note)).status).toBe(201);
  });

  it('asks for reading alone when nobody tells it what to ask for', async () => {
    const { provider } = await connect();
    const scopes = provider.tokens()?.scope?.split(' ') ?? [];
    expect(scopes).toContain('*:read');
    expect(scopes.filter((scope) => scope.endsWith(':write'))).toEqual([]);
  });
});
