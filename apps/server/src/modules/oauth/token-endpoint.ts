import { ProtocolError } from '../../http/protocol-error.ts';
import { printable } from '../../http/protocol-parameters.ts';
import type { ProtocolAnswer, ProtocolHandler } from '../../http/protocol-routes.ts';
import { DEVICE_GRANT } from '../auth/index.ts';
import { issueToClient } from './issue-to-client.ts';
import type { OAuthContext } from './oauth-context.ts';
import { redeemCode } from './redeem-code.ts';
import { redeemDeviceCode } from './redeem-device-code.ts';
import { redeemRefreshToken } from './redeem-refresh-token.ts';
import { type TokenRequest, toTokenRequest } from './token-request.ts';

/** `POST /auth/oauth2/token` and its older name `POST /auth/token` (RFC 6749 section 3.2). */
export function createTokenEndpoint(context: OAuthContext): ProtocolHandler {
  return async (request) => {
    const form = await request.form();
    if (form.grant_type === undefined) throw new ProtocolError('invalid_request', 'grant_type is missing');
    const redeem = redeemerOf(form.grant_type);
    const token = await toTokenRequest(context, request, form);
    return redeem(context, token);
  };
}

function redeemerOf(grantType: string): (context: OAuthContext, request: TokenRequest) => Promise<ProtocolAnswer> {
  switch (grantType) {
    case 'authorization_code':
      return redeemCode;
    case 'refresh_token':
      return redeemRefreshToken;
    case 'client_credentials':
      return issueToClient;
    case DEVICE_GRANT:
      return redeemDeviceCode;
    default:
      throw new ProtocolError('unsupported_grant_type', `grant_type ${printable(grantType)} is not one of this server`);
  }
}
