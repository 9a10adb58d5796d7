import { createHash } from 'node:crypto';
import {
  type AuthorizationServerOptions,
  type FakeAuthorizationServer,
  startFakeAuthorizationServer,
} from '../../src/index.ts';

export const REDIRECT_URI = 'https://marfa.test/oauth/callback/acme';
export const VERIFIER = 'a-verifier-of-more-than-forty-three-characters-0123456789';

/** A server with a client of it, as small as a client can be. */
export interface OAuthClient {
  server: FakeAuthorizationServer;
  /** @returns where the browser is sent back to. */
  authorize(overrides?: Record<string, string>): Promise<{ status: number; back: URLSearchParams; body: string }>;
  token(
    form: Record<string, string>,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: string; headers: Headers }>;
  /** @returns the tokens of a whole code flow. */
  signIn(): Promise<{ access_token: string; refresh_token: string }>;
  refresh(refresh_token: string): Promise<{ status: number; body: string; headers: Headers }>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function anOAuthClient(options: AuthorizationServerOptions = {}): Promise<OAuthClient> {
  const server = await startFakeAuthorizationServer(options);
  const credentials = {
    client_id: server.clientId,
    ...(server.clientSecret ? { client_secret: server.clientSecret } : {}),
  };

  const client: OAuthClient = {
    server,
    async authorize(overrides = {}) {
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: server.clientId,
        redirect_uri: REDIRECT_URI,
        state: 'some-state',
        code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
        code_challenge_method: 'S256',
        ...overrides,
      });
      const response = await fetch(`${server.authorizeUrl}?${query}`, { redirect: 'manual' });
      const location = response.headers.get('location');
      const back = location === null ? new URLSearchParams() : new URL(location).searchParams;
      return { status: response.status, back, body: await response.text() };
    },
    async token(form, headers = {}) {
      const body = new URLSearchParams({ ...(headers.authorization ? {} : credentials), ...form });
      const response = await fetch(server.tokenUrl, { method: 'POST', body, headers });
      return { status: response.status, body: await response.text(), headers: response.headers };
    },
    async signIn() {
      const { back } = await client.authorize();
      const { body } = await client.token(aCodeForm(back));
      return JSON.parse(body);
    },
    refresh: (refresh_token) => client.token({ grant_type: 'refresh_token', refresh_token }),
    [Symbol.asyncDispose]: () => server.close(),
  };
  return client;
}

/** What redeems the code that a browser brought back. */
export function aCodeForm(back: URLSearchParams, overrides: Record<string, string> = {}): Record<string, string> {
  return {
    grant_type: 'authorization_code',
    code: back.get('code') ?? '',
    redirect_uri: REDIRECT_URI,
    code_verifier: VERIFIER,
    ...overrides,
  };
}
