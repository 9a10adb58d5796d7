import { ProtocolError } from '../../http/protocol-error.ts';
import type { ProtocolAnswer } from '../../http/protocol-routes.ts';
import type { Transaction } from '../../platform/database/database.ts';
import type { LibraryAnswer } from '../auth/index.ts';
import { markClientUsed, type OAuthClient } from './clients-store.ts';
import type { OAuthContext } from './oauth-context.ts';
import { liveScopes } from './token-authenticator.ts';
import { deleteAccessToken, deleteRefreshToken, findActingToken } from './tokens-store.ts';

/**
 * Looks at tokens that the library has just issued, in the same transaction: somebody may have ended the grant meanwhile.
 * @returns the token response (RFC 6749 section 5.1).
 * @throws ProtocolError what the library refused, in the words of the RFCs.
 */
export async function settleIssued(
  context: OAuthContext,
  transaction: Transaction,
  { client, answer }: { client: OAuthClient; answer: LibraryAnswer },
): Promise<ProtocolAnswer> {
  const { body } = answer;
  if (answer.status !== 200 || typeof body.access_token !== 'string') throw refusalOf(answer);
  const accessHash = context.hash(body.access_token);
  let token = await findActingToken(transaction, accessHash);
  if (token?.userId) {
    await context.grants.lock(transaction, { userId: token.userId, clientId: client.clientId });
    // Whoever held it may have ended the grant.
    if (context.platform.database.dialect === 'postgres') token = await findActingToken(transaction, accessHash);
  }
  if (token === null) {
    await deleteAccessToken(transaction, accessHash);
    if (typeof body.refresh_token === 'string') await deleteRefreshToken(transaction, context.hash(body.refresh_token));
    throw new ProtocolError('invalid_grant', 'the person has ended this grant');
  }
  if (!client.isUsed) {
    context.tokens.forgetAll(transaction);
    await markClientUsed(transaction, client.clientId, context.platform.now().getTime());
  }
  return {
    status: 200,
    headers: { Pragma: 'no-cache' },
    body: {
      access_token: body.access_token,
      token_type: 'Bearer',
      expires_in: body.expires_in,
      ...(typeof body.refresh_token === 'string' ? { refresh_token: body.refresh_token } : {}),
      scope: liveScopes(token).join(' '),
      ...(typeof body.id_token === 'string' ? { id_token: body.id_token } : {}),
    },
  };
}

/** Everything that is wrong with a code or token, once the client is known, is `invalid_grant`. */
const CLIENTS_FAULTS = ['unauthorized_client', 'invalid_scope', 'invalid_target'] as const;

function refusalOf({ status, body }: LibraryAnswer): Error {
  const description = typeof body.error_description === 'string' ? body.error_description : 'it is not good any more';
  if (status >= 500) return new Error(`the auth library failed: ${description}`);
  const code = CLIENTS_FAULTS.find((fault) => fault === body.error) ?? 'invalid_grant';
  return new ProtocolError(code, description);
}

/** How a client is named to the library; its secret has been judged before, and the library takes any. */
export function judgedClient(client: OAuthClient): Record<string, string> {
  return { client_id: client.clientId, ...(client.secret === null ? {} : { client_secret: 'judged' }) };
}
