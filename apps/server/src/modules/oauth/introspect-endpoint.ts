import { recognizeToken } from '@withmarfa/shared';
import { ProtocolError } from '../../http/protocol-error.ts';
import type { ProtocolAnswer, ProtocolHandler } from '../../http/protocol-routes.ts';
import { authenticateClient } from './authenticate-client.ts';
import type { OAuthContext } from './oauth-context.ts';
import { liveScopes } from './token-authenticator.ts';
import { findRefreshToken } from './tokens-store.ts';

const INACTIVE: ProtocolAnswer = { status: 200, body: { active: false } };

/** What is told of a live token. */
interface LiveToken {
  clientId: string;
  userId: string | null;
  scopes: string[];
  createdAtMs: number;
  expiresAtMs: number;
  type: 'Bearer' | 'refresh_token';
}

/**
 * `POST /auth/oauth2/introspect` (RFC 7662). A client sees its own tokens; every other token, and what is no token, is
 * `{"active": false}`. Who says nothing of a client holds the token itself: it is told about those of public clients,
 * which could ask as well.
 */
export function createIntrospectEndpoint(context: OAuthContext): ProtocolHandler {
  const { platform, clients, hash } = context;
  return async (request) => {
    const form = await request.form();
    const isNamed = form.client_id !== undefined || request.headers.authorization !== undefined;
    const client = isNamed
      ? await authenticateClient(request, form, { clients, hash, nowMs: platform.now().getTime() })
      : null;
    if (form.token === undefined) throw new ProtocolError('invalid_request', 'token is missing');
    const token = await findLive(context, form.token);
    if (token === null) return INACTIVE;
    const isOwn = client ? client.clientId === token.clientId : (await clients.find(token.clientId))?.secret === null;
    if (!isOwn) return INACTIVE;
    return {
      status: 200,
      body: {
        active: true,
        scope: token.scopes.join(' '),
        client_id: token.clientId,
        token_type: token.type,
        exp: Math.floor(token.expiresAtMs / 1000),
        iat: Math.floor(token.createdAtMs / 1000),
        ...(token.userId === null ? {} : { sub: token.userId }),
        iss: context.issuerOf(request.headers),
      },
    };
  };
}

async function findLive({ platform, tokens, grants, hash }: OAuthContext, token: string): Promise<LiveToken | null> {
  switch (recognizeToken(token)) {
    case 'accessToken': {
      const found = await tokens.find(token);
      return found && { ...found, scopes: liveScopes(found), type: 'Bearer' };
    }
    case 'refreshToken': {
      const { read } = platform.database;
      const found = await findRefreshToken(read, hash(token));
      if (!found || found.isSpent || found.isRevoked || found.expiresAtMs <= platform.now().getTime()) return null;
      const grant = await grants.find(read, found);
      return grant && { ...found, scopes: liveScopes({ scopes: found.scopes, grant }), type: 'refresh_token' };
    }
    default:
      return null;
  }
}
