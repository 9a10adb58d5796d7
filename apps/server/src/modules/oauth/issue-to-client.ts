import { coversScope, parseScope } from '@withmarfa/shared';
import { ProtocolError } from '../../http/protocol-error.ts';
import { printable } from '../../http/protocol-parameters.ts';
import type { ProtocolAnswer } from '../../http/protocol-routes.ts';
import { scopesOf } from './client-metadata.ts';
import { committed } from './committed.ts';
import type { OAuthContext } from './oauth-context.ts';
import { judgedClient, settleIssued } from './settle-issued.ts';
import type { TokenRequest } from './token-request.ts';

/**
 * `grant_type=client_credentials`: a program of an operator acts for itself, in the space of its registration. No refresh
 * token, no id token, no user (RFC 6749 section 4.4).
 */
export async function issueToClient(
  context: OAuthContext,
  { form, client, issuer }: TokenRequest,
): Promise<ProtocolAnswer> {
  if (client.origin !== 'admin' || client.secret === null || !client.grantTypes.includes('client_credentials')) {
    throw new ProtocolError(
      'unauthorized_client',
      'client_credentials is for confidential clients that an operator registered for it',
    );
  }
  const registered = scopesOf(client.scope ?? '').filter((scope) => parseScope(scope)?.kind !== 'identity');
  const asked = form.scope === undefined ? registered : scopesOf(form.scope);
  const beyond = asked.filter((scope) => !registered.some((held) => coversScope(held, scope)));
  if (beyond.length > 0 || asked.length === 0) {
    throw new ProtocolError('invalid_scope', `not among the scopes of this client: ${printable(beyond.join(' '))}`);
  }
  return committed(context.platform.database, async (transaction) => {
    const answer = await context.library.token(
      { issuer, client, scopes: asked },
      {
        grant_type: 'client_credentials',
        ...judgedClient(client),
        scope: asked.join(' '),
      },
    );
    return settleIssued(context, transaction, { client, answer });
  });
}
