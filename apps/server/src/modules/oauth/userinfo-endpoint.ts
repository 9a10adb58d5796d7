import { ProtocolError } from '../../http/protocol-error.ts';
import type { ProtocolHandler, ProtocolRequest } from '../../http/protocol-routes.ts';
import type { OAuthContext } from './oauth-context.ts';
import { liveScopes } from './token-authenticator.ts';

const BEARER = /^Bearer +([!-~]+) *$/i;

export interface UserinfoDeps extends OAuthContext {
  /** What scopes let out about a person, beside `sub`. */
  claims: (userId: string, scopes: readonly string[]) => Promise<Record<string, unknown>>;
}

/** `GET` and `POST /auth/oauth2/userinfo`, alias `/auth/userinfo` (OpenID Connect Core 1.0 section 5.3). */
export function createUserinfoEndpoint({ tokens, claims }: UserinfoDeps): ProtocolHandler {
  return async (request) => {
    const bearer = await bearerOf(request);
    if (bearer === null) {
      throw new ProtocolError('invalid_token', 'send Authorization: Bearer <access token>', {
        status: 401,
        headers: { 'WWW-Authenticate': 'Bearer realm="marfa"' },
      });
    }
    const token = await tokens.find(bearer);
    if (token === null) throw refused('invalid_token', 'this access token is unknown, expired or revoked', 401);
    const scopes = liveScopes(token);
    if (token.userId === null || !scopes.includes('openid')) {
      throw refused('insufficient_scope', 'this access token lacks the scope openid', 403);
    }
    return { status: 200, body: { sub: token.userId, ...(await claims(token.userId, scopes)) } };
  };
}

/** A bearer in the header, or in a form (RFC 6750 sections 2.1 and 2.2); never in the address. */
async function bearerOf(request: ProtocolRequest): Promise<string | null> {
  const { authorization, 'content-type': type } = request.headers;
  const inForm = request.method === 'POST' && type !== undefined ? (await request.form()).access_token : undefined;
  if (authorization === undefined) return inForm ?? null;
  if (inForm !== undefined) throw new ProtocolError('invalid_request', 'the access token is sent twice');
  return BEARER.exec(authorization)?.[1] ?? null;
}

function refused(code: 'invalid_token' | 'insufficient_scope', description: string, status: number): ProtocolError {
  const scope = code === 'insufficient_scope' ? ', scope="openid"' : '';
  return new ProtocolError(code, description, {
    status,
    headers: {
      'WWW-Authenticate': `Bearer realm="marfa", error="${code}", error_description="${description}"${scope}`,
    },
  });
}
