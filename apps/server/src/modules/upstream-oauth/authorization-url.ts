import { MarfaError } from '@withmarfa/shared';
import type { OAuthProviderConfig } from '../credentials/index.ts';

export interface AuthorizationRequest {
  redirectUri: string;
  scope: string | undefined;
  state: string;
  codeChallenge: string;
}

/**
 * Where a person grants access. PKCE is always sent; `access_type` and `prompt` make Google give a refresh token and mean
 * nothing to others.
 * @throws MarfaError `validation_error` when the stored address is none.
 * @see RFC 6749, section 4.1.1; RFC 7636, section 4.3
 */
export function authorizationUrl(config: OAuthProviderConfig, request: AuthorizationRequest): string {
  if (!URL.canParse(config.authorize_url))
    throw new MarfaError('validation_error', 'The authorize address of the credential is no address.');
  const url = new URL(config.authorize_url);
  const parameters = {
    response_type: 'code',
    client_id: config.client_id,
    redirect_uri: request.redirectUri,
    ...(request.scope ? { scope: request.scope } : {}),
    state: request.state,
    code_challenge: request.codeChallenge,
    code_challenge_method: 'S256',
    access_type: 'offline',
    prompt: 'consent',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
