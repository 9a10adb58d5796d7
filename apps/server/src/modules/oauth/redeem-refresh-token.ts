import { recognizeToken } from '@withmarfa/shared';
import { ProtocolError } from '../../http/protocol-error.ts';
import { printable } from '../../http/protocol-parameters.ts';
import type { ProtocolAnswer } from '../../http/protocol-routes.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import { scopesOf } from './client-metadata.ts';
import { committed } from './committed.ts';
import { lockFamily } from './lock-family.ts';
import type { OAuthContext } from './oauth-context.ts';
import { judgedClient, settleIssued } from './settle-issued.ts';
import type { TokenRequest } from './token-request.ts';
import { findRefreshToken, killFamily, type RefreshToken, setRefreshScopes } from './tokens-store.ts';

const NOT_GOOD = 'this refresh token is unknown, has expired or was revoked';

/**
 * `grant_type=refresh_token`: each use spends the token and gives another. One that comes a second time was copied:
 * everything that came of its authorization dies (RFC 9700 section 4.14.2).
 */
export function redeemRefreshToken(context: OAuthContext, request: TokenRequest): Promise<ProtocolAnswer> {
  const { form, client, issuer } = request;
  const { refresh_token: token } = form;
  if (token === undefined) throw new ProtocolError('invalid_request', 'refresh_token is missing');
  if (recognizeToken(token) !== 'refreshToken') throw new ProtocolError('invalid_grant', NOT_GOOD);
  const { database } = context.platform;
  const hashed = context.hash(token);
  return committed(database, async (transaction) => {
    const known = await findRefreshToken(transaction, hashed);
    if (known === null || known.clientId !== client.clientId) throw new ProtocolError('invalid_grant', NOT_GOOD);
    // Of two uses at the same moment one is the second: there is no grace. Whoever ends the grant locks it before it
    // touches a token, so this locks it as early.
    await lockFamily(transaction, database.dialect, known.family ?? hashed);
    await context.grants.lock(transaction, known);
    const kept = await findRefreshToken(transaction, hashed);
    if (kept === null) throw new ProtocolError('invalid_grant', NOT_GOOD);
    if (kept.isSpent) {
      await killReused(context, transaction, { kept, request });
      throw new ProtocolError(
        'token_reuse_detected',
        'this refresh token has been used before; all tokens of its authorization are revoked',
      );
    }
    if (kept.isRevoked || kept.expiresAtMs <= context.platform.now().getTime())
      throw new ProtocolError('invalid_grant', NOT_GOOD);
    const scopes = await scopesToIssue(context, transaction, { kept, asked: form.scope });
    const answer = await context.library.token(
      { issuer, client, scopes: null },
      {
        grant_type: 'refresh_token',
        ...judgedClient(client),
        refresh_token: token,
        scope: scopes.join(' '),
      },
    );
    const settled = await settleIssued(context, transaction, { client, answer });
    if (form.scope !== undefined && typeof answer.body.refresh_token === 'string')
      await setRefreshScopes(transaction, context.hash(answer.body.refresh_token), kept.scopes);
    return settled;
  });
}

/** What was granted and still is, or the part of it that is asked for (RFC 6749 section 6). */
async function scopesToIssue(
  { grants }: OAuthContext,
  transaction: Transaction,
  { kept, asked }: { kept: RefreshToken; asked: string | undefined },
): Promise<string[]> {
  const grant = await grants.find(transaction, kept);
  if (grant === null) throw new ProtocolError('invalid_grant', NOT_GOOD);
  const live = kept.scopes.filter((scope) => scope === 'offline_access' || grant.scopes.includes(scope));
  if (asked === undefined) return live;
  const wanted = scopesOf(asked);
  const wider = wanted.filter((scope) => !live.includes(scope));
  if (wider.length > 0) {
    throw new ProtocolError('invalid_scope', `scope goes beyond what was granted: ${printable(wider.join(' '))}`);
  }
  // Without it there would be no next refresh token.
  return live.includes('offline_access') ? [...new Set([...wanted, 'offline_access'])] : wanted;
}

async function killReused(
  { platform, audit, tokens }: OAuthContext,
  transaction: Transaction,
  { kept, request }: { kept: RefreshToken; request: TokenRequest },
): Promise<void> {
  tokens.forgetAll(transaction);
  if (kept.family !== null) await killFamily(transaction, kept.family, platform.now());
  const member = await transaction
    .selectFrom('space_members')
    .select('space_id')
    .where('user_id', '=', kept.userId)
    .executeTakeFirst();
  await audit.record(
    transaction,
    { keyId: null, spaceId: member?.space_id ?? NULL_SPACE_ID, clientIp: request.clientIp },
    {
      action: 'auth.token.reuse_detected',
      resource_type: 'oauth_client',
      resource_id: kept.clientId,
      details: { client_id: kept.clientId, user_id: kept.userId },
    },
  );
}
