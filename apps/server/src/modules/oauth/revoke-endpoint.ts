import { recognizeToken } from '@withmarfa/shared';
import { ProtocolError } from '../../http/protocol-error.ts';
import type { ProtocolAnswer, ProtocolHandler } from '../../http/protocol-routes.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { OAuthContext } from './oauth-context.ts';
import { type TokenRequest, toTokenRequest } from './token-request.ts';
import { deleteAccessToken, findActingToken, findRefreshToken } from './tokens-store.ts';

const DONE: ProtocolAnswer = { status: 200 };

/**
 * `POST /auth/oauth2/revoke` (RFC 7009): 200 whether or not the token was good. An access token ends alone; a refresh token
 * ends the whole grant.
 */
export function createRevokeEndpoint(context: OAuthContext): ProtocolHandler {
  return async (request) => {
    const form = await request.form();
    const { token } = form;
    const asked = await toTokenRequest(context, request, form);
    if (token === undefined) throw new ProtocolError('invalid_request', 'token is missing');
    // What the token is shows in itself; a hint that says otherwise changes nothing (RFC 7009 section 2.1).
    const kind = recognizeToken(token);
    if (kind !== 'accessToken' && kind !== 'refreshToken') return DONE;
    const hashed = context.hash(token);
    await context.platform.database.write((transaction) =>
      kind === 'accessToken'
        ? revokeAccess(context, transaction, { hashed, asked })
        : revokeGrant(context, transaction, { hashed, asked }),
    );
    return DONE;
  };
}

interface Revocation {
  hashed: string;
  asked: TokenRequest;
}

async function revokeAccess({ tokens }: OAuthContext, transaction: Transaction, { hashed, asked }: Revocation) {
  const token = await findActingToken(transaction, hashed);
  if (token?.clientId !== asked.client.clientId) return;
  tokens.forgetAll(transaction);
  await deleteAccessToken(transaction, hashed);
}

async function revokeGrant({ grants }: OAuthContext, transaction: Transaction, { hashed, asked }: Revocation) {
  const { client, clientIp } = asked;
  const token = await findRefreshToken(transaction, hashed);
  if (token?.clientId !== client.clientId) return;
  const grant = await grants.find(transaction, token);
  if (grant) await grants.revoke(transaction, { of: { userId: token.userId }, keyId: null, clientIp }, grant.id);
}
