import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createClient } from '@withmarfa/client';
import * as oidc from 'openid-client';

/** Who somebody is, and notes. People may untick any of it: see what came of it in `scope`. */
const SCOPE = 'openid profile core.note:write core.bookmark:read';

export interface AppOptions {
  /** The Marfa server of the people who sign in. */
  marfaUrl: URL;
  /** Where browsers find this app. */
  appUrl: URL;
  nowMs: () => number;
}

/** What this app knows of one browser. A real app keeps this in its database, and the tokens encrypted. */
interface Session {
  /** Of a sign-in that is under way. */
  pending?: { verifier: string; state: string; nonce: string };
  signedIn?: { name: string; scope: string; accessToken: string; refreshToken: string; expiresAtMs: number };
}

/** Makes the app. It registers itself; a real app does that once, and keeps the client id and secret that it gets. */
export async function createApp({ marfaUrl, appUrl, nowMs }: AppOptions): Promise<Server> {
  const redirectUri = new URL('/callback', appUrl).href;
  const config = await oidc.dynamicClientRegistration(
    marfaUrl,
    { client_name: 'Harbour Notes', redirect_uris: [redirectUri], token_endpoint_auth_method: 'client_secret_basic' },
    undefined,
    // Plain http is for a server on your own machine.
    { execute: marfaUrl.protocol === 'http:' ? [oidc.allowInsecureRequests] : [] },
  );
  const sessions = new Map<string, Session>();

  /** Sends the browser to Marfa, with proofs that only this session holds. */
  async function signIn(session: Session): Promise<string> {
    const pending = {
      verifier: oidc.randomPKCECodeVerifier(),
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
    };
    session.pending = pending;
    const link = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
    });
    return link.href;
  }

  /** Takes in what the browser brings back. openid-client checks state, issuer, nonce and the id token. */
  async function callback(session: Session, address: URL): Promise<void> {
    const { pending } = session;
    if (!pending) throw new Error('no sign-in is under way');
    delete session.pending;
    const tokens = await oidc.authorizationCodeGrant(config, address, {
      pkceCodeVerifier: pending.verifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
    });
    keep(session, tokens, String(tokens.claims()?.name ?? 'you'));
  }

  function keep(session: Session, tokens: oidc.TokenEndpointResponse, name: string): void {
    session.signedIn = {
      name,
      scope: tokens.scope ?? '',
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? '',
      expiresAtMs: nowMs() + (tokens.expires_in ?? 0) * 1000,
    };
  }

  /**
   * Calls the person's space. A refresh token works once, and a second use ends the sign-in: an app of several processes
   * takes a lock for this.
   */
  async function space(session: Session) {
    if (!session.signedIn) throw new Error('nobody is signed in');
    if (session.signedIn.expiresAtMs <= nowMs() + 30_000) {
      const { refreshToken, name } = session.signedIn;
      keep(session, await oidc.refreshTokenGrant(config, refreshToken), name);
    }
    return createClient({ baseUrl: marfaUrl.href, token: session.signedIn.accessToken });
  }

  async function front(session: Session): Promise<string> {
    if (!session.signedIn) return '<main><a href="/sign-in">Sign in with Marfa</a></main>';
    const { name, scope } = session.signedIn;
    const notes = await (await space(session)).items.list({ type: 'core.note' }).page();
    return `<main><h1>Hello, ${toHtml(name)}</h1>
      <p>This app may: <code>${toHtml(scope)}</code></p>
      <ul>${notes.data.map(({ properties }) => `<li>${toHtml(String(properties.body))}</li>`).join('')}</ul>
      <form method="post" action="/notes"><input name="body" required><button>Keep</button></form>
      <form method="post" action="/sign-out"><button>Sign out</button></form></main>`;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', appUrl);
    const id = /\bsession=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1];
    const session = (id && sessions.get(id)) || newSession(response);
    const leadTo = (location: string) => response.writeHead(303, { location }).end();
    switch (`${request.method} ${address.pathname}`) {
      case 'GET /':
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(await front(session));
        return;
      case 'GET /sign-in':
        leadTo(await signIn(session));
        return;
      case 'GET /callback':
        await callback(session, address);
        // Whoever signs in gets a fresh cookie: nobody can have planted this one.
        Object.assign(newSession(response), session);
        sessions.delete(id ?? '');
        leadTo('/');
        return;
      case 'POST /notes': {
        const body = new URLSearchParams(await textOf(request)).get('body') ?? '';
        await (await space(session)).items.create({ type: 'core.note', properties: { body } });
        leadTo('/');
        return;
      }
      case 'POST /sign-out':
        if (session.signedIn) await oidc.tokenRevocation(config, session.signedIn.refreshToken);
        delete session.signedIn;
        leadTo('/');
        return;
      default:
        response.writeHead(404).end();
    }
  }

  function newSession(response: ServerResponse): Session {
    const id = randomUUID();
    const session: Session = {};
    sessions.set(id, session);
    // Lax keeps other sites from posting forms here; over https, add Secure.
    response.setHeader('set-cookie', `session=${id}; HttpOnly; SameSite=Lax; Path=/`);
    return session;
  }

  return createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // Also a person who said no comes here: error.error is then access_denied.
      console.error(error);
      response.writeHead(400).end('That did not work.');
    });
  });
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function toHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
