import { ProtocolError } from '../../http/protocol-error.ts';
import type { Parameters } from '../../http/protocol-parameters.ts';
import type { ProtocolRequest } from '../../http/protocol-routes.ts';
import { authenticateClient } from './authenticate-client.ts';
import type { OAuthClient } from './clients-store.ts';
import { isOwnResource } from './issuer.ts';
import type { OAuthContext } from './oauth-context.ts';

/** A token request whose client has been authenticated. */
export interface TokenRequest {
  form: Parameters;
  client: OAuthClient;
  issuer: string;
  clientIp: string | null;
}

/** Finds out who asks, before anything of what they bring is looked at. */
export async function toTokenRequest(
  { platform, clients, hash, issuerOf }: OAuthContext,
  { headers, clientIp }: Pick<ProtocolRequest, 'headers' | 'clientIp'>,
  form: Parameters,
): Promise<TokenRequest> {
  const client = await authenticateClient({ headers }, form, { clients, hash, nowMs: platform.now().getTime() });
  const issuer = issuerOf(headers);
  if (form.resource !== undefined && !isOwnResource(form.resource, issuer)) {
    throw new ProtocolError('invalid_target', 'resource is not an address of this server');
  }
  return { form, client, issuer, clientIp };
}
