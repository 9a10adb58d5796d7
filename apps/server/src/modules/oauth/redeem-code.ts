import { ProtocolError } from '../../http/protocol-error.ts';
import type { ProtocolAnswer } from '../../http/protocol-routes.ts';
import { committed } from './committed.ts';
import { lockFamily } from './lock-family.ts';
import type { OAuthContext } from './oauth-context.ts';
import { judgedClient, settleIssued } from './settle-issued.ts';
import type { TokenRequest } from './token-request.ts';

/** `grant_type=authorization_code`: a code is redeemed once, by the client that asked, with the verifier it kept. */
export async function redeemCode(
  context: OAuthContext,
  { form, client, issuer }: TokenRequest,
): Promise<ProtocolAnswer> {
  const { code, redirect_uri, code_verifier } = form;
  if (code === undefined) throw new ProtocolError('invalid_request', 'code is missing');
  if (redirect_uri === undefined) throw new ProtocolError('invalid_request', 'redirect_uri is missing');
  if (code_verifier === undefined) throw new ProtocolError('invalid_request', 'code_verifier is missing');
  const { database } = context.platform;
  return committed(database, async (transaction) => {
    // Of several that come with one code, each sees what those before it did: the first gets tokens, the next kills them.
    await lockFamily(transaction, database.dialect, context.hash(code));
    const answer = await context.library.token(
      { issuer, client, scopes: null },
      {
        grant_type: 'authorization_code',
        ...judgedClient(client),
        code,
        redirect_uri,
        code_verifier,
      },
    );
    // A code that comes again has just killed what it gave.
    if (answer.status !== 200) context.tokens.forgetAll(transaction);
    return settleIssued(context, transaction, { client, answer });
  });
}
