import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';

/** A web app of somebody else, on an origin of its own, that signs people in with a Marfa server. */
export interface RelyingApp {
  url: string;
  /** Its front page, with a link to Marfa that asks for these scopes. */
  front(scope: string, parameters?: Record<string, string>): string;
  /** What the newest sign-in brought. */
  tokens(): oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;
  close(): Promise<void>;
}

export interface RelyingAppOptions {
  name: string;
  /** Keeps a secret, as an app with a server does; then who let it in before is not asked again. */
  confidential?: boolean;
}

/** Starts the app and registers it. */
export async function startRelyingApp(marfaUrl: string, options: RelyingAppOptions): Promise<RelyingApp> {
  const pending = new Map<string, string>();
  let newest: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>> | null = null;
  const server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', url);
    void serve(address, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = await oidc.dynamicClientRegistration(
    new URL(marfaUrl),
    {
      client_name: options.name,
      redirect_uris: [`${url}/callback`],
      token_endpoint_auth_method: options.confidential ? 'client_secret_basic' : 'none',
    },
    options.confidential ? undefined : oidc.None(),
    { execute: [oidc.allowInsecureRequests] },
  );

  async function serve(address: URL, response: ServerResponse): Promise<void> {
    if (address.pathname === '/callback') return callback(address, response);
    if (address.pathname === '/welcome') return answer(response, `<h1>Welcome to ${options.name}</h1>`);
    return front(address, response);
  }

  async function front(address: URL, response: ServerResponse): Promise<void> {
    const verifier = oidc.randomPKCECodeVerifier();
    const state = oidc.randomState();
    pending.set(state, verifier);
    const link = oidc.buildAuthorizationUrl(config, {
      ...Object.fromEntries(address.searchParams),
      redirect_uri: `${url}/callback`,
      state,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const fields = [...link.searchParams].map(([name, value]) => `<input type=hidden name="${name}" value="${value}">`);
    answer(
      response,
      `<h1>${options.name}</h1><a href="${link.href.replaceAll('&', '&amp;')}">Sign in with Marfa</a>
       <form method=post action="${link.origin}${link.pathname}">${fields.join('')}<button>Sign in by a form</button></form>`,
    );
  }

  async function callback(address: URL, response: ServerResponse): Promise<void> {
    const state = address.searchParams.get('state') ?? '';
    const error = address.searchParams.get('error');
    if (error !== null) return answer(response, `<h1>Refused: ${error}</h1>`);
    newest = await oidc.authorizationCodeGrant(config, address, {
      pkceCodeVerifier: pending.get(state) ?? '',
      expectedState: state,
    });
    // Many apps keep what they know now in a cookie, and show it on another page, often of another origin.
    response.writeHead(303, { location: `${url.replace('127.0.0.1', 'localhost')}/welcome` }).end();
  }

  return {
    url,
    front: (scope, parameters = {}) => `${url}/?${new URLSearchParams({ scope, ...parameters })}`,
    tokens() {
      if (newest === null) throw new Error('nobody has signed in');
      return newest;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(response: ServerResponse, html: string): void {
  response
    .writeHead(200, { 'content-type': 'text/html' })
    .end(`<!doctype html><html lang=en><title>App</title>${html}`);
}
