import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startFakeServer } from '../start-fake-server.ts';
import { answerAuthorize } from './answer-authorize.ts';
import { answerToken } from './answer-token.ts';
import type { AuthorizationServerOptions } from './authorization-server-options.ts';
import { createTokenBook, type TokenPair } from './create-token-book.ts';
import { refuseOtherClient } from './refuse-other-client.ts';
import { type Answer, answerInstead, type TokenFault } from './token-fault.ts';

/** A third party's OAuth 2 authorization server, on a port of its own. */
export interface FakeAuthorizationServer {
  url: string;
  authorizeUrl: string;
  tokenUrl: string;
  revokeUrl: string;
  clientId: string;
  /** Null for a public client. */
  clientSecret: string | null;
  /** How often each was called so far, whatever came of it. */
  readonly counts: Readonly<{ authorize: number; token: number; exchanges: number; refreshes: number; revoke: number }>;
  /** What `/authorize` was asked, oldest first. */
  readonly authorizations: readonly URLSearchParams[];
  /** Forms that came to `/token`, oldest first; they hold secrets. */
  readonly tokenForms: readonly URLSearchParams[];
  /** Every code and token made so far, good or not. */
  readonly issued: readonly string[];
  /** @returns how many calls of `/token` hang. */
  readonly hanging: number;
  isLive(accessToken: string): boolean;
  /** Tokens of a consent that nobody went to `/authorize` for. */
  grant(scope?: string): { access_token: string; refresh_token: string };
  /** The next people are sent back with an error in place of a code. */
  denyNextAuthorizations(times?: number, error?: string): void;
  /** What goes wrong with the next calls of `/token`; calls add up, in their order. */
  failNextTokenCalls(fault: TokenFault, times?: number): void;
  /** Lets everything that hangs go on. */
  release(): void;
  /** Ends the life of every access token; refresh tokens stay good. */
  expireAccessTokens(): void;
  /** The person takes every consent back. */
  revokeAll(): void;
  /**
   * The gate of an API: answers 401 with a challenge (RFC 6750, section 3) when the request carries no live token.
   * @returns the token and its scope; null when it has answered.
   */
  requireBearer(request: IncomingMessage, response: ServerResponse): { token: string; scope: string | null } | null;
  close(): Promise<void>;
}

/** Starts an authorization server whose tokens rotate and whose failures are switched by the test. */
export async function startFakeAuthorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<FakeAuthorizationServer> {
  const {
    clientId = 'fake-client',
    accessTtlSeconds = 3600,
    rotation = true,
    strict = false,
    pkce = 'checked',
  } = options;
  const { canaryPrefix = 'canary_', newId = randomUUID, now = Date.now } = options;
  const clientSecret = options.clientSecret === undefined ? `${canaryPrefix}secret_${newId()}` : options.clientSecret;
  const mint = (kind: string) => `${canaryPrefix}${kind}_${newId()}`;
  const book = createTokenBook({ accessTtlSeconds, rotation, strict, now, mint });
  const counts = { authorize: 0, token: 0, exchanges: 0, refreshes: 0, revoke: 0 };
  const authorizations: URLSearchParams[] = [];
  const tokenForms: URLSearchParams[] = [];
  const faults: TokenFault[] = [];
  const denials: string[] = [];
  const hanging: (() => void)[] = [];

  const wait = () => new Promise<void>((resolve) => void hanging.push(resolve));

  async function token(request: IncomingMessage): Promise<Answer> {
    const form = new URLSearchParams(await text(request));
    counts.token += 1;
    if (form.get('grant_type') === 'authorization_code') counts.exchanges += 1;
    if (form.get('grant_type') === 'refresh_token') counts.refreshes += 1;
    tokenForms.push(form);
    const fault = faults.shift() ?? null;
    if (fault === 'hang') await wait();
    const instead = fault === null ? null : answerInstead(fault);
    if (instead !== null) return instead;
    const refusal = refuseOtherClient(request, form, { id: clientId, secret: clientSecret });
    if (refusal !== null) return refusal;
    const answer = answerToken(form, { book, accessTtlSeconds, rotation, fault });
    if (fault === 'hang-after-commit') await wait();
    return fault === 'cut-after-commit' ? 'cut' : answer;
  }

  async function revoke(request: IncomingMessage): Promise<Answer> {
    const form = new URLSearchParams(await text(request));
    counts.revoke += 1;
    const refusal = refuseOtherClient(request, form, { id: clientId, secret: clientSecret });
    if (refusal !== null) return refusal;
    // RFC 7009, section 2.2: a token that is not known is none that is left to revoke.
    book.revoke(form.get('token') ?? '');
    return { status: 200, body: '' };
  }

  function authorize(asked: URLSearchParams): Answer {
    counts.authorize += 1;
    authorizations.push(asked);
    const denial = denials.shift() ?? null;
    return answerAuthorize(asked, { book, clientId, redirectUris: options.redirectUris, pkce, denial });
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake.test');
    const place = `${request.method} ${pathname}`;
    if (place === 'GET /authorize') return authorize(searchParams);
    if (place === 'POST /token') return token(request);
    if (place === 'POST /revoke') return revoke(request);
    return { status: 404, body: '' };
  }

  const server = await startFakeServer(async (request, response) => {
    const answered = await answer(request);
    if (answered === 'cut') response.destroy();
    else response.writeHead(answered.status, answered.headers).end(answered.body);
  });

  return {
    url: server.url,
    authorizeUrl: `${server.url}/authorize`,
    tokenUrl: `${server.url}/token`,
    revokeUrl: `${server.url}/revoke`,
    clientId,
    clientSecret,
    counts,
    authorizations,
    tokenForms,
    issued: book.issued,
    get hanging() {
      return hanging.length;
    },
    isLive: book.isLive,
    grant: (scope) => toWire(book.grant(scope ?? null)),
    denyNextAuthorizations: (times = 1, error = 'access_denied') => void denials.push(...repeat(error, times)),
    failNextTokenCalls: (fault, times = 1) => void faults.push(...repeat(fault, times)),
    release() {
      for (const goOn of hanging.splice(0)) goOn();
    },
    expireAccessTokens: book.expireAccessTokens,
    revokeAll: book.revokeAll,
    requireBearer(request, response) {
      const sent = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (sent !== undefined && book.isLive(sent)) return { token: sent, scope: book.scopeOf(sent) };
      const challenge = sent === undefined ? 'Bearer realm="fake"' : 'Bearer realm="fake", error="invalid_token"';
      response.writeHead(401, { 'www-authenticate': challenge, 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: 'invalid_token' }));
      return null;
    },
    async close() {
      for (const goOn of hanging.splice(0)) goOn();
      await server.close();
    },
  };
}

function toWire({ access, refresh }: TokenPair): { access_token: string; refresh_token: string } {
  return { access_token: access, refresh_token: refresh };
}

function repeat<Value>(value: Value, times: number): Value[] {
  return Array.from({ length: times }, () => value);
}
